"""tf.raw_ops: every op type as a function of keyword arguments, inputs and attributes under their own names.

tf.raw_ops.Add(x=1., y=[2.])
"""

from __future__ import annotations

from tinytf import generated_ops
from tinytf.graph import op_entry


def _raw_op(op_type, op_def):
    call = generated_ops.function_of(op_type, op_def)

    def function(**arguments):
        return call(**arguments)

    function.__name__ = function.__qualname__ = op_type
    function.__doc__ = f"Adds an op of type {op_type!r}: inputs {[a.name for a in op_def.inputs]}.  Follows `tf.raw_ops.{op_type}` of TF 1.15."
    return function


def __getattr__(name):
    entry = None if name.startswith("__") else op_entry.lookup(name)
    if entry is None:
        raise AttributeError(f"tinytf has no op {name!r}")
    return _raw_op(name, entry.op_def)


def __dir__():
    return sorted(op_entry.all_entries())
