#!/usr/bin/env python3
"""kafka-python, which speaks the protocol by itself: `kafka_python.py BOOTSTRAP`."""

import sys
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import KafkaError

from checks import Checks, eventually

BOOTSTRAP = sys.argv[1]
RUN = f"kafka-python-{time.time_ns() // 1_000_000}"
checks = Checks()


def consumer(**settings):
    return KafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id=None, enable_auto_commit=False, **settings)


def read(topic, count, offset=0, **settings):
    """`count` records of partition 0 from `offset`, or fewer when 15 s are over."""
    reader, where, got = consumer(**settings), TopicPartition(topic, 0), []
    reader.assign([where])
    reader.seek(where, offset)
    end = time.monotonic() + 15
    while len(got) < count and time.monotonic() < end:
        for records in reader.poll(500).values():
            got += records
    reader.close()
    return got


def round_trip():
    name = f"{RUN}-trip"
    sender = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    sent = sender.send(name, key=b"k", value=b"v", headers=[("a", b"1")], partition=0).get(15)
    checks.equal("a topic comes into being with its first record", (sent.partition, sent.offset), (0, 0))
    sender.send(name, key=b"k", value=None, partition=0).get(15)
    sender.close()
    got = read(name, 2)
    checks.equal("keys and values", [(r.key, r.value) for r in got], [(b"k", b"v"), (b"k", None)])
    checks.equal("headers", [(h[0], bytes(h[1])) for h in got[0].headers], [("a", b"1")])
    checks.equal("offsets", [r.offset for r in got], [0, 1])


def codecs():
    for codec in (None, "gzip", "snappy", "lz4", "zstd"):
        for acks in (0, 1, "all"):
            name = f"{RUN}-{codec}-{acks}"
            sender = KafkaProducer(
                bootstrap_servers=BOOTSTRAP,
                compression_type=codec,
                acks=acks,
                linger_ms=10,
                enable_idempotence=acks == "all",
            )
            for n in range(300):
                sender.send(name, value=b"much alike %d" % n, partition=0)
            sender.flush(15)
            sender.close()
            got = [r.value for r in read(name, 300)]
            right = got == [b"much alike %d" % n for n in range(300)]
            checks.check(f"300 records, codec {codec}, acks {acks}", right, len(got))


def positions():
    name, begun, where = f"{RUN}-positions", int(time.time() * 1000) - 60_000, TopicPartition(f"{RUN}-positions", 0)
    sender = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    for n in range(50):
        sender.send(name, value=b"%d" % n, timestamp_ms=begun + n * 100, partition=0)
    sender.flush(15)
    sender.close()
    reader = consumer()
    reader.assign([where])
    checks.equal("beginning", reader.beginning_offsets([where]), {where: 0})
    checks.equal("end", reader.end_offsets([where]), {where: 50})
    checks.equal("by time", reader.offsets_for_times({where: begun + 950})[where].offset, 10)
    reader.close()
    checks.equal("from an offset", [r.value for r in read(name, 2, 48)], [b"48", b"49"])


def administration():
    admin, name = KafkaAdminClient(bootstrap_servers=BOOTSTRAP), f"{RUN}-admin"
    admin.create_topics([NewTopic(name=name, num_partitions=2, replication_factor=1)])
    checks.check("created and listed", eventually(lambda: name in admin.list_topics()))
    checks.equal("described", len(admin.describe_topics([name])[0]["partitions"]), 2)
    try:
        admin.create_topics([NewTopic(name=name, num_partitions=2, replication_factor=1)])
        checks.check("creating it again fails", False)
    except KafkaError as error:
        checks.equal("creating it again fails", type(error).__name__, "TopicAlreadyExistsError")
    admin.create_partitions({name: NewPartitions(total_count=4)})
    checks.check("grown", eventually(lambda: len(admin.describe_topics([name])[0]["partitions"]) == 4))
    described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")
    checks.check("settings described", "retention.ms" in str(described), described)
    admin.delete_topics([name])
    checks.check("deleted", eventually(lambda: name not in admin.list_topics()), "it is there")
    admin.delete_topics([topic for topic in admin.list_topics() if topic.startswith(RUN)])
    admin.close()


for body in (round_trip, codecs, positions, administration):
    checks.run(body.__name__, body)
checks.finish()
