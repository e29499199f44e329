"""tf.contrib.nn: what of it is not in tf.nn."""

from __future__ import annotations

import numbers

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import softmax
from tinytf.ops.nn.conv_functions import conv1d_transpose  # noqa: F401
from tinytf.ops.nn.nn_basic import nth_element  # noqa: F401
from tinytf.ops.nn.sampled_losses import sampled_logits
from tinytf.ops.random import random_ops

_DROPPED = -1.7580993408473766  # what selu gives far below 0


def alpha_dropout(x, keep_prob, noise_shape=None, seed=None, name=None):
    """Dropout for activations of selu: what is dropped becomes its least value, and mean and variance stay as they were.

    Follows `tf.contrib.nn.alpha_dropout` of TF 1.15.  ValueError: keep_prob is not in (0, 1].
    """
    with name_scope(name, "alpha_dropout", [x]):
        x = convert_to_tensor(x, name="x")
        if isinstance(keep_prob, numbers.Real) and not 0 < keep_prob <= 1.0:
            raise ValueError("keep_prob must be a scalar tensor or a float in the range (0, 1], got %g" % keep_prob)
        keep_prob = convert_to_tensor(keep_prob, dtype=x.dtype, name="keep_prob")
        keep_prob.shape.assert_has_rank(0)
        if public_constant_value(keep_prob) == 1:
            return x
        noise = random_ops.random_uniform(array_ops.shape(x) if noise_shape is None else noise_shape, seed=seed, dtype=x.dtype)
        kept = math_ops.cast(make("GreaterEqual", noise, 1 - keep_prob), x.dtype)
        x = x * kept + _DROPPED * (1 - kept)
        a = (keep_prob + keep_prob * (1 - keep_prob) * _DROPPED**2) ** -0.5
        b = -a * _DROPPED * (1 - keep_prob)
        return a * x + b


def deprecated_flipped_softmax_cross_entropy_with_logits(logits, labels, dim=-1, name=None):
    """tf.nn.softmax_cross_entropy_with_logits with the arguments in their order before TensorFlow 1.0.

    Follows `tf.contrib.nn.deprecated_flipped_softmax_cross_entropy_with_logits` of TF 1.15.
    """
    return softmax.softmax_cross_entropy_with_logits(labels=labels, logits=logits, dim=dim, name=name)


def sampled_sparse_softmax_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, sampled_values=None, remove_accidental_hits=True,
    partition_strategy="mod", name="sampled_sparse_softmax_loss",
):  # fmt: skip
    """tf.nn.sampled_softmax_loss for one true class an example, `labels` [batch, 1].

    Follows `tf.contrib.nn.sampled_sparse_softmax_loss` of TF 1.15.
    """
    logits, _ = sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, 1, sampled_values, True, remove_accidental_hits,
        partition_strategy, name,
    )  # fmt: skip
    first = array_ops.zeros([array_ops.shape(logits)[0], 1], dtype=dtypes.int64)
    return softmax.sparse_softmax_cross_entropy_with_logits(labels=array_ops.squeeze(first), logits=logits)
