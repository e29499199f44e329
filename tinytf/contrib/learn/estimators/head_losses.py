"""The losses of the heads of tf.contrib.learn: each gives (what is trained, the average by weight)."""

from __future__ import annotations

from tinytf import dtypes, logging, losses, nn
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn.weights_broadcast_ops import broadcast_weights
from tinytf.ops.sparse import sparse_ops


def weight_tensor(features, weight_column_name):
    """The weights of the examples as floats, in a column; None where there is no name of them."""
    if not weight_column_name:
        return None
    if weight_column_name not in features:
        raise ValueError("Weights {} missing from features.".format(weight_column_name))
    with name_scope(None, "weight_tensor", tuple(features.values())):
        weights = math_ops.cast(features[weight_column_name], dtypes.float32)
        if weights.get_shape().ndims != 1:
            return weights
        logging.warning("Weights %s has shape %s, expanding to make it 2d.", weight_column_name, weights.get_shape())
        reshape = sparse_ops.sparse_reshape if isinstance(weights, SparseTensor) else array_ops.reshape
        return reshape(weights, (-1, 1))


def weighted(loss, weights, name="loss"):
    """The means of a loss: with its weights, and divided by their sum."""
    with name_scope(name, values=(loss, weights)) as scope:
        if weights is None:
            mean = math_ops.reduce_mean(loss, name=scope)
            return mean, mean
        weights = broadcast_weights(weights, loss)
        with name_scope(None, "weighted_loss", (loss, weights)) as inner:
            product = math_ops.multiply(loss, weights, name=inner)
        mean = math_ops.reduce_mean(product, name=scope)
        total = math_ops.reduce_sum(product)
        return mean, math_ops.div(total, math_ops.cast(math_ops.reduce_sum(weights), dtypes.float32), name="weighted_average_loss")


def _columns(labels, logits):
    """Both as tensors of rank 2, which must fit."""
    logits, labels = convert_to_tensor(logits), convert_to_tensor(labels)
    if len(labels.get_shape()) == 1:
        labels = array_ops.expand_dims(labels, axis=1)
    if len(logits.get_shape()) == 1:
        logits = array_ops.expand_dims(logits, axis=1)
    logits.get_shape().assert_is_compatible_with(labels.get_shape())
    return labels, logits


def mean_squared(labels, logits, weights=None):
    """Of numbers."""
    with name_scope(None, "mean_squared_loss", (logits, labels)) as name:
        labels, logits = _columns(labels, logits)
        return weighted(math_ops.squared_difference(logits, math_ops.cast(labels, dtypes.float32), name=name), weights)


def poisson(labels, logits, weights=None):
    """Of counts, whose logarithms the logits are."""
    with name_scope(None, "_poisson_loss", (logits, labels)) as name:
        labels, logits = _columns(labels, logits)
        return weighted(nn.log_poisson_loss(labels, logits, compute_full_loss=True, name=name), weights)


def two_classes(labels, logits, weights=None):
    """Of one logit for labels 0 and 1."""
    with name_scope(None, "log_loss_with_two_classes", (logits, labels)) as name:
        logits, labels = convert_to_tensor(logits), math_ops.cast(labels, dtypes.float32)
        if len(labels.get_shape()) == 1:
            labels = array_ops.expand_dims(labels, axis=1)
        return weighted(nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name=name), weights)


def softmax(labels, logits, weights=None):
    """Of a class's number."""
    with name_scope(None, "softmax_cross_entropy_loss", (logits, labels)) as name:
        labels = convert_to_tensor(labels)
        if not labels.dtype.is_integer:
            raise ValueError("Labels dtype should be integer Instead got %s." % labels.dtype)
        column = len(labels.get_shape()) == 2
        if column:
            labels = array_ops.squeeze(labels, axis=(1,))
        loss = nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)
        return weighted(array_ops.expand_dims(loss, axis=(1,)) if column else loss, weights)


def sigmoid(labels, logits, weights=None):
    """Of a flag for each class."""
    with name_scope(None, "sigmoid_cross_entropy_loss", (logits, labels)) as name:
        flags = math_ops.cast(labels, dtypes.float32)
        return weighted(nn.sigmoid_cross_entropy_with_logits(labels=flags, logits=logits, name=name), weights)


def hinge(labels, logits, weights=None):
    """Of a support vector machine."""
    with name_scope(None, "hinge_loss", (logits, labels)) as name:
        with control_dependencies((_of_rank_one_or_two(labels),)):
            labels = array_ops.reshape(labels, shape=(-1, 1))
        loss = losses.hinge_loss(labels=labels, logits=logits, scope=name, reduction=losses.Reduction.NONE)
        return weighted(loss, weights)


def _of_rank_one_or_two(labels):
    message = "labels shape should be either [batch_size, 1] or [batch_size]"
    return control_flow_ops.Assert(math_ops.less_equal(array_ops.rank(labels), 2), (message,))


def custom(loss_fn):
    """A function of the user's as a head calls it; None stays None."""
    if not loss_fn:
        return None

    def wrapped(labels, logits, weights=None):
        loss = loss_fn(labels, logits) if weights is None else loss_fn(labels, logits, weights)
        return loss, loss

    return wrapped
