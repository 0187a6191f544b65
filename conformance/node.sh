# One node to test, ottla or Apache Kafka: source it. `PEER=kafka` chooses the real broker.
#
#   node_start DIR PORT [KEY=VALUE...]   starts it and waits until it answers; sets NODE_PID
#   node_stop / node_kill                SIGTERM and wait, SIGKILL; sets NODE_EXIT (`unknown` for Kafka)
# Data is in DIR/data, what it printed in DIR/out.log. Nothing else is ever stopped.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PEER=${PEER:-ottla}
NODE_PID=
KAFKA_PEER=${KAFKA_PEER:-$(for d in "$here/../../shared" /work/shared; do [ -e "$d/peers/apache-kafka" ] && echo "$d/peers/apache-kafka" && break; done)}
KAFKA_HOME_DIR=${KAFKA_HOME:-$HOME/.cache/peers/apache-kafka}/${KAFKA_VERSION:-4.4.0}
KAFKA_LIBS=$KAFKA_HOME_DIR/libs-${KAFKA_VERSION:-4.4.0}
OTTLA=${OTTLA:-${CARGO_TARGET_DIR:-$here/../target}/release/ottla}
VENV=${VENV:-$HOME/.cache/ottla-conformance/venv}
PYTHON=${PYTHON:-$([ -x "$VENV/bin/python" ] && echo "$VENV/bin/python" || echo python3)}
export PEER PYTHONDONTWRITEBYTECODE=1

# peer ARGS...: the script that brings and runs Apache Kafka.
peer() { bash "$KAFKA_PEER" "$@"; }

# tool CLASS ARGS...: one of Kafka's command-line tools, with little JIT: they run for a second.
tool() { KAFKA_TOOL_OPTS="-Xmx256m -XX:TieredStopAtLevel=1" peer tool "$@"; }

# franz_build: FRANZ, the program of franz/, which is built once; Go's own cache makes it cheap to call again.
FRANZ=${FRANZ:-${XDG_CACHE_HOME:-$HOME/.cache}/ottla-conformance/franz}
franz_build() { (cd "$here/franz" && CGO_ENABLED=0 go build -o "$FRANZ" .); }

# free_port: a port between 21000 and 21998 that nothing listens on, and neither on the next one.
free_port() {
  local port
  for _ in $(seq 200); do
    port=$((21000 + 2 * (RANDOM % 499)))
    listening "$port" || listening $((port + 1)) || { echo "$port"; return; }
  done
  return 1
}

listening() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

node_start() {
  local dir=$1 port=$2; shift 2
  mkdir -p "$dir"
  if [ "$PEER" = kafka ]; then
    peer install && peer start "$dir" "$port" "$@" > /dev/null || return 1
    NODE_PID=$(cat "$dir/pid")
    # The port opens before the broker is unfenced.
    for _ in $(seq 100); do kcat -b "127.0.0.1:$port" -L 2>/dev/null | grep -q 'broker 1 at' && return 0; sleep 0.1; done
    return 1
  fi
  local overrides=() pair
  for pair in "listeners=PLAINTEXT://127.0.0.1:$port" "log.dirs=$dir/data" "ottla.admin.listener=" "$@"; do overrides+=(-X "$pair"); done
  "$OTTLA" serve "${overrides[@]}" >> "$dir/out.log" 2>&1 < /dev/null &
  NODE_PID=$!
  for _ in $(seq 2000); do
    listening "$port" && return 0
    kill -0 "$NODE_PID" 2>/dev/null || { wait "$NODE_PID"; NODE_EXIT=$?; return 1; }
    sleep 0.005
  done
  return 1
}

# running PID: it is there and has not ended (an ended child stays as a zombie until it is waited for).
running() { [ -r "/proc/$1/stat" ] && [ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c1)" != Z ]; }

# at_end DIR: when this script (not a subshell that it forks) ends, stops the node and removes DIR.
at_end() { AT_END=$1; trap '[ "$BASHPID" != $$ ] || { node_kill; rm -rf "$AT_END"; }' EXIT; }

node_end() { # node_end SIGNAL: sends it and waits for the end; NODE_EXIT, and NODE_TOOK in ms
  local begun; begun=$(date +%s%3N)
  kill "-$1" "$NODE_PID" 2>/dev/null
  for _ in $(seq 3000); do running "$NODE_PID" || break; sleep 0.01; done
  if running "$NODE_PID"; then kill -9 "$NODE_PID"; fi # it will not end by itself: its exit code tells
  wait "$NODE_PID" 2>/dev/null; NODE_EXIT=$?
  [ "$PEER" != kafka ] || NODE_EXIT=unknown # it is not our child
  NODE_TOOK=$(($(date +%s%3N) - begun)) NODE_PID=
}
node_stop() { [ -z "${NODE_PID:-}" ] || node_end TERM; }
node_kill() { [ -z "${NODE_PID:-}" ] || node_end KILL; }
