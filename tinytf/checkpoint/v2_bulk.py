"""V2: many entries decoded, and many small tensors read and checked, together: models have thousands of variables.

Nearly every entry of an index is the fields of `v2_entry` in their order and nothing else:

    08 dtype | 12 len { … } | 18 shard_id | 20 offset | 28 size | 35 crc32c

NumPy walks all of them at once, a field at a time.  An entry that ends exactly where its crc32c (or, without one,
its size) does is *plain*.  Any other (slices, another order, unknown fields, numbers too long to be true, nonsense)
is left to `v2_entry.decode_entry`, which reads it, or says what is wrong with it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinytf.checkpoint import elements, v2_entry
from tinytf.checkpoint.crc32c import crc32c_pieces, mask_all, unmask

SMALL = 16 * 1024  # the largest tensor that is read with others
_RUN = 1 << 20  # bytes read at a time, and so kept for as long as one of their arrays lives
_MOST_DIGITS = 7  # of a varint in a plain entry: numbers below 2^49
_PADDING = bytes(64)  # looking past the end of the last entry finds zeros


class Places(NamedTuple):
    """Where the tensors of an index lie: its plain entries as columns."""

    row: dict  # key -> row
    kinds: list  # (dtype, shape), or None where the entry is not plain
    small: np.ndarray  # whether it is plain and of few bytes, as many as dtype and shape come to
    shard: np.ndarray
    offset: np.ndarray
    size: np.ndarray
    crc32c: np.ndarray


def decode_entries(pairs: dict) -> Places:
    """The places of all (key, encoded entry) pairs."""
    values = list(pairs.values())
    lengths = np.fromiter(map(len, values), np.int64, len(values))
    data = b"".join([*values, _PADDING])
    coded = np.frombuffer(data, np.uint8)
    ends = np.cumsum(lengths)
    begins = ends - lengths
    plain = (lengths > 4) & (coded[begins] == 0x08) & (coded[begins + 1] < 0x80) & (coded[begins + 2] == 0x12)
    at = begins + 4 + coded[begins + 3]
    plain &= (coded[begins + 3] < 0x80) & (at <= ends)
    at[~plain] = len(data) - len(_PADDING)  # parked on the zeros
    heads = [data[begin:end] for begin, end in zip(begins.tolist(), np.where(plain, at, begins).tolist())]
    shard = _varint_field(coded, at, 0x18)
    offset = _varint_field(coded, at, 0x20)
    size = _varint_field(coded, at, 0x28)
    has_crc = coded[at] == 0x35
    crc = sum([coded[at + 1 + k].astype(np.int64) << 8 * k for k in range(4)]) * has_crc
    at += 5 * has_crc
    plain &= at == ends
    if not plain.all():
        heads = [head if ok else b"" for head, ok in zip(heads, plain.tolist())]
    known = {head: v2_entry.decode_head(head) if head else (None, -1) for head in set(heads)}
    kinds, in_bytes = zip(*map(known.__getitem__, heads)) if heads else ((), ())
    small = plain & (size > 0) & (size <= SMALL) & (size == np.array([min(n, SMALL + 1) for n in in_bytes], np.int64))
    return Places(dict(zip(pairs, range(len(values)))), list(kinds), small, shard, offset, size, crc)


def _varint_field(coded: np.ndarray, at: np.ndarray, tag: int) -> np.ndarray:
    """The values of a varint field that may stand at the places `at` (else 0), which move past it."""
    there = coded[at] == tag
    at += there
    values = np.zeros(len(at), np.int64)
    going = there
    for k in range(_MOST_DIGITS):
        digits = coded[at].astype(np.int64)
        values |= np.where(going, digits & 0x7F, 0) << 7 * k
        at += going
        going = going & (digits >= 0x80)
        if not going.any():
            break
    at[going] = 0  # too long: it ends nowhere, and so not where its entry does
    return values


def read_small(reader, rows: np.ndarray) -> list:
    """The values of the small tensors `rows`; those that lie together are read with one call.

    Raises DataLossError, OutOfRangeError as reading them one by one does.
    """
    places = reader.places()
    shard, offset, size = places.shard[rows], places.offset[rows], places.size[rows]
    order = np.lexsort((offset, shard))
    shard, offset, size, rows = shard[order], offset[order], size[order], rows[order]
    values: list = [None] * len(rows)
    apart = (np.diff(shard) != 0) | (np.diff(offset) > 2 * SMALL)
    edges = [0, *(np.flatnonzero(apart) + 1).tolist(), len(rows)]
    for first, last in zip(edges, edges[1:]):
        while first < last:
            stop = min(last, int(np.searchsorted(offset[first:last], offset[first] + _RUN, "right")) + first)
            found = _read_run(reader, places, rows[first:stop], int(shard[first]), offset[first:stop], size[first:stop])
            for i, value in zip(order[first:stop].tolist(), found):
                values[i] = value
            first = stop
    return values


def _read_run(reader, places: Places, rows: np.ndarray, shard_id: int, offset: np.ndarray, size: np.ndarray) -> list:
    """The values of neighbours in one shard, given in the order of their offsets."""
    ends = offset + size
    reader.check_range(*_entry(reader, rows[0]))
    shard = reader.shard(shard_id)
    begin, end = int(offset[0]), int(ends.max())
    if end > shard.size:
        reader.check_range(*_entry(reader, rows[(ends > shard.size).argmax()]))
    data = shard.read(begin, end - begin)
    starts = offset - begin
    if reader.verify:
        masked = mask_all(crc32c_pieces(np.frombuffer(data, np.uint8), starts, size))
        wrong = masked != places.crc32c[rows]
        if wrong.any():
            at = int(wrong.argmax())
            raise reader.bad_checksum(*_entry(reader, rows[at]), unmask(int(masked[at])))
    kinds = list(map(places.kinds.__getitem__, rows.tolist()))
    dtype, shape = kinds[0]
    if size[0] * len(kinds) == len(data) and kinds.count(kinds[0]) == len(kinds) and len(shape) < 31:
        return list(np.ndarray((len(kinds), *shape), elements.NUMPY[dtype], data))  # all alike, side by side
    alone = bool((ends[:-1] <= offset[1:]).all())  # else two entries claim the same bytes: arrays of their own
    values = []
    for (dtype, shape), start, nbytes in zip(kinds, starts.tolist(), size.tolist()):
        kind = elements.NUMPY[dtype]
        if not alone or start % kind.itemsize:
            piece, start = data[start : start + nbytes], 0
        else:
            piece = data
        if len(shape) < 32:
            values.append(np.ndarray(shape, kind, piece, start))
        else:
            values.append(elements.reshape(np.frombuffer(piece, kind, elements.count_of(shape), start), shape))
    return values


def _entry(reader, row: int) -> tuple:
    """(key, entry) of a row, for checks and errors."""
    key = list(reader.places().row)[row]
    return key, reader.entry(key)
