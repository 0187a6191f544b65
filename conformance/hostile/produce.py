"""Produce with batches, counts, checksums, codecs, sizes and times that are wrong."""

import struct
import time

from hostile import case, error
from hostile.admin import new_producer_id
from wire import (
    CODECS,
    I16,
    I32,
    I64,
    LIST_OFFSETS,
    PRODUCE,
    TAGS,
    Closed,
    Silent,
    array,
    batch,
    compact_array,
    data,
    header,
    old_message,
    packed_zeros,
    record,
    snappy_block,
    string,
    uvarint,
    varint,
    xerial,
)

NOW = int(time.time() * 1000)
HOUR, DAY = 3_600_000, 86_400_000


def request(name, records, partition=0, acks=1):
    """A Produce body, versions 3 to 8."""
    topic = string(name) + array([I32(partition) + data(records)])
    return string(None) + I16(acks) + I32(10000) + array([topic])


def outcomes(reader):
    """Answers of Produce v8: (error, base offset, indexes of bad records, message)."""

    def partition():
        index, code, base = reader.i32(), reader.i16(), reader.i64()
        append_time, start = reader.i64(), reader.i64()
        bad = reader.array(lambda: (reader.i32(), reader.string()))
        return code, base, bad, reader.string(), index, append_time, start

    return [p for topic in reader.array(lambda: (reader.string(), reader.array(partition))) for p in topic[1]]


def in_words(code, base, bad, message, *_):
    text = error(code) if code else f"{error(code)} at {base}"
    if bad:
        text += f" records {[index for index, _ in bad]}"
        message = f"{message} {[why for _, why in bad]}"
    return f"{text} -- {message}" if message else text


def produced(server, records, name=None, partition=0, acks=1, timeout=30.0):
    """Sends `records` to a fresh topic, or to `name`."""
    name = server.topic() if name is None else name
    reader = server.ask(PRODUCE, 8, request(name, records, partition, acks), timeout=timeout)
    return in_words(*outcomes(reader)[0])


def end_offset(server, name, partition=0):
    """The end of a partition, by ListOffsets v1."""
    topic = string(name) + array([I32(partition) + I64(-1)])
    reader = server.ask(LIST_OFFSETS, 1, I32(-1) + array([topic]))
    reader.i32(), reader.string(), reader.i32(), reader.i32(), reader.i16(), reader.i64()
    return reader.i64()


def three():
    return [record(b"v%d" % n, b"k", n) for n in range(3)]


def good(**changes):
    return batch(three(), **{"timestamp": NOW, **changes})


def _batch_case(label, records, **more):
    """A case that sends these bytes; `records` may be a function, so that nothing is built early."""

    @case(f"produce/{label}")
    def batch_case(server):
        return produced(server, records() if callable(records) else records, **more)


# The header.

_batch_case("good", good())
_batch_case("crc_wrong", good(crc=1))
_batch_case("crc_right_byte_flipped_behind_it", good()[:-1] + b"\x01")
_batch_case("magic_0_in_a_v2_batch", good(magic=0))
_batch_case("magic_1_in_a_v2_batch", good(magic=1))
_batch_case("magic_3", good(magic=3))
_batch_case("magic_minus_1", good(magic=-1))
_batch_case("message_set_of_magic_0", old_message(0, b"v"))
_batch_case("message_set_of_magic_1", old_message(1, b"v", timestamp=NOW))
_batch_case("length_negative", good(length=-1))
_batch_case("length_zero", good(length=0))
_batch_case("length_48_below_a_header", good(length=48))
_batch_case("length_one_more", good(length=len(good()) - 12 + 1))
_batch_case("length_one_less", good(length=len(good()) - 12 - 1))
_batch_case("length_maximum_int", good(length=(1 << 31) - 1))
_batch_case("cut_in_the_header", good()[:40])
_batch_case("cut_before_the_magic", good()[:14])
_batch_case("cut_in_the_records", good()[:-4])
_batch_case("ten_bytes", b"0123456789")
_batch_case("random_kilobyte", bytes(range(256)) * 4)
_batch_case("empty_records", b"")
_batch_case("null_records", None, timeout=3.0)
_batch_case("two_batches", lambda: good() + good())
_batch_case("bytes_after_the_batch", lambda: good() + b"more")
_batch_case("base_offset_5", good(base_offset=5))
_batch_case("base_offset_negative", good(base_offset=-5))
_batch_case("leader_epoch_99", good(leader_epoch=99))
_batch_case("attributes_log_append_time", good(attributes=8))
_batch_case("attributes_control", good(attributes=32))
_batch_case("attributes_delete_horizon", good(attributes=64))
_batch_case("attributes_unknown_bits", good(attributes=0x7F00))
_batch_case("attributes_transactional_without_a_producer_id", good(attributes=16))
_batch_case("codec_5", good(attributes=5))
_batch_case("codec_7", good(attributes=7))

# Counts and offsets.

_batch_case("count_one_more", good(count=4))
_batch_case("count_one_less", good(count=2))
_batch_case("count_zero", good(count=0))
_batch_case("count_negative", good(count=-1))
_batch_case("count_maximum_int", good(count=(1 << 31) - 1, last_offset_delta=(1 << 31) - 2))
_batch_case("no_records", lambda: batch([], timestamp=NOW))
_batch_case("last_offset_delta_one_more", good(last_offset_delta=3))
_batch_case("last_offset_delta_one_less", good(last_offset_delta=1))
_batch_case("last_offset_delta_negative", good(last_offset_delta=-1))
_batch_case("record_offsets_start_at_1", lambda: batch([record(b"v", None, n + 1) for n in range(3)], timestamp=NOW))
_batch_case("record_offsets_twice_the_same", lambda: batch([record(b"v", None, n) for n in (0, 1, 1)], timestamp=NOW))
_batch_case("record_offsets_backwards", lambda: batch([record(b"v", None, n) for n in (2, 1, 0)], timestamp=NOW))
_batch_case("record_offset_delta_negative", lambda: batch([record(b"v", None, -1)], timestamp=NOW))
_batch_case("gzip_last_offset_delta_one_more", lambda: squeezed("gzip", last_offset_delta=3))
_batch_case("gzip_record_offsets_backwards", lambda: squeezed("gzip", [record(b"v", None, n) for n in (2, 1, 0)]))
_batch_case("gzip_count_one_more", lambda: squeezed("gzip", count=4))
_batch_case("gzip_count_one_less", lambda: squeezed("gzip", count=2))
_batch_case("gzip_count_maximum_int", lambda: squeezed("gzip", count=(1 << 31) - 1, last_offset_delta=(1 << 31) - 2))

# Records.


def one_record(body, **changes):
    return batch([varint(len(body)) + body], timestamp=NOW, **changes)


_HEAD = b"\0\0\0"  # attributes, timestamp delta, offset delta
_batch_case("record_length_beyond_the_batch", lambda: batch([varint(500) + _HEAD], timestamp=NOW))
_batch_case("record_length_negative", lambda: batch([varint(-5) + _HEAD], timestamp=NOW))
_batch_case("record_length_varint_of_ten_bytes", lambda: batch([b"\xff" * 10], timestamp=NOW))
_batch_case("record_key_beyond_the_record", lambda: one_record(_HEAD + varint(500) + b"k"))
_batch_case("record_value_beyond_the_record", lambda: one_record(_HEAD + varint(-1) + varint(500) + b"v"))
_batch_case("record_value_length_maximum", lambda: one_record(_HEAD + varint(-1) + varint((1 << 31) - 1) + b"v"))
_batch_case("record_key_length_minus_2", lambda: one_record(_HEAD + varint(-2) + varint(-1) + varint(0)))
_batch_case("record_headers_negative", lambda: one_record(_HEAD + varint(-1) + varint(-1) + varint(-1)))
_batch_case("record_headers_maximum_int", lambda: one_record(_HEAD + varint(-1) + varint(-1) + varint((1 << 31) - 1)))
_batch_case("record_header_key_null", lambda: batch([record(b"v", headers=[(None, b"x")])], timestamp=NOW))
_batch_case("record_header_value_null", lambda: batch([record(b"v", headers=[(b"h", None)])], timestamp=NOW))
_batch_case("record_header_key_not_utf8", lambda: batch([record(b"v", headers=[(b"\xff", b"x")])], timestamp=NOW))
_batch_case("record_bytes_left_over", lambda: one_record(_HEAD + varint(-1) + varint(-1) + varint(0) + b"xyz"))
_batch_case("record_attributes_1", lambda: one_record(b"\x01\0\0" + varint(-1) + varint(-1) + varint(0)))
_batch_case("records_bytes_left_over", lambda: batch(three(), payload=b"".join(three()) + b"xyz", timestamp=NOW))
_batch_case("record_key_and_value_null", lambda: batch([record(None)], timestamp=NOW))


# Codecs.


def squeezed(codec, records=None, **changes):
    """A batch whose records are really compressed."""
    records = three() if records is None else records
    payload = packed_zeros(codec, b"".join(records), 0, b"") if codec != "snappy" else xerial(
        uvarint(len(b"".join(records))) + bytes([(len(b"".join(records)) - 1) << 2]) + b"".join(records)
    )
    return batch(records, **{"payload": payload, "attributes": CODECS[codec], "timestamp": NOW, **changes})


ZEROS = 64 << 20  # what a bomb unpacks to
SMALL = 700_000  # what a bomb may weigh: below max.message.bytes


def bomb(codec, zeros):
    """One record of `zeros` zero bytes, compressed as far as the codec allows."""
    rest = _HEAD + varint(-1) + varint(zeros)
    prefix = varint(len(rest) + zeros + 1) + rest
    payload = packed_zeros(codec, prefix, zeros, varint(0))
    assert len(payload) < SMALL, f"{codec}: {len(payload)}"
    return batch([b""], payload=payload, attributes=CODECS[codec], timestamp=NOW)


def _codec_cases(codec):
    zeros = 14 << 20 if codec == "snappy" else ZEROS
    prefix = f"codec/{codec}"

    @case(f"{prefix}_good")
    def codec_good(server):
        return produced(server, squeezed(codec))

    @case(f"{prefix}_garbage")
    def codec_garbage(server):
        return produced(server, squeezed(codec, payload=b"\x93" * 300))

    @case(f"{prefix}_cut_short")
    def codec_cut(server):
        whole = packed_zeros(codec, b"".join(three()) * 50, 500, b"")
        return produced(server, squeezed(codec, payload=whole[: len(whole) // 2]))

    @case(f"{prefix}_empty_payload")
    def codec_empty(server):
        return produced(server, squeezed(codec, payload=b""))

    @case(f"{prefix}_bytes_after_the_stream")
    def codec_trailing(server):
        return produced(server, good(attributes=CODECS[codec], payload=packed_zeros(codec, b"".join(three()), 70, b"")))

    @case(f"{prefix}_bomb")
    def codec_bomb(server):
        return produced(server, bomb(codec, zeros))

    @case(f"{prefix}_bomb_over_max_decompressed_message_bytes")
    def codec_bomb_limited(server):
        return produced(server, bomb(codec, zeros), name=server.topic(max_decompressed_message_bytes="1048576"))

    @case(f"{prefix}_bomb_of_zero_length_records")
    def codec_bomb_of_records(server):
        # Each zero byte reads as a record of length 0: a count in the header that no stream has to hold.
        payload = packed_zeros(codec, b"", 1 << 20, b"")
        changes = {"count": 1 << 20, "last_offset_delta": (1 << 20) - 1}
        return produced(server, squeezed(codec, payload=payload, **changes))

    @case(f"{prefix}_twenty_bombs_in_one_request")
    def codec_bombs(server):
        name = server.topic(partitions=20)
        one = bomb(codec, 8 << 20)
        partitions = [I32(index) + data(one) for index in range(20)]
        body = string(None) + I16(1) + I32(10000) + array([string(name) + array(partitions)])
        answers = outcomes(server.ask(PRODUCE, 8, body, timeout=60.0))
        return ", ".join(sorted({error(answer[0]) for answer in answers}))


for _codec in ("gzip", "snappy", "lz4", "zstd"):
    _codec_cases(_codec)

_SNAPPY = CODECS["snappy"]
_batch_case(
    "snappy_claims_2_gib",
    lambda: good(attributes=_SNAPPY, payload=xerial(snappy_block(b"", 100, b"", claimed=(1 << 31) - 1))),
)
_batch_case("snappy_block_length_maximum", lambda: good(attributes=_SNAPPY, payload=xerial(b"")[:-4] + I32((1 << 31) - 1)))
_batch_case("snappy_block_length_negative", lambda: good(attributes=_SNAPPY, payload=xerial(b"")[:-4] + I32(-1)))
_batch_case(
    "snappy_without_framing",
    lambda: squeezed("snappy", payload=snappy_block(b"".join(three()), 1, b"")),
)


@case("codec/zstd_in_produce_6")
def zstd_old_produce(server):
    name = server.topic()
    reader = server.ask(PRODUCE, 6, request(name, squeezed("zstd")))
    reader.i32(), reader.string(), reader.i32(), reader.i32()
    return error(reader.i16())


@case("codec/topic_recompresses")
def recompresses(server):
    return produced(server, squeezed("gzip"), name=server.topic(compression_type="zstd"))


# Times.

_batch_case("timestamp_2_hours_ahead", lambda: good(timestamp=int(time.time() * 1000) + 2 * HOUR))
_batch_case("timestamp_30_minutes_ahead", lambda: good(timestamp=int(time.time() * 1000) + HOUR // 2))
_batch_case("timestamp_year_2000", good(timestamp=946684800000))
_batch_case("timestamp_minus_1", good(timestamp=-1))
_batch_case("timestamp_negative", good(timestamp=-12345))
_batch_case("timestamp_minimum", good(timestamp=-(1 << 63)))
_batch_case("timestamp_maximum", good(timestamp=(1 << 63) - 1))
_batch_case("max_timestamp_wrong", good(max_timestamp=NOW + 5))
_batch_case(
    "one_of_three_records_ahead",
    lambda: batch(
        [record(b"v", None, n, delta) for n, delta in enumerate((0, 5 * HOUR, 0))],
        timestamp=int(time.time() * 1000),
        max_timestamp=int(time.time() * 1000) + 5 * HOUR,
    ),
)


@case("produce/timestamp_before_the_limit")
def timestamp_before(server):
    name = server.topic(message_timestamp_before_max_ms="1000")
    return produced(server, good(timestamp=NOW - DAY), name=name)


@case("produce/timestamp_any_with_log_append_time")
def timestamp_log_append(server):
    name = server.topic(message_timestamp_type="LogAppendTime")
    return produced(server, good(timestamp=NOW + 5 * DAY), name=name)


# Sizes and places.


@case("produce/over_max_message_bytes")
def too_large(server):
    return produced(server, batch([record(b"x" * 1_100_000)], timestamp=NOW))


@case("produce/over_max_message_bytes_of_the_topic")
def too_large_for_topic(server):
    return produced(server, batch([record(b"x" * 2000)], timestamp=NOW), name=server.topic(max_message_bytes="1000"))


@case("produce/over_segment_bytes")
def over_segment(server):
    name = server.topic(segment_bytes="1048576", max_message_bytes="3000000")
    return produced(server, batch([record(b"x" * 1_200_000)], timestamp=NOW), name=name)


@case("produce/null_key_to_a_compacted_topic")
def no_key(server):
    records = [record(b"v", b"k" if n != 1 else None, n) for n in range(3)]
    return produced(server, batch(records, timestamp=NOW), name=server.topic(cleanup_policy="compact"))


@case("produce/unknown_topic")
def unknown_topic(server):
    return produced(server, good(), name=f"{server.prefix}-not-there")


@case("produce/unknown_partition")
def unknown_partition(server):
    return produced(server, good(), partition=9)


@case("produce/partition_minus_1")
def negative_partition(server):
    return produced(server, good(), partition=-1)


def _name_case(label, name):
    @case(f"produce/topic_{label}")
    def name_case(server):
        return produced(server, good(), name=name)


for _label, _name in {"two_dots": "..", "path_up": "../../x", "empty": "", "slash": "a/b", "cluster_metadata": "__cluster_metadata"}.items():
    _name_case(_label, _name)


@case("produce/unknown_topic_id")
def unknown_topic_id(server):
    records = good()
    partition = I32(0) + uvarint(len(records) + 1) + records + TAGS
    topic = b"\x11" * 16 + compact_array([partition]) + TAGS
    body = b"\0" + I16(1) + I32(10000) + compact_array([topic]) + TAGS
    reader = server.ask(PRODUCE, 13, body, flexible=True)
    reader.uvarint(), reader.take(16), reader.uvarint(), reader.i32()
    return error(reader.i16())


@case("produce/same_partition_twice_in_one_request")
def partition_twice(server):
    name = server.topic()
    part = I32(0) + data(good())
    body = string(None) + I16(1) + I32(10000) + array([string(name) + array([part, part])])
    answers = outcomes(server.ask(PRODUCE, 8, body))
    return f"{sorted(in_words(*a).split(' -- ')[0] for a in answers)}, end {end_offset(server, name)}"


@case("produce/bad_partition_beside_a_good_one")
def partition_beside(server):
    name = server.topic(partitions=2)
    body = string(None) + I16(1) + I32(10000)
    body += array([string(name) + array([I32(0) + data(good()), I32(1) + data(good(crc=1))])])
    answers = {a[4]: error(a[0]) for a in outcomes(server.ask(PRODUCE, 8, body))}
    return f"{sorted(answers.items())}, ends {end_offset(server, name, 0)} {end_offset(server, name, 1)}"


@case("produce/rejected_batches_leave_the_log_as_it_was")
def log_as_it_was(server):
    name = server.topic()
    for bad in (good(crc=1), good(magic=1), good(count=4), good()[:-4], squeezed("lz4", payload=b"\x93" * 30)):
        produced(server, bad, name=name)
    return f"end {end_offset(server, name)}, then {produced(server, good(), name=name)}"


# Acknowledgements.


@case("acks/2")
def acks_2(server):
    return produced(server, good(), acks=2)


@case("acks/minus_2")
def acks_minus_2(server):
    return produced(server, good(), acks=-2)


@case("acks/all_below_min_insync_replicas")
def acks_all(server):
    return produced(server, good(), name=server.topic(min_insync_replicas="2"), acks=-1)


def unacknowledged(server, records, name):
    """acks=0, then Metadata on the same connection: whether the connection survived."""
    with server.connect(timeout=3.0) as connection:
        connection.send_frame(header(PRODUCE, 8, 1) + request(name, records, acks=0))
        connection.send_frame(header(3, 1, 2) + array([]))
        try:
            correlation, _ = connection.read_frame()
            return f"answered {correlation}"
        except Closed:
            return "closed"
        except Silent:
            return "silent"


@case("acks/0_good_gets_no_answer")
def acks_0(server):
    return unacknowledged(server, good(), server.topic())


@case("acks/0_bad_crc")
def acks_0_bad(server):
    return unacknowledged(server, good(crc=1), server.topic())


@case("acks/0_unknown_topic")
def acks_0_unknown(server):
    return unacknowledged(server, good(), f"{server.prefix}-not-there")


# Idempotent producers.


def sequenced(producer_id, epoch, sequence, count=3):
    records = [record(b"v%d" % n, b"k", n) for n in range(count)]
    return batch(records, timestamp=NOW, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence)


def _sequence_case(label, *steps):
    """Batches of (epoch step, sequence) from one producer id to one partition, answers in a row."""

    @case(f"idempotent/{label}")
    def sequence_case(server):
        name, (_, producer_id, epoch) = server.topic(), new_producer_id(server)
        answers = []
        for epoch_step, sequence, *count in steps:
            one = sequenced(producer_id, epoch + epoch_step, sequence, *count)
            answers.append(produced(server, one, name=name))
        return "; ".join(a.split(" -- ")[0] for a in answers) + f"; end {end_offset(server, name)}"


_sequence_case("in_order", (0, 0), (0, 3), (0, 6))
_sequence_case("duplicate_of_the_last", (0, 0), (0, 0), (0, 3))
_sequence_case("duplicate_of_the_fifth_last", *[(0, 3 * n) for n in range(5)], (0, 0))
_sequence_case("duplicate_of_the_sixth_last", *[(0, 3 * n) for n in range(6)], (0, 0))
_sequence_case("duplicate_start_other_length", (0, 0), (0, 0, 2))
_sequence_case("gap", (0, 0), (0, 4))
_sequence_case("first_sequence_not_0", (0, 7))
_sequence_case("newer_epoch_starts_at_0", (0, 0), (1, 0))
_sequence_case("newer_epoch_starts_elsewhere", (0, 0), (1, 3))
_sequence_case("older_epoch", (1, 0), (0, 3))
_sequence_case("sequence_wraps", (0, (1 << 31) - 3), (0, 0))
_sequence_case("sequence_negative", (0, -5))
_sequence_case("epoch_negative", (-2, 0))


@case("idempotent/id_never_given_out")
def unknown_producer(server):
    return produced(server, sequenced(9_999_999, 0, 0))


@case("idempotent/two_batches_at_once")
def two_idempotent(server):
    _, producer_id, epoch = new_producer_id(server)
    return produced(server, sequenced(producer_id, epoch, 0) + sequenced(producer_id, epoch, 3))


@case("idempotent/each_partition_counts_by_itself")
def per_partition(server):
    name, (_, producer_id, epoch) = server.topic(partitions=2), new_producer_id(server)
    one = sequenced(producer_id, epoch, 0)
    return f"{produced(server, one, name, 0)}; {produced(server, one, name, 1)}"
