"""Division in all its kinds: Div, RealDiv, FloorDiv, TruncateDiv, the remainders, and division by zero gone well."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import broadcast
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.constant import constant
from tinytf.ops.math import cast as casts
from tinytf.ops.math import complex_ops
from tinytf.ops.math.broadcasting import dynamic_axes, sum_to_shape
from tinytf.ops.math.elementwise import binary
from tinytf.util.dispatch import add_dispatch_support

# ---- gradients ---------------------------------------------------------------------------------


def _quotient_grad(division):
    """The gradient of x / y, written with `division`: grad / y and grad * (-x / y / y)."""

    def gradient(op, grad):
        x, y = op.inputs
        sx, sy, rx, ry = dynamic_axes(x, y)
        x, y = complex_ops.conj(x), complex_ops.conj(y)
        gx = sum_to_shape(division(grad, y), rx, sx)
        return gx, sum_to_shape(grad * division(division(-x, y), y), ry, sy)

    return gradient


def _no_grad(op, grad):
    return None, None


def _floor_mod_grad(op, grad):
    x, y = complex_ops.conj(op.inputs[0]), complex_ops.conj(op.inputs[1])
    sx, sy, rx, ry = dynamic_axes(x, y)
    quotient = make("FloorDiv", x, y)
    gx = sum_to_shape(grad, rx, sx)
    return gx, sum_to_shape(grad * make("Neg", quotient), ry, sy)


# ---- kernels -----------------------------------------------------------------------------------


def _is_integer(op) -> bool:
    return op.outputs[0].dtype.base_dtype.is_integer


def _nonzero_divisor(op, kernel):
    """`kernel` for integers, which TensorFlow does not divide by zero."""

    def divide(x, y):
        if not np.all(y) and np.size(x) and np.size(y):
            raise errors.InvalidArgumentError(op.node_def, op, "Integer division by zero")
        return kernel(x, y)

    return divide


def _truncated(x, y):
    # Away from NumPy's floor where the signs differ and something is left over.
    quotient = np.floor_divide(x, y)
    return quotient + ((np.less(x, 0) != np.less(y, 0)) & (np.remainder(x, y) != 0)).astype(quotient.dtype)


def _divide_kernel(op):
    return _nonzero_divisor(op, _truncated) if _is_integer(op) else np.divide


def _truncate_div_kernel(op):
    # For floats TensorFlow does not truncate.
    return _divide_kernel(op)


def _floor_div_kernel(op):
    # Not np.floor_divide for floats: it divides exactly, so 1.0 // 0.1 is 9; TensorFlow rounds first and says 10.
    return _nonzero_divisor(op, np.floor_divide) if _is_integer(op) else lambda x, y: np.floor(np.divide(x, y))


def _floor_mod_kernel(op):
    if _is_integer(op):
        return _nonzero_divisor(op, np.remainder)

    def floor_mod(x, y):
        remainder = np.fmod(x, y)
        other_sign = np.less(y, 0) != np.less(remainder, 0)
        return np.where(other_sign & (remainder != 0), remainder + y, remainder)

    return floor_mod


def _truncate_mod_kernel(op):
    return _nonzero_divisor(op, np.fmod) if _is_integer(op) else np.fmod


def _div_no_nan_kernel(op):
    def divide(x, y):
        quotient = np.divide(x, y)
        return np.where(np.equal(y, 0), quotient.dtype.type(0), quotient)

    return divide


# ---- the ops -----------------------------------------------------------------------------------

op(
    "Div(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, "
    "complex64, complex128}",
    shape=broadcast,
    kernel=_divide_kernel,
    gradient=_quotient_grad(lambda x, y: divide(x, y)),
)
op(
    "RealDiv(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, "
    "complex64, complex128}",
    shape=broadcast,
    kernel=_divide_kernel,
    gradient=_quotient_grad(lambda x, y: realdiv(x, y)),
)
op(
    "DivNoNan(x: T, y: T) -> (z: T); T: {half, float, double, complex64, complex128}",
    shape=broadcast,
    kernel=_div_no_nan_kernel,
    gradient=_quotient_grad(lambda x, y: div_no_nan(x, y)),
)
op(
    "FloorDiv(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, "
    "complex64, complex128}",
    shape=broadcast,
    kernel=_floor_div_kernel,
    gradient=_no_grad,
)
op(
    "TruncateDiv(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, "
    "complex64, complex128}",
    shape=broadcast,
    kernel=_truncate_div_kernel,
    gradient=_no_grad,
)
op(
    "FloorMod(x: T, y: T) -> (z: T); T: {int32, int64, bfloat16, half, float, double}",
    shape=broadcast,
    kernel=_floor_mod_kernel,
    gradient=_floor_mod_grad,
)
op(
    "Mod(x: T, y: T) -> (z: T); T: {int32, int64, half, half, bfloat16, float, double}",
    shape=broadcast,
    kernel=_truncate_mod_kernel,
)
op(
    "TruncateMod(x: T, y: T) -> (z: T); T: {int32, int64, bfloat16, half, float, double}",
    shape=broadcast,
    kernel=_truncate_mod_kernel,
)

# ---- public functions --------------------------------------------------------------------------

mod = floormod = binary("FloorMod", "The remainder of floor division, with the sign of y.", "mod")


floor_div = binary("FloorDiv", "x / y rounded towards minus infinity.", "floor_div")


realdiv = binary("RealDiv", "x / y for floating point and complex types.", "realdiv")


truncatediv = binary("TruncateDiv", "x / y rounded towards zero.", "truncatediv")


truncatemod = binary("TruncateMod", "The remainder of division towards zero, with the sign of x.", "truncatemod")


@add_dispatch_support
def floordiv(x, y, name=None) -> Tensor:
    """x / y rounded towards minus infinity.  Follows `tf.floordiv` of TF 1.15."""
    with name_scope(name, "floordiv", [x, y]) as name:
        return make("FloorDiv", x, y, name=name)


# What `/` of Python 3 makes of each type: the type that both sides are cast to first.
_TRUE_QUOTIENT = {
    dtypes.uint8: dtypes.float32,
    dtypes.int8: dtypes.float32,
    dtypes.uint16: dtypes.float32,
    dtypes.int16: dtypes.float32,
    dtypes.int32: dtypes.float64,
    dtypes.int64: dtypes.float64,
    dtypes.bfloat16: None,
    dtypes.float16: None,
    dtypes.float32: None,
    dtypes.float64: None,
    dtypes.complex64: None,
    dtypes.complex128: None,
}


def _same_base_dtype(x, y):
    if x.dtype.base_dtype != y.dtype.base_dtype:
        raise TypeError(f"x and y must have the same dtype, got {x.dtype.base_dtype!r} != {y.dtype.base_dtype!r}")
    return x.dtype.base_dtype


def to_float_types(x, y):
    """(x, y) in the type that `/` divides them in; TypeError where their types differ or have no quotient."""
    dtype = _same_base_dtype(x, y)
    if dtype not in _TRUE_QUOTIENT:
        raise TypeError(f"Invalid dtype {dtype!r} in __truediv__")
    wide = _TRUE_QUOTIENT[dtype]
    return (x, y) if wide is None else (casts.cast(x, wide), casts.cast(y, wide))


@add_dispatch_support
def truediv(x, y, name=None) -> Tensor:
    """x / y as Python 3 divides: integers become floats first (float32 up to 16 bits, else float64).

    Raises TypeError where x and y differ in type.  Follows `tf.truediv` of TF 1.15.
    """
    with name_scope(name, "truediv", [x, y]) as name:
        x, y = to_float_types(convert_to_tensor(x, name="x"), convert_to_tensor(y, name="y"))
        return make("RealDiv", x, y, name=name)


@add_dispatch_support
def div(x, y, name=None) -> Tensor:
    """x / y as Python 2 divides: integers are rounded down.  Follows `tf.div` of TF 1.15."""
    with name_scope(name, "div", [x, y]) as name:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        dtype = _same_base_dtype(x, y)
        real = dtype.is_floating or dtype.is_complex
        return make("RealDiv" if real else "FloorDiv", x, y, name=name)


class _NamedQuotient:
    """x with a name for the quotient to come, so that `/` is Python's, whatever its operands are."""

    def __init__(self, x, name):
        self.x, self.name = x, name

    def __truediv__(self, y):
        return truediv(self.x, y, self.name)


@add_dispatch_support
def divide(x, y, name=None) -> Tensor:
    """x / y, Python's `/` of whatever x and y are.  Follows `tf.divide` of TF 1.15."""
    return x / y if name is None else _NamedQuotient(x, name) / y


def no_nan(op_type, scope, x, y, name) -> Tensor:
    """An op of two tensors of one type under the name `scope`."""
    with name_scope(name, scope, [x, y]) as name:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        _same_base_dtype(x, y)
        return make(op_type, x, y, name=name)


@add_dispatch_support
def div_no_nan(x, y, name=None) -> Tensor:
    """x / y, and 0 where y is 0.  Follows `tf.math.divide_no_nan` of TF 1.15."""
    return no_nan("DivNoNan", "div_no_nan", x, y, name)


def reciprocal_no_nan(x, name=None) -> Tensor:
    """1 / x, and 0 where x is 0.  Follows `tf.math.reciprocal_no_nan` of TF 1.15."""
    with name_scope(name, "reciprocal_no_nan", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        one = constant(1, dtype=x.dtype.base_dtype, name="one")
        return make("DivNoNan", one, x, name=scope)
