#!/usr/bin/env python3
"""Compaction of one log by ottla and by Apache Kafka's cleaner: the same files (hard links), the same
settings (128 MiB for keys, buffers of 256 KiB), each in a process of its own, in turn.

    bench/compaction.py BINARY [megabytes] [codec] [rounds]

BINARY is the release build of the broker's unit tests (cargo test --release -p ottla-broker --lib --no-run
prints it): it runs the code of a node's cleaner on a dir. Records of 250 bytes, every key about four times.
Prints seconds, CPU seconds and peak memory of whole processes, and for Kafka also without the start of the
JVM; and whether the results are equal. LIBS: folder of the kafka 4.4.0 jars.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

BINARY = sys.argv[1]
MEGABYTES = int(sys.argv[2]) if len(sys.argv) > 2 else 2048
CODEC = sys.argv[3] if len(sys.argv) > 3 else "none"
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 3
LIBS = os.environ.get("LIBS", os.path.expanduser("~/.cache/peers/apache-kafka/4.4.0/libs-4.4.0"))
SOURCE = os.path.join(os.path.dirname(__file__), "../conformance/compaction/Compaction.java")
NOW = 1_790_000_000_000


def run(command, env=None):
    """Seconds, CPU seconds, peak MiB and output of a process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)
    output = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{output}")
    seconds = time.perf_counter() - began
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, output


def java(work, *args):
    return ["java", "-Xmx512m", "-cp", f"{work}/classes:{LIBS}/*", "Compaction", *args]


def logs(path):
    names = sorted(name for name in os.listdir(path) if name.endswith(".log"))
    return [(name, os.path.getsize(os.path.join(path, name))) for name in names]


def same(a, b):
    if CODEC != "none":
        return [name for name, _ in logs(a)] == [name for name, _ in logs(b)]
    return logs(a) == logs(b) and all(
        subprocess.run(["cmp", "-s", f"{a}/{name}", f"{b}/{name}"]).returncode == 0 for name, _ in logs(a)
    )


def main():
    work = tempfile.mkdtemp(dir=os.environ.get("TMPDIR"))
    try:
        os.mkdir(f"{work}/classes")
        subprocess.run(["javac", "-nowarn", "-cp", f"{LIBS}/*", "-d", f"{work}/classes", SOURCE], check=True,
                       stderr=subprocess.DEVNULL)
        run(java(work, "bench-write", f"{work}/log", str(MEGABYTES), CODEC))
        size = sum(size for _, size in logs(f"{work}/log/t-0"))
        print(f"log of {size / 2**20:.0f} MiB, codec {CODEC}")
        found = {"ottla": [], "kafka": [], "kafka without the JVM's start": []}
        for _ in range(ROUNDS):
            for who in ("ottla", "kafka"):
                shutil.rmtree(f"{work}/{who}", ignore_errors=True)
                subprocess.run(["cp", "-al", f"{work}/log", f"{work}/{who}"], check=True)
            plan = f"{work}/ottla/t-0 {NOW} -1 0 86400000 86400000 {256 << 20} 0 {128 << 20} 4096 {256 << 10} : - - - - -\n"
            with open(f"{work}/plan", "w") as file:
                file.write(plan)
            env = dict(os.environ, OTTLA_COMPACTION_PLAN=f"{work}/plan")
            seconds, cpu, peak, _ = run([BINARY, "--ignored", "--nocapture", "compacts_what_a_plan_says"], env)
            found["ottla"].append((seconds, cpu, peak))
            seconds, cpu, peak, output = run(java(work, "bench-clean", f"{work}/kafka"))
            found["kafka"].append((seconds, cpu, peak))
            inside = re.search(r"^ended \d+ (\S+) (\S+)", output, re.M)
            found["kafka without the JVM's start"].append((float(inside[1]), float(inside[2]), peak))
            equal = same(f"{work}/ottla/t-0", f"{work}/kafka/t-0")
            left = sum(size for _, size in logs(f"{work}/ottla/t-0"))
            print(f"  left {left / 2**20:.0f} MiB, {'equal' if equal else 'NOT EQUAL'}")
        best = {}
        for who, figures in found.items():
            seconds, cpu, peak = sorted(figures, key=lambda f: f[1])[len(figures) // 2]
            best[who] = (seconds, cpu, peak)
            print(f"{who:30} {seconds:7.2f} s {size / 2**20 / seconds:7.0f} MiB/s {cpu:7.2f} CPU-s"
                  f" {size / 2**30 / cpu:6.2f} GiB/CPU-s  peak {peak:5.0f} MiB")
        for who in ("kafka", "kafka without the JVM's start"):
            ratio = best[who][1] / best["ottla"][1]
            print(f"per CPU-second, ottla does {ratio:.1f} times what {who} does")
    finally:
        shutil.rmtree(work, ignore_errors=True)


main()
