"""tf.linalg: matrices.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

# ruff: noqa: F401
from tinytf.missing import missing_symbol
from tinytf.ops.array.transpose import matrix_transpose
from tinytf.ops.array.transpose import matrix_transpose as transpose
from tinytf.ops.linalg.linalg import cholesky, logm, lu, qr, slogdet, svd
from tinytf.ops.linalg.linalg import matrix_determinant as det
from tinytf.ops.linalg.linalg import matrix_inverse as inv
from tinytf.ops.linalg.linalg import matrix_solve as solve
from tinytf.ops.linalg.linalg import matrix_square_root as sqrtm
from tinytf.ops.linalg.linalg import matrix_triangular_solve as triangular_solve
from tinytf.ops.linalg.linalg import self_adjoint_eig as eigh
from tinytf.ops.linalg.linalg import self_adjoint_eigvals as eigvalsh
from tinytf.ops.linalg.linalg_functions import adjoint, cholesky_solve, logdet, matrix_rank, norm, normalize, pinv
from tinytf.ops.linalg.linalg_functions import matrix_exponential as expm
from tinytf.ops.linalg.linalg_functions import matrix_solve_ls as lstsq
from tinytf.ops.linalg.matrix_diag import diag as tensor_diag
from tinytf.ops.linalg.matrix_diag import diag_part as tensor_diag_part
from tinytf.ops.linalg.matrix_diag import eye, trace
from tinytf.ops.linalg.matrix_diag import matrix_band_part as band_part
from tinytf.ops.linalg.matrix_diag import matrix_diag as diag
from tinytf.ops.linalg.matrix_diag import matrix_diag_part as diag_part
from tinytf.ops.linalg.matrix_diag import matrix_set_diag as set_diag
from tinytf.ops.linalg.tridiagonal import tridiagonal_matmul, tridiagonal_solve
from tinytf.ops.math.clip import global_norm
from tinytf.ops.math.contractions import cross, tensordot
from tinytf.ops.math.einsum import einsum
from tinytf.ops.math.matmul import matmul, matvec

# The linear operators, imported when they are asked for.
_OPERATORS = {
    "linear_operator": "LinearOperator",
    "linear_operator_circulant": "LinearOperatorCirculant LinearOperatorCirculant2D LinearOperatorCirculant3D",
    "linear_operator_composition": "LinearOperatorAdjoint LinearOperatorComposition LinearOperatorInversion",
    "linear_operator_dense": "LinearOperatorFullMatrix LinearOperatorLowerTriangular",
    "linear_operator_diag": "LinearOperatorDiag LinearOperatorIdentity LinearOperatorScaledIdentity",
    "linear_operator_products": "LinearOperatorBlockDiag LinearOperatorKronecker",
    "linear_operator_structured": "LinearOperatorHouseholder LinearOperatorLowRankUpdate LinearOperatorToeplitz LinearOperatorZeros",
}
_OPERATOR_MODULE = {name: module for module, names in _OPERATORS.items() for name in names.split()}


def __getattr__(name):
    if name in _OPERATOR_MODULE:
        import importlib

        importlib.import_module("tinytf.linalg.registrations")
        return getattr(importlib.import_module("tinytf.linalg." + _OPERATOR_MODULE[name]), name)
    if name == "l2_normalize":
        from tinytf import nn

        return getattr(nn, name)
    raise missing_symbol("tf.linalg", name, [*globals(), *_OPERATOR_MODULE])
