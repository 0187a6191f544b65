#!/usr/bin/env bash
# `ottla serve` as an operator meets it: first words, settings and their faults, signals, health.
# `serve.sh` starts and stops nodes of its own; there is nothing to compare with in Apache Kafka.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/checks.sh" && . "$here/node.sh"
D=$(mktemp -d); at_end "$D"
PORT=$(free_port) B=127.0.0.1:$PORT
unset $(env | grep -oE '^KAFKA_[A-Z_0-9]+' | grep -vxE 'KAFKA_(PEER|HOME_DIR|LIBS)') 2>/dev/null

# serve ARGS...: in the background, until something listens on PORT or it ended; what it says is in $D/out.
serve() {
  "$OTTLA" serve "$@" > "$D/out" 2>&1 < /dev/null &
  NODE_PID=$!
  for _ in $(seq 1000); do listening "$PORT" && return 0; running "$NODE_PID" || return 1; sleep 0.01; done
  return 1
}
# starts NAME ARGS...: a check that it does. Not in a subshell, which would keep the pid to itself.
starts() { local name=$1; shift; if serve "$@" && eventually 5 grep -q "ready in" "$D/out"; then ok "$name"; else fail "$name" "$(tail -5 "$D/out")"; fi; }
local_only=(-X "listeners=PLAINTEXT://$B" -X ottla.admin.listener=)

# refused NAME PATTERN ARGS...: does not start, says why in a line, and ends with 2.
refused() {
  local name=$1 pattern=$2 said code; shift 2
  said=$(timeout 5 "$OTTLA" serve "${local_only[@]}" -X "log.dirs=$D/refused" "$@" 2>&1); code=$?
  same "$name: exit code" "$code" 2
  has "$name: what is said" "$(printf '%s\n' "$said" | grep -E '^ottla: ')" "$pattern"
  check "$name: nothing was written" test ! -e "$D/refused"
}

# The first words, in a directory of its own.
has "without arguments it explains itself" "$("$OTTLA")" "ottla serve"
check "in half a screen" test "$("$OTTLA" | wc -l)" -le 16
mkdir "$D/home"; cd "$D/home" || exit 1
starts "it starts" "${local_only[@]}"
eventually 5 grep -q 'ready in' "$D/out"
for word in "clients +PLAINTEXT://$B" "data +.*ottla-data" "cluster id +[A-Za-z0-9_-]{22}" "Try:"; do has "the start tells: ${word%% +*}" "$(cat "$D/out")" "$word"; done
check "data is in ./ottla-data" test -e "$D/home/ottla-data/meta.properties"
ready=$(grep -oE 'ready in +[0-9]+' "$D/out" | grep -oE '[0-9]+')
if [ "${ready:-9999}" -lt 500 ]; then ok "ready in $ready ms"; else fail "ready within 500 ms, also on a busy machine" "$ready ms"; fi
node_end TERM; same "SIGTERM ends it with 0" "$NODE_EXIT" 0
starts "the start again" "${local_only[@]}"
node_end INT; same "SIGINT ends it with 0" "$NODE_EXIT" 0
has "and it says so" "$(cat "$D/out")" "stopped cleanly"
cd "$here" || exit 1

# Settings from a file, the environment and the command line, the later over the earlier.
cat > "$D/server.properties" <<P
# a file as Kafka has it
process.roles=broker,controller
node.id=7
listeners=PLAINTEXT://$B
log.dirs=$D/file
num.partitions=3
zookeeper.connect=localhost:2181
log.segmnt.bytes=5
P
KAFKA_NUM_PARTITIONS=4 KAFKA_LOG_RETENTION_MS=77777 serve "$D/server.properties" -X log.retention.ms=88888 -X ottla.admin.listener=
eventually 5 sh -c "kcat -b $B -L | grep -q 'broker 7 at'"
has "node.id from the file" "$(kcat -b "$B" -L)" "broker 7 at"
echo x | kcat -b "$B" -P -t settings 2> /dev/null
has "the environment over the file" "$(kcat -b "$B" -L -t settings)" 'topic "settings" with 4 partitions'
has "-X over the environment" "$("$PYTHON" - "$B" <<'PY'
import sys
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType
admin, where = AdminClient({"bootstrap.servers": sys.argv[1]}), ConfigResource(ResourceType.BROKER, "7")
print(admin.describe_configs([where])[where].result(10)["log.retention.ms"].value)
PY
)" "^88888$"
has "an unknown setting warns, with the nearest one" "$(cat "$D/out")" "log.segmnt.bytes.*did you mean log.segment.bytes"
has "a setting of ZooKeeper's time is noted" "$(cat "$D/out")" "zookeeper.connect"
node_stop

# The names of the images.
KAFKA_CFG_NODE_ID=5 KAFKA_CFG_LISTENERS=PLAINTEXT://$B KAFKA_CFG_LOG_DIRS=$D/bitnami serve -X ottla.admin.listener=
eventually 5 sh -c "kcat -b $B -L | grep -q 'broker 5 at'"
has "KAFKA_CFG_ names" "$(kcat -b "$B" -L)" "broker 5 at"
node_stop

# Two listeners, each telling its own clients where to go.
OTHER=$((PORT + 1))
serve -X "listeners=PLAINTEXT://$B,OUTSIDE://127.0.0.1:$OTHER" -X listener.security.protocol.map=PLAINTEXT:PLAINTEXT,OUTSIDE:PLAINTEXT \
  -X inter.broker.listener.name=PLAINTEXT -X "advertised.listeners=PLAINTEXT://$B,OUTSIDE://localhost:$OTHER" -X "log.dirs=$D/two" -X ottla.admin.listener=
has "clients of the first listener" "$(kcat -b "$B" -L)" "broker 1 at $B"
has "clients of the second" "$(kcat -b "127.0.0.1:$OTHER" -L)" "broker 1 at localhost:$OTHER"
node_stop

# Faults stop the start, before anything is written.
refused "a value that is no number" "log.segment.bytes .*soon" -X log.segment.bytes=soon
refused "a value out of range" "log.segment.bytes .*1048576" -X log.segment.bytes=12
refused "a listener that is none" "listeners" -X listeners=nonsense
refused "a node id below zero" "(node|broker).id" -X node.id=-5
refused "a file that is not there" "no-such.properties" "$D/no-such.properties"
refused "a word without a value" "retention" -X retention

# Health and metrics, where they are asked for.
ADMIN=$(free_port); until [ "$ADMIN" != "$PORT" ]; do ADMIN=$(free_port); done
serve -X "listeners=PLAINTEXT://$B" -X "log.dirs=$D/admin" -X "ottla.admin.listener=127.0.0.1:$ADMIN"
status() { get "$1" | sed -n 1p; }
get() { "$PYTHON" -c 'import sys, urllib.request as u
try: answer = u.urlopen(sys.argv[1], timeout=5)
except u.HTTPError as error: answer = error
print(answer.status); print(answer.read().decode())' "http://127.0.0.1:$ADMIN$1"; }
eventually 5 listening "$ADMIN"
same "/healthz" "$(status /healthz)" 200
same "/readyz" "$(status /readyz)" 200
has "/metrics, with Kafka's names" "$(echo x | kcat -b "$B" -P -t counted 2> /dev/null; get /metrics)" "^kafka_server_"
same "anything else" "$(status /no-such)" 404
# A reader that never takes its answer holds up nobody's stop; neither does an open connection.
exec 4<> "/dev/tcp/127.0.0.1/$PORT"
node_end TERM
same "SIGTERM with a client connected: 0" "$NODE_EXIT" 0
if [ "$NODE_TOOK" -lt 1000 ]; then ok "within a second ($NODE_TOOK ms)"; else fail "within a second" "$NODE_TOOK ms"; fi
exec 4>&-
finish
