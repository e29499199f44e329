"""Writes tables: sorted (key, value) pairs in blocks.  `table` draws the format, and reads it.

A data block is closed when it has reached 256 KiB, and before a pair of 512 KiB or more is added; so one that
holds a large value is as large.
"""

from __future__ import annotations

import numpy as np

from tinytf.checkpoint import coding
from tinytf.checkpoint.crc32c import crc32c, mask
from tinytf.checkpoint.table import FOOTER_SIZE, MAGIC, RAW

BLOCK_SIZE = 256 * 1024
RESTART_INTERVAL = 16
_BATCH = 2048  # entries that are made together


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
        end = restarts + bytes((RAW,))
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
