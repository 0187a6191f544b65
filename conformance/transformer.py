#!/usr/bin/env python3
"""Copies a topic to another in librdkafka's transactions until it is killed:
`transformer.py BOOTSTRAP IN OUT GROUP TRANSACTIONAL.ID`. Each input partition goes to that of the same number.
Any failure ends it: it is started again. So does a call that does not come back: librdkafka 2.16 may wait in
send_offsets_to_transaction for ever when its coordinator was killed, Apache Kafka or another."""

import faulthandler
import sys

from confluent_kafka import Consumer, Producer

bootstrap, source, target, group, transactional_id = sys.argv[1:]
producer = Producer({
    "bootstrap.servers": bootstrap, "transactional.id": transactional_id, "transaction.timeout.ms": 10_000,
    "reconnect.backoff.max.ms": 200,
})
consumer = Consumer({
    "bootstrap.servers": bootstrap, "group.id": group, "isolation.level": "read_committed", "auto.offset.reset": "earliest",
    "enable.auto.commit": False, "session.timeout.ms": 6000, "heartbeat.interval.ms": 300, "reconnect.backoff.max.ms": 200,
    "fetch.wait.max.ms": 100,
})
faulthandler.dump_traceback_later(30, exit=True)
producer.init_transactions(30)
consumer.subscribe([source])
while True:
    faulthandler.dump_traceback_later(15, exit=True)
    records = [record for record in consumer.consume(50, 0.2) if not record.error()]
    if not records:
        continue
    producer.begin_transaction()
    for record in records:
        producer.produce(target, record.value(), partition=record.partition())
    producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 15)
    producer.commit_transaction(15)
