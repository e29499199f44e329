"""tf.linalg: matrices.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

# ruff: noqa: F401
from tinytf.missing import missing_symbol
from tinytf.ops.clip import global_norm
from tinytf.ops.contractions import cross, tensordot
from tinytf.ops.einsum import einsum
from tinytf.ops.linalg import cholesky, logm, lu, qr, slogdet, svd
from tinytf.ops.linalg import matrix_determinant as det
from tinytf.ops.linalg import matrix_inverse as inv
from tinytf.ops.linalg import matrix_solve as solve
from tinytf.ops.linalg import matrix_square_root as sqrtm
from tinytf.ops.linalg import matrix_triangular_solve as triangular_solve
from tinytf.ops.linalg import self_adjoint_eig as eigh
from tinytf.ops.linalg import self_adjoint_eigvals as eigvalsh
from tinytf.ops.linalg_functions import adjoint, cholesky_solve, logdet, matrix_rank, norm, pinv
from tinytf.ops.linalg_functions import matrix_exponential as expm
from tinytf.ops.linalg_functions import matrix_solve_ls as lstsq
from tinytf.ops.linear_operators import LinearOperatorLowerTriangular
from tinytf.ops.matmul import matmul, matvec
from tinytf.ops.matrix_diag import diag as tensor_diag
from tinytf.ops.matrix_diag import diag_part as tensor_diag_part
from tinytf.ops.matrix_diag import eye, trace
from tinytf.ops.matrix_diag import matrix_band_part as band_part
from tinytf.ops.matrix_diag import matrix_diag as diag
from tinytf.ops.matrix_diag import matrix_diag_part as diag_part
from tinytf.ops.matrix_diag import matrix_set_diag as set_diag
from tinytf.ops.transpose import matrix_transpose
from tinytf.ops.transpose import matrix_transpose as transpose
from tinytf.ops.tridiagonal import tridiagonal_matmul, tridiagonal_solve


def __getattr__(name):
    if name in ("l2_normalize", "normalize"):
        from tinytf import nn

        return getattr(nn, name)
    raise missing_symbol("tf.linalg", name, list(globals()))
