"""Elementwise functions of one tensor: exponentials, roots, trigonometry, rounding, signs, and their gradient ops."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math.complex_ops import conj
from tinytf.ops.math.elementwise import unary
from tinytf.util.dispatch import add_dispatch_support

# ---- gradients ---------------------------------------------------------------------------------
# Most gradients wait for the incoming one (a control edge), so that y or x need not be kept ready
# while it is computed; conj() adds a node for complex types only.


def _of_x(derivative):
    """grad * derivative(x)"""

    def gradient(op, grad):
        with control_dependencies([grad]):
            return grad * derivative(conj(op.inputs[0]))

    return gradient


def _fused(op_type, wait=False):
    """One op made for it: op_type(y, grad)."""

    def gradient(op, grad):
        if not wait:
            return make(op_type, op.outputs[0], grad)
        with control_dependencies([grad]):
            return make(op_type, conj(op.outputs[0]), grad)

    return gradient


def _exp_grad(op, grad):
    with control_dependencies([grad]):
        return grad * conj(op.outputs[0])


def _square_grad(op, grad):
    with control_dependencies([grad]):
        x = conj(op.inputs[0])
        two = constant(2.0, dtype=x.dtype)
        return make("Mul", grad, make("Mul", x, two))


def _log1p_grad(op, grad):
    with control_dependencies([grad]):
        x = conj(op.inputs[0])
        return grad * make("Reciprocal", 1 + x)


def _asinh_grad(op, grad):
    with control_dependencies([grad]):
        return grad / make("Cosh", conj(op.outputs[0]))


def _acosh_grad(op, grad):
    with control_dependencies([grad]):
        return grad / make("Sinh", conj(op.outputs[0]))


def _one_and_square(op, grad):
    x2 = make("Square", conj(op.inputs[0]))
    return constant(1, dtype=grad.dtype), x2


def _atanh_grad(op, grad):
    with control_dependencies([grad]):
        one, x2 = _one_and_square(op, grad)
        return grad * make("Reciprocal", make("Sub", one, x2))


def _atan_grad(op, grad):
    with control_dependencies([grad]):
        one, x2 = _one_and_square(op, grad)
        return grad * make("Reciprocal", make("Add", one, x2))


def _asin_grad(op, grad):
    with control_dependencies([grad]):
        one, x2 = _one_and_square(op, grad)
        return grad * make("Reciprocal", make("Sqrt", make("Sub", one, x2)))


def _acos_grad(op, grad):
    with control_dependencies([grad]):
        one, x2 = _one_and_square(op, grad)
        inverse = make("Reciprocal", make("Sqrt", make("Sub", one, x2)))
        return -grad * inverse


def _cos_grad(op, grad):
    with control_dependencies([grad]):
        x = conj(op.inputs[0])
        return -grad * make("Sin", x)


def _tan_grad(op, grad):
    with control_dependencies([grad]):
        secant = make("Reciprocal", make("Cos", conj(op.inputs[0])))
        return make("Square", secant) * grad


def _zero_grad(op, grad):
    x = op.inputs[0]
    return array_ops.zeros(array_ops.shape(x), dtype=x.dtype)


def _no_grad(op, grad):
    return [None]


def _reciprocal_grad_grad(op, grad):
    b = op.inputs[1]
    with control_dependencies([grad]):
        ca, cg = conj(op.inputs[0]), conj(grad)
        return cg * -2.0 * b * ca, make("ReciprocalGrad", ca, grad)


def _sqrt_grad_grad(op, grad):
    a, y = op.inputs[0], op.outputs[0]  # y = 0.5 * b / conj(a)
    with control_dependencies([grad]):
        ga = grad / a
        return -conj(ga) * y, 0.5 * ga


def _rsqrt_grad_grad(op, grad):
    a, b = op.inputs
    with control_dependencies([grad]):
        ca, cg = conj(a), conj(grad)
        return -1.5 * cg * b * make("Square", ca), make("RsqrtGrad", ca, grad)


def _tanh_grad_grad(op, grad):
    with control_dependencies([grad]):
        a, b = conj(op.inputs[0]), conj(op.inputs[1])
        return grad * -2.0 * b * a, make("TanhGrad", a, grad)


def _sigmoid_grad_grad(op, grad):
    with control_dependencies([grad]):
        a, b = conj(op.inputs[0]), conj(op.inputs[1])
        gb = grad * b
        return gb - 2.0 * gb * a, make("SigmoidGrad", a, grad)


# ---- kernels -----------------------------------------------------------------------------------


def _sigmoid_kernel(op):
    dtype = op.outputs[0].dtype.base_dtype
    steps = dtype == dtypes.float32

    def sigmoid(x, out=None):
        y = np.negative(x, out=out)
        if not isinstance(y, np.ndarray):
            y = np.asarray(y)
        np.exp(y, y)
        y += 1
        np.reciprocal(y, y)
        if steps:
            # TensorFlow's float32 sigmoid has steps of 2^-25 near 0 and is exactly 0 below about -18, which
            # shows where a logarithm is taken of it.  Going by way of y - 0.5 rounds to the same steps.
            y -= _HALF
            y += _HALF
        return y

    sigmoid.takes_out = True
    return sigmoid


_HALF = np.float32(0.5)


def _real_reciprocal(op):
    if op.outputs[0].dtype.base_dtype.is_integer:
        return lambda x: np.where(np.equal(x, 0), 0, 1 // np.where(np.equal(x, 0), 1, x)).astype(x.dtype)
    return np.reciprocal


def _sign_kernel(op):
    if not op.outputs[0].dtype.base_dtype.is_complex:
        return np.sign

    def direction(x):
        size = np.abs(x)
        return np.where(size == 0, x.dtype.type(0), np.divide(x, size))

    return direction


def _round_kernel(op):
    if op.outputs[0].dtype.base_dtype.is_integer:
        return lambda x: x

    def nearest(x, out=None):
        whole = np.rint(x, out=out)
        return np.add(whole, whole.dtype.type(0), out=out)  # what is rounded up to zero is +0

    nearest.takes_out = True
    return nearest


def _conj_if_complex(op):
    return np.conj if op.outputs[0].dtype.base_dtype.is_complex else lambda x: x


def _sigmoid_grad_kernel(op):
    one = op.outputs[0].dtype.base_dtype.as_numpy_dtype(1)

    def sigmoid_grad(y, dy, out=None):
        rest = np.subtract(one, y)
        left = np.multiply(dy, y, out=out)
        return np.multiply(left, rest, out=left if isinstance(left, np.ndarray) else None)

    sigmoid_grad.takes_out = True
    return sigmoid_grad


def _tanh_grad_kernel(op):
    one = op.outputs[0].dtype.base_dtype.as_numpy_dtype(1)

    def tanh_grad(y, dy, out=None):
        slope = np.square(y, out=y if out is y and dy is not y else None)
        if not isinstance(slope, np.ndarray):
            return (one - slope) * dy
        np.subtract(one, slope, out=slope)
        return np.multiply(slope, dy, out=slope if out is None else out)

    tanh_grad.takes_out = True
    return tanh_grad


def _reciprocal_grad_kernel(op):
    c = _conj_if_complex(op)

    def kernel(y, dy):
        y = c(y)
        return -dy * y * y

    return kernel


def _rsqrt_grad_kernel(op):
    c = _conj_if_complex(op)
    half = op.outputs[0].dtype.base_dtype.as_numpy_dtype(-0.5)

    def kernel(y, dy):
        y = c(y)
        return half * dy * y * y * y

    return kernel


def _sqrt_grad_kernel(op):
    c = _conj_if_complex(op)
    half = op.outputs[0].dtype.base_dtype.as_numpy_dtype(0.5)
    return lambda y, dy: half * dy / c(y)


def _rsqrt_kernel(op):
    return lambda x: np.reciprocal(np.sqrt(x))


# ---- the ops -----------------------------------------------------------------------------------


def _op(signature, kernel, gradient, shape=same_as_input, **more):
    op(signature, shape=shape, kernel=kernel, gradient=gradient, **more)


_op(
    "Abs(x: T) -> (y: T); T: {bfloat16, half, float, double, int8, int16, int32, int64}",
    np.absolute,
    lambda op, grad: grad * make("Sign", op.inputs[0]),
)
_op(
    "Neg(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    np.negative,
    lambda op, grad: -grad,
)
_op(
    "Sign(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    _sign_kernel,
    _zero_grad,
)
_op(
    "Inv(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    _real_reciprocal,
    _fused("ReciprocalGrad"),
)
_op(
    "Reciprocal(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    _real_reciprocal,
    _fused("ReciprocalGrad"),
)
_op(
    "InvGrad(y: T, dy: T) -> (z: T); T: {bfloat16, half, float, double, complex64, complex128}",
    _reciprocal_grad_kernel,
    _reciprocal_grad_grad,
    same_as_input,
)
_op(
    "ReciprocalGrad(y: T, dy: T) -> (z: T); T: {bfloat16, half, float, double, complex64, complex128}",
    _reciprocal_grad_kernel,
    _reciprocal_grad_grad,
    same_as_input,
)
_op(
    "Square(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    np.square,
    _square_grad,
)
_op("Sqrt(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}", np.sqrt, _fused("SqrtGrad"))
_op(
    "SqrtGrad(y: T, dy: T) -> (z: T); T: {bfloat16, half, float, double, complex64, complex128}",
    _sqrt_grad_kernel,
    _sqrt_grad_grad,
    same_as_input,
)
_op(
    "Rsqrt(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}",
    _rsqrt_kernel,
    _fused("RsqrtGrad"),
)
_op(
    "RsqrtGrad(y: T, dy: T) -> (z: T); T: {bfloat16, half, float, double, complex64, complex128}",
    _rsqrt_grad_kernel,
    _rsqrt_grad_grad,
    same_as_input,
)
_op("Exp(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}", np.exp, _exp_grad)
_op(
    "Expm1(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}",
    np.expm1,
    _of_x(lambda x: make("Exp", x)),
)
_op(
    "Log(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}",
    np.log,
    _of_x(lambda x: make("Reciprocal", x)),
)
_op("Log1p(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}", np.log1p, _log1p_grad)
_op(
    "Sinh(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}",
    np.sinh,
    _of_x(lambda x: make("Cosh", x)),
)
_op(
    "Cosh(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}",
    np.cosh,
    _of_x(lambda x: make("Sinh", x)),
)
_op(
    "Tanh(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}",
    np.tanh,
    _fused("TanhGrad", wait=True),
)
_op(
    "TanhGrad(y: T, dy: T) -> (z: T); T: {bfloat16, half, float, double, complex64, complex128}",
    _tanh_grad_kernel,
    _tanh_grad_grad,
    same_as_input,
)
_op("Asinh(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}", np.arcsinh, _asinh_grad)
_op("Acosh(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}", np.arccosh, _acosh_grad)
_op("Atanh(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}", np.arctanh, _atanh_grad)
_op(
    "Sigmoid(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}",
    _sigmoid_kernel,
    _fused("SigmoidGrad", wait=True),
)
_op(
    "SigmoidGrad(y: T, dy: T) -> (z: T); T: {bfloat16, half, float, double, complex64, complex128}",
    _sigmoid_grad_kernel,
    _sigmoid_grad_grad,
    same_as_input,
)
_op(
    "Sin(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}",
    np.sin,
    _of_x(lambda x: make("Cos", x)),
)
_op("Cos(x: T) -> (y: T); T: {bfloat16, half, float, double, complex64, complex128}", np.cos, _cos_grad)
_op("Tan(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}", np.tan, _tan_grad)
_op(
    "Asin(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    np.arcsin,
    _asin_grad,
)
_op(
    "Acos(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    np.arccos,
    _acos_grad,
)
_op(
    "Atan(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    np.arctan,
    _atan_grad,
)
_op("Floor(x: T) -> (y: T); T: {bfloat16, half, float, double}", np.floor, _no_grad)
_op("Ceil(x: T) -> (y: T); T: {bfloat16, half, float, double}", np.ceil, _no_grad)
_op(
    "Round(x: T) -> (y: T); T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    _round_kernel,
    _no_grad,
)
_op("Rint(x: T) -> (y: T); T: {bfloat16, half, float, double}", np.rint, _no_grad)
_op("IsNan(x: T) -> (y: bool); T: {bfloat16, half, float, double}", np.isnan, NOT_DIFFERENTIABLE)
_op("IsInf(x: T) -> (y: bool); T: {bfloat16, half, float, double}", np.isinf, NOT_DIFFERENTIABLE)
_op("IsFinite(x: T) -> (y: bool); T: {bfloat16, half, float, double}", np.isfinite, NOT_DIFFERENTIABLE)

# ---- public functions --------------------------------------------------------------------------

negative = unary("Neg", "-x elementwise.", "negative")
sign = unary("Sign", "-1, 0 or 1 as x is negative, zero or positive; x / |x| for complex types.")
reciprocal = unary("Reciprocal", "1 / x elementwise.")
square = unary("Square", "x² elementwise.")
sqrt = unary("Sqrt", "The square root.")
rsqrt = unary("Rsqrt", "1 / sqrt(x) elementwise.")
exp = unary("Exp", "e to the power of x.")
expm1 = unary("Expm1", "e to the power of x, minus 1, exact for small x.")
log = unary("Log", "The natural logarithm.")
log1p = unary("Log1p", "log(1 + x), exact for small x.")
sinh = unary("Sinh", "The hyperbolic sine.")
cosh = unary("Cosh", "The hyperbolic cosine.")
tanh = unary("Tanh", "The hyperbolic tangent.")
asinh = unary("Asinh", "The inverse hyperbolic sine.")
acosh = unary("Acosh", "The inverse hyperbolic cosine.")
atanh = unary("Atanh", "The inverse hyperbolic tangent.")
sin = unary("Sin", "The sine of x radians.")
cos = unary("Cos", "The cosine of x radians.")
tan = unary("Tan", "The tangent of x radians.")
asin = unary("Asin", "The inverse sine, in radians.")
acos = unary("Acos", "The inverse cosine, in radians.")
atan = unary("Atan", "The inverse tangent, in radians.")
floor = unary("Floor", "The largest whole number not above x.")
ceil = unary("Ceil", "The smallest whole number not below x.")
rint = unary("Rint", "The nearest whole number, the even one of two.")
is_nan = unary("IsNan", "Whether x is not a number.", "is_nan")
is_inf = unary("IsInf", "Whether x is infinite.", "is_inf")
is_finite = unary("IsFinite", "Whether x is neither infinite nor NaN.", "is_finite")


@add_dispatch_support
def abs(x, name=None) -> Tensor:
    """The absolute value; of a complex tensor its modulus, a real tensor.  Follows `tf.abs` of TF 1.15."""
    with name_scope(name, "Abs", [x]) as name:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return make("ComplexAbs", x, Tout=x.dtype.real_dtype, name=name)
        return make("Abs", x, name=name)


@add_dispatch_support
def round(x, name=None) -> Tensor:
    """The nearest whole number, the even one of two; integers as they are.  Follows `tf.round` of TF 1.15."""
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.is_integer else make("Round", x, name=name)


@add_dispatch_support
def sigmoid(x, name=None) -> Tensor:
    """1 / (1 + e^-x) elementwise.  Follows `tf.sigmoid` of TF 1.15."""
    with name_scope(name, "Sigmoid", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return make("Sigmoid", x, name=name)


@add_dispatch_support
def log_sigmoid(x, name=None) -> Tensor:
    """log(sigmoid(x)), computed as -softplus(-x).  Follows `tf.log_sigmoid` of TF 1.15."""
    with name_scope(name, "LogSigmoid", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return make("Neg", make("Softplus", -x), name=name)
