"""V1: what the table holds: a first entry that lists everything, and an entry for each slice of each tensor.

    key ""                SavedTensorSlices { meta }: name, shape, dtype and slices of every tensor; version
    key of a slice        SavedTensorSlices { data }: name, slice, and the values in a TensorProto

A whole tensor is one slice that takes all.  In bytes, a tensor in the first entry is

    0A len { 0A len name | 12 len { 12 len { 08 size } … } | 18 dtype | 22 len slice … }

and the entry of a slice

    12 len { 0A len name | 12 len slice | 1A len { values } }

What does not depend on the name is the same for all tensors of a kind: it is made once, and thousands of
variables are written, and recognised when they are read, by comparing bytes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinytf import protos
from tinytf.checkpoint import elements, slices, v1_values
from tinytf.checkpoint.coding import put_varint

META_KEY = b""
VERSION = 1
SMALL = 64 * 1024
_LARGEST = 1 << 18  # bytes of a description: a parsed message takes 30 times as much memory as the least it can be written in


class Kind(NamedTuple):
    """What the slices that take the same part of tensors of the same dtype and shape have in common."""

    dtype: int
    shape: tuple
    extents: tuple
    key_end: bytes  # what follows the name in their keys
    described: bytes  # shape, dtype and slice in the first entry
    slice: bytes  # a TensorSliceProto
    nbytes: int  # of the values in memory
    before_values: bytes | None  # in their entry, after the name; None unless they are few numbers of fixed size
    heads: dict  # length of the name -> what stands before it in such an entry


def kind_of(dtype: int, shape: tuple, extents: tuple) -> Kind:
    """The kind of the slice `extents` of tensors of a dtype that V1 has, and of the full `shape`."""
    proto = protos.SavedSliceMeta(type=dtype)
    proto.shape.SetInParent()
    for size in shape:
        proto.shape.dim.add(size=size)
    part = protos.TensorSliceProto()
    slices.put(part, extents)
    coded = part.SerializeToString()
    nbytes = -1
    before_values = None
    if v1_values.is_fixed(dtype) and np.little_endian:
        nbytes = elements.count_of(slices.shape_of(extents, shape)) * elements.NUMPY[dtype].itemsize
        if 0 < nbytes <= SMALL:
            head = v1_values.head(dtype, nbytes)
            before_values = field(2, coded) + b"\x1a" + put_varint(len(head) + nbytes) + head
    described = proto.SerializeToString() + field(4, coded)
    return Kind(dtype, shape, extents, slices.key_end(extents), described, coded, nbytes, before_values, {})


def field(number: int, content: bytes) -> bytes:
    """A field that holds bytes or a message."""
    return put_varint(number << 3 | 2) + put_varint(len(content)) + content


def data_head(raw: bytes, kind: Kind, size: int) -> bytes:
    """The entry of a slice before the `size` bytes of its TensorProto."""
    head = field(1, raw) + field(2, kind.slice) + b"\x1a" + put_varint(size)
    return b"\x12" + put_varint(len(head) + size) + head


def head_of_small(raw: bytes, kind: Kind) -> bytes:
    """The entry of a slice before its name, where the kind has `before_values`; remembered in the kind."""
    head = kind.heads.get(len(raw))
    if head is None:
        name = b"\x0a" + put_varint(len(raw))
        size = len(name) + len(raw) + len(kind.before_values) + kind.nbytes
        head = kind.heads[len(raw)] = b"\x12" + put_varint(size) + name
    return head


def encode_meta(tensors: dict, more: dict) -> bytes:
    """The first entry.

    Args:
      tensors: name -> kind of its first slice.
      more: name -> kinds of its other slices.
    """
    parts = []
    for raw, kind in tensors.items():
        end = kind.described
        if raw in more:
            end += b"".join([field(4, other.slice) for other in more[raw]])
        if len(raw) + len(end) < 0x7E:
            parts.append(b"\x0a%c\x0a%c%b%b" % (len(raw) + len(end) + 2, len(raw), raw, end))
        else:
            parts.append(field(1, field(1, raw) + end))
    versions = protos.SavedTensorSlices()
    versions.meta.versions.producer = VERSION
    return field(1, b"".join(parts) + versions.meta.SerializeToString())


def decode_meta(value, where):
    """The tensors in a first entry, as name -> (dtype, shape, slices), and its VersionDef.

    Args:
      where: makes the error for an impossible tensor: `where(reason, name) -> exception`.

    Raises ValueError where the entry is malformed.
    """
    tensors: dict = {}
    versions = []
    seen: dict = {}  # all of a SavedSliceMeta but the name, which comes first -> what it says
    try:
        for meta in v1_values.messages(value, 1):
            for described in v1_values.messages(meta, 1):
                raw, rest = _split_name(bytes(described))
                known = seen.get(rest)
                if known is None:
                    known = seen[rest] = _decode_description(rest, lambda reason, raw=raw: where(reason, slices.name_text(raw)))
                name = known[0] or slices.name_text(raw)
                if not known[3]:
                    raise where("It has no slices", name)
                if name in tensors:
                    raise where("Overlapping slices: it is listed twice", name)
                tensors[name] = known[1:]
            versions += v1_values.messages(meta, 2)
        return tensors, protos.VersionDef.FromString(b"".join(versions))
    except protos.PARSE_ERRORS as e:
        raise ValueError(str(e)) from None


def _split_name(described: bytes) -> tuple:
    """(name, all that follows it); (b"", all) where the name does not come first."""
    if len(described) > 2 and described[0] == 0x0A and described[1] < 0x80 and described[1] + 2 <= len(described):
        end = 2 + described[1]
        return described[2:end], described[end:]
    return b"", described


def _decode_description(rest: bytes, where) -> tuple:
    if len(rest) > _LARGEST:
        raise ValueError(f"{len(rest)} bytes describe one tensor, which none needs")
    proto = protos.SavedSliceMeta.FromString(rest)  # with a name of its own where that did not come first, or once more
    shape = elements.shape_from_proto(proto.shape, where)
    return proto.name, proto.type, shape, tuple([slices.get(part) for part in proto.slice])


def decode_data(value, name: str, extents: tuple):
    """The TensorProto in the entry of a slice; ValueError where it is malformed, or that of another slice.

    Args:
      extents: the slice that it should be.
    """
    saved = (list(v1_values.messages(memoryview(value), 2)) or [b""])[-1]  # a view: the values may be large
    names, parts, values = (list(v1_values.messages(saved, number)) for number in (1, 2, 3))
    try:
        if sum(map(len, parts)) > _LARGEST:
            raise ValueError("its slice is larger than any")
        part = slices.get(protos.TensorSliceProto.FromString(b"".join(parts)))
    except protos.PARSE_ERRORS as e:
        raise ValueError(str(e)) from None
    if b"".join(names[-1:]) != slices.name_bytes(name) or part != extents:
        raise ValueError("it stands under the key of another tensor or slice")
    return values[-1] if values else b""
