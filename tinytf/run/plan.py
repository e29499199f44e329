"""A compiled step: the function, its feeds and fetches, and which operation each of its lines runs."""

from __future__ import annotations

import re

import numpy as np

from tinytf import errors
from tinytf.graph import trust
from tinytf.ops import parallel
from tinytf.run.emit import emit
from tinytf.run.lower import lower

_UNFIT = re.compile(r"operands could not be broadcast together with shapes \(([\d, ]*?),?\) \(([\d, ]*?),?\)")


def _message(op, error) -> str:
    """What NumPy said, with the op; shapes that do not broadcast in TensorFlow's words."""
    unfit = _UNFIT.match(str(error))
    if unfit:
        return "Incompatible shapes: [%s] vs. [%s]" % tuple(s.replace(" ", "") for s in unfit.groups())
    return f"{op.type} '{op.name}' failed: {type(error).__name__}: {error}"


class Plan:
    """What `Session.run` executes for one set of fetches and feeds.

    Calling `plan.step(*fed_arrays)` gives the fetched values as a tuple.
    """

    def __init__(self, fetched_tensors, fetched_ops, fed_tensors, make_kernel):
        self.fetched = list(fetched_tensors)
        self.program = lower(fetched_tensors, fetched_ops, fed_tensors, make_kernel)
        self.source = emit(self.program)
        self.code = compile(self.source.text, "<tinytf plan>", "exec")
        names = dict(self.source.names)
        exec(self.code, names)  # noqa: S102  the text above: numbered names and punctuation only
        self.step = names["step"]
        self.takes_paths = trust.takes_paths(self.source.ops)
        self.uses_blas = any(op is not None and op.type in parallel.USES_BLAS for op in self.source.ops)

    def run(self, arrays: list) -> tuple:
        """The fetched values; errors carry the operation that failed."""
        if self.takes_paths:
            with trust.fed_paths(trust.paths_in_feeds(arrays)):
                return self._run(arrays)
        return self._run(arrays)

    def _run(self, arrays) -> tuple:
        if self.uses_blas:
            with parallel.one_blas_thread:
                return self._step(arrays)
        return self._step(arrays)

    def _step(self, arrays) -> tuple:
        try:
            with np.errstate(all="ignore"):  # TensorFlow gives inf and nan without a word
                return self.step(*arrays)
        except Exception as error:
            raise self.explained(error) from (error.__cause__ if isinstance(error, errors.OpError) else error)

    def explained(self, error: Exception) -> Exception:
        """`error` with the operation whose line raised it, as a `tf.errors` exception."""
        op = self.failed_operation(error)
        if op is None and isinstance(error, UnboundLocalError):
            return errors.InvalidArgumentError(None, None, "A fetched value does not exist: the branch that makes it was not taken")
        if op is None or getattr(error, "_is_users", False):
            return error
        if isinstance(error, errors.OpError):
            if error._op is None:
                error._op, error._node_def = op, op.node_def
            return error
        if isinstance(error, MemoryError):
            return errors.ResourceExhaustedError(op.node_def, op, f"Out of memory in {op.type} '{op.name}': {error}")
        if isinstance(error, UnboundLocalError):
            return errors.InvalidArgumentError(op.node_def, op, f"The input of '{op.name}' has no value: the branch that makes it was not taken")
        if isinstance(error, (ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError, FloatingPointError, KeyError, AttributeError)):
            return errors.InvalidArgumentError(op.node_def, op, _message(op, error))
        return error

    def failed_operation(self, error):
        """The operation of the plan's line that was running."""
        trace = error.__traceback__
        op = None
        while trace is not None:
            if trace.tb_frame.f_code is self.step.__code__:
                op = self.source.ops[trace.tb_lineno] if trace.tb_lineno < len(self.source.ops) else None
            trace = trace.tb_next
        return op

    def explain(self) -> str:
        """The plan for a reader: what was folded and removed, and the function with the operation behind each line."""
        program = self.program
        lines = [
            f"{sum(1 for _ in _calls(program.instructions))} kernels run, {len(program.folded)} operations were folded into constants, "
            f"{len(program.removed)} were removed, {self.source.reused} results overwrite an input that is no longer needed.",
            "",
        ]
        for text, op in zip(self.source.lines, self.source.ops[1:]):
            lines.append(f"{text:<56}  # {op.type} {op.name}" if op is not None else text)
        for title, ops in (("folded", program.folded), ("removed", program.removed)):
            if ops:
                lines += ["", f"{title}: " + ", ".join(op.name for op in ops)]
        return "\n".join(lines)


def _calls(instructions):
    for i in instructions:
        if i.kind == "loop":
            for section in ("test", "body", "after"):
                yield from _calls(i.extra[section])
        elif i.kind in ("call", "begin", "accumulate", "pieces"):
            yield i
