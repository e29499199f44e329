"""Complex numbers: Complex, Real, Imag, Conj, Angle, ComplexAbs."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import broadcast, same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.util.dispatch import add_dispatch_support


def _complex_kernel(op):
    dtype = op.outputs[0].dtype.as_numpy_dtype

    def kernel(real, imag):
        shape = np.broadcast(real, imag).shape
        result = np.empty(shape, dtype)
        result.real = real
        result.imag = imag
        return result

    return kernel


def _complex_grad(op, grad):
    from tinytf.ops.math.broadcasting import dynamic_axes, sum_to_shape

    sx, sy, rx, ry = dynamic_axes(*op.inputs)
    gx = sum_to_shape(real(grad), rx, sx)
    return gx, sum_to_shape(imag(grad), ry, sy)


def _real_grad(op, grad):
    return complex(grad, constant(0, dtype=grad.dtype))


def _imag_grad(op, grad):
    return complex(constant(0, dtype=grad.dtype), grad)


def _angle_grad(op, grad):
    x = op.inputs[0]
    with control_dependencies([grad]):
        re, im = real(x), imag(x)
        z = make("Reciprocal", complex(im, re))
        complex_grad = complex(grad, constant(0, dtype=grad.dtype))
        return -complex_grad * z


def _complex_abs_grad(op, grad):
    from tinytf.ops.math.division import div_no_nan

    y = op.outputs[0]
    towards = complex(grad, array_ops.zeros_like(grad)) * op.inputs[0]
    return div_no_nan(towards, complex(y, array_ops.zeros_like(y)))


op(
    "Complex(real: T, imag: T) -> (out: Tout); T: {float, double} = float; Tout: {complex64, complex128} = complex64",
    shape=broadcast,
    kernel=_complex_kernel,
    gradient=_complex_grad,
)
op(
    "Real(input: T) -> (output: Tout); T: {complex64, complex128} = complex64; Tout: {float, double} = float",
    shape=same_as_input,
    kernel=lambda op: np.real,
    gradient=_real_grad,
    view=True,
)
op(
    "Imag(input: T) -> (output: Tout); T: {complex64, complex128} = complex64; Tout: {float, double} = float",
    shape=same_as_input,
    kernel=lambda op: np.imag,
    gradient=_imag_grad,
    view=True,
)
op(
    "Conj(input: T) -> (output: T); T: {complex64, complex128, variant} = complex64",
    shape=same_as_input,
    kernel=np.conjugate,
    gradient=lambda op, grad: conj(grad),
)
op(
    "Angle(input: T) -> (output: Tout); T: {complex64, complex128} = complex64; Tout: {float, double} = float",
    shape=same_as_input,
    kernel=lambda op: np.angle,
    gradient=_angle_grad,
)
op(
    "ComplexAbs(x: T) -> (y: Tout); T: {complex64, complex128} = complex64; Tout: {float, double} = float",
    shape=same_as_input,
    kernel=np.absolute,
    gradient=_complex_abs_grad,
)


@add_dispatch_support
def complex(real, imag, name=None) -> Tensor:
    """real + i * imag; both float32 (gives complex64) or both float64 (complex128).

    Raises TypeError for other types.  Follows `tf.complex` of TF 1.15.
    """
    real = convert_to_tensor(real, name="real")
    imag = convert_to_tensor(imag, name="imag")
    with name_scope(name, "Complex", [real, imag]) as name:
        types = {
            (dtypes.float64, dtypes.float64): dtypes.complex128,
            (dtypes.float32, dtypes.float32): dtypes.complex64,
        }
        result = types.get((real.dtype.base_dtype, imag.dtype.base_dtype))
        if result is None:
            raise TypeError(f"real and imag have incorrect types: {real.dtype.name} {imag.dtype.name}")
        return make("Complex", real, imag, Tout=result, name=name)


@add_dispatch_support
def real(input, name=None) -> Tensor:
    """The real part; a real tensor as it is.  Follows `tf.real` of TF 1.15."""
    with name_scope(name, "Real", [input]) as name:
        input = convert_to_tensor(input, name="input")
        return make("Real", input, Tout=input.dtype.real_dtype, name=name) if input.dtype.is_complex else input


def _part(op_type, input, name):
    """An op that gives a real tensor of a complex one, and zeros of a real one."""
    with name_scope(name, op_type, [input]) as name:
        input = convert_to_tensor(input, name="input")
        if input.dtype.is_complex:
            return make(op_type, input, Tout=input.dtype.real_dtype, name=name)
        return array_ops.zeros_like(input)


@add_dispatch_support
def imag(input, name=None) -> Tensor:
    """The imaginary part; zeros for a real tensor.  Follows `tf.imag` of TF 1.15."""
    return _part("Imag", input, name)


@add_dispatch_support
def angle(input, name=None) -> Tensor:
    """The argument atan2(imag, real); zeros for a real tensor.  Follows `tf.angle` of TF 1.15."""
    return _part("Angle", input, name)


@add_dispatch_support
def conj(x, name=None) -> Tensor:
    """The complex conjugate; a real tensor as it is.  Follows `tf.conj` of TF 1.15."""
    if isinstance(x, Tensor) and (x.dtype.is_floating or x.dtype.is_integer):
        return x
    with name_scope(name, "Conj", [x]) as name:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex or x.dtype == dtypes.variant:
            return make("Conj", x, name=name)
        if x.dtype.is_floating or x.dtype.is_integer:
            return x
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")
