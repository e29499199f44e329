"""Arithmetic in bfloat16: NumPy has none, so an op computes in float32, and what comes out is rounded.

The 16 bits of a bfloat16 are the upper half of a float32.  Ops that only move numbers about (those of any type)
are left as they are; those that list the types they compute with, and bfloat16 among them, are given a kernel of
the same operation as it would be in float32.  An op that changes a variable in place changes a copy in float32, which is
rounded into the variable afterwards.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.operation import Operation
from tinytf.graph.ref import Ref
from tinytf.ops.math.cast import from_bfloat16_bits, to_bfloat16_bits

_BITS_MATTER = frozenset(["Bitcast", "RandomUniform", "StatelessRandomUniform"])
_UPDATES_OF_ANY_TYPE = frozenset(["AssignAddVariableOp", "AssignSubVariableOp"])  # their signatures list no types


def computes_in_bfloat16(op: Operation) -> bool:
    """Whether `op` does arithmetic on bfloat16 values."""
    if op.type in _BITS_MATTER:
        return False
    if op.type in _UPDATES_OF_ANY_TYPE:
        return op.attrs["dtype"] == dtypes.bfloat16
    return any(
        a.type == "type" and a.allowed is not None and op.attrs.get(a.name) == dtypes.bfloat16 and dtypes.bfloat16 in a.allowed
        for a in op.entry.op_def.attrs
    )


def kernel_in_float32(op: Operation):
    """The kernel of `op` made for float32, between conversions."""
    made = op.entry.kernel
    kernel = made if isinstance(made, np.ufunc) else made(_InFloat32(op))
    stored = np.dtype(dtypes.bfloat16.as_numpy_dtype)
    narrow = [t.dtype.base_dtype == dtypes.bfloat16 for t in op.outputs]

    def widened(value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(widened, value))
        array = np.asarray(value)
        return from_bfloat16_bits(array.view(np.uint16)) if array.dtype == stored else value

    def rounded(value, is_narrow):
        return to_bfloat16_bits(value).view(stored) if is_narrow else value

    def compute(*arguments):
        if any(isinstance(a, Ref) for a in arguments):
            return update(*arguments)
        result = kernel(*map(widened, arguments))
        if isinstance(result, (tuple, list)):
            return type(result)(map(rounded, result, narrow if len(narrow) == len(result) else narrow[:1] * len(result)))
        return rounded(result, narrow[0]) if narrow else result

    def update(*arguments):
        """The kernel on copies of the variables; what it returns is the first of them, or nothing."""
        copies = [
            Ref(a.name, a.dtype, None if a.value is None else np.array(widened(a.value))) if isinstance(a, Ref) else widened(a)
            for a in arguments
        ]
        result = kernel(*copies)
        for box, copy in zip(arguments, copies):
            if isinstance(box, Ref) and box.value is not None and box.value.dtype == stored:
                box.value[...] = to_bfloat16_bits(copy.value).view(stored)
        return arguments[0] if isinstance(result, Ref) else result

    return compute


def _wide(dtype):
    return dtypes.float32 if dtype == dtypes.bfloat16 else dtype


class _TensorInFloat32:
    """A tensor that says it is float32."""

    def __init__(self, tensor):
        self._tensor = tensor
        self.dtype = dtypes.float32

    def __getattr__(self, name):
        return getattr(self._tensor, name)


class _InFloat32:
    """An operation as its kernel sees it: float32 where it says bfloat16."""

    def __init__(self, op):
        self._op = op
        self.attrs = {name: _wide(value) if isinstance(value, dtypes.DType) else value for name, value in op.attrs.items()}
        self.inputs = [_TensorInFloat32(t) if t.dtype == dtypes.bfloat16 else t for t in op.inputs]
        self.outputs = [_TensorInFloat32(t) if t.dtype == dtypes.bfloat16 else t for t in op.outputs]

    def attr(self, name):
        value = self._op.attr(name)
        return _wide(value) if isinstance(value, dtypes.DType) else value

    def __getattr__(self, name):
        return getattr(self._op, name)
