"""CRC32C (Castagnoli) at memory speed, with NumPy and no C.

A CRC is the remainder of the message, read as a polynomial over GF(2), modulo
P = x^32 + x^28 + x^27 + … + 1.  Whatever is a multiple of P may be added to the message.
Two sparse multiples of P are all that is needed:

    x^6777 + x^484 + x^100 + 1                                      (4 terms)

Read it as a rule: a bit at the front of the message may be dropped if it is XORed into the bits
6293, 6677 and 6777 places further on.  Over GF(2) squaring a polynomial only doubles its
exponents, so the same rule holds for bytes (squared 3 times) and for 64-bit words (6 times):
6293 words are dropped by three XORs of whole slices, and no table is looked at.  Written for a
stream, with e the words after all earlier drops,

    e[i] = d[i] ^ e[i-6293] ^ e[i-6677] ^ e[i-6777]

and the last 6777 words stand for the whole message.  Those are folded again as bytes, and the
last 6777 bytes (or any message up to a few KB) are looked up: `T[k][b]` is what byte b does to
the CRC from k places before the end, so the CRC is the XOR of one entry a byte.

    >= 96 KiB    fold words, then bytes, then look up         1.5 GB/s there, 4-5 GB/s from 4 MiB on
    >= 12 KiB    fold bytes, then look up
    >= 48        look up, rows of 1024                        250-400 MB/s
    < 48         a loop over bytes

Files store CRCs "masked", since the CRC of data that holds its own CRC is a constant:
    masked = ((crc >> 15) | (crc << 17)) + 0xA282EAD8  mod 2^32
"""

from __future__ import annotations

import numpy as np

_POLYNOMIAL = 0x82F63B78  # bit-reversed: bit 31 is x^0
_ONES = 0xFFFFFFFF
_MASK_DELTA = 0xA282EAD8

_ROW = 1024  # bytes that one lookup takes
_LOOP_BELOW = 48
_BYTES_FOLD = 12 * 1024
_WORDS_FOLD = 96 * 1024

_STEP, _LAG2, _KEEP = 6293, 6677, 6777  # = 6777-484, 6777-100, 6777
_BLOCKS = 8  # folded per turn: their words stay in the processor's cache

_xor_all = np.bitwise_xor.reduce


def crc32c(data, value: int = 0) -> int:
    """The CRC32C of `data`, continuing from `value` (the CRC of what came before).

    Args:
      data: bytes, bytearray, a memoryview or an ndarray; contiguous.
    """
    if isinstance(data, np.ndarray):
        data = data.reshape(-1).view(np.uint8) if data.size else b""
    size = len(data)
    if size < _LOOP_BELOW:
        return _by_loop(bytes(data), value ^ _ONES) ^ _ONES
    array = data if type(data) is np.ndarray else np.frombuffer(data, np.uint8)
    if size <= _ROW:
        return _by_row(array, size, value ^ _ONES) ^ _ONES
    return _raw(array, value ^ _ONES) ^ _ONES


def crc32c_pieces(data: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The CRC32C of many pieces of a uint8 array, as a uint32 array; those of one size are done together."""
    crcs = np.zeros(len(sizes), np.uint32)
    for size in np.unique(sizes).tolist():
        places = np.flatnonzero(sizes == size)
        if len(places) < 3 or not 4 <= size <= _ROW:
            for i in places.tolist():
                crcs[i] = crc32c(data[starts[i] : starts[i] + size])
        elif len(places) == len(sizes) and len(data) == size * len(sizes) and (np.diff(starts) == size).all():
            return _of_rows(data.reshape(-1, size))
        else:
            crcs[places] = _of_rows(data[starts[places][:, None] + np.arange(size)])
    return crcs


def _of_rows(rows: np.ndarray) -> np.ndarray:
    """The CRC32C of every row (4 to 1024 bytes) of a 2-D uint8 array."""
    count, length = rows.shape
    table, offsets, _, starts = _tables()
    crcs = np.empty(count, np.uint32)
    batch = max(1, (1 << 15) // length)
    place = offsets[_ROW - length :]
    index = place[:0, None]
    for begin in range(0, count, batch):
        part = rows[begin : begin + batch]
        if len(part) != len(index):
            index = np.repeat(place[None], len(part), 0)
            found = np.empty(index.shape, np.uint32)
        index.view(np.uint8)[:, _LOW_BYTE::8] = part
        table.take(index, None, found, "wrap")  # no index is outside: asked to "raise", NumPy would look, and copy
        _xor_all(found, axis=1, out=crcs[begin : begin + batch])
    crcs ^= np.uint32(starts[length] ^ _ONES)
    return crcs


def mask(crc: int) -> int:
    """The form in which files store `crc`."""
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & _ONES


def mask_all(crcs: np.ndarray) -> np.ndarray:
    """`mask` of each of a uint32 array."""
    return ((crcs >> np.uint32(15)) | (crcs << np.uint32(17))) + np.uint32(_MASK_DELTA)


def unmask(masked: int) -> int:
    """The CRC that was stored as `masked`."""
    rotated = (masked - _MASK_DELTA) & _ONES
    return ((rotated >> 17) | (rotated << 15)) & _ONES


# In what follows a "state" is the remainder itself, without the ones that CRC32C XORs in before and after.


def _raw(data: np.ndarray, state: int) -> int:
    """The state after `data` (uint8), starting from `state`."""
    size = data.size
    if size >= _WORDS_FOLD:
        head = -data.ctypes.data % 8  # the fold runs on aligned words
        if head:
            state = _by_loop(data[:head].tobytes(), state)
        words = (size - head) // 8
        rest = _fold(data[head : head + 8 * words].view(np.uint64), state).view(np.uint8)
        state = _raw(rest, 0)
        tail = data[head + 8 * words :]
        return _by_loop(tail.tobytes(), state) if tail.size else state
    if size >= _BYTES_FOLD:
        head = 4
        rest = _fold(data[head:], _by_loop(data[:head].tobytes(), state))
        return _by_rows(rest, 0)
    if size > _ROW:
        return _by_rows(data, state)
    if size >= _LOOP_BELOW:
        return _by_row(data, size, state)
    return _by_loop(data.tobytes(), state)


def _fold(units: np.ndarray, state: int) -> np.ndarray:
    """The last 6777 units (bytes or 64-bit words) standing for all of `units`, which came after `state`."""
    scratch = _scratch.pop() if _scratch else np.empty((_KEEP + _BLOCKS * _STEP) * 8, np.uint8)
    xor = np.bitwise_xor
    unit = units.dtype
    e = scratch.view(unit)[: _KEEP + _BLOCKS * _STEP]
    folded = units.size - _KEEP
    # A short block first, as if zeros stood before it; then whole ones, each a STEP further on in e.
    short = folded % _STEP or _STEP
    at = _KEEP + _STEP
    e[:at] = 0
    begin = at - short
    e[begin:at] = units[:short]
    if unit.itemsize == 8:
        e[begin] ^= np.uint64(state)
    else:
        e[begin : begin + 4] ^= np.frombuffer(state.to_bytes(4, "little"), np.uint8)
    done = short
    while done < folded:
        if at == e.size:
            e[:_KEEP] = e[-_KEEP:]
            at = _KEEP
        out = e[at : at + _STEP]
        xor(units[done : done + _STEP], e[at - _STEP : at], out=out)
        xor(out, e[at - _LAG2 : at - _LAG2 + _STEP], out=out)
        xor(out, e[at - _KEEP : at - _KEEP + _STEP], out=out)
        done += _STEP
        at += _STEP
    rest = units[folded:].copy()
    rest[:_STEP] ^= e[at - _STEP : at]
    rest[:_LAG2] ^= e[at - _LAG2 : at]
    rest ^= e[at - _KEEP : at]
    _scratch.append(scratch)
    return rest


def _by_rows(data: np.ndarray, state: int) -> int:
    """Lookup of a short row, then of rows of 1024, joined by moving the state 1024 places on."""
    table, offsets, (shift0, shift1, shift2, shift3), _ = _tables()
    first = data.size % _ROW
    if first:
        state = _raw(data[:first], state)
    rows = _xor_all(table.take(data[first:].reshape(-1, _ROW) + offsets), axis=1)
    for row in rows.tolist():
        state = shift0[state & 255] ^ shift1[(state >> 8) & 255] ^ shift2[(state >> 16) & 255] ^ shift3[state >> 24] ^ row
    return state


def _by_row(data: np.ndarray, size: int, state: int) -> int:
    """Lookup of 4 to 1024 bytes."""
    table, offsets, _, starts = _TABLES or _tables()
    # An index is place*256 + byte: the bytes go straight into the low bytes of ready-made indices.
    if _indices:
        pooled = _indices.pop()
    else:
        index = offsets.copy()
        pooled = index, index.view(np.uint8)[_LOW_BYTE::8], np.empty(_ROW, np.uint32)
    index, low, found = pooled
    if size < _ROW:
        index, low, found = index[_ROW - size :], low[_ROW - size :], found[_ROW - size :]
    low[:] = data
    table.take(index, None, found, "clip")
    crc = int(_xor_all(found))
    _indices.append(pooled)
    if state == _ONES:
        return crc ^ starts[size]
    if state:
        places = offsets[_ROW - size : _ROW - size + 4]
        crc ^= int(_xor_all(table.take(places + np.frombuffer(state.to_bytes(4, "little"), np.uint8))))
    return crc


def _by_loop(data: bytes, state: int) -> int:
    """The state after `data`, a byte at a time."""
    table = _BYTE_TABLE
    for byte in data:
        state = table[(state ^ byte) & 255] ^ (state >> 8)
    return state


def _byte_table() -> list:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


_BYTE_TABLE = _byte_table()
# Scratch that calls take and give back; list.pop and append are atomic, so threads never share one.
_scratch: list = []
_indices: list = []
_LOW_BYTE = 0 if np.little_endian else 7
_TABLES: list = []


def _tables() -> list:
    """The lookup table (rows from 1023 places before the end to 0), its row offsets, the shift by 1024, the start values."""
    if not _TABLES:
        places = np.empty((_ROW, 256), np.uint32)
        places[0] = _BYTE_TABLE
        for k in range(1, 4):
            places[k] = (places[k - 1] >> 8) ^ places[0][places[k - 1] & 255]
        known = 4
        while known < _ROW:  # a state followed by `known` zeros is four bytes, each that much further from the end
            places[known : 2 * known] = _shifted(places[:known], places[known - 4 : known])
            known *= 2
        shift = [row.tolist() for row in places[_ROW - 4 :][::-1]]
        ones = np.bitwise_xor.accumulate(places[:, 255])
        # The four FF of the start value lie 1 … 4 places before the end of the message's first 4 bytes.
        starts = [0, 0, 0, 0] + [int(ones[n - 1] ^ (ones[n - 5] if n > 4 else 0)) for n in range(4, _ROW + 1)]
        table = np.ascontiguousarray(places[::-1]).reshape(-1)
        _TABLES.extend((table, np.arange(_ROW, dtype=np.intp) * 256, shift, starts))
    return _TABLES


def _shifted(states: np.ndarray, last_four: np.ndarray) -> np.ndarray:
    """`states` moved on by as many zero bytes as the place after `last_four` (rows of consecutive places) says."""
    return (
        last_four[3][states & 255]
        ^ last_four[2][(states >> 8) & 255]
        ^ last_four[1][(states >> 16) & 255]
        ^ last_four[0][states >> 24]
    )
