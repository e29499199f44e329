"""Checkpoints that somebody made up, by kind: each is `name -> function of a folder that makes it and returns its path`.

What is wrong with a file is the only thing that is wrong with it: its checksums are right.
"""

from __future__ import annotations

import os
import socket

from attack_files import X, block, bundle, entry, files, header, make_table, raw_entry, raw_table, seal, v1, v1_data, v1_meta

from tinytf.checkpoint import coding, slices, table
from tinytf.checkpoint.crc32c import crc32c, mask

DATA = ".data-00000-of-00001"
HUGE = 1 << 62
E0 = entry()
number = coding.put_varint


def field(n: int, content: bytes) -> bytes:
    return number(n << 3 | 2) + number(len(content)) + content


def integer(n: int, value: int) -> bytes:
    return number(n << 3) + number(value & ((1 << 64) - 1))


def one(coded, **more):
    """A V2 checkpoint of one tensor, whose entry is `coded`."""
    return lambda folder: bundle(folder, {"x": coded}, **more)


ENTRIES = {
    "100,000 dims": one(integer(1, 1) + field(2, b"\x12\x00" * 100000) + integer(5, 8)),
    "400,000 slices": one(E0 + b"\x3a\x00" * 400000),
    "five million bytes of slices": one(E0 + b"\x3a\x00" * 2500000),
    "its shape once more": one(E0 + field(2, field(2, integer(1, 1)))),
    "its shape 50,000 times": one(E0 + field(2, field(2, integer(1, 1))) * 50000),
    "its dtype once more": one(E0 + integer(1, 3)),
    "dtype of 64 bits": one(integer(1, 1 << 40) + E0[2:]),
    "dtype as bytes": one(field(1, b"\1") + E0[2:]),
    "unknown fields": one(E0 + field(15, b"z" * 100000)),
    "5,000 groups, one in another": one(E0 + b"\x7b" * 5000 + b"\x7c" * 5000),
    "groups without an end": one(E0 + b"\x7b" * 50000),
    "varint of 11 bytes": one(E0 + b"\x20" + b"\xff" * 10 + b"\1"),
    "nothing": one(b""),
    "no checksum": one(E0[:-5]),
    "shard 2^32": one(E0 + integer(3, 1 << 32)),
    "strings: a huge count": one(entry(dtype=7, shape=(1 << 40,))),
    "strings: negative size": one(entry(dtype=7, size=-8)),
    "strings: far away": one(entry(dtype=7, offset=HUGE)),
    "no strings in 2^60 bytes": one(entry(dtype=7, shape=(0,), size=1 << 60)),
    "no numbers, at a place that is not": one(entry(shape=(0,), size=0, offset=1 << 60, shard_id=77, crc=mask(0))),
    "254 dims": one(entry(shape=(1,) * 254, size=4, crc=mask(crc32c(X[:1])))),
    "40 dims, in slices": one(entry(shape=(2,) * 40, parts=[((0, 1),) * 40, ((1, 1),) * 40])),
    "2,000 slices that cut both ways": one(entry(shape=(10**6, 10**6), parts=[((i * 997 % 999999, 1), (i * 31, 1)) for i in range(2000)])),
    "2,000 slices that are not there": one(entry(shape=(2000,), parts=[((i, 1),) for i in range(2000)])),
    "slice of nothing": one(entry(parts=[((0, 0),), ((0, 2),)])),
    "slice of negative length": one(entry(shape=(4,), parts=[((0, -1),)])),
    "slice that is the whole": one(entry(parts=[(None,)])),
    "slice as large as can be": one(entry(shape=(HUGE,), parts=[((0, HUGE),)])),
    "variant": one(entry(dtype=21)),
    "dtype 25": one(entry(dtype=25)),
    "2^31 shards": one(entry(shard_id=5), head=header(num_shards=(1 << 31) - 1)),
    "300,000 bad consumers": one(E0, head=header(bad_consumers=[5] * 300000)),
    "header of 90,000 groups": one(E0, head=header() + b"\x7b" * 90000),
    "two empty keys": lambda folder: files(folder, make_table([(b"", header()), (b"", E0)])),
    "keys that are no UTF-8": lambda folder: bundle(folder, {b"\xff\xfe\x80x": {}, "x": {}}),
    "keys that begin with a zero byte": lambda folder: bundle(folder, {b"\x00x": {}, b"\x00": {}, "x": {}}),
    "slice of no tensor": lambda folder: bundle(folder, {slices.encode_key("q", ((0, 2),)): {}, "x": {}}),
    "key of 200,000 bytes": lambda folder: bundle(folder, {b"k" * 200000: {}, "x": {}}),
    "object graph of numbers": lambda folder: bundle(folder, {"_CHECKPOINTABLE_OBJECT_GRAPH": {}}),
}  # fmt: skip

GOOD = block(raw_entry(b"", header()) + raw_entry(b"x", E0))
HANDLE = number(0) + number(len(GOOD) - 5)
BOMB = number(30 << 20) + b"\x00a" + b"\xfe\x01\x00" * ((30 << 20) // 64)


def index_of_long_keys(count, length):
    """An index block each entry of which shares `length` bytes with the one before."""
    entries = [raw_entry(b"k" * length, HANDLE)]
    entries += [number(length) + number(4) + number(len(HANDLE)) + b"%04d" % i + HANDLE for i in range(count)]
    return block(b"".join(entries))


def of(*args, **parts):
    return lambda folder: files(folder, raw_table(*args, **parts))


TABLES = {
    "index of long keys": of(GOOD, index=index_of_long_keys(9000, 60000)),
    "index that names a block 50,000 times": of(GOOD, index=block(b"".join(raw_entry(b"x%06d" % i, HANDLE) for i in range(50000)))),
    "index of nothing": of(GOOD, index=block(b"")),
    "index that is the data": of(GOOD, footer=HANDLE + HANDLE),
    "handle of the footer": of(GOOD, handle=number(len(GOOD) + 60) + number(48)),
    "handle of 11 bytes": of(GOOD, handle=b"\xff" * 11),
    "footer that points at itself": lambda folder: files(folder, (HANDLE * 2).ljust(40, b"\0") + coding.put_fixed64(table.MAGIC)),
    "restarts that go back": of(block(raw_entry(b"", header()) + raw_entry(b"x", E0), restarts=(0, 30, 5, 30))),
    "restart at 4 GB": of(block(raw_entry(b"", header()) + raw_entry(b"x", E0), restarts=(0, 0xFFFFFFFF))),
    "shared length of 10 bytes": of(block(b"\xff" * 9 + b"\x01" + b"\x01\x01ab")),
    "lengths of 2^62": of(block(b"\0" + number(HUGE) + number(HUGE))),
    "snappy bomb": of(seal(BOMB, 1)),
    "snappy bomb as index": of(GOOD, index=seal(BOMB, 1)),
    "snappy that claims 2^64-1": of(seal(number((1 << 64) - 1) + b"\0a", 1)),
    "snappy literal of 4 GB": of(seal(number(20) + b"\xfc\xff\xff\xff\xffa", 1)),
    "snappy copy from nowhere": of(seal(number(8) + b"\x00a\x01\x00", 1)),
    "metaindex outside": of(GOOD, footer=number(HUGE) + number(1 << 40) + number(len(GOOD) + 13) + number(13)),
    "zeros": lambda folder: files(folder, bytes(100000)),
    "no data": lambda folder: files(folder, raw_table(GOOD), b""),
}  # fmt: skip

BEFORE = field(1, b"x") + field(2, field(1, b""))
VALUES = field(3, field(5, X.tobytes()))
DESCRIBED = field(1, b"x") + integer(3, 1) + field(2, field(2, integer(1, 2))) + field(4, field(1, b""))


def data(content: bytes, meta=None):
    """A V1 file of one tensor, the SavedSlice of which is `content`."""
    return lambda folder: v1(folder, meta, [(slices.encode_key("x", (None,)), field(2, content))])


def listing(content: bytes):
    """A V1 file whose SavedTensorSliceMeta is `content`."""
    return lambda folder: v1(folder, field(1, content))


V1 = {
    "name that is a number": data(integer(1, 1 << 40) + BEFORE + VALUES),
    "slice that is a number": data(field(1, b"x") + integer(2, 1 << 40) + VALUES),
    "values that are a number": data(BEFORE + integer(3, 1 << 40)),
    "values twice": data(BEFORE + VALUES + VALUES),
    "values in two parts": data(BEFORE + field(3, field(5, X.tobytes()[:4]) + field(5, X.tobytes()[4:]))),
    "values in 50,000 empty parts": data(BEFORE + field(3, b"\x2a\x00" * 50000)),
    "values in 100,000 groups": data(BEFORE + field(3, b"\x7b" * 100000)),
    "values with a shape of their own": data(BEFORE + field(3, integer(1, 1) + field(2, field(2, integer(1, HUGE))) + field(5, X.tobytes()))),
    "strings that are numbers": data(BEFORE + field(3, integer(8, 1 << 50) * 2), v1_meta(dtype=7)),
    "slice of 700,000 dims": data(field(1, b"x") + field(2, b"\x0a\x00" * 700000) + VALUES),
    "the same tensor twice": listing(field(1, DESCRIBED) * 2),
    "a tensor of two dtypes": listing(field(1, DESCRIBED) + field(1, DESCRIBED.replace(b"\x18\1", b"\x18\2"))),
    "two million tensors of nothing": listing(b"\x0a\x00" * 2000000),
    "tensors that are a number": listing(integer(1, 1 << 50)),
    "version that is a number": listing(integer(2, 1 << 50)),
    "everything is a number": lambda folder: v1(folder, integer(1, 1 << 50)),
    "name that is no UTF-8": listing(field(1, field(1, b"\xff\xfe") + DESCRIBED[3:])),
    "a million dims": listing(field(1, field(1, b"x") + integer(3, 1) + field(2, b"\x12\x00" * 1000000))),
    "200,000 slices": listing(field(1, DESCRIBED + field(4, field(1, b"")) * 200000)),
    "2,000 slices that are not there": lambda folder: v1(folder, v1_meta(shape=(2000,), parts=[((i, 1),) for i in range(2000)])),
    "40 dims, in slices": lambda folder: v1(folder, v1_meta(shape=(2,) * 40, parts=[((0, 1),) * 40, ((1, 1),) * 40])),
    "2^50 ints": lambda folder: v1(folder, v1_meta(dtype=3, shape=(1 << 50,)), v1_data(int_val=[1, 2])),
}  # fmt: skip


def instead(suffix, make):
    """A good V2 checkpoint, with something else in place of one file."""

    def replaced(folder):
        path = bundle(folder, {"x": {}})
        os.unlink(path + suffix)
        make(path + suffix)
        return path

    return replaced


def bind(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(path))  # the system takes short names only


NO_FILES = {
    "folder": os.mkdir,
    "pipe": os.mkfifo,
    "endless device": lambda path: os.symlink("/dev/zero", path),
    "empty device": lambda path: os.symlink("/dev/null", path),
    "link to itself": lambda path: os.symlink(path, path),
    "link to nothing": lambda path: os.symlink(path + "-nowhere", path),
    "socket": bind,
}
PLACES = {f"{kind} as {suffix or 'V1 file'}": instead(suffix, make) for suffix in (".index", DATA) for kind, make in NO_FILES.items()}
PLACES["pipe as the next index"] = lambda folder: (bundle(folder, {"x": {}}), os.mkfifo(os.path.join(folder, "m.index.next")))[0]
PLACES["pipe as the next data"] = lambda folder: (bundle(folder, {"x": {}}), os.mkfifo(os.path.join(folder, "m" + DATA + ".next")))[0]
