#!/usr/bin/env python3
"""How long `ottla topic list` takes from start to end, and `kafka-topics.sh --list` beside it, in turn,
against the same node. And the same for `ottla explain`, which asks nobody.

    bench/cli_start.py [path of the ottla binary] [runs]

Prints minimum, median and maximum of each in milliseconds. The tool is left out where java or
~/.cache/peers/apache-kafka is missing.
"""

import glob
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BINARY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/ottla")
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 50
LIBS = sorted(glob.glob(os.path.expanduser("~/.cache/peers/apache-kafka/4.4.0/libs-*")))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def took_ms(command):
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * 1000


def line(name, times):
    print(f"{name:<24} min {min(times):8.1f}  median {statistics.median(times):8.1f}  max {max(times):8.1f}  ({len(times)} runs)")


port = free_port()
data = tempfile.mkdtemp(prefix="ottla-cli-start-")
node = subprocess.Popen(
    [BINARY, "serve", "-X", f"listeners=PLAINTEXT://127.0.0.1:{port}", "-X", "ottla.admin.listener=", "-X", f"log.dirs={data}"],
    stderr=subprocess.DEVNULL,
)
try:
    address = f"127.0.0.1:{port}"
    created = [BINARY, "topic", "create", "orders", "-b", address]
    while subprocess.run(created, stderr=subprocess.DEVNULL).returncode != 0:
        time.sleep(0.1)
    calls = {
        "ottla topic list": ([BINARY, "topic", "list", "-b", address], RUNS),
        "ottla explain 6": ([BINARY, "explain", "6"], RUNS),
    }
    if LIBS and shutil.which("java"):
        path = ":".join(f"{libs}/*" for libs in LIBS)
        # What kafka-run-class.sh gives to tools.
        java = ["java", "-Xmx256M", "-XX:TieredStopAtLevel=1", "-cp", path, "org.apache.kafka.tools.TopicCommand"]
        calls["kafka-topics.sh --list"] = (java + ["--bootstrap-server", address, "--list"], max(RUNS // 10, 3))
    times = {name: [] for name in calls}
    for turn in range(RUNS):
        for name, (command, runs) in calls.items():
            if turn < runs:
                times[name].append(took_ms(command))
    for name, taken in times.items():
        line(name, taken)
finally:
    node.terminate()
    node.wait()
    shutil.rmtree(data)
