#!/usr/bin/env bash
# Consumer groups through kcat, the console consumer and kafka-consumer-groups, and over restarts:
# `groups.sh BOOTSTRAP`; a node of its own is restarted and killed.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/checks.sh" && . "$here/node.sh"
B=$1
T=groups-$(date +%s%N)
D=$(mktemp -d); at_end "$D"
peer install

groups() { tool org.apache.kafka.tools.consumer.group.ConsumerGroupCommand --bootstrap-server "$B" "$@" 2>&1 | sed -E 's/[[:space:]]+$//'; }
topics() { tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$B" "$@" 2>&1; }
console() { tool org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server "$B" --topic "$T" "$@" 2>&1; }
shape() { sed -E "s/$T/T/g; s/[[:space:]]+$//; /^$/d; /^\[20/d"; }
# The columns that matter: group, topic, partition, current and end offset, lag.
rows() { awk '$2 == "'"$T"'" { print $1, $3, $4, $5, $6 }' | sort; }

topics --create --topic "$T" --partitions 3 > /dev/null
eventually 5 sh -c "kcat -b $B -L -t $T | grep -q 'partition 2, leader 1'"
for part in 0 1 2; do seq 100 | kcat -b "$B" -P -t "$T" -p $part; done

# Every tool reads on where its group is.
same "kcat -G reads everything" "$(timeout 30 kcat -b "$B" -G "$T-kcat" -q -c 300 -X auto.offset.reset=earliest "$T" 2> /dev/null | wc -l)" 300
for part in 0 1 2; do seq 101 110 | kcat -b "$B" -P -t "$T" -p $part; done
same "and goes on where it was" "$(timeout 30 kcat -b "$B" -G "$T-kcat" -q -c 30 -X auto.offset.reset=earliest "$T" 2> /dev/null | sort -n | uniq -c | awk '{ print $1, $2 }')" "$(seq -f '3 %g' 101 110)"
has "a console consumer in a group" "$(console --group "$T-java" --from-beginning --max-messages 330)" "Processed a total of 330 messages"
has "and goes on where it was" "$(console --group "$T-java" --from-beginning --timeout-ms 6000)" "Processed a total of 0 messages"

# kafka-consumer-groups.
listed=$(groups --list)
has "--list names the group of kcat" "$listed" "^$T-kcat$"
has "--list names the group of the console consumer" "$listed" "^$T-java$"
has "--list --state" "$(groups --list --state)" "^$T-java +Empty$"
has "--list --state of a state" "$(groups --list --state empty)" "^$T-java +Empty$"
lacks "--list --state of another" "$(groups --list --state stable)" "^$T-java"
has "--list --type" "$(groups --list --type classic)" "^$T-java +Classic$"
same "--describe" "$(groups --describe --group "$T-java" | rows)" "$(printf "$T-java %s 110 110 0\n" 0 1 2)"
has "--describe without members says so" "$(groups --describe --group "$T-java")" "Consumer group '$T-java' has no active members"
has "--describe --state" "$(groups --describe --group "$T-java" --state)" "^$T-java +[^ ]+:[0-9]+ +\(1\) .*Empty +0$"
has "--describe of what is not there" "$(groups --describe --group "$T-none")" "$T-none.*(does not exist|not found)"
has "--delete of what is not there" "$(groups --delete --group "$T-none")" "could not be deleted due to: .*GroupIdNotFoundException"

# Reset: to the start, by an offset, forward, and nothing without --execute.
reset() { groups --reset-offsets --group "$T-java" --topic "$T" "$@" | awk '$2 == "'"$T"'" { print $3, $4 }' | sort; }
same "--reset-offsets --dry-run" "$(reset --to-earliest --dry-run)" $'0 0\n1 0\n2 0'
same "changes nothing" "$(groups --describe --group "$T-java" | rows)" "$(printf "$T-java %s 110 110 0\n" 0 1 2)"
same "--reset-offsets --to-earliest" "$(reset --to-earliest --execute)" $'0 0\n1 0\n2 0'
same "--reset-offsets --shift-by" "$(reset --shift-by 7 --execute)" $'0 7\n1 7\n2 7'
same "is where the group is" "$(groups --describe --group "$T-java" | rows)" "$(printf "$T-java %s 7 110 103\n" 0 1 2)"
same "--delete-offsets" "$(groups --delete-offsets --group "$T-java" --topic "$T:2" | awk '$1 == "'"$T"'" { print $2, $3 }')" "2 Successful"
same "and they are gone" "$(groups --describe --group "$T-java" | rows)" "$(printf "$T-java %s 7 110 103\n" 0 1)"

# With a member.
timeout 60 kcat -b "$B" -G "$T-live" -q -X auto.offset.reset=earliest -X client.id=alive "$T" > "$D/live" 2> "$D/live.err" &
live=$!
eventually 20 sh -c "[ \$(wc -l < $D/live) = 330 ]"
has "--describe --members" "$(groups --describe --group "$T-live" --members)" "^$T-live +alive-[0-9a-f-]{36} +/127.0.0.1 +alive +3"
has "--describe --state of it" "$(groups --describe --group "$T-live" --state)" "Stable +1$"
has "--describe --members --verbose" "$(groups --describe --group "$T-live" --members --verbose)" "$T[:(].*0,1,2"
has "--delete is refused" "$(groups --delete --group "$T-live")" "GroupNotEmptyException"
has "--reset-offsets is refused" "$(groups --reset-offsets --group "$T-live" --topic "$T" --to-earliest --execute)" "[Aa]ssignments can only be reset if the group '$T-live' is inactive"
has "--delete-offsets is refused" "$(groups --delete-offsets --group "$T-live" --topic "$T")" "[Cc]onsumer group is actively subscribed|GroupSubscribedToTopic|actively subscribed"
kill $live; wait $live 2> /dev/null
eventually 15 sh -c "true"
has "--delete" "$(groups --delete --group "$T-java")" "Deletion of requested consumer groups \('$T-java'\) was successful"
lacks "and it is gone" "$(groups --list)" "^$T-java$"

# A node of its own: what is committed stays, also after kill -9, and members stay in their generation.
port=$(free_port); B=127.0.0.1:$port
node_start "$D/node" "$port" group.initial.rebalance.delay.ms=0 || { tail -5 "$D/node/out.log"; fail "a node of its own starts"; }
seq 100 | kcat -b "$B" -P -t "$T"
kcat -b "$B" -G g -q -c 60 -X auto.offset.reset=earliest -X enable.auto.offset.store=true "$T" > /dev/null 2>&1
committed() { groups --describe --group g | awk '$2 == "'"$T"'" { print $4 }'; }
before=$(committed)
check "something is committed" test "${before:-0}" -gt 0
node_stop; node_start "$D/node" "$port" group.initial.rebalance.delay.ms=0
eventually 10 sh -c "kcat -b $B -L | grep -q 'broker 1 at'"
same "a restart keeps what is committed" "$(committed)" "$before"
# Not kcat, which gives up when its only broker is gone. It notes why it joins. Without rebootstrapping:
# Java's consumer forgets its topics when its only broker is gone, and if it looks at them before it has
# found the broker again, it takes them for changed and joins once more.
cat > "$D/log4j2.properties" << P
rootLogger.level=info
rootLogger.appenderRef.o.ref=O
appender.o.type=Console
appender.o.name=O
appender.o.target=SYSTEM_ERR
appender.o.layout.type=PatternLayout
appender.o.layout.pattern=%d{HH:mm:ss.SSS} %p %m (%c{1})%n
P
timeout 90 java -Dlog4j2.configurationFile="$D/log4j2.properties" -Xmx256m -XX:TieredStopAtLevel=1 -cp "$KAFKA_HOME_DIR/libs-4.3.1/*" org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server "$B" --topic "$T" --group g \
  --command-property auto.commit.interval.ms=200 --command-property metadata.recovery.strategy=none > "$D/kept" 2> "$D/kept.err" &
live=$!
eventually 20 sh -c "[ \$(wc -l < $D/kept) -ge $((100 - before)) ]"; sleep 1
node_kill; node_start "$D/node" "$port" group.initial.rebalance.delay.ms=0
eventually 10 sh -c "kcat -b $B -L | grep -q 'broker 1 at'"
seq 101 150 | kcat -b "$B" -P -t "$T"
check "a member goes on after kill -9" eventually 30 sh -c "tail -1 $D/kept | grep -qx 150"
same "and reads nothing twice" "$(sort -n "$D/kept" | uniq -d)" ""
eventually 5 false
same "everything is committed" "$(committed)" 150
kill $live; wait $live 2> /dev/null
node_stop
dump=$(for log in "$D"/node/data/__consumer_offsets-*/*.log; do [ -s "$log" ] && tool org.apache.kafka.tools.DumpLogSegments --files "$log" --offsets-decoder; done)
has "kafka-dump-log reads our groups" "$dump" '"type":"2","data":\{"group":"g"\}\} payload: \{"version":"3","data":\{"protocolType":"consumer","generation":1,'
has "kafka-dump-log reads our offsets" "$dump" '"type":"1","data":\{"group":"g","topic":"'"$T"'","partition":0\}\} payload: \{"version":"4","data":\{"offset":150,'
# 1 and 2 are kcat's; 3 the consumer's, before and after the kill.
calm=$failed
same "and no rebalance was" "$(printf '%s\n' "$dump" | grep -oE '"generation":[0-9]+,"protocol":"' | sort | uniq -c | awk '{ print $1, $2 }')" $'1 "generation":1,"protocol":"\n1 "generation":3,"protocol":"'
[ "$failed" = "$calm" ] || { grep -iE "join|coordinator|metadata|generation|disconnect" "$D/kept.err"; tail -40 "$D/node/out.log"; }
finish
