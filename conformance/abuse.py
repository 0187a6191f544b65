#!/usr/bin/env python3
"""Bad input on a raw socket, answered as Apache Kafka answers it: `abuse.py BOOTSTRAP [--record] [CASE...]`.

What Apache Kafka 4.4 answered stands in `abuse.expected`; `--record` writes that file from the
server at BOOTSTRAP. Where that answer was a fault of its own, `abuse.differs` says what ottla
answers instead and why; with PEER=kafka in the environment it is not looked at. After every case the server must still answer on a fresh connection. CASE is
the beginning of case names.
"""

import os
import pathlib
import re
import sys
import time

import hostile.admin  # noqa: F401  (each registers its cases)
import hostile.frames  # noqa: F401
import hostile.produce  # noqa: F401
import hostile.reads  # noqa: F401
import hostile.transactions  # noqa: F401
from checks import Checks
from hostile import CASES, Server
from wire import API_VERSIONS, Closed, Silent

EXPECTED = pathlib.Path(__file__).with_name("abuse.expected")
DIFFERS = pathlib.Path(__file__).with_name("abuse.differs")


def answers_in(path):
    """The `case: answer` lines of a file; lines that open with # are talk."""
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def answer(server, body):
    try:
        return body(server)
    except Closed:
        return "closed"
    except Silent:
        return "silent"


def alive(server):
    try:
        return server.ask(API_VERSIONS, 0, b"").i16() == 0
    except (Closed, Silent, OSError):
        return False


def main():
    flags = [a for a in sys.argv[1:] if a.startswith("-")]
    words = [a for a in sys.argv[1:] if not a.startswith("-")]
    server, wanted = Server(words[0]), tuple(words[1:])
    expected = answers_in(EXPECTED)
    if os.environ.get("PEER") != "kafka" and "--record" not in flags:
        expected |= answers_in(DIFFERS)
    checks, recorded = Checks(), {}
    for name, body in CASES:
        if wanted and not name.startswith(wanted):
            continue
        begun = time.monotonic()
        try:
            got = answer(server, body)
        except Exception as failure:
            got = f"no answer that could be read: {type(failure).__name__}: {failure}"
        got = re.sub(r"\d{10,}", "N", " ".join(got.replace(server.prefix, "abuse").split()))
        got = got.encode("unicode_escape").decode()
        recorded[name] = got
        if "--record" in flags:
            print(f"{time.monotonic() - begun:5.1f}s {name}: {got}", flush=True)
            checks.passed += alive(server)
        else:
            want = expected.get(name, "not recorded")
            checks.equal(name, got.split(" -- ")[0], want.split(" -- ")[0])
            if not alive(server):
                checks.check(f"{name}: alive afterwards", False, "no answer to ApiVersions")
    if "--record" in flags:
        recorded = {**expected, **recorded} if wanted else recorded
        head = "# What Apache Kafka 4.4.0 answers to each case of abuse.py. Written by `abuse.py BOOTSTRAP --record`.\n"
        EXPECTED.write_text(head + "".join(f"{name}: {got}\n" for name, got in sorted(recorded.items())))
    server.clean_up()
    checks.finish()


main()
