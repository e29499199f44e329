"""V1: writes a tensor-slice file: one table that holds everything; `v1_entry` draws what is in it.

A protocol buffer may not pass 2 GB, so no slice may.
"""

from __future__ import annotations

import itertools

import numpy as np

from tinytf import errors
from tinytf.checkpoint import elements, files, slices, v1_entry, v1_values
from tinytf.checkpoint.table_builder import TableBuilder

_LARGEST_MESSAGE = 1 << 31
_TENSOR_HEADER = 1 << 10
_GATHERED = 1 << 20


class SliceWriter(files.WholeOrNothing):
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
        raws = [name.encode("utf-8", "surrogateescape") for name in names]
        arrays = [a if type(a) is np.ndarray else elements.as_array(a) for a in values]
        kinds = [self._whole.get((a.dtype, a.shape)) or self._kind_of_whole(a, name) for a, name in zip(arrays, names)]
        if len(set(raws)) < len(raws) or not self._meta.keys().isdisjoint(raws):
            for raw, kind, array in zip(raws, kinds, arrays):
                self._add(raw, kind, array)
            return
        # What _add does, for names that are new: there may be 100,000 of them.
        for raw, kind, array in zip(raws, kinds, arrays):
            if kind.before_values is None:
                _check_size(raw, kind, array)
        keys = slices.encode_keys(raws, [kind.key_end for kind in kinds])
        self._meta.update(zip(raws, kinds))
        self._data.update(zip(keys, zip(raws, kinds, arrays)))

    def _kind_of_whole(self, array: np.ndarray, name: str) -> v1_entry.Kind:
        kind = self._whole[array.dtype, array.shape] = _kind(name, array, array.shape, slices.full(array.ndim))
        return kind

    def add_slice(self, name: str, shape: tuple, extents: tuple, value) -> None:
        """Adds the part `extents` of a tensor of the full `shape`; the array is kept as it is until `finish`.

        Raises UnimplementedError for a dtype that V1 has not, InvalidArgumentError for a slice past 2 GB.
        """
        array = elements.as_array(value)
        self._add(slices.name_bytes(name), _kind(name, array, shape, extents), array)

    def _add(self, raw: bytes, kind: v1_entry.Kind, array: np.ndarray) -> None:
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
        (key,) = slices.encode_keys([raw], [kind.key_end])
        if key in self._data:
            raise errors.InvalidArgumentError(None, None, f"Adding duplicate key: {name} slice {slices.to_string(kind.extents)}")
        _check_size(raw, kind, array)
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
        self._out = files.OutputFile(self._path, lambda: sum([array.nbytes for _, _, array in self._data.values()]))
        table = TableBuilder(self._out)
        table.add(v1_entry.META_KEY, v1_entry.encode_meta(self._meta, self._more))
        small: dict = {}
        gathered = 0
        for key in sorted(self._data):
            raw, kind, array = self._data[key]
            if kind.before_values is not None:
                head = kind.heads.get(len(raw)) or v1_entry.head_of_small(raw, kind)
                small[key] = head + raw + kind.before_values + array.tobytes()
                gathered += array.nbytes
                if gathered < _GATHERED:
                    continue
            table.add_sorted(small)
            small, gathered = {}, 0
            if kind.before_values is None:
                size, pieces = v1_values.encode(kind.dtype, array)
                head = v1_entry.data_head(raw, kind, size)
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


def _kind(name: str, array: np.ndarray, shape: tuple, extents: tuple) -> v1_entry.Kind:
    dtype = elements.enum_of(array)
    if dtype not in v1_values.FIELD:
        raise errors.UnimplementedError(
            None,
            None,
            f"Saving data type {elements.type_name(dtype)} not yet supported: "
            f"the V1 format has no such values (tensor {name}); save as V2",
        )
    kind = v1_entry.kind_of(dtype, shape, extents)
    return kind if array.dtype.isnative else kind._replace(before_values=None)


def _check_size(raw: bytes, kind: v1_entry.Kind, array: np.ndarray) -> None:
    """Raises InvalidArgumentError where TensorFlow reckons that a slice may take more than a message can."""
    estimate = len(v1_entry.field(1, raw) + v1_entry.field(2, kind.slice)) + _TENSOR_HEADER
    estimate += v1_values.bytes_at_most(kind.dtype) * array.size
    if kind.dtype == elements.STRING:
        estimate += sum(map(len, elements.strings_of(array)))
    if estimate > _LARGEST_MESSAGE:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Tensor slice is too large to serialize (conservative estimate: {estimate} bytes): tensor {slices.name_text(raw)}, "
            f"shape {slices.shape_string(array.shape)}. Save as V2, which has no such limit",
        )
