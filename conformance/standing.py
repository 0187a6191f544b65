#!/usr/bin/env python3
"""Opens transactions that nobody ends: `standing.py BOOTSTRAP TOPIC TRANSACTIONAL.ID`. One that its coordinator
knows, in partition 0; one of a producer that no coordinator knows, in partition 1. Ends without ending them."""

import os
import sys
import time

from confluent_kafka import Producer

from wire import I16, I32, Connection, batch, data, record, string

bootstrap, topic, transactional_id = sys.argv[1:]
producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id, "transaction.timeout.ms": 1000})
producer.init_transactions(15)
producer.begin_transaction()
producer.produce(topic, b"open", partition=0)
if producer.flush(15):
    sys.exit("the record was not sent")
now = int(time.time() * 1000)
records = batch([record(b"hanging")], attributes=0x10, producer_id=4242, producer_epoch=3, base_sequence=0, timestamp=now)
PRODUCE = 0
with Connection(bootstrap) as server:
    body = string("hanging") + I16(-1) + I32(5000) + I32(1) + string(topic) + I32(1) + I32(1) + data(records)
    answer = server.ask(PRODUCE, 3, body)
    answer.i32(), answer.string(), answer.i32(), answer.i32()
    if error := answer.i16():
        sys.exit(f"the batch was refused with {error}")
sys.stdout.flush()
os._exit(0)  # no word to the coordinator
