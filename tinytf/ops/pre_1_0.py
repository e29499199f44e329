"""Names that TensorFlow had before 1.0 and dropped: `tf.mul`, `tf.sub`, `tf.pack` …, for the tutorials of 2015 and 2016.

They add the nodes that the scripts' own TensorFlow added.  `PRE_1_0` is the list: old name, and what it is today.
Where old and new differ in their arguments there is a function below.
"""

from __future__ import annotations

import importlib

from tinytf.graph.build import make
from tinytf.graph.tensor import Tensor

# old name: (module, name there)
PRE_1_0 = {
    "mul": ("tinytf.ops.math.arithmetic", "multiply"),
    "sub": ("tinytf.ops.math.arithmetic", "subtract"),
    "neg": ("tinytf.ops.math.unary", "negative"),
    "batch_matmul": ("tinytf.ops.math.matmul", "batch_matmul"),
    "batch_fft": ("tinytf.ops.signal.fft", "fft"),
    "batch_fft2d": ("tinytf.ops.signal.fft", "fft2d"),
    "batch_fft3d": ("tinytf.ops.signal.fft", "fft3d"),
    "batch_ifft": ("tinytf.ops.signal.fft", "ifft"),
    "batch_ifft2d": ("tinytf.ops.signal.fft", "ifft2d"),
    "batch_ifft3d": ("tinytf.ops.signal.fft", "ifft3d"),
    "batch_cholesky": ("tinytf.ops.linalg.linalg", "cholesky"),
    "batch_cholesky_solve": ("tinytf.ops.linalg.linalg_functions", "cholesky_solve"),
    "batch_matrix_band_part": ("tinytf.ops.linalg.matrix_diag", "matrix_band_part"),
    "batch_matrix_determinant": ("tinytf.ops.linalg.linalg", "matrix_determinant"),
    "batch_matrix_diag": ("tinytf.ops.linalg.matrix_diag", "matrix_diag"),
    "batch_matrix_diag_part": ("tinytf.ops.linalg.matrix_diag", "matrix_diag_part"),
    "batch_matrix_set_diag": ("tinytf.ops.linalg.matrix_diag", "matrix_set_diag"),
    "batch_matrix_inverse": ("tinytf.ops.linalg.linalg", "matrix_inverse"),
    "batch_matrix_solve": ("tinytf.ops.linalg.linalg", "matrix_solve"),
    "batch_matrix_solve_ls": ("tinytf.ops.linalg.linalg_functions", "matrix_solve_ls"),
    "batch_matrix_transpose": ("tinytf.ops.array.transpose", "matrix_transpose"),
    "batch_matrix_triangular_solve": ("tinytf.ops.linalg.linalg", "matrix_triangular_solve"),
    "batch_self_adjoint_eig": ("tinytf.ops.linalg.linalg", "self_adjoint_eig"),
    "batch_self_adjoint_eigvals": ("tinytf.ops.linalg.linalg", "self_adjoint_eigvals"),
    "batch_svd": ("tinytf.ops.linalg.linalg", "svd"),
}


def inv(x, name=None) -> Tensor:
    """1 / x elementwise: `tf.reciprocal` since 1.0."""
    return make("Inv", x, name=name)


def select(condition, t, e, name=None) -> Tensor:
    """`t` where `condition`, else `e`: `tf.where` since 1.0."""
    return make("Select", condition, t, e, name=name)


def pack(values, axis=0, name="pack") -> Tensor:
    """Tensors of one shape, as the rows of a new dimension: `tf.stack` since 1.0."""
    from tinytf.ops.array import concat_split

    return concat_split.stack(values, axis=axis, name=name)


def unpack(value, num=None, axis=0, name="unpack") -> list:
    """The parts of a tensor along a dimension: `tf.unstack` since 1.0."""
    from tinytf.ops.array import concat_split

    return concat_split.unstack(value, num=num, axis=axis, name=name)


def listdiff(x, y, out_idx=None, name=None):
    """What is in `x` and not in `y`, and where: `tf.setdiff1d` since 1.0."""
    from tinytf import dtypes
    from tinytf.ops.array import unique

    return unique.setdiff1d(x, y, out_idx or dtypes.int32, name)


def complex_abs(x, name=None) -> Tensor:
    """The absolute value of complex numbers: `tf.abs` since 1.0."""
    from tinytf.ops.math import unary

    return unary.abs(x, name=name)


def __getattr__(name):
    if name not in PRE_1_0:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, there = PRE_1_0[name]
    return getattr(importlib.import_module(module), there)
