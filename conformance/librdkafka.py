#!/usr/bin/env python3
"""confluent-kafka (librdkafka) as a Python user writes it: `librdkafka.py BOOTSTRAP`."""

import sys
import time

from confluent_kafka import (
    OFFSET_BEGINNING,
    OFFSET_END,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from checks import Checks, eventually
from wire import API_VERSIONS, Connection

BOOTSTRAP = sys.argv[1]
FIND_COORDINATOR = 10
RUN = f"librdkafka-{time.time_ns() // 1_000_000}"
checks = Checks()
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})


def consumer(**settings):
    """A consumer that only ever reads assigned partitions; the group's name is never used."""
    return Consumer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "group.id": "unused",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            **{key.replace("_", "."): value for key, value in settings.items()},
        }
    )


def read(topic, offset=OFFSET_BEGINNING, partition=0, **settings):
    """Every message from `offset` to the end of one partition."""
    reader, got = consumer(**settings), []
    reader.assign([TopicPartition(topic, partition, offset)])
    end = time.monotonic() + 15
    while time.monotonic() < end:
        message = reader.poll(0.5)
        if message is None:
            continue
        if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
            break
        if message.error():
            raise KafkaException(message.error())
        got.append(message)
    reader.close()
    return got


def produce(topic, messages, **settings):
    """Sends messages (keyword arguments of `produce`), gives what was delivered and what failed."""
    sender, delivered, failed = Producer({"bootstrap.servers": BOOTSTRAP, **settings}), [], []

    def report(error, message):
        (failed if error else delivered).append(error or message)

    for message in messages:
        sender.produce(topic, on_delivery=report, **message)
        sender.poll(0)
    sender.flush(15)
    return delivered, failed


def create(topic, partitions=1, **config):
    admin.create_topics([NewTopic(topic, partitions, 1, config=config)])[topic].result(15)

    def led():
        found = admin.list_topics(topic).topics[topic]
        return found.error is None and len(found.partitions) == partitions and all(p.leader == 1 for p in found.partitions.values())

    eventually(led)


def topics():
    name = f"{RUN}-topics"
    create(name, 3)
    found = admin.list_topics(name, timeout=10).topics[name]
    checks.equal("created with three partitions", sorted(found.partitions), [0, 1, 2])
    checks.equal("each led by broker 1", {p.leader for p in found.partitions.values()}, {1})
    try:
        admin.create_topics([NewTopic(name, 1, 1)])[name].result(15)
        checks.check("creating it again fails", False)
    except KafkaException as error:
        checks.equal("creating it again fails", error.args[0].code(), KafkaError.TOPIC_ALREADY_EXISTS)
    admin.create_partitions([NewPartitions(name, 5)])[name].result(15)
    checks.check("grown to five", eventually(lambda: len(admin.list_topics(name).topics[name].partitions) == 5))
    described = admin.describe_cluster().result(15)
    checks.equal("describe cluster: one node, 1", [node.id for node in described.nodes], [1])
    admin.delete_topics([name])[name].result(15)
    checks.check("deleted", eventually(lambda: name not in admin.list_topics().topics))


def settings():
    name = f"{RUN}-settings"
    create(name, **{"retention.ms": "1234"})
    where = ConfigResource(ResourceType.TOPIC, name)
    described = admin.describe_configs([where])[where].result(15)
    checks.equal("a setting given at creation", described["retention.ms"].value, "1234")
    checks.equal("a default", described["segment.bytes"].value, "1073741824")
    change = ConfigEntry("retention.ms", "99", incremental_operation=AlterConfigOpType.SET)
    altered = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[change])
    admin.incremental_alter_configs([altered])[altered].result(15)
    checks.check(
        "changed",
        eventually(lambda: admin.describe_configs([where])[where].result(15)["retention.ms"].value == "99"),
    )
    bad = ConfigEntry("retention.ms", "soon", incremental_operation=AlterConfigOpType.SET)
    altered = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[bad])
    try:
        admin.incremental_alter_configs([altered])[altered].result(15)
        checks.check("a bad value is refused", False)
    except KafkaException as error:
        checks.equal("a bad value is refused", error.args[0].code(), KafkaError.INVALID_CONFIG)


def round_trip():
    name = f"{RUN}-trip"
    stamp = int(time.time() * 1000) - 5000
    sent, failed = produce(
        name,
        [
            {"key": b"k", "value": b"v", "headers": [("a", b"1"), ("a", b"2"), ("n", None)], "timestamp": stamp},
            {"key": b"k", "value": None},
            {"value": b""},
        ],
    )
    checks.equal("three delivered to a topic that was not there", (len(sent), failed), (3, []))
    got = read(name)
    checks.equal("keys", [m.key() for m in got], [b"k", b"k", None])
    checks.equal("values, null and empty apart", [m.value() for m in got], [b"v", None, b""])
    checks.equal("headers", got[0].headers(), [("a", b"1"), ("a", b"2"), ("n", None)])
    checks.equal("timestamp", got[0].timestamp()[1], stamp)
    checks.equal("offsets", [m.offset() for m in got], [0, 1, 2])
    checks.equal("leader epoch", got[0].leader_epoch(), 0)


def sends_lz4():
    """librdkafka sends lz4 to brokers with FindCoordinator only, and to others plain records."""
    with Connection(BOOTSTRAP) as connection:
        reader = connection.ask(API_VERSIONS, 0, b"")
        reader.i16()
        return FIND_COORDINATOR in [key for key, _, _ in reader.array(lambda: (reader.i16(), reader.i16(), reader.i16()))]


def codecs():
    messages = [{"key": b"%d" % n, "value": b"much alike %d" % n} for n in range(500)]
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        for acks in ("0", "1", "all"):
            name = f"{RUN}-{codec}-{acks}"
            if codec == "lz4" and not sends_lz4():
                checks.gap(f"500 messages, codec lz4, acks {acks}", "librdkafka does not compress: no FindCoordinator")
                continue
            create(name)
            produce(name, messages, **{"compression.codec": codec, "acks": acks, "linger.ms": 10})
            eventually(lambda: watermarks(name)[1] == 500)
            got = [m.value() for m in read(name)]
            checks.check(f"500 messages, codec {codec}, acks {acks}", got == [m["value"] for m in messages], len(got))


def watermarks(topic, partition=0):
    reader = consumer()
    try:
        return reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
    finally:
        reader.close()


def positions():
    name, begun = f"{RUN}-positions", int(time.time() * 1000) - 60_000
    produce(name, [{"value": b"%d" % n, "timestamp": begun + n * 100} for n in range(100)])
    checks.equal("watermarks", watermarks(name), (0, 100))
    checks.equal("from an offset", [m.value() for m in read(name, 97)], [b"97", b"98", b"99"])
    checks.equal("from the end", read(name, OFFSET_END), [])
    reader = consumer()
    at = reader.offsets_for_times([TopicPartition(name, 0, begun + 4950)], timeout=10)[0].offset
    checks.equal("offset of a timestamp", at, 50)
    ahead = reader.offsets_for_times([TopicPartition(name, 0, begun + 10**7)], timeout=10)[0].offset
    checks.equal("offset of a timestamp ahead of all is the end", ahead, OFFSET_END)
    reader.close()
    where = TopicPartition(name, 0)
    listed = admin.list_offsets({where: OffsetSpec.max_timestamp()})[where].result(15)
    checks.equal("offset of the largest timestamp", listed.offset, 99)
    deleted = admin.delete_records([TopicPartition(name, 0, 10)])
    checks.equal("delete records before 10", list(deleted.values())[0].result(15).low_watermark, 10)
    checks.equal("watermarks afterwards", watermarks(name), (10, 100))
    checks.equal("the first record left", read(name)[0].offset(), 10)
    try:
        read(name, 3, auto_offset_reset="error")
        checks.check("below the start without a reset is an error", False)
    except KafkaException as error:
        checks.equal("below the start without a reset is an error", error.args[0].code(), KafkaError._AUTO_OFFSET_RESET)


def idempotent():
    name = f"{RUN}-idempotent"
    sent, failed = produce(name, [{"value": b"%d" % n} for n in range(5000)], **{"enable.idempotence": True})
    checks.equal("5000 delivered by an idempotent producer", (len(sent), failed), (5000, []))
    checks.check("once each, in order", [m.value() for m in read(name)] == [b"%d" % n for n in range(5000)])


def independent():
    name = f"{RUN}-independent"
    produce(name, [{"value": b"%d" % n} for n in range(1000)])
    readers = [consumer() for _ in range(3)]
    for index, reader in enumerate(readers):
        reader.assign([TopicPartition(name, 0, index * 100)])
    counts = [0] * 3
    end = time.monotonic() + 15
    while counts != [1000, 900, 800] and time.monotonic() < end:
        for index, reader in enumerate(readers):
            counts[index] += sum(1 for m in reader.consume(500, 0.1) if not m.error())
    checks.equal("three consumers of one partition, each from its own offset", counts, [1000, 900, 800])
    for reader in readers:
        reader.close()


def refusals():
    name = f"{RUN}-refused"
    create(name)
    _, failed = produce(name, [{"value": b"x" * 1_500_000}], **{"message.max.bytes": 5_000_000})
    checks.equal("a message over the limit", [e.code() for e in failed], [KafkaError.MSG_SIZE_TOO_LARGE])
    ahead = int(time.time() * 1000) + 7_200_000
    _, failed = produce(name, [{"value": b"x", "timestamp": ahead}])
    checks.equal("a timestamp two hours ahead", [e.code() for e in failed], [KafkaError.INVALID_TIMESTAMP])
    sent, _ = produce(name, [{"value": b"fine"}])
    checks.equal("and the topic goes on at offset 0", [m.offset() for m in sent], [0])
    create(f"{name}-compacted", **{"cleanup.policy": "compact"})
    _, failed = produce(f"{name}-compacted", [{"value": b"no key"}])
    checks.equal("no key to a compacted topic", [e.code() for e in failed], [KafkaError.INVALID_RECORD])


for body in (topics, settings, round_trip, codecs, positions, idempotent, independent, refusals):
    checks.run(body.__name__, body)
mine = [name for name in admin.list_topics().topics if name.startswith(RUN)]
for future in admin.delete_topics(mine).values():
    checks.run("clean up", lambda: future.result(15))
checks.finish()
