"""Cases of bad input, by subject; each is a function that returns what the server answered.

An answer is text such as `INVALID_RECORD(87)`, `closed` or `silent`. What follows ` -- ` is the
server's own message: kept for the reader, not compared.
"""

import time

from wire import DELETE_TOPICS, I32, I64, LIST_OFFSETS, METADATA, Closed, Connection, Silent, array, string

CASES = []

NAMES = """
-1 UNKNOWN_SERVER_ERROR|0 NONE|1 OFFSET_OUT_OF_RANGE|2 CORRUPT_MESSAGE|3 UNKNOWN_TOPIC_OR_PARTITION
6 NOT_LEADER_OR_FOLLOWER|10 MESSAGE_TOO_LARGE|14 COORDINATOR_LOAD_IN_PROGRESS|17 INVALID_TOPIC_EXCEPTION|18 RECORD_LIST_TOO_LARGE
21 INVALID_REQUIRED_ACKS|29 TOPIC_AUTHORIZATION_FAILED|31 CLUSTER_AUTHORIZATION_FAILED
32 INVALID_TIMESTAMP|35 UNSUPPORTED_VERSION|36 TOPIC_ALREADY_EXISTS|37 INVALID_PARTITIONS
38 INVALID_REPLICATION_FACTOR|39 INVALID_REPLICA_ASSIGNMENT|40 INVALID_CONFIG|42 INVALID_REQUEST
43 UNSUPPORTED_FOR_MESSAGE_FORMAT|44 POLICY_VIOLATION|45 OUT_OF_ORDER_SEQUENCE_NUMBER
46 DUPLICATE_SEQUENCE_NUMBER|47 INVALID_PRODUCER_EPOCH|48 INVALID_TXN_STATE
49 INVALID_PRODUCER_ID_MAPPING|50 INVALID_TRANSACTION_TIMEOUT
53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED|59 UNKNOWN_PRODUCER_ID
60 REASSIGNMENT_IN_PROGRESS|70 FETCH_SESSION_ID_NOT_FOUND|71 INVALID_FETCH_SESSION_EPOCH
74 FENCED_LEADER_EPOCH|75 UNKNOWN_LEADER_EPOCH|76 UNSUPPORTED_COMPRESSION_TYPE
78 OFFSET_NOT_AVAILABLE|87 INVALID_RECORD|90 PRODUCER_FENCED|100 UNKNOWN_TOPIC_ID
103 INCONSISTENT_TOPIC_ID|106 FETCH_SESSION_TOPIC_ID_ERROR
"""
ERRORS = {
    int(pair.split()[0]): pair.split()[1]
    for line in NAMES.strip().splitlines()
    for pair in line.split("|")
}


def case(name):
    """Registers a case; the function gets the `Server` and returns the answer."""

    def register(function):
        CASES.append((name, function))
        return function

    return register


def error(code, message=None):
    """An answer in words: the error's name and number, and the server's message."""
    text = f"{ERRORS.get(code, 'ERROR')}({code})"
    return f"{text} -- {message}" if message else text


class Server:
    """Where the cases are aimed, and a prefix that keeps this run's topics apart."""

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.prefix = f"abuse-{time.time_ns() // 1_000_000}"
        self.created = 0

    def connect(self, timeout=10.0):
        return Connection(self.bootstrap, timeout)

    def ask(self, key, version, body, flexible=False, client="conformance", timeout=10.0):
        """One request on a connection of its own."""
        with self.connect(timeout) as connection:
            return connection.ask(key, version, body, flexible, client)

    def topic(self, partitions=1, **configs):
        """A fresh topic's name."""
        from hostile.admin import create_topic

        self.created += 1
        name = f"{self.prefix}-{self.created}"
        code, message = create_topic(
            self, name, partitions, configs={k.replace("_", "."): v for k, v in configs.items()}
        )
        assert code == 0, f"create {name}: {error(code, message)}"
        self._wait_for_leaders(name, partitions)
        return name

    def _wait_for_leaders(self, name, partitions):
        """A created topic's partitions may take a moment until they are led."""
        parts = [I32(index) + I64(-1) for index in range(partitions)]
        body = I32(-1) + array([string(name) + array(parts)])
        for _ in range(200):
            reader = self.ask(LIST_OFFSETS, 1, body)
            reader.i32(), reader.string()
            answers = reader.array(lambda: (reader.i32(), reader.i16(), reader.i64(), reader.i64()))
            if all(code == 0 for _, code, _, _ in answers):
                return
            time.sleep(0.02)
        raise AssertionError(f"{name} was not led within 4 s")

    def clean_up(self):
        """Takes away the topics of this run."""
        reader = self.ask(METADATA, 0, array([]))
        reader.array(lambda: (reader.i32(), reader.string(), reader.i32()))

        def part():
            reader.i16(), reader.i32(), reader.i32(), reader.array(reader.i32), reader.array(reader.i32)

        topics = reader.array(lambda: (reader.i16(), reader.string(), reader.array(part)))
        mine = [string(name) for _, name, _ in topics if name.startswith(self.prefix)]
        self.ask(DELETE_TOPICS, 1, array(mine) + I32(15000))

    def answer_to(self, raw, half_close=False, timeout=10.0):
        """What comes back for raw bytes: `answered N bytes`, `closed` or `silent`."""
        with self.connect(timeout) as connection:
            connection.send(raw)
            if half_close:
                connection.end_of_sending()
            try:
                _, reader = connection.read_frame()
                return f"answered {len(reader.payload)} bytes"
            except Closed:
                return "closed"
            except Silent:
                return "silent"
