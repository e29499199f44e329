"""What mixtures share: probabilities of components shaped as their values, and the deviation of a mixture."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops


def pad_mixture_dimensions(x, mixture_distribution, categorical_distribution, event_ndims):
    """x, with an element a component at its end, with axes of size 1 that broadcast over the batch and the events."""

    def batch_ndims(distribution):
        known = distribution.batch_shape.ndims
        return array_ops.shape(distribution.batch_shape_tensor())[0] if known is None else known

    with name_scope("pad_mix_dims", values=[x]):
        whole, of_classes = batch_ndims(mixture_distribution), batch_ndims(categorical_distribution)
        missing = array_ops.where_v2(categorical_distribution.is_scalar_batch(), whole, whole - of_classes)
        shape = array_ops.shape(x)
        parts = [shape[:-1], array_ops.ones([missing], dtype=dtypes.int32), shape[-1:], array_ops.ones([event_ndims], dtype=dtypes.int32)]
        return array_ops.reshape(x, shape=array_ops.concat(parts, axis=0))


def mixture_stddev(mixture_weight_vector, mean_vector, stddev_vector):
    """The standard deviations of mixtures, given [mixture, component] weights, means and deviations."""
    mixture_weight_vector.shape.assert_has_rank(2)
    if not mean_vector.shape.is_compatible_with(mixture_weight_vector.shape):
        raise ValueError("Expecting means to have same shape as mixture weights.")
    if not stddev_vector.shape.is_compatible_with(mixture_weight_vector.shape):
        raise ValueError("Expecting stddevs to have same shape as mixture weights.")
    weights = array_ops.expand_dims(mixture_weight_vector, axis=1)
    means = array_ops.expand_dims(mean_vector, axis=2)
    deviations = array_ops.expand_dims(stddev_vector, axis=2)

    def averaged(values):
        return array_ops.reshape(math_ops.matmul(weights, values), (-1,))

    mean = averaged(means)
    variance = averaged(math_ops.square(deviations)) + averaged(math_ops.square(means)) - math_ops.square(mean)
    return math_ops.sqrt(variance)
