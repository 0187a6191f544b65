"""Fetch, ListOffsets, Metadata and OffsetForLeaderEpoch asked for wrongly."""

from hostile import case, error
from hostile.admin import create_topic
from hostile.produce import good, produced
from wire import (
    FETCH,
    I8,
    I16,
    I32,
    I64,
    LIST_OFFSETS,
    METADATA,
    OFFSET_FOR_LEADER_EPOCH,
    TAGS,
    array,
    compact,
    compact_array,
    string,
    uvarint,
)


def fetch_request(name, offset, partition=0, epoch=-1, session=0, session_epoch=-1, **more):
    """A Fetch body, version 11."""
    size = more.get("partition_bytes", 1 << 20)
    part = I32(partition) + I32(epoch) + I64(offset) + I64(-1) + I32(size)
    head = I32(more.get("replica", -1)) + I32(more.get("wait", 0)) + I32(more.get("min_bytes", 1))
    head += I32(more.get("max_bytes", 1 << 20)) + I8(more.get("isolation", 0)) + I32(session) + I32(session_epoch)
    return head + array([string(name) + array([part])]) + array([]) + string("")


def fetched(server, name, offset, **more):
    """The answer of Fetch v11 in words: errors, high watermark, bytes."""
    reader = server.ask(FETCH, 11, fetch_request(name, offset, **more))
    reader.i32()
    top, session = reader.i16(), reader.i32()

    def part():
        reader.i32()
        code, high, _, _ = reader.i16(), reader.i64(), reader.i64(), reader.i64()
        reader.array(lambda: (reader.i64(), reader.i64()))
        reader.i32()
        return code, high, len(reader.data() or b"")

    parts = [p for t in reader.array(lambda: (reader.string(), reader.array(part))) for p in t[1]]
    words = [f"{error(code)} high watermark {high}, {size} bytes" for code, high, size in parts]
    return f"{error(top)}, {'a' if session else 'no'} session: {'; '.join(words) or 'no partitions'}"


def filled(server):
    name = server.topic()
    produced(server, good(), name=name)
    return name


def _fetch_case(label, offset=0, **more):
    @case(f"fetch/{label}")
    def fetch_case(server):
        return fetched(server, filled(server), offset, **more)


_fetch_case("good")
_fetch_case("inside_a_batch", 1)
_fetch_case("at_the_end", 3)
_fetch_case("beyond_the_end", 4)
_fetch_case("offset_negative", -1)
_fetch_case("offset_maximum", (1 << 63) - 1)
_fetch_case("unknown_partition", partition=9)
_fetch_case("partition_minus_1", partition=-1)
_fetch_case("leader_epoch_ahead", epoch=99)
_fetch_case("leader_epoch_of_now", epoch=0)
_fetch_case("leader_epoch_minus_2", epoch=-2)
_fetch_case("session_unknown", session=12345, session_epoch=1)
_fetch_case("session_new", session_epoch=0)
_fetch_case("session_epoch_without_an_id", session_epoch=5)
_fetch_case("max_bytes_0", max_bytes=0)
_fetch_case("max_bytes_negative", max_bytes=-1)
_fetch_case("max_bytes_10_still_gives_a_batch", max_bytes=10)
_fetch_case("partition_bytes_0", partition_bytes=0)
_fetch_case("partition_bytes_negative", partition_bytes=-1)
_fetch_case("min_bytes_over_max_bytes", min_bytes=1 << 30, max_bytes=100, wait=100)
_fetch_case("wait_negative", wait=-1, min_bytes=1 << 20)
_fetch_case("isolation_9", isolation=9)
_fetch_case("read_committed", isolation=1)
_fetch_case("replica_1_itself", replica=1)
_fetch_case("replica_77_unknown", replica=77)
_fetch_case("replica_minus_2_debugger", replica=-2)


def _fetch_name_case(label, name):
    @case(f"fetch/topic_{label}")
    def name_case(server):
        return fetched(server, name, 0)


for _label, _name in {"unknown": "not-there-at-all", "two_dots": "..", "path_up": "../x", "empty": "", "cluster_metadata": "__cluster_metadata"}.items():
    _fetch_name_case(_label, _name)


@case("fetch/unknown_topic_id")
def fetch_unknown_id(server):
    part = I32(0) + I32(-1) + I64(0) + I32(-1) + I64(-1) + I32(1 << 20) + TAGS
    topic = b"\x11" * 16 + compact_array([part]) + TAGS
    body = I32(-1) + I32(0) + I32(1) + I32(1 << 20) + I8(0) + I32(0) + I32(-1)
    body += compact_array([topic]) + compact_array([]) + compact("") + TAGS
    reader = server.ask(FETCH, 13, body, flexible=True)
    reader.i32()
    top = reader.i16()
    reader.i32()
    reader.uvarint(), reader.take(16), reader.uvarint(), reader.i32()
    return f"{error(top)}: {error(reader.i16())}"


@case("fetch/session_epoch_out_of_order")
def fetch_session_order(server):
    name = filled(server)
    with server.connect() as connection:
        reader = connection.ask(FETCH, 11, fetch_request(name, 0, session_epoch=0))
        reader.i32(), reader.i16()
        session = reader.i32()
        reader = connection.ask(FETCH, 11, fetch_request(name, 0, session=session, session_epoch=7))
        reader.i32()
        return error(reader.i16())


# Offsets by time.


def listed(server, name, timestamp, partition=0, version=5, isolation=0, epoch=-1):
    """ListOffsets v5."""
    topic = string(name) + array([I32(partition) + I32(epoch) + I64(timestamp)])
    reader = server.ask(LIST_OFFSETS, version, I32(-1) + I8(isolation) + array([topic]))
    reader.i32(), reader.i32(), reader.string(), reader.i32(), reader.i32()
    code, at, offset, epoch = reader.i16(), reader.i64(), reader.i64(), reader.i32()
    return f"{error(code)} offset {offset} {'with' if at >= 0 else 'no'} timestamp, leader epoch {epoch}"


def _offset_case(label, timestamp, **more):
    @case(f"list_offsets/{label}")
    def offset_case(server):
        return listed(server, filled(server), timestamp, **more)


_offset_case("latest", -1)
_offset_case("earliest", -2)
_offset_case("by_time_0", 0)
_offset_case("by_time_far_ahead", 1 << 60)
_offset_case("timestamp_minus_3_in_version_5", -3)
_offset_case("timestamp_minus_7", -7)
_offset_case("timestamp_minimum", -(1 << 63))
_offset_case("unknown_partition", -1, partition=9)
_offset_case("partition_minus_1", -1, partition=-1)
_offset_case("leader_epoch_ahead", -1, epoch=99)
_offset_case("isolation_9", -1, isolation=9)


def _newer_offset_case(label, version, timestamp):
    @case(f"list_offsets/version_{version}_{label}")
    def newer_case(server):
        name = filled(server)
        part = I32(0) + I32(-1) + I64(timestamp) + TAGS
        body = I32(-1) + I8(0) + compact_array([compact(name) + compact_array([part]) + TAGS])
        body += (I32(1000) if version >= 10 else b"") + TAGS
        reader = server.ask(LIST_OFFSETS, version, body, flexible=True)
        reader.i32(), reader.uvarint(), reader.compact(), reader.uvarint(), reader.i32()
        code, at, offset, epoch = reader.i16(), reader.i64(), reader.i64(), reader.i32()
        return f"{error(code)} offset {offset} {'with' if at >= 0 else 'no'} timestamp, leader epoch {epoch}"


_newer_offset_case("max_timestamp", 7, -3)
_newer_offset_case("earliest_local_not_known_yet", 7, -4)
_newer_offset_case("earliest_local", 8, -4)
_newer_offset_case("latest_tiered", 9, -5)
_newer_offset_case("earliest_pending_upload_not_known_yet", 10, -6)
_newer_offset_case("earliest_pending_upload", 11, -6)
_newer_offset_case("minus_7", 11, -7)


@case("list_offsets/unknown_topic")
def offsets_unknown(server):
    return listed(server, "not-there-at-all", -1)


@case("list_offsets/illegal_topic")
def offsets_illegal(server):
    return listed(server, "..", -1)


@case("list_offsets/same_partition_twice")
def offsets_twice(server):
    part = I32(0) + I32(-1) + I64(-1)
    body = I32(-1) + I8(0) + array([string(filled(server)) + array([part, part])])
    reader = server.ask(LIST_OFFSETS, 5, body)
    reader.i32(), reader.i32(), reader.string()
    return f"{reader.i32()} answers, {reader.i32()} {error(reader.i16())}"


@case("leader_epoch/unknown_topic_and_epochs")
def leader_epochs(server):
    name = filled(server)

    def ask(topic, partition, current, epoch):
        body = I32(-1) + array([string(topic) + array([I32(partition) + I32(current) + I32(epoch)])])
        reader = server.ask(OFFSET_FOR_LEADER_EPOCH, 3, body)
        reader.i32(), reader.i32(), reader.string(), reader.i32()
        code, _, found, end = reader.i16(), reader.i32(), reader.i32(), reader.i64()
        return f"{error(code)} epoch {found} end {end}"

    asked = [(name, 0, -1, 0), (name, 0, -1, 5), (name, 0, -1, -1), (name, 0, 9, 0), (name, 7, -1, 0), ("not-there", 0, -1, 0), ("..", 0, -1, 0)]
    return "; ".join(ask(*one) for one in asked)


# Metadata.


def metadata(server, names, create=True):
    """Metadata v4: each topic's error and partitions."""
    body = (array(None) if names is None else array([string(n) for n in names])) + I8(int(create))
    reader = server.ask(METADATA, 4, body)
    reader.i32()
    reader.array(lambda: (reader.i32(), reader.string(), reader.i32(), reader.string()))
    reader.string(), reader.i32()

    def part():
        code = reader.i16()
        reader.i32(), reader.i32()
        reader.array(reader.i32), reader.array(reader.i32)
        return code

    return reader.array(lambda: (reader.i16(), reader.string(), reader.i8(), reader.array(part)))


def _metadata_case(label, *names, create=True):
    @case(f"metadata/{label}")
    def metadata_case(server):
        topics = metadata(server, names, create)
        return "; ".join(f"{error(code)} {len(parts)} partitions" for code, _, _, parts in sorted(topics))


for _label, _name in {"two_dots": "..", "path_up": "../x", "empty": "", "slash": "a/b", "250_characters": "n" * 250}.items():
    _metadata_case(f"topic_{_label}", _name)
    _metadata_case(f"topic_{_label}_without_creation", _name, create=False)
_metadata_case("unknown_without_creation", "not-there-at-all", create=False)
_metadata_case("cluster_metadata", "__cluster_metadata")
_metadata_case("same_topic_twice", "twice-without-creation", "twice-without-creation", create=False)


@case("metadata/unknown_topic_is_created")
def metadata_creates(server):
    import time

    name, answers = f"{server.prefix}-auto", []
    for _ in range(100):
        code, _, _, parts = metadata(server, [name])[0]
        if not answers or answers[-1] != f"{error(code)} {len(parts)} partitions":
            answers.append(f"{error(code)} {len(parts)} partitions")
        if code == 0:
            break
        time.sleep(0.02)
    return f"{answers[0]}, later {answers[-1]}"


@case("metadata/thousand_unknown_topics_without_creation")
def metadata_many(server):
    topics = metadata(server, [f"not-there-{n}" for n in range(1000)], create=False)
    return f"{len(topics)} answers, {sorted({error(t[0]) for t in topics})}"


def metadata_by_id(server, version, topic_id, name):
    """Metadata of version 10 to 12, one topic: brokers, error, name, whether the id came back."""
    topic = topic_id + compact(name) + TAGS
    flags = I8(0) * (3 if version < 11 else 2)
    reader = server.ask(METADATA, version, compact_array([topic]) + flags + TAGS, flexible=True)
    reader.i32()
    brokers = reader.compact_array(
        lambda: (reader.i32(), reader.compact(), reader.i32(), reader.compact(), reader.tags())
    )
    reader.compact(), reader.i32(), reader.uvarint()
    code, name, echoed = reader.i16(), reader.compact(), reader.take(16) == topic_id
    return f"{len(brokers)} brokers, {error(code)} name {name!r}, {'the id' if echoed else 'another id'}"


def _by_id_case(label, version, topic_id, name):
    @case(f"metadata/version_{version}_{label}")
    def by_id_case(server):
        return metadata_by_id(server, version, topic_id, name)


_UNKNOWN_ID = b"\x11" * 16
_by_id_case("unknown_topic_id", 12, _UNKNOWN_ID, None)
_by_id_case("name_and_unknown_id", 12, _UNKNOWN_ID, "both")
_by_id_case("empty_name_and_unknown_id", 12, _UNKNOWN_ID, "")
_by_id_case("no_name_and_no_id", 12, bytes(16), None)
_by_id_case("topic_id", 10, _UNKNOWN_ID, None)
_by_id_case("name_and_topic_id", 11, _UNKNOWN_ID, "x")
