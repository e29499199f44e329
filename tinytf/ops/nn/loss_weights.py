"""Losses of each example and the weights of the examples, brought to ranks that fit (`tensorflow.python.ops.losses.util`)."""

from __future__ import annotations

import contextlib

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn import weights_broadcast_ops
from tinytf.ops.nn.squeezable import remove_squeezable_dimensions


def squeeze_or_expand_dimensions(y_pred, y_true=None, sample_weight=None):
    """(y_pred[, y_true][, sample_weight]) whose last dimension of size 1 is dropped or added where ranks differ by one.

    Follows squeeze_or_expand_dimensions of TF 1.15's losses util. The true values may be class numbers, one rank below
    the predictions: those stay.
    """
    if y_true is not None:
        y_true, y_pred_new = _squeezed_pair(y_pred, y_true)
    else:
        y_pred_new = y_pred
    if sample_weight is None:
        return y_pred_new, y_true
    return y_pred_new, y_true, _fitting_weights(convert_to_tensor(sample_weight), y_pred_new, y_pred.shape.ndims)


def _squeezed_pair(y_pred, y_true):
    if y_true.shape.ndims is not None and y_pred.shape.ndims is not None:
        if y_pred.shape.ndims - y_true.shape.ndims == 1 and y_pred.dims[-1] != 1:
            return y_true, y_pred
        return remove_squeezable_dimensions(y_true, y_pred)
    difference = array_ops.rank(y_pred) - array_ops.rank(y_true)

    def squeezed():
        return remove_squeezable_dimensions(y_true, y_pred)

    ends_in_1 = math_ops.equal(1, array_ops.shape(y_pred)[-1])
    return cond(math_ops.equal(1, difference), lambda: cond(ends_in_1, squeezed, lambda: (y_true, y_pred)), squeezed)


def _fitting_weights(weights, y_pred, rank):
    known = weights.shape.ndims
    if known == 0:
        return weights
    if rank is not None and known is not None:
        if known - rank == 1:
            return array_ops.squeeze(weights, [-1])
        return array_ops.expand_dims(weights, [-1]) if rank - known == 1 else weights
    weights_rank = array_ops.rank(weights)
    difference = weights_rank - array_ops.rank(y_pred)

    def expanded():
        return cond(math_ops.equal(difference, -1), lambda: array_ops.expand_dims(weights, [-1]), lambda: weights)

    def adjusted():
        return cond(math_ops.equal(difference, 1), lambda: array_ops.squeeze(weights, [-1]), expanded)

    return cond(math_ops.equal(weights_rank, 0), lambda: weights, adjusted)


def scale_losses_by_sample_weight(losses, sample_weight):
    """losses * weights, in float32. Follows scale_losses_by_sample_weight of TF 1.15's losses util."""
    losses = math_ops.cast(losses, dtypes.float32)
    sample_weight = math_ops.cast(sample_weight, dtypes.float32)
    losses, _, sample_weight = squeeze_or_expand_dimensions(losses, None, sample_weight)
    return math_ops.multiply(losses, weights_broadcast_ops.broadcast_weights(sample_weight, losses))


@contextlib.contextmanager
def check_per_example_loss_rank(per_example_loss):
    """Inside, a loss is one of each example: a scalar is refused at once (ValueError), or when it runs."""
    message = "Invalid value passed for `per_example_loss`. Expected a tensor with at least rank 1"
    rank = per_example_loss.shape.ndims
    if rank == 0:
        raise ValueError(f"{message}, received: {per_example_loss}")
    checks = []
    if rank is None:
        least = math_ops.cast(1, dtype=dtypes.int32)
        checks = [check_ops.assert_greater_equal(array_ops.rank(per_example_loss), least, message=message + ".")]
    with control_dependencies(checks):
        yield
