"""The syntax of RE2: `parse(pattern)` makes the tree of a pattern (`re2_tree`).

The syntax is about that of Python's `re`.  What differs: RE2 knows no references back and no looking around; flags such as `(?i)`
hold to the end of their group; `\\z` is the end of the text and so is `$`; `\\pL` and `\\p{Greek}` are classes of
characters, `[[:alpha:]]` of bytes; `\\Q…\\E` is literal; `x{3,}` counts to 1000, also where it is repeated itself; `\\C` is any byte.
"""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

from tinytf.ops.strings import re2_classes as classes
from tinytf.ops.strings.re2_tree import AnyByte, Characters, Choice, Condition, Group, Repeat, Sequence, children


class SyntaxNotOfRE2(ValueError):
    """What RE2 says of a pattern that it does not take."""


_MOST = 1000  # how often anything may be repeated
_SIMPLE = {
    "z": Condition("text end"), "A": Condition("text start"), "b": Condition("boundary"), "B": Condition("no boundary"), "C": AnyByte(),
}  # fmt: skip
_REPEAT = re.compile(r"\{(\d+)(,(\d*))?\}")


class _Open(NamedTuple):
    """A group that is not closed yet."""

    number: int  # 0: it has none
    flags: dict  # those outside of it
    branches: list
    parts: list  # of the branch that is read now


def _times(tree) -> int:
    """How often what is repeated in a tree may come, by counts that stand in one another."""
    most = max(map(_times, children(tree)), default=1)
    return most * ((tree.high or tree.low) or 1) if isinstance(tree, Repeat) else most


class _Parser:
    """One pass over a pattern."""

    def __init__(self, pattern: str):
        self.pattern, self.at = pattern, 0
        self.flags = {"i": False, "s": False, "m": False, "U": False}
        self.open = [_Open(0, {}, [], [])]
        self.groups = 0

    def take(self) -> str:
        c = self.pattern[self.at]
        self.at += 1
        return c

    def peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def add(self, node) -> None:
        self.open[-1].parts.append(node)

    def characters(self, runs, negative: bool = False) -> Characters:
        """A class as the flags have it: what differs by case only is in it, or not in it."""
        runs = classes.fold(runs) if self.flags["i"] else classes.union(runs)
        return Characters(classes.complement(runs) if negative else runs)

    def parse(self):
        repeated = ""  # the repetition operator directly before this place
        while self.at < len(self.pattern):
            start = self.at
            c = self.take()
            if c in "*+?" or c == "{" and _REPEAT.match(self.pattern, start):
                repeated = self.repetition(start, c, repeated)
                continue
            repeated = ""
            if c == "\\":
                self.escape(start)
            elif c == "[":
                self.add(self.character_class(start))
            elif c == "(":
                self.open_group(start)
            elif c == ")":
                if len(self.open) == 1:
                    raise SyntaxNotOfRE2(f"missing ): {self.pattern}")
                self.close_group()
            elif c == "|":
                self.end_branch()
            elif c == "$":
                self.add(Condition("line end" if self.flags["m"] else "text end"))
            elif c == ".":
                self.add(Characters(classes.ANY if self.flags["s"] else classes.complement([(10, 10)])))
            elif c == "^":
                self.add(Condition("line start" if self.flags["m"] else "text start"))
            else:
                self.add(self.characters([(ord(c), ord(c))]))
        if len(self.open) > 1:
            raise SyntaxNotOfRE2(f"missing ): {self.pattern}")
        return self.closed()

    # ---- repetition

    def repetition(self, start, c, before: str) -> str:
        """Repeats what stands before this place; the operator that says so is returned."""
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(c, (0, None))
        count = _REPEAT.match(self.pattern, start) if c == "{" else None
        if count:
            self.at = count.end()
            low = int(count.group(1))
            high = low if count.group(2) is None else int(count.group(3)) if count.group(3) else None
        lazy = self.peek("?")
        self.at += lazy
        operator = self.pattern[start : self.at]
        if before:
            raise SyntaxNotOfRE2(f"bad repetition operator: {before}{operator}")
        if max(low, high or 0) > _MOST or high is not None and high < low:
            raise SyntaxNotOfRE2(f"invalid repetition size: {operator}")
        if not self.open[-1].parts:
            raise SyntaxNotOfRE2(f"no argument for repetition operator: {operator}")
        repeated = Repeat(self.open[-1].parts.pop(), low, high, lazy != self.flags["U"])
        if max(low, high or 0) >= 2 and _times(repeated) > _MOST:
            raise SyntaxNotOfRE2(f"invalid repetition size: {operator}")
        self.add(repeated)
        return operator

    # ---- groups and flags

    def open_group(self, start) -> None:
        """Opens a group, or sets flags."""
        if not self.peek("?"):
            self.begin_group(named=True)
            return
        named = re.compile(r"\?P<([^>]*)(>?)").match(self.pattern, self.at)
        if named:
            name = named.group(1)
            if not named.group(2) or not re.fullmatch(r"\w+", name, re.A):
                shown = self.pattern[start:] if not named.group(2) else self.pattern[start : named.end()]
                raise SyntaxNotOfRE2(f"invalid named capture group: {shown}")
            self.at = named.end()
            self.begin_group(named=True)
            return
        end = re.compile(r"\?([imsU]*)(-[imsU]+)?([:)])").match(self.pattern, self.at)
        if end is None:
            wrong = re.compile(r"\?[imsU-]*.?", re.S).match(self.pattern, self.at).group()
            raise SyntaxNotOfRE2(f"invalid perl operator: ({wrong}")
        self.at = end.end()
        if end.group(3) == ":":
            self.begin_group(named=False)
        on, off = end.group(1), end.group(2) or ""
        for flag in self.flags:
            self.flags[flag] = (self.flags[flag] or flag in on) and flag not in off

    def begin_group(self, named: bool) -> None:
        self.groups += named
        self.open.append(_Open(self.groups if named else 0, dict(self.flags), [], []))

    def end_branch(self) -> None:
        group = self.open[-1]
        parts = group.parts
        group.branches.append(parts[0] if len(parts) == 1 else Sequence(tuple(parts)))
        parts.clear()

    def closed(self):
        """What the innermost open group holds."""
        self.end_branch()
        branches = self.open.pop().branches
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def close_group(self) -> None:
        number, self.flags, *_ = self.open[-1]
        body = self.closed()
        self.add(Group(number, body) if number else body)

    # ---- escapes

    def escape(self, start) -> None:
        """What stands behind a backslash, outside of a class."""
        if self.at >= len(self.pattern):
            raise SyntaxNotOfRE2("trailing \\")
        c = self.pattern[self.at]
        if c == "Q":
            end = self.pattern.find("\\E", self.at)
            literal = self.pattern[self.at + 1 : end if end >= 0 else None]
            for character in literal:
                self.add(self.characters([(ord(character), ord(character))]))
            self.at = len(self.pattern) if end < 0 else end + 2
            return
        simple = _SIMPLE.get(c)
        if simple is not None:
            self.at += 1
            self.add(simple)
        elif c in "dswDSW":
            self.at += 1
            self.add(self.characters(classes.PERL[c.lower()], c.isupper()))
        elif c in "pP":
            self.add(self.property(start))
        else:
            code = self.character(start)
            self.add(self.characters([(code, code)]))

    def property(self, start) -> Characters:
        """The class of `\\pN`, `\\p{Name}`, `\\P{Name}` or `\\p{^Name}`."""
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
        runs = classes.unicode_class(name)
        if runs is None:
            raise SyntaxNotOfRE2(f"invalid character class range: {self.pattern[start : self.at]}")
        return self.characters(runs, negative)

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
            wrong = re.compile(r"\{0*(10?[0-9A-Fa-f]{0,4}|[0-9A-Fa-f]{0,5})[^}]?|.?.?", re.S).match(self.pattern, self.at)
            raise SyntaxNotOfRE2(f"invalid escape sequence: {self.pattern[start : wrong.end()]}")
        if c.isalnum() or ord(c) >= 0x80:
            raise SyntaxNotOfRE2(f"invalid escape sequence: {self.pattern[start : self.at]}")
        return ord(c)

    # ---- classes

    def character_class(self, start) -> Characters:
        missing = SyntaxNotOfRE2(f"missing ]: {self.pattern[start:]}")
        negative = self.peek("^")
        self.at += negative
        runs: list = []
        first = True
        while first or not self.peek("]"):
            if self.at >= len(self.pattern):
                raise missing
            first = False
            several = self.class_of_several()
            runs += (several or self.characters([self.class_range(missing)])).runs
        self.at += 1
        return Characters(classes.complement(runs) if negative else classes.union(runs))

    def class_of_several(self):
        """`[:alpha:]`, `\\d` or `\\pL` inside of a class; None where a single character stands."""
        posix = re.compile(r"\[:(\^?)([^\]:]*):\]").match(self.pattern, self.at)
        if posix:
            if posix.group(2) not in classes.POSIX:
                raise SyntaxNotOfRE2(f"invalid character class range: {posix.group()}")
            self.at = posix.end()
            return self.characters(classes.POSIX[posix.group(2)], bool(posix.group(1)))
        escaped = self.pattern[self.at : self.at + 2]
        if len(escaped) == 2 and escaped[0] == "\\" and escaped[1] in "dswDSW":
            self.at += 2
            return self.characters(classes.PERL[escaped[1].lower()], escaped[1].isupper())
        if len(escaped) == 2 and escaped[0] == "\\" and escaped[1] in "pP":
            start, self.at = self.at, self.at + 1
            return self.property(start)
        return None

    def class_range(self, missing) -> tuple:
        start = self.at
        low = high = self.class_character(missing)
        if self.peek("-") and not self.peek("-]"):
            self.at += 1
            high = self.class_character(missing)
            if high < low:
                raise SyntaxNotOfRE2(f"invalid character class range: {self.pattern[start : self.at]}")
        return low, high

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


def parse(pattern: str):
    """The tree of a pattern, and how many groups it has; SyntaxNotOfRE2, in RE2's words, where it is none."""
    parser = _Parser(pattern)
    return parser.parse(), parser.groups
