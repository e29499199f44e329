"""Products of matrices, einsum, decompositions, diagonals, Fourier transforms, special functions."""

from __future__ import annotations

import numpy as np
from table import numbers, op_case


def _spd(n, dtype="float32", batch=()):
    """Positive definite matrices, rounded: two versions of NumPy must agree on every bit."""
    a = numbers(batch + (n, n), dtype, seed=5).astype(np.complex128)
    a = np.round(np.matmul(a, np.conj(np.swapaxes(a, -1, -2))) + 2 * np.eye(n), 3)
    return (a if dtype.startswith("complex") else a.real).astype(dtype)


EINSUM = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij,jk", [(2, 3), (3, 4)]),
    ("ij,kj->ik", [(2, 3), (4, 3)]),
    ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
    ("bij,jk->bik", [(2, 3, 4), (4, 5)]),
    ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]),
    ("i,j->ij", [(3,), (4,)]),
    ("ij->ji", [(2, 3)]),
    ("ij->i", [(2, 3)]),
    ("ij->", [(2, 3)]),
    ("ii", [(3, 3)]),
    ("i,i->", [(3,), (3,)]),
    ("ij,ij->ij", [(2, 3), (2, 3)]),
    ("...ij,jk->...ik", [(2, 3, 4), (4, 5)]),
    ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 2)]),
    ("ij,ij,ij->i", [(2, 3), (2, 3), (2, 3)]),
    ("abc,cde->abde", [(2, 3, 4), (4, 2, 3)]),
    ("aij,jka->ik", [(2, 3, 4), (4, 5, 2)]),
    ("iij,jk->ik", [(2, 2, 3), (3, 4)]),
    ("ij;jk", [(2, 3), (3, 4)]),
    ("ij,jk->ik", [(2, 3)]),
]
TENSORDOT = [
    (1, (2, 3), (3, 4)),
    (2, (2, 3, 4), (3, 4, 5)),
    (0, (2, 3), (4,)),
    ([[1], [0]], (2, 3), (3, 4)),
    ([1, 0], (2, 3), (3, 4)),
    ([[0, 2], [1, 0]], (2, 3, 4), (4, 2, 5)),
    ([[-1], [-1]], (2, 3), (4, 3)),
    ([[0, 1], [0]], (2, 3), (2, 3)),
    (-1, (2, 3), (3,)),
    (3, (2, 3), (3,)),
]


def cases():
    """All combinations."""
    for dtype in ("float32", "float64", "int32", "complex64", "float16"):
        for ta in (False, True):
            for tb in (False, True):
                a = numbers((3, 2) if ta else (2, 3), dtype, seed=1)
                b = numbers((4, 3) if tb else (3, 4), dtype, seed=2)

                def build(tf, a, b, ta=ta, tb=tb):
                    return tf.matmul(a, b, transpose_a=ta, transpose_b=tb)

                yield "matmul_%s_%s_%s" % (dtype, ta, tb), op_case(build, [a, b], dtype != "float16", ulps=8)

                def adjoint(tf, a, b, ta=ta, tb=tb):
                    return tf.matmul(a, b, adjoint_a=ta, adjoint_b=tb)

                if dtype in ("float32", "complex64"):
                    yield "adjoint_%s_%s_%s" % (dtype, ta, tb), op_case(adjoint, [a, b], ulps=8)
                    yield "matmul_fed_%s_%s_%s" % (dtype, ta, tb), op_case(build, [a, b], placeholders=True, ulps=8)
                    for x, y in (((2,), (2,)), ((2, 1), (3,)), ((2,), ())):
                        arrays = [np.broadcast_to(a, x + a.shape).copy(), np.broadcast_to(b, y + b.shape).copy()]
                        case = "batch_%s_%s_%s_%s_%s" % (dtype, ta, tb, x, y)
                        yield case, op_case(adjoint, arrays, ulps=8)
                        yield case + "_transpose", op_case(build, arrays, ulps=8)
    a, b = numbers((2, 3)), numbers((2, 3), seed=1)
    yield "matmul_mismatch", op_case(lambda tf, a, b: tf.matmul(a, b), [a, b])
    yield "matmul_mismatch_fed", op_case(
        lambda tf, a, b: tf.matmul(a, b), [a, b], False, placeholders=[(None, None), (None, None)]
    )
    yield "matmul_both", op_case(lambda tf, a, b: tf.matmul(a, b, transpose_a=True, adjoint_a=True), [a, b])
    for i, (equation, shapes) in enumerate(EINSUM):

        def build(tf, *x, equation=equation):
            return tf.einsum(equation, *x)

        arrays = [numbers(s, seed=k) for k, s in enumerate(shapes)]
        yield "einsum_%d" % i, op_case(build, arrays, ulps=16)
        partly = [(None,) + tuple(s[1:]) for s in shapes]
        yield "einsum_%d_fed" % i, op_case(build, arrays, placeholders=partly, ulps=16)
    for i, (axes, x, y) in enumerate(TENSORDOT):

        def build(tf, x, y, axes=axes):
            return tf.tensordot(x, y, axes)

        arrays = [numbers(x), numbers(y, seed=1)]
        yield "tensordot_%d" % i, op_case(build, arrays, ulps=16)
        if i < 7:
            partly = [(None,) + tuple(x[1:]), y]
            yield "tensordot_%d_partly" % i, op_case(build, arrays, placeholders=partly, ulps=16)
            yield "tensordot_%d_fed" % i, op_case(build, arrays, placeholders=True, ulps=16)
    for dtype in ("float32", "float64"):
        for batch in ((), (2,)):
            s = _spd(3, dtype, batch)
            r = numbers(batch + (3, 2), dtype)
            tag = "_%s_%d" % (dtype, len(batch))
            yield "cholesky" + tag, op_case(lambda tf, s: tf.cholesky(s), [s], ulps=64)
            yield "inverse" + tag, op_case(lambda tf, s: tf.matrix_inverse(s), [s], ulps=64)
            yield "inverse_adjoint" + tag, op_case(lambda tf, s: tf.matrix_inverse(s, adjoint=True), [s], ulps=64)
            yield "determinant" + tag, op_case(lambda tf, s: tf.matrix_determinant(s), [s], ulps=64)
            yield "slogdet" + tag, op_case(lambda tf, s: tf.linalg.slogdet(s), [s], ulps=64)
            yield "logdet" + tag, op_case(lambda tf, s: tf.linalg.logdet(s), [s], ulps=64)
            yield "solve" + tag, op_case(lambda tf, s, r: tf.matrix_solve(s, r), [s, r], ulps=128)
            yield "solve_adjoint" + tag, op_case(lambda tf, s, r: tf.matrix_solve(s, r, adjoint=True), [s, r], ulps=128)
            for lower in (True, False):
                for adjoint in (True, False):

                    def build(tf, s, r, lower=lower, adjoint=adjoint):
                        return tf.matrix_triangular_solve(s, r, lower=lower, adjoint=adjoint)

                    yield "triangular_%s_%s%s" % (lower, adjoint, tag), op_case(build, [s, r], ulps=64)
            yield "cholesky_solve" + tag, op_case(lambda tf, s, r: tf.cholesky_solve(s, r), [s, r], ulps=128)
            yield "qr" + tag, op_case(lambda tf, r: tf.qr(r), [numbers(batch + (4, 3), dtype)], ulps=256)
            yield "svd_values" + tag, op_case(lambda tf, r: tf.svd(r, compute_uv=False), [r], False, ulps=64)

            def svd(tf, r):
                s, u, v = tf.svd(r)
                return [s, tf.matmul(u * s[..., None, :], v, adjoint_b=True), tf.abs(u)]

            yield "svd" + tag, op_case(svd, [r], ulps=2000, same_graph=True)

            def eig(tf, s):
                e, v = tf.self_adjoint_eig(s)
                return [e, tf.matmul(v * e[..., None, :], v, adjoint_b=True), tf.abs(v)]

            yield "eig" + tag, op_case(eig, [s], ulps=2000)
            yield "eigvals" + tag, op_case(lambda tf, s: tf.self_adjoint_eigvals(s), [s], ulps=64)
            yield "sqrtm" + tag, op_case(lambda tf, s: tf.matrix_square_root(s), [s], ulps=500)
            yield "lu" + tag, op_case(lambda tf, s: tf.linalg.lu(s), [s], False, ulps=64)
            a = numbers(batch + (4, 2), dtype)
            b = numbers(batch + (4, 3), dtype)
            yield "lstsq" + tag, op_case(lambda tf, a, b: tf.matrix_solve_ls(a, b, 0.1), [a, b], ulps=500)
            yield "lstsq_slow" + tag, op_case(
                lambda tf, a, b: tf.matrix_solve_ls(a, b, fast=False), [a, b], False, ulps=500
            )
            wide = np.swapaxes(a, -1, -2).copy()
            c = numbers(batch + (2, 3), dtype)
            yield "lstsq_wide" + tag, op_case(lambda tf, a, b: tf.matrix_solve_ls(a, b, 0.1), [wide, c], ulps=500)
            yield "pinv" + tag, op_case(lambda tf, a: tf.linalg.pinv(a), [a], False, ulps=200)
            yield "rank" + tag, op_case(lambda tf, a: tf.linalg.matrix_rank(a), [a], False)
            yield "expm" + tag, op_case(lambda tf, s: tf.linalg.expm(s), [s / 8], False, ulps=64)
    yield "logm", op_case(lambda tf, s: tf.linalg.logm(s), [_spd(3, "complex64")], False, ulps=200)
    for name, x in (("not_positive", [[1.0, 2.0], [2.0, 1.0]]), ("singular", [[1.0, 2.0], [2.0, 4.0]])):
        x = np.array(x, np.float32)
        yield "cholesky_" + name, op_case(lambda tf, x: tf.cholesky(x), [x], False)
        if name == "singular":
            yield "inverse_" + name, op_case(lambda tf, x: tf.matrix_inverse(x), [x], False)
            yield "solve_" + name, op_case(lambda tf, x: tf.matrix_solve(x, x), [x], False)
            yield "determinant_" + name, op_case(lambda tf, x: tf.matrix_determinant(x), [x], False)
    yield "cholesky_not_square", op_case(lambda tf, x: tf.cholesky(x), [numbers((2, 3))])
    for shape in ((3,), (2, 3)):
        yield "diag_%d" % len(shape), op_case(lambda tf, x: tf.diag(x), [numbers(shape)])
        yield "matrix_diag_%d" % len(shape), op_case(lambda tf, x: tf.matrix_diag(x), [numbers(shape)])
    yield "diag_part", op_case(lambda tf, x: tf.diag_part(x), [numbers((2, 3, 2, 3))])
    yield "diag_part_bad", op_case(lambda tf, x: tf.diag_part(x), [numbers((2, 3))])
    for shape in ((3, 3), (2, 3, 4), (2, 4, 3)):
        for fed in (False, [None]):
            tag = "%s_%s" % (shape, bool(fed))
            x = numbers(shape)
            d = numbers(shape[:-2] + (3,), seed=3)
            yield "matrix_diag_part_" + tag, op_case(lambda tf, x: tf.matrix_diag_part(x), [x], placeholders=fed)
            yield "set_diag_" + tag, op_case(
                lambda tf, x, d: tf.matrix_set_diag(x, d), [x, d], placeholders=fed and [None, None]
            )
            for low, high in ((-1, 0), (0, -1), (1, 1), (0, 0), (-1, -1)):

                def build(tf, x, low=low, high=high):
                    return tf.matrix_band_part(x, low, high)

                yield "band_%s_%d_%d" % (tag, low, high), op_case(build, [x], placeholders=fed)
            yield "trace_" + tag, op_case(lambda tf, x: tf.trace(x), [x], placeholders=fed)
    for args in ((3,), (2, 3), (3, 2), (2, None, [2])):
        yield "eye_%s" % (args,), lambda tf, args=args: [tf.eye(*args), tf.eye(*args, dtype=tf.int32, name="e")]
    yield "eye_fed", lambda tf: [tf.eye(tf.placeholder_with_default(3, []))]
    for order in ("euclidean", "fro", 1, 2, 3, np.inf):
        for axis in (None, 0, -1, (0, 1)):
            for keep in (False, True):

                def build(tf, x, order=order, axis=axis, keep=keep):
                    return tf.norm(x, order, axis, keep)

                gradient = not (order == 2 and axis == (0, 1))
                yield "norm_%s_%s_%s" % (order, axis, keep), op_case(build, [numbers((3, 4))], gradient, ulps=32)
    yield "cross", op_case(lambda tf, a, b: tf.cross(a, b), [numbers((2, 3)), numbers((2, 3), seed=1)])
    yield "cross_bad", op_case(lambda tf, a: tf.cross(a, a), [numbers((2, 2))])
    yield "polyval", op_case(lambda tf, x: tf.math.polyval([1.0, 2.0, x], x), [numbers((3,))], ulps=8)
    yield "matvec", op_case(lambda tf, a, x: tf.linalg.matvec(a, x), [numbers((2, 3)), numbers((3,))], ulps=8)
    for name, rank in (("fft", 1), ("ifft", 1), ("fft2d", 2), ("ifft2d", 2), ("fft3d", 3), ("ifft3d", 3)):
        for dtype in ("complex64", "complex128"):

            def build(tf, x, name=name):
                return getattr(tf, name)(x)

            yield "%s_%s" % (name, dtype), op_case(build, [numbers((2, 3, 4)[-max(rank, 2) :], dtype)], ulps=32)
    for name, rank in (("rfft", 1), ("rfft2d", 2), ("rfft3d", 3), ("irfft", 1), ("irfft2d", 2), ("irfft3d", 3)):
        for length in (None, [4] * rank, [5] * rank, [2] * rank):
            dtype = "complex64" if name[0] == "i" else "float32"

            def build(tf, x, name=name, length=length):
                return getattr(tf.spectral, name)(x, length)

            yield "%s_%s" % (name, length), op_case(build, [numbers((3, 3, 4), dtype)], rank < 3, ulps=64)
    yield "fftshift", op_case(lambda tf, x: [tf.signal.fftshift(x), tf.signal.ifftshift(x, axes=[0])], [numbers((3, 4))])
    yield from _special()


def _special():
    one = [
        ("erf", -3, 3, 8),
        ("erfc", -2, 3, 16),
        ("lgamma", 0.3, 6, 16),
        ("digamma", 0.3, 6, 64),
        ("bessel_i0e", -5, 30, 16),
        ("bessel_i1e", -5, 30, 64),
        ("bessel_i0", -3, 3, 16),
        ("bessel_i1", -3, 3, 16),
    ]
    two = [("igamma", 0.3, 6, 128), ("igammac", 0.3, 6, 128), ("zeta", 1.2, 5, 64)]
    for name, low, high, ulps in one:
        for dtype in ("float32", "float64"):

            def build(tf, x, name=name):
                return getattr(tf.math, name)(x)

            wide = ulps if dtype == "float32" else 40 * ulps
            yield "%s_%s" % (name, dtype), op_case(build, [numbers((3, 4), dtype, low, high)], ulps=wide)
    for name, low, high, ulps in two:
        for dtype in ("float32", "float64"):

            def build(tf, x, y, name=name):
                return getattr(tf.math, name)(x, y)

            arrays = [numbers((3, 4), dtype, low, high), numbers((4,), dtype, 0.3, 6, seed=1)]
            yield "%s_%s" % (name, dtype), op_case(build, arrays, ulps=ulps if dtype == "float32" else 4000)
    for dtype in ("float32", "float64"):
        wide = 1 if dtype == "float32" else 60
        x = numbers((4,), dtype, 0.5, 4)
        yield "polygamma_" + dtype, op_case(
            lambda tf, x: tf.polygamma(tf.constant([0, 1, 2, 3], x.dtype), x), [x], ulps=64 * wide
        )
        a, b, x = numbers((4,), dtype, 0.5, 4), numbers((4,), dtype, 0.5, 4, seed=1), numbers((4,), dtype, 0.1, 0.9)
        yield "betainc_" + dtype, op_case(lambda tf, a, b, x: tf.betainc(a, b, x), [a, b, x], ulps=64 * wide)
        yield "lbeta_" + dtype, op_case(lambda tf, x: tf.lbeta(x), [numbers((2, 3), dtype, 0.5, 4)], ulps=32 * wide)


def case_special_domains(tf):
    nan = np.nan
    return [
        tf.igamma([1.0, -1.0, 2.0, 0.0], [1.0, 1.0, -1.0, 1.0]),
        tf.betainc([1.0, -1.0, 2.0], [1.0, 1.0, 2.0], [0.5, 0.5, 1.5]),
        tf.polygamma([0.0, 1.0, 2.0, -1.0, 0.5], [1.0, 2.0, 3.0, 1.0, 1.0]),
        tf.zeta([1.0, 2.0, 0.5, 3.0, 3.0], [1.0, 2.0, 3.0, -1.0, -1.5]),
        tf.digamma([0.0, -1.0, -0.5, 1.0, 10.0]),
        tf.lgamma([0.0, -1.0, -0.5, 1.0, 10.0, nan, np.inf, -np.inf]),
        tf.erf([0.0, 1e-5, 1.0, 3.0, 10.0, -1.0, nan]),
    ]


case_special_domains.ulps = 64
