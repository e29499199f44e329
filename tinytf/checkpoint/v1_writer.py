"""V1: writes a tensor-slice file: one table that holds everything.

    key ""                SavedTensorSlices { meta }: name, shape, dtype and slices of every tensor; version
    key of a slice        SavedTensorSlices { data }: name, slice, and the values in a TensorProto

A whole tensor is one slice that takes all.  In bytes, what stands before the values is

    12 len { 0A len name | 12 len slice | 1A len { values } }

and a protocol buffer may not pass 2 GB, so no slice may.  In the first entry a tensor is

    0A len { 0A len name | 12 len { 12 len { 08 size } … } | 18 dtype | 22 len slice … }

What does not depend on the name is the same for all tensors of a kind, and is made once.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from tinytf import errors, protos
from tinytf.checkpoint import elements, files, slices, v1_values
from tinytf.checkpoint.coding import put_varint
from tinytf.checkpoint.table import TableBuilder

META_KEY = b""
_VERSION = 1
_LARGEST_MESSAGE = 1 << 31
_TENSOR_HEADER = 1 << 10
_SMALL = 64 * 1024
_GATHERED = 1 << 20


class _Kind(NamedTuple):
    """What the slices that take the same part of tensors of the same dtype and shape have in common."""

    dtype: int
    shape: tuple
    extents: tuple
    key_end: bytes  # what follows the name in their keys
    described: bytes  # shape, dtype and slice in the first entry
    slice: bytes  # a TensorSliceProto
    before_values: bytes  # in their entry, after the name; None unless they are small numbers of fixed size
    heads: dict  # length of the name -> what stands before it in such an entry


class SliceWriter:
    """Writes one V1 file; nothing of it can be seen before `finish`.

    Args:
      path: the file's name; its folder is created.
    """

    def __init__(self, path: str):
        self._path = files.local_path(path)
        self._meta: dict = {}  # name -> kind of its first slice
        self._more: dict = {}  # name -> kinds of its other slices
        self._data: dict = {}  # key -> (name, kind, array)
        self._whole: dict = {}  # (NumPy dtype, shape) -> kind of a whole tensor
        self._out = None

    def add(self, name: str, value) -> None:
        """Adds a whole tensor."""
        self.add_many([name], [value])

    def add_many(self, names, values) -> None:
        """Adds whole tensors; their arrays are kept as they are until `finish`."""
        meta, data, whole = self._meta, self._data, self._whole
        raws = [name.encode("utf-8", "surrogateescape") for name in names]
        starts = map(slices.key_start, raws)
        for raw, start, value in zip(raws, starts, values):
            array = value if type(value) is np.ndarray else elements.as_array(value)
            kind = whole.get((array.dtype, array.shape))
            if kind is None:
                kind = _kind(slices.name_text(raw), array, array.shape, slices.full(array.ndim))
                whole[array.dtype, array.shape] = kind
            if kind.before_values is None or raw in meta:
                self._add(raw, kind, array)
            else:  # what _add does, for a small tensor whose name is new: there may be 100,000 of them
                meta[raw] = kind
                data[start + kind.key_end] = raw, kind, array

    def add_slice(self, name: str, shape: tuple, extents: tuple, value) -> None:
        """Adds the part `extents` of a tensor of the full `shape`; the array is kept as it is until `finish`.

        Raises UnimplementedError for a dtype that V1 has not, InvalidArgumentError for a slice past 2 GB.
        """
        array = elements.as_array(value)
        self._add(slices.name_bytes(name), _kind(name, array, shape, extents), array)

    def _add(self, raw: bytes, kind: _Kind, array: np.ndarray) -> None:
        name = slices.name_text(raw)
        known = self._meta.get(raw)
        if known is not None and known.shape != kind.shape:
            raise errors.InternalError(
                None,
                None,
                f"Mismatching shapes: existing tensor = {slices.shape_string(known.shape)}, "
                f"trying to add name {name}, shape = {slices.shape_string(kind.shape)}",
            )
        if known is not None and known.dtype != kind.dtype:
            raise errors.InternalError(
                None,
                None,
                f"Mismatching types: existing type = {elements.type_name(known.dtype)}, "
                f"trying to add name {name}, type = {elements.type_name(kind.dtype)}",
            )
        key = slices.key_start(raw) + kind.key_end
        if key in self._data:
            raise errors.InvalidArgumentError(None, None, f"Adding duplicate key: {name} slice {slices.to_string(kind.extents)}")
        estimate = _estimate(raw, kind, array)
        if estimate > _LARGEST_MESSAGE:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Tensor slice is too large to serialize (conservative estimate: {estimate} bytes): tensor {name}, "
                f"shape {slices.shape_string(array.shape)}. Save as V2, which has no such limit",
            )
        if known is None:
            self._meta[raw] = kind
        else:
            self._more.setdefault(raw, []).append(kind)
        self._data[key] = raw, kind, array

    def finish(self) -> None:
        """Writes the file, makes it durable, and puts it in place of what had its name."""
        folder = files.folder_of(self._path)
        files.make_folder(folder)
        files.remove_leftovers(self._path)
        needed = sum([array.nbytes for _, _, array in self._data.values()])
        self._out = files.OutputFile(self._path, needed)
        table = TableBuilder(self._out)
        table.add(META_KEY, self._encode_meta())
        small: dict = {}
        gathered = 0
        for key in sorted(self._data):
            raw, kind, array = self._data[key]
            if kind.before_values is not None:
                head = kind.heads.get(len(raw)) or _head_of_small(raw, kind, array)
                small[key] = head + raw + kind.before_values + array.tobytes()
                gathered += array.nbytes
                if gathered < _GATHERED:
                    continue
            table.add_sorted(small)
            small, gathered = {}, 0
            if kind.before_values is None:
                size, pieces = v1_values.encode(kind.dtype, array)
                head = _data_head(raw, kind, size)
                table.add_streamed(key, len(head) + size, itertools.chain([head], pieces))
        table.add_sorted(small)
        table.finish()
        self._out.finish()
        self._out.rename()
        files.sync_folder(folder)

    def discard(self) -> None:
        """Gives up: nothing remains."""
        if self._out is not None:
            self._out.discard()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.finish()
        finally:
            self.discard()  # has no effect on what was finished

    def _encode_meta(self) -> bytes:
        tensors = []
        for raw, kind in self._meta.items():
            end = kind.described
            if raw in self._more:
                end += b"".join([_field(4, more.slice) for more in self._more[raw]])
            if len(raw) + len(end) < 0x7E:
                tensors.append(b"\x0a%c\x0a%c%b%b" % (len(raw) + len(end) + 2, len(raw), raw, end))
            else:
                tensors.append(_field(1, _field(1, raw) + end))
        versions = protos.SavedTensorSlices()
        versions.meta.versions.producer = _VERSION
        return _field(1, b"".join(tensors) + versions.meta.SerializeToString())


def _kind(name: str, array: np.ndarray, shape: tuple, extents: tuple) -> _Kind:
    dtype = elements.enum_of(array)
    if dtype not in v1_values.FIELD:
        raise errors.UnimplementedError(
            None,
            None,
            f"Saving data type {elements.type_name(dtype)} not yet supported: "
            f"the V1 format has no such values (tensor {name}); save as V2",
        )
    proto = protos.SavedSliceMeta(type=dtype)
    proto.shape.SetInParent()
    for size in shape:
        proto.shape.dim.add(size=size)
    part = protos.TensorSliceProto()
    slices.put(part, extents)
    coded = part.SerializeToString()
    before_values = None
    if v1_values.is_fixed(dtype) and array.size and array.nbytes <= _SMALL and array.dtype.isnative and np.little_endian:
        head = v1_values.head(dtype, array.nbytes)
        before_values = _field(2, coded) + b"\x1a" + put_varint(len(head) + array.nbytes) + head
    return _Kind(dtype, shape, extents, slices.key_end(extents), proto.SerializeToString() + _field(4, coded), coded, before_values, {})


def _head_of_small(raw: bytes, kind: _Kind, array: np.ndarray) -> bytes:
    """What stands before the name in a SavedTensorSlices of a few numbers of fixed size; kept in the kind."""
    name = b"\x0a" + put_varint(len(raw))
    size = len(name) + len(raw) + len(kind.before_values) + array.nbytes
    kind.heads[len(raw)] = head = b"\x12" + put_varint(size) + name
    return head


def _field(number: int, content: bytes) -> bytes:
    return put_varint(number << 3 | 2) + put_varint(len(content)) + content


def _data_head(raw: bytes, kind: _Kind, size: int) -> bytes:
    """All of a SavedTensorSlices before the `size` bytes of its TensorProto."""
    head = _field(1, raw) + _field(2, kind.slice) + b"\x1a" + put_varint(size)
    return b"\x12" + put_varint(len(head) + size) + head


def _estimate(raw: bytes, kind: _Kind, array: np.ndarray) -> int:
    """The bytes that TensorFlow reckons a slice may take."""
    size = len(_field(1, raw) + _field(2, kind.slice)) + _TENSOR_HEADER
    size += v1_values.bytes_at_most(kind.dtype) * array.size
    if kind.dtype == elements.STRING:
        size += sum(map(len, elements.strings_of(array)))
    return size
