"""Summaries of activations, tensors and collections."""

from __future__ import annotations

import functools
import re

from tinytf import dtypes
from tinytf.graph.default_graph import get_collection
from tinytf.graph.graph import GraphKeys
from tinytf.ops.math import math_ops


def _share_below_or_above(compare, x, bound):
    """The mean of compare(x, bound) as float."""
    return math_ops.reduce_mean(math_ops.to_float(compare(x, math_ops.cast(bound, x.dtype))))


def summarize_activation(op):
    """A histogram of an activation; of the relu family also the share of zeros (and sixes). Follows the function of TF 1.15."""
    from tinytf import summary

    if op.op.type in ("Relu", "Softplus", "Relu6"):
        summary.scalar(f"{op.op.name}/zeros", _share_below_or_above(math_ops.less, op.op.inputs[0], 0.0))
    if op.op.type == "Relu6":
        summary.scalar(f"{op.op.name}/sixes", _share_below_or_above(math_ops.greater, op.op.inputs[0], 6.0))
    return summary.histogram(f"{op.op.name}/activation", op)


def summarize_tensor(tensor, tag=None):
    """A scalar summary or a histogram, by rank; None for strings and bools. Follows the function of TF 1.15."""
    from tinytf import summary

    if tensor.dtype.base_dtype in (dtypes.string, dtypes.bool):
        return None
    tag = tag or f"{tensor.op.name}_summary"
    return summary.scalar(tag, tensor) if tensor.get_shape().ndims == 0 else summary.histogram(tag, tensor)


def summarize_tensors(tensors, summarizer=summarize_tensor) -> list:
    """A summary of each tensor."""
    return [summarizer(t) for t in tensors]


def summarize_collection(collection, name_filter=None, summarizer=summarize_tensor) -> list:
    """A summary of each member of a collection whose name matches."""
    found = [t for t in get_collection(collection) if name_filter is None or re.match(name_filter, t.op.name)]
    return summarize_tensors(found, summarizer)


summarize_variables = functools.partial(summarize_collection, GraphKeys.GLOBAL_VARIABLES)
summarize_weights = functools.partial(summarize_collection, GraphKeys.WEIGHTS)
summarize_biases = functools.partial(summarize_collection, GraphKeys.BIASES)


def summarize_activations(name_filter=None, summarizer=summarize_activation) -> list:
    """A summary of each member of the collection ACTIVATIONS."""
    return summarize_collection(GraphKeys.ACTIVATIONS, name_filter, summarizer)
