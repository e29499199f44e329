"""The losses of 2016: predictions before labels, and a mean over the elements whose weight is not 0.

`weights` is a number, or a tensor of the leading dimensions of the losses. Each loss adds itself to the collection
`tf.GraphKeys.LOSSES`. Follows tf.contrib.losses of TF 1.15; tf.losses took their place, with labels first.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf import losses as losses_now
from tinytf.contrib.framework.arg_scope import add_arg_scope
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.select import where
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations, cross_entropy, softmax

add_loss = add_arg_scope(losses_now.add_loss)
get_losses, get_regularization_losses = losses_now.get_losses, losses_now.get_regularization_losses


def get_total_loss(add_regularization_losses=True, name="total_loss"):
    """The sum of all of them."""
    losses = get_losses()
    if add_regularization_losses:
        losses += get_regularization_losses()
    return math_ops.add_n(losses, name=name)


# Weights --------------------------------------------------------------------------------------------


def _weighted_sum(losses, weights):
    axes = list(range(max(0, weights.shape.ndims), losses.shape.ndims))
    return math_ops.reduce_sum(math_ops.multiply(math_ops.reduce_sum(losses, axis=axes), weights))


def _present(losses, weights, per_batch=False):
    """How many elements have a weight that is not 0: in all, or for each example."""
    if weights.shape.ndims == 0:
        batch = array_ops.reshape(array_ops.slice(array_ops.shape(losses), [0], [1]), [])
        each = math_ops.div(math_ops.cast(array_ops.size(losses), dtypes.float32), math_ops.cast(batch, dtypes.float32))
        each = where(math_ops.equal(weights, 0), 0.0, each)
        each = math_ops.multiply(array_ops.ones(array_ops.reshape(batch, [1])), each)
    else:
        axes = list(range(1, weights.shape.ndims))
        nonzero = math_ops.reduce_sum(math_ops.cast(math_ops.not_equal(weights, 0), dtypes.float32), axis=axes)
        rest = array_ops.slice(array_ops.shape(losses), [weights.shape.ndims], [-1])
        each = math_ops.multiply(nonzero, math_ops.cast(math_ops.reduce_prod(rest), dtypes.float32))
    return each if per_batch else math_ops.reduce_sum(each)


def _with_rank(what, tensor):
    if tensor.shape.ndims is None:
        raise ValueError("%s.get_shape().ndims cannot be None" % what)


def compute_weighted_loss(losses, weights=1.0, scope=None):
    """The mean of `losses`, each times its weight, over those of a weight that is not 0."""
    with name_scope(scope, "weighted_loss", [losses, weights]):
        losses = convert_to_tensor(losses)
        dtype = losses.dtype
        losses = math_ops.cast(losses, dtypes.float32)
        weights = math_ops.cast(convert_to_tensor(weights), dtypes.float32)
        _with_rank("losses", losses)
        _with_rank("weights", weights)
        if weights.shape.ndims > 1 and weights.shape.dims[-1].is_compatible_with(1):
            weights = array_ops.squeeze(weights, [-1])
        total, count = _weighted_sum(losses, weights), _present(losses, weights)
        mean = math_ops.div_no_nan(math_ops.reduce_sum(total), count, name="value")
        mean = math_ops.cast(mean, dtype)
        add_loss(mean)
        return mean


# Losses ---------------------------------------------------------------------------------------------


def _floats(predictions, labels):
    predictions.shape.assert_is_compatible_with(labels.shape)
    return math_ops.cast(predictions, dtypes.float32), math_ops.cast(labels, dtypes.float32)


def absolute_difference(predictions, labels=None, weights=1.0, scope=None):
    """|predictions - labels|."""
    with name_scope(scope, "absolute_difference", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        return compute_weighted_loss(math_ops.abs(math_ops.subtract(predictions, labels)), weights, scope=scope)


def sigmoid_cross_entropy(logits, multi_class_labels, weights=1.0, label_smoothing=0, scope=None):
    """The cross entropy of independent classes; smoothing moves the labels towards 1/2."""
    with name_scope(scope, "sigmoid_cross_entropy_loss", [logits, multi_class_labels, weights]) as scope:
        logits.shape.assert_is_compatible_with(multi_class_labels.shape)
        labels = math_ops.cast(multi_class_labels, logits.dtype)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = cross_entropy.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=scope)


def softmax_cross_entropy(logits, onehot_labels, weights=1.0, label_smoothing=0, scope=None):
    """The cross entropy of one class of several; smoothing moves the labels towards 1/classes."""
    with name_scope(scope, "softmax_cross_entropy_loss", [logits, onehot_labels, weights]) as scope:
        logits.shape.assert_is_compatible_with(onehot_labels.shape)
        labels = math_ops.cast(onehot_labels, logits.dtype)
        if label_smoothing > 0:
            classes = math_ops.cast(array_ops.shape(labels)[1], logits.dtype)
            positive, negative = 1.0 - label_smoothing, label_smoothing / classes
            labels = labels * positive + negative
        losses = softmax.softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=scope)


def sparse_softmax_cross_entropy(logits, labels, weights=1.0, scope=None):
    """The same for labels that are class numbers [batch] or [batch, 1]."""
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", [logits, labels, weights]) as scope:
        labels = array_ops.reshape(labels, shape=[array_ops.shape(labels)[0]])
        losses = softmax.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=scope)


def log_loss(predictions, labels=None, weights=1.0, epsilon=1e-7, scope=None):
    """The cross entropy of probabilities."""
    with name_scope(scope, "log_loss", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        of_one = -math_ops.multiply(labels, math_ops.log(predictions + epsilon))
        losses = of_one - math_ops.multiply((1 - labels), math_ops.log(1 - predictions + epsilon))
        return compute_weighted_loss(losses, weights, scope=scope)


def hinge_loss(logits, labels=None, scope=None):
    """max(0, 1 - logit) for labels of 1, max(0, 1 + logit) for those of 0: of each element, and in no collection."""
    with name_scope(scope, "hinge_loss", [logits, labels]):
        logits.shape.assert_is_compatible_with(labels.shape)
        labels = math_ops.cast(labels, dtypes.float32)
        ones = array_ops.ones_like(labels)
        labels = math_ops.subtract(2 * labels, ones)
        return activations.relu(math_ops.subtract(ones, math_ops.multiply(labels, logits)))


def mean_squared_error(predictions, labels=None, weights=1.0, scope=None):
    """(predictions - labels)²."""
    with name_scope(scope, "mean_squared_error", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        return compute_weighted_loss(math_ops.squared_difference(predictions, labels), weights, scope=scope)


def mean_pairwise_squared_error(predictions, labels=None, weights=1.0, scope=None):
    """The squared error of the differences between each two elements of an example."""
    with name_scope(scope, "mean_pairwise_squared_error", [predictions, labels, weights]):
        predictions, labels = _floats(predictions, labels)
        weights = math_ops.cast(convert_to_tensor(weights), dtypes.float32)
        diffs = math_ops.subtract(predictions, labels)
        _with_rank("diffs", diffs)
        _with_rank("weights", weights)
        axes = list(range(1, diffs.shape.ndims))
        squares = math_ops.reduce_sum(math_ops.square(diffs), axis=axes)
        count = _present(diffs, weights, per_batch=True)
        first = 2.0 * math_ops.div_no_nan(squares, count, name="value")
        total = math_ops.reduce_sum(diffs, axis=axes)
        second = 2.0 * math_ops.div_no_nan(math_ops.square(total), math_ops.square(count), name="value")
        loss = _weighted_sum(first - second, weights)
        mean = where(math_ops.reduce_sum(count) > 0, loss, array_ops.zeros_like(loss), name="value")
        add_loss(mean)
        return mean


def cosine_distance(predictions, labels=None, axis=None, weights=1.0, scope=None, dim=None):
    """1 - the cosine of unit vectors along `axis` (`dim` is its old name)."""
    axis = deprecated_argument("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("You must specify 'axis'.")
    with name_scope(scope, "cosine_distance_loss", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        products = math_ops.multiply(predictions, labels)
        return compute_weighted_loss(1 - math_ops.reduce_sum(products, axis=[axis]), weights, scope=scope)
