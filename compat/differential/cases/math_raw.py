"""Ops that have no public function of their own, or only an old one, through `tf.raw_ops`."""

from __future__ import annotations

import numpy as np
from table import numbers, op_case

GRADS = ["InvGrad", "ReciprocalGrad", "SqrtGrad", "RsqrtGrad", "TanhGrad", "SigmoidGrad"]


def cases():
    """Op by op."""
    for name in GRADS:
        for dtype in ("float32", "float64", "complex64"):

            def build(tf, y, dy, name=name):
                return getattr(tf.raw_ops, name)(y=y, dy=dy)

            arrays = [numbers((2, 3), dtype, 0.3, 2), numbers((2, 3), dtype, seed=1)]
            yield "%s_%s" % (name, dtype), op_case(build, arrays, ulps=32)
            yield "%s_%s_fed" % (name, dtype), op_case(build, arrays, placeholders=True, ulps=32)
    for name, low, high in (("Inv", 0.3, 3), ("Erfc", -2, 2), ("Conj", -2, 2)):
        dtype = "complex64" if name == "Conj" else "float32"

        def build(tf, x, name=name):
            return getattr(tf.raw_ops, name)(**{"input" if name == "Conj" else "x": x})

        yield name, op_case(build, [numbers((2, 3), dtype, low, high)], ulps=16)
    for name in ("Div", "Mod", "MulNoNan", "TruncateDiv", "TruncateMod", "FloorMod"):
        for dtype in ("float32",) + (("int32",) if name != "MulNoNan" else ()):

            def build(tf, x, y, name=name):
                return getattr(tf.raw_ops, name)(x=x, y=y)

            arrays = [numbers((2, 3), dtype, -9, 9), numbers((3,), dtype, 1, 4, seed=1)]
            case = op_case(build, arrays, name not in ("Mod", "TruncateMod"), ulps=8)
            yield "%s_%s" % (name, dtype), case
    for ax in (False, True):
        for ay in (False, True):

            def build(tf, x, y, ax=ax, ay=ay):
                return tf.raw_ops.BatchMatMul(x=x, y=y, adj_x=ax, adj_y=ay)

            x = numbers((2, 3, 2) if ax else (2, 2, 3))
            y = numbers((2, 4, 3) if ay else (2, 3, 4), seed=1)
            yield "BatchMatMul_%s_%s" % (ax, ay), op_case(build, [x, y], ulps=8)

            def build(tf, a, b, ta=ax, tb=ay):
                return tf.sparse_matmul(a, b, transpose_a=ta, transpose_b=tb, a_is_sparse=True)

            yield "SparseMatMul_%s_%s" % (ax, ay), op_case(build, [x[0], y[0]], ulps=8)
    yield (
        "Bucketize",
        op_case(lambda tf, x: tf.raw_ops.Bucketize(input=x, boundaries=[-1.0, 0.5, 1.0]), [numbers((9,))]),
    )
    yield (
        "Bucketize_int",
        op_case(lambda tf, x: tf.raw_ops.Bucketize(input=x, boundaries=[-1.0, 0.5, 1.0]), [numbers((9,), "int32")]),
    )
    yield (
        "ApproximateEqual",
        op_case(
            lambda tf, x, y: tf.raw_ops.ApproximateEqual(x=x, y=y, tolerance=0.5),
            [numbers((9,)), numbers((9,), seed=1)],
        ),
    )
    for dtype in ("int8", "uint8", "int32", "int64", "uint16"):
        x = numbers((9,), dtype, -100, 100)
        yield "PopulationCount_" + dtype, op_case(lambda tf, x: tf.raw_ops.PopulationCount(x=x), [x])
        yield "Invert_" + dtype, op_case(lambda tf, x: tf.bitwise.invert(x), [x])
    yield (
        "ClipByValue",
        op_case(lambda tf, t: tf.raw_ops.ClipByValue(t=t, clip_value_min=-1.0, clip_value_max=0.5), [numbers((9,))]),
    )
    yield (
        "SelectV2",
        op_case(
            lambda tf, x, y: tf.raw_ops.SelectV2(condition=x > 0.5, t=x, e=y), [numbers((2, 3)), numbers((3,), seed=1)]
        ),
    )
    yield (
        "AccumulateNV2",
        op_case(
            lambda tf, x, y: tf.raw_ops.AccumulateNV2(inputs=[x, y, x], shape=[2]),
            [numbers((2,)), numbers((2,), seed=1)],
        ),
    )
    yield (
        "CompareAndBitpack",
        op_case(lambda tf, x: tf.raw_ops.CompareAndBitpack(input=x, threshold=0.5), [numbers((2, 16))], False),
    )
    yield "Angle", op_case(lambda tf, x: tf.raw_ops.Angle(input=x), [numbers((3,), "complex64")], False)
    shapes = [
        ((), ()),
        ((2, 3), (3,)),
        ((2, 3), (2, 3)),
        ((1, 3), (2, 1)),
        ((1,), ()),
        ((1, 1), (1,)),
        ((2, 1, 3), (1, 1, 3)),
    ]
    for a, b in shapes + [((2,), (3,))]:

        def build(tf, a=a, b=b):
            return tf.raw_ops.BroadcastGradientArgs(s0=np.array(a, np.int32), s1=np.array(b, np.int32))

        yield "BroadcastGradientArgs_%s_%s" % (a, b), build
    x = numbers((5, 3))
    for name in ("SparseSegmentMeanGrad", "SparseSegmentSqrtNGrad"):

        def build(tf, x, name=name):
            f = getattr(tf.raw_ops, name)
            return f(grad=x, indices=[0, 3, 1, 1], segment_ids=[0, 0, 1, 4], output_dim0=4)

        yield name, op_case(build, [x], False, ulps=8)
    yield (
        "CholeskyGrad",
        op_case(
            lambda tf, l, g: tf.raw_ops.CholeskyGrad(l=l, grad=g),
            [np.tril(numbers((3, 3), "float32", 1, 2)), np.tril(numbers((3, 3), seed=1))],
            False,
            ulps=64,
        ),
    )
    d = numbers((3, 4), "float32", 1, 2)
    d[1] += 4
    yield (
        "TridiagonalSolve",
        op_case(lambda tf, d, r: tf.raw_ops.TridiagonalSolve(diagonals=d, rhs=r), [d, numbers((4, 2))], ulps=64),
    )
    yield (
        "TridiagonalMatMul",
        op_case(
            lambda tf, d, r: tf.raw_ops.TridiagonalMatMul(superdiag=d[:1], maindiag=d[1:2], subdiag=d[2:], rhs=r),
            [d, numbers((4, 2))],
            ulps=16,
        ),
    )
    yield (
        "HistogramFixedWidth",
        op_case(
            lambda tf, x: tf.raw_ops.HistogramFixedWidth(values=x, value_range=tf.constant([-1.0, 1.0]), nbins=4),
            [x],
            False,
        ),
    )
    yield from _tridiagonal(d)


def _tridiagonal(d):
    for form in ("compact", "sequence", "matrix"):
        for shape in ((4,), (4, 2)):

            def build(tf, d, r, form=form):
                m = tf.matrix_diag(d[1]) + tf.constant(np.eye(4, k=1) + 2 * np.eye(4, k=-1), tf.float32)
                given = {"compact": d, "sequence": [d[0], d[1], d[2, 1:]], "matrix": m}[form]
                results = [tf.linalg.tridiagonal_solve(given, r, form)]
                if form != "sequence" and len(r.shape) > 1:
                    results.append(tf.linalg.tridiagonal_matmul(given, r, form))
                return results

            case = "tridiagonal_%s_%d" % (form, len(shape))
            yield case, op_case(build, [d, numbers(shape)], False, ulps=64)


def _sparse(tf):
    return tf.SparseTensor([[0, 1], [1, 2]], [2.0, 4.0], [2, 3])


def case_sparse_times_dense(tf):
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    return [(_sparse(tf) * x).values, (_sparse(tf) / x).values, (_sparse(tf) * 3.0).values]


def case_dense_times_sparse(tf):
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    return [(x * _sparse(tf)).values]


def case_integer_sparse_divides(tf):
    s = tf.SparseTensor([[0, 1], [1, 2]], [2, 4], [2, 3])
    return [(s / tf.constant([[2, 2, 2], [3, 3, 3]])).values]
