"""A member of a group as librdkafka is one; prints its rebalances.
  member.py PORT SECONDS TOPIC KEY=VALUE ..     member.py PORT create TOPIC PARTITIONS
"""
import sys
import time

from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient, NewTopic

port, seconds, topic = sys.argv[1:4]
server = {"bootstrap.servers": f"127.0.0.1:{port}"}

if seconds == "create":
    made = AdminClient(server).create_topics([NewTopic(topic, int(sys.argv[4]), 1)])[topic]
    try:
        made.result()
    except Exception as error:
        if "already exists" not in str(error):
            raise
    time.sleep(1)
    sys.exit()


def say(what, partitions):
    print(what, *sorted(f"{it.topic}-{it.partition}" for it in partitions), flush=True)


settings = dict(it.split("=", 1) for it in sys.argv[4:])
consumer = Consumer({**server, **settings})
consumer.subscribe(
    [topic],
    on_assign=lambda _, them: say("assigned", them),
    on_revoke=lambda _, them: say("revoked", them),
)
had = None
end = time.time() + float(seconds)
while time.time() < end:
    consumer.poll(0.2)
    has = consumer.assignment()
    if has != had:
        say("has", has)
        had = has
consumer.close()
