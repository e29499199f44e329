"""What is known of the algebra of operators: adjoints, Cholesky factors, inverses, products, solutions, by class."""

from __future__ import annotations

from tinytf.linalg.linear_operator import LinearOperator
from tinytf.linalg.linear_operator_algebra import (
    RegisterAdjoint,
    RegisterCholesky,
    RegisterInverse,
    RegisterMatmul,
    RegisterSolve,
)
from tinytf.linalg.linear_operator_composition import LinearOperatorAdjoint, LinearOperatorComposition, LinearOperatorInversion
from tinytf.linalg.linear_operator_dense import LinearOperatorLowerTriangular
from tinytf.linalg.linear_operator_diag import LinearOperatorDiag, LinearOperatorIdentity, LinearOperatorScaledIdentity
from tinytf.linalg.linear_operator_products import LinearOperatorBlockDiag, LinearOperatorKronecker
from tinytf.linalg.linear_operator_structured import LinearOperatorHouseholder, LinearOperatorZeros
from tinytf.ops.linalg import linalg
from tinytf.ops.math import math_ops


def combined(a, b, name):
    """The hint that follows for a product: True where both have it, else not known."""
    return True if getattr(a, name) and getattr(b, name) else None


def _commuting_hints(a, b):
    """For operators that commute, all hints of both hold."""
    return {
        "is_non_singular": _either_false(a.is_non_singular, b.is_non_singular),
        "is_self_adjoint": True if a.is_self_adjoint and b.is_self_adjoint else None,
        "is_positive_definite": True if a.is_positive_definite and b.is_positive_definite else None,
        "is_square": True,
    }


def _either_false(a, b):
    if a is False or b is False:
        return False
    return True if a and b else None


# Adjoints ---------------------------------------------------------------------------------------------


@RegisterAdjoint(LinearOperator)
def _adjoint(a):
    return LinearOperatorAdjoint(a, is_non_singular=a.is_non_singular, is_self_adjoint=a.is_self_adjoint, is_positive_definite=a.is_positive_definite, is_square=a.is_square)


@RegisterAdjoint(LinearOperatorAdjoint)
def _adjoint_of_adjoint(a):
    return a.operator


@RegisterAdjoint(LinearOperatorIdentity)
def _adjoint_identity(a):
    return a


@RegisterAdjoint(LinearOperatorScaledIdentity)
def _adjoint_scaled(a):
    multiplier = math_ops.conj(a.multiplier) if a.multiplier.dtype.is_complex else a.multiplier
    return LinearOperatorScaledIdentity(
        num_rows=a._num_rows if a._rows is None else a._rows, multiplier=multiplier, is_non_singular=a.is_non_singular,
        is_self_adjoint=a.is_self_adjoint, is_positive_definite=a.is_positive_definite, is_square=True,
    )  # fmt: skip


@RegisterAdjoint(LinearOperatorDiag)
def _adjoint_diag(a):
    return LinearOperatorDiag(
        math_ops.conj(a.diag) if a.diag.dtype.is_complex else a.diag, is_non_singular=a.is_non_singular,
        is_self_adjoint=a.is_self_adjoint, is_positive_definite=a.is_positive_definite, is_square=True,
    )  # fmt: skip


@RegisterAdjoint(LinearOperatorHouseholder)
def _adjoint_householder(a):
    return a


@RegisterAdjoint(LinearOperatorBlockDiag)
@RegisterAdjoint(LinearOperatorKronecker)
def _adjoint_blocks(a):
    return type(a)(
        [o.adjoint() for o in a.operators], is_non_singular=a.is_non_singular, is_self_adjoint=a.is_self_adjoint,
        is_positive_definite=a.is_positive_definite, is_square=True,
    )  # fmt: skip


# Cholesky factors -------------------------------------------------------------------------------------


@RegisterCholesky(LinearOperator)
def _cholesky(a):
    return LinearOperatorLowerTriangular(linalg.cholesky(a.to_dense()), is_non_singular=True, is_self_adjoint=False, is_square=True)


@RegisterCholesky(LinearOperatorDiag)
def _cholesky_diag(a):
    return LinearOperatorDiag(math_ops.sqrt(a.diag), is_non_singular=True, is_self_adjoint=True, is_positive_definite=True, is_square=True)


@RegisterCholesky(LinearOperatorIdentity)
def _cholesky_identity(a):
    return a


@RegisterCholesky(LinearOperatorScaledIdentity)
def _cholesky_scaled(a):
    return LinearOperatorScaledIdentity(
        num_rows=a._num_rows if a._rows is None else a._rows, multiplier=math_ops.sqrt(a.multiplier), is_non_singular=True,
        is_self_adjoint=True, is_positive_definite=True, is_square=True,
    )  # fmt: skip


@RegisterCholesky(LinearOperatorBlockDiag)
@RegisterCholesky(LinearOperatorKronecker)
def _cholesky_blocks(a):
    return type(a)([o.cholesky() for o in a.operators], is_non_singular=True, is_self_adjoint=None, is_square=True)


# Inverses ---------------------------------------------------------------------------------------------


@RegisterInverse(LinearOperator)
def _inverse(a):
    return LinearOperatorInversion(a, is_non_singular=a.is_non_singular, is_self_adjoint=a.is_self_adjoint, is_positive_definite=a.is_positive_definite, is_square=a.is_square)


@RegisterInverse(LinearOperatorInversion)
def _inverse_of_inversion(a):
    return a.operator


@RegisterInverse(LinearOperatorDiag)
def _inverse_diag(a):
    return LinearOperatorDiag(
        1.0 / a.diag, is_non_singular=a.is_non_singular, is_self_adjoint=a.is_self_adjoint,
        is_positive_definite=a.is_positive_definite, is_square=True,
    )  # fmt: skip


@RegisterInverse(LinearOperatorIdentity)
def _inverse_identity(a):
    return a


@RegisterInverse(LinearOperatorScaledIdentity)
def _inverse_scaled(a):
    return LinearOperatorScaledIdentity(
        num_rows=a._num_rows if a._rows is None else a._rows, multiplier=1.0 / a.multiplier, is_non_singular=a.is_non_singular,
        is_self_adjoint=True, is_positive_definite=a.is_positive_definite, is_square=True,
    )  # fmt: skip


@RegisterInverse(LinearOperatorBlockDiag)
@RegisterInverse(LinearOperatorKronecker)
def _inverse_blocks(a):
    return type(a)(
        [o.inverse() for o in a.operators], is_non_singular=a.is_non_singular, is_self_adjoint=a.is_self_adjoint,
        is_positive_definite=a.is_positive_definite, is_square=True,
    )  # fmt: skip


@RegisterInverse(LinearOperatorHouseholder)
def _inverse_householder(a):
    return a


# Products ---------------------------------------------------------------------------------------------


@RegisterMatmul(LinearOperator, LinearOperator)
def _matmul(a, b):
    is_square = a.is_square and b.is_square or None
    return LinearOperatorComposition(operators=[a, b], is_non_singular=combined(a, b, "is_non_singular"), is_square=is_square)


@RegisterMatmul(LinearOperatorIdentity, LinearOperator)
def _matmul_identity_left(identity, other):
    return other


@RegisterMatmul(LinearOperator, LinearOperatorIdentity)
def _matmul_identity_right(other, identity):
    return other


@RegisterMatmul(LinearOperatorIdentity, LinearOperatorIdentity)
def _matmul_identities(a, b):
    return a


@RegisterMatmul(LinearOperatorScaledIdentity, LinearOperatorScaledIdentity)
def _matmul_scaled(a, b):
    return LinearOperatorScaledIdentity(num_rows=a.domain_dimension_tensor(), multiplier=a.multiplier * b.multiplier, **_commuting_hints(a, b))


@RegisterMatmul(LinearOperatorDiag, LinearOperatorDiag)
def _matmul_diag(a, b):
    return LinearOperatorDiag(a.diag * b.diag, **_commuting_hints(a, b))


@RegisterMatmul(LinearOperatorDiag, LinearOperatorScaledIdentity)
def _matmul_diag_scaled(a, b):
    return LinearOperatorDiag(a.diag * _column(b.multiplier), **_commuting_hints(a, b))


@RegisterMatmul(LinearOperatorScaledIdentity, LinearOperatorDiag)
def _matmul_scaled_diag(a, b):
    return _matmul_diag_scaled(b, a)


def _column(multiplier):
    from tinytf.ops.array import array_ops

    return array_ops.expand_dims(multiplier, -1)


@RegisterMatmul(LinearOperatorDiag, LinearOperatorLowerTriangular)
def _matmul_diag_tril(a, b):
    return LinearOperatorLowerTriangular(
        a.diag[..., None] * b.to_dense(), is_non_singular=_either_false(a.is_non_singular, b.is_non_singular), is_square=True
    )


@RegisterMatmul(LinearOperatorLowerTriangular, LinearOperatorDiag)
def _matmul_tril_diag(a, b):
    from tinytf.ops.array import array_ops

    return LinearOperatorLowerTriangular(
        a.to_dense() * array_ops.expand_dims(b.diag, -2), is_non_singular=_either_false(a.is_non_singular, b.is_non_singular), is_square=True
    )


@RegisterMatmul(LinearOperatorZeros, LinearOperator)
@RegisterMatmul(LinearOperatorZeros, LinearOperatorIdentity)
@RegisterMatmul(LinearOperatorZeros, LinearOperatorDiag)
@RegisterMatmul(LinearOperatorZeros, LinearOperatorScaledIdentity)
def _matmul_zeros_left(zeros, other):
    if not zeros.is_square or not other.is_square:
        raise ValueError("Matmul with non-square `LinearOperator`s or non-square `LinearOperatorZeros` not supported at this time.")
    return zeros


@RegisterMatmul(LinearOperator, LinearOperatorZeros)
@RegisterMatmul(LinearOperatorIdentity, LinearOperatorZeros)
@RegisterMatmul(LinearOperatorDiag, LinearOperatorZeros)
@RegisterMatmul(LinearOperatorScaledIdentity, LinearOperatorZeros)
@RegisterMatmul(LinearOperatorZeros, LinearOperatorZeros)
def _matmul_zeros_right(other, zeros):
    return _matmul_zeros_left(zeros, other)


# Solutions --------------------------------------------------------------------------------------------


@RegisterSolve(LinearOperator, LinearOperator)
def _solve(a, b):
    is_square = a.is_square and b.is_square or None
    return LinearOperatorComposition(operators=[LinearOperatorInversion(a), b], is_non_singular=combined(a, b, "is_non_singular"), is_square=is_square)


@RegisterSolve(LinearOperatorInversion, LinearOperator)
def _solve_inversion(a, b):
    return a.operator.matmul(b)


@RegisterSolve(LinearOperatorIdentity, LinearOperator)
@RegisterSolve(LinearOperatorIdentity, LinearOperatorIdentity)
@RegisterSolve(LinearOperatorIdentity, LinearOperatorDiag)
@RegisterSolve(LinearOperatorIdentity, LinearOperatorScaledIdentity)
def _solve_identity(identity, other):
    return other


@RegisterSolve(LinearOperatorScaledIdentity, LinearOperatorScaledIdentity)
def _solve_scaled(a, b):
    return LinearOperatorScaledIdentity(num_rows=a.domain_dimension_tensor(), multiplier=b.multiplier / a.multiplier, **_commuting_hints(a, b))


@RegisterSolve(LinearOperatorDiag, LinearOperatorDiag)
def _solve_diag(a, b):
    return LinearOperatorDiag(b.diag / a.diag, **_commuting_hints(a, b))


@RegisterSolve(LinearOperatorDiag, LinearOperatorScaledIdentity)
def _solve_diag_scaled(a, b):
    return LinearOperatorDiag(_column(b.multiplier) / a.diag, **_commuting_hints(a, b))


@RegisterSolve(LinearOperatorScaledIdentity, LinearOperatorDiag)
def _solve_scaled_diag(a, b):
    return LinearOperatorDiag(b.diag / _column(a.multiplier), **_commuting_hints(a, b))


@RegisterSolve(LinearOperatorDiag, LinearOperatorLowerTriangular)
def _solve_diag_tril(a, b):
    return LinearOperatorLowerTriangular(
        b.to_dense() / a.diag[..., None], is_non_singular=_either_false(a.is_non_singular, b.is_non_singular), is_square=True
    )
