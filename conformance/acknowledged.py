#!/usr/bin/env python3
"""What was acknowledged is there: `acknowledged.py send|verify BOOTSTRAP TOPIC FILE`.

`send` produces until the server is gone and writes each acknowledged (offset, value) to FILE;
`verify` reads the partition and looks for every one of them, at its offset, once.
"""

import sys
import time

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition


def send(bootstrap, topic, path):
    state = {"failed": False, "acknowledged": 0}
    settings = {
        "bootstrap.servers": bootstrap,
        "acks": "all",
        "linger.ms": 1,
        "message.timeout.ms": 3000,
        "compression.codec": "lz4",
    }
    sender = Producer(settings, logger=None)
    with open(path, "w") as out:

        def report(error, message):
            if error:
                state["failed"] = True
            else:
                out.write(f"{message.offset()} {message.value().decode()}\n")
                out.flush()
                state["acknowledged"] += 1

        number, end = 0, time.monotonic() + 60
        while not state["failed"] and time.monotonic() < end:
            try:
                sender.produce(topic, value=b"value-%d" % number, partition=0, on_delivery=report)
                number += 1
            except BufferError:
                sender.poll(0.01)
            if number % 50 == 0:
                sender.poll(0.001)
        sender.purge()
        sender.flush(1)
    print(f"{state['acknowledged']} acknowledged of {number}")


def verify(bootstrap, topic, path):
    want = dict(line.split() for line in open(path).read().splitlines())
    reader = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False, "enable.partition.eof": True}
    )
    reader.assign([TopicPartition(topic, 0, 0)])
    got, end = {}, time.monotonic() + 60
    while time.monotonic() < end:
        message = reader.poll(1.0)
        if message is None:
            continue
        if message.error():
            if message.error().code() == KafkaError._PARTITION_EOF:
                break
            sys.exit(f"{message.error()}")
        got[str(message.offset())] = message.value().decode()
    reader.close()
    lost = [offset for offset, value in want.items() if got.get(offset) != value]
    gaps = sorted(map(int, got)) != list(range(len(got)))
    print(f"{len(want)} acknowledged, {len(got)} found, {len(lost)} lost{', with gaps' if gaps else ''}")
    sys.exit(1 if lost or gaps or not want else 0)


{"send": send, "verify": verify}[sys.argv[1]](*sys.argv[2:])
