"""What a regular expression is, once it is read: a tree of these."""

from __future__ import annotations

from typing import NamedTuple, Optional


class Characters(NamedTuple):
    """One character, of the code points in `runs`: (first, last), ascending, apart from each other."""

    runs: tuple


class AnyByte(NamedTuple):
    """`\\C`: one byte, be it a part of a character or none."""


class Condition(NamedTuple):
    """A place in the text, of no length: "text start", "text end", "line start", "line end", "boundary" or "no boundary"."""

    kind: str


class Group(NamedTuple):
    """What a rewrite text calls `\\number`."""

    number: int
    body: tuple


class Sequence(NamedTuple):
    parts: tuple


class Choice(NamedTuple):
    """The first of the branches is preferred."""

    branches: tuple


class Repeat(NamedTuple):
    """`body`, `low` to `high` times; as few as possible where it is lazy.  No `high`: without end."""

    body: tuple
    low: int
    high: Optional[int]
    lazy: bool


def children(node) -> tuple:
    """The nodes directly in a node."""
    if isinstance(node, Sequence):
        return node.parts
    if isinstance(node, Choice):
        return node.branches
    return (node.body,) if isinstance(node, (Group, Repeat)) else ()


def nodes(tree):
    """Every node of a tree."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))
