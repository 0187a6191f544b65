#!/usr/bin/env bash
# One of two log dirs cannot be used: what is in it has no leader, the rest is served, and all is back
# with it. `log_dirs.sh` starts and stops nodes of its own (PEER=kafka: Apache Kafka). Then, of ottla
# alone, a dir that is not there.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/checks.sh" && . "$here/node.sh"
D=$(mktemp -d)
at_end "$D"
PORT=$(free_port) B=127.0.0.1:$PORT N=$D/node
peer install

start() { node_start "$N" "$PORT" "log.dirs=$N/data,$N/more" "replica.high.watermark.checkpoint.interval.ms=1000" "$@"; }
topics() { tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$B" "$@" 2>&1; }
# The partitions of a topic that have no leader, as the tool shows them.
leaderless() { topics --describe --topic "$1" | grep -c 'Leader: none.*Isr:[[:space:]]*\(Elr\|$\)'; }
dirs() { tool org.apache.kafka.tools.LogDirsCommand --bootstrap-server "$B" --describe 2>/dev/null | grep '^{'; }
# Starts it, which is refused; what it says.
refused() { timeout 10 "$OTTLA" serve -X "listeners=PLAINTEXT://127.0.0.1:$PORT" -X "log.dirs=$N/data,$N/more" -X ottla.admin.listener= 2>&1; }
# A file in the place of the dir: also root cannot use it.
put_away() { mv "$N/more" "$N/away"; : > "$N/more"; }
bring_back() { rm -f "$N/more"; mv "$N/away" "$N/more"; }

mkdir -p "$N/data" "$N/more"
start || { fail "the node starts" "$(tail -5 "$N/out.log")"; finish; }
topics --create --topic words --partitions 4 > /dev/null
for partition in 0 1 2 3; do seq 100 | kcat -b "$B" -P -t words -p $partition; done
here_count=$(ls -d "$N"/data/words-* | wc -l)
same "two dirs share the partitions" "$here_count" 2

put_away
eventually 30 sh -c "seq 5 | timeout 2 kcat -b $B -P -t words -p 0; timeout 2 kcat -b $B -L -t words | grep -c 'leader -1' | grep -q '^2$'"
same "a dir fails: its partitions have no leader" "$(leaderless words)" 2
has "and the dir is shown as failed" "$(dirs)" "\"error\":\"[^\"]*KafkaStorageException[^\"]*\"[^}]*more|more\"[^}]*\"error\":\"[^\"]*KafkaStorage"
node_stop

start || fail "the node starts without the dir" "$(tail -5 "$N/out.log")"
same "started without it: its partitions have no leader" "$(leaderless words)" 2
same "and are not made anew in the other" "$(ls -d "$N"/data/words-* | wc -l)" 2
topics --create --topic others --partitions 2 > /dev/null
same "new topics go to the other dir" "$(ls -d "$N"/data/others-* | wc -l)" 2
node_stop

bring_back
start || fail "the node starts with the dir" "$(tail -5 "$N/out.log")"
eventually 20 sh -c "! timeout 2 kcat -b $B -L -t words | grep -q 'leader -1'"
same "with it, all are led" "$(leaderless words)" 0
for partition in 0 1 2 3; do
  seen=$(timeout 20 kcat -b "$B" -C -t words -p $partition -e -q -o beginning | head -100 | md5sum)
  same "with the records of partition $partition" "$seen" "$(seq 100 | md5sum)"
done
node_stop

mv "$N/data" "$N/data.away"; : > "$N/data"
if [ "$PEER" != kafka ]; then
  said=$(refused); code=$?
  same "without the dir of the metadata log nothing starts" $code 1
  has "and it says so" "$said" "ERROR.*$N/data"
fi
rm -f "$N/data"; mv "$N/data.away" "$N/data"
[ "$PEER" = kafka ] && finish

# A dir that is not there is not one that failed: nobody may take its replicas for empty.
id=$(sed -n 's/^directory.id=//p' "$N/more/meta.properties")
mv "$N/more" "$N/away"; mkdir "$N/more"
said=$(refused); code=$?
same "an empty dir in the place of one with replicas: refused" $code 1
has "with its id and the way out" "$said" "ERROR.*$id.*ottla.log.dirs.lost=$id"
rm -rf "$N/more"; mkdir "$N/more"
start "ottla.log.dirs.lost=$id" || fail "given up, it starts" "$(tail -5 "$N/out.log")"
eventually 20 sh -c "! timeout 2 kcat -b $B -L -t words | grep -q 'leader -1'"
same "given up: all are led" "$(leaderless words)" 0
node_stop
finish
