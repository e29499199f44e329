"""The loss of a batch of sequences."""

from __future__ import annotations

from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn.softmax import sparse_softmax_cross_entropy_with_logits


def sequence_loss(
    logits,
    targets,
    weights,
    average_across_timesteps=True,
    average_across_batch=True,
    sum_over_timesteps=False,
    sum_over_batch=False,
    softmax_loss_function=None,
    name=None,
):
    """The weighted cross entropy of `logits` [batch, time, classes] and `targets` [batch, time].

    A scalar where it is averaged (by the sum of the weights) or summed (and divided by their number) over time and batch, else a
    vector or a matrix. Follows tf.contrib.seq2seq.sequence_loss of TF 1.15.
    """
    for what, tensor, rank, axes in (
        ("Logits", logits, 3, "sequence_length x logits"),
        ("Targets", targets, 2, "sequence_length"),
        ("Weights", weights, 2, "sequence_length"),
    ):
        if len(tensor.get_shape()) != rank:
            raise ValueError("%s must be a [batch_size x %s] tensor" % (what, axes))
    if average_across_timesteps and sum_over_timesteps:
        raise ValueError("average_across_timesteps and sum_over_timesteps cannot be set to True at same time.")
    if average_across_batch and sum_over_batch:
        raise ValueError("average_across_batch and sum_over_batch cannot be set to True at same time.")
    with name_scope(name, "sequence_loss", [logits, targets, weights]):
        classes = array_ops.shape(logits)[2]
        flat = array_ops.reshape(logits, [-1, classes])
        targets = array_ops.reshape(targets, [-1])
        loss_of = softmax_loss_function or sparse_softmax_cross_entropy_with_logits
        losses = loss_of(labels=targets, logits=flat)
        losses *= array_ops.reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            total = math_ops.reduce_sum(losses)
            return math_ops.div_no_nan(total, math_ops.reduce_sum(weights))
        if sum_over_timesteps and sum_over_batch:
            total = math_ops.reduce_sum(losses)
            return math_ops.div_no_nan(total, math_ops.cast(math_ops.count_nonzero(weights), total.dtype))
        losses = array_ops.reshape(losses, array_ops.shape(logits)[0:2])
        if average_across_timesteps or average_across_batch:
            axis = [0] if average_across_batch else [1]
            total = math_ops.reduce_sum(losses, axis=axis)
            return math_ops.div_no_nan(total, math_ops.reduce_sum(weights, axis=axis))
        if sum_over_timesteps or sum_over_batch:
            axis = [0] if sum_over_batch else [1]
            total = math_ops.reduce_sum(losses, axis=axis)
            return math_ops.div_no_nan(total, math_ops.cast(math_ops.count_nonzero(weights, axis=axis), dtype=total.dtype))
        return losses
