"""Reductions, scans, arg-extremes, segments, histograms, ranges, clipping."""

from __future__ import annotations

import numpy as np
from table import numbers, op_case

REDUCE = ["reduce_sum", "reduce_mean", "reduce_prod", "reduce_max", "reduce_min", "reduce_logsumexp"]
TYPES = {"reduce_logsumexp": ["float32", "float64"]}
AXES = [None, 0, 1, -1, [0], [0, 1], [1, 0], [0, 2], [-1, -2], [0, 1, 2], []]


def _reduce(name, axis, keep):
    def build(tf, x):
        return getattr(tf, name)(x, axis=axis, keepdims=keep)

    return build


def cases():
    """All combinations."""
    for name in REDUCE:
        for dtype in TYPES.get(name, ["float32", "float64", "int32", "float16"]):
            x = numbers((2, 3, 4), dtype, 0.5, 2) if dtype != "int32" else numbers((2, 3, 4), dtype, 1, 3)
            for axis in AXES if dtype in ("float32", "int32") else [None, 1]:
                for keep in (False, True):
                    case = "%s_%s_%s_%s" % (name, dtype, axis, keep)
                    yield case, op_case(_reduce(name, axis, keep), [x], dtype != "float16", ulps=16)
        x = numbers((2, 3, 4), "float32", 0.5, 2)
        for shape in (None, (None, 3, 4), (2, None, None)):
            for axis in (None, 0, [1, 2], [0, 2]):
                case = "%s_fed_%s_%s" % (name, shape, axis)
                yield case, op_case(_reduce(name, axis, False), [x], placeholders=[shape], ulps=16)
        yield name + "_empty", op_case(_reduce(name, None, False), [x[:0]], False)
        yield name + "_empty_axis", op_case(_reduce(name, 0, False), [x[:0]], False)
        yield name + "_scalar", op_case(_reduce(name, None, False), [x[0, 0, 0]], ulps=8)
        if name != "reduce_logsumexp":  # its second derivative here is rounding noise
            yield name + "_second", op_case(_reduce(name, 1, False), [x], second=True, ulps=64)
        yield name + "_bad_axis", op_case(_reduce(name, 5, False), [x])
        yield name + "_names", _names(name)
        yield name + "_fed_axis", _fed_axis(name)
    for name in ("reduce_all", "reduce_any"):
        x = numbers((2, 3, 4), "bool")
        for axis in AXES:
            for keep in (False, True):
                yield "%s_%s_%s" % (name, axis, keep), op_case(_reduce(name, axis, keep), [x])
    for name in ("argmax", "argmin"):
        for dtype in ("float32", "int32", "uint8"):
            for axis in (None, 0, 1, 2, -1, -3):
                for out in ("int64", "int32"):

                    def build(tf, x, name=name, axis=axis, out=out):
                        return getattr(tf, name)(x, axis, output_type=tf.as_dtype(out))

                    yield "%s_%s_%s_%s" % (name, dtype, axis, out), op_case(build, [numbers((2, 3, 4), dtype, 0, 9)])
        yield name + "_bad_axis", op_case(lambda tf, x, name=name: getattr(tf, name)(x, 3), [numbers((2, 3))])
        yield name + "_empty", op_case(lambda tf, x, name=name: getattr(tf, name)(x, 0), [numbers((0, 3))])
    for name in ("cumsum", "cumprod"):
        for dtype in ("float32", "float64", "int32"):
            for axis in (0, 1, -1):
                for exclusive in (False, True):
                    for reverse in (False, True):

                        def build(tf, x, name=name, args=(axis, exclusive, reverse)):
                            return getattr(tf, name)(x, *args)

                        case = "%s_%s_%s_%s_%s" % (name, dtype, axis, exclusive, reverse)
                        yield case, op_case(build, [numbers((3, 4), dtype, 1, 3)], ulps=16)
    for exclusive in (False, True):
        for reverse in (False, True):

            def build(tf, x, args=(1, exclusive, reverse)):
                return tf.math.cumulative_logsumexp(x, *args)

            yield "cumulative_logsumexp_%s_%s" % (exclusive, reverse), op_case(build, [numbers((3, 4))], ulps=32)
    for name in ("segment_sum", "segment_mean", "segment_prod", "segment_max", "segment_min"):
        for dtype in ("float32", "int32"):

            def build(tf, x, name=name):
                return getattr(tf, name)(x, tf.constant([0, 0, 2, 3, 3]))

            gradient = name != "segment_prod"
            yield "%s_%s" % (name, dtype), op_case(build, [numbers((5, 2), dtype, -5, 5)], gradient, ulps=8)
            yield "%s_%s_fed" % (name, dtype), op_case(
                build, [numbers((5, 2), dtype, -5, 5)], gradient, placeholders=True, ulps=8
            )
        for ids in ([0, 2, 1], [0, 0, -1], [-1, 0, 1], [0, 1]):
            yield "%s_bad_%s" % (name, ids), op_case(
                lambda tf, x, n=name, ids=ids: getattr(tf, n)(x, tf.placeholder_with_default(ids, None)), [numbers((3,))], False
            )
    unsorted = ["unsorted_segment_" + n for n in ("sum", "prod", "max", "min", "mean", "sqrt_n")]
    for name in unsorted:
        for dtype in ("float32", "float64") + (("int32",) if name[-1] not in "n" or "min" in name else ()):
            for ids in ([3, 0, 0, -1, 2], [[0, 1], [1, 1], [2, 0], [0, 0], [4, 4]]):

                def build(tf, x, name=name, ids=ids):
                    return getattr(tf, name)(x, tf.constant(ids), 5)

                case = "%s_%s_%d" % (name, dtype, len(np.shape(ids)))
                yield case, op_case(build, [numbers((5, 2), dtype, -5, 5)], ulps=8)
        yield name + "_out_of_range", op_case(
            lambda tf, x, n=name: getattr(tf, n)(x, tf.constant([0, 5, 2]), 4), [numbers((3,))], False
        )
    for name in ("sparse_segment_sum", "sparse_segment_mean", "sparse_segment_sqrt_n"):
        for number in (None, 5):

            def build(tf, x, name=name, number=number):
                return getattr(tf, name)(x, [0, 2, 2, 1], tf.constant([0, 0, 1, 3]), num_segments=number)

            yield "%s_%s" % (name, number), op_case(build, [numbers((4, 3))], ulps=8)
        yield name + "_bad_index", op_case(
            lambda tf, x, n=name: getattr(tf, n)(x, [0, 4], [0, 0]), [numbers((4, 3))], False
        )
    for args in ((5,), (2, 7), (0, 10, 3), (10, 0, -3), (0.0, 1.0, 0.1), (1, 3.5), (3.0,), (0, 0), (5, 0, 1), (0, 5, 0)):
        yield "range_%s" % (args,), lambda tf, args=args: [tf.range(*args)]
    yield "range_dtype", lambda tf: [tf.range(3, dtype=tf.float64), tf.range(1, 9, 2, dtype=tf.int64, name="r")]
    for args in ((0.0, 1.0, 5), (10.0, 12.0, 7), (3.0, 3.0, 1), (0.0, -1.0, 4), (0.0, 1.0, 0)):
        yield "linspace_%s" % (args,), lambda tf, args=args: [tf.linspace(*args), tf.lin_space(*args)]


def _names(name):
    def case(tf):
        x = tf.constant([[1.0, 2.0], [3.0, 5.0]])
        f = getattr(tf, name)
        return [f(x, 0, True, "named"), f(x, reduction_indices=[1]), f(x, axis=[0], keep_dims=True), f([1.0, 2.0])]

    case.ulps = 8
    return case


def _fed_axis(name):
    def case(tf):
        axis = tf.placeholder(tf.int32, None)
        x = tf.placeholder_with_default(numbers((2, 3, 4), "float32", 0.5, 2), None)
        y = getattr(tf, name)(x, axis)
        return [y] + tf.gradients(y, x), {axis: [0, 2]}

    case.ulps = 16
    return case


def case_both_axes(tf):
    return tf.reduce_sum([1.0], axis=0, reduction_indices=0)


def case_axis_out_of_range_fed(tf):
    return tf.reduce_sum(tf.ones([2, 3]), tf.placeholder_with_default(5, []))


def case_argmax_dimension(tf):
    x = tf.constant([[1.0, 3.0], [4.0, 2.0]])
    return [tf.argmax(x, dimension=1), tf.arg_max(x, 0), tf.arg_min(x, 1, name="m"), tf.argmax(x)]


def case_argmax_of_bool(tf):
    return tf.argmax([True, False])


def case_nan(tf):
    x = tf.constant([[np.nan, 1.0, 2.0], [2.0, np.nan, 1.0]])
    return [tf.reduce_max(x, 1), tf.reduce_min(x), tf.reduce_sum(x), tf.reduce_mean(x, 0)]


def case_integer_mean(tf):
    return [tf.reduce_mean(tf.constant([1, 2, 4])), tf.reduce_mean(tf.constant([-1, -2, -4]))]


def case_small_integers_wrap(tf):
    return [tf.reduce_sum(tf.constant([100, 100, 100], tf.int8)), tf.reduce_prod(tf.constant([100, 100], tf.uint8))]


def case_count_nonzero(tf):
    x = [[1, 0, 2], [0, 0, 3]]
    return [tf.count_nonzero(x), tf.count_nonzero(x, 1, keepdims=True), tf.count_nonzero(x, axis=0, dtype=tf.int32)]


def case_statistics(tf):
    x = tf.constant(numbers((3, 4)))
    y = [tf.math.reduce_std(x), tf.math.reduce_variance(x, 1, keepdims=True), tf.math.reduce_euclidean_norm(x, 0)]
    return y + tf.gradients(y[:2], x)


case_statistics.ulps = 16


def case_bincount(tf):
    x = [1, 1, 5, 0]
    made = [tf.bincount(x), tf.bincount(x, minlength=8), tf.bincount(x, maxlength=3), tf.bincount(x, dtype=tf.float32)]
    return made + [tf.bincount(x, weights=[1.0, 2.0, 3.0, 4.0]), tf.math.bincount([], minlength=2)]


def case_bincount_negative(tf):
    return tf.bincount([1, -1])


def case_histogram(tf):
    x = [-1.0, 0.0, 1.5, 2.0, 5.0, 15.0]
    return [tf.histogram_fixed_width(x, [0.0, 5.0], nbins=5), tf.histogram_fixed_width_bins(x, [0.0, 5.0], nbins=5)]


def case_clip_by_value(tf):
    x = tf.constant([-3.0, 0.5, 4.0])
    y = tf.clip_by_value(x, -1.0, 2.0)
    z = tf.clip_by_value(x, [-1.0, 1.0, 5.0], 2, name="z")
    return [y, z] + tf.gradients(y, x)


def case_clip_by_value_grows(tf):
    return tf.clip_by_value(tf.constant([1.0]), [0.0, 1.0], 2.0)


def case_clip_by_norm(tf):
    x = tf.constant([[3.0, 4.0], [0.3, 0.4]])
    y = [tf.clip_by_norm(x, 1.0), tf.clip_by_norm(x, 1.0, axes=[1]), tf.clip_by_norm(tf.zeros([2]), 1.0)]
    slices = tf.IndexedSlices(x, tf.constant([0, 1]))
    return y + [tf.clip_by_norm(slices, 2.0).values] + tf.gradients(y[:2], x)


case_clip_by_norm.ulps = 16


def case_clip_by_global_norm(tf):
    x = [tf.constant([3.0, 4.0]), None, tf.constant([[1.0, 2.0]])]
    y, norm = tf.clip_by_global_norm(x, 2.0)
    z, _ = tf.clip_by_global_norm(x, 2.0, use_norm=tf.constant(np.inf), name="c")
    return [y[0], y[2], norm, tf.global_norm(x), z[0]] + tf.gradients(y[0], x[0])


case_clip_by_global_norm.ulps = 16


def case_clip_by_average_norm(tf):
    x = tf.constant([[3.0, 4.0], [0.3, 0.4]])
    y = tf.clip_by_average_norm(x, 0.5)
    return [y] + tf.gradients(y, x)


case_clip_by_average_norm.ulps = 16


def case_pre_1_0_reductions(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return [tf.reduce_sum(x, [1]), tf.reduce_mean(x, 0, True, "m"), tf.reduce_max(x, reduction_indices=0)]
