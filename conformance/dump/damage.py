#!/usr/bin/env python3
"""Damaged copies of a segment and its indexes: damage.py SEGMENT.log DIR makes one dir per damage."""
import pathlib, struct, sys

source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
files = {path.suffix: path.read_bytes() for path in source.parent.glob(source.stem + ".*")}
log = files[".log"]
starts, at = [], 0
while at + 12 <= len(log):
    starts.append(at)
    at += 12 + struct.unpack_from(">i", log, at + 8)[0]
middle = starts[len(starts) // 2]


def put(at, data, of=log):
    return of[:at] + data + of[at + len(data):]


def flip(at, of=log):
    return put(at, bytes([of[at] ^ 0x5A]), of)


def write(name, **changed):
    folder = target / name
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, data in files.items():
        data = changed.get(suffix[1:], data)
        if data is not None:
            (folder / (source.stem + suffix)).write_bytes(data)


attributes = middle + 21
write("cut", log=log[:-10])
write("cut-in-header", log=log[: middle + 15])
write("cut-in-half", log=log[:middle])
write("zeros-at-the-end", log=log + bytes(5000))
write("ones-at-the-end", log=log + b"\xff" * 100)
write("few-bytes-at-the-end", log=log + b"abc")
write("bit-in-body", log=flip(middle + 70))
write("bit-in-crc", log=flip(middle + 18))
write("bit-in-last-record", log=flip(len(log) - 2))
write("length-too-small", log=put(middle + 8, struct.pack(">i", 13)))
write("length-negative", log=put(middle + 8, struct.pack(">i", -1)))
write("length-short-of-header", log=put(middle + 8, struct.pack(">i", 20)))
write("length-beyond-the-end", log=put(middle + 8, struct.pack(">i", 1 << 30)))
write("length-one-less", log=put(middle + 8, struct.pack(">i", struct.unpack_from(">i", log, middle + 8)[0] - 1)))
write("codec-unknown", log=put(attributes, struct.pack(">h", 7)))
write("codec-other", log=put(attributes, struct.pack(">h", 1)))
write("count-larger", log=put(middle + 57, struct.pack(">i", 5000)))
write("count-smaller", log=put(middle + 57, struct.pack(">i", 1)))
write("count-zero", log=put(middle + 57, struct.pack(">i", 0)))
write("control", log=put(attributes, struct.pack(">h", 0x20)))
write("delete-horizon", log=put(attributes, struct.pack(">h", 0x40)))
write("magic-3", log=put(middle + 16, b"\x03"))
write("empty-log", log=b"")
write("no-log", log=None)
index, times = files[".index"], files[".timeindex"]
write("index-flipped", index=flip(3, index))
write("index-position-flipped", index=flip(7, index))
write("index-position-beyond", index=put(4, b"\x7f", index))
write("index-odd", index=index + b"abc")
write("index-zeros", index=index + bytes(80))
write("index-negative", index=put(len(index) - 8, b"\xff", index))
write("index-empty", index=b"")
write("time-flipped", timeindex=flip(7, times))
write("time-offset-flipped", timeindex=flip(11, times))
write("time-order", timeindex=times[12:24] + times[:12] + times[24:])
write("time-odd", timeindex=times + b"abcde")
write("time-zeros", timeindex=times + bytes(120))
write("time-less", timeindex=times + bytes(7) + b"\x01" + b"\x00\x00\x00\x09")
write("time-empty", timeindex=b"")
