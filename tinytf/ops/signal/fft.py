"""Fourier transforms over the last one, two or three axes: FFT, IFFT, RFFT, IRFFT and their 2D and 3D forms."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims, constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops, ranges
from tinytf.ops.array.shape_ops import show
from tinytf.ops.math import reductions
from tinytf.ops.math.cast import cast
from tinytf.ops.math.complex_ops import conj, real
from tinytf.ops.math.matmul import matmul

# ---- shapes and kernels ------------------------------------------------------------------------


def _same_shape(rank):
    return lambda op: [with_rank_at_least(op.inputs[0].dims, rank)]


def _real_shape(rank, inverse):
    def shape(op):
        dims = with_rank_at_least(op.inputs[0].dims, rank)
        if dims is None:
            return [None]
        length = constant_value(op.inputs[1])
        if length is None:
            return [dims[:-rank] + (None,) * rank]
        sizes = [int(n) for n in length]
        if len(sizes) != rank:
            raise ValueError(f"Dimension must be {rank} but is {len(sizes)}")
        if not inverse and sizes[-1] > 0:
            sizes[-1] = sizes[-1] // 2 + 1
        return [dims[:-rank] + tuple(sizes)]

    return shape


def _complex_kernel(transform, rank):
    axes = tuple(range(-rank, 0))

    def kernel(op):
        dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)
        return lambda x: transform(x, axes=axes).astype(dtype, copy=False) if x.size else x.astype(dtype)

    return kernel


def _real_kernel(transform, rank, inverse):
    axes = tuple(range(-rank, 0))

    def kernel(op):
        dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)

        def run(x, length):
            if x.ndim < rank:
                message = f"Input must have rank of at least {rank} but got: {show(x.shape)}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
            sizes = [int(n) for n in length]
            needed = sizes[:-1] + [sizes[-1] // 2 + 1 if inverse and sizes[-1] else sizes[-1]]
            for axis, (have, need) in enumerate(zip(x.shape[-rank:], needed)):
                if have < need:
                    message = (
                        f"Input dimension {x.ndim - rank + axis} must have length of at least {need} but got: {have}"
                    )
                    raise errors.InvalidArgumentError(op.node_def, op, message)
            if x.size == 0 or 0 in sizes:
                out = list(x.shape[:-rank]) + sizes
                if not inverse:
                    out[-1] = sizes[-1] // 2 + 1 if sizes[-1] else 0
                return np.zeros(out, dtype)
            return transform(x, s=sizes, axes=axes).astype(dtype, copy=False)

        return run

    return kernel


# ---- gradients ---------------------------------------------------------------------------------


def _size_of_last(grad, rank):
    return reductions.reduce_prod(array_ops.shape(grad)[-rank:])


def _fft_grad(op_type, rank):
    def gradient(op, grad):
        size = cast(_size_of_last(grad, rank), grad.dtype)
        return make(op_type, grad) * size

    return gradient


def _ifft_grad(op_type, rank):
    def gradient(op, grad):
        size = 1.0 / cast(_size_of_last(grad, rank), grad.dtype.real_dtype)
        size = cast(size, grad.dtype)
        return make(op_type, grad) * size

    return gradient


def _signs(length):
    """1, -1, 1, -1, …"""
    return cast(1 - 2 * (ranges.range(length) % 2), dtypes.complex64)


def _fourier_matrix(length):
    a = array_ops.tile(array_ops.expand_dims(ranges.range(length), 0), (length, 1))
    b = array_ops.transpose(a, [1, 0])
    angles = -2j * np.pi * cast(a * b, dtypes.complex64)
    return make("Exp", angles / cast(length, dtypes.complex64))


def _rfft_grad(rank):
    """The real transform back, plus what the half spectrum counts once and the whole twice."""

    def gradient(op, grad):
        length = op.inputs[1]
        input_shape = array_ops.shape(op.inputs[0])
        is_even = cast(1 - (length[-1] % 2), dtypes.complex64)
        y0 = grad[..., 0:1]
        if rank == 1:
            ym = grad[..., -1:]
            extra = y0 + is_even * ym * _signs(input_shape[-1])
        else:
            mask = _fourier_matrix(input_shape[-2])
            ones = array_ops.ones([array_ops.rank(y0) - 2], dtypes.int32)
            expanded = array_ops.reshape(mask, array_ops.concat([ones, array_ops.shape(mask)], 0))
            tiled = array_ops.tile(expanded, array_ops.concat([array_ops.shape(y0)[:-2], [1, 1]], 0))
            extra = matmul(tiled, conj(y0))
            ym = grad[..., -1:]
            ym_term = matmul(tiled, conj(ym))
            inner = input_shape[-1]
            ones = array_ops.ones([array_ops.rank(grad) - 1], dtypes.int32)
            ym_term = array_ops.tile(ym_term, array_ops.concat([ones, [inner]], 0)) * _signs(inner)
            extra += is_even * ym_term
        size = cast(_size_of_last(op.inputs[0], rank), dtypes.float32)
        back = irfft(grad, length) if rank == 1 else irfft2d(grad, length)
        return 0.5 * (back * size + real(extra)), None

    return gradient


def _irfft_grad(rank):
    """The transform, with twice the weight for all but the first (and for even lengths the last) term."""

    def gradient(op, grad):
        length = op.inputs[1]
        is_odd = make("FloorMod", length[-1], 2)
        last = array_ops.shape(op.inputs[0])[-1]
        middle = 2.0 * array_ops.ones([last - 2 + is_odd])
        mask = array_ops.concat([[1.0], middle, array_ops.ones([1 - is_odd])], 0)
        size = make("Reciprocal", cast(_size_of_last(grad, rank), dtypes.float32))
        forth = rfft(grad, length) if rank == 1 else rfft2d(grad, length)
        return forth * cast(size * mask, dtypes.complex64), None

    return gradient


# ---- the ops -----------------------------------------------------------------------------------


def _complex_op(signature, transform, rank, gradient=None):
    op(signature, shape=_same_shape(rank), kernel=_complex_kernel(transform, rank), gradient=gradient)


def _real_op(signature, transform, rank, inverse, gradient=None):
    kernel = _real_kernel(transform, rank, inverse)
    op(signature, shape=_real_shape(rank, inverse), kernel=kernel, gradient=gradient)


_complex_op(
    "FFT(input: Tcomplex) -> (output: Tcomplex); Tcomplex: {complex64, complex128} = complex64",
    np.fft.fftn,
    1,
    _fft_grad("IFFT", 1),
)
_complex_op(
    "IFFT(input: Tcomplex) -> (output: Tcomplex); Tcomplex: {complex64, complex128} = complex64",
    np.fft.ifftn,
    1,
    _ifft_grad("FFT", 1),
)
_complex_op(
    "FFT2D(input: Tcomplex) -> (output: Tcomplex); Tcomplex: {complex64, complex128} = complex64",
    np.fft.fftn,
    2,
    _fft_grad("IFFT2D", 2),
)
_complex_op(
    "IFFT2D(input: Tcomplex) -> (output: Tcomplex); Tcomplex: {complex64, complex128} = complex64",
    np.fft.ifftn,
    2,
    _ifft_grad("FFT2D", 2),
)
_complex_op(
    "FFT3D(input: Tcomplex) -> (output: Tcomplex); Tcomplex: {complex64, complex128} = complex64",
    np.fft.fftn,
    3,
    _fft_grad("IFFT3D", 3),
)
_complex_op(
    "IFFT3D(input: Tcomplex) -> (output: Tcomplex); Tcomplex: {complex64, complex128} = complex64",
    np.fft.ifftn,
    3,
    _ifft_grad("FFT3D", 3),
)
_real_op("RFFT(input: float, fft_length: int32) -> (output: complex64)", np.fft.rfftn, 1, False, _rfft_grad(1))
_real_op("IRFFT(input: complex64, fft_length: int32) -> (output: float)", np.fft.irfftn, 1, True, _irfft_grad(1))
_real_op("RFFT2D(input: float, fft_length: int32) -> (output: complex64)", np.fft.rfftn, 2, False, _rfft_grad(2))
_real_op("IRFFT2D(input: complex64, fft_length: int32) -> (output: float)", np.fft.irfftn, 2, True, _irfft_grad(2))
_real_op("RFFT3D(input: float, fft_length: int32) -> (output: complex64)", np.fft.rfftn, 3, False)
_real_op("IRFFT3D(input: complex64, fft_length: int32) -> (output: float)", np.fft.irfftn, 3, True)
_complex_op("BatchFFT(input: complex64) -> (output: complex64); deprecated 15 'Use FFT'", np.fft.fftn, 1)
_complex_op("BatchIFFT(input: complex64) -> (output: complex64); deprecated 15 'Use IFFT'", np.fft.ifftn, 1)
_complex_op("BatchFFT2D(input: complex64) -> (output: complex64); deprecated 15 'Use FFT2D'", np.fft.fftn, 2)
_complex_op("BatchIFFT2D(input: complex64) -> (output: complex64); deprecated 15 'Use IFFT2D'", np.fft.ifftn, 2)
_complex_op("BatchFFT3D(input: complex64) -> (output: complex64); deprecated 15 'Use FFT3D'", np.fft.fftn, 3)
_complex_op("BatchIFFT3D(input: complex64) -> (output: complex64); deprecated 15 'Use IFFT3D'", np.fft.ifftn, 3)

# ---- public functions --------------------------------------------------------------------------


def _complex(op_type, doc):
    def function(input, name=None):
        return make(op_type, input, name=name)

    function.__name__ = function.__qualname__ = op_type.lower()
    function.__doc__ = f"{doc}.  Follows `tf.signal.{op_type.lower()}` of TF 1.15."
    return function


fft = _complex("FFT", "The discrete Fourier transform over the last axis")
ifft = _complex("IFFT", "The inverse discrete Fourier transform over the last axis")
fft2d = _complex("FFT2D", "The discrete Fourier transform over the last two axes")
ifft2d = _complex("IFFT2D", "The inverse discrete Fourier transform over the last two axes")
fft3d = _complex("FFT3D", "The discrete Fourier transform over the last three axes")
ifft3d = _complex("IFFT3D", "The inverse discrete Fourier transform over the last three axes")


def _real(op_type, rank, inverse, doc):
    name_ = op_type.lower()

    def function(input_tensor, fft_length=None, name=None):
        with name_scope(name, name_, [input_tensor, fft_length]) as name:
            dtype = dtypes.complex64 if inverse else dtypes.float32
            x = convert_to_tensor(input_tensor, dtype)
            x.shape.with_rank_at_least(rank)
            if fft_length is None:
                fft_length = _inferred_length(x, rank, inverse)
            else:
                fft_length = convert_to_tensor(fft_length, dtypes.int32)
                fft_length.shape.with_rank(1)
            return make(op_type, _padded(x, rank, fft_length, inverse), fft_length, name=name)

    function.__name__ = function.__qualname__ = name_
    function.__doc__ = (
        f"{doc}; shorter inputs are padded to `fft_length`, longer ones cut.\n\n"
        f"    Follows `tf.signal.{name_}` of TF 1.15.\n    "
    )
    return function


def _inferred_length(x, rank, inverse) -> Tensor:
    known = x.dims[-rank:] if x.dims is not None else (None,)
    if None in known:
        length = array_ops.shape(x)[-rank:]
        if inverse:
            parts = array_ops.unstack(length)
            parts[-1] = make("Maximum", 0, 2 * (parts[-1] - 1))
            length = array_ops.stack(parts)
        return length
    length = list(known)
    if inverse:
        length[-1] = max(0, 2 * (length[-1] - 1))
    return convert_to_tensor(length, dtypes.int32)


def _padded(x, rank, length, inverse):
    """`x` with zeros after its end where it is shorter than `length` asks for."""
    if x.dims is not None and 0 in x.dims:
        return x
    sizes = constant_dims(length)
    if sizes is not None and None not in sizes and x.dims is not None:
        have = x.dims[-len(sizes) :]
        if None not in have:
            if inverse:
                sizes = sizes[:-1] + (sizes[-1] // 2 + 1,)
            paddings = [[0, max(need - h, 0)] for need, h in zip(sizes, have)]
            if any(p for _, p in paddings):
                return array_ops.pad(x, [[0, 0]] * max(len(x.dims) - len(sizes), 0) + paddings)
            return x
    input_rank = array_ops.rank(x)
    have = array_ops.shape(x)[-rank:]
    outer = make("Maximum", 0, input_rank - rank)
    outer = array_ops.zeros([outer], length.dtype)
    if inverse:
        length = array_ops.concat([length[:-1], length[-1:] // 2 + 1], 0)
    needed = make("Maximum", 0, length - have)
    paddings = array_ops.concat([outer, needed], 0)
    paddings = array_ops.stack([array_ops.zeros_like(paddings), paddings], axis=1)
    return array_ops.pad(x, paddings)


rfft = _real("RFFT", 1, False, "The discrete Fourier transform of real numbers over the last axis")
irfft = _real("IRFFT", 1, True, "The inverse of `rfft`")
rfft2d = _real("RFFT2D", 2, False, "The discrete Fourier transform of real numbers over the last two axes")
irfft2d = _real("IRFFT2D", 2, True, "The inverse of `rfft2d`")
rfft3d = _real("RFFT3D", 3, False, "The discrete Fourier transform of real numbers over the last three axes")
irfft3d = _real("IRFFT3D", 3, True, "The inverse of `rfft3d`")


def _rolled(scope, x, axes, name, sign):
    with name_scope(name, scope) as name:
        x = convert_to_tensor(x)
        if axes is None:
            axes = tuple(range(len(x.dims)))
            shift = [sign * int(d // 2) for d in x.dims]
        elif isinstance(axes, int):
            shift = sign * int(x.dims[axes] // 2)
        else:
            shift = [sign * int(x.dims[a] // 2) for a in axes]
        return make("Roll", x, shift, axes, name=name)


def fftshift(x, axes=None, name=None) -> Tensor:
    """The zero frequency moved to the middle of each of `axes`.  Follows `tf.signal.fftshift` of TF 1.15."""
    return _rolled("fftshift", x, axes, name, 1)


def ifftshift(x, axes=None, name=None) -> Tensor:
    """The inverse of `fftshift`.  Follows `tf.signal.ifftshift` of TF 1.15."""
    return _rolled("ifftshift", x, axes, name, -1)
