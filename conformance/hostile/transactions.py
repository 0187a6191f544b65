"""Transactions asked for wrongly: other people's producers, epochs, states, counts, names and sizes."""

import time

from hostile import case, error
from wire import I8, I16, I32, I64, LIST_OFFSETS, TAGS, array, batch, compact, compact_array, record, string, uvarint

PRODUCE, FETCH, FIND_COORDINATOR, INIT_PRODUCER_ID = 0, 1, 10, 22
ADD_PARTITIONS, ADD_OFFSETS, END, WRITE_MARKERS = 24, 25, 26, 27
DESCRIBE_PRODUCERS, DESCRIBE_TRANSACTIONS, LIST_TRANSACTIONS = 61, 65, 66
COORDINATOR_NOT_AVAILABLE, LOADING, NOT_COORDINATOR, CONCURRENT = 15, 14, 16, 51
TRANSACTION = 1


def long_compact(raw):
    return uvarint(len(raw) + 1) + raw


def patiently(ask, until=lambda code: code not in (COORDINATOR_NOT_AVAILABLE, LOADING, NOT_COORDINATOR, CONCURRENT)):
    """Asks until the first field of the answer is no error that asks to come again."""
    for _ in range(200):
        got = ask()
        if until(got[0] if isinstance(got, tuple) else got):
            return got
        time.sleep(0.05)
    return got


def find(server, keys, kind=TRANSACTION, version=4):
    def ask():
        reader = server.ask(FIND_COORDINATOR, version, I8(kind) + compact_array([compact(k) for k in keys]) + TAGS, True)
        reader.i32()

        def one():
            key, node, host, port = reader.compact(), reader.i32(), reader.compact(), reader.i32()
            code, message = reader.i16(), reader.compact()
            reader.tags()
            return code, message, node

        return reader.compact_array(one)

    return patiently(ask, lambda got: not got or got[0][0] not in (COORDINATOR_NOT_AVAILABLE, LOADING))


def init(server, name, timeout_ms=60000, producer=(-1, -1), version=4):
    """InitProducerId v4: code, producer id, epoch."""
    body = compact(name) + I32(timeout_ms) + I64(producer[0]) + I16(producer[1]) + TAGS

    def ask():
        reader = server.ask(INIT_PRODUCER_ID, version, body, True)
        reader.i32()
        return reader.i16(), reader.i64(), reader.i16()

    if name:
        find(server, [name])
    return patiently(ask)


def named(server, end):
    return f"{server.prefix}-{end}"


def producer(server, end, timeout_ms=60000):
    """A transactional id with its producer."""
    code, producer_id, epoch = init(server, named(server, end), timeout_ms)
    assert code == 0, error(code)
    return named(server, end), producer_id, epoch


def topics_of(topics):
    """Topics with partitions, flexible."""
    return compact_array([compact(t) + compact_array([I32(p) for p in parts]) + TAGS for t, parts in topics])


def partition_codes(reader):
    def partition():
        index, code = reader.i32(), reader.i16()
        reader.tags()
        return index, code

    def topic():
        name, parts = reader.compact(), reader.compact_array(partition)
        reader.tags()
        return parts

    # Kafka answers in the order of a hash map.
    return sorted(f"{index}:{error(code)}" for parts in reader.compact_array(topic) for index, code in parts)


def add(server, name, producer_id, epoch, topics):
    """AddPartitionsToTxn v3: the answers in words."""

    def ask():
        body = compact(name) + I64(producer_id) + I16(epoch) + topics_of(topics) + TAGS
        reader = server.ask(ADD_PARTITIONS, 3, body, True)
        reader.i32()
        return partition_codes(reader)

    return patiently(ask, lambda got: "CONCURRENT" not in " ".join(got) and "(51)" not in " ".join(got))


def add_many(server, transactions, version=5):
    """AddPartitionsToTxn v4, v5 as brokers send it."""
    parts = [
        compact(name) + I64(pid) + I16(epoch) + I8(int(verify)) + topics_of(topics) + TAGS
        for name, pid, epoch, verify, topics in transactions
    ]
    reader = server.ask(ADD_PARTITIONS, version, compact_array(parts) + TAGS, True)
    reader.i32()
    top = reader.i16()

    def one():
        name, codes = reader.compact(), partition_codes(reader)
        reader.tags()
        return codes

    return error(top), reader.compact_array(one)


def add_offsets(server, name, producer_id, epoch, group):
    def ask():
        reader = server.ask(ADD_OFFSETS, 3, compact(name) + I64(producer_id) + I16(epoch) + compact(group) + TAGS, True)
        reader.i32()
        return reader.i16()

    return patiently(ask)


def end(server, name, producer_id, epoch, commit, version=3, wait=True):
    """EndTxn: code, and from version 5 on the producer to go on as."""

    def ask():
        body = compact(name) + I64(producer_id) + I16(epoch) + I8(int(commit)) + TAGS
        reader = server.ask(END, version, body, True)
        reader.i32()
        code = reader.i16()
        return (code, reader.i64(), reader.i16()) if version >= 5 else (code, None, None)

    return patiently(ask) if wait else ask()


def produce(server, topic, name, producer_id, epoch, version=11, attributes=0x10, sequence=0):
    """A transactional Produce: its answer in words."""
    records = batch([record(b"v")], attributes=attributes, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence)
    part = I32(0) + long_compact(records) + TAGS
    body = compact(name) + I16(-1) + I32(10000) + compact_array([compact(topic) + compact_array([part]) + TAGS]) + TAGS

    def ask():
        reader = server.ask(PRODUCE, version, body, True)
        reader.uvarint(), reader.compact(), reader.uvarint(), reader.i32()
        return reader.i16(), reader.i64()

    code, base = patiently(ask)
    return f"{error(code)} at {base}" if code == 0 else error(code)


def markers(server, wanted, version=1):
    """WriteTxnMarkers: (producer id, epoch, commit, topics, coordinator epoch) each."""
    tail = (lambda: I8(2)) if version >= 2 else (lambda: b"")
    parts = [I64(p) + I16(e) + I8(int(c)) + topics_of(t) + I32(ce) + tail() + TAGS for p, e, c, t, ce in wanted]
    reader = server.ask(WRITE_MARKERS, version, compact_array(parts) + TAGS, True)

    def one():
        reader.i64()
        codes = partition_codes(reader)
        reader.tags()
        return codes

    return reader.compact_array(one)


def described(server, names):
    reader = server.ask(DESCRIBE_TRANSACTIONS, 0, compact_array([compact(n) for n in names]) + TAGS, True)
    reader.i32()

    def topic():
        out = reader.compact(), reader.compact_array(reader.i32)
        reader.tags()
        return out

    def one():
        code, name, state, timeout, start = reader.i16(), reader.compact(), reader.compact(), reader.i32(), reader.i64()
        pid, epoch, topics = reader.i64(), reader.i16(), reader.compact_array(topic)
        reader.tags()
        return f"{error(code)} {state!r} timeout {timeout} {'started' if start > 0 else start} epoch {epoch} topics {len(topics)}"

    return reader.compact_array(one)


def state(server, name):
    return described(server, [name])[0]


def listed(server, states=(), ids=(), duration=-1, pattern=None, version=2):
    body = compact_array([compact(s) for s in states]) + compact_array([I64(i) for i in ids])
    body += I64(duration) if version >= 1 else b""
    body += compact(pattern) if version >= 2 else b""
    reader = server.ask(LIST_TRANSACTIONS, version, body + TAGS, True)
    reader.i32()
    code, unknown = reader.i16(), reader.compact_array(reader.compact)

    def one():
        out = reader.compact(), reader.i64(), reader.compact()
        reader.tags()
        return out

    return code, unknown, reader.compact_array(one)


def offset(server, topic, committed):
    """The end of partition 0, of what is committed or of everything."""
    body = I32(-1) + I8(int(committed)) + array([string(topic) + array([I32(0) + I64(-1)])])
    reader = server.ask(LIST_OFFSETS, 2, body)
    reader.i32(), reader.i32(), reader.string(), reader.i32(), reader.i32(), reader.i16(), reader.i64()
    return reader.i64()


def becomes(wanted, look):
    for _ in range(100):
        if look() == wanted:
            break
        time.sleep(0.05)
    return look()


def settled(server, name):
    """What is known of a transactional id once its markers are written."""
    for _ in range(100):
        found = state(server, name)
        if "Prepare" not in found:
            break
        time.sleep(0.05)
    return found


@case("transactions/find_coordinator_kinds")
def find_kinds(server):
    find(server, ["x"])
    out = [error(find(server, ["x"], kind)[0][0]) for kind in (1, 3, -1, 127)]
    many = find(server, ["same"] * 2000)
    return " ".join(out) + f"; {len(many)} answers to one name 2000 times; empty {error(find(server, [''])[0][0])}; none {len(find(server, []))}"


@case("transactions/init_refusals")
def init_refusals(server):
    name = named(server, "init")
    asked = {
        "empty": ("",), "timeout 0": (name, 0), "timeout -1": (name, -1), "timeout too long": (name, 900_001),
        "timeout max": (name, 2**31 - 1), "id alone": (name, 1000, (5, -1)), "epoch alone": (name, 1000, (-1, 5)),
        "unknown producer": (name + "u", 1000, (77, 5)), "fine": (name, 900_000),
        "other producer": (name, 1000, (10**12, 0)), "later epoch": (name, 1000, (-2, -2)),
    }
    out = []
    for what, arguments in asked.items():
        code, producer_id, epoch = init(server, *arguments)
        out.append(f"{what} {error(code)} epoch {epoch} {'id' if producer_id >= 0 else 'none'}")
    return "; ".join(out)


@case("transactions/init_epochs")
def init_epochs(server):
    name, pid, epoch = producer(server, "epochs")
    out = [f"again {init(server, name)[2]}"]
    out.append(f"with its epoch {init(server, name, producer=(pid, 1))}")
    out.append(f"the same question {init(server, name, producer=(pid, 1))}")
    out.append(f"an old one {init(server, name, producer=(pid, 0))}")
    out.append(f"a later one {init(server, name, producer=(pid, 9))}")
    return "; ".join(out).replace(str(pid), "PID")


@case("transactions/init_long_name")
def init_long(server):
    code, producer_id, epoch = init(server, named(server, "x" * 30000))
    return f"{error(code)} epoch {epoch}; listed {len(listed(server, ids=[producer_id])[2])}"


@case("transactions/add_refusals")
def add_refusals(server):
    topic, other = server.topic(2), named(server, "no-such")
    name, pid, epoch = producer(server, "add")
    asked = {
        "unknown id": (named(server, "nobody"), pid, epoch, [(topic, [0])]), "empty id": ("", pid, epoch, [(topic, [0])]),
        "other producer": (name, pid + 10**9, epoch, [(topic, [0])]), "epoch before": (name, pid, epoch - 1, [(topic, [0])]),
        "epoch behind": (name, pid, epoch + 1, [(topic, [0])]), "no such topic": (name, pid, epoch, [(topic, [0]), (other, [0, 1])]),
        "no such partition": (name, pid, epoch, [(topic, [0, 2])]), "negative partition": (name, pid, epoch, [(topic, [-1])]),
        "none": (name, pid, epoch, []), "no partitions": (name, pid, epoch, [(topic, [])]), "empty topic": (name, pid, epoch, [("", [0])]),
    }
    out = [f"{what} {' '.join(add(server, *arguments))}" for what, arguments in asked.items()]
    return "; ".join(out) + "; " + state(server, name)


@case("transactions/add_twice")
def add_twice(server):
    topic = server.topic(2)
    name, pid, epoch = producer(server, "twice")
    out = add(server, name, pid, epoch, [(topic, [0, 0, 1, 0])]) + add(server, name, pid, epoch, [(topic, [0]), (topic, [0])])
    out.append(state(server, name))
    return " ".join(out) + f"; end {error(end(server, name, pid, epoch, True)[0])}"


@case("transactions/add_by_broker")
def add_by_broker(server):
    topic = server.topic(2)
    name, pid, epoch = producer(server, "broker")
    out = [add_many(server, [(name, pid, epoch, True, [(topic, [0])])], v) for v in (4, 5)]
    out.append(add_many(server, [(name, pid, epoch, False, [(topic, [0])])]))
    out.append(add_many(server, [(name, pid, epoch, True, [(topic, [0, 1])]), (named(server, "nobody"), 5, 0, True, [(topic, [0])])]))
    out.append(add_many(server, [(name, pid, epoch + 1, True, [(topic, [0])])]))
    out.append(add_many(server, [(name, pid, epoch, True, [])]))
    return f"{out}; {state(server, name)}"


@case("transactions/add_by_broker_none")
def add_by_broker_none(server):
    return str(add_many(server, []))


@case("transactions/end_refusals")
def end_refusals(server):
    topic = server.topic()
    name, pid, epoch = producer(server, "end")
    out = []

    def note(what, *arguments):
        code, new_id, new_epoch = end(server, *arguments)
        out.append(f"{what} {error(code)}" + ("" if new_epoch is None else f" epoch {new_epoch} {'id' if new_id >= 0 else 'none'}"))

    for version in (3, 4, 5):
        note(f"v{version} unknown id", named(server, "nobody"), pid, epoch, True, version)
        note("empty id", "", pid, epoch, True, version)
        note("other producer", name, pid + 10**9, epoch, True, version)
        note("epoch behind", name, pid, epoch + 1, True, version)
        note("commit of nothing", name, pid, epoch, True, version)
    note("abort of nothing", name, pid, epoch, False, 4)
    add(server, name, pid, epoch, [(topic, [0])])
    note("epoch before", name, pid, epoch - 1, True, 4)
    note("commit", name, pid, epoch, True, 4)
    note("commit again", name, pid, epoch, True, 4)
    note("abort of what is committed", name, pid, epoch, False, 4)
    return "; ".join(out) + "; " + settled(server, name)


@case("transactions/end_bumps_the_epoch")
def end_bumps(server):
    topic = server.topic()
    name, pid, epoch = producer(server, "bumps")
    out = []
    for commit in (True, False):
        out.append(produce(server, topic, name, pid, epoch, 12))
        code, new_id, new_epoch = end(server, name, pid, epoch, commit, 5)
        out.append(f"{error(code)} +{new_epoch - epoch} {new_id == pid}")
        again = end(server, name, pid, epoch, commit, 5)
        out.append(f"again {error(again[0])} +{again[2] - epoch}")
        out.append(f"otherwise {error(end(server, name, pid, epoch, not commit, 5)[0])}")
        epoch = new_epoch
    code, _, new_epoch = end(server, name, pid, epoch, False, 5)
    out.append(f"abort of nothing {error(code)} +{new_epoch - epoch}")
    out.append(f"old epoch {produce(server, topic, name, pid, epoch, 12)}")
    return "; ".join(out)


@case("transactions/produce_refusals")
def produce_refusals(server):
    topic = server.topic()
    name, pid, epoch = producer(server, "produce")
    out = [f"not added {produce(server, topic, name, pid, epoch)}"]
    add(server, name, pid, epoch, [(topic, [0])])
    out.append(f"nobody's id {produce(server, topic, named(server, 'nobody'), pid, epoch)}")
    out.append(f"no id {produce(server, topic, None, pid, epoch)}")
    out.append(f"empty id {produce(server, topic, '', pid, epoch)}")
    out.append(f"other producer {produce(server, topic, name, pid + 10**9, epoch)}")
    out.append(f"later epoch {produce(server, topic, name, pid, epoch + 1)}")
    out.append(f"a marker {produce(server, topic, name, pid, epoch, attributes=0x30)}")
    out.append(f"added {produce(server, topic, name, pid, epoch)}")
    out.append(f"not transactional {produce(server, topic, name, pid, epoch, attributes=0, sequence=1)}")
    out.append(f"next {produce(server, topic, name, pid, epoch, sequence=1)}")
    out.append(f"again {produce(server, topic, name, pid, epoch, sequence=1)}")
    out.append(f"end {error(end(server, name, pid, epoch, True)[0])} {settled(server, name)}")
    out.append(f"after the end {produce(server, topic, name, pid, epoch, sequence=2)}")
    return "; ".join(out)


@case("transactions/markers_by_anybody")
def markers_by_anybody(server):
    topic = server.topic(2)
    out = [f"no producer {markers(server, [(10**9 + 7, 0, False, [(topic, [0])], 0)])}"]
    out.append(f"no topic {markers(server, [(10**9 + 7, 0, False, [(named(server, 'none'), [0, -1])], 0)])}")
    out.append(f"no partition {markers(server, [(10**9 + 7, 0, True, [(topic, [5, -1])], 0)])}")
    out.append(f"nothing {markers(server, [])}")
    out.append(f"negative producer {markers(server, [(-1, 0, True, [(topic, [1])], 0)])}")
    out.append(f"negative epoch {markers(server, [(10**9 + 8, -1, True, [(topic, [1])], 0)])}")
    out.append(f"negative coordinator {markers(server, [(10**9 + 9, 1, True, [(topic, [1])], -1)])}")
    out.append(f"older epoch {markers(server, [(10**9 + 9, 0, True, [(topic, [1])], 0)])}")
    out.append(f"older coordinator {[markers(server, [(10**9 + 10, 1, True, [(topic, [1])], c)]) for c in (5, 4)]}")
    out.append(f"no topics {markers(server, [(10**9 + 11, 1, True, [], 0)])}")
    out.append(f"one {markers(server, [(10**9 + 11, 1, True, [(topic, [1])], 0)])}")
    out.append(f"v2 {markers(server, [(10**9 + 11, 1, True, [(topic, [1])], 0)], 2)}")
    out.append(f"v2 next {markers(server, [(10**9 + 11, 2, True, [(topic, [1])], 0)], 2)}")
    return "; ".join(out)


@case("transactions/markers_twice")
def markers_twice(server):
    topic = server.topic(2)
    return str(markers(server, [(10**9 + 11, 1, True, [(topic, [1, 1]), (topic, [1])], 0)]))


@case("transactions/begins_in_the_middle")
def begins_in_the_middle(server):
    """The first batch of a partition that does not know the producer is not its first."""
    out = []
    for version in (11, 12):
        topic = server.topic()
        name, pid, epoch = producer(server, f"middle-{version}")
        if version == 11:
            add(server, name, pid, epoch, [(topic, [0])])
        out += [f"v{version}"] + [produce(server, topic, name, pid, epoch, version, sequence=s) for s in (5, 0, 6)]
    topic = server.topic()
    name, pid, epoch = producer(server, "late")
    out += ["refused before", produce(server, topic, name, pid, epoch)]
    add(server, name, pid, epoch, [(topic, [0])])
    return "; ".join(out + [produce(server, topic, name, pid, epoch, sequence=s) for s in (1, 0, 1)])


@case("transactions/operator_aborts")
def operator_aborts(server):
    """A transaction that hangs is ended in one partition by its marker; the coordinator does not know."""
    topic = server.topic()
    name, pid, epoch = producer(server, "hangs")
    add(server, name, pid, epoch, [(topic, [0])])
    out = [produce(server, topic, name, pid, epoch), f"{offset(server, topic, False)} {offset(server, topic, True)}"]
    out += [str(markers(server, [(pid, epoch, False, [(topic, [0])], 0)])), f"{offset(server, topic, False)} {offset(server, topic, True)}"]
    out.append(produce(server, topic, name, pid, epoch, sequence=1))
    out.append(f"end {error(end(server, name, pid, epoch, True)[0])}")
    return "; ".join(out) + "; " + str(becomes(offset(server, topic, False), lambda: offset(server, topic, True)))


@case("transactions/topic_goes")
def topic_goes(server):
    """The topic of an open transaction is deleted: the transaction ends all the same."""
    from wire import DELETE_TOPICS

    topic, stays = server.topic(), server.topic()
    name, pid, epoch = producer(server, "goes")
    add(server, name, pid, epoch, [(topic, [0]), (stays, [0])])
    out = [produce(server, topic, name, pid, epoch), produce(server, stays, name, pid, epoch)]
    server.ask(DELETE_TOPICS, 1, array([string(topic)]) + I32(15000))
    out.append(f"end {error(end(server, name, pid, epoch, True)[0])}")
    out.append(str(becomes(2, lambda: offset(server, stays, True))))
    return "; ".join(out) + "; " + settled(server, name)


@case("transactions/fenced")
def fenced(server):
    topic = server.topic()
    name, pid, epoch = producer(server, "fenced")
    add(server, name, pid, epoch, [(topic, [0])])
    out = [produce(server, topic, name, pid, epoch)]
    code, new_id, new_epoch = init(server, name)
    out.append(f"{error(code)} +{new_epoch - epoch} {new_id == pid}")
    out.append(produce(server, topic, name, pid, epoch, sequence=1))
    out.append(" ".join(add(server, name, pid, epoch, [(topic, [0])])))
    out += [error(end(server, name, pid, epoch, True, v)[0]) for v in (3, 5)]
    out.append(error(add_offsets(server, name, pid, epoch, "g")))
    return "; ".join(out) + f"; {offset(server, topic, False)} {offset(server, topic, True)}"


@case("transactions/add_offsets_refusals")
def add_offsets_refusals(server):
    name, pid, epoch = producer(server, "offsets")
    find(server, ["g"], 0)
    asked = {"empty group": (name, pid, epoch, ""), "empty id": ("", pid, epoch, "g"), "other": (name, pid + 10**9, epoch, "g"),
             "epoch": (name, pid, epoch + 1, "g"), "long": (name, pid, epoch, "g" * 30000)}
    out = [f"{what} {error(add_offsets(server, *arguments))}" for what, arguments in asked.items()]
    return "; ".join(out) + f"; {state(server, name)}; end {error(end(server, name, pid, epoch, False)[0])}"


@case("transactions/describe")
def describe(server):
    name, *_ = producer(server, "described")
    return "; ".join(described(server, [name, "", named(server, "nobody"), name]))


@case("transactions/list")
def lists(server):
    name, pid, _ = producer(server, "listed")
    out = []

    def note(what, *arguments, **more):
        code, unknown, found = listed(server, *arguments, **more)
        mine = [s for n, _, s in found if n == name]
        out.append(f"{what} {error(code)} {unknown} {mine}")

    note("all")
    note("empty", ["Empty"])
    note("lower case", ["empty"])
    note("dead", ["Dead"])
    note("unknown", ["Nonsense", ""])
    note("unknown and empty", ["Nonsense", "Empty"])
    note("its id", ids=[pid, -5])
    note("another", ids=[pid + 10**9])
    note("for long", duration=10**9)
    note("for 0", duration=0)
    note("for less", duration=-2**63)
    note("pattern", pattern=".*listed")
    note("part of it", pattern="listed")
    note("no pattern", pattern="")
    note("wrong pattern", pattern="(")
    note("look around", pattern="(?=a)b")
    note("far pattern", pattern="a{1000}{1000}")
    note("many", pattern="(" * 100 + "a" + ")" * 100)
    return "; ".join(out)


@case("transactions/describe_producers")
def describe_producers(server):
    topic = server.topic(2)
    name, pid, epoch = producer(server, "active")
    add(server, name, pid, epoch, [(topic, [0])])
    produce(server, topic, name, pid, epoch)
    wanted = topics_of([(topic, [0, 1, 1, 7, -1]), (named(server, "none"), [0]), ("", [0]), (topic, [0])])
    reader = server.ask(DESCRIBE_PRODUCERS, 0, wanted + TAGS, True)
    reader.i32()

    def active():
        found = reader.i64() - pid, reader.i32() - epoch, reader.i32(), reader.i64() > 0, reader.i32(), reader.i64()
        reader.tags()
        return found

    def partition():
        out = reader.i32(), error((reader.i16(), reader.compact())[0]), reader.compact_array(active)
        reader.tags()
        return out

    def one():
        name, parts = reader.compact(), reader.compact_array(partition)
        reader.tags()
        return sorted(parts)

    out = sorted(map(str, reader.compact_array(one)))
    return f"{out}; end {error(end(server, name, pid, epoch, False)[0])}"


@case("transactions/counts")
def counts(server):
    """Arrays that claim more than is there."""
    out = []
    for key, version, body in (
        (FIND_COORDINATOR, 4, I8(1) + uvarint(2**31)), (ADD_PARTITIONS, 5, uvarint(2**31)), (WRITE_MARKERS, 1, uvarint(2**31)),
        (DESCRIBE_PRODUCERS, 0, uvarint(2**31)), (DESCRIBE_TRANSACTIONS, 0, uvarint(2**31)), (LIST_TRANSACTIONS, 2, uvarint(2**31)),
        (END, 6, b""), (END, -1, b""), (INIT_PRODUCER_ID, 6, b"\0" * 40), (ADD_OFFSETS, 3, uvarint(40000) + b"x"),
    ):
        from wire import header

        out.append(server.answer_to(I32(len(header(key, version, flexible=True) + body)) + header(key, version, flexible=True) + body))
    return " ".join(out)


@case("transactions/many_ids")
def many_ids(server):
    """Two thousand transactional ids over one connection."""
    find(server, ["x"])
    with server.connect(60.0) as connection:
        codes = set()
        for index in range(2000):
            body = compact(named(server, f"many-{index}")) + I32(60000) + I64(-1) + I16(-1) + TAGS
            reader = connection.ask(INIT_PRODUCER_ID, 4, body, True)
            reader.i32()
            codes.add(reader.i16())
    return f"{sorted(codes)} listed {len([n for n, *_ in listed(server)[2] if '-many-' in n and n.startswith(server.prefix)])}"
