#!/usr/bin/env bash
# Both group protocols with the Java clients: rolling restarts, static members, patterns, and groups that go
# from one to the other; `protocols.sh`, on a node of its own that tells members of changes at once.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/node.sh"
D=$(mktemp -d); at_end "$D"
port=$(free_port)
node_start "$D/node" "$port" group.initial.rebalance.delay.ms=0 \
  group.consumer.heartbeat.interval.ms=300 group.consumer.min.heartbeat.interval.ms=300 || { tail -5 "$D/node/out.log"; echo "0 passed, 1 failed"; exit 1; }
"$here/java.sh" "127.0.0.1:$port" Protocols
