"""Products of matrices that nobody waits for run beside what follows, on another core.

Walking back through a layer, a step makes two products: the gradient to the layer's input, which the next layer down
waits for, and the gradient to its weights, which only the optimizer needs.  So the second is *begun* as
soon as its inputs are there, and *joined* just before its first use:

    v94 = beside(k2, v87, v93)      # begun: another thread may do it
    v95 = k3(v93, v43)              # meanwhile, here
    …
    v94 = v94.result()              # joined: if no thread has begun it, it is done here
"""

from __future__ import annotations

import numpy as np

from tinytf.ops import parallel
from tinytf.run.hazards import variables_written
from tinytf.run.program import Instruction, Program, values_read, with_bases

LEAST = 1_500_000  # multiplications, some 30 us: less is not worth the handing over
_MOST_AT_ONCE = 2  # begun and not joined; what they read cannot be let go of
_PRODUCTS = frozenset(["MatMul", "BatchMatMulV2"])
_DIVIDED = frozenset(["Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter"])  # they keep all cores busy by themselves


def run_products_beside(program: Program) -> None:
    """Makes 'begin' and 'join' instructions of the products that other large work does not wait for."""
    if parallel.helpers():
        _overlap(program.instructions)


def _overlap(instructions: list) -> None:
    for i in instructions:
        if i.kind == "loop":
            for section in ("body", "after"):
                _overlap(i.extra[section])
    costs = [multiplications(i) for i in instructions]
    if sum(cost >= LEAST for cost in costs) < 2:
        return
    makers: dict = {}  # a value's number: where it is made
    users: dict = {}  # a value's number: where it is first used
    for at, i in enumerate(instructions):
        for v in i.outputs:
            makers[v.number] = at
        for v in values_read(i):
            users.setdefault(v.number, at)
    candidates = []  # (position, first position to begin at, position of the first use)
    for at, i in enumerate(instructions):
        if costs[at] >= LEAST and i.op.type in _PRODUCTS and not i.guard:
            first = max((makers.get(v.number, -1) + 1 for v in with_bases(i.inputs)), default=0)
            last = users.get(i.outputs[0].number, len(instructions))
            roots = frozenset().union(*[v.roots for v in i.inputs])
            if not any(roots.intersection(variables_written(between)) for between in instructions[first:last]):
                candidates.append((at, first, last))
    begins: dict = {}  # position: [(product, position of its first use)]
    chosen: set = set()
    for at, first, last in sorted(candidates, key=lambda c: c[1] - c[2]):  # those that can wait longest
        if any(costs[k] >= LEAST and k != at and k not in chosen for k in range(first, last)):
            chosen.add(at)
            begins.setdefault(first, []).append((instructions[at], last))
    if chosen:
        instructions[:] = _rewritten(instructions, begins, chosen)


def _rewritten(instructions, begins, chosen) -> list:
    out: list = []
    open_: list = []  # (product, position of its first use), the oldest first

    def join(which):
        for entry in which:
            open_.remove(entry)
            product = entry[0]
            out.append(Instruction("join", product.op, product.inputs, product.outputs))

    for at, instruction in enumerate(instructions):
        join([entry for entry in open_ if entry[1] <= at])
        for entry in begins.get(at, ()):
            join(open_[: len(open_) + 1 - _MOST_AT_ONCE])
            product = entry[0]
            out.append(Instruction("begin", product.op, product.inputs, product.outputs, kernel=product.kernel))
            open_.append(entry)
        if at not in chosen:
            out.append(instruction)
    join(list(open_))
    return out


def multiplications(instruction) -> int:
    """How many a product makes; 0 for all else, and where shapes are not known."""
    if instruction.kind != "call" or instruction.op.type not in _PRODUCTS | _DIVIDED:
        return 0
    op = instruction.op
    result, inputs = op.outputs[0].dims, [t.dims for t in op._inputs]
    if any(dims is None or None in dims for dims in (result, *inputs)):
        return 0
    if op.type == "MatMul":
        inner = inputs[0][0 if op.attr("transpose_a") else 1]
    elif op.type == "BatchMatMulV2":
        inner = inputs[0][-2 if op.attr("adj_x") else -1]
    else:
        return LEAST
    return int(np.prod(result, dtype=np.int64)) * inner
