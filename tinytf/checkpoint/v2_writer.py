"""V2: writes a bundle of tensors: `PREFIX.data-00000-of-00001` and `PREFIX.index`.

The data file is the bytes of the tensors one after the other, in the order they are added.  A large
tensor goes from its own memory to the file.  Small ones are gathered first: one write and one pass
of checksums serves hundreds.

A string tensor lies in the file as

    length (varint) …, masked CRC32C of the lengths (fixed32), bytes …

where the lengths are checksummed as fixed32 each (fixed64 from 2^32 on), and the CRC in its entry
covers those lengths, the 4 bytes of their CRC, and the bytes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tinytf import errors
from tinytf.checkpoint import elements, files, slices, v2_entry, v2_files
from tinytf.checkpoint.coding import put_fixed32, put_varint
from tinytf.checkpoint.crc32c import crc32c, crc32c_pieces, mask, mask_all
from tinytf.checkpoint.table_builder import TableBuilder

_SMALL = 64 * 1024
_GATHERED = 1 << 20


class BundleWriter(files.WholeOrNothing):
    """Writes one checkpoint; nothing of it can be seen before `finish`.

    Args:
      prefix: the checkpoint's name; its folder is created.
      needed: gives the bytes of all tensors, if they are known, for the message of a full disk.
    """

    def __init__(self, prefix: str, needed=lambda: 0):
        self._prefix = files.local_path(prefix)
        files.make_folder(files.folder_of(self._prefix))
        files.remove_leftovers(self._prefix + ".")
        self._data = files.OutputFile(v2_files.data_name(self._prefix, 0, 1), needed)
        self._index = None
        self._pool = None  # a thread that writes while checksums are taken, once there is something large
        self._entries: dict = {}  # key -> encoded entry, or b"" while its bytes are gathered
        self._sliced: dict = {}  # key of a full tensor -> (dtype, shape, [slice, …])
        self._kinds: dict = {}  # (dtype, shape) -> what `_kind` says
        self._gathered: list = []  # (key, what _kinds holds, array)
        self._gathered_size = 0
        self._offset = 0

    def add(self, name: str, value) -> None:
        """Appends a tensor; InvalidArgumentError where the name is taken, UnimplementedError for what has no bytes."""
        array = elements.as_array(value)
        key = slices.name_bytes(name)
        self._check_new([key])
        self._add(key, array.copy() if array.nbytes <= _SMALL else array)

    def add_many(self, names, values) -> None:
        """Appends tensors; InvalidArgumentError where a name is taken.  There may be 100,000, most of them small and alike."""
        keys = [name.encode("utf-8", "surrogateescape") for name in names]
        arrays = [a if type(a) is np.ndarray else elements.as_array(a) for a in values]
        self._check_new(keys)
        self._flush()
        kinds = [self._kinds.get((a.dtype, a.shape)) or self._kind(a) for a in arrays]
        small = np.array([kind[2] for kind in kinds], np.int64)
        ends = np.cumsum(small)
        alone = [*np.flatnonzero(small == 0).tolist(), len(keys)]
        first = 0
        for stop in alone:
            while first < stop:  # those between two large ones, a MiB at a time
                end = min(stop, int(np.searchsorted(ends, ends[first] - small[first] + _GATHERED)) + 1)
                self._write_small(keys[first:end], kinds[first:end], arrays[first:end])
                first = end
            if stop < len(keys):
                self._add(keys[stop], arrays[stop])
            first = stop + 1

    def add_slice(self, name: str, shape: tuple, extents: tuple, value) -> None:
        """Appends the part `extents` of a tensor of the full `shape`."""
        if slices.is_full(extents, shape):
            return self.add(name, value)
        array = elements.as_array(value)
        key = slices.name_bytes(name)
        dtype = elements.enum_of(array)
        slice_key = slices.encode_key(name, extents)
        known = self._sliced.get(key)
        if known is None:
            self._check_new([key])
            known = self._sliced[key] = (dtype, shape, [])
        if known[:2] != (dtype, shape):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"slices of tensor {name} do not agree: {elements.type_name(known[0])} {slices.shape_string(known[1])} "
                f"and {elements.type_name(dtype)} {slices.shape_string(shape)}",
            )
        self._check_new([slice_key])
        self._add(slice_key, array.copy() if array.nbytes <= _SMALL else array)
        known[2].append(extents)

    def finish(self) -> None:
        """Writes the index, makes both files durable, and puts them in place of what had their names."""
        self._flush()
        for key, (dtype, shape, parts) in self._sliced.items():
            self._entries[key] = v2_entry.encode_sliced(dtype, shape, parts)
        self._data.finish()
        self._index = files.OutputFile(v2_files.index_name(self._prefix))
        write_index(self._index, v2_entry.encode_header(1), self._entries)
        v2_files.replace(self._prefix, [(self._data.temporary, self._data.path)], self._index.temporary)
        self._data.close()
        self._index.close()

    def discard(self) -> None:
        """Gives up: nothing remains."""
        if self._pool is not None:
            self._pool.shutdown()
        self._data.discard()
        if self._index is not None:
            self._index.discard()

    def _check_new(self, keys: list) -> None:
        """Raises where a key is taken, or stands there twice."""
        new = set(keys)
        if len(new) < len(keys) or b"" in new or not new.isdisjoint(self._entries) or not new.isdisjoint(self._sliced):
            seen = {*self._entries, *self._sliced}
            for key in keys:
                if not key:
                    raise errors.InvalidArgumentError(None, None, "a tensor's name may not be empty: that key is the header's")
                if key in seen:
                    raise errors.InvalidArgumentError(None, None, f"Adding duplicate key: {v2_entry.show(key)}")
                seen.add(key)

    def _kind(self, array: np.ndarray) -> tuple:
        """What small tensors of this dtype and shape have in common: their entry before the offset and before the CRC, their size (else 0)."""
        found = self._kinds.get((array.dtype, array.shape))
        if found is None:
            head = v2_entry.encode_type_and_shape(elements.enum_of(array), array.shape) + b"\x20"
            small = array.dtype.kind not in "OSU" and 0 < array.nbytes <= _SMALL and array.dtype.isnative and np.little_endian
            found = head, b"\x28" + put_varint(array.nbytes) + b"\x35", array.nbytes if small else 0
            self._kinds[array.dtype, array.shape] = found
        return found

    def _add(self, key: bytes, array: np.ndarray) -> None:
        """Appends a tensor whose key was checked."""
        kind = self._kind(array)
        if kind[2]:
            self._gathered.append((key, kind, array))
            self._entries[key] = b""  # until then
            self._gathered_size += kind[2]
            if self._gathered_size >= _GATHERED:
                self._flush()
        elif array.dtype.kind in "OSU":
            self._add_strings(key, array)
        else:
            self._flush()
            crc = 0
            begin = self._offset
            for piece in elements.pieces(array):
                if self._pool is None and piece.size >= 2 * elements.CHUNK:
                    self._pool = ThreadPoolExecutor(1)
                for at in range(0, piece.size, elements.CHUNK):
                    part = piece[at : at + elements.CHUNK]
                    if self._pool is None:
                        crc = crc32c(part, crc)
                        self._data.write(part)
                    else:  # neither holds the interpreter's lock for long: they run side by side
                        writing = self._pool.submit(self._data.write, part)
                        crc = crc32c(part, crc)
                        writing.result()
                self._offset += piece.size
            self._enter(key, array, begin, self._offset - begin, mask(crc))

    def _enter(self, key: bytes, array: np.ndarray, offset: int, size: int, masked_crc: int) -> None:
        head = v2_entry.encode_type_and_shape(elements.enum_of(array), array.shape)
        self._entries[key] = v2_entry.encode_place(head, offset, size, masked_crc)

    def _add_strings(self, key: bytes, array: np.ndarray) -> None:
        self._flush()
        strings = elements.strings_of(array)
        lengths = [len(s) for s in strings]
        crc = crc32c(fixed_lengths(lengths))
        checksum = put_fixed32(mask(crc))
        crc = crc32c(checksum, crc)
        begin = self._offset
        self._write(b"".join(map(put_varint, lengths)) + checksum)
        batch, size = [], 0
        for s in strings:
            batch.append(s)
            size += len(s)
            if size >= elements.CHUNK:
                crc = self._write(b"".join(batch) if len(batch) > 1 else s, crc)
                batch, size = [], 0
        crc = self._write(b"".join(batch), crc)
        self._enter(key, array, begin, self._offset - begin, mask(crc))

    def _write(self, data, crc: int = 0) -> int:
        self._data.write(data)
        self._offset += len(data)
        return crc32c(data, crc)

    def _flush(self) -> None:
        """Writes the gathered tensors and makes their entries."""
        if self._gathered:
            self._write_small(*zip(*self._gathered))
            self._gathered.clear()
            self._gathered_size = 0

    def _write_small(self, keys, kinds, arrays) -> None:
        """Writes small tensors, and makes their entries, together."""
        try:
            data = b"".join(arrays)
        except (ValueError, BufferError, TypeError):  # not in the order of the file, or of a type that Python does not know
            data = b"".join([array.tobytes() for array in arrays])
        heads, tails = [kind[0] for kind in kinds], [kind[1] for kind in kinds]
        sizes = np.array([kind[2] for kind in kinds])
        ends = np.cumsum(sizes)
        crcs = mask_all(crc32c_pieces(np.frombuffer(data, np.uint8), ends - sizes, sizes))
        ends += self._offset
        masked = crcs.astype("<u4").tobytes()
        crc_bytes = [masked[at : at + 4] for at in range(0, len(masked), 4)]
        self._entries.update(zip(keys, map(b"".join, zip(heads, varints(ends - sizes), tails, crc_bytes))))
        # What is zero is left out.
        for i in {0, *np.flatnonzero(crcs == 0).tolist()}:
            self._enter(keys[i], arrays[i], int(ends[i] - sizes[i]), int(sizes[i]), int(crcs[i]))
        self._data.write(data)
        self._offset = int(ends[-1])


def varints(values: np.ndarray) -> list:
    """The varints of an int64 array of numbers below 2^63, as a list of bytes."""
    digits = np.zeros((len(values), 10), np.uint8)
    digits[:, 0] = values & 0x7F
    most = int(values.max())
    for k in range(1, 9):
        if not most >> 7 * k:
            break
        left = values >> 7 * k
        digits[:, k - 1] |= (left > 0).astype(np.uint8) << 7
        digits[:, k] = left & 0x7F
    # A varint ends in no zero byte but for 0 itself, so that what NumPy strips is what is not there.
    return [varint or b"\0" for varint in digits.view("S10").reshape(-1).tolist()]


def fixed_lengths(lengths: list) -> bytes:
    """String lengths as their checksum sees them."""
    if not lengths or max(lengths) < 1 << 32:
        return np.array(lengths, "<u4").tobytes()
    return b"".join(n.to_bytes(4 if n < 1 << 32 else 8, "little") for n in lengths)


def write_index(out: files.OutputFile, header: bytes, entries: dict) -> None:
    """Writes the table of an index and makes it durable."""
    table = TableBuilder(out)
    table.add(v2_entry.HEADER_KEY, header)
    table.add_sorted(entries)
    table.finish()
    out.finish()

