"""Functions of a weight that give a loss: L1, L2, both, sums; and their application to many weights."""

from __future__ import annotations

import numbers

from tinytf import logging
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, get_collection, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.ops.array.constant import constant
from tinytf.ops.math import math_ops
from tinytf.ops.nn import nn_basic


def _off(scale, name="scale") -> bool:
    """Whether a scale of 0 turns the regularizer off; ValueError where it is an integer or negative."""
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"{name} cannot be an integer: {scale}")
    if isinstance(scale, numbers.Real):
        if scale < 0.0:
            raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}.")
        if scale == 0.0:
            logging.info("Scale of 0 disables regularizer.")
            return True
    return False


def l1_regularizer(scale, scope=None):
    """scale * sum |weights|. Follows tf.contrib.layers.l1_regularizer of TF 1.15."""
    if _off(scale):
        return lambda _: None

    def l1(weights, name=None):
        with name_scope(scope, "l1_regularizer", [weights]) as name:
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return math_ops.multiply(factor, math_ops.reduce_sum(math_ops.abs(weights)), name=name)

    return l1


def l2_regularizer(scale, scope=None):
    """scale * sum weights ** 2 / 2. Follows tf.contrib.layers.l2_regularizer of TF 1.15."""
    if _off(scale):
        return lambda _: None

    def l2(weights):
        with name_scope(scope, "l2_regularizer", [weights]) as name:
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return math_ops.multiply(factor, nn_basic.l2_loss(weights), name=name)

    return l2


def l1_l2_regularizer(scale_l1=1.0, scale_l2=1.0, scope=None):
    """The sum of both. Follows tf.contrib.layers.l1_l2_regularizer of TF 1.15."""
    for name, scale in (("scale_l1", scale_l1), ("scale_l2", scale_l2)):
        if isinstance(scale, numbers.Integral):
            raise ValueError(f"{name} cannot be an integer: {scale}")
    scope = scope or "l1_l2_regularizer"
    if scale_l1 == 0.0:
        return l2_regularizer(scale_l2, scope)
    if scale_l2 == 0.0:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope=scope)


def sum_regularizer(regularizer_list, scope=None):
    """The sum of several regularizers, None where there are none. Follows tf.contrib.layers.sum_regularizer of TF 1.15."""
    regularizers = [r for r in regularizer_list if r is not None]
    if not regularizers:
        return None

    def total(weights):
        with name_scope(scope, "sum_regularizer", [weights]) as name:
            parts = [p for p in (r(weights) for r in regularizers) if p is not None]
            return math_ops.add_n(parts, name=name) if parts else None

    return total


def apply_regularization(regularizer, weights_list=None):
    """The sum of a regularizer over weights (those in the collection WEIGHTS); it joins the REGULARIZATION_LOSSES.

    Follows tf.contrib.layers.apply_regularization of TF 1.15.
    """
    weights_list = weights_list or get_collection(GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("No weights to regularize.")
    with name_scope("get_regularization_penalty", values=weights_list) as scope:
        penalties = [regularizer(w) for w in weights_list]
        penalties = [constant(0.0) if p is None else p for p in penalties]
        for p in penalties:
            if p.shape.ndims != 0:
                raise ValueError(f"regularizer must return a scalar Tensor instead of a Tensor with rank {p.shape.ndims}.")
        total = math_ops.add_n(penalties, name=scope)
        add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
        return total
