"""V1: reads tensor-slice files: one, or all that a pattern like `model.ckpt-?????-of-00002` names.

Each file lists its tensors and slices in its first entry; a tensor may be spread over files.  Whole
tensors, tensors in slices, and any part of either are read.  (TensorFlow's own reader refuses whole
tensors that were saved in slices; its restore ops do not.)
"""

from __future__ import annotations

import os
import re

import numpy as np

from tinytf import errors
from tinytf.checkpoint import elements, files, slices, v1_entry, v1_values, v2_files
from tinytf.checkpoint.table import Table

_LARGEST = 1 << 20  # blocks that hold one large value are read when that is wanted


class SliceReader:
    """One V1 checkpoint.

    Args:
      pattern: the file's name, or a pattern of several.
      verify: whether checksums are compared.

    Raises NotFoundError, DataLossError, InvalidArgumentError (version).
    """

    format = "V1"

    def __init__(self, pattern: str, verify: bool = True):
        self.prefix = files.local_path(pattern)
        self._verify = verify
        self._open()

    def _open(self) -> None:
        folder = files.folder_of(self.prefix)
        start = "Unsuccessful TensorSliceReader constructor:"
        if not os.path.isdir(folder):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{start} Failed to get matching files on {self.prefix}: Not found: {folder}; No such file or directory",
            )
        paths = files.matching(self.prefix)
        if not paths:
            raise errors.NotFoundError(None, None, f"{start} Failed to find any matching files for {self.prefix}")
        v2_files.check_not_a_part(self.prefix)
        self._paths = paths
        self._identity = [files.identity(path) for path in paths]
        self._tables = []
        self._tensors: dict = {}  # name -> (dtype, shape, {slice: table})
        self._values: dict = {}  # table -> its pairs, once most are wanted
        self._size = 0
        for path in paths:
            self._open_file(path)

    def _open_file(self, path: str) -> None:
        try:
            file = files.InputFile(path)
            table = Table(file, path, self._verify)
        except errors.OpError as e:
            code = re.sub(r"(?<!^)(?=[A-Z])", " ", type(e).__name__[: -len("Error")]).capitalize()
            message = f"Unable to open table file {path}: {code}: {e.message}"
            if os.path.isdir(path):
                message += ". A checkpoint is named by what its files begin with; tf.train.latest_checkpoint(folder) finds the last one"
            else:
                message += ": perhaps your file is in a different file format and you need to use a different restore operator?"
            raise errors.DataLossError(None, None, message) from None
        self._size += file.size
        value = table.get(v1_entry.META_KEY)
        if value is None:
            raise _loss(path, "Failed to find the saved tensor slices at the beginning of the checkpoint file: it is no V1 checkpoint")

        def where(reason, name):
            return _loss(path, f"{reason}: tensor {name}")

        try:
            tensors, versions = v1_entry.decode_meta(value, where)
        except ValueError as e:
            raise _loss(path, f"its first entry cannot be parsed as SavedTensorSlices: {e}") from None
        _check_version(versions, path)
        self._tables.append(table)
        for name, (dtype, shape, parts) in tensors.items():
            known = self._tensors.setdefault(name, (dtype, shape, {}))
            for what, old, new in (("shapes", *map(slices.shape_string, (known[1], shape))), ("types", *map(elements.type_name, (known[0], dtype)))):
                if old != new:
                    raise _loss(path, f"Incompatible tensor {what} detected for tensor {name}: existing = {old}, new = {new}")
            for part in parts:
                try:
                    slices.check(part, shape)
                except errors.InternalError as e:
                    raise where(e.message, name) from None
                if part in known[2]:
                    text = slices.to_string(part)
                    raise where(f"Overlapping slices: existing slice = {text}, new slice = {text}", name)
                known[2][part] = table

    def refresh(self) -> None:
        """Opens anew where a file was replaced since."""
        if self.changed():
            self._open()

    def changed(self) -> bool:
        """Whether a file was replaced since."""
        return [files.identity(path) for path in self._paths] != self._identity

    # --- what there is

    def names(self) -> list:
        """The names of all tensors, in the order of the file."""
        return list(self._tensors)

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def info(self, name: str) -> tuple:
        """(dtype number, shape) of a tensor."""
        return self._tensor(name)[:2]

    def infos(self, names: list) -> list:
        """The `info` of many tensors; None for those that are not there."""
        return [self._tensors[name][:2] if name in self._tensors else None for name in names]

    def parts(self, name: str) -> list:
        """The slices that a tensor was saved in."""
        return list(self._tensor(name)[2])

    def _tensor(self, name: str) -> tuple:
        tensor = self._tensors.get(name)
        if tensor is None:
            raise errors.NotFoundError(None, None, f"{name} not found in checkpoint file")
        return tensor

    # --- values

    def read(self, name: str, view: bool = False) -> np.ndarray:
        """The value of a tensor; with `view`, an array on the block that was read where that is possible."""
        shape = self._tensor(name)[1]
        return self._assemble(name, slices.full(len(shape)), view)

    def read_slice(self, name: str, extents: tuple) -> np.ndarray:
        """A part of a tensor, however it was saved."""
        slices.check(extents, self._tensor(name)[1])
        return self._assemble(name, extents, False)

    def read_many(self, names: list) -> list:
        """The values of many tensors."""
        if len(names) > 8 and 2 * len(names) > len(self._tensors):  # most of the file: go through it once
            self._values = {table: table.to_dict(_LARGEST) for table in self._tables}
        kinds: dict = {}
        values = []
        for name in names:
            value = self._read_small(name, kinds)
            values.append(self.read(name) if value is None else value)
        return values

    def _read_small(self, name: str, kinds: dict):
        """The value of a whole tensor whose entry is, byte for byte, what it should be; None for any other."""
        dtype, shape, parts = self._tensor(name)
        if len(parts) != 1:
            return None
        ((part, table),) = parts.items()
        if table not in self._values:
            return None
        kind = kinds.get((dtype, shape, part))
        if kind is None:
            plain = dtype in v1_values.FIELD and slices.is_full(part, shape) and len(shape) < 32
            kind = kinds[dtype, shape, part] = v1_entry.kind_of(dtype, shape, part) if plain else ()
        if not kind or kind.before_values is None:
            return None
        raw = slices.name_bytes(name)
        (key,) = slices.encode_keys([raw], [kind.key_end])
        entry = self._values[table].get(key, b"")
        start = (kind.heads.get(len(raw)) or v1_entry.head_of_small(raw, kind)) + raw + kind.before_values
        if len(entry) != len(start) + kind.nbytes or entry[: len(start)] != start:
            return None
        return np.ndarray(shape, elements.NUMPY[dtype], bytearray(entry[len(start) :]))

    def _assemble(self, name: str, extents: tuple, view: bool) -> np.ndarray:
        dtype, full_shape, parts = self._tensor(name)
        elements.check_type(dtype, f"tensor {name}", lambda reason: _loss(self.prefix, reason))
        shape = slices.shape_of(extents, full_shape)
        if elements.count_of(shape) == 0 and not parts:
            pass
        elif not slices.cover_once(list(parts), extents, full_shape):
            held = ", ".join(map(slices.to_string, list(parts)[:20]))
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Does not have sufficient slices for partitioned tensor {name} to restore in slice_spec: "
                f"{slices.to_string(extents)}. The file holds: {held}",
            )
        if len(parts) == 1:
            (part,) = parts
            if slices.is_full(part, full_shape):
                whole = self._read_part(name, dtype, full_shape, part, parts[part])
                if not slices.is_full(extents, full_shape):
                    whole = whole[tuple([slice(a, b) for a, b in slices.spans(extents, full_shape)])]
                return whole if view or whole.flags.writeable and whole.flags.aligned else whole.copy()
        kind = elements.NUMPY.get(dtype, np.dtype(object))
        if elements.count_of(shape) > self._size:  # an element takes at least a byte in some file
            raise _loss(self.prefix, f"tensor {name} of shape {slices.shape_string(shape)} cannot be held in {self._size} bytes")
        pieces = []
        for part, table in parts.items():
            overlap = slices.within(extents, part, full_shape)
            if overlap is not None:
                pieces.append((self._read_part(name, dtype, full_shape, part, table), overlap))
        out = elements.reshape(np.empty(elements.count_of(shape), kind), shape)
        for piece, (source, target) in pieces:
            out[target] = piece[source]
        return out

    def _read_part(self, name: str, dtype: int, full_shape: tuple, part: tuple, table: Table) -> np.ndarray:
        what = f"tensor {name}, slice {slices.to_string(part)}"
        key = slices.encode_key(name, part)
        value = self._values[table].get(key) if table in self._values else None
        if value is None:
            value = table.get(key)
        if value is None:
            raise _loss(self.prefix, f"{what} is listed but not there")
        shape = slices.shape_of(part, full_shape)
        try:
            flat = v1_values.decode(dtype, elements.count_of(shape), v1_entry.decode_data(value, name, part))
        except ValueError as e:
            raise _loss(self.prefix, f"{what}: {e}") from None
        return elements.reshape(flat, shape)


def _check_version(version, path: str) -> None:
    if version.min_consumer > v1_entry.VERSION or v1_entry.VERSION in version.bad_consumers or version.producer < 0:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Checkpoint min consumer version {version.min_consumer} above current version {v1_entry.VERSION}, or this version "
            f"disallowed, for checkpoint [file {path}]. Please upgrade: the file was written for a newer version",
        )


def _loss(path: str, reason: str):
    return errors.DataLossError(None, None, f"{reason} [file {path}]")
