"""V2: reads a bundle: opens the index, and finds, checks and hands out tensors when they are asked for.

What an entry says is believed only after it was held against the files: the type is known, the
dims multiply to the size, the byte range lies within its shard, the shard exists, the slices of a
partitioned tensor cover each element once, and the CRC (once a tensor) is that of the bytes.
"""

from __future__ import annotations

import os

import numpy as np

from tinytf import errors
from tinytf.checkpoint import elements, files, slices, v2_bulk, v2_entry, v2_files
from tinytf.checkpoint.coding import get_varint
from tinytf.checkpoint.crc32c import crc32c, mask, unmask
from tinytf.checkpoint.table import SLACK, Table
from tinytf.checkpoint.v2_writer import fixed_lengths


class BundleReader:
    """One V2 checkpoint.

    Args:
      prefix: its name.
      verify: whether checksums are compared.

    Raises NotFoundError, DataLossError, InvalidArgumentError (version).
    """

    format = "V2"

    def __init__(self, prefix: str, verify: bool = True):
        self.prefix = files.local_path(prefix)
        self.verify = verify
        self._open()

    def _open(self) -> None:
        for _ in range(3):  # again where a writer replaces the files in this moment
            self._index_path = v2_files.current_index(self.prefix)
            try:
                # Stays open: else its inode may become that of the index which replaces it, and nothing tells them apart.
                self._index = index = files.InputFile(self._index_path)
                self._identity = index.identity
                break
            except errors.NotFoundError:
                if not v2_files.exists(self.prefix):
                    raise
        else:
            raise errors.UnavailableError(None, None, f"{self.prefix} is being replaced again and again")
        self._table = Table(index, self._index_path, self.verify)
        header = self._table.get(v2_entry.HEADER_KEY)
        if header is None:
            raise errors.DataLossError(
                None,
                None,
                f"Unable to read file ({self._index_path}). Perhaps the file is corrupt or was produced by a newer version of TensorFlow "
                "with format changes (failed to seek to header entry)",
            )
        self.header = v2_entry.decode_header(header, self._index_path)
        self._swap = self.header.endianness != (0 if np.little_endian else 1)
        self._raw: dict | None = None  # key -> value, once all are wanted
        self._slice_keys: set | None = None
        self._entries: dict = {}
        self._places: v2_bulk.Places | None = None
        self._shards: dict = {}
        self._verified: set = set()

    def refresh(self) -> None:
        """Opens anew where the checkpoint was replaced since."""
        if self.changed():
            self._open()

    def changed(self) -> bool:
        """Whether another checkpoint has taken the place of this one."""
        found = files.identity(v2_files.current_index(self.prefix))
        if found is None:  # removed, unless it is a `.next` that moved to its place in this moment: still the same file
            found = files.identity(v2_files.index_name(self.prefix))
        return found not in (None, self._identity)

    # --- what there is

    def scan(self) -> dict:
        """All (key, value) pairs of the index but the header, as bytes."""
        if self._raw is None:
            self._raw = self._table.to_dict()
            self._raw.pop(v2_entry.HEADER_KEY, None)
        return self._raw

    def places(self) -> v2_bulk.Places:
        """Where all tensors lie, decoded together."""
        if self._places is None:
            self._places = v2_bulk.decode_entries(self.scan())
        return self._places

    def slice_keys(self) -> set:
        """The keys of slices: they are parts, not tensors of their own."""
        if self._slice_keys is None:
            keys = set()
            for key in self.scan():
                if key[:1] == b"\x00":
                    keys.add(key)
            if keys:  # only those that a full tensor lists: a name may begin with a zero byte, too
                listed = set()
                for key in self.scan():
                    entry = self.entry(key)
                    name = slices.name_text(key)
                    listed.update([slices.encode_key(name, part) for part in entry.slices])
                keys &= listed
            self._slice_keys = keys
        return self._slice_keys

    def names(self) -> list:
        """The names of all tensors, sorted."""
        parts = self.slice_keys()
        return [slices.name_text(key) for key in self.scan() if key not in parts]

    def entry(self, key: bytes) -> v2_entry.Entry:
        """The entry of a key; NotFoundError where there is none."""
        entry = self._entries.get(key)
        if entry is None:
            value = self._table.get(key) if self._raw is None else self._raw.get(key)
            if value is None or not key:
                raise errors.NotFoundError(None, None, f"Key {v2_entry.show(key)} not found in checkpoint")
            entry = self._entries[key] = v2_entry.decode_entry(value, key, self._index_path)
        return entry

    def __contains__(self, name: str) -> bool:
        key = slices.name_bytes(name)
        if not key:
            return False
        if self._raw is not None:
            return key in self._raw
        return self._table.get(key) is not None

    def info(self, name: str) -> tuple:
        """(dtype number, shape) of a tensor."""
        entry = self.entry(slices.name_bytes(name))
        return entry.dtype, entry.shape

    def infos(self, names: list) -> list:
        """The `info` of many tensors; None for those that are not there."""
        if len(names) <= 8 and self._places is None:
            return [self.info(name) if name in self else None for name in names]
        places = self.places()
        rows = map(places.row.get, [name.encode("utf-8", "surrogateescape") for name in names])
        found = [row if row is None else places.kinds[row] for row in rows]
        if None in found:
            return [kind or (self.info(name) if name in self else None) for name, kind in zip(names, found)]
        return found

    # --- values

    def read(self, name: str, view: bool = False) -> np.ndarray:
        """The value of a tensor.

        Args:
          view: a read-only array on the mapped file where that is possible, rather than a copy in memory.
        """
        entry = self.entry(slices.name_bytes(name))
        if entry.slices:
            return self._assemble(name, entry, slices.full(len(entry.shape)))
        return self._read(slices.name_bytes(name), entry, view)

    def read_slice(self, name: str, extents: tuple) -> np.ndarray:
        """A part of a tensor, however it was saved."""
        entry = self.entry(slices.name_bytes(name))
        slices.check(extents, entry.shape)
        if entry.slices:
            return self._assemble(name, entry, extents)
        whole = self._read(slices.name_bytes(name), entry, view=True)
        return whole[tuple([slice(a, b) for a, b in slices.spans(extents, entry.shape)])].copy()

    def read_many(self, names: list) -> list:
        """The values of many tensors; small ones that lie together are read and checked together."""
        if len(names) <= 8 or self._swap:
            return list(map(self.read, names))
        places = self.places()
        rows = np.array([places.row.get(name.encode("utf-8", "surrogateescape"), -1) for name in names])
        together = places.small[rows] & (rows >= 0) if places.row else rows > 0
        if together.all():
            return v2_bulk.read_small(self, rows)
        values: list = [None] * len(names)
        for i in np.flatnonzero(~together).tolist():
            values[i] = self.read(names[i])
        for i, value in zip(np.flatnonzero(together).tolist(), v2_bulk.read_small(self, rows[together])):
            values[i] = value
        return values

    def _read(self, key: bytes, entry: v2_entry.Entry, view: bool) -> np.ndarray:
        elements.check_type(entry.dtype, f"tensor {v2_entry.show(key)}", self._loss)
        if entry.dtype == elements.STRING:
            return self._read_strings(key, entry)
        kind = elements.NUMPY[entry.dtype]
        self._check_place(key, entry)
        if entry.size == 0:
            if self.verify and entry.crc32c != mask(0):
                raise self.bad_checksum(key, entry, 0)
            try:
                return np.empty(entry.shape, kind)
            except ValueError:
                return elements.reshape(np.empty(0, kind), entry.shape)
        shard = self.shard(entry.shard_id)
        if view and not self._swap:
            array = np.frombuffer(shard.mapped(entry.offset, entry.size), np.uint8)
        else:
            array = np.empty(entry.size, np.uint8)
            shard.read_into(entry.offset, array)
        if self.verify and key not in self._verified:
            crc = crc32c(array)
            if mask(crc) != entry.crc32c:
                raise self.bad_checksum(key, entry, crc)
            self._verified.add(key)
        if self._swap:
            unit = kind.itemsize // 2 if kind.kind == "c" else kind.itemsize
            array = array.reshape(-1, unit)[:, ::-1].reshape(-1)
        return elements.reshape(array.view(kind), entry.shape)

    def _check_place(self, key: bytes, entry: v2_entry.Entry) -> None:
        """Holds the size against dtype and shape, and the range against the file."""
        expected = entry.nbytes
        if entry.size != expected:
            raise self._loss(
                f"Invalid size in bundle entry: key {v2_entry.show(key)}; stored size {entry.size}; expected size {expected}"
            )
        if expected:
            self.check_range(key, entry)

    def check_range(self, key: bytes, entry: v2_entry.Entry) -> None:
        """Raises where the bytes of an entry are not in a shard that there is."""
        if not 0 <= entry.shard_id < self.header.num_shards:
            raise self._loss(
                f"tensor {v2_entry.show(key)} lies in shard {entry.shard_id}, but there are {self.header.num_shards} shards"
            )
        if entry.offset < 0 or entry.size < 0:
            raise self._loss(f"tensor {v2_entry.show(key)} has offset {entry.offset} and size {entry.size}")
        shard = self.shard(entry.shard_id)
        if entry.offset + entry.size > shard.size:
            raise errors.OutOfRangeError(
                None,
                None,
                f"Read less bytes than requested: tensor {v2_entry.show(key)} lies in bytes {entry.offset}-"
                f"{entry.offset + entry.size}, but the file has {shard.size} [file {shard.path}]",
            )

    def shard(self, shard_id: int) -> files.InputFile:
        """A data file, opened when it is first asked for."""
        shard = self._shards.get(shard_id)
        while shard is None:
            index = v2_files.current_index(self.prefix)
            path = v2_files.current_data(self.prefix, shard_id, self.header.num_shards, index)
            try:
                opened = files.InputFile(path)
            except errors.NotFoundError as e:
                if path == v2_files.data_name(self.prefix, shard_id, self.header.num_shards):
                    raise errors.NotFoundError(
                        None, None, f"{e.message}. A checkpoint is several files: {index} is there, the values that it tells of are "
                        f"not. Copy all of {os.path.basename(self.prefix)}.*",
                    ) from None  # fmt: skip
                continue  # it was moved to its place in this moment
            # The file goes with our index if that had one and the same name before and after: a `.next` that has moved
            # never comes back. Else look again, unless our index counts no longer: then the checksums tell.
            if self._counts_as(index) or self.changed() or not v2_files.exists(self.prefix):
                shard = self._shards[shard_id] = opened
        return shard

    def _counts_as(self, index: str) -> bool:
        """Whether the index that was opened is the one that counts, under the name `index`."""
        return v2_files.current_index(self.prefix) == index and files.identity(index) == self._identity

    def _read_strings(self, key: bytes, entry: v2_entry.Entry) -> np.ndarray:
        """A string tensor; see v2_writer for how it lies in the file."""
        what = f"string tensor {v2_entry.show(key)}"
        count = elements.count_of(entry.shape)
        if entry.size < count + 4:  # each length takes at least a byte, their checksum 4
            raise self._loss(
                f"Invalid size in bundle entry: key {v2_entry.show(key)}; stored size {entry.size}; "
                f"expected size at least {count + 4}"
            )
        self.check_range(key, entry)
        shard = self.shard(entry.shard_id)
        data = bytes(shard.read(entry.offset, entry.size))
        lengths = []
        pos = 0
        try:
            for _ in range(count):
                length, pos = get_varint(data, pos, entry.size)
                lengths.append(length)
        except ValueError as e:
            raise self._loss(f"{what}: its lengths are malformed: {e}") from None
        if pos + 4 + sum(lengths) != entry.size:
            raise self._loss(
                f"{what}: its {count} strings claim {sum(lengths)} bytes, its entry leaves {entry.size - pos - 4}"
            )
        crc = 0
        if self.verify:
            fixed = fixed_lengths(lengths)
            if self._swap:
                fixed = b"".join(n.to_bytes(4 if n < 1 << 32 else 8, "big") for n in lengths)
            crc = crc32c(fixed)
            stored = int.from_bytes(data[pos : pos + 4], "big" if self._swap else "little")
            if mask(crc) != stored:
                raise self._loss(
                    f"The length checksum does not match: expected {unmask(stored):08x} but got {crc:08x}: {what} [file {shard.path}]"
                )
            crc = crc32c(memoryview(data)[pos:], crc)
            if mask(crc) != entry.crc32c:
                raise self.bad_checksum(key, entry, crc)
        pos += 4
        array = np.empty(count, object)
        for i, length in enumerate(lengths):
            array[i] = data[pos : pos + length]
            pos += length
        return elements.reshape(array, entry.shape)

    def _assemble(self, name: str, entry: v2_entry.Entry, extents: tuple) -> np.ndarray:
        """A part of a tensor that is saved in slices."""
        what = f"partitioned tensor {name}"
        elements.check_type(entry.dtype, f"tensor {name}", self._loss)
        for part in entry.slices:
            try:
                slices.check(part, entry.shape)
            except errors.InternalError as e:
                raise self._loss(f"{what}: {e.message}") from None
        shape = slices.shape_of(extents, entry.shape)
        if not slices.cover_once(list(entry.slices), extents, entry.shape):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Does not have sufficient slices for partitioned tensor {name} to restore in slice_spec: "
                f"{slices.to_string(extents)}. The file holds: {', '.join(map(slices.to_string, entry.slices[:20]))}",
            )
        kind = elements.NUMPY.get(entry.dtype, np.dtype(object))
        wanted = []
        held = 0
        for part in entry.slices:
            overlap = slices.within(extents, part, entry.shape)
            if overlap is None:
                continue
            if part == slices.full(len(part)):  # no part with a key of its own, but this very entry
                key, piece = slices.name_bytes(name), entry._replace(slices=())
            else:
                key = slices.encode_key(name, part)
                if key not in self.scan():
                    reason = f"Key {v2_entry.show(key)} not found in checkpoint: {what} lists it [checkpoint {self.prefix}]"
                    raise errors.NotFoundError(None, None, reason)
                piece = self.entry(key)
            if piece.dtype != entry.dtype or piece.shape != slices.shape_of(part, entry.shape) or piece.slices:
                raise self._loss(f"{what}: its slice {slices.to_string(part)} has another dtype or shape than listed")
            wanted.append((key, piece, overlap))
            held += max(0, piece.size)
        # Slices that all point at the same few bytes may not become a large array.
        shards = {piece.shard_id for _, piece, _ in wanted if 0 <= piece.shard_id < self.header.num_shards}
        in_files = sum([self.shard(shard_id).size for shard_id in shards])
        if held > in_files + SLACK:
            raise self._loss(f"{what}: its slices claim {held} bytes, its files hold {in_files}")
        for key, piece, _ in wanted:
            if entry.dtype != elements.STRING:
                self._check_place(key, piece)
        out = elements.reshape(np.empty(elements.count_of(shape), kind), shape)
        for key, piece, (source, target) in wanted:
            out[target] = self._read(key, piece, view=True)[source]
        return out

    def _loss(self, reason: str):
        return errors.DataLossError(None, None, f"{reason} [checkpoint {self.prefix}]")

    def bad_checksum(self, key: bytes, entry: v2_entry.Entry, crc: int):
        """The error for bytes whose checksum is not that of their entry."""
        path = self.shard(entry.shard_id).path
        if self.changed():
            more = ". The checkpoint was replaced while it was being read: open it again"
        else:
            more = ""
        return self._loss(
            f"Checksum does not match: stored {unmask(entry.crc32c):08x} vs. calculated on the restored bytes {crc:08x}: "
            f"tensor {v2_entry.show(key)}, bytes {entry.offset}-{entry.offset + entry.size} of {path}{more}"
        )
