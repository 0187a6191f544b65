"""Kafka's bytes by hand, so that a test can also write wrong ones.

Only what the raw-socket scripts need: frames, request headers, record batches, and a reader for
answers. No client library stands between a test and the server.
"""

import gzip
import socket
import struct

I8, I16, I32, I64, U32 = (struct.Struct(">" + c).pack for c in "bhiqI")

PRODUCE, FETCH, LIST_OFFSETS, METADATA = 0, 1, 2, 3
API_VERSIONS, CREATE_TOPICS, DELETE_TOPICS, DELETE_RECORDS = 18, 19, 20, 21
INIT_PRODUCER_ID, OFFSET_FOR_LEADER_EPOCH = 22, 23
DESCRIBE_CONFIGS, ALTER_CONFIGS, DESCRIBE_LOG_DIRS, CREATE_PARTITIONS = 32, 33, 35, 37
INCREMENTAL_ALTER_CONFIGS = 44

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


class Closed(Exception):
    """The server closed the connection instead of answering."""


class Silent(Exception):
    """The server neither answered nor closed the connection in time."""


# Writing.


def string(text):
    """A nullable string with a 16-bit length."""
    if text is None:
        return I16(-1)
    data = text if isinstance(text, bytes) else text.encode()
    return I16(len(data)) + data


def data(value):
    """Nullable bytes with a 32-bit length."""
    return I32(-1) if value is None else I32(len(value)) + value


def array(items):
    """An array with a 32-bit count; None is the null array."""
    return I32(-1) if items is None else I32(len(items)) + b"".join(items)


def uvarint(value):
    """An unsigned varint."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def varint(value):
    """A zig-zag varint (also for 64 bits)."""
    return uvarint((value << 1) ^ (value >> 63))


def compact(text):
    """A nullable compact string."""
    if text is None:
        return b"\0"
    raw = text.encode()
    return uvarint(len(raw) + 1) + raw


def compact_array(items):
    """A nullable compact array."""
    return b"\0" if items is None else uvarint(len(items) + 1) + b"".join(items)


TAGS = b"\0"


def header(key, version, correlation=7, client="conformance", flexible=False):
    """A request header, version 1 or (flexible) 2."""
    out = I16(key) + I16(version) + I32(correlation) + string(client)
    return out + TAGS if flexible else out


# Record batches.


def _crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC = _crc32c_table()


def crc32c(payload):
    """CRC-32C, as record batches use it."""
    crc, table = 0xFFFFFFFF, _CRC
    for byte in payload:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def record(value, key=None, offset_delta=0, timestamp_delta=0, headers=(), raw_headers=None):
    """One record with its length."""

    def sized(part):
        return varint(-1) if part is None else varint(len(part)) + part

    body = I8(0) + varint(timestamp_delta) + varint(offset_delta) + sized(key) + sized(value)
    if raw_headers is None:
        raw_headers = varint(len(headers)) + b"".join(sized(k) + sized(v) for k, v in headers)
    body += raw_headers
    return varint(len(body)) + body


def batch(records, **changes):
    """A v2 batch of encoded `records`; each keyword replaces what would be right.

    `payload` replaces the (compressed) records, `crc` the checksum, `length` the batch length.
    """
    now = changes.get("timestamp", 0)
    count = changes.get("count", len(records))
    payload = changes.get("payload", b"".join(records))
    body = (
        I16(changes.get("attributes", 0))
        + I32(changes.get("last_offset_delta", len(records) - 1))
        + I64(now)
        + I64(changes.get("max_timestamp", now))
        + I64(changes.get("producer_id", -1))
        + I16(changes.get("producer_epoch", -1))
        + I32(changes.get("base_sequence", -1))
        + I32(count)
        + payload
    )
    crc = changes.get("crc", crc32c(body))
    rest = I32(changes.get("leader_epoch", -1)) + I8(changes.get("magic", 2)) + U32(crc) + body
    return I64(changes.get("base_offset", 0)) + I32(changes.get("length", len(rest))) + rest


def old_message(magic, value, key=None, timestamp=0):
    """One message of the set formats before 0.11 (magic 0 or 1), with a right CRC-32."""
    import zlib

    body = I8(magic) + I8(0) + (I64(timestamp) if magic else b"") + data(key) + data(value)
    message = U32(zlib.crc32(body)) + body
    return I64(0) + I32(len(message)) + message


# Zeros, packed small: what a decompression bomb is made of.


def gzip_of(payload):
    """gzip, as the producer's codec 1 writes it."""
    return gzip.compress(payload, 9)


def xerial(block, uncompressed_length=None):
    """Snappy in the framing of Java's library: magic, versions, one block."""
    return b"\x82SNAPPY\0" + I32(1) + I32(1) + I32(len(block)) + block


def snappy_block(prefix, zeros, suffix, claimed=None):
    """A snappy block: `prefix`, that many zeros as copies of one, `suffix`."""

    def literal(part):
        out = b""
        for at in range(0, len(part), 60):
            piece = part[at : at + 60]
            out += bytes([(len(piece) - 1) << 2]) + piece
        return out

    total = len(prefix) + zeros + len(suffix)
    out = uvarint(claimed if claimed is not None else total) + literal(prefix) + literal(b"\0")
    left = zeros - 1
    whole, rest = divmod(left, 64)
    out += b"\xfe\x01\x00" * whole  # copy 64 bytes from one back
    out += literal(b"\0" * rest)
    return out + literal(suffix)


def _xxh32_short(payload):
    """xxHash32 with seed 0 of fewer than 16 bytes: the LZ4 frame's header checksum."""
    mask, p1, p2, p3, p4, p5 = 0xFFFFFFFF, 2654435761, 2246822519, 3266489917, 668265263, 374761393
    acc = p5 + len(payload) & mask
    while len(payload) >= 4:
        acc = acc + int.from_bytes(payload[:4], "little") * p3 & mask
        acc = ((acc << 17 | acc >> 15) & mask) * p4 & mask
        payload = payload[4:]
    for byte in payload:
        acc = acc + byte * p5 & mask
        acc = ((acc << 11 | acc >> 21) & mask) * p1 & mask
    for shift, prime in ((15, p2), (13, p3), (16, 1)):
        acc = (acc ^ acc >> shift) * prime & mask
    return acc


def lz4_frame(prefix, zeros, suffix):
    """An LZ4 frame: `prefix`, that many zeros as long matches, `suffix`; blocks of 4 MiB."""
    descriptor = bytes([0x60, 0x70])  # version 1, independent blocks; 4 MiB blocks
    out = bytearray(b"\x04\x22\x4d\x18" + descriptor)
    out.append(_xxh32_short(descriptor) >> 8 & 0xFF)

    def length(extra):
        return b"\xff" * (extra // 255) + bytes([extra % 255])

    def stored(part):
        return struct.pack("<I", len(part) | 0x80000000) + part

    if prefix:
        out += stored(prefix)
    while zeros:
        run = min(zeros, 4 << 20)
        zeros -= run
        if run < 64:
            out += stored(b"\0" * run)
            continue
        match = run - 1 - 12  # one literal before, the last bytes must be literals
        block = bytes([0x1F, 0]) + b"\x01\x00" + length(match - 19) + bytes([0xC0]) + b"\0" * 12
        out += struct.pack("<I", len(block)) + block
    if suffix:
        out += stored(suffix)
    return bytes(out + struct.pack("<I", 0))


def zstd_frame(prefix, zeros, suffix):
    """A Zstandard frame: `prefix` raw, the zeros as run-length blocks of 128 KiB, `suffix` raw."""
    out = bytearray(b"\x28\xb5\x2f\xfd" + bytes([0x00, 0x38]))  # no size, window of 128 KiB

    def block(kind, size, payload, last=0):
        return struct.pack("<I", size << 3 | kind << 1 | last)[:3] + payload

    if prefix:
        out += block(0, len(prefix), prefix)
    while zeros:
        run = min(zeros, 128 << 10)
        zeros -= run
        out += block(1, run, b"\0")
    return bytes(out + block(0, len(suffix), suffix, 1))


def packed_zeros(codec, prefix, zeros, suffix):
    """`prefix`, zeros, `suffix` compressed by `codec`, as small as the format lets it be."""
    if codec == "gzip":
        return gzip_of(prefix + bytes(zeros) + suffix)
    if codec == "snappy":
        return xerial(snappy_block(prefix, zeros, suffix))
    return {"lz4": lz4_frame, "zstd": zstd_frame}[codec](prefix, zeros, suffix)


# Talking.


class Reader:
    """Reads an answer's fields in order."""

    def __init__(self, payload):
        self.payload, self.at = payload, 0

    def take(self, count):
        part = self.payload[self.at : self.at + count]
        if len(part) < count:
            raise ValueError(f"the answer ends at {len(self.payload)}, wanted {self.at + count}")
        self.at += count
        return part

    def number(self, code):
        return struct.unpack(">" + code, self.take(struct.calcsize(code)))[0]

    def i8(self):
        return self.number("b")

    def i16(self):
        return self.number("h")

    def i32(self):
        return self.number("i")

    def i64(self):
        return self.number("q")

    def uvarint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def string(self):
        length = self.i16()
        return None if length < 0 else self.take(length).decode()

    def compact(self):
        length = self.uvarint()
        return None if length == 0 else self.take(length - 1).decode()

    def data(self):
        length = self.i32()
        return None if length < 0 else self.take(length)

    def array(self, item):
        return [item() for _ in range(max(self.i32(), 0))]

    def compact_array(self, item):
        return [item() for _ in range(max(self.uvarint() - 1, 0))]

    def tags(self):
        for _ in range(self.uvarint()):
            self.uvarint()
            self.take(self.uvarint())


class Connection:
    """One TCP connection that sends raw bytes and reads frames."""

    def __init__(self, bootstrap, timeout=10.0):
        host, port = bootstrap.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout)
        self.socket.settimeout(timeout)
        self.correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, raw):
        """Bytes as they are. A server that already hung up shows at the next read."""
        try:
            self.socket.sendall(raw)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def send_frame(self, payload):
        self.send(I32(len(payload)) + payload)

    def end_of_sending(self):
        """Half-closes: the server reads the end of the stream, answers still arrive."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _exactly(self, count):
        out = b""
        while len(out) < count:
            try:
                part = self.socket.recv(count - len(out))
            except (ConnectionResetError, BrokenPipeError):
                raise Closed() from None
            except TimeoutError:
                raise Silent() from None
            if not part:
                raise Closed()
            out += part
        return out

    def read_frame(self):
        """The next answer, with its correlation id, as a Reader behind the id."""
        (length,) = struct.unpack(">i", self._exactly(4))
        reader = Reader(self._exactly(length))
        return reader.i32(), reader

    def ask(self, key, version, body, flexible=False, client="conformance"):
        """One request and its answer's body."""
        self.correlation += 1
        self.send_frame(header(key, version, self.correlation, client, flexible) + body)
        correlation, reader = self.read_frame()
        if correlation != self.correlation:
            raise ValueError(f"answer {correlation} to request {self.correlation}")
        if flexible and key != API_VERSIONS:
            reader.tags()
        return reader
