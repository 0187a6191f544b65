#!/usr/bin/env python3
"""How long a node takes from the start of its process to its first answer, and how much memory it has
then: on an empty data dir, after a clean stop, and after kill -9.

    bench/start.py [path of the ottla binary] [runs]

Prints minimum, median and maximum of each. Listens on loopback, on a port the system chooses.
"""

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

BINARY = sys.argv[1] if len(sys.argv) > 1 else "target/release/ottla"
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
# ApiVersions version 0, correlation id 1, no client id.
API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def first_answer_ms(port, begun):
    """Asks until there is an answer; milliseconds since `begun`."""
    while time.perf_counter() - begun < 10:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
                s.sendall(API_VERSIONS)
                if len(s.recv(4)) == 4:
                    return (time.perf_counter() - begun) * 1000
        except OSError:
            time.sleep(0.0005)
    raise SystemExit("no answer within ten seconds")


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def run(data, stop_signal):
    port = free_port()
    command = [BINARY, "serve", "-X", f"listeners=PLAINTEXT://127.0.0.1:{port}"]
    command += ["-X", "ottla.admin.listener=", "-X", f"log.dirs={data}"]
    begun = time.perf_counter()
    node = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    took = first_answer_ms(port, begun)
    memory = resident_kib(node.pid)
    stopping = time.perf_counter()
    node.send_signal(stop_signal)
    node.wait(timeout=10)
    return took, memory, (time.perf_counter() - stopping) * 1000


def show(name, values, unit):
    print(f"{name:<28} {min(values):8.1f} {statistics.median(values):8.1f} {max(values):8.1f} {unit}")


def main():
    print(f"{'':<28} {'min':>8} {'median':>8} {'max':>8}   ({RUNS} runs of {BINARY})")
    scratch = tempfile.mkdtemp(prefix="ottla-start-", dir=os.environ.get("TMPDIR"))
    try:
        fresh = [run(f"{scratch}/fresh-{i}", signal.SIGTERM) for i in range(RUNS)]
        show("first start, empty dir", [took for took, _, _ in fresh], "ms")
        kept = f"{scratch}/kept"
        run(kept, signal.SIGTERM)
        clean = [run(kept, signal.SIGTERM) for _ in range(RUNS)]
        show("start after a clean stop", [took for took, _, _ in clean], "ms")
        killed = [run(kept, signal.SIGKILL) for _ in range(RUNS)]
        show("start after kill -9", [took for took, _, _ in killed[1:]], "ms")
        show("stop by SIGTERM", [stop for _, _, stop in clean], "ms")
        show("resident memory, idle", [memory / 1024 for _, memory, _ in clean], "MiB")
    finally:
        shutil.rmtree(scratch)


main()
