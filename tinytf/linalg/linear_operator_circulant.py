"""Circulant operators, which the Fourier transform makes diagonal.  Follows `tf.linalg.LinearOperatorCirculant` and its 2D and 3D kin."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.linalg import linear_operator_util as util
from tinytf.linalg.linear_operator import LinearOperator
from tinytf.linalg.linear_operator_dense import check_dtype
from tinytf.ops.array import array_ops
from tinytf.ops.array.transpose import matrix_transpose
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.signal import fft
from tinytf.shapes import TensorShape

_COMPLEX_OF = {dtypes.float16: dtypes.complex64, dtypes.float32: dtypes.complex64, dtypes.float64: dtypes.complex128}
_TRANSFORMS = {1: (fft.fft, fft.ifft), 2: (fft.fft2d, fft.ifft2d), 3: (fft.fft3d, fft.ifft3d)}


def _to_complex(x):
    return math_ops.cast(x, _COMPLEX_OF.get(x.dtype, x.dtype))


class _Circulant(LinearOperator):
    """What circulant operators of `block_depth` dimensions share: `spectrum` holds the eigenvalues, in the order of the FFT."""

    def __init__(self, spectrum, block_depth, input_output_dtype, hints, is_square, name):
        if block_depth not in (1, 2, 3):
            raise ValueError(f"Expected 'block_depth' to be in [1, 2, 3].  Found: {block_depth}")
        self._block_depth = block_depth
        is_non_singular, is_self_adjoint, is_positive_definite = hints
        if is_square is False:
            raise ValueError("Only square circulant operators supported.")
        with name_scope(name, values=[spectrum]):
            self._spectrum = convert_to_tensor(spectrum, name="spectrum")
            check_dtype(self._spectrum, "spectrum")
            if self._spectrum.dims is not None and len(self._spectrum.dims) < block_depth:
                raise ValueError(f"Argument spectrum must have at least {block_depth} dimensions.  Found: {self._spectrum}")
            if not self._spectrum.dtype.is_complex:
                if is_self_adjoint is False:
                    raise ValueError("A real spectrum always corresponds to a self-adjoint operator.")
                is_self_adjoint = True
            super().__init__(input_output_dtype, [self._spectrum], is_non_singular, is_self_adjoint, is_positive_definite, True, name)

    spectrum = property(lambda self: self._spectrum, doc="The eigenvalues.")
    block_depth = property(lambda self: self._block_depth, doc="The number of dimensions over which it is circulant.")

    @property
    def block_shape(self):
        """The sizes of those dimensions."""
        return self._spectrum.shape[-self._block_depth :]

    def block_shape_tensor(self):
        """The sizes of those dimensions, as a tensor."""
        if self.block_shape.is_fully_defined():
            return util.shape_tensor(self.block_shape.as_list(), name="block_shape")
        return array_ops.shape(self._spectrum)[-self._block_depth :]

    def _shape(self):
        shape = self._spectrum.shape
        if shape.ndims is None:
            return TensorShape(None)
        blocks = shape[-self._block_depth :].as_list()
        size = None if None in blocks else int(np.prod(blocks))
        return shape[: -self._block_depth].concatenate([size, size])

    def _shape_tensor(self):
        shape = array_ops.shape(self._spectrum)
        size = math_ops.reduce_prod(shape[-self._block_depth :])
        return array_ops.concat((shape[: -self._block_depth], [size, size]), 0)

    def _fft(self, x):
        return _TRANSFORMS[self._block_depth][0](_to_complex(x))

    def _ifft(self, x):
        return _TRANSFORMS[self._block_depth][1](_to_complex(x))

    def convolution_kernel(self, name="convolution_kernel"):
        """The kernel with which this convolves."""
        with self._scope(name):
            return math_ops.cast(self._ifft(self._spectrum), self.dtype)

    def _blocks(self, x):
        """Columns as the last dimensions, in blocks."""
        x = matrix_transpose(x)
        return array_ops.reshape(x, array_ops.concat((array_ops.shape(x)[:-1], self.block_shape_tensor()), 0))

    def _columns(self, x):
        shape = array_ops.shape(x)
        size = math_ops.reduce_prod(shape[-self._block_depth :])
        return matrix_transpose(array_ops.reshape(x, array_ops.concat((shape[: -self._block_depth], [size]), 0)))

    def _filtered(self, x, spectrum, adjoint_arg):
        x = util.adjoint(x) if adjoint_arg else x
        rank = -self._block_depth - 1
        wide = array_ops.expand_dims(spectrum, rank)  # the same for all columns
        result = math_ops.cast(self._columns(self._ifft(wide * self._fft(self._blocks(x)))), self.dtype)
        if x.dims is not None and self.shape.ndims is not None:
            static = array_ops.broadcast_static_shape(self.batch_shape, x.shape[:-2])
            result.set_shape(static.concatenate(x.shape[-2:]).merge_with(static.concatenate([self.range_dimension, x.shape[-1]])))
        return result

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        spectrum = _to_complex(self._spectrum)
        return self._filtered(x, math_ops.conj(spectrum) if adjoint else spectrum, adjoint_arg)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        spectrum = _to_complex(self._spectrum)
        return self._filtered(rhs, 1.0 / (math_ops.conj(spectrum) if adjoint else spectrum), adjoint_arg)

    def _axes(self):
        return list(range(-self._block_depth, 0))

    def _determinant(self):
        return math_ops.cast(math_ops.reduce_prod(self._spectrum, axis=self._axes()), self.dtype)

    def _log_abs_determinant(self):
        found = math_ops.reduce_sum(math_ops.log(math_ops.abs(self._spectrum)), axis=self._axes())
        return math_ops.cast(found, self.dtype)

    def _diag_value(self):
        return math_ops.cast(math_ops.reduce_mean(_to_complex(self._spectrum), axis=self._axes()), self.dtype)

    def _diag_part(self):
        size = self.domain_dimension_tensor()
        found = array_ops.expand_dims(self._diag_value(), -1) * array_ops.ones([size], self.dtype)
        found.set_shape(self.shape[:-1] if self.shape.ndims is not None else None)
        return found

    def _trace(self):
        found = math_ops.cast(math_ops.reduce_sum(_to_complex(self._spectrum), axis=self._axes()), self.dtype)
        found.set_shape(self.batch_shape)
        return found

    def _assert_non_singular(self):
        return util.assert_no_entries_with_modulus_zero(self._spectrum, message="Singular operator:  Spectrum contained zero values.")

    def _assert_positive_definite(self):
        message = "Not positive definite:  Real part of spectrum was not all positive."
        return check_ops.assert_positive(math_ops.real(self._spectrum), message=message)

    def _assert_self_adjoint(self):
        message = "Not self-adjoint:  The spectrum contained non-zero imaginary part."
        return util.assert_zero_imag_part(self._spectrum, message=message)


class LinearOperatorCirculant(_Circulant):
    """A (batch of) circulant matrices."""

    def __init__(
        self, spectrum, input_output_dtype=dtypes.complex64, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None,
        is_square=True, name="LinearOperatorCirculant",
    ):  # fmt: skip
        super().__init__(spectrum, 1, input_output_dtype, (is_non_singular, is_self_adjoint, is_positive_definite), is_square, name)


class LinearOperatorCirculant2D(_Circulant):
    """A (batch of) block circulant matrices of circulant blocks."""

    def __init__(
        self, spectrum, input_output_dtype=dtypes.complex64, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None,
        is_square=True, name="LinearOperatorCirculant2D",
    ):  # fmt: skip
        super().__init__(spectrum, 2, input_output_dtype, (is_non_singular, is_self_adjoint, is_positive_definite), is_square, name)


class LinearOperatorCirculant3D(_Circulant):
    """A (batch of) nested block circulant matrices."""

    def __init__(
        self, spectrum, input_output_dtype=dtypes.complex64, is_non_singular=None, is_self_adjoint=None, is_positive_definite=None,
        is_square=True, name="LinearOperatorCirculant3D",
    ):  # fmt: skip
        super().__init__(spectrum, 3, input_output_dtype, (is_non_singular, is_self_adjoint, is_positive_definite), is_square, name)
