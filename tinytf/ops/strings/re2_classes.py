"""Classes of characters, as runs (first, last) of code points: what RE2's names for them stand for."""

from __future__ import annotations

import functools
import sys
import unicodedata
from bisect import bisect_right


def _of(text: str) -> tuple:
    """The runs that `text` spells: "az09" is a to z and 0 to 9."""
    return tuple((ord(first), ord(last)) for first, last in zip(text[::2], text[1::2]))


POSIX = {
    "alnum": _of("09AZaz"), "alpha": _of("AZaz"), "ascii": _of("\x00\x7f"), "blank": _of("\t\t  "), "cntrl": _of("\x00\x1f\x7f\x7f"),
    "digit": _of("09"), "graph": _of("!~"), "lower": _of("az"), "print": _of(" ~"), "punct": _of("!/:@[`{~"), "space": _of("\t\r  "),
    "upper": _of("AZ"), "word": _of("09AZ__az"), "xdigit": _of("09AFaf"),
}  # fmt: skip
PERL = {"d": _of("09"), "s": _of("\t\n\f\r  "), "w": _of("09AZ__az")}
ANY = ((0, sys.maxunicode),)
# The scripts by their ICU numbers, which `unicode_scripts` has for each code point.
_SCRIPTS = {
    "Common": 0, "Inherited": 1, "Arabic": 2, "Armenian": 3, "Bengali": 4, "Bopomofo": 5, "Cherokee": 6, "Coptic": 7, "Cyrillic": 8,
    "Deseret": 9, "Devanagari": 10, "Ethiopic": 11, "Georgian": 12, "Gothic": 13, "Greek": 14, "Gujarati": 15, "Gurmukhi": 16,
    "Han": 17, "Hangul": 18, "Hebrew": 19, "Hiragana": 20, "Kannada": 21, "Katakana": 22, "Khmer": 23, "Lao": 24, "Latin": 25,
    "Malayalam": 26, "Mongolian": 27, "Myanmar": 28, "Ogham": 29, "Old_Italic": 30, "Oriya": 31, "Runic": 32, "Sinhala": 33,
    "Syriac": 34, "Tamil": 35, "Telugu": 36, "Thaana": 37, "Thai": 38, "Tibetan": 39,
}  # fmt: skip
_CATEGORIES = {
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd",
    "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
}  # fmt: skip


def union(runs) -> tuple:
    """The same code points in ascending runs that do not touch."""
    joined: list = []
    for first, last in sorted(runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    return tuple(map(tuple, joined))


def complement(runs) -> tuple:
    """The code points that are not in `runs`."""
    result, start = [], 0
    for first, last in union(runs):
        if start < first:
            result.append((start, first - 1))
        start = last + 1
    return tuple(result) + (((start, sys.maxunicode),) if start <= sys.maxunicode else ())


@functools.lru_cache(maxsize=None)
def unicode_class(name: str):
    """The runs of a category or script, None for a name that is neither."""
    if name == "Any":
        return ANY
    if name in _CATEGORIES:
        category = unicodedata.category
        return union((c, c) for c in range(sys.maxunicode + 1) if category(chr(c)).startswith(name) and category(chr(c)) != "Cn")
    if name in _SCRIPTS:
        from tinytf.ops.strings.unicode_scripts import RUNS

        starts = [run.split(":") for run in RUNS.split()] + [[f"{sys.maxunicode + 1:x}", ""]]
        wanted = f"{_SCRIPTS[name]:x}"
        return tuple((int(a, 16), int(b, 16) - 1) for (a, script), (b, _) in zip(starts, starts[1:]) if script == wanted)
    return None


@functools.lru_cache(maxsize=None)
def _orbits() -> dict:
    """Of each character that has a case: the code points that differ from it by case only.  `k`, `K` and the Kelvin sign are one orbit."""
    found: dict = {}
    for code in range(0x1F000):  # there is no case behind
        c = chr(code)
        small = c.upper().lower()
        if len(small) != 1:
            small = c.lower()
        if len(small) == 1 and (small != c or c.upper() != c):
            found.setdefault(small, set()).update((code, ord(small)))
    return {code: tuple(orbit) for orbit in found.values() if len(orbit) > 1 for code in orbit}


def fold(runs) -> tuple:
    """`runs` with what differs from it by case only."""
    runs, orbits = union(runs), _orbits()
    if sum(last - first for first, last in runs) < len(orbits):
        folded = [code for first, last in runs for code in range(first, last + 1) if code in orbits]
    else:
        firsts = [first for first, _ in runs]
        folded = [code for code in orbits if firsts[0] <= code <= runs[bisect_right(firsts, code) - 1][1]]
    return union([*runs, *((other, other) for code in folded for other in orbits[code])])
