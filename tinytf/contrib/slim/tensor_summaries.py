"""tf.contrib.slim.summaries: summaries that are named after their tensors, and printed if one likes."""

from __future__ import annotations

from tinytf.graph.default_graph import add_to_collection
from tinytf.graph.graph import GraphKeys
from tinytf.ops.control_flow.script_ops import Print
from tinytf.ops.files import summary_ops
from tinytf.ops.nn.normalization import zero_fraction


def _name(tensor, *parts) -> str:
    """prefix/name/postfix, without those that are not given."""
    prefix, name, postfix = parts
    return "/".join(part for part in (prefix, name or tensor.op.name, postfix) if part)


def _added(summarize, tensor, name, print_summary):
    """The summary; it prints the tensor when it is computed, where that is asked for."""
    summary = summarize(name, tensor, collections=[] if print_summary else None)
    if print_summary:
        summary = Print(summary, [tensor], name)
        add_to_collection(GraphKeys.SUMMARIES, summary)
    return summary


def add_histogram_summary(tensor, name=None, prefix=None):
    """A histogram.  Follows `tf.contrib.slim.summaries.add_histogram_summary` of TF 1.15."""
    return summary_ops.histogram(_name(tensor, prefix, name, None), tensor)


def add_image_summary(tensor, name=None, prefix=None, print_summary=False):
    """Images.  Follows `tf.contrib.slim.summaries.add_image_summary` of TF 1.15."""
    return _added(summary_ops.image, tensor, _name(tensor, prefix, name, None), print_summary)


def add_scalar_summary(tensor, name=None, prefix=None, print_summary=False):
    """A number.  Follows `tf.contrib.slim.summaries.add_scalar_summary` of TF 1.15."""
    return _added(summary_ops.scalar, tensor, _name(tensor, prefix, name, None), print_summary)


def add_zero_fraction_summary(tensor, name=None, prefix=None, print_summary=False):
    """The share of zeros.  Follows `tf.contrib.slim.summaries.add_zero_fraction_summary` of TF 1.15."""
    name = _name(tensor, prefix, name, "Fraction_of_Zero_Values")
    return add_scalar_summary(zero_fraction(tensor), name, print_summary=print_summary)


def add_histogram_summaries(tensors, prefix=None) -> list:
    """`add_histogram_summary` of each."""
    return [add_histogram_summary(tensor, prefix=prefix) for tensor in tensors]


def add_image_summaries(tensors, prefix=None) -> list:
    """`add_image_summary` of each."""
    return [add_image_summary(tensor, prefix=prefix) for tensor in tensors]


def add_scalar_summaries(tensors, prefix=None, print_summary=False) -> list:
    """`add_scalar_summary` of each."""
    return [add_scalar_summary(tensor, prefix=prefix, print_summary=print_summary) for tensor in tensors]


def add_zero_fraction_summaries(tensors, prefix=None) -> list:
    """`add_zero_fraction_summary` of each."""
    return [add_zero_fraction_summary(tensor, prefix=prefix) for tensor in tensors]
