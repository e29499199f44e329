"""Softmax and the cross entropies of it."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value, public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import broadcast_dims, merge_dim, with_rank, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import deprecated_argument, show
from tinytf.ops.math import math_ops
from tinytf.ops.math.row_sums import largest_of_rows, sums_of_rows

_FLOAT = "{half, bfloat16, float, double}"


def _fail(op, message):
    raise errors.InvalidArgumentError(op.node_def, op, message)


# Kernels ----------------------------------------------------------------------------------------


def _rows(x):
    """`x` as a matrix of rows along its last dimension."""
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])


def _shifted(rows):
    """The rows minus the largest of each: exp of it cannot overflow."""
    return rows - largest_of_rows(rows)[:, None]


def _single(run):
    """Half precision is computed in single precision."""

    def wrapped(x, *rest):
        if x.dtype == np.float32 or x.dtype == np.float64:
            return run(x, *rest)
        dtype = x.dtype
        result = run(x.astype(np.float32), *[r.astype(np.float32) if r.dtype == dtype else r for r in rest])
        return tuple(r.astype(dtype) for r in result) if isinstance(result, tuple) else result.astype(dtype)

    return wrapped


def _softmax_kernel(op):
    def run(x):
        if x.ndim < 1:
            _fail(op, "logits must have >= 1 dimension, got []")
        if not x.size:
            return x.copy()
        e = _shifted(_rows(x))
        np.exp(e, out=e)
        e /= sums_of_rows(e)[:, None]
        return e.reshape(x.shape)

    return _single(run)


def _log_softmax_kernel(op):
    def run(x):
        if x.ndim < 1:
            _fail(op, "logits must have >= 1 dimension, got []")
        if not x.size:
            return x.copy()
        result = _shifted(_rows(x))
        result -= np.log(sums_of_rows(np.exp(result)))[:, None]
        return result.reshape(x.shape)

    return _single(run)


def _xent_kernel(op):
    def run(logits, labels):
        if logits.shape != labels.shape:
            try:
                shape = np.broadcast_shapes(logits.shape, labels.shape)
            except ValueError:
                _fail(op, f"logits and labels must be broadcastable: logits_size={show(logits.shape)} labels_size={show(labels.shape)}")
            logits, labels = np.broadcast_to(logits, shape), np.broadcast_to(labels, shape)
        if logits.ndim != 2:
            _fail(op, f"logits and labels must be either 2-dimensional, or broadcasted to be 2-dimensional, got {show(logits.shape)}")
        if not logits.size:
            return np.zeros(logits.shape[0], logits.dtype), np.zeros(logits.shape, logits.dtype)
        x = _shifted(logits)
        e = np.exp(x)
        total = sums_of_rows(e)[:, None]
        np.subtract(np.log(total), x, out=x)
        x *= labels
        e /= total
        e -= labels
        return sums_of_rows(x), e

    return _single(run)


def _sparse_xent_kernel(op):
    def run(logits, labels):
        if logits.ndim != 2:
            _fail(op, f"logits must be 2-D, but got shape {show(logits.shape)}")
        if labels.ndim != 1:
            _fail(op, f"labels must be 1-D, but got shape {show(labels.shape)}")
        if logits.shape[0] != labels.shape[0]:
            _fail(op, f"logits and labels must have the same first dimension, got logits shape {show(logits.shape)} and labels shape {show(labels.shape)}")
        rows, classes = logits.shape
        if rows and not classes:
            _fail(op, f"Must have at least one class, but got logits shape {show(logits.shape)}")
        if rows and (labels.min() < 0 or labels.max() >= classes):
            bad = labels[(labels < 0) | (labels >= classes)][0]
            _fail(op, f"Received a label value of {bad} which is outside the valid range of [0, {classes}).  Label values: {' '.join(map(str, labels.tolist()))}")
        if not rows:
            return np.zeros(0, logits.dtype), np.zeros(logits.shape, logits.dtype)
        x = _shifted(logits)
        e = np.exp(x)
        total = sums_of_rows(e)
        at = np.arange(rows)
        loss = np.log(total) - x[at, labels]
        e /= total[:, None]
        e[at, labels] -= e.dtype.type(1)
        return loss, e

    return _single(run)


# Shapes -----------------------------------------------------------------------------------------


def _softmax_shape(op):
    return [with_rank_at_least(op.inputs[0].dims, 1)]


def _xent_shape(op):
    logits, labels = op.inputs[0].dims, op.inputs[1].dims
    dims = with_rank(broadcast_dims(logits, labels), 2)
    return [(dims[0],), dims]


def _sparse_xent_shape(op):
    logits, labels = with_rank(op.inputs[0].dims, 2), with_rank(op.inputs[1].dims, 1)
    rows = merge_dim(logits[0], labels[0])
    return [(rows,), (rows, logits[1])]


# Gradients --------------------------------------------------------------------------------------


def _softmax_grad(op, grad):
    y = op.outputs[0]
    total = math_ops.reduce_sum(grad * y, -1, keepdims=True)
    return (grad - total) * y


def _log_softmax_grad(op, grad):
    y = math_ops.exp(op.outputs[0])
    return grad - math_ops.reduce_sum(grad, -1, keepdims=True) * y


def _rows_times(vector, matrix):
    return array_ops.expand_dims(vector, -1) * matrix


def _is_zero(t) -> bool:
    if t.op.type in ("ZerosLike", "Zeros"):
        return True
    value = public_constant_value(t)
    return value is not None and bool((value == 0).all())


def _xent_grad(op, grad_loss, grad_backprop):
    logits = op.inputs[0]
    grad = _rows_times(grad_loss, op.outputs[1])
    if grad_backprop is not None and not _is_zero(grad_backprop):
        # Someone differentiates the gradient: the second result of the op is used.
        y = softmax(logits)
        row = array_ops.expand_dims(grad_backprop, 1)
        column = array_ops.expand_dims(y, 2)
        grad += (grad_backprop - array_ops.squeeze(math_ops.matmul(row, column), axis=1)) * y
    return [grad, _rows_times(grad_loss, -log_softmax(logits))]


def _sparse_xent_grad(op, grad_loss, _):
    message = (
        "Currently there is no way to take the second derivative of sparse_softmax_cross_entropy_with_logits "
        "due to the fused implementation's interaction with tf.gradients()"
    )
    return [_rows_times(grad_loss, array_ops.prevent_gradient(op.outputs[1], message=message)), None]


op(f"Softmax(logits: T) -> (softmax: T); T: {_FLOAT}", shape=_softmax_shape, kernel=_softmax_kernel, gradient=_softmax_grad)
op(f"LogSoftmax(logits: T) -> (logsoftmax: T); T: {_FLOAT}", shape=_softmax_shape, kernel=_log_softmax_kernel, gradient=_log_softmax_grad)
op(f"SoftmaxCrossEntropyWithLogits(features: T, labels: T) -> (loss: T, backprop: T); T: {_FLOAT}",
   shape=_xent_shape, kernel=_xent_kernel, gradient=_xent_grad)  # fmt: skip
op(f"SparseSoftmaxCrossEntropyWithLogits(features: T, labels: Tlabels) -> (loss: T, backprop: T); T: {_FLOAT}; Tlabels: {{int32, int64}} = int64",
   shape=_sparse_xent_shape, kernel=_sparse_xent_kernel, gradient=_sparse_xent_grad)  # fmt: skip

# Public functions -------------------------------------------------------------------------------


def _swap(x, axis, last, name=None):
    """`x` with dimension `axis` and the last one exchanged."""
    order = [math_ops.range(axis), [last], math_ops.range(axis + 1, last), [axis]]
    return array_ops.transpose(x, array_ops.concat(order, 0), name=name)


def _along(logits, op_type, axis, name):
    """The op over the last dimension, or with `axis` swapped there and back."""
    logits = convert_to_tensor(logits)
    rank = None if logits.dims is None else len(logits.dims)
    if (not isinstance(axis, Tensor) and axis == -1) or (rank is not None and axis == rank - 1):
        return make(op_type, logits, name=name)
    static = constant_value(axis) if isinstance(axis, Tensor) else axis
    if static is not None and not -rank <= static < rank:
        raise errors.InvalidArgumentError(
            None, None, f"Dimension ({static}) must be in the range [{-rank}, {rank}) where {rank} is the number of dimensions in the input."
        )
    count = array_ops.rank(logits)
    if isinstance(axis, Tensor):
        axis = array_ops.where(math_ops.less(axis, 0), axis + count, axis)
    elif axis < 0:
        axis = axis + count
    again = array_ops.rank(logits)
    axis = axis % rank
    swapped = _swap(logits, axis, math_ops.subtract(again, 1))
    result = _swap(make(op_type, swapped), axis, math_ops.subtract(again, 1), name=name)
    result.set_shape(logits.dims)
    return result


def softmax(logits, axis=None, name=None, dim=None):
    """exp(logits) / sum of it along `axis` (the last). Follows tf.nn.softmax of TF 1.15."""
    axis = deprecated_argument("axis", axis, "dim", dim)
    return _along(logits, "Softmax", -1 if axis is None else axis, name)


def log_softmax(logits, axis=None, name=None, dim=None):
    """log(softmax(logits)) along `axis` (the last). Follows tf.nn.log_softmax of TF 1.15."""
    axis = deprecated_argument("axis", axis, "dim", dim)
    return _along(logits, "LogSoftmax", -1 if axis is None else axis, name)


def _flatten_outer(x):
    """`x` as a matrix: all dimensions but the last become one."""
    rank = array_ops.rank(x)
    last = array_ops.slice(array_ops.shape(x), [math_ops.subtract(rank, 1)], [1])
    result = array_ops.reshape(x, array_ops.concat([[-1], last], 0))
    if x.dims is not None and None not in x.dims[:-1]:
        result.set_shape([int(np.prod(x.dims[:-1], dtype=np.int64)), x.dims[-1]])
    return result


def _to_end(x, axis, rank):
    order = [math_ops.range(axis), math_ops.range(axis + 1, rank), [axis]]
    return array_ops.transpose(x, array_ops.concat(order, 0))


def softmax_cross_entropy_with_logits_v2(labels, logits, axis=None, name=None, dim=None):
    """The cross entropy of softmax(logits) against the distributions `labels`; gradients flow to both.

    The result has the shape of the logits without `axis` (the last). Follows
    tf.nn.softmax_cross_entropy_with_logits_v2 of TF 1.15.
    """
    axis = deprecated_argument("axis", axis, "dim", dim)
    axis = -1 if axis is None else axis
    with name_scope(name, "softmax_cross_entropy_with_logits", [logits, labels]) as name:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        half = logits.dtype in (dtypes.float16, dtypes.bfloat16)
        precise = math_ops.cast(logits, dtypes.float32) if half else logits
        labels = math_ops.cast(labels, precise.dtype)
        rank = array_ops.rank(precise)
        if axis != -1:
            precise, labels = _to_end(precise, axis, rank), _to_end(labels, axis, rank)
        shape = array_ops.shape(precise)
        precise = _flatten_outer(precise)
        labels = _flatten_outer(labels)
        cost, _ = make("SoftmaxCrossEntropyWithLogits", precise, labels, name=name)
        outer = array_ops.slice(shape, [0], [math_ops.subtract(rank, 1)])
        cost = array_ops.reshape(cost, outer)
        if logits.dims is not None:
            static = list(logits.dims)
            del static[axis]
            cost.set_shape(static)
        return math_ops.cast(cost, logits.dtype) if half else cost


def cross_entropy_arguments(function, sentinel, labels, logits, name):
    """(labels, logits, name). They must be given by name, or as before TensorFlow 1.0: `function(logits, labels[, name])`.

    TensorFlow 1.15 refuses every positional call, so that no old one is misread; here the scripts of 2016 run, with a warning.
    """
    if sentinel is not None:
        if labels is None or not (logits is None or isinstance(logits, str) and name is None):
            raise ValueError(f"Only call `{function}` with named arguments (labels=..., logits=..., ...)")
        from tinytf import logging

        message = "tf.nn.%s(a, b): read as (logits, labels), as before TensorFlow 1.0. Write labels=…, logits=… instead."
        logging.log_first_n(logging.WARN, message, 1, function)
        return labels, sentinel, logits or name
    if labels is None or logits is None:
        raise ValueError("Both labels and logits must be provided.")
    return labels, logits, name


def softmax_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, dim=-1, name=None, axis=None):
    """As softmax_cross_entropy_with_logits_v2, but no gradient flows to the labels. Follows the function of TF 1.15."""
    if axis is not None:
        dim = axis
    labels, logits, name = cross_entropy_arguments("softmax_cross_entropy_with_logits", _sentinel, labels, logits, name)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [logits, labels]) as name:
        labels = array_ops.stop_gradient(labels, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, axis=dim, name=name)


def sparse_softmax_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, name=None):
    """The cross entropy of softmax(logits) against class numbers `labels`, of the logits' shape without the last dimension.

    Follows tf.nn.sparse_softmax_cross_entropy_with_logits of TF 1.15. ValueError: static shapes do not fit.
    """
    labels, logits, name = cross_entropy_arguments("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits, name)
    with name_scope(name, "SparseSoftmaxCrossEntropyWithLogits", [labels, logits]):
        labels = convert_to_tensor(labels)
        logits = convert_to_tensor(logits)
        half = logits.dtype == dtypes.float16
        precise = math_ops.cast(logits, dtypes.float32) if half else logits
        label_dims, logit_dims = labels.dims, logits.dims
        labels_shape = array_ops.shape(labels)
        known = label_dims is not None and None not in label_dims and logit_dims is not None and None not in logit_dims[:-1]
        if logit_dims == ():
            raise ValueError(f"Logits cannot be scalars - received shape {logits.shape}.")
        if logit_dims is not None and label_dims is not None and len(label_dims) != len(logit_dims) - 1:
            raise ValueError(
                f"Rank mismatch: Rank of labels (received {len(label_dims)}) should equal rank of logits minus 1 (received {len(logit_dims)})."
            )
        if known and label_dims != logit_dims[:-1]:
            raise ValueError(
                f"Shape mismatch: The shape of labels (received {labels.shape}) should equal the shape of logits "
                f"except for the last dimension (received {logits.shape})."
            )
        if logit_dims is not None and len(logit_dims) == 2:
            cost, _ = make("SparseSoftmaxCrossEntropyWithLogits", precise, labels, name=name)
            return math_ops.cast(cost, dtypes.float16) if half else cost
        checks = []
        if not known:
            from tinytf.ops.math import check_ops

            checks.append(check_ops.assert_equal(array_ops.shape(labels), array_ops.shape(logits)[:-1]))
        with control_dependencies(checks):
            classes = array_ops.shape(logits)[array_ops.rank(logits) - 1]
            precise = array_ops.reshape(precise, [-1, classes])
            labels = array_ops.reshape(labels, [-1])
            cost, _ = make("SparseSoftmaxCrossEntropyWithLogits", precise, labels, name=name)
            cost = array_ops.reshape(cost, labels_shape)
            cost.set_shape(label_dims)
            return math_ops.cast(cost, dtypes.float16) if half else cost
