"""A pattern as a program for bytes, each instruction of which says what may come next (Thompson 1968, Pike 1985).

    (STEP, table, next)     one byte: `table[byte]` is None where a character ends, else the table for its next byte
    (SPLIT, first, second)  either; the first is preferred
    (SAVE, slot, next)      keeps the place, which is the beginning or end of a group
    (IF, condition, next)   only at such a place
    (MATCH, 0, 0)

It is made from its end to its beginning: `emit(tree, next)` returns where a tree begins that goes on at `next`.
"""

from __future__ import annotations

import functools

from tinytf.ops.strings.re2_tree import AnyByte, Characters, Choice, Condition, Group, Repeat, Sequence

STEP, SPLIT, SAVE, IF, MATCH = range(5)
_MOST = 1 << 18  # RE2's 8 MB of memory, a third of them in instructions of 8 bytes
_ANY_BYTE: dict = dict.fromkeys(range(256))
_LARGEST = (0x7F, 0x7FF, 0xFFFF, 0x10FFFF)  # by the count of bytes


class TooLarge(ValueError):
    """A pattern that RE2 does not compile."""


class Program:
    """The instructions of a tree; `start` is the first one.

    Backwards, it reads text from its end.  The groups up to `saved` are kept.
    """

    def __init__(self, tree, saved: int = 0, backwards: bool = False):
        self.code: list = []
        self.saved, self.backwards = saved, backwards
        self._size = 0
        self._inside: dict = {}
        self.start = self._emit(tree, self._add(MATCH))
        self.has_conditions = any(kind == IF for kind, _, _ in self.code)

    def any_start(self) -> int:
        """Where to begin for a match that may begin further on: it begins here, or else behind the next byte."""
        here = self._add(SPLIT)
        self.code[here] = SPLIT, self.start, self._add(STEP, _ANY_BYTE, here)
        return here

    def inside(self, table, next: int) -> int:
        """The instruction for the rest of a character."""
        key = id(table), next
        found = self._inside.get(key)
        if found is None:
            found = self._inside[key] = len(self.code)
            self.code.append((STEP, table, next))
        return found

    def _add(self, kind, a=0, b=0, size: int = 1) -> int:
        self._size += size
        if self._size > _MOST:
            raise TooLarge("pattern too large - compile failed")
        self.code.append((kind, a, b))
        return len(self.code) - 1

    def _emit(self, tree, next: int) -> int:
        if isinstance(tree, Characters):
            table, size = _utf8_table(tree.runs, self.backwards)
            return self._add(STEP, table, next, size)
        if isinstance(tree, AnyByte):
            return self._add(STEP, _ANY_BYTE, next)
        if isinstance(tree, Condition):
            return self._add(IF, tree.kind, next)
        if isinstance(tree, Group):
            if tree.number > self.saved:
                return self._emit(tree.body, next)
            return self._add(SAVE, 2 * tree.number, self._emit(tree.body, self._add(SAVE, 2 * tree.number + 1, next)))
        if isinstance(tree, Sequence):
            for part in tree.parts if self.backwards else reversed(tree.parts):
                next = self._emit(part, next)
            return next
        if isinstance(tree, Choice):
            start = self._emit(tree.branches[-1], next)
            for branch in reversed(tree.branches[:-1]):
                start = self._add(SPLIT, self._emit(branch, next), start)
            return start
        return self._repeat(tree, next)

    def _repeat(self, tree: Repeat, next: int) -> int:
        def split(more, enough):
            return (SPLIT, enough, more) if tree.lazy else (SPLIT, more, enough)

        times = tree.low
        if tree.high is None:
            loop = self._add(SPLIT)
            body = self._emit(tree.body, loop)
            self.code[loop] = split(body, next)
            next, times = (loop, 0) if times == 0 else (body, times - 1)
        else:
            enough = next
            for _ in range(tree.high - tree.low):
                next = self._add(*split(self._emit(tree.body, next), enough))
        for _ in range(times):
            next = self._emit(tree.body, next)
        return next


@functools.lru_cache(maxsize=200)
def _utf8_table(runs, backwards: bool) -> tuple:
    """The table of the characters in `runs`, and how many instructions RE2 needs for it."""
    encoded = [ranges for first, last in runs for ranges in _utf8_ranges(first, last)]
    size = sum(map(len, encoded))
    if backwards:
        encoded = [ranges[::-1] for ranges in encoded]
    return _table(tuple(encoded), {}), max(size, 1)


def _table(encoded: tuple, made: dict):
    """The table of characters that are given by the ranges of their bytes."""
    table: dict = {}
    for byte in range(256):
        rests = tuple(ranges[1:] for ranges in encoded if ranges[0][0] <= byte <= ranges[0][1])
        if rests == ((),):
            table[byte] = None
        elif rests:
            if rests not in made:
                made[rests] = _table(rests, made)
            table[byte] = made[rests]
    return table


def _utf8_ranges(first: int, last: int):
    """The code points of a run in pieces, each given by the ranges of its bytes."""
    for largest in _LARGEST:  # a piece has characters of one length
        if first <= largest < last:
            yield from _utf8_ranges(first, largest)
            first = largest + 1
    for bits in (6, 12, 18):  # and all of the bytes behind the first one that differs
        if last > 0x7F and first >> bits != last >> bits:
            tail = (1 << bits) - 1
            if first & tail:
                yield from _utf8_ranges(first, first | tail)
                yield from _utf8_ranges((first | tail) + 1, last)
                return
            if last & tail != tail:
                yield from _utf8_ranges(first, (last & ~tail) - 1)
                yield from _utf8_ranges(last & ~tail, last)
                return
    yield tuple(zip(_utf8(first), _utf8(last)))


def _utf8(code: int) -> bytes:
    return chr(code).encode("utf-8", "surrogatepass")
