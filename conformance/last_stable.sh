#!/usr/bin/env bash
# ottla alone: a last stable offset that stands still is told by /metrics and `ottla doctor`, and the command that
# the doctor names ends it. `last_stable.sh`, with a node of its own.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/checks.sh" && . "$here/node.sh"
D=$(mktemp -d); at_end "$D"
peer install
port=$(free_port) B=127.0.0.1:$port A=127.0.0.1:$((port + 1)) T=t
doctor() { "$OTTLA" doctor --admin "$A" 2> /dev/null | grep '^problem transactions'; }
metric() { curl -s "http://$A/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }
# A coordinator that looks after its transactions once an hour, and takes partitions at their word.
settings=("ottla.admin.listener=http://$A" num.partitions=2 transaction.abort.timed.out.transaction.cleanup.interval.ms=3600000 transaction.partition.verification.enable=false)
node_start "$D/node" "$port" "${settings[@]}" transaction.max.timeout.ms=1000 || { cat "$D/node/out.log"; fail "the node starts"; finish; }
eventually 10 sh -c "kcat -b $B -L | grep -q 'broker 1 at'"
echo before | kcat -b "$B" -P -t "$T" -p 1
check "transactions that nobody ends" "$PYTHON" "$here/standing.py" "$B" "$T" payments
check "the doctor tells of both" eventually 10 sh -c "[ \$('$OTTLA' doctor --admin $A | grep -c '^problem transactions') = 2 ]"
said=$(doctor)
has "where and whose" "$said" "stand at offset 0, 1 records before the end, for [0-9]+ ms, while the transaction of producer [0-9]+, epoch [0-9]+, transactional id payments, is open at t-0: to end it: "
has "also of one that no coordinator knows" "$said" "stand at offset 1, 1 records .* producer 4242, epoch 3, which no coordinator of this node knows, is open at t-1: "
check "ottla_oldest_open_transaction_ms" test "$(metric ottla_oldest_open_transaction_ms)" -gt 1000
has "the lag of the last stable offset" "$(curl -s "http://$A/metrics")" 'laststableoffsetlag\{topic="t",partition="1"\} 1$'
echo after | kcat -b "$B" -P -t "$T" -p 1
node_kill; node_start "$D/node" "$port" "${settings[@]}" transaction.max.timeout.ms=1000
check "and after kill -9" eventually 10 sh -c "[ \$('$OTTLA' doctor --admin $A | grep -c '^problem transactions') = 2 ]"
commands=$(doctor | sed 's/.*--bootstrap-server HOST:PORT //')
# Kafka's tool asks for a timeout of a minute, which may not be too long for the node.
node_stop; node_start "$D/node" "$port" "${settings[@]}"
while IFS= read -r command; do
  tool org.apache.kafka.tools.TransactionsCommand --bootstrap-server "$B" $command > "$D/tool.out" 2>&1 || fail "$command" "$(cat "$D/tool.out")"
done <<< "$commands"
check "the commands that it names end them" eventually 10 sh -c "curl -s http://$A/metrics | grep -qx 'ottla_oldest_open_transaction_ms 0'"
same "readers of committed records go on" "$(timeout 10 kcat -b "$B" -C -t "$T" -p 1 -e -q -X isolation.level=read_committed)" $'before\nafter'
node_stop
finish
