"""What nobody uses is not computed."""

from __future__ import annotations

from tinytf.run.program import Program, with_bases

_CHECKS = frozenset(["CheckNumerics", "EnsureShape", "PyFuncStateless"])  # they run for the error they may raise


def drop_unused(program: Program) -> None:
    """Removes computations without effect that only a control edge asked for, e.g. the gradient of a placeholder."""
    used: set = set()

    def use(values):
        used.update(v.number for v in with_bases(values))

    def sweep(instructions):
        # Backwards: what is used later, or goes round the loop, has been seen when its maker comes.
        for instruction in reversed(instructions):
            if instruction.kind == "loop":
                extra = instruction.extra
                use([*extra["ends"], extra["cond"], *instruction.inputs])
                for section in ("after", "body", "test"):
                    sweep(extra[section])
            elif instruction.kind == "call" and _has_no_effect(instruction.op):
                if not any(v.number in used for v in instruction.outputs):
                    instruction.kind = "nothing"
                    program.removed.append(instruction.op)
                    continue
            elif instruction.kind == "merge":
                for tail in instruction.extra["tails"]:
                    use(v for v, _ in tail)
            use(instruction.inputs)
            use(v for v, _ in instruction.guard)
        instructions[:] = [i for i in instructions if i.kind != "nothing"]

    use(program.fetches)
    for guard in program.fetch_guards:
        use(v for v, _ in guard)
    sweep(program.instructions)


def _has_no_effect(op) -> bool:
    """Whether nothing but its results shows that an operation ran."""
    entry = op.entry
    return not entry.op_def.is_stateful and op.type not in _CHECKS and not any(t.dtype._is_ref_dtype for t in (*op._inputs, *op.outputs))
