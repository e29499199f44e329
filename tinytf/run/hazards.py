"""Variables are updated in place: whoever must still see the old value gets a copy of it."""

from __future__ import annotations

from tinytf.run import select
from tinytf.run.program import Instruction, Program, with_bases

# What these are given they hold on to, behind a handle: it must not change until the step is over.
KEEPS_INPUTS = frozenset(
    """StackPush StackPushV2 TensorArrayWriteV3 TensorArrayScatterV3 TensorArraySplitV3 TensorArrayWriteV2 TensorArrayScatterV2
    TensorArraySplitV2 TensorArrayWrite TensorArrayScatter TensorArraySplit TensorArrayUnpack QueueEnqueue QueueEnqueueV2 QueueEnqueueMany
    QueueEnqueueManyV2""".split()
)
READS = frozenset(["ReadVariableOp", "VarIsInitializedOp", "IsVariableInitialized", "VariableShape"])  # of what is known of a variable
_ELEMENTWISE_WRITES = frozenset(["Assign", "AssignAdd", "AssignSub", "AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp"])


def protect_from_writes(program: Program, needed: set, fed: set) -> None:
    """Copies a variable's value at its read where a later write, in place, would change it before its last use.

    A reference's value is its memory, as in TensorFlow: what is ordered after the write, and what is fetched,
    sees the new value (`with control_dependencies([train]): average.apply(…)` averages the trained weights).
    Only what the graph does not order gets the old one.  A resource's value is always that of its read.
    """
    events: list = []
    _linear(program.instructions, events, in_loop=False)
    _copy_results_of_functions(program, events)
    writes: dict = {}
    for position, instruction, in_loop in events:
        for root in variables_written(instruction):
            writes.setdefault(root, []).append((position, in_loop, instruction))
    if not writes:
        return
    uses: dict = {}
    for position, instruction, _ in events:
        for v in with_bases(instruction.inputs):
            uses.setdefault(v.number, []).append((position, instruction))
    end = len(events)
    for v in with_bases(program.fetches):
        uses.setdefault(v.number, []).append((end, None))
    conflicts = []
    for position, instruction, in_loop in events:
        reads = instruction.kind == "read" or (instruction.kind == "call" and instruction.op.type == "ReadVariableOp")
        if not reads:
            continue
        value = instruction.outputs[0]
        for root in value.roots:
            for written, write_in_loop, writer in writes.get(root, ()):
                if in_loop and write_in_loop:
                    instruction.extra = "copy"
                elif position < written:
                    own = writer.op.type in _ELEMENTWISE_WRITES
                    late = [by for at, by in uses.get(value.number, ()) if at > written or at == written and not own]
                    if late and instruction.kind != "read":
                        instruction.extra = "copy"
                    elif late:
                        conflicts.append((instruction, writer.op, [by.op for by in late if by is not None]))
    after = _ordered_after({writer for _, writer, _ in conflicts}, needed, fed)
    for instruction, writer, late in conflicts:
        if not all(after.get(op, 0) & after[writer] for op in late):
            instruction.extra = "copy"


def _copy_results_of_functions(program, events) -> None:
    """What a function returns of a variable that it was given is a copy: whoever called it may write to the variable before using it."""
    given = frozenset().union(*[v.roots for v in program.feeds])
    if not given:
        return
    returned = {v.number for v in with_bases(program.fetches)}
    for _, instruction, _ in events:
        if instruction.kind == "call" and instruction.op.type == "ReadVariableOp":
            value = instruction.outputs[0]
            if value.number in returned and value.roots & given:
                instruction.extra = "copy"


def _ordered_after(writers, needed: set, fed: set) -> dict:
    """{operation: a bit for each of the writers that it waits for}; a writer has its own bit set."""
    if not writers:
        return {}
    bits = {op: 1 << i for i, op in enumerate(writers)}
    for op in sorted(needed, key=lambda op: op._id):
        mask = bits.get(op, 0)
        for source in select.dependencies(op, needed, fed):
            mask |= bits.get(source, 0)
        if mask:
            bits[op] = mask
    own = {op: 1 << i for i, op in enumerate(writers)}
    return {op: (own[op] if op in own else mask) for op, mask in bits.items()}


def _linear(instructions, events, in_loop) -> None:
    for instruction in instructions:
        if instruction.kind == "loop":
            for section in ("test", "body", "after"):
                _linear(instruction.extra[section], events, True)
            # What goes round the loop is used at its end.
            events.append((len(events), Instruction("move", instruction.op, tuple(instruction.extra["ends"]) + instruction.inputs), True))
        else:
            events.append((len(events), instruction, in_loop))


def variables_written(instruction):
    """The variables that an instruction writes to."""
    if instruction.kind == "loop":
        for section in ("test", "body", "after"):
            for inner in instruction.extra[section]:
                yield from variables_written(inner)
    op = instruction.op
    if instruction.kind != "call" or op.type in READS:
        return
    for t, v in zip(op._inputs, instruction.inputs):
        if v.roots and (v.is_ref or t.dtype.base_dtype.name == "resource"):
            yield from v.roots


def earliest(instructions: list, at: int) -> int:
    """How far up the instruction at `at` may go: behind what makes its inputs, and what writes to variables they may share."""
    inputs = list(with_bases(instructions[at].inputs))
    needed = {v.number for v in inputs}
    roots = frozenset().union(*[v.roots for v in inputs])
    while at:
        before = instructions[at - 1]
        if before.kind in ("loop", "merge") or any(v.number in needed for v in before.outputs) or roots and roots.intersection(variables_written(before)):
            return at
        at -= 1
    return at
