"""Vectors as triangular and tridiagonal matrices. Follows tensorflow/python/ops/distributions/util.py of TF 1.15."""

from __future__ import annotations

import functools
import operator

import numpy as np

from tinytf import dtypes
from tinytf.distributions.static_values import prefer_static_rank
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.linalg.matrix_diag import matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag
from tinytf.ops.math import math_ops


def matrix_diag_transform(matrix, transform=None, name=None):
    """The matrix with its diagonal replaced by `transform` of it."""
    with name_scope(name, "matrix_diag_transform", [matrix]):
        matrix = convert_to_tensor(matrix, name="matrix")
        return matrix if transform is None else matrix_set_diag(matrix, transform(matrix_diag_part(matrix)))


def fill_triangular(x, upper=False, name=None):
    """A vector of n(n+1)/2 elements as an n×n triangular matrix, wound into it like a spiral."""
    with name_scope(name, "fill_triangular", values=[x]):
        x = convert_to_tensor(x, name="x")
        m = x.shape.with_rank_at_least(1).as_list()[-1] if x.shape.ndims is not None else None
        if m is not None:
            n = np.sqrt(0.25 + 2.0 * m) - 0.5
            if n != np.floor(n):
                raise ValueError("Input right-most shape ({}) does not correspond to a triangular matrix.".format(m))
            n = np.int32(n)
            final_shape = x.shape[:-1].concatenate([n, n])
        else:
            count = array_ops.shape(x)[-1]
            # the fraction that the cast cuts off is the 0.5 that the square root holds too much
            n = math_ops.cast(math_ops.sqrt(0.25 + math_ops.cast(2 * count, dtype=dtypes.float32)), dtype=dtypes.int32)
            final_shape = x.shape.with_rank_at_least(1)[:-1].concatenate([None, None])
        last = [prefer_static_rank(x) - 1]
        if upper:
            parts = [x, array_ops.reverse(x[..., n:], axis=last)]
        else:
            parts = [x[..., n:], array_ops.reverse(x, axis=last)]
        if final_shape.is_fully_defined():
            shape = final_shape.as_list()
        else:
            shape = array_ops.concat([array_ops.shape(x)[:-1], [n, n]], axis=0)
        square = array_ops.reshape(array_ops.concat(parts, axis=-1), shape)
        triangle = matrix_band_part(square, num_lower=0 if upper else -1, num_upper=-1 if upper else 0)
        triangle.set_shape(final_shape)
        return triangle


def fill_triangular_inverse(x, upper=False, name=None):
    """The vector that fill_triangular made the matrix x of."""
    with name_scope(name, "fill_triangular_inverse", values=[x]):
        x = convert_to_tensor(x, name="x")
        n = x.shape.with_rank_at_least(2).as_list()[-1] if x.shape.ndims is not None else None
        if n is not None:
            n = np.int32(n)
            m = np.int32((n * (n + 1)) // 2)
            final_shape = x.shape[:-2].concatenate([m])
        else:
            n = array_ops.shape(x)[-1]
            m = (n * (n + 1)) // 2
            final_shape = x.shape.with_rank_at_least(2)[:-2].concatenate([None])
        ndims = prefer_static_rank(x)
        if upper:
            first, others = x[..., 0, :], x[..., 1:, :]
        else:
            first, others = array_ops.reverse(x[..., -1, :], axis=[ndims - 2]), x[..., :-1, :]
        turned = array_ops.reverse(array_ops.reverse(others, axis=[ndims - 1]), axis=[ndims - 2])
        folded = others + turned
        rest = array_ops.reshape(folded, array_ops.concat([array_ops.shape(x)[:-2], [n * (n - 1)]], axis=0))
        vector = array_ops.concat([first, rest[..., : m - n]], axis=-1)
        vector.set_shape(final_shape)
        return vector


def tridiag(below=None, diag=None, above=None, name=None):
    """A matrix of up to three diagonals, in the middle and on both sides of it."""

    def padded(x):
        zero = array_ops.zeros(array_ops.concat([array_ops.shape(x)[:-1], [1]], axis=0), dtype=x.dtype)
        return array_ops.concat([zero, x, zero], axis=-1)

    with name_scope(name, "tridiag", [below, diag, above]):
        parts = []
        if below is not None:
            parts.append(matrix_diag(padded(convert_to_tensor(below, name="below")))[..., :-1, 1:])
        if diag is not None:
            parts.append(matrix_diag(convert_to_tensor(diag, name="diag")))
        if above is not None:
            parts.append(matrix_diag(padded(convert_to_tensor(above, name="above")))[..., 1:, :-1])
        if not parts:
            raise ValueError("Must specify at least one of `below`, `diag`, `above`.")
        return functools.reduce(operator.add, parts)
