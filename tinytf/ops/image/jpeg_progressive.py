"""The scans of progressive JPEG images: Huffman codes of runs and sizes, each followed by the bits of a value.

A table of 65536 entries tells for the next 16 bits what they begin with.  Where data end early they go on as zero bits, to the
end of the MCU; an invalid code is a 0 of 17 bits: as in libjpeg.  Scans of baseline images are read in jpeg_baseline.py.
"""

from __future__ import annotations

import functools

import numpy as np

from tinytf.ops.image.jpeg_tables import given_table, symbols_of

_PADDING = bytes(4096)


@functools.lru_cache(maxsize=32)
def progressive_table(counts, symbols) -> list:
    """(symbol << 5 | length) for each 16 bits."""
    symbol, length = symbols_of(counts, symbols)
    return (symbol << 5 | length).tolist()


class Coder:
    """Decodes one scan of a progressive image; `read` takes the data between two restart markers."""

    def __init__(self, frame, components, first, last, high, low, error):
        from tinytf.ops.image.jpeg import ZIGZAG

        self.zigzag = ZIGZAG.tolist()
        self.components = components
        self.first, self.last, self.low = first, last, low
        self.blocks = [memoryview(c.coefficients.reshape(-1)) for c in components]
        if first == 0:
            if high == 0:
                self.dc = [given_table(frame, progressive_table, c.dc, error) for c in components]
            self.read = self._dc_refine if high else self._dc_first
        else:
            self.table = given_table(frame, progressive_table, 16 | components[0].ac, error)
            self.read = self._ac_refine if high else self._ac_first

    def finish(self) -> None:
        """All of the scan has been read."""

    def _dc_first(self, data, order, slots):
        window, limit = _windows(data)
        at, low = 0, self.low
        previous = [0] * len(self.components)
        plan = [(slot, self.blocks[slot], self.dc[slot]) for slot in slots]
        for mcu in order.tolist():
            if at > limit:
                break
            for place, (slot, block, dc) in zip(mcu, plan):
                entry = dc[(window[at >> 3] >> (16 - (at & 7))) & 0xFFFF]
                at += entry & 31
                size, value = min(entry >> 5, 15), 0
                if size:
                    raw = (window[at >> 3] >> (32 - (at & 7) - size)) & ((1 << size) - 1)
                    at += size
                    value = raw if raw >> (size - 1) else raw - (1 << size) + 1
                previous[slot] = value = previous[slot] + value
                block[place << 6] = ((value << low) + 32768 & 0xFFFF) - 32768

    def _dc_refine(self, data, order, slots):
        bits = np.unpackbits(np.frombuffer(data, np.uint8))[: order.size]
        for column, slot in enumerate(slots):
            mine = bits[column :: len(slots)]
            flat = self.components[slot].coefficients.reshape(-1, 64)
            flat[order[: len(mine), column], 0] |= mine.astype(np.int16) << self.low

    def _ac_first(self, data, order, slots):
        window, limit = _windows(data)
        zigzag, block, table, low, last = self.zigzag, self.blocks[0], self.table, self.low, self.last
        at = run_of_ends = 0
        for place in order[:, 0].tolist():
            if run_of_ends:
                run_of_ends -= 1
                continue
            if at > limit:
                break
            place <<= 6
            k = self.first
            while k <= last:
                entry = table[(window[at >> 3] >> (16 - (at & 7))) & 0xFFFF]
                at += entry & 31
                run, size = entry >> 9, entry >> 5 & 15
                if size:
                    k += run
                    raw = (window[at >> 3] >> (32 - (at & 7) - size)) & ((1 << size) - 1)
                    at += size
                    value = raw if raw >> (size - 1) else raw - (1 << size) + 1
                    block[place + zigzag[k]] = _int16(value << low)
                    k += 1
                elif run == 15:
                    k += 16
                else:
                    if run:
                        run_of_ends = (1 << run) + ((window[at >> 3] >> (32 - (at & 7) - run)) & ((1 << run) - 1)) - 1
                        at += run
                    break

    def _ac_refine(self, data, order, slots):
        window, limit = _windows(data)
        zigzag, block, table, last = self.zigzag, self.blocks[0], self.table, self.last
        plus, minus = 1 << self.low, -1 << self.low
        at = run_of_ends = 0
        for place in order[:, 0].tolist():
            if at > limit:
                break
            place <<= 6
            k = self.first
            while not run_of_ends and k <= last:
                entry = table[(window[at >> 3] >> (16 - (at & 7))) & 0xFFFF]
                at += entry & 31
                run, new = entry >> 9, 0
                if entry >> 5 & 15:
                    new = plus if (window[at >> 3] >> (31 - (at & 7))) & 1 else minus
                    at += 1
                elif run < 15:
                    run_of_ends = 1 << run
                    if run:
                        run_of_ends += (window[at >> 3] >> (32 - (at & 7) - run)) & ((1 << run) - 1)
                        at += run
                    break
                # Over `run` zeros; what is not zero takes a bit more of its value on the way.
                while k <= last:
                    here = place + zigzag[k]
                    value = block[here]
                    if value:
                        if (window[at >> 3] >> (31 - (at & 7))) & 1 and not value & plus:
                            block[here] = _int16(value + (plus if value >= 0 else minus))
                        at += 1
                    elif run:
                        run -= 1
                    else:
                        break
                    k += 1
                if new:
                    block[place + zigzag[k]] = new
                k += 1
            if run_of_ends:
                while k <= last:
                    here = place + zigzag[k]
                    value = block[here]
                    if value:
                        if (window[at >> 3] >> (31 - (at & 7))) & 1 and not value & plus:
                            block[here] = _int16(value + (plus if value >= 0 else minus))
                        at += 1
                    k += 1
                run_of_ends -= 1


def _windows(data) -> tuple:
    """(the 32 bits from each byte on, how many bits there are)"""
    padded = np.frombuffer(data + _PADDING, np.uint8).astype(np.uint32)
    window = padded[:-3] << 24
    window |= padded[1:-2] << 16
    window |= padded[2:-1] << 8
    window |= padded[3:]
    return (window.tolist() if len(data) < 1 << 20 else memoryview(window)), 8 * len(data)


def _int16(value) -> int:
    return (value + 32768 & 0xFFFF) - 32768
