"""Kernels, and functions with kernels of their own: an iterator that is initialised anew draws the random numbers of its
functions from the start.

What a session keeps by name (variables, tables, queues) is its one and the same in all of them.
"""

from __future__ import annotations

import numpy as np

from tinytf import protos
from tinytf.graph import trust
from tinytf.graph.function import find_function
from tinytf.run import bfloat16
from tinytf.run.plan import Plan


def has_state(op) -> bool:
    """Whether the op's kernel keeps something from one call to the next."""
    return op.entry.stateful_kernel is not None or op.entry.op_def.is_stateful


def make_kernel(op, resources):
    """A new function that computes the op on arrays."""
    trust.check_op(op)
    entry = op.entry
    if entry.stateful_kernel is not None:
        return entry.stateful_kernel(op, resources.at(op.device))
    if bfloat16.computes_in_bfloat16(op):
        return bfloat16.kernel_in_float32(op)
    return entry.kernel if isinstance(entry.kernel, np.ufunc) else entry.kernel(op)


class Instance:
    """The functions that one iterator calls, and those that they call."""

    def __init__(self, resources):
        self._resources = resources.calling(self.call, self.call)
        self._kernels: dict = {}
        self._plans: dict = {}

    def call(self, function):
        """A Python function from the arguments of a FuncGraph (arrays) to the tuple of its results."""
        plan = self._plans.get(function)
        if plan is None:
            plan = self._plans[function] = Plan(function.outputs, function.stateful_operations, function.inputs, self._kernel)
        return lambda *arguments: plan.run(arguments)

    def _kernel(self, op):
        kernel = self._kernels.get(op)
        if kernel is None:
            kernel = make_kernel(op, self._resources)
            if has_state(op):
                self._kernels[op] = kernel
        return kernel


def keeps_state(function, seen=()) -> bool:
    """Whether an op of the function, or of one that it calls, keeps something from one call to the next."""
    for op in function.get_operations():
        if op.entry is None or op.entry.op_def.is_stateful and op.entry.stateful_kernel is None and op.type not in ("Placeholder", "PyFunc"):
            return True
        for value in op.attrs.values():
            for called in value if isinstance(value, list) else (value,):
                if isinstance(called, protos.NameAttrList) and called.name not in seen:
                    inner = find_function(op.graph, called.name)
                    if inner is not None and keeps_state(inner, (*seen, called.name)):
                        return True
    return False
