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

Read as a file that somebody may have made up: blocks follow one another without overlap, keys increase, and what is
kept of them stays within the size of the file and a bound.
"""

from __future__ import annotations

import operator
from bisect import bisect_left

from tinytf import errors
from tinytf.checkpoint import coding, snappy
from tinytf.checkpoint.crc32c import crc32c, unmask

MAGIC = 0xDB4775248B80FB57
FOOTER_SIZE = 48
TRAILER_SIZE = 5
SLACK = 64 << 20  # what reading may allocate beyond what the file holds
RAW, SNAPPY = 0, 1
_KEPT = 1 << 20  # the largest block that is kept for the next lookup
_MOST_SHARED = 16 << 20
_MOST_UNPACKED = 16 << 20


class Table:
    """Reads a table: opened by its footer and index, blocks are read when asked for.

    Args:
      source: has a `size` and `read(offset, size)`: an InputFile.
      name: its path, for messages.
      verify: whether checksums are compared, once a block.

    Every failure is a `DataLossError` that names the file and the byte range.
    """

    def __init__(self, source, name: str, verify: bool = True):
        self._source = source
        self._name = name
        self._verify = verify
        self._verified: set = set()
        self._last: tuple = (None, None)  # the block that was read last: lookups come in runs
        size = source.size
        if size < FOOTER_SIZE:
            raise self._loss(0, size, f"file is too short to be an sstable: it has {size} bytes, the footer alone {FOOTER_SIZE}")
        footer = bytes(source.read(size - FOOTER_SIZE, FOOTER_SIZE))
        if coding.get_fixed64(footer, FOOTER_SIZE - 8) != MAGIC:
            raise self._loss(size - 8, size, "not an sstable (bad magic number)")
        self._end_of_blocks = size - FOOTER_SIZE
        try:
            _, pos = _get_handle(footer, 0, FOOTER_SIZE - 8)  # the metaindex is empty and never read
            handle, _ = _get_handle(footer, pos, FOOTER_SIZE - 8)
        except ValueError as e:
            raise self._loss(size - FOOTER_SIZE, size, f"bad footer: {e}") from None
        self._dividers: list = []
        self._handles: list = []
        end = 0
        budget = self._budget()
        for key, value in self._entries(handle):
            if self._dividers and key < self._dividers[-1]:
                raise self._loss(*self._range(handle), "the keys of the index block are not in order")
            budget -= len(key)
            if budget < 0:
                raise self._loss(*self._range(handle), "the keys claim to be many times longer than the file")
            try:
                block, _ = _get_handle(value, 0, len(value))
            except ValueError as e:
                raise self._loss(*self._range(handle), f"bad block handle: {e}") from None
            if block[0] < end:
                raise self._loss(*self._range(block), f"a block begins before the one before it ends, at byte {end}")
            end = sum(block) + TRAILER_SIZE
            if end > self._end_of_blocks:
                raise self._outside(block)
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

    def to_dict(self, largest: int = 1 << 63) -> dict:
        """All pairs, but for those of blocks larger than `largest`; DataLossError where keys do not increase strictly."""
        keys: list = []
        values: list = []
        budget = self._budget()
        for handle in self._handles:
            if handle[1] > largest:
                continue
            first = len(keys)
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
            fresh = keys[max(0, first - 1) :]
            if any(map(operator.ge, fresh, fresh[1:])):
                before, key = next((a, b) for a, b in zip(fresh, fresh[1:]) if a >= b)
                raise self._loss(*self._range(handle), f"keys are not in order: {before[:80]!r} before {key[:80]!r}")
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
        if self._last[0] == handle:
            return self._last[1]
        offset, size = handle
        end = offset + size
        if end + TRAILER_SIZE > self._end_of_blocks:
            raise self._outside(handle)
        data = memoryview(self._source.read(offset, size + TRAILER_SIZE))
        if self._verify and handle not in self._verified:
            stored = unmask(coding.get_fixed32(data, size + 1))
            found = crc32c(data[: size + 1])
            if stored != found:
                raise self._loss(offset, end + 1, f"block checksum mismatch: stored {stored:08x}, calculated {found:08x}")
            self._verified.add(handle)
        kind = data[size]
        if kind == RAW:
            block = bytes(data[:size]) if size <= _KEPT else data[:size]
        elif kind == SNAPPY:
            try:
                block = snappy.decompress(data[:size], self._source.size + _MOST_UNPACKED)
            except ValueError as e:
                raise self._loss(offset, end, f"corrupted compressed block contents: {e}") from None
        else:
            raise self._loss(end, end + 1, f"bad block type {kind}")
        if len(block) < 4:
            raise self._loss(offset, end, "bad block contents: no room for the number of restarts")
        restarts = coding.get_fixed32(block, len(block) - 4)
        if restarts > (len(block) - 4) // 4:
            raise self._loss(offset, end, f"bad block contents: {restarts} restarts in {len(block)} bytes")
        found = block, len(block) - 4 - 4 * restarts, restarts
        if kind == SNAPPY or size <= _KEPT:
            self._last = handle, found
        return found

    def _budget(self) -> int:
        """How long all keys may be together: each shares bytes with the one before, and so costs less in the file."""
        return _MOST_SHARED + 8 * self._source.size

    def _outside(self, handle):
        reason = f"a block lies outside of the file, whose blocks end at byte {self._end_of_blocks}"
        return self._loss(*self._range(handle), reason)

    @staticmethod
    def _range(handle) -> tuple:
        return handle[0], handle[0] + handle[1]

    def _loss(self, begin: int, end: int, reason: str):
        return errors.DataLossError(None, None, f"{reason} [file {self._name}, bytes {begin}-{end}]")


def _get_handle(data, pos: int, end: int) -> tuple:
    offset, pos = coding.get_varint(data, pos, end)
    size, pos = coding.get_varint(data, pos, end)
    return (offset, size), pos
