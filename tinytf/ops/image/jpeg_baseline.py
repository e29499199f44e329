"""The scans of baseline JPEG images: all coefficients of a block after each other.

    block    code of a size, bits of the DC value's difference; then up to 63 coefficients:
             code of (zeros before it, size), bits of its value; or a code for "the rest is zero"

Where a symbol begins is only known when the one before it is read, so a loop walks from block to block.  It only adds up
lengths, those of all symbols within the next 16 bits at a time.  The values are then read from all blocks side by side.
"""

from __future__ import annotations

import functools

import numpy as np

from tinytf.ops.image.jpeg_tables import given_table, symbols_of

_PADDING = bytes(4096)  # an MCU has 10 blocks, of 64 symbols of 31 bits at most
_PIECE = 1 << 16  # bytes that a loop walks over
_AT_ONCE = 1 << 22  # bits whose values are read side by side
_ENDS = 128  # counts for the code that ends a block
_WINDOWS = np.arange(65536)


@functools.lru_cache(maxsize=32)
def _dc_table(counts, symbols) -> tuple:
    """For each 16 bits: the code's length, the value's size; and as bytes, how long both are."""
    size, length = symbols_of(counts, symbols)
    return length, size, (length + size).astype(np.uint8).tobytes()


@functools.lru_cache(maxsize=32)
def _ac_table(counts, symbols) -> tuple:
    """For each 16 bits: the code's length, the value's size, how many coefficients it goes on; and as bytes (length, coefficients)
    of the symbol they begin with, and of all symbols that are in them.
    """
    symbol, length = symbols_of(counts, symbols)
    zeros, size = symbol >> 4, symbol & 15
    ends = (size == 0) & (zeros < 15)
    on = np.where(ends, _ENDS, zeros + 1)
    bits = length + size
    group_bits, group_on = bits.copy(), on.copy()
    open_ = ~ends & (bits < 16)  # the others are whole: they end the block, or the 16 bits
    while open_.any():
        here = np.flatnonzero(open_)
        following = (_WINDOWS[here] << group_bits[here]) & 0xFFFF
        longer = group_bits[here] + bits[following]
        further = group_on[here] + on[following]
        fits = (longer <= 16) & (further < _ENDS + 63) & ((further <= 63) | ends[following])
        group_bits[here[fits]], group_on[here[fits]] = longer[fits], further[fits]
        open_[here] = fits & ~ends[following] & (longer < 16)
    tables = (t.astype(np.uint8).tobytes() for t in (bits, on, group_bits, group_on))
    return length, size, on, tuple(tables)


class Coder:
    """Decodes one scan: `read` takes the data between two restart markers, `finish` the values of all."""

    def __init__(self, frame, components, zigzag, error):
        self.components, self.zigzag = components, zigzag
        self.dc = [given_table(frame, _dc_table, c.dc, error) for c in components]
        self.ac = [given_table(frame, _ac_table, 16 | c.ac, error) for c in components]
        self._pieces: list = []  # of each: its windows, where its blocks begin, where they belong, whether DC values start anew
        self._slots: list = []
        self._size = 0
        self._last = [0] * len(components)  # DC values

    def read(self, data, order, slots) -> None:
        """`order` [MCUs, blocks an MCU] has the places of the blocks, `slots` the component of each block of an MCU."""
        plan = [(self.dc[slot][2], *self.ac[slot][3]) for slot in slots]
        done = at = byte = 0
        while done < len(order) and 8 * byte + at <= 8 * len(data):  # where data end, the rest stays zero
            windows = _windows(data[byte : byte + _PIECE + len(_PADDING)])
            starts, at = _walk(memoryview(windows), at, 8 * min(_PIECE, len(data) - byte), plan, len(order) - done)
            count = len(starts) // len(slots)
            self._pieces.append((windows[: at + 32], starts, order[done : done + count], not done))
            self._slots, self._size = slots, self._size + at
            done, byte, at = done + count, byte + (at >> 3), at & 7
            if self._size > _AT_ONCE:
                self.finish()

    def finish(self) -> None:
        """Puts the values that have been read into the components' coefficients."""
        if not self._pieces:
            return
        windows, starts, orders, anew = zip(*self._pieces)
        self._pieces, self._size = [], 0
        offsets = np.cumsum([0, *map(len, windows[:-1])])
        starts = np.concatenate([np.array(s, np.int64).reshape(-1, len(self._slots)) + offset for s, offset in zip(starts, offsets)])
        windows, places = np.concatenate(windows), np.concatenate(orders)
        restarts = np.cumsum(anew) - anew[0]
        part = np.repeat(restarts, list(map(len, orders)))
        for number in range(len(self.components)):
            mine = [i for i, slot in enumerate(self._slots) if slot == number]
            self._last[number] = self._component(number, windows, starts[:, mine], places[:, mine] << 6, part, 0 if anew[0] else self._last[number])

    def _component(self, number, windows, at, places, part, last) -> int:
        """Reads the blocks of one component, which begin `at` [MCUs, blocks an MCU] and belong to `places`; returns the last DC value."""
        flat = self.components[number].coefficients.reshape(-1)
        length, size, _ = self.dc[number]
        value, after = _values(windows, at.reshape(-1), length, size)
        total = np.cumsum(value)
        firsts = np.flatnonzero(np.diff(part, prepend=-1)) * at.shape[1]  # DC values are differences, from 0 at each restart
        before = total[firsts] - value[firsts]
        before[0] -= last
        places = places.reshape(-1)
        total -= before[part].repeat(at.shape[1])
        flat[places] = total.astype(np.int16)
        length, size, on, _ = self.ac[number]
        k = np.zeros(len(places), np.int64)
        while len(after):
            symbol = windows[after]
            k += on[symbol]
            value, after = _values(windows, after, length, size)
            there = value != 0
            flat[places[there] + self.zigzag[k[there]]] = value[there]
            go_on = k < 63
            places, k, after = places[go_on], k[go_on], after[go_on]
        return int(total[-1])


def _walk(window, at, limit, plan, most) -> tuple:
    """(where the blocks of the MCUs begin that begin before `limit`, where they end)"""
    starts: list = []
    for _ in range(most):
        if at > limit:
            break
        for dc, one_bits, one_on, bits, on in plan:
            starts.append(at)
            at += dc[window[at]]
            k = 0
            while k < 63:
                here = window[at]
                k += on[here]
                at += bits[here]
            if 63 < k < _ENDS or k >= _ENDS + 63:  # more symbols than the block has left: one by one
                k -= on[here]
                at -= bits[here]
                while k < 63:
                    here = window[at]
                    k += one_on[here]
                    at += one_bits[here]
    return starts, at


def _values(windows, at, length, size) -> tuple:
    """(the values whose codes begin `at`, where they end)"""
    symbol = windows[at]
    size, at = size[symbol], at + length[symbol]
    value = windows[at].astype(np.int64) >> (16 - size)
    return np.where((value >> np.maximum(size - 1, 0)) & 1, value, value - (1 << size) + 1), at + size


def _windows(data) -> np.ndarray:
    """The 16 bits from each bit on."""
    padded = np.frombuffer(data + _PADDING, np.uint8).astype(np.uint32)
    of_bytes = padded[:-2] << 16 | padded[1:-1] << 8 | padded[2:]
    return (of_bytes[:, None] >> np.arange(8, 0, -1, dtype=np.uint32)).astype(np.uint16).reshape(-1)
