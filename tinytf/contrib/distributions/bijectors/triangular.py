"""Bijectors between vectors and triangular matrices."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.contrib.distributions.bijectors.affine import AffineScalar
from tinytf.contrib.distributions.bijectors.chain import Chain
from tinytf.contrib.distributions.bijectors.elementwise import Softplus
from tinytf.distributions.bijector import Bijector
from tinytf.distributions.matrices import fill_triangular, fill_triangular_inverse
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.linalg.matrix_diag import matrix_diag_part, matrix_set_diag
from tinytf.ops.math import check_ops, math_ops


class FillTriangular(Bijector):
    """A vector as a triangular matrix. Follows tf.contrib.distributions.bijectors.FillTriangular of TF 1.15."""

    def __init__(self, upper=False, validate_args=False, name="fill_triangular"):
        self._upper = upper
        super().__init__(forward_min_event_ndims=1, inverse_min_event_ndims=2, validate_args=validate_args, name=name)

    def _forward(self, x):
        return fill_triangular(x, upper=self._upper)

    def _inverse(self, y):
        return fill_triangular_inverse(y, upper=self._upper)

    def _forward_log_det_jacobian(self, x):
        return array_ops.zeros_like(x[..., 0])

    def _inverse_log_det_jacobian(self, y):
        return array_ops.zeros_like(y[..., 0, 0])

    def _forward_event_shape(self, input_shape):
        elements = input_shape.as_list()[-1]
        n = None if elements is None else _side_of_square(elements, self.validate_args)
        return input_shape[:-1].concatenate([n, n])

    def _inverse_event_shape(self, output_shape):
        rows, columns = output_shape.as_list()[-2:]
        if rows is None or columns is None:
            return output_shape[:-2].concatenate([None])
        if rows != columns:
            raise ValueError("Matrix must be square. (saw [{}, {}])".format(rows, columns))
        return output_shape[:-2].concatenate([rows * (rows + 1) // 2])

    def _forward_event_shape_tensor(self, input_shape):
        n = _side_of_square(input_shape[-1], self.validate_args)
        return array_ops.concat([input_shape[:-1], [n, n]], axis=0)

    def _inverse_event_shape_tensor(self, output_shape):
        batch, n = output_shape[:-2], output_shape[-1]
        if self.validate_args:
            with control_dependencies([check_ops.assert_equal(n, output_shape[-2], message="Matrix must be square.")]):
                n = array_ops.identity(n)
        elements = math_ops.cast(n * (n + 1) / 2, output_shape.dtype)
        return array_ops.concat([batch, [elements]], axis=0)


def _side_of_square(elements, validate_args):
    """n of the n×n matrix whose triangle has that many elements: a number, or a tensor."""
    if isinstance(elements, (float, int, np.generic, np.ndarray)):
        n = (-1 + np.sqrt(1 + 8 * elements)) / 2.0
        if float(int(n)) != n:
            raise ValueError("Vector length is not a triangular number.")
        return int(n)
    with name_scope(None, "vector_size_to_square_matrix_size", [elements]):
        n = (-1.0 + math_ops.sqrt(1 + 8.0 * math_ops.cast(elements, dtypes.float32))) / 2.0
        if validate_args:
            whole = math_ops.cast(math_ops.cast(n, dtypes.int32), dtypes.float32)
            with control_dependencies([check_ops.assert_equal(whole, n, message="Vector length is not a triangular number")]):
                n = array_ops.identity(n)
        return math_ops.cast(n, elements.dtype)


class TransformDiagonal(Bijector):
    """A bijector applied to the diagonals of matrices. Follows tf.contrib.distributions.bijectors.TransformDiagonal of TF 1.15."""

    def __init__(self, diag_bijector, validate_args=False, name="transform_diagonal"):
        self._diag_bijector = diag_bijector
        super().__init__(forward_min_event_ndims=2, inverse_min_event_ndims=2, validate_args=validate_args, name=name)

    def _forward(self, x):
        return matrix_set_diag(x, self._diag_bijector.forward(matrix_diag_part(x)))

    def _inverse(self, y):
        return matrix_set_diag(y, self._diag_bijector.inverse(matrix_diag_part(y)))

    def _forward_log_det_jacobian(self, x):
        return self._diag_bijector.forward_log_det_jacobian(matrix_diag_part(x), event_ndims=1)

    def _inverse_log_det_jacobian(self, y):
        return self._diag_bijector.inverse_log_det_jacobian(matrix_diag_part(y), event_ndims=1)


class ScaleTriL(Chain):
    """Any vector as a lower triangular matrix with a positive diagonal. Follows tf.contrib.distributions.bijectors.ScaleTriL of TF 1.15."""

    def __init__(self, diag_bijector=None, diag_shift=1e-5, validate_args=False, name="scale_tril"):
        if diag_bijector is None:
            diag_bijector = Softplus(validate_args=validate_args)
        if diag_shift is not None:
            diag_bijector = Chain([AffineScalar(shift=diag_shift), diag_bijector])
        super().__init__([TransformDiagonal(diag_bijector=diag_bijector), FillTriangular()], validate_args=validate_args, name=name)
