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
from tinytf.checkpoint.crc32c import crc32c, crc32c_rows, mask, mask_all
from tinytf.checkpoint.table import TableBuilder

_SMALL = 64 * 1024
_GATHERED = 1 << 20


class BundleWriter:
    """Writes one checkpoint; nothing of it can be seen before `finish`.

    Args:
      prefix: the checkpoint's name; its folder is created.
      needed: the bytes of all tensors, if known, for the message of a full disk.
    """

    def __init__(self, prefix: str, needed: int = 0):
        self._prefix = files.local_path(prefix)
        files.make_folder(files.folder_of(self._prefix))
        files.remove_leftovers(self._prefix + ".")
        self._data = files.OutputFile(v2_files.data_name(self._prefix, 0, 1), needed)
        self._index = None
        self._pool = None  # a thread that writes while checksums are taken, once there is something large
        self._entries: dict = {}  # key -> encoded entry, or None while its bytes are gathered
        self._sliced: dict = {}  # key of a full tensor -> (dtype, shape, [slice, …])
        self._kinds: dict = {}  # (dtype, shape) -> (first fields of an entry, size field, bytes if small else 0)
        self._gathered: list = []  # (key, what _kinds holds, bytes)
        self._gathered_size = 0
        self._offset = 0

    def add(self, name: str, value) -> None:
        """Appends a tensor; InvalidArgumentError where the name is taken, UnimplementedError for what has no bytes."""
        self.add_many([name], [value])

    def add_many(self, names, values) -> None:
        """Appends tensors; InvalidArgumentError where a name is taken."""
        entries, sliced, kinds, gathered = self._entries, self._sliced, self._kinds, self._gathered
        for name, value in zip(names, values):
            # What _add does, for a small tensor of a kind that was seen before: there may be 100,000 of them.
            key = name.encode("utf-8", "surrogateescape")
            if type(value) is np.ndarray:
                kind = kinds.get((value.dtype, value.shape))
                if kind is not None and kind[2] and key not in entries and key not in sliced:
                    gathered.append((key, kind, value.tobytes()))
                    entries[key] = None
                    self._gathered_size += kind[2]
                    if self._gathered_size >= _GATHERED:
                        self._flush()
                    continue
            self._add(key, elements.as_array(value))

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
            if key in self._entries:
                raise _duplicate(key)
            known = self._sliced[key] = (dtype, shape, [])
        if known[:2] != (dtype, shape):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"slices of tensor {name} do not agree: {elements.type_name(known[0])} {slices.shape_string(known[1])} "
                f"and {elements.type_name(dtype)} {slices.shape_string(shape)}",
            )
        self._add(slice_key, array)
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

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.finish()
        finally:
            self.discard()  # has no effect on what was finished

    def _add(self, key: bytes, array: np.ndarray) -> None:
        if key in self._entries or key in self._sliced:
            raise _duplicate(key)
        if not key:
            raise errors.InvalidArgumentError(None, None, "a tensor's name may not be empty: that key is the header's")
        kind = self._kinds.get((array.dtype, array.shape))
        if kind is None:
            kind = self._kinds[array.dtype, array.shape] = _kind(array)
        head, _, small = kind
        if small:
            self._gathered.append((key, kind, array.tobytes()))
            self._entries[key] = None
            self._gathered_size += small
            if self._gathered_size >= _GATHERED:
                self._flush()
        elif array.dtype.kind in "OSU":
            self._add_strings(key, head, array)
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
            self._entries[key] = v2_entry.encode_place(head, begin, self._offset - begin, mask(crc))

    def _add_strings(self, key: bytes, head: bytes, array: np.ndarray) -> None:
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
        self._entries[key] = v2_entry.encode_place(head, begin, self._offset - begin, mask(crc))

    def _write(self, data, crc: int = 0) -> int:
        self._data.write(data)
        self._offset += len(data)
        return crc32c(data, crc)

    def _flush(self) -> None:
        """Writes the gathered tensors and makes their entries."""
        if not self._gathered:
            return
        blobs = [blob for _, _, blob in self._gathered]
        masked = mask_all(checksums(blobs)).astype("<u4").tobytes()
        offset = self._offset
        entries = self._entries
        at = 0
        for key, (head, size_field, size), _ in self._gathered:
            crc = masked[at : at + 4]
            if offset and crc != b"\0\0\0\0":
                entries[key] = b"%b\x20%b%b\x35%b" % (head, put_varint(offset), size_field, crc)
            else:
                entries[key] = v2_entry.encode_place(head, offset, size, int.from_bytes(crc, "little"))
            offset += size
            at += 4
        self._data.write(b"".join(blobs))
        self._offset = offset
        self._gathered.clear()
        self._gathered_size = 0


def _kind(array: np.ndarray) -> tuple:
    head = v2_entry.encode_type_and_shape(elements.enum_of(array), array.shape)
    small = array.dtype.kind not in "OSU" and 0 < array.nbytes <= _SMALL and array.dtype.isnative and np.little_endian
    return head, b"\x28" + put_varint(array.nbytes), array.nbytes if small else 0


def checksums(blobs: list) -> np.ndarray:
    """The CRC32C of each of many small byte strings, as uint32; those of one length are done together."""
    lengths = list(map(len, blobs))
    crcs = np.zeros(len(blobs), np.uint32)
    if len(set(lengths)) == 1:
        of_length = {lengths[0]: range(len(blobs))}
    else:
        of_length = {}
        for i, length in enumerate(lengths):
            of_length.setdefault(length, []).append(i)
    for length, places in of_length.items():
        if len(places) < 3 or not 4 <= length <= 1024:
            for i in places:
                crcs[i] = crc32c(blobs[i])
        else:
            rows = np.frombuffer(b"".join([blobs[i] for i in places]), np.uint8).reshape(-1, length)
            crcs[places] = crc32c_rows(rows)
    return crcs


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


def _duplicate(key: bytes):
    return errors.InvalidArgumentError(None, None, f"Adding duplicate key: {v2_entry.show(key)}")
