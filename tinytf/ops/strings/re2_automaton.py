"""Runs a program (`re2_program`) over bytes, all of its ways at a time: in time that grows with the text and no faster.

A thread is a place in the program.  `Automaton` knows the set of threads only, in order of preference, and remembers where
each byte leads from a set it has seen: a deterministic automaton, made as it is needed.  `groups` runs the threads one
by one, each with the places it has kept, over a match that has been found.
"""

from __future__ import annotations

from tinytf.ops.strings.re2_program import IF, MATCH, SAVE, SPLIT, STEP

_EDGE, _LINE, _WORD, _OTHER = range(4)  # what stands beside a place in the text
_BESIDE = [_OTHER] * 256
for _byte in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz":
    _BESIDE[_byte] = _WORD
_BESIDE[10] = _LINE
_BESIDE.append(_EDGE)
_END = 256  # instead of a byte, where there is none
_MOST = 1 << 18  # threads that the sets of an automaton may have together, before it forgets them

_HOLDS = {
    "text start": lambda left, right: left == _EDGE,
    "text end": lambda left, right: right == _EDGE,
    "line start": lambda left, right: left in (_EDGE, _LINE),
    "line end": lambda left, right: right in (_EDGE, _LINE),
    "boundary": lambda left, right: (left == _WORD) != (right == _WORD),
    "no boundary": lambda left, right: (left == _WORD) == (right == _WORD),
}


class _Threads:
    """A set of threads, what stood before them, and where each byte leads: `moves[byte]` = (are they a match here, the next set)."""

    __slots__ = "before", "moves", "threads"

    def __init__(self, threads, before):
        self.threads, self.before, self.moves = threads, before, {}


class Automaton:
    """What a program finds, as far as it does not matter on which way.

    `longest` looks for the match that ends last instead of the preferred one.
    """

    def __init__(self, program, start: int, longest: bool = False):
        self._program, self._start, self._longest = program, start, longest
        self._seen: dict = {}
        self._size = 0

    def find(self, text: bytes, at: int, stop: int):
        """Where the match ends that begins at `at` (or behind, by the program's start) and ends at `stop` at most; None if there is none.

        A program that reads backwards begins at `stop`, and its match ends at `at` at least: the place where it begins is returned.
        """
        if self._program.backwards:
            places, edge = range(stop - 1, at - 1, -1), text[at - 1] if at else _END
            threads = self._threads((self._start,), _BESIDE[text[stop] if stop < len(text) else _END])
        else:
            places, edge = range(at, stop), text[stop] if stop < len(text) else _END
            threads = self._threads((self._start,), _BESIDE[text[at - 1] if at else _END])
        found, behind = None, int(self._program.backwards)
        for place in places:
            byte = text[place]
            move = threads.moves.get(byte) or self._move(threads, byte)
            if move[0]:
                found = place + behind
            threads = move[1]
            if not threads.threads:
                return found
        if (threads.moves.get(edge) or self._move(threads, edge))[0]:
            found = at if behind else stop
        return found

    def _threads(self, threads: tuple, before: int) -> _Threads:
        if not self._program.has_conditions:
            before = _OTHER
        key = threads, before
        found = self._seen.get(key)
        if found is None:
            self._size += len(threads) + 8
            if self._size > _MOST:
                for forgotten in self._seen.values():
                    forgotten.moves.clear()
                self._seen.clear()
                self._size = len(threads)
            found = self._seen[key] = _Threads(threads, before)
        return found

    def _move(self, threads: _Threads, byte: int) -> tuple:
        program, after = self._program, _BESIDE[byte]
        sides = (after, threads.before) if program.backwards else (threads.before, after)
        matched, following, seen = False, [], set()
        waiting = list(reversed(threads.threads))
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            kind, a, b = program.code[place]
            if kind == STEP:
                if byte in a:
                    table = a[byte]
                    following.append(b if table is None else program.inside(table, b))
            elif kind == SPLIT:
                waiting += b, a
            elif kind == MATCH:
                matched = True
                if not self._longest:
                    break
            elif kind == SAVE or _HOLDS[a](*sides):
                waiting.append(b)
        following = list(dict.fromkeys(following))
        move = threads.moves[byte] = matched, self._threads(tuple(following), after)
        return move


def groups(program, text: bytes, at: int, stop: int) -> tuple:
    """The places that the program's preferred match from `at` to `stop` has kept; -1 for a group that is not in it."""
    code = program.code
    best: tuple = ()
    threads = [(program.start, (-1,) * (2 * program.saved + 2))]
    for place in range(at, stop + 1):
        byte = text[place] if place < len(text) else _END
        sides = _BESIDE[text[place - 1] if place else _END], _BESIDE[byte]
        following, seen = [], set()
        waiting = threads[::-1]
        while waiting:
            here, kept = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            kind, a, b = code[here]
            if kind == STEP:
                if byte in a:
                    table = a[byte]
                    following.append((b if table is None else program.inside(table, b), kept))
            elif kind == SPLIT:
                waiting += (b, kept), (a, kept)
            elif kind == MATCH:
                best = kept
                break
            elif kind == SAVE:
                waiting.append((b, kept[:a] + (place,) + kept[a + 1 :]))
            elif kind == IF and _HOLDS[a](*sides):
                waiting.append((b, kept))
        threads = following
        if not threads:
            break
    return best
