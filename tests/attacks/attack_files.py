"""Makes checkpoint files that lie, with right checksums, so that only the lie can be noticed."""

from __future__ import annotations

import os

import numpy as np

from tinytf import protos
from tinytf.checkpoint import coding, slices, table
from tinytf.checkpoint.crc32c import crc32c, mask
from tinytf.checkpoint.table_builder import TableBuilder

X = np.array([1.5, 2.5], np.float32)


class Sink:
    """Collects what a TableBuilder writes."""

    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += bytes(data)


def make_table(pairs) -> bytes:
    """A table of (key, value) pairs, in the order given."""
    sink = Sink()
    builder = TableBuilder(sink)
    for key, value in pairs:
        builder.add(key, value)
    builder.finish()
    return sink.data


def entry(dtype=1, shape=(2,), shard_id=0, offset=0, size=8, crc=None, parts=(), unknown_rank=False) -> bytes:
    """A BundleEntryProto that says what it is told."""
    proto = protos.BundleEntryProto(dtype=dtype, shard_id=shard_id, offset=offset, size=size)
    proto.shape.SetInParent()
    proto.shape.unknown_rank = unknown_rank
    for n in shape:
        proto.shape.dim.add(size=n)
    proto.crc32c = mask(crc32c(X)) if crc is None else crc
    for part in parts:
        slices.put(proto.slices.add(), part)
    return proto.SerializeToString()


def header(num_shards=1, endianness=0, producer=1, min_consumer=0, bad_consumers=()) -> bytes:
    proto = protos.BundleHeaderProto(num_shards=num_shards, endianness=endianness)
    proto.version.producer = producer
    proto.version.min_consumer = min_consumer
    proto.version.bad_consumers.extend(bad_consumers)
    return proto.SerializeToString()


def bundle(folder, entries: dict, data: bytes = X.tobytes(), head=None) -> str:
    """A V2 checkpoint: entries are dicts for `entry`, or bytes."""
    pairs = [(b"", header() if head is None else head)]
    for key in sorted(k if isinstance(k, bytes) else k.encode() for k in entries):
        e = entries.get(key, entries.get(key.decode("latin-1")))
        pairs.append((key, e if isinstance(e, bytes) else entry(**e)))
    return files(folder, make_table(pairs), data)


def files(folder, index: bytes, data: bytes = X.tobytes()) -> str:
    path = os.path.join(str(folder), "m")
    for suffix, content in ((".index", index), (".data-00000-of-00001", data)):
        with open(path + suffix, "wb") as f:
            f.write(content)
    return path


def block(entries: bytes, restarts=(0,), count=None, kind=0) -> bytes:
    """A block with its trailer, from raw parts."""
    body = entries + b"".join(map(coding.put_fixed32, restarts)) + coding.put_fixed32(len(restarts) if count is None else count)
    return seal(body, kind)


def seal(body: bytes, kind=0) -> bytes:
    return body + bytes([kind]) + coding.put_fixed32(mask(crc32c(body + bytes([kind]))))


def raw_entry(key: bytes, value: bytes, shared=0, unshared=None, length=None) -> bytes:
    numbers = (shared, len(key) if unshared is None else unshared, len(value) if length is None else length)
    return b"".join(map(coding.put_varint, numbers)) + key + value


def raw_table(data_block: bytes, handle=None, index=None, footer=None) -> bytes:
    """A table of one data block (with trailer), each part of which may be replaced."""
    out = data_block
    meta_at = len(out)
    out += block(b"")
    index_at = len(out)
    if index is None:
        size = len(data_block) - 5
        pointer = coding.put_varint(0) + coding.put_varint(size) if handle is None else handle
        index = block(raw_entry(b"\xff", pointer))
    out += index
    if footer is None:
        numbers = (meta_at, index_at - meta_at - 5, index_at, len(index) - 5)
        footer = b"".join(map(coding.put_varint, numbers))
    return out + footer + bytes(40 - len(footer)) + coding.put_fixed64(table.MAGIC)


def v1(folder, meta=None, data=None, name="m") -> str:
    """A V1 file from a SavedTensorSlices for the first entry, and (key, value) pairs."""
    path = os.path.join(str(folder), name)
    with open(path, "wb") as f:
        f.write(make_table([(b"", (v1_meta() if meta is None else meta)), *(v1_data() if data is None else data)]))
    return path


def v1_meta(shape=(2,), dtype=1, parts=((None,),), name="x", min_consumer=0, producer=1, unknown_rank=False) -> bytes:
    proto = protos.SavedTensorSlices()
    tensor = proto.meta.tensor.add(name=name, type=dtype)
    tensor.shape.SetInParent()
    tensor.shape.unknown_rank = unknown_rank
    for n in shape:
        tensor.shape.dim.add(size=n)
    for part in parts:
        slices.put(tensor.slice.add(), part)
    proto.meta.versions.producer = producer
    proto.meta.versions.min_consumer = min_consumer
    return proto.SerializeToString()


def v1_data(part=(None,), name="x", inner_name=None, inner_part=None, **values) -> list:
    proto = protos.SavedTensorSlices()
    proto.data.name = name if inner_name is None else inner_name
    proto.data.slice.SetInParent()
    slices.put(proto.data.slice, part if inner_part is None else inner_part)
    proto.data.data.SetInParent()
    for field, value in (values or dict(float_val=X.tolist())).items():
        getattr(proto.data.data, field).extend(value)
    return [(slices.encode_key(name, part), proto.SerializeToString())]
