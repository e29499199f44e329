"""What metrics share: local variables that add up, ranks brought into line, collections."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection
from tinytf.graph.graph import GraphKeys
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import math_ops
from tinytf.ops.nn.squeezable import remove_squeezable_dimensions
from tinytf.ops.state import variables


def metric_variable(shape, dtype, validate_shape=True, name=None):
    """A local variable of zeros, in the collections LOCAL_VARIABLES and METRIC_VARIABLES."""
    return variables.Variable(
        lambda: array_ops.zeros(shape, dtype), trainable=False, collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
        validate_shape=validate_shape, name=name,
        synchronization=variables.VariableSynchronization.ON_READ, aggregation=variables.VariableAggregation.SUM,
    )  # fmt: skip


def collect(collections, value) -> None:
    """Adds `value` to a collection or several, if any are given."""
    if collections:
        names = [collections] if isinstance(collections, str) else collections
        for name in names:
            add_to_collection(name, value)


def aligned(predictions, labels, weights):
    """(predictions, labels, weights) whose last dimension of size 1 is dropped, or added to the weights, where ranks differ by one."""
    predictions = convert_to_tensor(predictions)
    if labels is not None:
        labels, predictions = remove_squeezable_dimensions(labels, predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
    if weights is None:
        return predictions, labels, None
    weights = convert_to_tensor(weights)
    if weights.dims == ():
        return predictions, labels, weights
    if predictions.dims is not None and weights.dims is not None:
        diff = len(weights.dims) - len(predictions.dims)
        if diff == 1:
            weights = array_ops.squeeze(weights, [-1])
        elif diff == -1:
            weights = array_ops.expand_dims(weights, [-1])
        return predictions, labels, weights
    return predictions, labels, _weights_by_rank(weights, predictions)


def _weights_by_rank(weights, predictions):
    """As `aligned` does with the weights, where only a session knows the ranks."""
    rank = array_ops.rank(weights)
    diff = rank - array_ops.rank(predictions)
    may_end_in_1 = weights.dims is None or weights.dims[-1] in (1, None)

    def squeezed():
        return array_ops.squeeze(weights, [-1]) if may_end_in_1 else weights

    def expanded():
        return cond(math_ops.equal(diff, -1), lambda: array_ops.expand_dims(weights, [-1]), lambda: weights)

    return cond(math_ops.equal(rank, 0), lambda: weights, lambda: cond(math_ops.equal(diff, 1), squeezed, expanded))


def flat(t):
    """`t` as a vector, where its rank is above 1."""
    return array_ops.reshape(t, [-1]) if t.shape.ndims > 1 else t


def as_bools(predictions, labels, weights):
    """`aligned`, with predictions and labels as bool."""
    return aligned(math_ops.cast(predictions, dtype=dtypes.bool), math_ops.cast(labels, dtype=dtypes.bool), weights)
