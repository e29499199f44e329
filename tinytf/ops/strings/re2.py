"""Regular expressions as RE2 has them: `compile(pattern)`.

Whatever the pattern, a match takes time that grows with the text and no faster: Python's `re` runs what cannot take it
long (`re2_python`), an automaton the rest (`re2_automaton`).
"""

from __future__ import annotations

import functools
import re

from tinytf.ops.strings import re2_python
from tinytf.ops.strings.re2_automaton import Automaton, groups
from tinytf.ops.strings.re2_program import Program, TooLarge
from tinytf.ops.strings.re2_syntax import SyntaxNotOfRE2, parse

_LONGEST = 30_000  # characters of a pattern of `re`: it compiles them slowly
_MOST_STEPS = 1e7  # of `re`, for one text: about half a second


class Pattern:
    """A pattern that is ready to run; `groups` is how many it has."""

    def __init__(self, tree, groups: int):
        self._tree, self.groups = tree, groups
        self._whole = Program(tree)  # also to know that it is not too large
        self._python = _python_pattern(tree) if re2_python.can_run(tree) else None
        self._steps: dict = {}
        self._keeping: dict = {}

    def _re(self, text: bytes, search: bool):
        """The text for `re`, None where the automaton must do."""
        if self._python is None:
            return None
        digits = len(text).bit_length()  # most steps of a text of about this length
        steps = self._steps.get((digits, search))
        if steps is None:
            steps = self._steps[digits, search] = re2_python.most_steps(self._tree, 1 << digits, search)
        if steps > _MOST_STEPS:
            return None
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            return None

    def matches(self, text: bytes) -> bool:
        """Whether the pattern is the whole text."""
        readable = self._re(text, search=False)
        if readable is not None:
            return self._python.fullmatch(readable) is not None
        return self._longest.find(text, 0, len(text)) == len(text)

    def searcher(self, text: bytes, kept: int):
        """The text to search in, as it is or decoded, and a function of a place in it.

        It returns, of the first match from there on, where the whole and each of the groups up to `kept` begin and end; or None.
        """
        readable = self._re(text, search=True)
        if readable is None:
            return text, lambda at: self._search(text, at, kept)

        def search(at):
            match = self._python.search(readable, at)
            return match and [match.span(group) for group in range(kept + 1)]

        return readable, search

    def _search(self, text: bytes, at: int, kept: int):
        stop = self._first.find(text, at, len(text))
        if stop is None:
            return None
        start = self._backwards.find(text, at, stop)
        if not kept:
            return [(start, stop)]
        if kept not in self._keeping:
            self._keeping[kept] = Program(self._tree, saved=kept)
        places = groups(self._keeping[kept], text, start, stop)
        return [(start, stop), *zip(places[2::2], places[3::2])]

    @functools.cached_property
    def _longest(self) -> Automaton:
        return Automaton(self._whole, self._whole.start, longest=True)

    @functools.cached_property
    def _first(self) -> Automaton:
        program = Program(self._tree)
        return Automaton(program, program.any_start())

    @functools.cached_property
    def _backwards(self) -> Automaton:
        program = Program(self._tree, backwards=True)
        return Automaton(program, program.start, longest=True)


def _python_pattern(tree):
    """The tree for `re`, None where that would take it too long or too deep."""
    text = re2_python.written(tree)
    if len(text) > _LONGEST:
        return None
    try:
        return re.compile(text, re.ASCII)
    except (re.error, OverflowError, RecursionError):
        return None


@functools.lru_cache(maxsize=64)
def compile(pattern: bytes) -> Pattern:
    """The pattern; SyntaxNotOfRE2, in RE2's words, where there is none."""
    try:
        return Pattern(*parse(pattern.decode("utf-8")))
    except UnicodeDecodeError:
        raise SyntaxNotOfRE2("invalid UTF-8") from None
    except (TooLarge, RecursionError):
        raise SyntaxNotOfRE2("pattern too large - compile failed") from None
