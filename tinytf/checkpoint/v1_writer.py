"""V1: writes a tensor-slice file: one table that holds everything.

    key ""                SavedTensorSlices { meta }: name, shape, dtype and slices of every tensor; version
    key of a slice        SavedTensorSlices { data }: name, slice, and the values in a TensorProto

A whole tensor is one slice that takes all.  In bytes, what stands before the values is

    12 len { 0A len name | 12 len slice | 1A len { values } }

and a protocol buffer may not pass 2 GB, so no slice may.
"""

from __future__ import annotations

import itertools

from tinytf import errors, protos
from tinytf.checkpoint import elements, files, slices, v1_values
from tinytf.checkpoint.coding import put_varint
from tinytf.checkpoint.table import TableBuilder

META_KEY = b""
_VERSION = 1
_LARGEST_MESSAGE = 1 << 31
_TENSOR_HEADER = 1 << 10


class SliceWriter:
    """Writes one V1 file; nothing of it can be seen before `finish`.

    Args:
      path: the file's name; its folder is created.
    """

    def __init__(self, path: str):
        self._path = files.local_path(path)
        self._meta: dict = {}  # name -> (dtype, shape, [slice, …])
        self._data: dict = {}  # key -> (name, slice, array)
        self._out = None

    def add(self, name: str, value) -> None:
        """Adds a whole tensor."""
        array = elements.as_array(value)
        self.add_slice(name, array.shape, slices.full(array.ndim), array)

    def add_slice(self, name: str, shape: tuple, extents: tuple, value) -> None:
        """Adds the part `extents` of a tensor of the full `shape`; the array is kept as it is until `finish`.

        Raises UnimplementedError for a dtype that V1 has not, InvalidArgumentError for a slice past 2 GB.
        """
        array = elements.as_array(value)
        dtype = elements.enum_of(array)
        if dtype not in v1_values.FIELD:
            raise errors.UnimplementedError(
                None,
                None,
                f"Saving data type {elements.type_name(dtype)} not yet supported: "
                f"the V1 format has no such values (tensor {name}); save as V2",
            )
        known = self._meta.get(name)
        if known is not None and known[1] != shape:
            raise errors.InternalError(
                None,
                None,
                f"Mismatching shapes: existing tensor = {slices.shape_string(known[1])}, "
                f"trying to add name {name}, shape = {slices.shape_string(shape)}",
            )
        if known is not None and known[0] != dtype:
            raise errors.InternalError(
                None,
                None,
                f"Mismatching types: existing type = {elements.type_name(known[0])}, "
                f"trying to add name {name}, type = {elements.type_name(dtype)}",
            )
        key = slices.encode_key(name, extents)
        if key in self._data:
            raise errors.InvalidArgumentError(None, None, f"Adding duplicate key: {name} slice {slices.to_string(extents)}")
        estimate = _estimate(name, extents, dtype, array)
        if estimate > _LARGEST_MESSAGE:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Tensor slice is too large to serialize (conservative estimate: {estimate} bytes): tensor {name}, "
                f"shape {slices.shape_string(array.shape)}. Save as V2, which has no such limit",
            )
        if known is None:
            known = self._meta[name] = (dtype, shape, [])
        known[2].append(extents)
        self._data[key] = (name, extents, dtype, array)

    def finish(self) -> None:
        """Writes the file, makes it durable, and puts it in place of what had its name."""
        folder = files.folder_of(self._path)
        files.make_folder(folder)
        files.remove_leftovers(self._path)
        needed = sum(array.nbytes for _, _, _, array in self._data.values())
        self._out = files.OutputFile(self._path, needed)
        table = TableBuilder(self._out)
        table.add(META_KEY, self._encode_meta())
        for key in sorted(self._data):
            name, extents, dtype, array = self._data[key]
            size, pieces = v1_values.encode(dtype, array)
            head = _data_head(name, extents, size)
            table.add_streamed(key, len(head) + size, itertools.chain([head], pieces))
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
        message = protos.SavedTensorSlices()
        for name, (dtype, shape, parts) in self._meta.items():
            tensor = message.meta.tensor.add(name=name, type=dtype)
            tensor.shape.SetInParent()
            for size in shape:
                tensor.shape.dim.add(size=size)
            for extents in parts:
                slices.put(tensor.slice.add(), extents)
        message.meta.versions.producer = _VERSION
        return message.SerializeToString()


def _field(number: int, content: bytes) -> bytes:
    return put_varint(number << 3 | 2) + put_varint(len(content)) + content


def _slice_bytes(extents: tuple) -> bytes:
    proto = protos.TensorSliceProto()
    slices.put(proto, extents)
    return proto.SerializeToString()


def _data_head(name: str, extents: tuple, size: int) -> bytes:
    """All of a SavedTensorSlices before the `size` bytes of its TensorProto."""
    head = _field(1, slices.name_bytes(name)) + _field(2, _slice_bytes(extents)) + b"\x1a" + put_varint(size)
    return b"\x12" + put_varint(len(head) + size) + head


def _estimate(name: str, extents: tuple, dtype: int, array) -> int:
    """The bytes that TensorFlow reckons a slice may take."""
    size = len(_field(1, slices.name_bytes(name)) + _field(2, _slice_bytes(extents))) + _TENSOR_HEADER
    size += v1_values.bytes_at_most(dtype) * array.size
    if dtype == elements.STRING:
        size += sum(map(len, elements.strings_of(array)))
    return size
