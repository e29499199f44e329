"""What the linear algebra ops compute, on NumPy's LAPACK.  `kernel(op)` gives a function of arrays."""

from __future__ import annotations

import numpy as np


def _wide(op):
    """(the type to compute in, the type to give)"""
    dtype = np.dtype(op.outputs[0].dtype.base_dtype.as_numpy_dtype)
    return np.dtype(np.float32) if dtype == np.float16 else dtype, dtype


def _adjoint(a):
    return np.conj(np.swapaxes(a, -1, -2))


def _of_matrix(function):
    """A kernel of one matrix."""

    def kernel(op):
        wide, dtype = _wide(op)
        return lambda a: np.asarray(function(a.astype(wide, copy=False))).astype(dtype, copy=False)

    return kernel


cholesky = _of_matrix(np.linalg.cholesky)
determinant = _of_matrix(np.linalg.det)


def cholesky_grad(op):
    """The gradient of the decomposition: 0.5 (S + Sᵀ), S = L⁻ᵀ Φ(Lᵀ dL) L⁻¹, Φ the lower triangle with half the diagonal."""
    wide, dtype = _wide(op)

    def run(l, grad):
        l, grad = l.astype(wide), grad.astype(wide)
        middle = np.tril(np.matmul(_adjoint(l), np.tril(grad)))
        index = np.arange(l.shape[-1])
        middle[..., index, index] *= 0.5
        inverse = np.linalg.inv(l)
        s = np.matmul(np.matmul(_adjoint(inverse), middle), inverse)
        return (0.5 * (s + _adjoint(s))).astype(dtype)

    return run


def inverse(op):
    """The inverse of the matrix, or of its adjoint."""
    wide, dtype = _wide(op)
    adjoint = op.attr("adjoint")

    def run(a):
        if np.isnan(a).any():
            raise np.linalg.LinAlgError
        return np.linalg.inv((_adjoint(a) if adjoint else a).astype(wide, copy=False)).astype(dtype, copy=False)

    return run


def log_determinant(op):
    """(sign, log |determinant|)"""
    wide, dtype = _wide(op)

    def run(a):
        sign, logarithm = np.linalg.slogdet(a.astype(wide, copy=False))
        return np.asarray(sign).astype(dtype), np.asarray(logarithm).astype(dtype)

    return run


def solve(op):
    """X with A X = B."""
    wide, dtype = _wide(op)
    adjoint = op.attr("adjoint")

    def run(a, b):
        a = _adjoint(a) if adjoint else a
        return np.linalg.solve(a.astype(wide, copy=False), b.astype(wide, copy=False)).astype(dtype, copy=False)

    return run


def triangular_solve(op):
    """X with T X = B by substitution, a row at a time."""
    wide, dtype = _wide(op)
    lower, adjoint = op.attr("lower"), op.attr("adjoint")

    def run(a, b):
        a, b = a.astype(wide, copy=False), b.astype(wide, copy=False)
        diagonal = np.diagonal(a, axis1=-2, axis2=-1)
        if not np.all(diagonal):
            raise np.linalg.LinAlgError
        if adjoint:
            a = _adjoint(a)
            diagonal = np.conj(diagonal)
        size = a.shape[-1]
        x = np.empty(np.broadcast_shapes(a.shape[:-2], b.shape[:-2]) + b.shape[-2:], wide)
        forward = lower != adjoint
        for i in range(size) if forward else range(size - 1, -1, -1):
            known = slice(0, i) if forward else slice(i + 1, size)
            rest = np.matmul(a[..., i : i + 1, known], x[..., known, :])[..., 0, :]
            x[..., i, :] = (b[..., i, :] - rest) / diagonal[..., i : i + 1]
        return x.astype(dtype, copy=False)

    return run


def least_squares(op):
    """X that minimises |A X - B|² + l2 |X|²; `fast` by the normal equations, else by the singular values."""
    wide, dtype = _wide(op)
    fast = op.attr("fast")

    def run(a, b, l2):
        a, b = a.astype(wide, copy=False), b.astype(wide, copy=False)
        rows, columns = a.shape[-2:]
        if not fast:
            return np.matmul(np.linalg.pinv(a), b).astype(dtype, copy=False)
        h = _adjoint(a)
        regular = wide.type(l2) * np.eye(min(rows, columns), dtype=wide)
        if rows >= columns:
            return np.linalg.solve(np.matmul(h, a) + regular, np.matmul(h, b)).astype(dtype, copy=False)
        return np.matmul(h, np.linalg.solve(np.matmul(a, h) + regular, b)).astype(dtype, copy=False)

    return run


def qr(op):
    """(q, r)"""
    wide, dtype = _wide(op)
    mode = "complete" if op.attr("full_matrices") else "reduced"

    def run(a):
        a = a.astype(wide, copy=False)
        if a.ndim == 2:
            q, r = np.linalg.qr(a, mode)
        else:  # NumPy before 1.22 takes no batches
            pairs = [np.linalg.qr(m, mode) for m in a.reshape((-1,) + a.shape[-2:])]
            q, r = (np.stack(p).reshape(a.shape[:-2] + p[0].shape) for p in zip(*pairs))
        return q.astype(dtype, copy=False), r.astype(dtype, copy=False)

    return run


def svd(op):
    """(s, u, v), u and v empty where they are not asked for."""
    wide, dtype = _wide(op)
    compute_uv, full = op.attr("compute_uv"), op.attr("full_matrices")

    def run(a):
        a = a.astype(wide, copy=False)
        if not compute_uv:
            s = np.linalg.svd(a, compute_uv=False)
            return s.astype(dtype), np.zeros(0, dtype), np.zeros(0, dtype)
        u, s, vh = np.linalg.svd(a, full_matrices=full)
        return s.astype(dtype), u.astype(dtype), np.ascontiguousarray(_adjoint(vh)).astype(dtype)

    return run


def self_adjoint_eig(op):
    """(eigenvalues, eigenvectors), the latter empty where they are not asked for; the lower triangle counts."""
    wide, dtype = _wide(op)
    compute_v = op.attr("compute_v")

    def run(a):
        a = a.astype(wide, copy=False)
        if np.isnan(np.tril(a)).any():
            raise np.linalg.LinAlgError
        if not compute_v:
            return np.linalg.eigvalsh(a).astype(dtype), np.zeros(0, dtype)
        e, v = np.linalg.eigh(a)
        return e.astype(dtype), v.astype(dtype)

    return run


def old_self_adjoint_eig(op):
    """Eigenvalues in the first row, eigenvectors below."""
    wide, dtype = _wide(op)

    def run(a):
        e, v = np.linalg.eigh(a.astype(wide, copy=False))
        return np.concatenate([e[..., None, :], v], axis=-2).astype(dtype)

    return run


def lu(op):
    """(L below and U on and above the diagonal, the permutation), with partial pivoting."""
    wide, dtype = _wide(op)
    index_dtype = op.outputs[1].dtype.as_numpy_dtype

    def one(a):
        a = a.astype(wide)
        size = len(a)
        p = np.arange(size)
        for k in range(size):
            pivot = k + int(np.argmax(np.abs(a[k:, k])))
            if a[pivot, k] == 0:
                raise np.linalg.LinAlgError
            if pivot != k:
                a[[k, pivot]] = a[[pivot, k]]
                p[[k, pivot]] = p[[pivot, k]]
            a[k + 1 :, k] /= a[k, k]
            a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
        return a, p

    def run(a):
        pairs = [one(a[at]) for at in np.ndindex(*a.shape[:-2])]
        factors = np.array([f for f, _ in pairs], dtype).reshape(a.shape)
        return factors, np.array([p for _, p in pairs], index_dtype).reshape(a.shape[:-1])

    return run


def _of_eigenvalues(function, otherwise):
    """A function of a matrix by way of its eigenvalues; `otherwise` where it has too few eigenvectors for that."""

    def one(a):
        e, v = np.linalg.eig(a)
        if np.linalg.cond(v) > 1e7 and np.linalg.matrix_rank(a) == len(a):
            return otherwise(a)
        return np.matmul(v * function(e), np.linalg.inv(v))

    def kernel(op):
        _, dtype = _wide(op)

        def run(a):
            if not a.size:
                return a
            result = np.array([one(m) for m in a.astype(np.complex128).reshape((-1,) + a.shape[-2:])]).reshape(a.shape)
            return (result if dtype.kind == "c" else result.real).astype(dtype)

        return run

    return kernel


def _root_by_iteration(a):
    """The principal square root, by Denman and Beavers' iteration."""
    root, inverse = a, np.eye(len(a), dtype=a.dtype)
    for _ in range(60):
        before = root
        root, inverse = (root + np.linalg.inv(inverse)) / 2, (inverse + np.linalg.inv(root)) / 2
        if np.abs(root - before).max() <= 1e-15 * np.abs(root).max():
            break
    return root


def _logarithm_by_roots(a):
    """The principal logarithm: 2**k times that of the 2**k-th root, which is near 1; there by Gauss' quadrature."""
    identity, k = np.eye(len(a), dtype=a.dtype), 0
    while np.abs(a - identity).sum(0).max() > 0.25 and k < 50:
        a, k = _root_by_iteration(a), k + 1
    points, weights = np.polynomial.legendre.leggauss(8)
    x = a - identity
    return 2.0**k * sum(w / 2 * np.linalg.solve(identity + (p + 1) / 2 * x, x) for p, w in zip(points, weights))


square_root = _of_eigenvalues(np.sqrt, _root_by_iteration)
logarithm = _of_eigenvalues(np.log, _logarithm_by_roots)


def tridiagonal_matmul(op):
    """The product of a tridiagonal matrix, given by its diagonals, and a matrix."""

    def run(above, main, below, x):
        result = np.swapaxes(main, -1, -2) * x
        result[..., :-1, :] += np.swapaxes(above, -1, -2)[..., :-1, :] * x[..., 1:, :]
        result[..., 1:, :] += np.swapaxes(below, -1, -2)[..., 1:, :] * x[..., :-1, :]
        return result

    return run


def tridiagonal_solve(op):
    """X with T X = B, T given by its three diagonals as rows."""

    def run(diagonals, b):
        above, main, below = (diagonals[..., i, :] for i in range(3))
        size = main.shape[-1]
        dense = np.zeros(main.shape + (size,), diagonals.dtype)
        i = np.arange(size)
        dense[..., i, i] = main
        dense[..., i[:-1], i[1:]] = above[..., :-1]
        dense[..., i[1:], i[:-1]] = below[..., 1:]
        return np.linalg.solve(dense, b)

    return run
