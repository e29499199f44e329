"""RE2's patterns run by Python's `re`: fast, as long as it cannot go astray.

`re` tries one way through a pattern after the other.  How many there are is known from the pattern and the length of
the text: `most_steps`.  Where that is a bearable number, `re` finds what RE2 finds.
"""

from __future__ import annotations

import math
import re

from tinytf.ops.strings.re2_tree import AnyByte, Characters, Choice, Condition, Group, Repeat, Sequence, nodes

_CONDITIONS = {
    "text start": "\\A", "text end": "\\Z", "line start": "(?m:^)", "line end": "(?=\\n|\\Z)", "boundary": "\\b",
}  # fmt: skip


def can_run(tree) -> bool:
    """Whether `re` has what is in a tree, on text that is UTF-8.

    It does not go into single bytes (between them is `\\B`, too), and repeats what may be empty in another way.
    """
    for node in nodes(tree):
        if isinstance(node, AnyByte) or node == Condition("no boundary"):
            return False
        if isinstance(node, Repeat) and node.high != 1 and may_be_empty(node.body):
            return False
    return True


def may_be_empty(tree) -> bool:
    """Whether a tree may match no byte at all."""
    if isinstance(tree, (Characters, AnyByte)):
        return False
    if isinstance(tree, Sequence):
        return all(map(may_be_empty, tree.parts))
    if isinstance(tree, Choice):
        return any(map(may_be_empty, tree.branches))
    if isinstance(tree, Repeat):
        return tree.low == 0 or may_be_empty(tree.body)
    return isinstance(tree, Condition) or may_be_empty(tree.body)


def written(tree) -> str:
    """A tree as a pattern of `re`, for text compiled with re.ASCII."""
    if isinstance(tree, Characters):
        return _class(tree.runs)
    if isinstance(tree, Condition):
        return _CONDITIONS[tree.kind]
    if isinstance(tree, Group):
        return f"({written(tree.body)})"
    if isinstance(tree, Sequence):
        return "".join(map(written, tree.parts))
    if isinstance(tree, Choice):
        return f"(?:{'|'.join(map(written, tree.branches))})"
    times = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((tree.low, tree.high))
    if times is None:
        times = f"{{{tree.low},{'' if tree.high is None else tree.high}}}"
    return f"(?:{written(tree.body)}){times}{'?' if tree.lazy else ''}"


def _class(runs) -> str:
    if len(runs) == 1 and runs[0][0] == runs[0][1]:
        return re.escape(chr(runs[0][0]))
    if not runs:
        return "(?!)"
    return "[" + "".join(f"\\U{first:08x}" if first == last else f"\\U{first:08x}-\\U{last:08x}" for first, last in runs) + "]"


def most_steps(tree, length: int, search: bool) -> float:
    """An upper bound of what `re` does to match a text of this length as a whole, or to search in it."""
    return _ways(tree, length, search) * _size(tree) * (length + 1 if search else 1)


def _ways(tree, length: int, last: bool) -> float:
    """How many ways there are through a tree; `last` where nothing behind it can fail, so that the first way will do."""
    if isinstance(tree, Group):
        return _ways(tree.body, length, last)
    if isinstance(tree, Sequence):
        ways = 1.0
        for i, part in enumerate(tree.parts):
            ways *= _ways(part, length, last and i == len(tree.parts) - 1)
        return ways
    if isinstance(tree, Choice):
        return sum(_ways(branch, length, last) for branch in tree.branches)
    if isinstance(tree, Repeat):
        most = length if tree.high is None else min(tree.high, length)
        ways = _ways(tree.body, length, False)
        if ways > 1:
            return _power(ways, max(most, tree.low)) * 2
        return 1.0 if last else max(most - tree.low, 0) + 1.0
    return 1.0


def _power(base: float, exponent: int) -> float:
    try:
        return base**exponent
    except OverflowError:
        return math.inf


def _size(tree) -> int:
    """How many characters a tree looks at on one way, but for what it repeats without end."""
    if isinstance(tree, Repeat):
        return _size(tree.body) * max(tree.low, 1)
    if isinstance(tree, Sequence):
        return max(1, sum(map(_size, tree.parts)))
    if isinstance(tree, Choice):
        return max(map(_size, tree.branches))
    return _size(tree.body) if isinstance(tree, Group) else 1
