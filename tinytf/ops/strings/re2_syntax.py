"""The syntax of RE2 as that of Python's `re`: `translate(pattern)`.

The common syntax is the same.  What differs: RE2 knows no references back and no looking around; flags such as `(?i)`
hold to the end of their group; `\\z` is the end of the text and so is `$`; `\\pL` and `\\p{Greek}` are classes of
characters, `[[:alpha:]]` of bytes; `\\Q…\\E` is literal; `x{3,}` counts to 1000; `\\C` is any byte.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata


class SyntaxNotOfRE2(ValueError):
    """What RE2 says of a pattern that it does not take."""


_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": "\\x00-\\x7f", "blank": "\\t ", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": "\\t\\n\\x0b\\x0c\\r ", "upper": "A-Z",
    "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_PERL = {"d": "0-9", "s": "\\t\\n\\f\\r ", "w": "0-9A-Za-z_"}
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
_NO_TEXT = "\\ud800-\\udfff"  # bytes that are not UTF-8, which nothing but `\\C` matches
_MOST = 1000  # how often anything may be repeated
_REPEAT = re.compile(r"\{(\d+)(,(\d*))?\}")


def _ranges(codes) -> list:
    """(first, last) of each run of code points in ascending order."""
    runs: list = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return [tuple(run) for run in runs]


@functools.lru_cache(maxsize=None)
def _unicode_class(name: str):
    """The (first, last) runs of code points of a category or script, None for a name that is neither."""
    if name == "Any":
        return [(0, sys.maxunicode)]
    if name in _CATEGORIES:
        category = unicodedata.category
        return _ranges(c for c in range(sys.maxunicode + 1) if category(chr(c)).startswith(name) and category(chr(c)) != "Cn")
    if name in _SCRIPTS:
        from tinytf.ops.strings.unicode_scripts import RUNS

        runs = [run.split(":") for run in RUNS.split()] + [[f"{sys.maxunicode + 1:x}", ""]]
        wanted = f"{_SCRIPTS[name]:x}"
        return [(int(a, 16), int(b, 16) - 1) for (a, script), (b, _) in zip(runs, runs[1:]) if script == wanted]
    return None


def _written(runs) -> str:
    """Runs of code points as the inside of a character class."""
    return "".join(f"\\U{first:08x}" if first == last else f"\\U{first:08x}-\\U{last:08x}" for first, last in runs)


def _complement(runs) -> list:
    result, start = [], 0
    for first, last in sorted([*runs, (0xD800, 0xDFFF)]):
        if start < first:
            result.append((start, first - 1))
        start = max(start, last + 1)
    return result + ([(start, sys.maxunicode)] if start <= sys.maxunicode else [])


class _Translator:
    """One pass over a pattern; `out` is the same in Python's syntax."""

    def __init__(self, pattern: str):
        self.pattern, self.at, self.out = pattern, 0, []
        self.flags = {"s": False, "m": False, "U": False}
        self.groups: list = []  # of each open group: (flags outside of it, how many groups end with it)
        self.extra = 0  # groups opened for flags that end with the group around them

    def take(self) -> str:
        c = self.pattern[self.at]
        self.at += 1
        return c

    def peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def translate(self) -> str:
        repeatable = False  # whether there is something to repeat before this place
        while self.at < len(self.pattern):
            start = self.at
            c = self.take()
            if c in "*+?" or c == "{" and _REPEAT.match(self.pattern, start):
                self.repetition(start, c, repeatable)
                repeatable = False
                continue
            repeatable = True
            if c == "\\":
                repeatable = self.escape(start)
            elif c == "[":
                self.out.append(self.character_class(start))
            elif c == "(":
                repeatable = self.open_group(start)
            elif c == ")":
                if not self.groups:
                    raise SyntaxNotOfRE2(f"missing ): {self.pattern}")
                self.close_group()
            elif c == "|":
                repeatable = False
                self.out.append(c)
            elif c == "$":
                self.out.append("(?=\\n|\\Z)" if self.flags["m"] else "\\Z")
            elif c == ".":
                self.out.append(f"[^{_NO_TEXT}]" if self.flags["s"] else f"[^\\n{_NO_TEXT}]")
            elif c == "^":
                self.out.append("(?m:^)" if self.flags["m"] else "\\A")
            else:
                self.out.append(re.escape(c))
        if self.groups:
            raise SyntaxNotOfRE2(f"missing ): {self.pattern}")
        return "".join(self.out) + ")" * self.extra

    # ---- repetition

    def repetition(self, start, c, repeatable) -> None:
        count = _REPEAT.match(self.pattern, start) if c == "{" else None
        operator = count.group() if count else c
        self.at = start + len(operator)
        if not repeatable:
            before = re.search(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??$", self.pattern[:start])
            if before:
                raise SyntaxNotOfRE2(f"bad repetition operator: {before.group()}{operator}")
            raise SyntaxNotOfRE2(f"no argument for repetition operator: {operator}")
        if count:
            low, high = int(count.group(1)), count.group(3)
            if max(low, int(high or 0)) > _MOST or high and int(high) < low:
                raise SyntaxNotOfRE2(f"invalid repetition size: {operator}")
        lazy = self.peek("?")
        if lazy:
            self.at += 1
        if lazy != self.flags["U"]:
            operator += "?"
        self.out.append(operator)

    # ---- groups and flags

    def open_group(self, start) -> bool:
        """Opens a group, or sets flags; whether what stands there can be repeated."""
        if not self.peek("?"):
            self.groups.append((dict(self.flags), self.extra))
            self.extra = 0
            self.out.append("(")
            return False
        named = re.compile(r"\?P<([^>]*)(>?)").match(self.pattern, self.at)
        if named:
            name = named.group(1)
            if not named.group(2) or not re.fullmatch(r"\w+", name, re.A):
                shown = self.pattern[start:] if not named.group(2) else self.pattern[start : named.end()]
                raise SyntaxNotOfRE2(f"invalid named capture group: {shown}")
            self.at = named.end()
            self.groups.append((dict(self.flags), self.extra))
            self.extra = 0
            self.out.append("(")
            return False
        end = re.compile(r"\?([imsU]*)(-[imsU]+)?([:)])").match(self.pattern, self.at)
        if end is None:
            if self.at + 1 >= len(self.pattern):
                raise SyntaxNotOfRE2(f"missing ): {self.pattern}")
            wrong = re.compile(r"\?[imsU-]*.?", re.S).match(self.pattern, self.at).group()
            raise SyntaxNotOfRE2(f"invalid perl operator: ({wrong}")
        self.at = end.end()
        outside = dict(self.flags)
        on, off = end.group(1), (end.group(2) or "-")[1:]
        for flag in self.flags:
            self.flags[flag] = (self.flags[flag] or flag in on) and flag not in off
        # Case is the one flag that is left to Python.
        case = "(?i:" if "i" in on else "(?-i:" if "i" in off else "(?:"
        if end.group(3) == ":":
            self.groups.append((outside, self.extra))
            self.extra = 0
            self.out.append(case)
        elif case != "(?:":
            self.out.append(case)
            self.extra += 1
        return False

    def close_group(self) -> None:
        self.out.append(")" * (self.extra + 1))
        self.flags, self.extra = self.groups.pop()

    # ---- escapes

    def escape(self, start) -> bool:
        """What stands behind a backslash, outside of a class; whether it can be repeated."""
        if self.at >= len(self.pattern):
            raise SyntaxNotOfRE2("trailing \\")
        c = self.pattern[self.at]
        if c == "Q":
            end = self.pattern.find("\\E", self.at)
            literal = self.pattern[self.at + 1 : end if end >= 0 else None]
            self.out.extend(map(re.escape, literal))
            self.at = len(self.pattern) if end < 0 else end + 2
            return bool(literal)
        simple = {"z": "\\Z", "A": "\\A", "b": "\\b", "B": "\\B", "C": "(?s:.)"}.get(c)
        if simple is not None:
            self.at += 1
            self.out.append(simple)
            return True
        if c in "dswDSW":
            self.at += 1
            self.out.append(f"[^{_PERL[c.lower()]}{_NO_TEXT}]" if c.isupper() else f"[{_PERL[c]}]")
            return True
        if c in "pP":
            self.out.append(f"[{_written(self.property(start))}]")
            return True
        self.out.append(re.escape(chr(self.character(start))))
        return True

    def property(self, start) -> list:
        """The code points of `\\pN`, `\\p{Name}`, `\\P{Name}` or `\\p{^Name}`."""
        negative = self.take() == "P"
        if self.peek("{"):
            end = self.pattern.find("}", self.at)
            name = self.pattern[self.at + 1 : end]
            self.at = end + 1 if end >= 0 else len(self.pattern)
        else:
            name = self.pattern[self.at : self.at + 1]
            self.at += 1
        if name.startswith("^"):
            negative, name = not negative, name[1:]
        runs = _unicode_class(name)
        if runs is None:
            raise SyntaxNotOfRE2(f"invalid character class range: {self.pattern[start : self.at]}")
        return _complement(runs) if negative else runs

    def character(self, start) -> int:
        """The code point that an escape stands for."""
        c = self.take()
        if c in "afnrtv":
            return ord("\a\f\n\r\t\v"["afnrtv".index(c)])
        octal = re.compile("0[0-7]{0,2}|[1-7][0-7]{1,2}").match(self.pattern, self.at - 1)
        if octal and (c == "0" or len(octal.group()) > 1):
            self.at = octal.end()
            return int(octal.group(), 8)
        if c == "x":
            hexadecimal = re.compile(r"([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\}").match(self.pattern, self.at)
            if hexadecimal and int(hexadecimal.group(1) or hexadecimal.group(2), 16) <= sys.maxunicode:
                self.at = hexadecimal.end()
                return int(hexadecimal.group(1) or hexadecimal.group(2), 16)
            raise SyntaxNotOfRE2(f"invalid escape sequence: {self.pattern[start : self.at + 2]}")
        if c.isalnum() or ord(c) >= 0x80:
            raise SyntaxNotOfRE2(f"invalid escape sequence: {self.pattern[start : self.at]}")
        return ord(c)

    # ---- classes

    def character_class(self, start) -> str:
        missing = SyntaxNotOfRE2(f"missing ]: {self.pattern[start:]}")
        negative = self.peek("^")
        if negative:
            self.at += 1
        parts, first = [], True
        while True:
            if self.at >= len(self.pattern):
                raise missing
            if self.peek("]") and not first:
                self.at += 1
                break
            first = False
            part = self.class_of_several(missing)
            if part is None:
                part = self.class_range(missing)
            parts.append(part)
        return f"[^{''.join(parts)}{_NO_TEXT}]" if negative else f"[{''.join(parts)}]"

    def class_of_several(self, missing):
        """`[:alpha:]`, `\\d` or `\\pL` inside of a class; None where a single character stands."""
        posix = re.compile(r"\[:(\^?)([^\]:]*):\]").match(self.pattern, self.at)
        if posix:
            if posix.group(2) not in _POSIX:
                raise SyntaxNotOfRE2(f"invalid character class range: {posix.group()}")
            self.at = posix.end()
            inside = _POSIX[posix.group(2)]
            return self.negated(inside) if posix.group(1) else inside
        escaped = self.pattern[self.at : self.at + 2]
        if len(escaped) == 2 and escaped[0] == "\\" and escaped[1] in "dswDSW":
            self.at += 2
            inside = _PERL[escaped[1].lower()]
            return self.negated(inside) if escaped[1].isupper() else inside
        if len(escaped) == 2 and escaped[0] == "\\" and escaped[1] in "pP":
            start, self.at = self.at, self.at + 1
            return _written(self.property(start))
        return None

    @staticmethod
    def negated(inside: str) -> str:
        """The ASCII class `inside` turned round."""
        is_in = re.compile(f"[{inside}]")
        return _written(_complement(_ranges(c for c in range(128) if is_in.match(chr(c)))))

    def class_range(self, missing) -> str:
        start = self.at
        low = high = self.class_character(missing)
        if self.peek("-") and not self.peek("-]"):
            self.at += 1
            high = self.class_character(missing)
            if high < low:
                raise SyntaxNotOfRE2(f"invalid character class range: {self.pattern[start : self.at]}")
        return _written([(low, high)])

    def class_character(self, missing) -> int:
        if self.at >= len(self.pattern):
            raise missing
        start = self.at
        c = self.take()
        if c != "\\":
            return ord(c)
        if self.at >= len(self.pattern):
            raise SyntaxNotOfRE2("trailing \\")
        return self.character(start)


def translate(pattern: str) -> str:
    """`pattern`, in RE2's syntax, as a pattern of `re`; SyntaxNotOfRE2, in RE2's words, where it is none."""
    return _Translator(pattern).translate()
