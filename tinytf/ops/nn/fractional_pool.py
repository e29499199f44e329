"""Fractional pools: FractionalMaxPool and FractionalAvgPool, whose windows have random sizes near the pooling ratio.

The borders of the windows along a dimension are a "pooling sequence": 0 = s[0] < s[1] < … < s[n] = length. Window i covers
s[i] … s[i + 1] - 1, and also s[i + 1] where windows overlap. The sequences are TensorFlow's, draw for draw.
"""

from __future__ import annotations

import math

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import show
from tinytf.ops.named_results import FractionalPool
from tinytf.ops.random import philox
from tinytf.ops.random.random_seed import get_seed


def _fail(op, message):
    raise errors.InvalidArgumentError(op.node_def, op, message)


# Where the windows lie --------------------------------------------------------------------------


class _Draws:
    """32-bit words from a reserved part of a generator, one after the other."""

    def __init__(self, generator: philox.Philox, count: int):
        self._state = generator.reserve(-(-count // 4))
        self._words, self._next = np.zeros(0, np.uint32), 0

    def word(self) -> int:
        if self._next == self._words.size:
            self._words = philox.words(self._state, self._next // 4 + 16).reshape(-1)
        self._next += 1
        return int(self._words[self._next - 1])

    def below(self, n: int) -> int:
        """One of 0 … n - 1, each as likely: words of the incomplete last run of n are drawn again."""
        if n & (n - 1) == 0:
            return self.word() & (n - 1)
        surplus = 0xFFFFFFFF % n + 1
        while True:
            word = self.word()
            if word >= surplus:
                return word % n

    def double(self) -> float:
        high, low = np.array([self.word()], np.uint32), np.array([self.word()], np.uint32)
        return float(philox.to_double(high, low)[0])


def _shuffled_sizes(length: int, count: int, generator) -> list:
    """Sizes length // count and one more, in random order."""
    sizes = [length // count] * count
    for i in range(length % count):
        sizes[i] += 1
    draws = _Draws(generator, count)
    for i in range(count - 1):
        j = i + draws.below(count - i)
        sizes[i], sizes[j] = sizes[j], sizes[i]
    return sizes


def _regular_sizes(length: int, count: int, generator) -> list:
    """The sizes between ceil(ratio * (i + u)) for one random u: "pseudo-random" windows."""
    ratio, least = length / count, length // count
    most = min((least + 2) / ratio - 1, (length + 1 - least) / ratio - (count - 1))
    u = _Draws(generator, 1).double() * most
    borders = [1] + [math.ceil(ratio * (i + u)) for i in range(1, count)] + [length + 1]
    return [b - a for a, b in zip(borders, borders[1:])]


def pooling_sequence(length: int, count: int, generator, pseudo_random: bool) -> np.ndarray:
    """The borders of `count` windows along a dimension of `length` cells."""
    if length % count == 0:
        sizes = [length // count] * count
    else:
        sizes = (_regular_sizes if pseudo_random else _shuffled_sizes)(length, count, generator)
    return np.cumsum([0] + sizes, dtype=np.int64)


def _spans(sequence, length: int, overlapping: bool) -> list:
    """(first, last + 1) of every window."""
    more = 1 if overlapping else 0
    return [(int(a), min(int(b) + more, length)) for a, b in zip(sequence, sequence[1:])]


def _windows(op, x_shape, rows, columns):
    overlapping = op.attr("overlapping")
    for sequence, length in ((rows, x_shape[1]), (columns, x_shape[2])):
        if sequence.ndim != 1 or (sequence.size and (sequence.min() < 0 or sequence.max() > length)):
            _fail(op, f"A pooling sequence must be a vector of borders in [0, {length}]")
    return _spans(rows, x_shape[1], overlapping), _spans(columns, x_shape[2], overlapping)


# Kernels ----------------------------------------------------------------------------------------


def _shape(op):
    ratios = op.attr("pooling_ratio")
    dims = with_rank(op.inputs[0].dims, 4)
    if len(ratios) != 4:
        raise ValueError(f"FractionalPool requires the pooling_ratio attribute to contain 4 values, but got: {len(ratios)}")
    out = tuple(None if n is None else int(n / r) for n, r in zip(dims, ratios))
    return [out, out[1:2], out[2:3]]  # TensorFlow's rule, though a sequence is one longer: it starts with 0


def _pool_kernel(reduce_window):
    def kernel(op):
        ratios, overlapping, pseudo_random = op.attr("pooling_ratio"), op.attr("overlapping"), op.attr("pseudo_random")
        seeds = op.attr("seed"), op.attr("seed2")
        if not op.attr("deterministic") and seeds != (0, 0):
            _fail(op, "Both seed and seed2 should be 0 if deterministic is false.")
        if len(ratios) != 4:
            _fail(op, "pooling_ratio field must specify 4 dimensions")
        if ratios[0] != 1 or ratios[3] != 1:
            raise errors.UnimplementedError(op.node_def, op, "Fractional pooling is not yet supported on the batch nor channel dimension.")
        if min(ratios) < 1:
            _fail(op, "pooling_ratio must be at least 1")
        unseeded = philox.Philox(0, 0)

        def run(x):
            generator = philox.Philox(*seeds) if op.attr("deterministic") else unseeded  # the same windows in every run, or new ones
            if x.ndim != 4:
                _fail(op, "tensor_in must be 4-dimensional")
            counts = [int(math.floor(n / r)) for n, r in zip(x.shape, ratios)]
            if min(counts[1:3]) < 1:
                _fail(op, f"pooling_ratio {list(ratios)} is larger than an input of shape {show(x.shape)}")
            rows, columns = (pooling_sequence(x.shape[i], counts[i], generator, pseudo_random) for i in (1, 2))
            y = np.empty((x.shape[0], counts[1], counts[2], x.shape[3]), x.dtype)
            for i, (top, bottom) in enumerate(_spans(rows, x.shape[1], overlapping)):
                for j, (left, right) in enumerate(_spans(columns, x.shape[2], overlapping)):
                    y[:, i, j] = reduce_window(x[:, top:bottom, left:right])
            return y, rows, columns

        return run

    return kernel


def _mean(window):
    count = window.shape[1] * window.shape[2]
    total = window.sum(axis=(1, 2), dtype=window.dtype)
    return total // count if window.dtype.kind == "i" else total / window.dtype.type(count)


def _max_grad_kernel(op):
    def run(x, y, g, rows, columns):
        if y.shape != g.shape or x.ndim != 4 or g.ndim != 4:
            _fail(op, "orig_output and out_backprop must be 4-dimensional and of one shape")
        out = np.zeros(x.shape, x.dtype)
        n, c = np.ogrid[: x.shape[0], : x.shape[3]]
        row_spans, column_spans = _windows(op, x.shape, rows, columns)
        if (len(row_spans), len(column_spans)) != g.shape[1:3]:
            _fail(op, "The pooling sequences do not fit the shape of out_backprop")
        for i, (top, bottom) in enumerate(row_spans):
            for j, (left, right) in enumerate(column_spans):
                window = x[:, top:bottom, left:right]
                first = window.reshape(x.shape[0], -1, x.shape[3]).argmax(axis=1)  # the first largest in row-major order
                out[n, top + first // (right - left), left + first % (right - left), c] += g[:, i, j]
        return out

    return run


def _avg_grad_kernel(op):
    def run(shape, g, rows, columns):
        if shape.shape != (4,) or g.ndim != 4:
            _fail(op, "original input tensor shape must be 1-dimensional and of 4 elements")
        shape = tuple(int(d) for d in shape)
        if min(shape) < 0 or shape[0] != g.shape[0] or shape[3] != g.shape[3] or shape[1] < g.shape[1] or shape[2] < g.shape[2]:
            _fail(op, f"out_backprop {show(g.shape)} does not fit an input of shape {show(shape)}")
        out = np.zeros(shape, np.float64 if g.dtype == np.float32 else g.dtype)
        row_spans, column_spans = _windows(op, shape, rows, columns)
        for i, (top, bottom) in enumerate(row_spans):
            for j, (left, right) in enumerate(column_spans):
                count = (bottom - top) * (right - left)
                share = g[:, i, j] // count if g.dtype.kind == "i" else g[:, i, j] / count
                out[:, top:bottom, left:right] += share[:, None, None]
        return out.astype(g.dtype)

    return run


def _max_gradient(op, grad, _rows, _columns):
    return make("FractionalMaxPoolGrad", op.inputs[0], op.outputs[0], grad, op.outputs[1], op.outputs[2], overlapping=op.attr("overlapping"))


def _avg_gradient(op, grad, _rows, _columns):
    x = op.inputs[0]
    shape = x.shape if x.shape.is_fully_defined() else array_ops.shape(x, out_type="int64")
    return make("FractionalAvgPoolGrad", shape, grad, op.outputs[1], op.outputs[2], overlapping=op.attr("overlapping"))


def _avg_grad_shape(op):
    from tinytf.graph.constant_value import constant_dims

    return [constant_dims(op.inputs[0]) or (None,) * 4]


_ATTRS = "pooling_ratio: list(float) >= 4; pseudo_random: bool = false; overlapping: bool = false; deterministic: bool = false; seed: int = 0; seed2: int = 0; T: {float, double, int32, int64}"  # noqa: E501

op("FractionalMaxPool(value: T) -> (output: T, row_pooling_sequence: int64, col_pooling_sequence: int64); " + _ATTRS,
   shape=_shape, kernel=_pool_kernel(lambda window: window.max(axis=(1, 2))), gradient=_max_gradient)  # fmt: skip
op("FractionalAvgPool(value: T) -> (output: T, row_pooling_sequence: int64, col_pooling_sequence: int64); " + _ATTRS,
   shape=_shape, kernel=_pool_kernel(_mean), gradient=_avg_gradient)  # fmt: skip
op("FractionalMaxPoolGrad(orig_input: T, orig_output: T, out_backprop: T, row_pooling_sequence: int64, col_pooling_sequence: int64) -> (output: T); overlapping: bool = false; T: {float, double, int32, int64}",
   shape=lambda op: [with_rank(op.inputs[0].dims, 4)], kernel=_max_grad_kernel)  # fmt: skip
op("FractionalAvgPoolGrad(orig_input_tensor_shape: int64, out_backprop: T, row_pooling_sequence: int64, col_pooling_sequence: int64) -> (output: T); overlapping: bool = false; T: {float, double, int32, int64}",
   shape=_avg_grad_shape, kernel=_avg_grad_kernel)  # fmt: skip


# Public functions -------------------------------------------------------------------------------


def _pool(op_type, value, pooling_ratio, pseudo_random, overlapping, deterministic, seed, seed2, name):
    return FractionalPool(
        *make(
            op_type, value, pooling_ratio=pooling_ratio, pseudo_random=pseudo_random, overlapping=overlapping,
            deterministic=deterministic, seed=seed, seed2=seed2, name=name,
        )
    )  # fmt: skip


def fractional_max_pool(value, pooling_ratio, pseudo_random=False, overlapping=False, deterministic=False, seed=0, seed2=0, name=None):
    """The maximum of windows of random sizes: (output, borders of rows, borders of columns). Follows tf.nn.fractional_max_pool of TF 1.15."""
    return _pool("FractionalMaxPool", value, pooling_ratio, pseudo_random, overlapping, deterministic, seed, seed2, name)


def fractional_avg_pool(value, pooling_ratio, pseudo_random=False, overlapping=False, deterministic=False, seed=0, seed2=0, name=None):
    """The mean of windows of random sizes: (output, borders of rows, borders of columns). Follows tf.nn.fractional_avg_pool of TF 1.15."""
    return _pool("FractionalAvgPool", value, pooling_ratio, pseudo_random, overlapping, deterministic, seed, seed2, name)


def _seeded(op_type, value, ratios, pseudo_random, overlapping, seed, name):
    if seed == 0:
        return _pool(op_type, value, ratios, pseudo_random, overlapping, False, 0, 0, name)
    first, second = get_seed(seed)
    return _pool(op_type, value, ratios, pseudo_random, overlapping, True, first, second, name)


def fractional_max_pool_v2(value, pooling_ratio, pseudo_random=False, overlapping=False, seed=0, name=None):
    """`fractional_max_pool` of TF 2: one ratio, two, or four; deterministic where a seed is given."""
    from tinytf.ops.nn.conv_functions import sequence

    ratios = sequence(pooling_ratio, 2, 3, "pooling_ratio")
    return _seeded("FractionalMaxPool", value, ratios, pseudo_random, overlapping, seed, name)


def fractional_avg_pool_v2(value, pooling_ratio, pseudo_random=False, overlapping=False, seed=0, name=None):
    """`fractional_avg_pool` of TF 2, with the four ratios of TF 1."""
    return _seeded("FractionalAvgPool", value, pooling_ratio, pseudo_random, overlapping, seed, name)
