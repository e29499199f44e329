"""V2: what the index holds: a header and an entry for each tensor.

    key ""            BundleHeaderProto    number of shards, byte order, version (producer 1, min_consumer 0)
    key NAME          BundleEntryProto     dtype, shape, shard_id, offset, size, crc32c (masked)
    of a tensor saved in slices:
    key NAME          BundleEntryProto     dtype, full shape, slices
    key of a slice    BundleEntryProto     dtype, shape of the slice, shard_id, offset, size, crc32c

An entry in bytes (proto3 leaves out what is zero; the shape is there even for a scalar):

    08 dtype | 12 len { 12 len { 08 size } … } | 18 shard_id | 20 offset | 28 size | 35 crc32c (fixed32) | 3A len slice …

Entries are written by hand here because saving thousands of variables is mostly this.
"""

from __future__ import annotations

from typing import NamedTuple

from google.protobuf.message import DecodeError

from tinytf import errors, protos
from tinytf.checkpoint import elements, slices
from tinytf.checkpoint.coding import put_fixed32, put_varint

HEADER_KEY = b""
VERSION = 1  # kTensorBundleVersion
_LARGEST = 1 << 18  # bytes of an entry: a parsed message takes 30 times as much memory as the least it can be written in


class Entry(NamedTuple):
    """Where a tensor lies."""

    dtype: int
    shape: tuple
    nbytes: int  # what dtype and shape come to; -1 for strings and the like
    shard_id: int
    offset: int
    size: int
    crc32c: int
    slices: tuple


def encode_header(num_shards: int, endianness: int = 0, version=None) -> bytes:
    """The BundleHeaderProto."""
    header = protos.BundleHeaderProto(num_shards=num_shards, endianness=endianness)
    if version is None:
        header.version.producer = VERSION
    else:
        header.version.CopyFrom(version)
    return header.SerializeToString()


def encode_type_and_shape(dtype: int, shape: tuple) -> bytes:
    """The first two fields of an entry, which many tensors have in common."""
    dims = b""
    for size in shape:
        dim = b"\x08" + put_varint(size) if size else b""
        dims += b"\x12" + put_varint(len(dim)) + dim
    return b"\x08" + put_varint(dtype) + b"\x12" + put_varint(len(dims)) + dims


def encode_place(head: bytes, offset: int, size: int, masked_crc: int) -> bytes:
    """An entry in shard 0 from its first fields and its place."""
    if offset:
        head += b"\x20" + put_varint(offset)
    if size:
        head += b"\x28" + put_varint(size)
    return head + b"\x35" + put_fixed32(masked_crc) if masked_crc else head


def encode_sliced(dtype: int, shape: tuple, parts: list) -> bytes:
    """The entry of a tensor that is saved in slices."""
    entry = protos.BundleEntryProto()
    for extents in parts:
        slices.put(entry.slices.add(), extents)
    return encode_type_and_shape(dtype, shape) + entry.SerializeToString()


def decode_header(value, name: str):
    """The BundleHeaderProto of an index, checked for what this reader can read.

    Raises DataLossError (malformed), InvalidArgumentError (version) as TensorFlow does.
    """
    try:
        if len(value) > _LARGEST:
            raise DecodeError
        header = protos.BundleHeaderProto.FromString(bytes(value))
    except protos.PARSE_ERRORS:
        raise errors.DataLossError(
            None, None, f"Unable to read file ({name}): unable to parse header; the file is no index of a checkpoint"
        ) from None
    version = header.version
    if version.min_consumer > VERSION:
        raise _version_error(
            f"Checkpoint min consumer version {version.min_consumer} above current version {VERSION}", name
        )
    if version.producer < 0:
        raise _version_error(f"Checkpoint producer version {version.producer} below min producer 0", name)
    if VERSION in version.bad_consumers:
        raise _version_error(f"Checkpoint disallows consumer version {VERSION}", name)
    if header.num_shards < 0:
        raise errors.DataLossError(None, None, f"the header claims {header.num_shards} shards [file {name}]")
    if header.endianness not in (0, 1):
        raise errors.DataLossError(None, None, f"the header claims byte order {header.endianness} [file {name}]")
    return header


def _version_error(reason: str, name: str):
    return errors.InvalidArgumentError(
        None, None, f"{reason} for bundle [file {name}]. Please upgrade: the file was written for a newer version"
    )


def decode_entry(value, key: bytes, name: str) -> Entry:
    """The entry in `value`; DataLossError where it cannot be parsed or its shape is impossible."""

    def where(reason):
        return errors.DataLossError(None, None, f"{reason}: tensor {show(key)} [file {name}]")

    if len(value) > _LARGEST:
        raise where(f"its entry has {len(value)} bytes, which no tensor needs")
    try:
        proto = protos.BundleEntryProto.FromString(bytes(value))
    except protos.PARSE_ERRORS:
        raise errors.DataLossError(None, None, f"the entry of tensor {show(key)} cannot be parsed [file {name}]") from None
    kind, nbytes = _kind_of(proto, where)
    parts = tuple([slices.get(s) for s in proto.slices])
    return Entry(*kind, nbytes, proto.shard_id, proto.offset, proto.size, proto.crc32c, parts)


def decode_head(head: bytes):
    """The (dtype, shape) in the first two fields of an entry, and the bytes that they come to; (None, -1) where they are wrong."""
    try:
        return _kind_of(protos.BundleEntryProto.FromString(head), ValueError)
    except (*protos.PARSE_ERRORS, ValueError):
        return None, -1


def _kind_of(proto, where) -> tuple:
    shape = elements.shape_from_proto(proto.shape, where)
    kind = elements.NUMPY.get(proto.dtype)
    return (proto.dtype, shape), -1 if kind is None else elements.count_of(shape) * kind.itemsize


def show(key: bytes) -> str:
    """A key for people: a tensor's name, or the name and slice that it encodes."""
    if key.startswith(b"\x00"):
        try:
            name, extents = slices.decode_key(key)
            return f"{name} slice {slices.to_string(extents)}"
        except ValueError:
            pass
    return slices.name_text(key)
