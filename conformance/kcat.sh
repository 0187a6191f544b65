#!/usr/bin/env bash
# kcat (librdkafka) as a user types it: `kcat.sh BOOTSTRAP`.
set -u
cd "$(dirname "$0")" && . ./checks.sh
B=$1
T=kcat-$(date +%s%N)
D=$(mktemp -d); trap '[ "$BASHPID" != $$ ] || rm -rf "$D"' EXIT
export HOME=$D  # no configuration of the person who runs it

produce() { kcat -b "$B" -P -t "$T" -p 0 "$@"; }
# Reads partition 0 of a topic to its end, then leaves.
read_all() { local topic=$1; shift; timeout 20 kcat -b "$B" -C -t "$topic" -p 0 -e -q -o beginning "$@"; }

# What is there.
has "list names the broker as controller" "$(kcat -b "$B" -L)" '^  broker 1 at [^ ]+ \(controller\)$'
has "list as JSON" "$(kcat -b "$B" -L -J)" '"originating_broker":.*"brokers":\[\{"id":1,"name":"'

# A topic that comes into being with its first record.
check "produce to a topic that was not there" sh -c "printf 'one\ntwo\nthree\n' | kcat -b $B -P -t $T"
same "it has one partition led by broker 1" "$(kcat -b "$B" -L -t "$T" | grep -A1 '  topic')" \
  "$(printf '  topic "%s" with 1 partitions:\n    partition 0, leader 1, replicas: 1, isrs: 1' "$T")"
same "consume from the beginning" "$(read_all "$T")" $'one\ntwo\nthree'
same "consume from an offset" "$(read_all "$T" -o 1)" $'two\nthree'
same "consume the last one" "$(read_all "$T" -o -1)" three
same "consume from the end: nothing" "$(read_all "$T" -o end)" ""
same "consume two and leave" "$(read_all "$T" -c 2)" $'one\ntwo'
same "offsets are 0, 1, 2" "$(read_all "$T" -f '%t %p %o\n')" "$(printf "$T 0 %s\n" 0 1 2)"
has "end of partition is told" "$(timeout 20 kcat -b "$B" -C -t "$T" -p 0 -e -o beginning 2>&1)" "Reached end of topic $T \[0\] at offset 3: exiting"
same "end offset by query" "$(kcat -b "$B" -Q -t "$T:0:-1")" "$T [0] offset 3"
same "start offset by query" "$(kcat -b "$B" -Q -t "$T:0:-2")" "$T [0] offset 0"
has "reading past the end is told" "$(timeout 20 kcat -b "$B" -C -t "$T" -p 0 -e -o 99 -X auto.offset.reset=error 2>&1)" "[Oo]ffset out of range"

# Keys, headers, nothing.
T=$T-k
printf 'k1:v1\nk2:v2\n' | produce -K: -H colour=red -H empty=
same "keys and headers" "$(read_all "$T" -f '%k=%s [%h]\n')" $'k1=v1 [colour=red,empty=]\nk2=v2 [colour=red,empty=]'
printf 'k1:\n' | produce -K: -Z
same "a null value has length -1" "$(read_all "$T" -o 2 -f '%k %S\n')" "k1 -1"
same "JSON output" "$(read_all "$T" -o 2 -J | sed -E 's/"ts":[0-9]+/"ts":N/')" \
  "{\"topic\":\"$T\",\"partition\":0,\"offset\":2,\"tstype\":\"create\",\"ts\":N,\"broker\":1,\"key\":\"k1\",\"payload\":null}"
head -c 700000 /dev/urandom > "$D/sent"
produce "$D/sent"
read_all "$T" -o 3 -f %s > "$D/got"
check "700 kB of random bytes come back as they were" cmp "$D/sent" "$D/got"

# Codecs and acknowledgements. librdkafka sends lz4 to brokers with FindCoordinator only, and to others
# the records as they are, without a word: that would show nothing about lz4.
lz4=$(kcat -b "$B" -L -d feature 2>&1 | grep -c 'Enabling feature LZ4')
for codec in none gzip snappy lz4 zstd; do
  for acks in 0 1 all; do
    [ $codec = lz4 ] && [ "$lz4" = 0 ] && { gap "500 records, codec lz4, acks $acks" "librdkafka does not compress: no FindCoordinator"; continue; }
    topic=$T-$codec-$acks
    seq -f 'record %g of many that look alike' 500 > "$D/sent"
    kcat -b "$B" -P -t "$topic" -p 0 -X compression.codec=$codec -X acks=$acks -X linger.ms=20 < "$D/sent" 2> "$D/err"
    # Nothing acknowledges with acks=0: the records may still be on their way.
    eventually 10 sh -c "kcat -b $B -Q -t $topic:0:-1 | grep -q 'offset 500'"
    read_all "$topic" > "$D/got"
    if cmp -s "$D/sent" "$D/got"; then ok "500 records, codec $codec, acks $acks"; else
      fail "500 records, codec $codec, acks $acks" "$(cat "$D/err"; wc -l < "$D/got")"; fi
  done
done
check "an idempotent producer" sh -c "seq 1000 | kcat -b $B -P -t $T-idem -p 0 -X enable.idempotence=true"
same "its 1000 records" "$(read_all "$T-idem" | md5sum)" "$(seq 1000 | md5sum)"

# By time.
topic=$T-time
echo early | kcat -b "$B" -P -t "$topic" -p 0; sleep 0.05
middle=$(date +%s%3N); sleep 0.05
echo late | kcat -b "$B" -P -t "$topic" -p 0
same "consume from a timestamp" "$(read_all "$topic" -o "s@$middle")" late
same "consume to a timestamp" "$(read_all "$topic" -o s@0 -o "e@$middle")" early
same "offset of a timestamp" "$(kcat -b "$B" -Q -t "$topic:0:$middle")" "$topic [0] offset 1"
same "offset of a timestamp ahead of all" "$(kcat -b "$B" -Q -t "$topic:0:$((middle + 3600000))" | grep -oE 'offset -?[0-9]+')" "offset -1"

# Several readers of one partition, each for itself.
for reader in 1 2 3; do read_all "$T-idem" > "$D/reader$reader" & done
wait
same "three consumers each read everything" "$(cat "$D"/reader? | sort -n | uniq -c | awk '$1 == 3' | wc -l)" 1000

# A reader that waits for what comes next.
timeout 20 kcat -b "$B" -C -t "$topic" -p 0 -o end -c 3 -q -u > "$D/tail" &
tail=$!
sleep 1
for n in 1 2 3; do echo "next $n"; done | kcat -b "$B" -P -t "$topic" -p 0
wait $tail
same "a consumer at the end gets what is produced next" "$(cat "$D/tail")" $'next 1\nnext 2\nnext 3'

# What goes wrong is said.
head -c 1200000 /dev/zero | tr '\0' x > "$D/big"
has "a record over message.max.bytes is refused" \
  "$(kcat -b "$B" -P -t "$T" -p 0 -X message.max.bytes=5000000 "$D/big" 2>&1)" "Message size too large"
has "an unknown topic is told to a consumer" \
  "$(timeout 20 kcat -b "$B" -C -t "$T-none" -p 0 -e -X allow.auto.create.topics=false 2>&1)" "[Uu]nknown topic or partition|Unknown partition"
has "an unknown partition is told to a producer" \
  "$(echo x | timeout 20 kcat -b "$B" -P -t "$T" -p 7 -X message.timeout.ms=4000 2>&1)" "[Uu]nknown partition"
has "an illegal topic name is told" "$(echo x | timeout 20 kcat -b "$B" -P -t 'a b' -p 0 -X message.timeout.ms=4000 2>&1)" "Invalid topic"
finish
