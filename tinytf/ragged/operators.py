"""Python operators of ragged tensors: those functions of `tf` that take ragged tensors by dispatch."""

from __future__ import annotations

import functools

from tinytf.ops.math import math_ops
from tinytf.ragged.tensor import RaggedTensor

_UNARY = {"abs": math_ops.abs, "neg": math_ops.negative, "invert": math_ops.logical_not}
_COMPARISONS = {"ge": math_ops.greater_equal, "gt": math_ops.greater, "le": math_ops.less_equal, "lt": math_ops.less}
_BINARY = {
    "add": math_ops.add,
    "and": math_ops.logical_and,
    "div": math_ops.div,
    "floordiv": math_ops.floordiv,
    "mod": math_ops.floormod,
    "mul": math_ops.multiply,
    "or": math_ops.logical_or,
    "pow": math_ops.pow,
    "sub": math_ops.subtract,
    "truediv": math_ops.truediv,
    "xor": math_ops.logical_xor,
}


def _method(function):
    @functools.wraps(function)
    def operator(*operands):
        return function(*operands)

    return operator


def _reflected(function):
    @functools.wraps(function)
    def operator(y, x):
        return function(x, y)

    return operator


def _no_truth(ragged):
    raise TypeError("RaggedTensor may not be used as a boolean.")


def _install() -> None:
    for name, function in {**_UNARY, **_COMPARISONS, **_BINARY}.items():
        setattr(RaggedTensor, f"__{name}__", _method(function))
    for name, function in _BINARY.items():
        setattr(RaggedTensor, f"__r{name}__", _reflected(function))
    RaggedTensor.__bool__ = _no_truth  # type: ignore[attr-defined]


_install()
