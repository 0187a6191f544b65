#!/usr/bin/env python3
"""Groups and transactions of ottla beside Apache Kafka, in turn, each on a fresh node with settings as they ship
(but no initial rebalance delay): a group of 1,000 members that joins a topic of 1,000 partitions, in either
protocol; 1,000 commits a second; transactions of one producer over 20 partitions; 10,000 idle groups.

    bench/groups.py [rounds]

Prints every figure's median of both and how many times as much Kafka's is. Needs what conformance/run needs;
OTTLA=path chooses the binary, FRANZ=path a client program built before. Say the load beside the figures.
"""

import os
import statistics
import subprocess
import sys

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 2
HERE = os.path.dirname(os.path.abspath(__file__))
ONE = r"""
. ./node.sh
[ -x "$FRANZ" ] || franz_build
D=$(mktemp -d); at_end "$D"
port=$(free_port)
settings=(group.initial.rebalance.delay.ms=0)
[ "$PEER" = kafka ] || settings+=(max.connections=100000)
node_start "$D/node" "$port" "${settings[@]}" || exit 1
timeout 400 "$FRANZ" bench "127.0.0.1:$port" "$NODE_PID"
"""


def run(peer):
    env = dict(os.environ, PEER=peer)
    done = subprocess.run(["bash", "-c", ONE], cwd=f"{HERE}/../conformance", env=env, stdout=subprocess.PIPE, text=True)
    lines = [line.rsplit(" ", 1) for line in done.stdout.splitlines()]
    return {name: float(value) for name, value in lines}


def main():
    found = {"ottla": {}, "kafka": {}}
    for number in range(ROUNDS):
        for peer in found:
            load = os.getloadavg()[0]
            print(f"round {number + 1}, {peer}, load {load:.1f}", flush=True)
            for name, value in run(peer).items():
                print(f"    {name} {value:.3f}", flush=True)
                found[peer].setdefault(name, []).append(value)
    print(f"\n{'':58} {'ottla':>9} {'kafka':>9} {'ratio':>7}")
    for name in found["kafka"]:
        ours, theirs = (statistics.median(found[peer].get(name, [float("nan")])) for peer in ("ottla", "kafka"))
        print(f"{name:58} {ours:9.2f} {theirs:9.2f} {theirs / ours if ours else float('nan'):7.2f}")


main()
