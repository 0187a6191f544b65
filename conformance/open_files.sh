#!/usr/bin/env bash
# Readers of more partitions than files may be open: all of them get everything, new connections are
# still accepted. ottla alone: Apache Kafka keeps every file open.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/checks.sh" && . "$here/node.sh"
D=$(mktemp -d); at_end "$D"
PORT=$(free_port) B=127.0.0.1:$PORT
mkdir "$D/data"
(ulimit -n 700; exec "$OTTLA" serve -X "listeners=PLAINTEXT://$B" -X ottla.admin.listener= -X "log.dirs=$D/data" -X ottla.log.open.files.max=300 > "$D/out" 2>&1 < /dev/null) &
NODE_PID=$!
eventually 10 listening "$PORT"
same "six readers of a thousand partitions with 300 open files" "$("$PYTHON" - "$B" <<'PY'
import sys, time
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
to = {"bootstrap.servers": sys.argv[1], "log_level": 0}
admin = AdminClient(to)
for made in admin.create_topics([NewTopic(f"many-{i}", 200, 1) for i in range(5)]).values():
    made.result(30)
places = [(f"many-{i}", p) for i in range(5) for p in range(200)]
producer = Producer(to)
for _ in range(3):
    for topic, partition in places:
        producer.produce(topic, b"x" * 100, partition=partition)
    producer.flush(60)
readers = []
for _ in range(6):
    reader = Consumer(to | {"group.id": "g", "enable.auto.commit": False})
    reader.assign([TopicPartition(topic, partition, 0) for topic, partition in places])
    readers.append([reader, 0])
end = time.time() + 30
while any(count < 3000 for _, count in readers) and time.time() < end:
    for reader in readers:
        reader[1] += sum(message.error() is None for message in reader[0].consume(500, 0.05))
print(*[count for _, count in readers])
PY
)" "3000 3000 3000 3000 3000 3000"
same "nothing failed for want of a file" "$(grep -c 'Too many open files' "$D/out")" 0
finish
