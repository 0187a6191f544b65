#!/usr/bin/env python3
"""Start as a curve: how long a node with many partitions takes from the start of its process to the
first answered Produce, how much memory it has then, and what it costs to do nothing. ottla, and Apache
Kafka on the very same log dir.

    bench/start_curve.py [--ottla PATH] [--sizes 100,1000,10000] [--alone 100000] [--runs 3]
                         [--dirty-mb 1024] [--no-kafka] [--scratch DIR]

For every size Apache Kafka formats a log dir and makes the topics (50 partitions each, one record in
each partition), and is stopped. Then both start on it in turn: once on what the other left ("taken
over", in ms), then as often as `--runs` says after a clean stop of its own, and after kill -9. At the largest size `--dirty-mb` of records nobody synced lie there when
the node is killed. Apache Kafka's script is found as conformance/node.sh finds it: KAFKA_PEER, or
shared/peers/apache-kafka beside the project. Listens on loopback. Writes nothing outside its scratch
directory, which it removes.
"""

import argparse
import os
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PARTITIONS_PER_TOPIC = 50
TOPICS_PER_REQUEST = 20
START_LIMIT_S = 400
IDLE_S = 10


# --- the wire, as much of it as is needed ---


def crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC32C = crc32c_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC32C[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def varint(value):
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value & ~0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def batch(value):
    body = b"\0" + varint(0) + varint(0) + varint(-1) + varint(len(value)) + value + varint(0)
    record = varint(len(body)) + body
    now = int(time.time() * 1000)
    checked = struct.pack(">hiqqqhii", 0, 0, now, now, -1, -1, -1, 1) + record
    rest = struct.pack(">ibI", 0, 2, crc32c(checked)) + checked
    return struct.pack(">qi", 0, len(rest)) + rest


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def frame(key, version, body):
    request = struct.pack(">hhi", key, version, 1) + text("curve") + body
    return struct.pack(">i", len(request)) + request


def answer(connection, request):
    connection.sendall(request)
    size = struct.unpack(">i", exactly(connection, 4))[0]
    return exactly(connection, size)[4:]


def exactly(connection, count):
    data = bytearray()
    while len(data) < count:
        some = connection.recv(count - len(data))
        if not some:
            raise OSError("the connection was closed")
        data += some
    return bytes(data)


def produce_frame(partitions, records):
    """Produce version 8, acks=all, to `partitions` as (topic, index)."""
    by_topic = {}
    for topic, index in partitions:
        by_topic.setdefault(topic, []).append(index)
    body = struct.pack(">hhii", -1, -1, 30000, len(by_topic))
    for topic, indexes in by_topic.items():
        body += text(topic) + struct.pack(">i", len(indexes))
        for index in indexes:
            body += struct.pack(">ii", index, len(records)) + records
    return frame(0, 8, body)


def produce_errors(response):
    """The error codes in a response, by partition."""
    at, errors = 4, {}
    for _ in range(struct.unpack_from(">i", response, 0)[0]):
        size = struct.unpack_from(">h", response, at)[0]
        topic = response[at + 2 : at + 2 + size].decode()
        at += 2 + size + 4
        for _ in range(struct.unpack_from(">i", response, at - 4)[0]):
            index, code = struct.unpack_from(">ih", response, at)
            at += 30
            if struct.unpack_from(">i", response, at)[0] > 0:
                raise SystemExit(f"single records were refused: {response!r}")
            at += 4
            size = struct.unpack_from(">h", response, at)[0]
            at += 2 + max(size, 0)
            errors[topic, index] = code
    return errors


def create_topics(connection, names):
    """CreateTopics version 4; a topic that is there already is fine."""
    body = struct.pack(">i", len(names))
    for name in names:
        body += text(name) + struct.pack(">ihii", PARTITIONS_PER_TOPIC, 1, 0, 0)
    response = answer(connection, frame(19, 4, body + struct.pack(">ib", 60000, 0)))
    at = 8
    for _ in range(struct.unpack_from(">i", response, 4)[0]):
        size = struct.unpack_from(">h", response, at)[0]
        code = struct.unpack_from(">h", response, at + 2 + size)[0]
        at += 4 + size
        size = struct.unpack_from(">h", response, at)[0]
        at += 2 + max(size, 0)
        if code not in (0, 36):
            raise SystemExit(f"a topic was refused with error {code}")


# --- nodes ---


def free_ports():
    for port in range(21100, 21198, 2):
        try:
            for one in (port, port + 1):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", one))
            return port
        except OSError:
            continue
    raise SystemExit("no free ports between 21100 and 21198")


def kafka_script():
    named = os.environ.get("KAFKA_PEER")
    beside = [f"{HERE}/../../shared/peers/apache-kafka", "/work/shared/peers/apache-kafka"]
    found = [path for path in [named, *beside] if path and os.path.exists(path)]
    return found[0] if found else None


def kafka_classpath():
    version = os.environ.get("KAFKA_VERSION", "4.4.0")
    home = os.environ.get("KAFKA_HOME", os.path.expanduser("~/.cache/peers/apache-kafka"))
    return f"{home}/{version}/libs-{version}/*", f"{home}/{version}/log4j2.properties"


class Node:
    """A running node. `kind` is ottla or kafka; its log dir is `dir`/data."""

    def __init__(self, kind, directory, options):
        self.kind, self.dir = kind, directory
        self.port = free_ports()
        self.log = open(f"{directory}/{kind}.out", "ab")
        command = self.kafka() if kind == "kafka" else self.ottla(options.ottla)
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)

    def ottla(self, binary):
        settings = [f"listeners=PLAINTEXT://127.0.0.1:{self.port}", "ottla.admin.listener="]
        settings += [f"log.dirs={self.dir}/data", "node.id=1"]
        return [binary, "serve"] + [word for pair in settings for word in ("-X", pair)]

    def kafka(self):
        """The command that the peer's script runs, so that what is timed is the broker alone."""
        control = self.port + 1
        with open(f"{self.dir}/server.properties", "w") as out:
            out.write(
                "process.roles=broker,controller\nnode.id=1\n"
                f"controller.quorum.voters=1@127.0.0.1:{control}\n"
                f"listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{control}\n"
                f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}\n"
                "controller.listener.names=CONTROLLER\n"
                "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\n"
                f"log.dirs={self.dir}/data\noffsets.topic.replication.factor=1\n"
            )
        jars, logging = kafka_classpath()
        java = ["java", *os.environ.get("KAFKA_HEAP_OPTS", "-Xmx1G -Xms1G").split(), "-server"]
        java += ["-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Djava.awt.headless=true"]
        java += ["-cp", jars, f"-Dlog4j2.configurationFile={logging}"]
        properties = f"{self.dir}/server.properties"
        if not os.path.exists(f"{self.dir}/data/meta.properties"):
            cluster = ["format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", properties]
            subprocess.run(
                java[:1] + java[-3:] + ["kafka.tools.StorageTool", *cluster], check=True, stdout=self.log
            )
        return java + ["kafka.Kafka", properties]

    def connect(self):
        while True:
            if time.perf_counter() - self.begun > START_LIMIT_S or self.process.poll() is not None:
                raise SystemExit(f"{self.kind} did not answer; see {self.dir}/{self.kind}.out")
            try:
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
            except OSError:
                time.sleep(0.001)

    def first_produce_ms(self, partition, records):
        """Asks until the record is acknowledged; milliseconds since the process was started."""
        connection = self.connect()
        while True:
            try:
                errors = produce_errors(answer(connection, produce_frame([partition], records)))
                if not any(errors.values()):
                    return (time.perf_counter() - self.begun) * 1000
            except OSError:
                connection = self.connect()
            time.sleep(0.001)
            if time.perf_counter() - self.begun > START_LIMIT_S:
                raise SystemExit(f"{self.kind} does not take a record; see {self.dir}/{self.kind}.out")

    def memory_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def idle_percent(self):
        before = self.cpu_s()
        time.sleep(IDLE_S)
        return (self.cpu_s() - before) / IDLE_S * 100

    def stop(self, how=signal.SIGTERM):
        begun = time.perf_counter()
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=START_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        return (time.perf_counter() - begun) * 1000


# --- the work ---


def topic_names(partitions):
    return [f"curve-{index:05}" for index in range(max(1, partitions // PARTITIONS_PER_TOPIC))]


def fill(node, partitions, records):
    """Makes the topics and writes one record into every partition; seconds for the making."""
    names, took = topic_names(partitions), 0.0
    connection = node.connect()
    for first in range(0, len(names), TOPICS_PER_REQUEST):
        some = names[first : first + TOPICS_PER_REQUEST]
        while True:
            try:
                begun = time.perf_counter()
                create_topics(connection, some)
                took += time.perf_counter() - begun
                break
            except OSError:
                connection = node.connect()
        todo = [(name, index) for name in some for index in range(PARTITIONS_PER_TOPIC)]
        produce_until_taken(connection, todo, records)
    return took


def produce_until_taken(connection, todo, records):
    until = time.perf_counter() + START_LIMIT_S
    while todo:
        errors = produce_errors(answer(connection, produce_frame(todo, records)))
        todo = [partition for partition, code in errors.items() if code]
        if todo and time.perf_counter() > until:
            raise SystemExit(f"{len(todo)} partitions do not take records: {errors[todo[0]]}")
        time.sleep(0.02 if todo else 0)


def make_dirty(node, partitions, megabytes):
    """Spreads that many megabytes over the partitions, in batches of 500 kB."""
    names, records = topic_names(partitions), batch(os.urandom(500_000))
    connection = node.connect()
    for step in range(megabytes * 1_000_000 // len(records)):
        partition = (names[step % len(names)], step // len(names) % PARTITIONS_PER_TOPIC)
        produce_until_taken(connection, [partition], records)


def measure(kind, directory, partitions, options, dirty_mb):
    """Starts after clean stops and after kills; what was seen, by name."""
    seen = {"taken": [], "clean": [], "killed": [], "stop": []}
    records = batch(b"x" * 100)
    last = (topic_names(partitions)[-1], PARTITIONS_PER_TOPIC - 1)
    node = Node(kind, directory, options)
    seen["taken"].append(node.first_produce_ms(last, records))
    node.stop()
    for run in range(options.runs):
        node = Node(kind, directory, options)
        seen["clean"].append(node.first_produce_ms(last, records))
        if run == options.runs - 1:
            seen["memory"], seen["files"] = node.memory_mb(), node.files()
            time.sleep(3)
            seen["idle"] = node.idle_percent()
        seen["stop"].append(node.stop())
    for run in range(options.runs if not dirty_mb else 1):
        node = Node(kind, directory, options)
        node.first_produce_ms(last, records)
        if dirty_mb:
            make_dirty(node, partitions, dirty_mb)
        node.stop(signal.SIGKILL)
        node = Node(kind, directory, options)
        seen["killed"].append(node.first_produce_ms(last, records))
        seen["stop"].append(node.stop())
    return seen


HEAD = ("partitions", "node", "taken over", "clean ms", "killed ms", "stop ms", "RSS MiB", "files", "idle CPU %")


def row(partitions, kind, seen):
    middle = lambda name: f"{statistics.median(seen[name]):.0f}"
    return (
        f"{partitions}", kind, middle("taken"), middle("clean"), middle("killed"), middle("stop"),
        f"{seen['memory']:.0f}", f"{seen['files']}", f"{seen['idle']:.2f}",
    )


def show(cells):
    print("".join(f"{cell:>{width}}" for cell, width in zip(cells, (11, 8, 12, 10, 11, 9, 9, 8, 12))), flush=True)


def curve(partitions, kinds, options, dirty_mb):
    directory = tempfile.mkdtemp(prefix=f"ottla-curve-{partitions}-", dir=options.scratch)
    try:
        node = Node(kinds[0], directory, options)
        made = fill(node, partitions, batch(b"x" * 100))
        node.stop()
        note = f"made by {kinds[0]} in {made:.2f} s"
        results = {}
        # The one that made the dir last, so that each finds what the other left.
        for kind in reversed(kinds):
            results[kind] = measure(kind, directory, partitions, options, dirty_mb)
            show(row(partitions, kind, results[kind]))
        if len(results) == 2:
            ratio = lambda name: statistics.median(results["kafka"][name]) / statistics.median(
                results["ottla"][name]
            )
            note += f"; Apache Kafka takes {ratio('clean'):.1f} x clean, {ratio('killed'):.1f} x after kill -9,"
            note += f" {results['kafka']['memory'] / results['ottla']['memory']:.1f} x the memory"
        if dirty_mb:
            note += f"; {dirty_mb} MB were not synced at kill -9"
        print(f"            ({note})", flush=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--ottla", default=os.environ.get("OTTLA", f"{HERE}/../target/release/ottla"))
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--alone", default="100000", help="sizes for ottla alone; empty for none")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dirty-mb", type=int, default=1024)
    parser.add_argument("--no-kafka", action="store_true")
    parser.add_argument("--scratch", default=os.environ.get("TMPDIR"))
    options = parser.parse_args()
    kinds = ["kafka", "ottla"]
    if options.no_kafka or not kafka_script():
        kinds = ["ottla"]
    else:
        subprocess.run(["bash", kafka_script(), "install"], check=True)
    sizes = [int(size) for size in options.sizes.split(",") if size]
    print(f"Median of {options.runs} starts; from the start of the process to the first acknowledged record.")
    show(HEAD)
    for size in sizes:
        curve(size, kinds, options, options.dirty_mb if size == max(sizes) else 0)
    for size in [int(size) for size in options.alone.split(",") if size]:
        curve(size, ["ottla"], options, 0)


if __name__ == "__main__":
    sys.exit(main())
