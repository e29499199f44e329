"""Ops of special functions: Erf, Lgamma, Digamma, Igamma, Betainc, Zeta, Polygamma, Bessel functions."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import broadcast, merge_dims, same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops, select
from tinytf.ops.array.constant import constant
from tinytf.ops.array.shape_ops import show
from tinytf.ops.math import reductions
from tinytf.ops.math import special_functions as functions
from tinytf.ops.math.broadcasting import dynamic_axes, sum_to_shape
from tinytf.ops.math.complex_ops import conj
from tinytf.ops.math.elementwise import unary


def _kernel(function):
    """Computes in float64, gives the op's own type."""

    def kernel(op):
        dtype = np.dtype(op.outputs[0].dtype.base_dtype.as_numpy_dtype)
        return lambda *arrays: np.asarray(function(*arrays)).astype(dtype, copy=False)

    return kernel


def _betainc_kernel(op):
    compute = _kernel(functions.betainc)(op)

    def betainc(a, b, x):
        shapes = {name: array.shape for name, array in (("a", a), ("b", b), ("x", x)) if array.shape}
        for other in list(shapes)[1:]:
            first = next(iter(shapes))
            if shapes[other] != shapes[first]:
                message = f"Shapes of {first} and {other} are inconsistent: {show(shapes[first])} vs. {show(shapes[other])}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
        return compute(a, b, x)

    return betainc


def _erf_kernel(op):
    double = op.outputs[0].dtype.base_dtype == dtypes.float64
    return _kernel(functions.erf64 if double else functions.erf32)(op)


def _betainc_shape(op):
    # Shapes must be equal, or scalars.
    dims = ()
    for t in op.inputs:
        dims = merge_dims(dims, t.dims) if dims and t.dims else dims if t.dims == () else t.dims
    return [dims]


# ---- gradients ---------------------------------------------------------------------------------


def _erf_grad(sign):
    def gradient(op, grad):
        factor = constant(sign * 2 / np.sqrt(np.pi), dtype=grad.dtype)
        with control_dependencies([grad]):
            x = conj(op.inputs[0])
            # From left to right: the product before the exponential, as TensorFlow orders its nodes.
            scaled = grad * factor
            return scaled * make("Exp", -make("Square", x))

    return gradient


def _lgamma_grad(op, grad):
    with control_dependencies([grad]):
        return grad * make("Digamma", conj(op.inputs[0]))


def _digamma_grad(op, grad):
    with control_dependencies([grad]):
        x = conj(op.inputs[0])
        return grad * make("Polygamma", constant(1, dtype=x.dtype), x)


def _bessel_i0e_grad(op, grad):
    x, y = op.inputs[0], op.outputs[0]
    with control_dependencies([grad]):
        i1e = make("BesselI1e", x)
        return grad * (i1e - make("Sign", x) * y)


def _bessel_i1e_grad(op, grad):
    from tinytf.ops.math.unary import abs

    x, y = op.inputs[0], op.outputs[0]
    with control_dependencies([grad]):
        # At 0 the derivative is 0.5; the formula would divide by 0.
        eps = np.finfo(x.dtype.base_dtype.as_numpy_dtype).eps
        zeros = array_ops.zeros_like(x)
        not_tiny = abs(x) > eps
        safe = select.where(not_tiny, x, eps + zeros)
        i0e = make("BesselI0e", safe)
        derivative = i0e - y * (make("Sign", safe) + make("Reciprocal", safe))
        return grad * select.where(not_tiny, derivative, 0.5 + zeros)


def _igamma_grads(op, grad):
    a, x = op.inputs
    sa, sx, ra, rx = dynamic_axes(a, x)
    with control_dependencies([grad]):
        partial_a = make("IgammaGradA", a, x)
        exponent = -x + (a - 1) * make("Log", x)
        partial_x = make("Exp", exponent - make("Lgamma", a))
        ga = sum_to_shape(partial_a * grad, ra, sa)
        return ga, sum_to_shape(partial_x * grad, rx, sx)


def _igammac_grads(op, grad):
    ga, gx = _igamma_grads(op, grad)
    return -ga, -gx


def _betainc_grad(op, grad):
    a, b, x = op.inputs
    sa, sx = array_ops.shape(a), array_ops.shape(x)
    _, rx = make("BroadcastGradientArgs", sa, sx)
    lgamma_a = make("Lgamma", a)
    log_beta = lgamma_a + make("Lgamma", b) - make("Lgamma", a + b)
    first = (b - 1) * make("Log", 1 - x)
    partial_x = make("Exp", first + (a - 1) * make("Log", x) - log_beta)
    return None, None, sum_to_shape(partial_x * grad, rx, sx)


def _zeta_grad(op, grad):
    x, q = op.inputs
    _, sq, _, rq = dynamic_axes(x, q)
    with control_dependencies([grad]):
        x, q = conj(x), conj(q)
        partial_q = -x * make("Zeta", x + 1, q)
        return None, sum_to_shape(partial_q * grad, rq, sq)


def _polygamma_grad(op, grad):
    n, x = op.inputs
    _, sx, _, rx = dynamic_axes(n, x)
    with control_dependencies([grad]):
        n, x = conj(n), conj(x)
        partial_x = make("Polygamma", n + 1, x)
        return None, sum_to_shape(partial_x * grad, rx, sx)


# ---- the ops -----------------------------------------------------------------------------------

op(
    "Erf(x: T) -> (y: T); T: {bfloat16, half, float, double}",
    shape=same_as_input,
    kernel=_erf_kernel,
    gradient=_erf_grad(1),
)
op(
    "Erfc(x: T) -> (y: T); T: {bfloat16, half, float, double}",
    shape=same_as_input,
    kernel=_kernel(functions.erfc),
    gradient=_erf_grad(-1),
)
op(
    "Lgamma(x: T) -> (y: T); T: {bfloat16, half, float, double}",
    shape=same_as_input,
    kernel=_kernel(functions.lgamma),
    gradient=_lgamma_grad,
)
op(
    "Digamma(x: T) -> (y: T); T: {bfloat16, half, float, double}",
    shape=same_as_input,
    kernel=_kernel(functions.digamma),
    gradient=_digamma_grad,
)
op(
    "BesselI0e(x: T) -> (y: T); T: {bfloat16, half, float, double}",
    shape=same_as_input,
    kernel=_kernel(functions.bessel_i0e),
    gradient=_bessel_i0e_grad,
)
op(
    "BesselI1e(x: T) -> (y: T); T: {bfloat16, half, float, double}",
    shape=same_as_input,
    kernel=_kernel(functions.bessel_i1e),
    gradient=_bessel_i1e_grad,
)
op(
    "Igamma(a: T, x: T) -> (z: T); T: {float, double}",
    shape=broadcast,
    kernel=_kernel(functions.igamma),
    gradient=_igamma_grads,
)
op(
    "Igammac(a: T, x: T) -> (z: T); T: {float, double}",
    shape=broadcast,
    kernel=_kernel(functions.igammac),
    gradient=_igammac_grads,
)
op("IgammaGradA(a: T, x: T) -> (z: T); T: {float, double}", shape=broadcast, kernel=_kernel(functions.igamma_grad_a))
op(
    "RandomGammaGrad(alpha: T, sample: T) -> (output: T); T: {float, double}",
    shape=broadcast,
    kernel=_kernel(functions.gamma_sample_grad),
)
op(
    "Betainc(a: T, b: T, x: T) -> (z: T); T: {float, double}",
    shape=_betainc_shape,
    kernel=_betainc_kernel,
    gradient=_betainc_grad,
)
op(
    "Zeta(x: T, q: T) -> (z: T); T: {float, double}",
    shape=broadcast,
    kernel=_kernel(functions.zeta),
    gradient=_zeta_grad,
)
op(
    "Polygamma(a: T, x: T) -> (z: T); T: {float, double}",
    shape=broadcast,
    kernel=_kernel(functions.polygamma),
    gradient=_polygamma_grad,
)

# ---- public functions --------------------------------------------------------------------------

erf = unary("Erf", "The Gauss error function.")
erfc = unary("Erfc", "1 - erf(x).")
lgamma = unary("Lgamma", "The logarithm of the absolute value of the gamma function.")
digamma = unary("Digamma", "The derivative of lgamma.")
bessel_i0e = unary("BesselI0e", "The exponentially scaled modified Bessel function of order 0.", "bessel_i0e")
bessel_i1e = unary("BesselI1e", "The exponentially scaled modified Bessel function of order 1.", "bessel_i1e")


def igamma(a, x, name=None) -> Tensor:
    """The regularized lower incomplete gamma function P(a, x).  Follows `tf.igamma` of TF 1.15."""
    return make("Igamma", a, x, name=name)


def igammac(a, x, name=None) -> Tensor:
    """The regularized upper incomplete gamma function Q(a, x) = 1 - P(a, x).  Follows `tf.igammac` of TF 1.15."""
    return make("Igammac", a, x, name=name)


def zeta(x, q, name=None) -> Tensor:
    """The Hurwitz zeta function: the sum of (q + n)^-x over n = 0, 1, ….  Follows `tf.zeta` of TF 1.15."""
    return make("Zeta", x, q, name=name)


def polygamma(a, x, name=None) -> Tensor:
    """The a-th derivative of digamma at x.  Follows `tf.polygamma` of TF 1.15."""
    return make("Polygamma", a, x, name=name)


def betainc(a, b, x, name=None) -> Tensor:
    """The regularized incomplete beta function I_x(a, b).  Follows `tf.betainc` of TF 1.15."""
    return make("Betainc", a, b, x, name=name)


def lbeta(x, name=None) -> Tensor:
    """log |Beta(x)| along the last axis: the sum of lgamma(x) less lgamma of the sum.  Follows `tf.lbeta`."""
    with name_scope(name, "lbeta", [x]):
        x = convert_to_tensor(x, name="x")
        product = reductions.reduce_sum(make("Lgamma", x), axis=[-1])
        return product - make("Lgamma", reductions.reduce_sum(x, axis=[-1]))


def bessel_i0(x, name=None) -> Tensor:
    """The modified Bessel function of order 0.  Follows `tf.math.bessel_i0` of TF 1.15."""
    return _bessel("bessel_i0", "BesselI0e", x, name)


def bessel_i1(x, name=None) -> Tensor:
    """The modified Bessel function of order 1.  Follows `tf.math.bessel_i1` of TF 1.15."""
    return _bessel("bessel_i1", "BesselI1e", x, name)


def _bessel(scope, scaled, x, name):
    from tinytf.ops.math.unary import abs

    with name_scope(name, scope, [x]):
        return make("Exp", abs(x)) * make(scaled, x)
