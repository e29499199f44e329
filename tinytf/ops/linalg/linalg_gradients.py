"""Gradients of the linear algebra ops, written with public functions as TensorFlow writes them."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.linalg.matrix_diag import eye, matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag
from tinytf.ops.math import cast as casts
from tinytf.ops.math import reductions
from tinytf.ops.math.complex_ops import conj
from tinytf.ops.math.matmul import matmul


def _adjoint(matrix):
    from tinytf.ops.linalg.linalg_functions import adjoint

    return adjoint(matrix)


def inverse_grad(op, grad):
    """-A⁻ᴴ G A⁻ᴴ"""
    inverse = op.outputs[0]
    inner = matmul(grad, inverse, adjoint_b=True)
    return -matmul(inverse, inner, adjoint_a=True)


def _times_inverse(a, factor, like):
    inverse = make("MatrixInverse", a, adjoint=True)
    factor = factor()
    multipliers = array_ops.reshape(factor, array_ops.concat([array_ops.shape(like), [1, 1]], 0))
    return multipliers * inverse


def determinant_grad(op, grad):
    """det(A) A⁻ᴴ"""
    c = op.outputs[0]
    return _times_inverse(op.inputs[0], lambda: grad * c, c)


def log_determinant_grad(op, _, grad):
    """A⁻ᴴ"""
    return _times_inverse(op.inputs[0], lambda: grad, op.outputs[1])


def cholesky_grad(op, grad):
    """0.5 (S + Sᴴ), S = L⁻ᴴ Φ(Lᴴ G) L⁻¹"""
    l = op.outputs[0]
    rows = array_ops.shape(l)[-1]
    batch = array_ops.shape(l)[:-2]
    identity = eye(rows, batch_shape=batch, dtype=l.dtype)
    inverse = make("MatrixTriangularSolve", l, identity)
    middle = matmul(l, grad, adjoint_a=True)
    middle = matrix_set_diag(middle, 0.5 * matrix_diag_part(middle))
    middle = matrix_band_part(middle, -1, 0)
    grad_a = matmul(matmul(inverse, middle, adjoint_a=True), inverse)
    grad_a += _adjoint(grad_a)
    return grad_a * 0.5


def qr_grad(op, dq, dr):
    """For square R; NotImplementedError otherwise, as in TensorFlow."""
    q, r = op.outputs
    if q.dtype.is_complex:
        raise NotImplementedError(f"QrGrad not implemented for dtype: {q.dtype}")
    if r.dims is None or None in r.dims[-2:]:
        raise NotImplementedError("QrGrad not implemented with dynamic shapes.")
    if r.dims[-2] != r.dims[-1]:
        raise NotImplementedError(
            "QrGrad not implemented when ncols > nrows or full_matrices is true and ncols != nrows."
        )
    qdq = matmul(q, dq, adjoint_a=True)
    qdq_ = qdq - _adjoint(qdq)
    rdr = matmul(r, dr, adjoint_b=True)
    rdr_ = rdr - _adjoint(rdr)
    lower = matrix_band_part(qdq_ + rdr_, -1, 0)

    def solve(x):
        return _adjoint(make("MatrixTriangularSolve", r, _adjoint(x), lower=False, adjoint=False))

    grad_a = matmul(q, dr + solve(lower))
    return grad_a + solve(dq - matmul(q, qdq))


def _solve_grads(op, grad_b):
    c = op.outputs[0]
    if op.attr("adjoint"):
        return -matmul(c, grad_b, adjoint_b=True)
    return -matmul(grad_b, c, adjoint_b=True)


def solve_grad(op, grad):
    """B gets A⁻ᴴ G, A gets - (that) Xᴴ."""
    grad_b = make("MatrixSolve", op.inputs[0], grad, adjoint=not op.attr("adjoint"))
    return _solve_grads(op, grad_b), grad_b


def triangular_solve_grad(op, grad):
    """As for a full matrix, but only the triangle counts."""
    lower = op.attr("lower")
    grad_b = make("MatrixTriangularSolve", op.inputs[0], grad, lower=lower, adjoint=not op.attr("adjoint"))
    grad_a = _solve_grads(op, grad_b)
    return matrix_band_part(grad_a, -1, 0) if lower else matrix_band_part(grad_a, 0, -1), grad_b


def least_squares_grad(op, grad):
    """Through the normal equations; for `fast` only."""
    from tinytf.ops.control_flow.cond import cond

    if not op.attr("fast"):
        raise ValueError("Gradient not defined for fast=False")
    dims = op.inputs[0].dims
    if dims is not None and None not in dims[-2:]:
        return _overdetermined(op, grad) if dims[-2] >= dims[-1] else _underdetermined(op, grad)
    shape = array_ops.shape(op.inputs[0])[-2:]
    return cond(shape[-2] >= shape[-1], lambda: _overdetermined(op, grad), lambda: _underdetermined(op, grad))


def _overdetermined(op, grad):
    from tinytf.ops.linalg.linalg_functions import cholesky_solve, regularized_gramian_cholesky

    a, b, x = op.inputs[0], op.inputs[1], op.outputs[0]
    l2 = casts.cast(op.inputs[2], a.dtype.base_dtype)
    chol = regularized_gramian_cholesky(a, l2_regularizer=l2, first_kind=True)
    z = cholesky_solve(chol, grad)
    xzt = matmul(x, z, adjoint_b=True)
    symmetric = xzt + array_ops.matrix_transpose(xzt)
    grad_a = -matmul(a, symmetric) + matmul(b, z, adjoint_b=True)
    return grad_a, matmul(a, z), None


def _underdetermined(op, grad):
    from tinytf.ops.linalg.linalg_functions import cholesky_solve, regularized_gramian_cholesky

    a, b = op.inputs[0], op.inputs[1]
    l2 = casts.cast(op.inputs[2], a.dtype.base_dtype)
    chol = regularized_gramian_cholesky(a, l2_regularizer=l2, first_kind=False)
    grad_b = cholesky_solve(chol, matmul(a, grad))
    tmp = cholesky_solve(chol, b)
    a1 = matmul(tmp, a, adjoint_a=True)
    a1 = -matmul(grad_b, a1)
    a2 = grad - matmul(a, grad_b, adjoint_a=True)
    a2 = matmul(tmp, a2, adjoint_b=True)
    return a1 + a2, grad_b, None


def _pairwise_reciprocal_differences(e, on_diagonal, plus=None):
    """1 / (e_j - e_i), with `on_diagonal` where i = j."""
    differences = array_ops.expand_dims(e, -2) - array_ops.expand_dims(e, -1)
    if plus is not None:
        differences = differences + plus
    inverse = make("Reciprocal", differences)
    return matrix_set_diag(inverse, array_ops.zeros_like(on_diagonal))


def self_adjoint_eig_grad(op, grad_e, grad_v):
    """V (diag(de) + F * Vᴴ dV) Vᴴ, as a lower triangle: only that one is read."""
    from tinytf.ops.linalg.linalg import self_adjoint_eig

    e = op.outputs[0]
    with control_dependencies([grad_e, grad_v]):
        if op.attr("compute_v"):
            v = op.outputs[1]
            f = _pairwise_reciprocal_differences(e, e)
            diagonal = matrix_diag(grad_e)
            middle = diagonal + f * matmul(v, grad_v, adjoint_a=True)
        else:
            _, v = self_adjoint_eig(op.inputs[0])
            middle = matrix_diag(grad_e)
        grad_a = matmul(v, matmul(middle, v, adjoint_b=True))
        grad_a = matrix_band_part(grad_a + _adjoint(grad_a), -1, 0)
        return matrix_set_diag(grad_a, 0.5 * matrix_diag_part(grad_a))


def svd_grad(op, grad_s, grad_u, grad_v):
    """Works with |m - n| <= 1 or without full_matrices; NotImplementedError otherwise, as in TensorFlow."""
    from tinytf.ops.linalg.linalg import svd

    a = op.inputs[0]
    a_shape = a.get_shape().with_rank_at_least(2)
    grad_s_mat = matrix_diag(grad_s)
    if not op.attr("compute_uv"):
        _, u, v = svd(a, compute_uv=True)
        grad_a = matmul(u, matmul(grad_s_mat, v, adjoint_b=True))
        grad_a.set_shape(a_shape)
        return grad_a
    full_matrices = op.attr("full_matrices")
    if a.dtype.is_complex:
        raise NotImplementedError("SVD gradient is not implemented for complex types and compute_uv=True.")
    grad_u_shape, grad_v_shape = grad_u.get_shape().with_rank_at_least(2), grad_v.get_shape().with_rank_at_least(2)
    m = a_shape.dims[-2].merge_with(grad_u_shape[-2])
    n = a_shape.dims[-1].merge_with(grad_v_shape[-2])
    batch = a_shape[:-2].merge_with(grad_u_shape[:-2]).merge_with(grad_v_shape[:-2])
    a_shape = batch.concatenate([m, n])
    m, n = a_shape.as_list()[-2:]
    if m is None or n is None:
        raise NotImplementedError("SVD gradient has not been implemented for input with unknown inner matrix shape.")
    s, u, v = op.outputs
    transposed = m > n
    if transposed:
        m, n = n, m
        u, v = v, u
        grad_u, grad_v = grad_v, grad_u
    with control_dependencies([grad_s, grad_u, grad_v]):
        if full_matrices and abs(m - n) > 1:
            raise NotImplementedError("svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True")
        s_mat = matrix_diag(s)
        s2 = make("Square", s)
        s_shape = array_ops.shape(s)
        identity = eye(s_shape[-1], batch_shape=s_shape[:-1], dtype=s.dtype)
        differences = array_ops.expand_dims(s2, -2) - array_ops.expand_dims(s2, -1) + identity
        f = matrix_set_diag(make("Reciprocal", differences), array_ops.zeros_like(s))
        s_inverse = matrix_diag(make("Reciprocal", s))
        v1, grad_v1 = v[..., :, :m], grad_v[..., :, :m]
        u_gu = matmul(u, grad_u, adjoint_a=True)
        v_gv = matmul(v1, grad_v1, adjoint_a=True)
        f_u, f_v = f * u_gu, f * v_gv
        left = grad_s_mat + matmul(f_u + _adjoint(f_u), s_mat)
        middle = left + matmul(s_mat, f_v + _adjoint(f_v))
        result = matmul(u, matmul(middle, v1, adjoint_b=True))
        if m != n:
            gv1t = array_ops.matrix_transpose(grad_v1)
            gv1t_v1 = matmul(gv1t, v1)
            rest = gv1t - matmul(gv1t_v1, v1, adjoint_b=True)
            if full_matrices:
                v2, grad_v2 = v[..., :, m:n], grad_v[..., :, m:n]
                v1t_gv2 = matmul(v1, grad_v2, adjoint_a=True)
                rest -= matmul(v1t_gv2, v2, adjoint_b=True)
            u_s_inverse = matmul(u, s_inverse)
            result = result + matmul(u_s_inverse, rest)
        grad_a = array_ops.matrix_transpose(result) if transposed else result
        grad_a.set_shape(a_shape)
        return grad_a


def square_root_grad(op, grad):
    """Solves Sylvester's equation by Kronecker products."""
    root = op.outputs[0]
    shape = array_ops.shape(root)
    order = shape[-1]
    count = reductions.reduce_prod(shape[0:-2])
    identity = eye(order, dtype=root.dtype)
    flat = array_ops.reshape(identity, [-1])
    tiled = array_ops.tile(flat, [count])
    batch = array_ops.reshape(tiled, shape)
    transposed = array_ops.matrix_transpose(root)
    k1 = _kronecker(batch, transposed)
    k2 = _kronecker(root, batch)
    total = make("Add", k1, k2)
    outer = array_ops.slice(shape, [0], [make("Sub", array_ops.size(shape), 2)])
    vector_shape = array_ops.concat([outer, [order * order], [1]], 0)
    vector = array_ops.reshape(array_ops.matrix_transpose(grad), vector_shape)
    solved = make("MatrixSolve", total, vector)
    return array_ops.matrix_transpose(array_ops.reshape(solved, shape))


def _kronecker(b1, b2):
    shape1, shape2 = array_ops.shape(b1), array_ops.shape(b2)
    order1, order2 = shape1[-1], shape2[-1]
    outer_size = [make("Sub", array_ops.size(shape1), 2)]
    outer = array_ops.slice(shape1, [0], outer_size)
    wide1 = array_ops.concat([outer, [order1], [1], [order1], [1]], 0)
    wide2 = array_ops.concat([outer, [1], [order2], [1], [order2]], 0)
    r1, r2 = array_ops.reshape(b1, wide1), array_ops.reshape(b2, wide2)
    order = order1 * order2
    shape = array_ops.concat([outer, [order], [order]], 0)
    return array_ops.reshape(r1 * r2, shape)


def _shifted(x, up):
    """Rows moved up or down by one, a row of zeros coming in."""
    rank = array_ops.rank(x)
    zeros = array_ops.zeros((rank - 2, 2), dtype=dtypes.int32)
    sides = [[0, 1], [0, 0]] if up else [[1, 0], [0, 0]]
    pad = array_ops.concat([zeros, constant(sides)], axis=0)
    return array_ops.pad(x[..., 1:, :] if up else x[..., :-1, :], pad)


def tridiagonal_matmul_grad(op, grad):
    """Each diagonal gets the products of the rows that it joined."""
    above, main, below = (array_ops.matrix_transpose(t, conjugate=True) for t in op.inputs[:3])
    rhs = conj(op.inputs[3])
    above_grad = reductions.reduce_sum(_shifted(rhs, True) * grad, axis=-1)
    main_grad = reductions.reduce_sum(rhs * grad, axis=-1)
    below_grad = reductions.reduce_sum(_shifted(rhs, False) * grad, axis=-1)
    rhs_grad = _shifted(above * grad, False) + main * grad + _shifted(below * grad, True)
    grads = [array_ops.expand_dims(g, -2) for g in (above_grad, main_grad, below_grad)]
    return grads[0], grads[1], grads[2], rhs_grad


def tridiagonal_solve_grad(op, grad):
    """The transposed system's solution, and its products with X along the diagonals (known shapes only)."""
    diagonals, x = op.inputs[0], op.outputs[0]
    if diagonals.dims is None or None in diagonals.dims or x.dims is None or None in x.dims:
        raise NotImplementedError("the gradient of TridiagonalSolve needs known shapes in tinytf; use tf.matrix_solve")
    main = diagonals[..., 1, :]
    zeros = array_ops.zeros(list(diagonals.dims[:-2]) + [1], dtype=diagonals.dtype)
    above = array_ops.concat((diagonals[..., 2, 1:], zeros), axis=-1)
    below = array_ops.concat((zeros, diagonals[..., 0, :-1]), axis=-1)
    transposed = array_ops.stack([above, main, below], axis=-2)
    solved = make("TridiagonalSolve", transposed, grad, partial_pivoting=op.attr("partial_pivoting"))
    main = reductions.reduce_sum(solved * x, axis=-1)
    zeros = array_ops.zeros(list(solved.dims[:-2]) + [1, solved.dims[-1]], dtype=solved.dtype)
    above = reductions.reduce_sum(solved * array_ops.concat((x[..., 1:, :], zeros), axis=-2), axis=-1)
    below = reductions.reduce_sum(solved * array_ops.concat((zeros, x[..., :-1, :]), axis=-2), axis=-1)
    return -array_ops.stack([above, main, below], axis=-2), solved
