"""BiasAdd, L2Loss, local response normalization, TopK, InTopK, NthElement."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_size, constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dim, merge_dims, scalar, with_rank, with_rank_at_least
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import show
from tinytf.ops.math import math_ops
from tinytf.ops.math.row_sums import row_sums
from tinytf.ops.math.wide_rows import widen

_NUMBER = "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}"
_REAL = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"


def _fail(op, message):
    raise errors.InvalidArgumentError(op.node_def, op, message)


def column_sums(x: np.ndarray) -> np.ndarray:
    """Sums over all but the last dimension."""
    flat = x.reshape(-1, x.shape[-1])
    if x.dtype == np.float16:
        return row_sums(flat.astype(np.float32)).astype(np.float16)
    return row_sums(flat) if x.dtype.kind == "f" else flat.sum(axis=0, dtype=x.dtype)


# BiasAdd ----------------------------------------------------------------------------------------


def _channel(op, rank):
    """Which dimension the bias runs along; TensorFlow takes the third from last for NCHW."""
    return rank - 1 if op.attrs.get("data_format", b"NHWC") == b"NHWC" else 1


def _bias_add_shape(op):
    first = op.attrs.get("data_format") == b"NCHW"
    value, bias = with_rank_at_least(op.inputs[0].dims, 3 if first else 2), with_rank(op.inputs[1].dims, 1)
    if value is None:
        return [None]
    at = _channel(op, len(value))
    return [value[:at] + (merge_dim(value[at], bias[0]),) + value[at + 1 :]]


_WORTH_WIDENING = 8192  # numbers


def _bias_add_kernel(op):
    first = op.attrs.get("data_format") == b"NCHW"

    def run(value, bias, out=None):
        if value.ndim < 2:
            _fail(op, f"Input tensor must be at least 2D: {show(value.shape)}")
        if bias.ndim != 1:
            _fail(op, f"Biases must be 1D: {show(bias.shape)}")
        if value.shape[1 if first else -1] != bias.shape[0]:
            _fail(op, f"Must provide as many biases as the {'channel' if first else 'last'} dimension of the input tensor: {show(bias.shape)} vs. {show(value.shape)}")
        if first:
            return np.add(value, bias.reshape((-1,) + (1,) * (value.ndim - 2)))
        if value.size < _WORTH_WIDENING or not value.flags.c_contiguous:
            return np.add(value, bias, out=out)
        result = np.empty_like(value) if out is None else out
        rows, repeated = widen(value.reshape(-1, bias.size), bias)
        np.add(rows, repeated, out=result.reshape(rows.shape))
        return result

    run.takes_out = not first
    return run


def _bias_add_grad(op, grad):
    return [grad, make("BiasAddGrad", grad, data_format=op.attr("data_format"))]


def _bias_add_grad_shape(op):
    dims = with_rank_at_least(op.inputs[0].dims, 2)
    return [(None,) if dims is None else (dims[_channel(op, len(dims))],)]


def _bias_add_grad_kernel(op):
    first = op.attrs.get("data_format") == b"NCHW"

    def run(g):
        if g.ndim < 2:
            _fail(op, f"Input tensor must be at least 2D: {show(g.shape)}")
        if first:
            return g.sum(axis=(0,) + tuple(range(2, g.ndim)), dtype=g.dtype)
        return column_sums(g)

    return run


def _bias_add_grad_grad(op, grad):
    shape, bias_shape = array_ops.shape(op.inputs[0]), array_ops.shape(grad)
    if op.attr("data_format") == b"NCHW":
        expanded = array_ops.concat([array_ops.ones_like(shape[:1]), bias_shape, array_ops.ones_like(shape[2:])], 0)
        multiples = array_ops.concat([shape[:1], [1], shape[2:]], 0)
    else:
        expanded = array_ops.concat([array_ops.ones_like(shape[:-1]), bias_shape], 0)
        multiples = array_ops.concat([shape[:-1], [1]], 0)
    return array_ops.tile(array_ops.reshape(grad, expanded), multiples)


def _bias_add_v1_grad(op, grad):
    axes = math_ops.range(array_ops.rank(grad) - 1)
    return [grad, math_ops.reduce_sum(grad, axes)]


op(f"BiasAdd(value: T, bias: T) -> (output: T); T: {_NUMBER}; data_format: {{'NHWC', 'NCHW'}} = 'NHWC'",
   shape=_bias_add_shape, kernel=_bias_add_kernel, gradient=_bias_add_grad)  # fmt: skip
op(f"BiasAddGrad(out_backprop: T) -> (output: T); T: {_NUMBER}; data_format: {{'NHWC', 'NCHW'}} = 'NHWC'",
   shape=_bias_add_grad_shape, kernel=_bias_add_grad_kernel, gradient=_bias_add_grad_grad)  # fmt: skip
op(f"BiasAddV1(value: T, bias: T) -> (output: T); T: {_NUMBER}",
   shape=_bias_add_shape, kernel=_bias_add_kernel, gradient=_bias_add_v1_grad)  # fmt: skip


def bias_add(value, bias, data_format=None, name=None):
    """value + bias, a vector along the channels (the last dimension, or the second for NC…). Follows tf.nn.bias_add of TF 1.15."""
    with name_scope(name, "BiasAdd", [value, bias]) as name:
        if data_format is not None:
            if data_format.startswith("NC"):
                data_format = "NCHW"
            elif data_format.startswith("N") and data_format.endswith("C"):
                data_format = "NHWC"
            else:
                raise ValueError("data_format must be of the form `N...C` or `NC...`")
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype, name="bias")
        return make("BiasAdd", value, bias, data_format=data_format, name=name)


def bias_add_v1(value, bias, name=None):
    """value + bias along the last dimension, as the old op BiasAddV1."""
    with name_scope(name, "BiasAddV1", [value, bias]) as name:
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype, name="bias")
        return make("BiasAddV1", value, bias, name=name)


def xw_plus_b(x, weights, biases, name=None):
    """x @ weights + biases. Follows tf.nn.xw_plus_b of TF 1.15."""
    with name_scope(name, "xw_plus_b", [x, weights, biases]) as name:
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(weights, name="weights")
        biases = convert_to_tensor(biases, name="biases")
        return bias_add(math_ops.matmul(x, weights), biases, name=name)


# L2Loss -----------------------------------------------------------------------------------------


def _l2_loss(t):
    flat = t.reshape(-1)
    if flat.dtype == np.float16:
        flat = flat.astype(np.float32)
    return (np.dot(flat, flat) * flat.dtype.type(0.5)).astype(t.dtype)


op("L2Loss(t: T) -> (output: T); T: {half, bfloat16, float, double}",
   shape=scalar, kernel=lambda op: _l2_loss, gradient=lambda op, grad: op.inputs[0] * grad)  # fmt: skip


def l2_loss(t, name=None):
    """Half the sum of the squares of all elements. Follows tf.nn.l2_loss of TF 1.15."""
    return make("L2Loss", t, name=name)


# LRN --------------------------------------------------------------------------------------------


def _window_sums(x, radius):
    """Of each channel: the sum over the channels at most `radius` away."""
    depth = x.shape[-1]
    if not depth:
        return x
    near = np.abs(np.subtract.outer(np.arange(depth), np.arange(depth))) <= radius
    return np.dot(x.reshape(-1, depth), near.astype(x.dtype)).reshape(x.shape)


def _lrn_attrs(op):
    return op.attr("depth_radius"), op.attr("bias"), op.attr("alpha"), op.attr("beta")


def _lrn_kernel(op):
    radius, bias, alpha, beta = _lrn_attrs(op)

    def run(x):
        if x.ndim != 4:
            _fail(op, "in must be 4-dimensional")
        v = x.astype(np.float32, copy=False)
        t = v.dtype.type
        norm = t(bias) + t(alpha) * _window_sums(np.square(v), radius)
        return (v * np.power(norm, t(-beta))).astype(x.dtype, copy=False)

    return run


def _lrn_grad_kernel(op):
    radius, bias, alpha, beta = _lrn_attrs(op)

    def run(g, x, y):
        if g.shape != x.shape or y.shape != x.shape:
            _fail(op, f"input_grads, input_image, and out_image should have the same shape, got {show(g.shape)}, {show(x.shape)}, {show(y.shape)}")
        dtype = x.dtype
        g, x, y = (a.astype(np.float32, copy=False) for a in (g, x, y))
        t = x.dtype.type
        norm = t(bias) + t(alpha) * _window_sums(np.square(x), radius)
        # y_j = x_j norm_j^-beta, and norm_j holds x_i^2 for every i near j.
        out = g * np.power(norm, t(-beta))
        out -= t(2 * alpha * beta) * x * _window_sums(g * y / norm, radius)
        return out.astype(dtype, copy=False)

    return run


def _rank_4(op):
    dims = with_rank(op.inputs[0].dims, 4)
    for t in op.inputs[1:]:
        dims = merge_dims(dims, t.dims)
    return [dims]


_LRN_ATTRS = "depth_radius: int = 5; bias: float = 1.0; alpha: float = 1.0; beta: float = 0.5; T: {half, bfloat16, float} = float"


def _lrn_gradient(op, grad):
    attrs = {n: op.attr(n) for n in ("depth_radius", "bias", "alpha", "beta")}
    return make("LRNGrad", grad, op.inputs[0], op.outputs[0], **attrs)


op(f"LRN(input: T) -> (output: T); {_LRN_ATTRS}", shape=_rank_4, kernel=_lrn_kernel, gradient=_lrn_gradient)
op(f"LRNGrad(input_grads: T, input_image: T, output_image: T) -> (output: T); {_LRN_ATTRS}", shape=_rank_4, kernel=_lrn_grad_kernel)


def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    """input / (bias + alpha * sum of squares of the channels at most depth_radius away) ** beta. Follows tf.nn.lrn of TF 1.15."""
    return make("LRN", input, depth_radius=depth_radius, bias=bias, alpha=alpha, beta=beta, name=name)


lrn = local_response_normalization

# TopK -------------------------------------------------------------------------------------------


def _top_k_shape(op):
    dims = with_rank_at_least(op.inputs[0].dims, 1)
    k = op.attrs["k"] if "k" in op.attrs else constant_value(op.inputs[1])
    if k is not None and np.ndim(k):
        raise ValueError(f"Input must be scalar but has rank {np.ndim(k)}")
    k = None if k is None else int(k)
    if dims is None:
        return [None, None]
    if k is not None and k < 0:
        raise ValueError(f"Dimension size, given by scalar input 1, must be non-negative but is {k}")
    if k is not None and dims[-1] is not None and dims[-1] < k:
        raise ValueError(f"input must have last dimension >= k = {k} but is {dims[-1]}")
    return [dims[:-1] + (k,)] * 2


def _top_k(x, k):
    """(values, indices): largest first, of equals the earlier first; NaN counts as TensorFlow's comparison leaves it: last."""
    if k == 0:
        return x[..., :0], np.zeros(x.shape[:-1] + (0,), np.int32)
    if k == 1:
        index = np.argmax(x, axis=-1)[..., None]
    else:
        # Sorting the reversed rows in a stable way and reading from behind puts the earlier of equals first.
        order = np.argsort(x[..., ::-1], axis=-1, kind="stable")[..., ::-1][..., :k]
        index = x.shape[-1] - 1 - order
    return np.take_along_axis(x, index, axis=-1), index.astype(np.int32)


def _top_k_kernel(op):
    fixed = op.attrs.get("k")

    def run(x, k=fixed):
        if np.ndim(k):
            _fail(op, f"k must be scalar, got shape {list(np.shape(k))}")
        k = int(k)
        if k < 0:
            _fail(op, f"Need k >= 0, got {k}")
        if x.ndim < 1:
            _fail(op, f"input must be >= 1-D, got shape {show(x.shape)}")
        if x.shape[-1] < k:
            _fail(op, f"input must have at least k columns. Had {x.shape[-1]}, needed {k}")
        return _top_k(x, k)

    return run


def _top_k_grad(op, grad, _):
    """The gradient is scattered to where the values were taken from."""
    x, index = op.inputs[0], op.outputs[1]
    in_shape, index_shape = array_ops.shape(x), array_ops.shape(index)
    last = array_ops.gather(math_ops.cast(index_shape, dtypes.int64), array_ops.size(index_shape) - 1)
    rows = array_ops.reshape(index, array_ops.stack([-1, last]))
    width = array_ops.gather(math_ops.cast(in_shape, dtypes.int64), array_ops.size(in_shape) - 1)
    count = array_ops.shape(rows)[0]
    starts = math_ops.range(0, math_ops.cast(count, dtypes.int64) * width, width)
    starts = math_ops.cast(array_ops.expand_dims(starts, -1), dtypes.int32)
    flat = array_ops.reshape(rows + starts, [-1])
    where, updates = array_ops.expand_dims(flat, -1), array_ops.reshape(grad, [-1])
    scattered = array_ops.scatter_nd(where, updates, [math_ops.reduce_prod(in_shape)])
    result = [array_ops.reshape(scattered, in_shape), array_ops.zeros([], dtype=dtypes.int32)]
    return result[: len(op.inputs)]


op(f"TopKV2(input: T, k: int32) -> (values: T, indices: int32); sorted: bool = true; T: {_REAL}",
   shape=_top_k_shape, kernel=_top_k_kernel, gradient=_top_k_grad)  # fmt: skip
op(f"TopK(input: T) -> (values: T, indices: int32); k: int >= 0; sorted: bool = true; T: {_REAL}; deprecated 7 'Use TopKV2 instead'",
   shape=_top_k_shape, kernel=_top_k_kernel, gradient=_top_k_grad)  # fmt: skip


def top_k(input, k=1, sorted=True, name=None):
    """The k largest of each row, and where they are: (values, indices), largest first. Follows tf.nn.top_k of TF 1.15."""
    from tinytf.ops.named_results import TopKV2

    return TopKV2(*make("TopKV2", input, k, sorted=sorted, name=name))


# InTopK -----------------------------------------------------------------------------------------


def _in_top_k_shape(op):
    predictions, targets = with_rank(op.inputs[0].dims, 2), with_rank(op.inputs[1].dims, 1)
    return [(merge_dim(predictions[0], targets[0]),)]


def _in_top_k_kernel(op):
    fixed = op.attrs.get("k")

    def run(predictions, targets, k=fixed):
        if predictions.ndim != 2:
            _fail(op, "predictions must be 2-dimensional")
        if targets.ndim != 1:
            _fail(op, "targets must be 1-dimensional")
        if predictions.shape[0] != targets.shape[0]:
            _fail(op, f"First dimension of predictions {predictions.shape[0]} must match length of targets {targets.shape[0]}")
        rows, classes = predictions.shape
        known = (targets >= 0) & (targets < classes)
        if not classes:
            return np.zeros(rows, bool)
        picked = predictions[np.arange(rows), np.where(known, targets, 0)][:, None]
        # A row with a value that is not finite cannot be ranked.
        known &= np.isfinite(predictions).all(axis=1)
        return known & ((predictions > picked).sum(axis=1) < int(k))

    return run


op("InTopKV2(predictions: float, targets: T, k: T) -> (precision: bool); T: {int32, int64} = int32",
   shape=_in_top_k_shape, kernel=_in_top_k_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("InTopK(predictions: float, targets: T) -> (precision: bool); k: int; T: {int32, int64} = int32",
   shape=_in_top_k_shape, kernel=_in_top_k_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def in_top_k(predictions, targets, k, name=None):
    """Whether the target class of each row is among its k largest predictions. Follows tf.nn.in_top_k of TF 1.15."""
    with name_scope(name, "in_top_k"):
        return make("InTopKV2", predictions, targets, k, name=name)


# NthElement -------------------------------------------------------------------------------------


def _nth_shape(op):
    dims = with_rank_at_least(op.inputs[0].dims, 1)
    n = constant_size(op, 1)
    if dims is None:
        return [None]
    if n is not None and dims[-1] is not None and dims[-1] <= n:
        raise ValueError(f"Input must have last dimension > n = {n} but is {dims[-1]}")
    return [dims[:-1]]


def _nth_kernel(op):
    reverse = op.attr("reverse")

    def run(x, n):
        if np.ndim(n):
            _fail(op, f"N must be scalar, got shape {show(n.shape)}")
        if n < 0:
            _fail(op, f"Need n >= 0, got {n}")
        if x.ndim < 1:
            _fail(op, f"Input must be >= 1-D, got shape {show(x.shape)}")
        if x.shape[-1] <= n:
            _fail(op, "Input must have at least n+1 columns")
        at = x.shape[-1] - 1 - int(n) if reverse else int(n)
        return np.partition(x, at, axis=-1)[..., at].copy()

    return run


def _nth_grad(op, grad):
    """The gradient is shared by all elements that equal the one found."""
    x, y = op.inputs[0], op.outputs[0]
    equal = math_ops.cast(math_ops.equal(array_ops.expand_dims(y, -1), x), grad.dtype)
    grad = array_ops.expand_dims(grad, -1)
    count = array_ops.expand_dims(math_ops.reduce_sum(equal, -1), -1)
    return [math_ops.div(equal, count) * grad, None]


op(f"NthElement(input: T, n: int32) -> (values: T); reverse: bool = false; T: {_REAL}",
   shape=_nth_shape, kernel=_nth_kernel, gradient=_nth_grad)  # fmt: skip


def nth_element(input, n, reverse=False, name=None):
    """The n-th smallest (or largest) of each row. Follows tf.contrib.nn.nth_element of TF 1.15."""
    return make("NthElement", input, n, reverse=reverse, name=name)
