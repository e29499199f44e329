"""Ops that are calls of a function of the graph's library: their type is the function's name."""

from __future__ import annotations

from tinytf.graph import op_def as op_defs
from tinytf.graph import op_entry
from tinytf.graph.function import FuncGraph, argument_names, find_function
from tinytf.graph.shape_rules import unknown


def entry_of(op):
    """The entry of an op whose type is a function of its graph's library; None for any other op without one."""
    function = find_function(op.graph, op.type)
    return None if function is None else entry_of_function(function)


def entry_of_function(function: FuncGraph):
    """The entry of the op type that calls `function`."""
    names = argument_names(function)
    inputs = [op_defs.Arg(name, t.dtype.base_dtype) for name, t in zip(names.inputs, function.inputs)]
    outputs = [op_defs.Arg(name, t.dtype.base_dtype) for name, t in zip(names.outputs, function.outputs)]

    def kernel(op, resources):
        call = resources.call(function)

        def run(*arguments):
            values = call(*arguments)
            return values[0] if len(values) == 1 else values or None

        return run

    entry = op_entry.OpEntry(function.name, None, unknown, None, kernel, None, False)
    entry._op_def = op_defs.OpDef(function.name, inputs, outputs, [], ["is_stateful"] if function.stateful_operations else [])
    return entry
