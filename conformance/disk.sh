#!/usr/bin/env bash
# What is left on disk: restarts, kill -9, torn files, two processes, and Kafka's own eyes on the files.
# `disk.sh` starts and stops nodes of its own (PEER=kafka: Apache Kafka).
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/checks.sh" && . "$here/node.sh"
D=$(mktemp -d)
at_end "$D"
PORT=$(free_port) B=127.0.0.1:$PORT N=$D/node
peer install

# Starts the node and waits until what is there is led again.
start() {
  node_start "$N" "$PORT" || { fail "the node starts" "$(tail -5 "$N/out.log")"; finish; }
  [ ! -d "$N/data/kept-0" ] || eventually 20 sh -c "kcat -b $B -Q -t kept:0:-1 && kcat -b $B -Q -t kept:1:-1 && kcat -b $B -Q -t codecs:0:-1"
}
read_all() { timeout 20 kcat -b "$B" -C -t "$1" -p 0 -e -q -o beginning; }
topics() { tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$B" "$@" 2>&1; }
dump() { tool org.apache.kafka.tools.DumpLogSegments "$@" 2>&1; }
# 200 records of each codec, by a client that compresses whatever the server advertises.
every_codec() {
  "$PYTHON" - "$B" <<'PY'
import sys
from kafka import KafkaProducer
for codec in (None, "gzip", "snappy", "lz4", "zstd"):
    sender = KafkaProducer(bootstrap_servers=sys.argv[1], compression_type=codec, linger_ms=20)
    for n in range(1, 201):
        sender.send("codecs", key=str(codec).encode(), value=b"%d" % n, headers=[("h", b"v")], partition=0)
    sender.flush(20)
    sender.close()
PY
}

# A first life that ends well.
start
ok "starts on an empty directory"
topics --create --topic kept --partitions 2 --config segment.bytes=1048576 --config retention.ms=3600000 > /dev/null
topics --create --topic gone > /dev/null; topics --delete --topic gone > /dev/null
eventually 5 sh -c "kcat -b $B -L -t kept | grep -q 'partition 1, leader 1'"
id_before=$(topics --describe --topic kept | grep -oE 'TopicId: [^[:space:]]+')
seq 1000 | kcat -b "$B" -P -t kept -p 0
every_codec; codecs_before=$(read_all codecs | md5sum)
has "one partition.metadata with the topic's id" "$(cat "$N/data/kept-0/partition.metadata")" "^topic_id: ${id_before#TopicId: }$"
has "meta.properties" "$(cat "$N/data/meta.properties")" '^node.id=1$'
has "with the cluster's id" "$(cat "$N/data/meta.properties")" '^cluster.id=.{22}$'
has "with the directory's id" "$(cat "$N/data/meta.properties")" '^directory.id=.{22}$'
same "version 1 of it" "$(grep -c '^version=1$' "$N/data/meta.properties")" 1
cluster_before=$(grep cluster.id "$N/data/meta.properties")

if [ "$PEER" != kafka ]; then
  second=$(timeout 10 "$OTTLA" serve -X "listeners=PLAINTEXT://127.0.0.1:$((PORT + 1))" -X "log.dirs=$N/data" -X ottla.admin.listener= 2>&1); code=$?
  check "a second process on the same directory ends by itself, not with 0" test $code -ne 0 -a $code -ne 124
  has "and says why" "$second" "$N/data.*(in use|locked|another process|already|lock)|(in use|locked|another process|already|lock).*$N/data"
  same "in one line" "$(printf '%s\n' "$second" | grep -c ERROR)" 1
  check "the first goes on" kcat -b "$B" -L
  other=$(timeout 10 "$OTTLA" serve -X "listeners=PLAINTEXT://127.0.0.1:$PORT" -X "log.dirs=$D/other" -X ottla.admin.listener= 2>&1); code=$?
  check "a second process on the same port ends by itself, not with 0" test $code -ne 0 -a $code -ne 124
  has "and names the address" "$other" "$PORT"
fi

node_stop
[ "$PEER" = kafka ] || same "SIGTERM: exit code 0" "$NODE_EXIT" 0
[ "$PEER" = kafka ] || { [ "$NODE_TOOK" -lt 1000 ] && ok "within a second ($NODE_TOOK ms)" || fail "within a second" "$NODE_TOOK ms"; }
has ".kafka_cleanshutdown" "$(cat "$N/data/.kafka_cleanshutdown")" '"version" ?: ?0.*"brokerEpoch" ?: ?[0-9]+'
check "recovery-point-offset-checkpoint" grep -q '^kept 0 1000$' "$N/data/recovery-point-offset-checkpoint"

# A second life.
start
same "after a clean stop: the records" "$(read_all kept | md5sum)" "$(seq 1000 | md5sum)"
same "of every codec" "$(read_all codecs | md5sum)" "$codecs_before"
same "the topic's id" "$(topics --describe --topic kept | grep -oE 'TopicId: [^[:space:]]+')" "$id_before"
has "its settings" "$(topics --describe --topic kept)" "retention.ms=3600000"
lacks "the deleted topic is not back" "$(topics --list)" "^gone$"
same "the cluster's id" "$(grep cluster.id "$N/data/meta.properties")" "$cluster_before"
check "no .kafka_cleanshutdown while it runs" test ! -e "$N/data/.kafka_cleanshutdown"

# kill -9 while a producer is at work, three times.
for round in 1 2 3; do
  "$PYTHON" "$here/acknowledged.py" send "$B" "killed-$round" "$D/acked-$round" > "$D/sent" 2> /dev/null &
  sender=$!
  eventually 20 sh -c "[ \$(wc -l < $D/acked-$round) -gt $((3000 * round)) ]"
  node_kill
  wait $sender
  start
  check "kill -9 ($round): $(cat "$D/sent"), all there after a restart" "$PYTHON" "$here/acknowledged.py" verify "$B" "killed-$round" "$D/acked-$round"
done
same "and what was there before" "$(read_all kept | md5sum)" "$(seq 1000 | md5sum)"
same "offsets go on" "$(echo next | kcat -b "$B" -P -t kept -p 0; kcat -b "$B" -Q -t kept:0:-1)" "kept [0] offset 1001"

# A torn tail: bytes that never became a batch, at the end of the file that was being written.
node_kill
segment=$(ls "$N"/data/kept-0/*.log | tail -1)
head -c 100 "$segment" > "$D/piece"; tail -c 20 "$segment" >> "$D/piece"; cat "$D/piece" >> "$segment"
start
same "a torn tail is cut off" "$(kcat -b "$B" -Q -t kept:0:-1)" "kept [0] offset 1001"
same "the records before it are there" "$(read_all kept | head -1000 | md5sum)" "$(seq 1000 | md5sum)"
echo after | kcat -b "$B" -P -t kept -p 0
same "and the log goes on" "$(read_all kept | tail -1)" after

# Indexes that are gone are built again.
node_kill
rm "$N"/data/codecs-0/*.index "$N"/data/codecs-0/*.timeindex
start
same "without indexes: the records" "$(read_all codecs | md5sum)" "$codecs_before"
same "and the offset of a timestamp" "$(kcat -b "$B" -Q -t codecs:0:1)" "codecs [0] offset 0"

# SIGINT as well (a JVM started in the background ignores it); then Kafka's own reader on the files.
seq 40000 | sed 's/$/ with some length to it so that an index entry comes every now and then/' | kcat -b "$B" -P -t kept -p 1 -X batch.size=16384
if [ "$PEER" = kafka ]; then node_stop; else node_end INT; same "SIGINT: exit code 0" "$NODE_EXIT" 0; fi
for topic in kept-0 kept-1 codecs-0; do
  logs=$(ls "$N"/data/$topic/*.log | paste -sd,)
  out=$(dump --files "$logs" --deep-iteration --print-data-log)
  lacks "dump-log --deep-iteration --print-data-log: no complaint about $topic" "$out" "isvalid: false|Found [0-9]+ invalid|[Mm]ismatch|Exception|out of order"
  has "dump-log: $topic has valid batches" "$out" "isvalid: true"
done
same "dump-log: every record" "$(dump --files "$N/data/codecs-0/00000000000000000000.log" --deep-iteration --print-data-log | grep -c '^| offset: .*headerKeys: \[h\] key: .* payload: ')" 1000
same "dump-log: each codec" "$(dump --files "$N/data/codecs-0/00000000000000000000.log" --deep-iteration | grep -oE 'compresscodec: [a-z0-9]+' | sort -u | awk '{print $2}' | paste -sd' ')" "gzip lz4 none snappy zstd"
indexes=$(ls "$N"/data/kept-1/*.index "$N"/data/kept-1/*.timeindex | paste -sd,)
out=$(dump --files "$indexes" --index-sanity-check)
has "dump-log --index-sanity-check" "$out" "passed sanity check"
lacks "dump-log --index-sanity-check: no complaint" "$out" "Exception|failed|Corrupt|[Mm]ismatch"
out=$(dump --files "$(ls "$N"/data/kept-1/*.index | paste -sd,)" --verify-index-only)
lacks "dump-log --verify-index-only" "$out" "Exception|[Mm]ismatch"
has "an index entry every few kilobytes" "$(dump --files "$(ls "$N"/data/kept-1/*.index | head -1)")" "^offset: [0-9]+ position: [0-9]+$"
snapshot=$(ls "$N"/data/kept-0/*.snapshot 2>/dev/null | tail -1)
if [ -n "$snapshot" ]; then lacks "dump-log of a producer snapshot" "$(dump --files "$snapshot")" "Exception|[Cc]orrupt"; else fail "a producer snapshot after a clean stop"; fi
metadata=$(ls "$N"/data/__cluster_metadata-0/*.log | paste -sd,)
out=$(dump --files "$metadata" --cluster-metadata-decoder)
for record in REGISTER_BROKER_RECORD TOPIC_RECORD PARTITION_RECORD CONFIG_RECORD FEATURE_LEVEL_RECORD REMOVE_TOPIC_RECORD; do
  has "dump-log --cluster-metadata-decoder: $record" "$out" "\"type\":\"$record\""
done
has "dump-log --cluster-metadata-decoder: who leads" "$out" "LeaderChange"
lacks "dump-log --cluster-metadata-decoder: no complaint" "$out" "Could not|skipping|isvalid: false|Exception"
finish
