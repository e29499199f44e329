"""What a step becomes between graph and source text: instructions on values."""

from __future__ import annotations


class Value:
    """What a tensor becomes in a plan."""

    __slots__ = ("number", "const", "tensor", "is_ref", "fresh", "roots", "bases", "guard")

    def __init__(self, number, tensor, const=None, is_ref=False, fresh=False, roots=frozenset(), bases=(), guard=()):
        self.number, self.tensor, self.const, self.is_ref = number, tensor, const, is_ref
        self.fresh = fresh  # an array nobody else holds: it may be overwritten after its last use
        self.roots = roots  # the variables whose memory it may share
        self.bases = bases  # the values whose memory it may share
        self.guard = guard


def with_bases(values):
    """The values and all whose memory they may share."""
    stack, seen = list(values), set()
    while stack:
        value = stack.pop()
        if value.number not in seen:
            seen.add(value.number)
            yield value
            stack.extend(value.bases)


class Instruction:
    """One step of a plan.

    kind: 'call' (a kernel), 'begin' and 'join' (a kernel that runs beside what lies between them), 'accumulate' and 'total' (a
    product begun that adds itself to the one before it, and waiting for it), 'pieces' (a product that is made while it is used), 'read' (a
    variable's value), 'merge', 'loop', 'move' (loop variables).
    """

    __slots__ = ("kind", "op", "inputs", "outputs", "guard", "kernel", "extra")

    def __init__(self, kind, op, inputs=(), outputs=(), guard=(), kernel=None, extra=None):
        self.kind, self.op, self.inputs, self.outputs = kind, op, inputs, outputs
        self.guard, self.kernel, self.extra = guard, kernel, extra


def values_read(instruction):
    """All values that an instruction reads, its guard and what is inside of a loop included."""
    yield from instruction.inputs
    yield from (v for v, _ in instruction.guard)
    if instruction.kind == "merge":
        yield from (v for tail in instruction.extra["tails"] for v, _ in tail)
    elif instruction.kind == "loop":
        yield from instruction.extra["ends"]
        yield instruction.extra["cond"]
        for section in ("test", "body", "after"):
            for inner in instruction.extra[section]:
                yield from values_read(inner)


class Program:
    """What lowering gives: instructions, the fetched values, and what was saved (for `explain`)."""

    def __init__(self):
        self.instructions: list = []
        self.feeds: list = []
        self.fetches: list = []
        self.fetch_guards: list = []
        self.values: list = []
        self.folded: list = []
        self.removed: list = []
