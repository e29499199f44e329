"""tf.losses: losses that weigh each element and add themselves to the collection `tf.GraphKeys.LOSSES`."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, control_dependencies, get_collection, get_default_graph, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations, cross_entropy, softmax
from tinytf.ops.nn import weights_broadcast_ops as _weights
from tinytf.ops.nn.squeezable import remove_squeezable_dimensions


class Reduction:
    """How a weighted loss becomes a number. Follows tf.losses.Reduction of TF 1.15."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls):
        """Every kind."""
        return cls.NONE, cls.SUM, cls.MEAN, cls.SUM_OVER_BATCH_SIZE, cls.SUM_OVER_NONZERO_WEIGHTS, cls.SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def validate(cls, key):
        """ValueError where `key` is no reduction."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


_BY_NONZERO = Reduction.SUM_BY_NONZERO_WEIGHTS


# The collections --------------------------------------------------------------------------------


def add_loss(loss, loss_collection=GraphKeys.LOSSES):
    """Adds a loss to a collection. Follows tf.losses.add_loss of TF 1.15."""
    if loss_collection:
        add_to_collection(loss_collection, loss)


def get_losses(scope=None, loss_collection=GraphKeys.LOSSES):
    """The losses of a collection, those whose names begin with `scope`. Follows tf.losses.get_losses of TF 1.15."""
    return get_collection(loss_collection, scope)


def get_regularization_losses(scope=None):
    """The losses that regularizers made. Follows tf.losses.get_regularization_losses of TF 1.15."""
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope=None, name="total_regularization_loss"):
    """Their sum, 0 where there are none. Follows tf.losses.get_regularization_loss of TF 1.15."""
    losses = get_regularization_losses(scope)
    return math_ops.add_n(losses, name=name) if losses else constant(0.0)


def get_total_loss(add_regularization_losses=True, name="total_loss", scope=None):
    """The sum of all losses. Follows tf.losses.get_total_loss of TF 1.15."""
    losses = get_losses(scope=scope)
    if add_regularization_losses:
        losses += get_regularization_losses(scope=scope)
    return math_ops.add_n(losses, name=name)


# Weighing ---------------------------------------------------------------------------------------


def _mean_of(total, count):
    return math_ops.div_no_nan(math_ops.reduce_sum(total), count, name="value")


def _count(losses):
    with name_scope(None, "num_elements", values=[losses]) as scope:
        return math_ops.cast(array_ops.size(losses, name=scope), dtype=losses.dtype)


def _present(losses, weights, per_batch=False):
    """How many elements have a weight that is not zero."""
    if isinstance(weights, float) and weights != 0.0:
        return _count(losses)
    with name_scope(None, "num_present", (losses, weights)) as scope:
        weights = math_ops.cast(weights, dtype=dtypes.float32)
        is_zero = math_ops.equal(weights, 0.0)
        present = array_ops.where(is_zero, array_ops.zeros_like(weights), array_ops.ones_like(weights))
        present = _weights.broadcast_weights(present, losses)
        if per_batch:
            return math_ops.reduce_sum(present, axis=math_ops.range(1, array_ops.rank(present)), keepdims=True, name=scope)
        return math_ops.reduce_sum(present, name=scope)


def compute_weighted_loss(losses, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO):
    """losses * weights, reduced, in the collection. Follows tf.losses.compute_weighted_loss of TF 1.15.

    `weights` is a scalar or broadcasts to the losses' shape without adding dimensions (ValueError otherwise).
    """
    Reduction.validate(reduction)
    with name_scope(scope, "weighted_loss", (losses, weights)):
        get_default_graph()._last_loss_reduction = reduction
        with control_dependencies((_weights.assert_broadcastable(weights, losses),)):
            losses = convert_to_tensor(losses)
            dtype = losses.dtype
            losses = math_ops.cast(losses, dtype=dtypes.float32)
            weights = math_ops.cast(weights, dtype=dtypes.float32)
            loss = math_ops.multiply(losses, weights)
            if reduction != Reduction.NONE:
                loss = math_ops.reduce_sum(loss)
                if reduction == Reduction.MEAN:
                    loss = _mean_of(loss, math_ops.reduce_sum(array_ops.ones_like(losses) * weights))
                elif reduction == _BY_NONZERO:
                    loss = _mean_of(loss, _present(losses, weights))
                elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
                    loss = _mean_of(loss, _count(losses))
            loss = math_ops.cast(loss, dtype)
            add_loss(loss, loss_collection)
            return loss


def _checked(labels, predictions, second="predictions", first="labels"):
    if labels is None:
        raise ValueError(f"{first} must not be None.")
    if predictions is None:
        raise ValueError(f"{second} must not be None.")


def _as_floats(labels, predictions):
    """Both as float32, of compatible shapes (ValueError otherwise)."""
    predictions = math_ops.cast(predictions, dtype=dtypes.float32)
    labels = math_ops.cast(labels, dtype=dtypes.float32)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions


# The losses -------------------------------------------------------------------------------------


def absolute_difference(labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO):
    """|predictions - labels|, weighted. Follows tf.losses.absolute_difference of TF 1.15."""
    _checked(labels, predictions)
    with name_scope(scope, "absolute_difference", (predictions, labels, weights)) as scope:
        labels, predictions = _as_floats(labels, predictions)
        losses = math_ops.abs(math_ops.subtract(predictions, labels))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def cosine_distance(labels, predictions, axis=None, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO, dim=None):  # noqa: E501
    """1 - sum(labels * predictions) along `axis`, for unit vectors. Follows tf.losses.cosine_distance of TF 1.15."""
    axis = deprecated_argument("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("You must specify 'axis'.")
    _checked(labels, predictions)
    with name_scope(scope, "cosine_distance_loss", (predictions, labels, weights)) as scope:
        labels, predictions = _as_floats(labels, predictions)
        product = math_ops.multiply(predictions, labels)
        losses = 1 - math_ops.reduce_sum(product, axis=(axis,), keepdims=True)
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def hinge_loss(labels, logits, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO):
    """max(0, 1 - sign * logits) for labels 0 and 1. Follows tf.losses.hinge_loss of TF 1.15."""
    _checked(labels, logits, "logits")
    with name_scope(scope, "hinge_loss", (logits, labels, weights)) as scope:
        labels, logits = _as_floats(labels, logits)
        ones = array_ops.ones_like(labels)
        signs = math_ops.subtract(2 * labels, ones)
        losses = activations.relu(math_ops.subtract(ones, math_ops.multiply(signs, logits)))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def huber_loss(labels, predictions, weights=1.0, delta=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO):
    """Half the square of errors up to `delta`, linear beyond. Follows tf.losses.huber_loss of TF 1.15."""
    _checked(labels, predictions)
    with name_scope(scope, "huber_loss", (predictions, labels, weights)) as scope:
        labels, predictions = _as_floats(labels, predictions)
        error = math_ops.abs(math_ops.subtract(predictions, labels))
        quadratic = math_ops.minimum(error, delta)
        linear = math_ops.subtract(error, quadratic)
        half = convert_to_tensor(0.5, dtype=quadratic.dtype)
        square = math_ops.multiply(half, math_ops.multiply(quadratic, quadratic))
        losses = math_ops.add(square, math_ops.multiply(delta, linear))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def log_loss(labels, predictions, weights=1.0, epsilon=1e-7, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO):
    """Cross entropy of probabilities. Follows tf.losses.log_loss of TF 1.15."""
    _checked(labels, predictions)
    with name_scope(scope, "log_loss", (predictions, labels, weights)) as scope:
        labels, predictions = _as_floats(labels, predictions)
        positive = -math_ops.multiply(labels, math_ops.log(predictions + epsilon))
        losses = positive - math_ops.multiply((1 - labels), math_ops.log(1 - predictions + epsilon))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def mean_pairwise_squared_error(labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES):
    """The mean over pairs of elements of a row of the squared error of their difference. Follows the function of TF 1.15."""
    _checked(labels, predictions)
    with name_scope(scope, "mean_pairwise_squared_error", (predictions, labels, weights)) as scope:
        weights = math_ops.cast(weights, dtype=dtypes.float32)
        labels = math_ops.cast(labels, dtype=dtypes.float32)
        with control_dependencies((_weights.assert_broadcastable(weights, labels),)):
            predictions = math_ops.cast(predictions, dtype=dtypes.float32)
            predictions.shape.assert_is_compatible_with(labels.shape)
            diffs = math_ops.subtract(predictions, labels)
            axis = math_ops.range(1, array_ops.rank(diffs))
            squares = math_ops.reduce_sum(math_ops.square(diffs), axis=axis, keepdims=True)
            count = _present(diffs, weights, per_batch=True)
            first = 2.0 * math_ops.div_no_nan(squares, math_ops.maximum(count - 1, 0), name="value")
            total = math_ops.reduce_sum(diffs, axis=axis, keepdims=True)
            total = math_ops.square(total)
            pairs = math_ops.maximum(math_ops.multiply(count, count - 1), 0)
            second = 2.0 * math_ops.div_no_nan(total, pairs, name="value")
            loss = math_ops.reduce_sum(math_ops.multiply(first - second, weights))
            some = math_ops.reduce_sum(count) > 0
            loss = array_ops.where(some, loss, array_ops.zeros_like(loss), name="value")
            add_loss(loss, loss_collection)
            return loss


def mean_squared_error(labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO):
    """(predictions - labels) ** 2, weighted. Follows tf.losses.mean_squared_error of TF 1.15."""
    _checked(labels, predictions)
    with name_scope(scope, "mean_squared_error", (predictions, labels, weights)) as scope:
        labels, predictions = _as_floats(labels, predictions)
        losses = math_ops.squared_difference(predictions, labels)
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def sigmoid_cross_entropy(
    multi_class_labels, logits, weights=1.0, label_smoothing=0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO
):
    """tf.nn.sigmoid_cross_entropy_with_logits, weighted. Follows tf.losses.sigmoid_cross_entropy of TF 1.15."""
    _checked(multi_class_labels, logits, "logits", "multi_class_labels")
    with name_scope(scope, "sigmoid_cross_entropy_loss", (logits, multi_class_labels, weights)) as scope:
        logits = convert_to_tensor(logits)
        labels = math_ops.cast(multi_class_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = cross_entropy.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def softmax_cross_entropy(
    onehot_labels, logits, weights=1.0, label_smoothing=0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO
):
    """tf.nn.softmax_cross_entropy_with_logits_v2, weighted. Follows tf.losses.softmax_cross_entropy of TF 1.15."""
    _checked(onehot_labels, logits, "logits", "onehot_labels")
    with name_scope(scope, "softmax_cross_entropy_loss", (logits, onehot_labels, weights)) as scope:
        logits = convert_to_tensor(logits)
        labels = math_ops.cast(onehot_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            classes = math_ops.cast(array_ops.shape(labels)[-1], logits.dtype)
            negative = label_smoothing / classes
            labels = labels * (1.0 - label_smoothing) + negative
        labels = array_ops.stop_gradient(labels, name="labels_stop_gradient")
        losses = softmax.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)


def _squeezed(labels, predictions, weights=None, expected_rank_diff=0):
    labels, predictions = remove_squeezable_dimensions(labels, predictions, expected_rank_diff=expected_rank_diff)
    if weights is None:
        return labels, predictions, None
    weights = convert_to_tensor(weights)
    if labels.dims is not None and weights.dims is not None:
        if len(weights.dims) - len(labels.dims) == 1:
            weights = array_ops.squeeze(weights, [-1])
        return labels, predictions, weights
    diff = array_ops.rank(weights) - array_ops.rank(labels)
    if weights.dims is None or (weights.dims and weights.dims[-1] in (1, None)):
        full = weights
        weights = cond(math_ops.equal(1, diff), lambda: array_ops.squeeze(full, [-1]), lambda: full)
    return labels, predictions, weights


def sparse_softmax_cross_entropy(labels, logits, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_NONZERO):
    """tf.nn.sparse_softmax_cross_entropy_with_logits, weighted. Follows tf.losses.sparse_softmax_cross_entropy of TF 1.15."""
    _checked(labels, logits, "logits")
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", (logits, labels, weights)) as scope:
        labels, logits, weights = _squeezed(labels, logits, weights, expected_rank_diff=1)
        losses = softmax.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction=reduction)
