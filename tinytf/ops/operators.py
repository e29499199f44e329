"""Python operators of tensors: `a + b`, `-a`, `a < b`, `a[i]` is the array room's.

Node names are TensorFlow's: `x + y` makes an AddV2 called 'add', the next 'add_1'.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor


def _add(x, y, name=None):
    # The V1 op is the one that joins strings.
    return make("Add" if x.dtype.base_dtype == dtypes.string else "AddV2", x, y, name=name)


def _mul(x, y, name=None):
    if isinstance(y, Tensor):
        return make("Mul", x, y, name=name)
    # dense * sparse
    values = make("SparseDenseCwiseMul", y.indices, y.values, y.dense_shape, x, name=name)
    return SparseTensor(y.indices, values, y.dense_shape)


def _function(function):
    """A public function, looked up when it is called: the families import each other."""

    def call(x, y, name=None):
        from tinytf.ops.math import math_ops

        return getattr(math_ops, function)(x, y, name=name)

    return call


def _op(op_type):
    def call(x, y, name=None):
        return make(op_type, x, y, name=name)

    return call


# What each operator adds; both `x + y` and the reflected `1 + y` have a scope of this name.
BINARY = {
    "add": _add,
    "sub": _op("Sub"),
    "mul": _mul,
    "div": _function("div"),
    "truediv": _function("truediv"),
    "floordiv": _function("floordiv"),
    "mod": _op("FloorMod"),
    "pow": _function("pow"),
    "and": _op("LogicalAnd"),
    "or": _op("LogicalOr"),
    "xor": _function("logical_xor"),
    "matmul": _function("matmul"),
}

_COMPARISONS = {"__lt__": "Less", "__le__": "LessEqual", "__gt__": "Greater", "__ge__": "GreaterEqual"}


def _binary(name, function):
    def operator(x, y):
        with name_scope(None, name, [x, y]) as scope:
            if isinstance(x, Tensor) and isinstance(y, Tensor):
                return function(x, y, name=scope)
            if not isinstance(y, SparseTensor):
                try:
                    y = convert_to_tensor(y, name="y", preferred_dtype=x.dtype.base_dtype)
                except TypeError:
                    # Its own reflected operator may know what to do.
                    if hasattr(type(y), f"__r{name}__"):
                        return NotImplemented
                    raise
            return function(x, y, name=scope)

    return operator


def _reflected(name, function):
    def operator(y, x):
        with name_scope(None, name, [x, y]) as scope:
            x = convert_to_tensor(x, dtype=y.dtype.base_dtype, name="x")
            return function(x, y, name=scope)

    return operator


def _comparison(op_type):
    def operator(x, y):
        return make(op_type, x, y)

    return operator


def _absolute(x):
    from tinytf.ops.math import math_ops

    return math_ops.abs(x)


def operator_functions() -> dict:
    """{'__add__': f(x, y), …}: all operators of tensors."""
    table = {
        "__neg__": lambda x: make("Neg", x),
        "__abs__": _absolute,
        "__invert__": lambda x: make("LogicalNot", x),
    }
    for name, function in BINARY.items():
        table[f"__{name}__"] = _binary(name, function)
        table[f"__r{name}__"] = _reflected(name, function)
    for name, op_type in _COMPARISONS.items():
        table[name] = _comparison(op_type)
    for name, operator in table.items():
        operator.__name__ = name
    return table


def overload_operators(cls, as_tensor) -> None:
    """Gives `cls` (variables) the operators of tensors; `as_tensor(self)` is what they then work on."""

    def delegate(name):
        def operator(self, *others):
            return getattr(Tensor, name)(as_tensor(self), *others)

        operator.__name__ = name
        return operator

    for name in sorted(Tensor.OVERLOADABLE_OPERATORS):
        if name not in ("__eq__", "__ne__"):
            setattr(cls, name, delegate(name))


def _sparse_quotient(indices, values, shape, y, name):
    """A sparse tensor's values over a dense one's; integers become floats first."""
    from tinytf.ops.math import division

    with name_scope(name, "truediv", [indices, values, shape, y]) as name:
        values, y = division.to_float_types(convert_to_tensor(values, name="sp_values"), convert_to_tensor(y, name="y"))
        return make("SparseDenseCwiseDiv", indices, values, shape, y, name=name)


def _sparse_op(op_type):
    def call(indices, values, shape, y, name):
        return make(op_type, indices, values, shape, y, name=name)

    return call


SPARSE = {
    "div": _sparse_op("SparseDenseCwiseDiv"),
    "truediv": _sparse_quotient,
    "mul": _sparse_op("SparseDenseCwiseMul"),
}


def _sparse_binary(name, function):
    def operator(x, y):
        with name_scope(None, name, [x, y]) as scope:
            y = convert_to_tensor(y, dtype=x.dtype.base_dtype, name="y")
            values = function(x.indices, x.values, x.dense_shape, y, scope)
            return SparseTensor(x.indices, values, x.dense_shape)

    operator.__name__ = f"__{name}__"
    return operator


def _install() -> None:
    for name, function in SPARSE.items():
        SparseTensor._override_operator(f"__{name}__", _sparse_binary(name, function))
    for name, operator in operator_functions().items():
        Tensor._override_operator(name, operator)


_install()
