"""Labels, predictions and weights whose ranks differ by one: the last dimension, of size 1, is dropped."""

from __future__ import annotations

from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import math_ops


def _rank(t):
    return None if t.dims is None else len(t.dims)


def _may_end_in_1(t) -> bool:
    return t.dims is None or t.dims[-1] in (1, None)


def remove_squeezable_dimensions(labels, predictions, expected_rank_diff=0, name=None):
    """(labels, predictions), one of them squeezed so that the ranks differ by `expected_rank_diff`."""
    with name_scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        predictions = convert_to_tensor(predictions)
        labels = convert_to_tensor(labels)
        if _rank(labels) is not None and _rank(predictions) is not None:
            diff = _rank(predictions) - _rank(labels)
            if diff == expected_rank_diff + 1:
                predictions = array_ops.squeeze(predictions, [-1])
            elif diff == expected_rank_diff - 1:
                labels = array_ops.squeeze(labels, [-1])
            return labels, predictions
        diff = array_ops.rank(predictions) - array_ops.rank(labels)
        if _may_end_in_1(predictions):
            predictions = _squeezed_if(math_ops.equal(expected_rank_diff + 1, diff), predictions)
        if _may_end_in_1(labels):
            labels = _squeezed_if(math_ops.equal(expected_rank_diff - 1, diff), labels)
        return labels, predictions


def _squeezed_if(predicate, t):
    return cond(predicate, lambda: array_ops.squeeze(t, [-1]), lambda: t)
