"""Frames and headers: lengths, keys, versions, bodies that are not what they claim to be."""

import random
import struct

from hostile import case, error
from wire import (
    API_VERSIONS,
    CREATE_TOPICS,
    FETCH,
    I8,
    I16,
    I32,
    METADATA,
    PRODUCE,
    TAGS,
    Closed,
    Silent,
    array,
    compact,
    header,
    string,
    uvarint,
)

METADATA_NONE = array([])  # Metadata v1 about no topic: small and always answered


def framed(payload):
    return I32(len(payload)) + payload


# Lengths.


@case("frame/length_negative")
def length_negative(server):
    return server.answer_to(I32(-1) + header(METADATA, 1) + METADATA_NONE)


@case("frame/length_minimum_int")
def length_minimum(server):
    return server.answer_to(I32(-(1 << 31)))


@case("frame/length_zero")
def length_zero(server):
    return server.answer_to(I32(0))


@case("frame/length_too_short_for_a_header")
def length_short(server):
    return server.answer_to(framed(b"\0\3"))


@case("frame/length_over_socket_request_max_bytes")
def length_over(server):
    return server.answer_to(I32(104857601))


@case("frame/length_maximum_int")
def length_maximum(server):
    return server.answer_to(I32((1 << 31) - 1) + b"x" * 1000)


@case("frame/length_100_mib_announced_little_sent")
def length_announced(server):
    return server.answer_to(I32(104857600) + b"x" * 10, timeout=1.0)


@case("frame/truncated_then_closed")
def truncated(server):
    request = framed(header(METADATA, 1) + METADATA_NONE)
    return server.answer_to(request[:-3], half_close=True)


@case("frame/byte_by_byte")
def byte_by_byte(server):
    with server.connect() as connection:
        for byte in framed(header(METADATA, 1) + METADATA_NONE):
            connection.send(bytes([byte]))
        correlation, _ = connection.read_frame()
        return f"answered {correlation}"


@case("frame/fifty_in_one_write_answered_in_order")
def pipelined(server):
    with server.connect() as connection:
        requests = [framed(header(METADATA, 1, n) + METADATA_NONE) for n in range(50)]
        connection.send(b"".join(requests))
        return "in order" if [connection.read_frame()[0] for _ in requests] == list(range(50)) else "mixed"


@case("frame/half_closed_after_the_request")
def half_closed(server):
    with server.connect() as connection:
        connection.send(framed(header(METADATA, 1) + METADATA_NONE))
        connection.end_of_sending()
        try:
            connection.read_frame()
            return "answered"
        except Closed:
            return "closed"


@case("frame/http_request")
def http(server):
    return server.answer_to(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")


@case("frame/tls_client_hello")
def tls(server):
    return server.answer_to(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(508))


@case("frame/random_bytes_200_times")
def random_bytes(server):
    rng = random.Random(4)
    answers = set()
    for _ in range(200):
        payload = rng.randbytes(rng.randrange(8, 300))
        key = rng.choice([PRODUCE, FETCH, METADATA, CREATE_TOPICS, 2, 20, 22, 32, 44])
        request = I16(key) + I16(rng.randrange(0, 4)) + I32(1) + I16(-1) + payload
        answers.add(server.answer_to(framed(request), half_close=True).split()[0])
    return "only closed or answered" if answers <= {"closed", "answered"} else str(answers)


# Keys and versions.


@case("key/unknown")
def key_unknown(server):
    return server.answer_to(framed(header(999, 0)))


@case("key/negative")
def key_negative(server):
    return server.answer_to(framed(header(-1, 0)))


@case("key/removed_leader_and_isr")
def key_removed(server):
    return server.answer_to(framed(header(4, 0)))


@case("key/controller_only_vote")
def key_controller_only(server):
    return server.answer_to(framed(header(52, 0, flexible=True) + b"\0" * 20))


@case("version/metadata_99")
def version_unknown(server):
    return server.answer_to(framed(header(METADATA, 99) + METADATA_NONE))


@case("version/metadata_negative")
def version_negative(server):
    return server.answer_to(framed(header(METADATA, -1) + METADATA_NONE))


@case("version/produce_2_removed")
def version_produce_2(server):
    return server.answer_to(framed(header(PRODUCE, 2) + I16(1) + I32(1000) + array([])))


@case("version/fetch_3_removed")
def version_fetch_3(server):
    return server.answer_to(framed(header(FETCH, 3) + I32(-1) + I32(0) + I32(0) + I32(1) + array([])))


def api_versions_answer(reader, version_zero=True):
    code = reader.i16()
    if version_zero:
        keys = {(key, low, high) for key, low, high in reader.array(lambda: (reader.i16(), reader.i16(), reader.i16()))}
        named = next((k for k in keys if k[0] == API_VERSIONS), None)
        return f"{error(code)} in version 0, {'with' if named else 'without'} ApiVersions in the list"
    return error(code)


@case("version/api_versions_99_falls_back_to_0")
def api_versions_fallback(server):
    return api_versions_answer(server.ask(API_VERSIONS, 99, b"", flexible=True))


@case("version/api_versions_0")
def api_versions_0(server):
    reader = server.ask(API_VERSIONS, 0, b"")
    return f"{error(reader.i16())}"


@case("version/api_versions_3_bad_client_software_name")
def api_versions_bad_name(server):
    body = compact("bad name!") + compact("1.0") + TAGS
    return api_versions_answer(server.ask(API_VERSIONS, 3, body, flexible=True), False)


@case("version/api_versions_3_empty_client_software_name")
def api_versions_empty_name(server):
    body = compact("") + compact("") + TAGS
    return api_versions_answer(server.ask(API_VERSIONS, 3, body, flexible=True), False)


@case("version/produce_advertised_from")
def produce_range(server):
    reader = server.ask(API_VERSIONS, 0, b"")
    reader.i16()
    ranges = {k: (a, b) for k, a, b in reader.array(lambda: (reader.i16(), reader.i16(), reader.i16()))}
    return str(ranges[PRODUCE])


# Bodies.


@case("body/missing")
def body_missing(server):
    return server.answer_to(framed(header(METADATA, 1)))


@case("body/bytes_after_the_end")
def body_trailing(server):
    return server.answer_to(framed(header(METADATA, 1) + METADATA_NONE + b"more")).split()[0]


@case("body/header_without_client_id")
def header_short(server):
    return server.answer_to(framed(I16(METADATA) + I16(1) + I32(1)))


@case("body/client_id_null")
def client_id_null(server):
    return server.answer_to(framed(header(METADATA, 1, client=None) + METADATA_NONE)).split()[0]


@case("body/client_id_longer_than_the_frame")
def client_id_long(server):
    return server.answer_to(framed(I16(METADATA) + I16(1) + I32(1) + I16(32767) + b"ab"))


@case("body/client_id_not_utf8")
def client_id_not_utf8(server):
    return server.answer_to(framed(header(METADATA, 1, client=b"\xff\xfe\xc0") + METADATA_NONE)).split()[0]


@case("body/string_length_minus_2")
def string_length(server):
    return server.answer_to(framed(header(METADATA, 1) + I32(1) + I16(-2)))


@case("body/array_count_maximum_int")
def array_count(server):
    return server.answer_to(framed(header(METADATA, 1) + I32((1 << 31) - 1)))


@case("body/array_count_minus_2")
def array_count_negative(server):
    return server.answer_to(framed(header(METADATA, 1) + I32(-2))).split()[0]


@case("body/array_count_a_million_of_empty_strings_missing")
def array_count_million(server):
    return server.answer_to(framed(header(METADATA, 1) + I32(1_000_000) + string("a")))


@case("body/null_array_where_it_may_not_be")
def array_null(server):
    return server.answer_to(framed(header(PRODUCE, 8) + string(None) + I16(1) + I32(1000) + I32(-1))).split()[0]


@case("body/null_string_where_it_may_not_be")
def string_null(server):
    return server.answer_to(framed(header(METADATA, 1) + array([string(None)]))).split()[0]


@case("body/compact_array_count_maximum")
def compact_array_count(server):
    return server.answer_to(framed(header(METADATA, 9, flexible=True) + b"\xff\xff\xff\xff\x0f"))


@case("body/varint_of_ten_bytes")
def varint_long(server):
    return server.answer_to(framed(header(METADATA, 9, flexible=True) + b"\xff" * 10))


@case("body/tagged_field_count_maximum")
def tag_count(server):
    body = uvarint(1) + I8(0) * 3 + b"\xff\xff\xff\xff\x0f"
    return server.answer_to(framed(header(METADATA, 9, flexible=True) + body))


@case("body/tagged_field_size_maximum")
def tag_size(server):
    body = uvarint(1) + I8(0) * 3 + uvarint(1) + uvarint(77) + b"\xff\xff\xff\xff\x0f"
    return server.answer_to(framed(header(METADATA, 9, flexible=True) + body))


@case("body/tagged_field_unknown_is_skipped")
def tag_unknown(server):
    body = uvarint(1) + I8(0) * 3 + uvarint(1) + uvarint(77) + uvarint(3) + b"abc"
    return server.answer_to(framed(header(METADATA, 9, flexible=True) + body)).split()[0]


@case("body/tagged_field_twice")
def tag_twice(server):
    field = uvarint(77) + uvarint(3) + b"abc"
    body = uvarint(1) + I8(0) * 3 + uvarint(2) + field + field
    return server.answer_to(framed(header(METADATA, 9, flexible=True) + body)).split()[0]


@case("body/garbage_closes_only_its_own_connection")
def garbage_is_alone(server):
    with server.connect() as healthy:
        healthy.ask(METADATA, 1, METADATA_NONE)
        server.answer_to(framed(header(METADATA, 1) + b"\x7f" * 40))
        healthy.ask(METADATA, 1, METADATA_NONE)
        return "the other connection still answers"


@case("body/requests_before_a_bad_one_are_answered")
def answered_before(server):
    with server.connect() as connection:
        good = framed(header(METADATA, 1, 1) + METADATA_NONE)
        connection.send(good + framed(header(METADATA, 99, 2)))
        try:
            first, _ = connection.read_frame()
        except Closed:
            return "closed before the first answer"
        try:
            connection.read_frame()
            return "answered both"
        except (Closed, Silent) as end:
            return f"answered {first}, then {type(end).__name__.lower()}"


@case("frame/connect_and_leave_100_times")
def connect_and_leave(server):
    for _ in range(100):
        server.connect().socket.close()
    return "alive"


@case("frame/reset_in_the_middle_20_times")
def reset(server):
    import socket

    for _ in range(20):
        connection = server.connect()
        connection.send(framed(header(METADATA, 1) + METADATA_NONE)[:9])
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.socket.close()
    return "alive"


@case("body/nullable_string_length_minus_2")
def nullable_string_length(server):
    body = I16(-2) + I16(1) + I32(1000) + array([])  # Produce's transactional id
    return server.answer_to(framed(header(PRODUCE, 8) + body)).split()[0]


@case("body/client_id_length_minus_2")
def client_id_length(server):
    return server.answer_to(framed(I16(METADATA) + I16(1) + I32(1) + I16(-2) + METADATA_NONE)).split()[0]


@case("body/nullable_bytes_length_minus_2")
def nullable_bytes_length(server):
    part = I32(0) + I32(-2)  # the records of a partition
    body = string(None) + I16(1) + I32(1000) + array([string("x") + array([part])])
    return server.answer_to(framed(header(PRODUCE, 8) + body), timeout=3.0).split()[0]
