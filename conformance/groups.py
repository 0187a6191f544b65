#!/usr/bin/env python3
"""Consumer groups through kafka-python and confluent-kafka (librdkafka): `groups.py BOOTSTRAP`."""

import sys
import threading
import time

import confluent_kafka
from confluent_kafka import Consumer, KafkaException
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.structs import OffsetAndMetadata

from checks import Checks, eventually

BOOTSTRAP = sys.argv[1]
RUN = f"groups-{time.time_ns() // 1_000_000}"
PARTITIONS = 6
RECORDS = 600
checks = Checks()
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)


def topic(name, records=RECORDS):
    """A topic of six partitions with numbered records."""
    name = f"{RUN}-{name}"
    admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    sender = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    for number in range(records):
        sender.send(name, str(number).encode(), partition=number % PARTITIONS)
    sender.flush()
    sender.close()
    return name


class Member(threading.Thread):
    """A consumer that reads until it is told to leave. Of either library."""

    def __init__(self, library, group, name, **settings):
        super().__init__(daemon=True)
        self.library, self.group, self.topic, self.settings = library, group, name, settings
        self.got, self.assigned, self.leaving, self.error = [], [], threading.Event(), None
        self.start()

    def run(self):
        try:
            (self.run_kafka_python if self.library == "kafka-python" else self.run_librdkafka)()
        except Exception as error:  # told by the check that waits for it
            self.error = error

    def run_kafka_python(self):
        # kafka-python closes without a word to its group if it was just told ILLEGAL_GENERATION and has not joined
        # again (MemberState.UNJOINED), as happens when several leave at once on a busy machine. Such a member is in
        # the group until its session ends: before those who wait for its partitions give up.
        settings = {"session_timeout_ms": 10_000, **self.settings}
        reader = KafkaConsumer(
            self.topic, group_id=self.group, bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest",
            heartbeat_interval_ms=500, **settings,
        )
        while not self.leaving.is_set():
            for records in reader.poll(100).values():
                self.got += [int(record.value) for record in records]
            self.assigned = sorted(where.partition for where in reader.assignment())
        reader.close()

    def run_librdkafka(self):
        reader = Consumer({
            "bootstrap.servers": BOOTSTRAP, "group.id": self.group, "auto.offset.reset": "earliest",
            "heartbeat.interval.ms": 500, **{key.replace("_", "."): value for key, value in self.settings.items()},
        })
        reader.subscribe([self.topic])
        while not self.leaving.is_set():
            message = reader.poll(0.1)
            if message is not None and not message.error():
                self.got.append(int(message.value()))
            self.assigned = sorted(where.partition for where in reader.assignment())
        reader.close()

    def leave(self):
        self.leaving.set()
        self.join(20)


def shared(members, seconds=25.0):
    """Whether the members have all partitions between them, each exactly once and each member some."""
    def is_so():
        parts = [list(member.assigned) for member in members]
        return sorted(sum(parts, [])) == list(range(PARTITIONS)) and all(parts)
    return eventually(is_so, seconds)


def churn(library):
    """Members come and go; every record is read."""
    name, group = topic(f"churn-{library}"), f"{RUN}-churn-{library}"
    members = [Member(library, group, name) for _ in range(2)]
    checks.check(f"{library}: two members share the partitions", shared(members), [m.assigned for m in members])
    members += [Member(library, group, name) for _ in range(2)]
    checks.check(f"{library}: four members share the partitions", shared(members), [m.assigned for m in members])
    everything = lambda: set(sum((member.got for member in members), []))
    checks.check(f"{library}: every record was read", eventually(lambda: len(everything()) == RECORDS), len(everything()))
    members[0].leave()
    checks.check(f"{library}: three members share what one leaves", shared(members[1:]), [m.assigned for m in members])
    for member in members[1:]:
        member.leave()
    checks.equal(f"{library}: nobody failed", [m.error for m in members if m.error], [])
    late = Member(library, group, name)
    checks.check(f"{library}: one alone has everything", shared([late]), (late.assigned, late.error))
    time.sleep(1)
    late.leave()
    checks.equal(f"{library}: nothing is read again after orderly leaves", late.got, [])


def mixed():
    """Both libraries in one group, with an assignor that both have."""
    name, group = topic("mixed"), f"{RUN}-mixed"
    members = [Member("kafka-python", group, name), Member("librdkafka", group, name, partition_assignment_strategy="range")]
    checks.check("both libraries in one group share the partitions", shared(members), [m.assigned for m in members])
    for member in members:
        member.leave()


def cooperative():
    name, group = topic("cooperative"), f"{RUN}-cooperative"
    settings = {"partition_assignment_strategy": "cooperative-sticky"}
    members = [Member("librdkafka", group, name, **settings) for _ in range(2)]
    checks.check("cooperative-sticky: two members share the partitions", shared(members), [m.assigned for m in members])
    members.append(Member("librdkafka", group, name, **settings))
    checks.check("cooperative-sticky: so do three", shared(members), [m.assigned for m in members])
    for member in members:
        member.leave()


def static():
    """A static member comes back within its session: nobody else notices."""
    name, group = topic("static"), f"{RUN}-static"
    settings = {"session_timeout_ms": 20_000}
    first = Member("librdkafka", group, name, group_instance_id="one", **settings)
    second = Member("librdkafka", group, name, group_instance_id="two", **settings)
    checks.check("static members share the partitions", shared([first, second]))
    had = list(second.assigned)
    second.leave()  # librdkafka does not say that a static member leaves
    back = Member("librdkafka", group, name, group_instance_id="two", **settings)
    checks.check("one that comes back has what it had", eventually(lambda: back.assigned == had, 15), (had, back.assigned))
    other = Member("librdkafka", group, name, group_instance_id="one", **settings)
    checks.check("one with the same instance id takes its place", eventually(lambda: len(other.assigned) > 0, 15), other.assigned)
    for member in (first, back, other):
        member.leave()


def offsets():
    name, group = topic("offsets"), f"{RUN}-offsets"
    reader = KafkaConsumer(group_id=group, bootstrap_servers=BOOTSTRAP, enable_auto_commit=False)
    zero, one = TopicPartition(name, 0), TopicPartition(name, 1)
    reader.assign([zero, one])
    checks.equal("nothing is committed at first", reader.committed(zero), None)
    reader.commit({zero: OffsetAndMetadata(17, "a note", -1), one: OffsetAndMetadata(3, "", -1)})
    checks.equal("what is committed is read back", (reader.committed(zero), reader.committed(one)), (17, 3))
    got = reader.committed(zero, metadata=True)
    checks.equal("its metadata too", got.metadata, "a note")
    try:
        reader.commit({zero: OffsetAndMetadata(17, "x" * 5000, -1)})
        checks.check("metadata over offset.metadata.max.bytes is refused", False)
    except Exception as error:
        checks.equal("metadata over offset.metadata.max.bytes is refused", type(error).__name__, "OffsetMetadataTooLargeError")
    reader.close()
    listed = confluent_kafka.Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group})
    found = listed.committed([confluent_kafka.TopicPartition(name, part) for part in range(3)], timeout=10)
    checks.equal("librdkafka sees the same", [part.offset for part in found], [17, 3, confluent_kafka.OFFSET_INVALID])
    listed.close()


def silent():
    """A member that stops without a word is missed after its session."""
    name, group = topic("silent"), f"{RUN}-silent"
    stays = Member("librdkafka", group, name, session_timeout_ms=6000)
    stuck = Consumer({
        "bootstrap.servers": BOOTSTRAP, "group.id": group, "session.timeout.ms": 6000, "max.poll.interval.ms": 7000,
    })
    stuck.subscribe([name])
    eventually(lambda: stuck.poll(0.1) is None and bool(stuck.assignment()), 15)
    # It polls no more; librdkafka leaves for it after max.poll.interval.ms.
    checks.check("what a stuck member had goes to the others", shared([stays], 30), stays.assigned)
    try:
        stuck.close()
    except KafkaException:
        pass
    stays.leave()


checks.run("churn kafka-python", lambda: churn("kafka-python"))
checks.run("churn librdkafka", lambda: churn("librdkafka"))
for body in (mixed, cooperative, static, offsets, silent):
    checks.run(body.__name__, body)
checks.finish()
