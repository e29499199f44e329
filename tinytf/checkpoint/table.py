"""The table ("SSTable"): sorted (key, value) pairs in blocks; a V2 `.index` and a whole V1 file are tables.

    file     = data block …, metaindex block (empty), index block, footer

    block    = entry …, restart offset (fixed32) …, number of restarts (fixed32)
    after it   type (1 byte: 0 raw, 1 snappy), masked CRC32C of block and type (fixed32)

    entry    = shared (varint), unshared (varint), value length (varint), unshared bytes of the key, value
               The key is the first `shared` bytes of the previous key and the unshared bytes.  Every 16th
               entry is a restart: it shares nothing, and its offset stands at the end of the block.

    handle   = offset (varint), size (varint)      of a block, without the 5 bytes after it
    index    = a block whose keys divide the data blocks (>= the last key of a block, < the first key of the
               next), and whose values are their handles; every entry is a restart

    footer   = handle of the metaindex, handle of the index, zeros up to 40 bytes, magic (fixed64 db4775248b80fb57)

A data block is closed when it has reached 256 KiB, and before a pair of 512 KiB or more is added; so one that
holds a large value is as large.
"""

from __future__ import annotations

import operator
from bisect import bisect_left

import numpy as np

from tinytf import errors
from tinytf.checkpoint import coding, snappy
from tinytf.checkpoint.crc32c import crc32c, mask, unmask

MAGIC = 0xDB4775248B80FB57
FOOTER_SIZE = 48
BLOCK_SIZE = 256 * 1024
RESTART_INTERVAL = 16
TRAILER_SIZE = 5
_BATCH = 1024  # entries that are made together
SLACK = 64 << 20  # what reading may allocate beyond what the file holds

_RAW, _SNAPPY = 0, 1


class TableBuilder:
    """Writes a table; keys must come in increasing order.

    Args:
      sink: has `write(buffer)`.
    """

    def __init__(self, sink):
        self._sink = sink
        self._offset = 0
        self._data = _BlockBuilder(RESTART_INTERVAL)
        self._index = _BlockBuilder(1)
        self._last_key = b""
        self._closed_handle = None  # of a block whose index key waits for the next block's first key

    def add(self, key: bytes, value: bytes) -> None:
        """Appends one pair."""
        if self._data.count and len(key) + len(value) >= 2 * BLOCK_SIZE:
            self._close_block()
        self._divide(key)
        if self._data.add(key, len(value), value) >= BLOCK_SIZE:
            self._close_block()

    def add_sorted(self, pairs: dict) -> None:
        """Appends all pairs of a dict, in the order of their keys."""
        keys = sorted(pairs)
        at = 0
        while at < len(keys):
            self._divide(keys[at])
            at = self._data.add_sorted(keys, pairs, at)
            self._last_key = keys[at - 1]
            if self._data.size >= BLOCK_SIZE:
                self._close_block()

    def add_streamed(self, key: bytes, size: int, pieces) -> None:
        """Appends one pair whose value of `size` bytes comes as an iterable of buffers, and is never held whole."""
        if size < BLOCK_SIZE:
            return self.add(key, b"".join(pieces))
        if self._data.count and len(key) + size >= 2 * BLOCK_SIZE:
            self._close_block()
        self._divide(key)
        self._data.add(key, size, b"")  # the value is written behind the entries that are there
        self._close_block(pieces, size)

    def finish(self) -> int:
        """Writes what is left; returns the size of the file."""
        if self._data.count:
            self._close_block()
        meta = self._write_block(_BlockBuilder(1).finish())
        if self._closed_handle:
            self._index.add(_short_successor(self._last_key), len(self._closed_handle), self._closed_handle)
        index = self._write_block(self._index.finish())
        handles = meta + index
        self._write(handles + bytes(FOOTER_SIZE - 8 - len(handles)) + coding.put_fixed64(MAGIC))
        return self._offset

    def _divide(self, key: bytes) -> None:
        if self._closed_handle:
            self._index.add(_separator(self._last_key, key), len(self._closed_handle), self._closed_handle)
            self._closed_handle = None
        self._last_key = key

    def _close_block(self, pieces=(), size=0) -> None:
        self._closed_handle = self._write_block(self._data.finish(), pieces, size)
        self._data = _BlockBuilder(RESTART_INTERVAL)

    def _write_block(self, block, pieces=(), size=0) -> bytes:
        entries, restarts = block
        handle = coding.put_varint(self._offset) + coding.put_varint(len(entries) + size + len(restarts))
        crc = crc32c(entries)
        self._write(entries)
        for piece in pieces:
            crc = crc32c(piece, crc)
            self._write(piece)
        end = restarts + bytes((_RAW,))
        crc = crc32c(end, crc)
        self._write(end + coding.put_fixed32(mask(crc)))
        return handle

    def _write(self, data) -> None:
        self._sink.write(data)
        self._offset += len(data)


class _BlockBuilder:
    """The entries of one block."""

    def __init__(self, restart_interval: int):
        self._interval = restart_interval
        self._parts: list = []
        self._restarts = [0]
        self._key = b""
        self.count = 0
        self._bytes = 0

    def add(self, key: bytes, value_size: int, value: bytes) -> int:
        """Appends an entry; returns the size of the block."""
        shared = 0
        if self.count % self._interval:
            before = self._key
            n = min(len(before), len(key))
            # The first difference of two byte strings is the highest bit in which they differ as numbers.
            differ = int.from_bytes(before[:n], "big") ^ int.from_bytes(key[:n], "big")
            shared = n - (differ.bit_length() + 7) // 8
        elif self.count:
            self._restarts.append(self._bytes)
        unshared = len(key) - shared
        if unshared < 128 and value_size < 128 and shared < 128:
            entry = b"%c%c%c%b%b" % (shared, unshared, value_size, key[shared:], value)
            self._parts.append(entry)
            self._bytes += len(entry)
        else:
            head = b"".join(map(coding.put_varint, (shared, unshared, value_size))) + key[shared:]
            self._parts += (head, value)
            self._bytes += len(head) + value_size
        self._key = key
        self.count += 1
        return self.size

    @property
    def size(self) -> int:
        """Of the block as it stands."""
        return self._bytes + 4 * len(self._restarts) + 4

    def add_sorted(self, keys: list, pairs: dict, at: int) -> int:
        """`add` of keys[at:] while there is room, a batch at a time: indexes have 100,000 entries."""
        keys = keys[at : at + _BATCH]
        values = list(map(pairs.__getitem__, keys))
        sizes = np.fromiter(map(len, values), np.int64, len(keys))
        room = int(np.searchsorted(np.cumsum(sizes), BLOCK_SIZE - self._bytes)) + 1
        keys, values, sizes = keys[:room], values[:room], sizes[:room]
        lengths = np.fromiter(map(len, [self._key, *keys]), np.int64, len(keys) + 1)
        if len(keys) >= 8 and lengths.max() < 128 and sizes.max() < BLOCK_SIZE:
            return at + self._add_batch(keys, values, lengths, sizes)
        for key, value in zip(keys, values):
            at += 1
            if self.add(key, len(value), value) >= BLOCK_SIZE:
                break
        return at

    def _add_batch(self, keys: list, values: list, lengths: np.ndarray, sizes: np.ndarray) -> int:
        """`add` of pairs whose keys take a byte to count, while there is room; returns how many there were."""
        count, width, longest = len(keys), int(lengths.max()), int(sizes.max())
        names = np.array([self._key, *keys], "S%d" % width).view(np.uint8).reshape(count + 1, width)
        # How far each key is like the one before; beyond the shorter one nothing is (zeros stand there in the matrix).
        differ = np.ones((count, width + 1), bool)
        np.not_equal(names[1:], names[:-1], out=differ[:, :width])
        shared = np.minimum(differ.argmax(axis=1), np.minimum(lengths[1:], lengths[:-1]))
        shared[-self.count % self._interval :: self._interval] = 0
        # The entries in a matrix of the widest: shared, unshared, size (a varint), the whole key, the value if short; and what
        # of that counts.
        digits = 1 if longest < 1 << 7 else 2 if longest < 1 << 14 else 3
        first = 2 + digits
        short = longest if longest < 128 else 0
        heads = np.empty((count, first + width + short), np.uint8)
        heads[:, 0] = shared
        heads[:, 1] = lengths[1:] - shared
        taken = np.zeros(heads.shape, bool)
        taken[:, :2] = True
        for k in range(digits):
            left = sizes >> 7 * k
            heads[:, 2 + k] = left & 0x7F | (left > 0x7F) << 7
            taken[:, 2 + k] = left > 0 if k else True
        heads[:, first : first + width] = names[1:]
        place = np.arange(width, dtype=np.uint8)
        begin, end = shared.astype(np.uint8)[:, None], lengths[1:].astype(np.uint8)[:, None]
        np.logical_and(place >= begin, place < end, out=taken[:, first : first + width])
        if short:
            heads[:, first + width :] = np.array(values, "S%d" % short).view(np.uint8).reshape(count, short)
            np.less(np.arange(short), sizes[:, None], out=taken[:, first + width :])
        ends = np.cumsum(lengths[1:] - shared + taken[:, :first].sum(axis=1))
        totals = self._bytes + ends + np.cumsum(sizes)
        full = np.flatnonzero(totals + 4 * ((self.count + np.arange(count)) // self._interval + 1) + 4 >= BLOCK_SIZE)
        if full.size:
            count = int(full[0]) + 1
            heads, taken, ends = heads[:count], taken[:count], ends[:count]
        text = heads[taken].tobytes()
        if short:
            self._parts.append(text)
        else:
            ends = ends.tolist()
            parts = [b""] * (2 * count)
            parts[::2] = [text[a:b] for a, b in zip([0, *ends], ends)]
            parts[1::2] = values[:count]
            self._parts += parts
        restarts = np.arange(-self.count % self._interval, count, self._interval)
        starts = np.where(restarts > 0, totals[restarts - 1], self._bytes).tolist()
        self._restarts += starts if self.count else starts[1:]
        self._key, self._bytes = keys[count - 1], int(totals[count - 1])
        self.count += count
        return count

    def finish(self) -> tuple:
        restarts = b"".join(map(coding.put_fixed32, self._restarts))
        return b"".join(self._parts), restarts + coding.put_fixed32(len(self._restarts))


def _separator(last: bytes, first: bytes) -> bytes:
    """A short key k with last <= k < first."""
    n = min(len(last), len(first))
    for i in range(n):
        if last[i] != first[i]:
            if last[i] < 0xFF and last[i] + 1 < first[i]:
                return last[:i] + bytes((last[i] + 1,))
            break
    return last


def _short_successor(key: bytes) -> bytes:
    """A short key that is not less than `key`."""
    for i, byte in enumerate(key):
        if byte != 0xFF:
            return key[:i] + bytes((byte + 1,))
    return key


class Table:
    """Reads a table: opened by its footer and index, blocks are read when asked for.

    Args:
      data: the file's bytes (bytes or a memoryview of a mapped file).
      name: its path, for messages.
      verify: whether checksums are compared, once a block.

    Every failure is a `DataLossError` that names the file and the byte range.
    """

    def __init__(self, data, name: str, verify: bool = True):
        self._data = data
        self._name = name
        self._verify = verify
        self._verified: set = set()
        self._unpacked: dict = {}
        size = len(data)
        if size < FOOTER_SIZE:
            raise self._loss(0, size, f"file is too short to be an sstable: it has {size} bytes, the footer alone {FOOTER_SIZE}")
        if coding.get_fixed64(data, size - 8) != MAGIC:
            raise self._loss(size - 8, size, "not an sstable (bad magic number)")
        self._end_of_blocks = size - FOOTER_SIZE
        footer = bytes(data[size - FOOTER_SIZE : size - 8])
        try:
            _, pos = _get_handle(footer, 0, len(footer))  # the metaindex is empty and never read
            handle, _ = _get_handle(footer, pos, len(footer))
        except ValueError as e:
            raise self._loss(size - FOOTER_SIZE, size, f"bad footer: {e}") from None
        self._dividers: list = []
        self._handles: list = []
        before = None
        for key, value in self._entries(handle):
            if before is not None and key < before:
                raise self._loss(*self._range(handle), "the keys of the index block are not in order")
            before = key
            try:
                block, _ = _get_handle(value, 0, len(value))
            except ValueError as e:
                raise self._loss(*self._range(handle), f"bad block handle: {e}") from None
            self._dividers.append(key)
            self._handles.append(block)

    def get(self, key: bytes):
        """The value of `key` (a buffer), or None."""
        at = bisect_left(self._dividers, key)
        if at == len(self._handles):
            return None
        handle = self._handles[at]
        start = self._restart_before(handle, key)
        for found, value in self._entries(handle, start):
            if found >= key:
                return value if found == key else None
        return None

    def items(self):
        """All (key, value) pairs; DataLossError where the keys do not increase strictly."""
        before = None
        budget = SLACK + 8 * len(self._data)
        for handle in self._handles:
            for key, value in self._entries(handle):
                if before is not None and key <= before:
                    raise self._loss(*self._range(handle), f"keys are not in order: {before[:80]!r} before {key[:80]!r}")
                before = key
                budget -= len(key)
                if budget < 0:
                    raise self._loss(*self._range(handle), "the keys claim to be many times longer than the file")
                yield key, value

    def to_dict(self) -> dict:
        """All pairs of a table held in memory: `items` in one loop."""
        keys: list = []
        values: list = []
        budget = SLACK + 8 * len(self._data)
        for handle in self._handles:
            block, end, _ = self._block(handle)
            pos = have = 0
            key = b""
            try:
                while pos < end:
                    shared, unshared, length = block[pos : pos + 3]
                    if (shared | unshared | length) < 0x80:
                        pos += 3
                    else:
                        shared, pos = coding.get_varint(block, pos, end)
                        unshared, pos = coding.get_varint(block, pos, end)
                        length, pos = coding.get_varint(block, pos, end)
                    value_at = pos + unshared
                    if shared > have or value_at + length > end:
                        raise ValueError("an entry reaches past the end of its block, or shares more than there is")
                    key = key[:shared] + block[pos:value_at]
                    pos = value_at + length
                    have = shared + unshared
                    budget -= have
                    if budget < 0:
                        raise ValueError("the keys claim to be many times longer than the file")
                    keys.append(key)
                    values.append(block[value_at:pos])
            except ValueError as e:
                raise self._loss(*self._range(handle), str(e)) from None
        if any(map(operator.ge, keys, keys[1:])):
            before, key = next((a, b) for a, b in zip(keys, keys[1:]) if a >= b)
            raise self._loss(0, self._end_of_blocks, f"keys are not in order: {before[:80]!r} before {key[:80]!r}")
        return dict(zip(keys, values))

    def blocks(self) -> list:
        """(offset, size) of every data block, for people who look at files."""
        return list(self._handles)

    def block_entries(self, handle):
        """The (key, value) pairs of one block."""
        return self._entries(handle)

    def _entries(self, handle, pos: int = 0):
        block, end, _ = self._block(handle)
        key = b""
        try:
            while pos < end:
                if pos + 3 <= end and (block[pos] | block[pos + 1] | block[pos + 2]) < 0x80:
                    shared, unshared, length = block[pos], block[pos + 1], block[pos + 2]
                    pos += 3
                else:
                    shared, pos = coding.get_varint(block, pos, end)
                    unshared, pos = coding.get_varint(block, pos, end)
                    length, pos = coding.get_varint(block, pos, end)
                value_at = pos + unshared
                if shared > len(key):
                    raise ValueError(f"a key shares {shared} bytes with the one before, which has {len(key)}")
                if value_at + length > end:
                    raise ValueError(f"an entry of {unshared}+{length} bytes reaches past the end of its block")
                key = key[:shared] + bytes(block[pos:value_at])
                pos = value_at + length
                yield key, block[value_at:pos]
        except ValueError as e:
            raise self._loss(*self._range(handle), str(e)) from None

    def _restart_before(self, handle, key: bytes) -> int:
        """The offset of the last restart whose key is not after `key`."""
        block, end, count = self._block(handle)
        low, high = 0, count - 1
        while low < high:
            middle = (low + high + 1) // 2
            pos = coding.get_fixed32(block, end + 4 * middle)
            if pos >= end:
                raise self._loss(*self._range(handle), f"a restart offset ({pos}) lies past the entries ({end})")
            try:
                shared, pos = coding.get_varint(block, pos, end)
                unshared, pos = coding.get_varint(block, pos, end)
                _, pos = coding.get_varint(block, pos, end)
                if shared or pos + unshared > end:
                    raise ValueError("an entry at a restart is malformed")
            except ValueError as e:
                raise self._loss(*self._range(handle), str(e)) from None
            if bytes(block[pos : pos + unshared]) <= key:
                low = middle
            else:
                high = middle - 1
        return coding.get_fixed32(block, end + 4 * low) if low else 0

    def _block(self, handle) -> tuple:
        """(block, end of its entries, number of restarts), checked and unpacked."""
        offset, size = handle
        end = offset + size
        if end + TRAILER_SIZE > self._end_of_blocks:
            raise self._loss(offset, end, f"a block lies outside of the file, whose blocks end at byte {self._end_of_blocks}")
        data = self._data
        kind = data[end]
        if self._verify and handle not in self._verified:
            stored = unmask(coding.get_fixed32(data, end + 1))
            found = crc32c(data[offset : end + 1])
            if stored != found:
                raise self._loss(offset, end + 1, f"block checksum mismatch: stored {stored:08x}, calculated {found:08x}")
            self._verified.add(handle)
        if kind == _RAW:
            block = data[offset:end]
        elif kind == _SNAPPY:
            block = self._unpacked.get(handle)
            if block is None:
                try:
                    block = snappy.decompress(data[offset:end], len(data) + SLACK)
                except ValueError as e:
                    raise self._loss(offset, end, f"corrupted compressed block contents: {e}") from None
                self._unpacked.clear()  # one is kept: lookups come in runs
                self._unpacked[handle] = block
        else:
            raise self._loss(end, end + 1, f"bad block type {kind}")
        if len(block) < 4:
            raise self._loss(offset, end, "bad block contents: no room for the number of restarts")
        restarts = coding.get_fixed32(block, len(block) - 4)
        if restarts > (len(block) - 4) // 4:
            raise self._loss(offset, end, f"bad block contents: {restarts} restarts in {len(block)} bytes")
        return block, len(block) - 4 - 4 * restarts, restarts

    @staticmethod
    def _range(handle) -> tuple:
        return handle[0], handle[0] + handle[1]

    def _loss(self, begin: int, end: int, reason: str):
        return errors.DataLossError(None, None, f"{reason} [file {self._name}, bytes {begin}-{end}]")


def _get_handle(data, pos: int, end: int) -> tuple:
    offset, pos = coding.get_varint(data, pos, end)
    size, pos = coding.get_varint(data, pos, end)
    return (offset, size), pos
