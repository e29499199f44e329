"""`distutils.version`: version numbers that compare part by part.  Follows the module of Python 3.11."""

from __future__ import annotations

import functools
import re


@functools.total_ordering
class LooseVersion:
    """A version of any form: `1.15.0-rc1` has the parts 1, 15, 0, '-rc', 1."""

    def __init__(self, vstring: str = ""):
        self.vstring = vstring
        self.version = [int(part) if part.isdigit() else part for part in re.split(r"(\d+|[a-z]+|\.)", vstring) if part and part != "."]

    def __str__(self) -> str:
        return self.vstring

    def __repr__(self) -> str:
        return f"{type(self).__name__} ('{self}')"

    def _parts_of(self, other):
        return (other if isinstance(other, LooseVersion) else type(self)(other)).version

    def __eq__(self, other):
        return self.version == self._parts_of(other)

    def __lt__(self, other):
        return self.version < self._parts_of(other)


class StrictVersion(LooseVersion):
    """`1.2`, `1.2.3`, with `a1` or `b1` at the end for what comes before it; ValueError for any other form."""

    def __init__(self, vstring: str = ""):
        super().__init__(vstring)
        if vstring:
            found = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?", vstring)
            if not found:
                raise ValueError(f"invalid version number '{vstring}'")
            major, minor, patch, kind, number = found.groups()
            self.version = [int(major), int(minor), int(patch or 0), kind or "c", int(number or 0)]
