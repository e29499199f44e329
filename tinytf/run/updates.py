"""An optimizer's update takes the product that is its gradient piece by piece, while another thread makes it.

TensorFlow's graph has all updates at its end.  But once the walk back has gone through a layer, nobody needs the layer's
weights as they were, and its update may run while the gradients to other weights are made.  So where a
large product is nothing but the gradient of an update, it is begun as soon as it can be, to be made by rows on another thread
(`ops/math/pipeline.py`), and the update stands behind the beginning of the next such product:

    v95 = in_pieces(k14, v8, v88)        # begins the product
    v94 = k13(v88, v10)                  # the last use of the weights c9
    …
    v103 = in_pieces(k17, v0, v96)       # begins the next one
    v126 = k15(c9, c112, c113, …, v95)   # updates the weights c9 with the first
"""

from __future__ import annotations

import numpy as np

from tinytf.ops import parallel
from tinytf.run.hazards import READS, earliest, variables_written
from tinytf.run.program import Program, values_read, with_bases

LEAST = 1_500_000  # multiplications, some 30 us: less is not worth the handing over
SMALLEST, LARGEST = 65_536, 500_000  # numbers: less is one piece or two, and the update of more is divided among threads itself
FEWEST_SLOTS = 2  # Adam has them; simpler rules are done in less time than pieces cost


def update_by_pieces(program: Program, multiplications) -> None:
    """Begins large products that are gradients of updates, and moves the updates to where they are made meanwhile.

    `multiplications(instruction)`: how many a product makes.
    """
    instructions = program.instructions
    kept = {v.number for v in with_bases(program.fetches)} | {v.number for guard in program.fetch_guards for v, _ in guard}
    users: dict = {}
    makers: dict = {}
    for i in instructions:
        for v in {v.number: v for v in with_bases(values_read(i))}:
            users.setdefault(v, []).append(i)
        for v in i.outputs:
            makers[v.number] = i
    pairs = []
    for update in instructions:
        if not is_update(update) or update.guard or any(v.number in users or v.number in kept for v in update.outputs):
            continue
        gradient = update.inputs[update.kernel.gradient_at]
        product = makers.get(gradient.number)
        if (
            product is not None
            and hasattr(product.kernel, "in_pieces")
            and not product.guard
            and gradient.tensor.dtype.name in ("float32", "float64")
            and multiplications(product) >= LEAST
            and SMALLEST <= np.prod(gradient.tensor.dims, dtype=np.int64) < LARGEST
            and len(set(variables_written(update))) > FEWEST_SLOTS
            and users[gradient.number] == [update]
            and gradient.number not in kept
        ):
            pairs.append((product, update))
    places = {id(i): at for at, i in enumerate(instructions)}
    pairs.sort(key=lambda pair: places[id(pair[0])])
    known: dict = {}
    for (product, update), (next_product, _) in zip(pairs, [*pairs[1:], (None, None)]):
        _begin(instructions, product, update)
        known.pop(id(update), None)
        _move(instructions, update, next_product, known)
    if parallel.helpers() == 1:
        for product, update in (pair for pair in pairs if pair[0].kind == "pieces"):
            _do_not_divide(instructions[instructions.index(product) + 1 : instructions.index(update)])


def is_update(instruction) -> bool:
    """Whether it is one of the optimizers' fused ops."""
    return instruction.kind == "call" and getattr(instruction.kernel, "gradient_at", None) is not None


def _begin(instructions, product, update) -> None:
    """Makes a product one that is begun as soon as it can be, unless what it multiplies is overwritten before its update, or by it."""
    factors = _roots(product.inputs)
    made, used = instructions.index(product), instructions.index(update)
    if factors and any(factors.intersection(variables_written(i)) for i in instructions[made : used + 1]):
        return
    instructions.insert(earliest(instructions, made), instructions.pop(made))
    product.kind = "pieces"
    # What it multiplies is read until the update is made.
    product.outputs[0].bases, product.outputs[0].roots = tuple(product.inputs), frozenset(factors)


def _do_not_divide(instructions) -> None:
    """Has products made whole while the only other thread makes pieces: it would come too late for its half."""
    for i in instructions:
        if i.kind == "call":
            i.kernel = getattr(i.kernel, "on_one_core", i.kernel)


def _move(instructions, update, next_product, known: dict) -> None:
    """Puts an update, with the reads of variables that it needs, right behind the next product; that of the last one behind other updates."""
    at = instructions.index(update)
    written, read = set(variables_written(update)), _roots(update.inputs)
    if next_product is None:
        position = at + 1
        while position < len(instructions) and is_update(instructions[position]) and not _keeps_apart(instructions[position], written, read, known):
            position += 1
        instructions.insert(position, update)
        del instructions[at]
        return
    begun = instructions.index(next_product)
    needed = {v.number for v in with_bases(update.inputs)}
    moved = [update]
    behind = at
    for position in range(at - 1, begun, -1):
        i = instructions[position]
        if i.kind == "read" and i.extra is None and any(v.number in needed for v in i.outputs):
            moved.append(i)
        elif _keeps_apart(i, written, read, known) or any(v.number in needed for v in i.outputs):
            break
        behind = position
    between = [i for i in instructions[behind:at] if i not in moved]
    instructions[behind : at + 1] = [*reversed(moved), *between]


def _keeps_apart(instruction, written: set, read: set, known: dict) -> bool:
    """Whether an update that writes and reads such variables has to stay on its side of an instruction.

    `known`: what was found out about instructions, by id.
    """
    facts = known.get(id(instruction))
    if facts is None:
        touched = _roots([*values_read(instruction), *instruction.outputs])
        # When a step fails the user may see which updates were made: those that came first, and no others.
        stateful = instruction.op.entry is not None and instruction.op.entry.op_def.is_stateful
        wall = instruction.kind == "loop" or (stateful and instruction.op.type not in READS and not is_update(instruction))
        facts = known[id(instruction)] = touched, set(variables_written(instruction)) if touched else set(), wall
    touched, overwritten, wall = facts
    return wall or not touched.isdisjoint(written) or not overwritten.isdisjoint(read)


def _roots(values) -> set:
    """The variables whose memory the values may share."""
    roots: set = set()
    for v in values:
        for shared in with_bases([v]) if v.bases else (v,):
            if shared.roots:
                roots |= shared.roots
    return roots
