"""Losses that are plain formulas: sigmoid and weighted cross entropy, the log Poisson loss."""

from __future__ import annotations

import math

from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.shape_rules import merge_dims
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations
from tinytf.ops.nn.softmax import cross_entropy_arguments


def _same_shape(a, b, message):
    try:
        merge_dims(a.dims, b.dims)
    except ValueError:
        raise ValueError(message) from None


def sigmoid_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, name=None):
    """Cross entropy of independent probabilities sigmoid(logits) against `labels`, element by element, without overflow.

    Follows tf.nn.sigmoid_cross_entropy_with_logits of TF 1.15. ValueError: the static shapes differ.
    """
    labels, logits, name = cross_entropy_arguments("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits, name)
    with name_scope(name, "logistic_loss", [logits, labels]) as name:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _same_shape(labels, logits, f"logits and labels must have the same shape ({logits.shape} vs {labels.shape})")
        # max(x, 0) - x z + log(1 + exp(-|x|)), with selects whose gradient at 0 is right.
        zeros = array_ops.zeros_like(logits, dtype=logits.dtype)
        positive = logits >= zeros
        relu = array_ops.where(positive, logits, zeros)
        minus_abs = array_ops.where(positive, -logits, logits)
        return math_ops.add(relu - logits * labels, math_ops.log1p(math_ops.exp(minus_abs)), name=name)


def weighted_cross_entropy_with_logits(labels=None, logits=None, pos_weight=None, name=None, targets=None):
    """As sigmoid_cross_entropy_with_logits, with the positive labels weighing `pos_weight`. Follows the function of TF 1.15."""
    labels = deprecated_argument("labels", labels, "targets", targets)
    with name_scope(name, "logistic_loss", [logits, labels]) as name:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _same_shape(labels, logits, f"logits and labels must have the same shape ({logits.shape} vs {labels.shape})")
        weight = 1 + (pos_weight - 1) * labels
        first = (1 - labels) * logits
        second = weight * (math_ops.log1p(math_ops.exp(-math_ops.abs(logits))) + activations.relu(-logits))
        return math_ops.add(first, second, name=name)


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """exp(log_input) - log_input * targets, with Stirling's term of log(targets!) if asked. Follows tf.nn.log_poisson_loss of TF 1.15."""
    with name_scope(name, "log_poisson_loss", [log_input, targets]) as name:
        log_input = convert_to_tensor(log_input, name="log_input")
        targets = convert_to_tensor(targets, name="targets")
        _same_shape(targets, log_input, f"log_input and targets must have the same shape ({log_input.shape} vs {targets.shape})")
        result = math_ops.exp(log_input) - log_input * targets
        if not compute_full_loss:
            return result
        half = constant(0.5, dtype=targets.dtype)
        two_pi = constant(2 * math.pi, dtype=targets.dtype)
        stirling = (targets * math_ops.log(targets)) - targets + (half * math_ops.log(two_pi * targets))
        zeros = array_ops.zeros_like(targets, dtype=targets.dtype)
        ones = array_ops.ones_like(targets, dtype=targets.dtype)
        small = math_ops.logical_and(targets >= zeros, targets <= ones)
        return result + array_ops.where(small, zeros, stirling)
