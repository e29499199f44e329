"""Arithmetic of two tensors that broadcast: Add, Sub, Mul, the divisions, Pow, Maximum …; and AddN."""

from __future__ import annotations

import functools
import operator

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import broadcast, merge_all
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops, select
from tinytf.ops.array.shape_ops import show
from tinytf.ops.math import cast as casts
from tinytf.ops.math import complex_ops
from tinytf.ops.math.broadcasting import dynamic_axes, same_known_shape, smart_axes, sum_to_shape
from tinytf.ops.math.division import no_nan
from tinytf.ops.math.elementwise import binary
from tinytf.shapes import as_dims, as_shape
from tinytf.util.dispatch import add_dispatch_support

# ---- gradients ---------------------------------------------------------------------------------


def _fitted(gradient, part):
    """`gradient` summed to an input's shape where that is needed; `part` as `smart_axes` gives it."""
    shape, axes, must_sum = part
    return sum_to_shape(gradient, axes, shape) if must_sum else gradient


def _add_grad(op, grad):
    x, y = op.inputs
    if same_known_shape(x, y, grad):
        return grad, grad
    for_x, for_y = smart_axes(x, y, grad)
    return _fitted(grad, for_x), _fitted(grad, for_y)


def _sub_grad(op, grad):
    x, y = op.inputs
    if same_known_shape(x, y, grad):
        return grad, -grad
    for_x, for_y = smart_axes(x, y, grad)
    gx = _fitted(grad, for_x)
    return gx, _fitted(-grad, for_y)


def _mul_grad(op, grad):
    x, y = op.inputs
    if same_known_shape(x, y, grad) and grad.dtype in (dtypes.int32, dtypes.float32):
        return make("Mul", grad, y), make("Mul", grad, x)
    for_x, for_y = smart_axes(x, y, grad)
    x, y = complex_ops.conj(x), complex_ops.conj(y)
    gx = _fitted(make("Mul", grad, y), for_x)
    return gx, _fitted(make("Mul", x, grad), for_y)


def _mul_no_nan_grad(op, grad):
    x, y = op.inputs
    if same_known_shape(x, y, grad):
        return make("MulNoNan", grad, y), make("MulNoNan", x, grad)
    sx, sy, rx, ry = dynamic_axes(x, y)
    gx = sum_to_shape(make("MulNoNan", grad, y), rx, sx)
    return gx, sum_to_shape(make("MulNoNan", x, grad), ry, sy)


def _pow_grad(op, grad):
    x, y = op.inputs
    for_x, for_y = smart_axes(x, y, grad)
    x, y = complex_ops.conj(x), complex_ops.conj(y)
    gx = _fitted(grad * y * pow(x, y - 1), for_x)
    z = complex_ops.conj(op.outputs[0])
    # The logarithm only where it is defined: 0 elsewhere, and no NaN from the branch not taken.
    mask = make("NotEqual", x, 0) if x.dtype.is_complex else x > 0
    safe = select.where(mask, x, array_ops.ones_like(x))
    log = select.where(mask, make("Log", safe), array_ops.zeros_like(x))
    return gx, _fitted(grad * z * log, for_y)


def _extremum_grad(comparison):
    """The gradient of Maximum and Minimum: all of it flows to the input that `comparison` selects."""

    def gradient(op, grad):
        x, y = op.inputs
        sx, sy = array_ops.shape(x), array_ops.shape(y)
        zeros = array_ops.zeros(array_ops.shape(grad), grad.dtype)
        mask = make(comparison, x, y)
        rx, ry = make("BroadcastGradientArgs", sx, sy)
        gx = sum_to_shape(select.where(mask, grad, zeros), rx, sx)
        return gx, sum_to_shape(select.where(mask, zeros, grad), ry, sy)

    return gradient


def _squared_difference_grad(op, grad):
    x, y = op.inputs
    with control_dependencies([grad]):
        x_grad = scalar_mul(2.0, grad) * (x - y)
    if same_known_shape(x, y, grad):
        return x_grad, -x_grad
    for_x, for_y = smart_axes(x, y, grad)
    gx = _fitted(x_grad, for_x)
    return gx, -_fitted(x_grad, for_y)


def _x_times_grad(of_nonzero, of_y):
    """The gradients of Xlogy and Xdivy, which are 0 where x is 0 whatever y is."""

    def gradient(op, grad):
        x, y = op.inputs
        sx, sy, rx, ry = dynamic_axes(x, y)
        with control_dependencies([grad]):
            nonzero = casts.cast(make("NotEqual", x, casts.cast(0.0, dtype=x.dtype)), dtype=x.dtype)
            partial_x = of_nonzero(nonzero, y)
            partial_y = of_y(x, y)
            gx = sum_to_shape(partial_x * grad, rx, sx)
            return gx, sum_to_shape(partial_y * grad, ry, sy)

    return gradient


def _atan2_grad(op, grad):
    y, x = op.inputs
    with control_dependencies([grad]):
        scaled = grad / (make("Square", x) + make("Square", y))
        return x * scaled, -y * scaled


def _next_after_grad(op, grad):
    x1, x2 = op.inputs
    s1, s2, r1, r2 = dynamic_axes(x1, x2)
    with control_dependencies([grad]):
        partial_1 = array_ops.ones(s1, dtype=x1.dtype)
        partial_2 = array_ops.zeros(s2, dtype=x2.dtype)
        g1 = sum_to_shape(partial_1 * grad, r1, s1)
        return g1, sum_to_shape(partial_2 * grad, r2, s2)


# ---- kernels -----------------------------------------------------------------------------------


def _add_kernel(op):
    if op.outputs[0].dtype.base_dtype != dtypes.string:
        return np.add

    def concatenate(x, y):
        return np.asarray(np.add(x, y), object)

    return concatenate


def _is_integer(op) -> bool:
    return op.outputs[0].dtype.base_dtype.is_integer


def _mul_no_nan_kernel(op):
    def multiply(x, y):
        product = np.multiply(x, y)
        return np.where(np.equal(y, 0), product.dtype.type(0), product)

    return multiply


def _zero_where_x_is(function):
    def kernel(op):
        def run(x, y):
            result = function(x, y)
            return np.where(np.equal(x, 0), result.dtype.type(0), result)

        return run

    return kernel


def _pow_kernel(op):
    if not _is_integer(op):

        def float_power(x, y):
            # The exponent of nearly every script; np.power takes ten times as long.
            if np.ndim(y) == 0 and y == 2:
                return np.square(x)
            return np.power(x, y)

        return float_power

    def power(x, y):
        if np.any(np.less(y, 0)):
            message = "Integers to negative integer powers are not allowed"
            raise errors.InvalidArgumentError(op.node_def, op, message)
        return np.power(x, y)

    return power


def _squared_difference_kernel(op):
    if op.outputs[0].dtype.is_complex:

        def squared_modulus(x, y):
            difference = np.subtract(x, y)
            return np.multiply(difference, np.conj(difference))

        return squared_modulus

    def squared_difference(x, y):
        difference = np.subtract(x, y)
        if isinstance(difference, np.ndarray):
            return np.square(difference, difference)
        return np.square(difference)

    return squared_difference


# ---- the ops -----------------------------------------------------------------------------------

op(
    "Add(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
    "complex128, string}",
    shape=broadcast,
    kernel=_add_kernel,
    gradient=_add_grad,
)
op(
    "AddV2(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
    "complex128}; is_commutative; is_aggregate",
    shape=broadcast,
    kernel=np.add,
    gradient=_add_grad,
)
op(
    "Sub(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, "
    "complex64, complex128}",
    shape=broadcast,
    kernel=np.subtract,
    gradient=_sub_grad,
)
op(
    "Mul(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, "
    "complex64, complex128}; is_commutative",
    shape=broadcast,
    kernel=np.multiply,
    gradient=_mul_grad,
)
op(
    "MulNoNan(x: T, y: T) -> (z: T); T: {half, float, double, complex64, complex128}",
    shape=broadcast,
    kernel=_mul_no_nan_kernel,
    gradient=_mul_no_nan_grad,
)
op(
    "Pow(x: T, y: T) -> (z: T); T: {bfloat16, float, half, double, int32, int64, complex64, complex128}",
    shape=broadcast,
    kernel=_pow_kernel,
    gradient=_pow_grad,
)
op(
    "Maximum(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, int32, int64}",
    shape=broadcast,
    kernel=np.maximum,
    gradient=_extremum_grad("GreaterEqual"),
)
op(
    "Minimum(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, int32, int64}",
    shape=broadcast,
    kernel=np.minimum,
    gradient=_extremum_grad("LessEqual"),
)
op(
    "SquaredDifference(x: T, y: T) -> (z: T); T: {bfloat16, half, float, double, int32, int64, complex64, "
    "complex128}; is_commutative",
    shape=broadcast,
    kernel=_squared_difference_kernel,
    gradient=_squared_difference_grad,
)
op(
    "Xlogy(x: T, y: T) -> (z: T); T: {half, float, double, complex64, complex128}",
    shape=broadcast,
    kernel=_zero_where_x_is(lambda x, y: np.multiply(x, np.log(y))),
    gradient=_x_times_grad(lambda nonzero, y: make("Xlogy", nonzero, y), lambda x, y: make("Xdivy", x, y)),
)
op(
    "Xdivy(x: T, y: T) -> (z: T); T: {half, float, double, complex64, complex128}",
    shape=broadcast,
    kernel=_zero_where_x_is(np.divide),
    gradient=_x_times_grad(
        lambda nonzero, y: make("Xdivy", nonzero, y), lambda x, y: make("Xdivy", make("Neg", x), y**2)
    ),
)
op(
    "Atan2(y: T, x: T) -> (z: T); T: {bfloat16, half, float, double}",
    shape=broadcast,
    kernel=np.arctan2,
    gradient=_atan2_grad,
)
op(
    "NextAfter(x1: T, x2: T) -> (output: T); T: {double, float} = float",
    shape=broadcast,
    kernel=np.nextafter,
    gradient=_next_after_grad,
)


def _add_n_kernel(op):
    count = len(op.inputs)
    if count == 1:
        return lambda x: x
    if op.attr("T") == dtypes.variant:
        return lambda *tensor_lists: functools.reduce(operator.add, tensor_lists)

    def total(first, second, *rest):
        result = np.add(first, second)
        if not isinstance(result, np.ndarray):
            return sum(rest, result)
        for x in rest:
            result += x
        return result

    def checked(*arrays):
        if any(a.shape != arrays[0].shape for a in arrays):
            if op.type == "AccumulateNV2":
                raise errors.InvalidArgumentError(op.node_def, op, "Parameters and update must be the same size")
            i = next(i for i, a in enumerate(arrays) if a.shape != arrays[0].shape)
            shapes = f"Input 0: {show(arrays[0].shape)} != input {i}: {list(arrays[i].shape)}"
            message = f"Inputs to operation {op.name} of type {op.type} must have the same size and shape.  {shapes}"
            raise errors.InvalidArgumentError(op.node_def, op, message)
        return total(*arrays)

    known = all(t.dims is not None and None not in t.dims and t.dims == op.inputs[0].dims for t in op.inputs)
    if known and count == 2:
        return np.add
    return total if known else checked


def _to_each(op, grad):
    return [grad] * len(op.inputs)


op(
    "AddN(inputs: N*T) -> (sum: T); N: int >= 1; T: {float, double, int32, uint8, int16, int8, complex64, int64, "
    "qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64, variant}; is_commutative; "
    "is_aggregate",
    shape=lambda op: [merge_all(op.inputs)],
    kernel=_add_n_kernel,
    gradient=_to_each,
    view=True,
)
op(
    "AccumulateNV2(inputs: N*T) -> (sum: T); N: int >= 1; T: {float, double, int32, uint8, int16, int8, complex64, "
    "int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}; shape: shape; "
    "is_commutative; is_aggregate",
    shape=lambda op: [as_dims(op.attr("shape"))],
    kernel=_add_n_kernel,
    gradient=_to_each,
    view=True,
)

# ---- public functions --------------------------------------------------------------------------

add = binary("Add", "x + y elementwise, shapes broadcast.")
subtract = binary("Sub", "x - y elementwise, shapes broadcast.", "subtract")
multiply = binary("Mul", "x * y elementwise, shapes broadcast.", "multiply")
maximum = binary("Maximum", "The larger of x and y, elementwise.")
minimum = binary("Minimum", "The smaller of x and y, elementwise.")
squared_difference = binary("SquaredDifference", "(x - y)² elementwise.", "squared_difference")
xlogy = binary("Xlogy", "x * log(y), and 0 where x is 0.")
xdivy = binary("Xdivy", "x / y, and 0 where x is 0.")


@add_dispatch_support
def atan2(y, x, name=None) -> Tensor:
    """The angle of the point (x, y), in (-pi, pi].  Follows `tf.math.atan2` of TF 1.15."""
    return make("Atan2", y, x, name=name)


def nextafter(x1, x2, name=None) -> Tensor:
    """The next number after x1 in the direction of x2.  Follows `tf.math.nextafter` of TF 1.15."""
    return make("NextAfter", x1, x2, name=name)


@add_dispatch_support
def pow(x, y, name=None) -> Tensor:
    """x to the power of y, elementwise.  Follows `tf.pow` of TF 1.15."""
    with name_scope(name, "Pow", [x]) as name:
        return make("Pow", x, y, name=name)


def multiply_no_nan(x, y, name=None) -> Tensor:
    """x * y, and 0 where y is 0 even if x is infinite or NaN.  Follows `tf.math.multiply_no_nan` of TF 1.15."""
    return no_nan("MulNoNan", "multiply_no_nan", x, y, name)


def scalar_mul(scalar, x, name=None):
    """A scalar times a tensor or IndexedSlices; ValueError where it is no scalar.  Follows `tf.scalar_mul`."""
    scalar = convert_to_tensor(scalar, dtype=x.dtype.base_dtype, name="scalar")
    if scalar.dims is None or len(scalar.dims) != 0:
        raise ValueError(f"Only scalar multiply works, got shape {scalar.get_shape()}")
    if isinstance(x, IndexedSlices):
        return IndexedSlices(make("Mul", scalar, x.values, name=name), x.indices, x.dense_shape)
    return make("Mul", scalar, x, name=name)


_ADD_N_NEEDS = "inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and shape"


def _tensors_or_slices(values):
    return [v if isinstance(v, IndexedSlices) else convert_to_tensor(v) for v in values]


@add_dispatch_support
def add_n(inputs, name=None) -> Tensor:
    """The sum of a list of tensors of one shape and type.  Follows `tf.add_n` of TF 1.15.

    One tensor is returned as it is (as an Identity where there is a name).
    """
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError(_ADD_N_NEEDS)
    inputs = _tensors_or_slices(inputs)
    if len(inputs) > 1:
        return make("AddN", inputs, name=name)
    value = convert_to_tensor(inputs[0])
    return array_ops.identity(value, name=name) if name else value


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None) -> Tensor:
    """As `add_n`, with the shape known beforehand.  Follows `tf.accumulate_n` of TF 1.15."""
    error = "inputs must be a list of at least one Tensor with the same dtype and shape"
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError(error)
    inputs = _tensors_or_slices(inputs)
    if not all(isinstance(x, Tensor) and x.dtype == inputs[0].dtype for x in inputs):
        raise ValueError(error)
    shape = as_shape(shape)
    for x in inputs:
        shape = shape.merge_with(x.get_shape())
    if tensor_dtype is not None and tensor_dtype != inputs[0].dtype:
        raise TypeError(f"tensor_dtype is {tensor_dtype}, but input is of type {inputs[0].dtype}")
    if len(inputs) == 1:
        return inputs[0] if name is None else array_ops.identity(inputs[0], name=name)
    return make("AccumulateNV2", inputs, shape=shape, name=name)
