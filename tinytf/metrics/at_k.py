"""Metrics of the k best classes: recall, precision and average precision at k, in float64 as TensorFlow counts them.

Labels are int64, [D1, …, DN, number of labels] or [D1, …, DN], dense or a SparseTensor; predictions [D1, …, DN, classes].
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor
from tinytf.metrics.parts import collect, metric_variable
from tinytf.ops.array import array_ops, sets
from tinytf.ops.array.select import where_v2
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import math_ops, reductions
from tinytf.ops.nn import nn_basic, weights_broadcast_ops
from tinytf.ops.sparse import sparse_ops
from tinytf.ops.state import state_ops


def _at_k(name: str, k=None, class_id=None) -> str:
    """'recall', 3, 7 -> 'recall_at_3_class7'."""
    name = f"{name}_at_k" if k is None else f"{name}_at_{k:d}"
    return name if class_id is None else f"{name}_class{class_id:d}"


# Labels -----------------------------------------------------------------------------------------


def _expand_labels(labels, predictions):
    """`labels` with a last dimension of size 1 added, where their rank is one less than that of the predictions."""
    with name_scope(None, "expand_labels", (labels, predictions)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):

            def expanded():
                return sparse_ops.sparse_reshape(labels, array_ops.concat((labels.dense_shape, (1,)), 0), name=scope)

            ranks_differ = math_ops.equal(array_ops.rank(predictions), array_ops.size(labels.dense_shape) + 1)
            return cond(ranks_differ, expanded, lambda: labels)
        labels_rank, predictions_rank = labels.shape.ndims, predictions.shape.ndims
        if labels_rank is not None and predictions_rank is not None:
            if predictions_rank == labels_rank + 1:
                return array_ops.expand_dims(labels, -1, name=scope)
            if predictions_rank == labels_rank:
                return labels
            raise ValueError(f"Unexpected labels shape {labels.shape} for predictions shape {predictions.shape}.")
        ranks_differ = math_ops.equal(array_ops.rank(predictions), array_ops.rank(labels) + 1)
        return cond(ranks_differ, lambda: array_ops.expand_dims(labels, -1, name=scope), lambda: labels)


def _select_class(ids, class_id):
    """The ids that are `class_id`: a SparseTensor."""
    ids = convert_to_tensor_or_sparse_tensor(ids)
    if isinstance(ids, SparseTensor):
        return sparse_ops.sparse_retain(ids, math_ops.equal(ids.values, class_id))
    shape = array_ops.shape(ids, out_type=dtypes.int64)
    last = array_ops.size(shape) - 1
    class_shape = reductions.reduced_shape(shape, array_ops.reshape(last, [1]))
    found = sets.set_intersection(array_ops.fill(class_shape, math_ops.cast(class_id, dtypes.int64)), ids)
    return SparseTensor(indices=found.indices, values=found.values, dense_shape=shape)


def _select(labels, predictions_idx, class_id):
    if class_id is None:
        return labels, predictions_idx
    return _select_class(labels, class_id), _select_class(predictions_idx, class_id)


def _in_range(labels, num_classes):
    """`labels` with -1 for those that are no class, which no prediction matches."""

    def cleaned(values):
        return where_v2(math_ops.greater_equal(values, num_classes), -1 * array_ops.ones_like(values), values)

    def clean():
        if isinstance(labels, SparseTensor):
            return SparseTensor(indices=labels.indices, values=cleaned(labels.values), dense_shape=labels.dense_shape)
        return cleaned(labels)

    largest = math_ops.reduce_max(labels.values if isinstance(labels, SparseTensor) else labels)
    return cond(math_ops.greater_equal(largest, num_classes), clean, lambda: labels)


# Counts -----------------------------------------------------------------------------------------

_COUNTS = {
    "true_positive": lambda predicted, labels: sets.set_intersection(predicted, labels),
    "false_positive": lambda predicted, labels: sets.set_difference(predicted, labels, aminusb=True),
    "false_negative": lambda predicted, labels: sets.set_difference(predicted, labels, aminusb=False),
}


def _counted_rows(kind, labels, predictions_idx, class_id=None, weights=None, name=None):
    """How many `kind` each row has, weighted: float64 [D1, …, DN]."""
    with name_scope(name, kind + "s", (predictions_idx, labels, weights)):
        labels, predictions_idx = _select(labels, predictions_idx, class_id)
        count = math_ops.cast(sets.set_size(_COUNTS[kind](predictions_idx, labels)), dtypes.float64)
        if weights is None:
            return count
        with control_dependencies((weights_broadcast_ops.assert_broadcastable(weights, count),)):
            return math_ops.multiply(count, math_ops.cast(weights, dtypes.float64))


def _running_count(kind, labels, predictions_idx, k, class_id, weights):
    """(the count so far, update op)."""
    with name_scope(None, _at_k(kind, k, class_id), (predictions_idx, labels, weights)) as scope:
        rows = _counted_rows(kind, labels, predictions_idx, class_id, weights)
        batch = math_ops.cast(math_ops.reduce_sum(rows), dtypes.float64)
        total = metric_variable([], dtypes.float64, name=scope)
        return total, state_ops.assign_add(total, batch, name="update")


def _share_at_top_k(metric, others, labels, predictions_idx, k, class_id, weights, metrics_collections, updates_collections, name):
    """true positives / (true positives + `others`)."""
    with name_scope(name, _at_k(metric, k, class_id), (predictions_idx, labels, weights)) as scope:
        labels = _expand_labels(labels, predictions_idx)
        best = math_ops.cast(predictions_idx, dtypes.int64)
        true, new_true = _running_count("true_positive", labels, best, k, class_id, weights)
        other, new_other = _running_count(others, labels, best, k, class_id, weights)
        value = math_ops.div(true, math_ops.add(true, other), name=scope)
        update = math_ops.div(new_true, math_ops.add(new_true, new_other), name="update")
        collect(metrics_collections, value)
        collect(updates_collections, update)
        return value, update


def recall_at_top_k(labels, predictions_idx, k=None, class_id=None, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """As recall_at_k, given the classes that are best. Follows tf.metrics.recall_at_top_k of TF 1.15."""
    return _share_at_top_k(
        "recall", "false_negative", labels, predictions_idx, k, class_id, weights, metrics_collections, updates_collections, name
    )


def precision_at_top_k(labels, predictions_idx, k=None, class_id=None, weights=None, metrics_collections=None, updates_collections=None, name=None):  # fmt: skip
    """As precision_at_k, given the classes that are best. Follows tf.metrics.precision_at_top_k of TF 1.15."""
    return _share_at_top_k(
        "precision", "false_positive", labels, predictions_idx, k, class_id, weights, metrics_collections, updates_collections, name
    )


def recall_at_k(labels, predictions, k, class_id=None, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The share of labels that are among the k best predictions (of one class, if given). Follows tf.metrics.recall_at_k of TF 1.15."""
    with name_scope(name, _at_k("recall", k, class_id), (predictions, labels, weights)) as scope:
        _, best = nn_basic.top_k(predictions, k)
        return recall_at_top_k(labels, best, k, class_id, weights, metrics_collections, updates_collections, name=scope)


def precision_at_k(labels, predictions, k, class_id=None, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The share of the k best predictions that are labels (of one class, if given). Follows tf.metrics.precision_at_k of TF 1.15."""
    with name_scope(name, _at_k("precision", k, class_id), (predictions, labels, weights)) as scope:
        _, best = nn_basic.top_k(predictions, k)
        return precision_at_top_k(labels, best, k, class_id, weights, metrics_collections, updates_collections, name=scope)


def sparse_precision_at_k(labels, predictions, k, class_id=None, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The old name of precision_at_k. Follows tf.metrics.sparse_precision_at_k of TF 1.15."""
    return precision_at_k(labels, predictions, k, class_id, weights, metrics_collections, updates_collections, name)


# Average precision ------------------------------------------------------------------------------


def _expand_and_tile(x, multiple: int, dim: int = 0, name=None):
    """`x` repeated `multiple` times along a new dimension before `dim`."""
    if multiple < 1:
        raise ValueError(f"Invalid multiple {multiple}, must be > 0.")
    with name_scope(name, "expand_and_tile", (x, multiple, dim)) as scope:
        x = convert_to_tensor_or_sparse_tensor(x)
        if isinstance(x, SparseTensor):
            at = array_ops.reshape(array_ops.size(x.dense_shape) + dim, [1]) if dim < 0 else [dim]
            before, behind = array_ops.slice(x.dense_shape, [0], at), array_ops.slice(x.dense_shape, at, [-1])
            shape = array_ops.concat((before, [1], behind), 0, name="expanded_shape")
            expanded = sparse_ops.sparse_reshape(x, shape=shape, name="expand")
            if multiple == 1:
                return expanded
            return sparse_ops.sparse_concat(dim - 1 if dim < 0 else dim, [expanded] * multiple, name=scope)
        expanded = array_ops.expand_dims(x, dim if dim >= 0 else dim - 1, name="expand")
        if multiple == 1:
            return expanded
        ones = array_ops.ones_like(array_ops.shape(x))
        return array_ops.tile(expanded, array_ops.concat((ones[:dim], (multiple,), ones[dim:]), 0, name="multiples"), name=scope)


def _num_relevant(labels, k):
    """The number of labels of each row, at most k."""
    if k < 1:
        raise ValueError(f"Invalid k={k}.")
    with name_scope(None, "num_relevant", (labels,)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            return math_ops.minimum(sets.set_size(labels), k, name=scope)
        valid = math_ops.greater_equal(labels, 0)
        number = math_ops.reduce_sum(where_v2(valid, array_ops.ones_like(labels), array_ops.zeros_like(labels)), axis=-1)
        return math_ops.minimum(number, k, name=scope)


def _average_precision_of_rows(labels, predictions_idx):
    """The average precision of each row, from the classes of its best predictions [D1, …, DN, k]."""
    with name_scope(None, "average_precision", (predictions_idx, labels)) as scope:
        predictions_idx = math_ops.cast(predictions_idx, dtypes.int64, name="predictions_idx")
        if predictions_idx.shape.ndims == 0:
            raise ValueError("The rank of predictions_idx must be at least 1.")
        k = predictions_idx.dims[-1] if predictions_idx.dims is not None else None
        if k is None:
            raise ValueError("The last dimension of predictions_idx must be set.")
        labels = _expand_labels(labels, predictions_idx)
        by_rank = array_ops.expand_dims(predictions_idx, -1, name="predictions_idx_per_k")
        labels_by_rank = _expand_and_tile(labels, multiple=k, dim=-1, name="labels_per_k")
        relevant = _counted_rows("true_positive", labels_by_rank, by_rank, name="relevant_per_k")
        true = math_ops.cumsum(relevant, axis=-1, name="tp_per_k")
        retrieved = math_ops.cumsum(array_ops.ones_like(relevant), axis=-1, name="retrieved_per_k")
        precision = math_ops.div(true, retrieved, name="precision_per_k")
        products = math_ops.multiply(precision, relevant, name="relevant_precision_per_k")
        total = math_ops.reduce_sum(products, axis=(-1,), name="precision_sum")
        return math_ops.div(total, math_ops.cast(_num_relevant(labels, k), dtypes.float64), name=scope)


def average_precision_at_k(labels, predictions, k, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The mean of the average precisions of the rows at k. Follows tf.metrics.average_precision_at_k of TF 1.15."""
    with name_scope(name, _at_k("average_precision", k), (predictions, labels, weights)) as scope:
        _, best = nn_basic.top_k(predictions, k)
        labels = convert_to_tensor_or_sparse_tensor(labels)
        labels = _in_range(labels, math_ops.cast(array_ops.shape(predictions)[-1], dtypes.int64))
        average = _average_precision_of_rows(labels, best)
        if weights is not None:
            weights = math_ops.cast(convert_to_tensor(weights), dtypes.float64)
            weights = weights_broadcast_ops.broadcast_weights(weights, average)
            average = math_ops.multiply(average, weights)
        with name_scope(None, "max", (average,)) as max_scope:
            number = metric_variable([], dtypes.float64, name=max_scope)
            if weights is None:
                batch_number = math_ops.cast(array_ops.size(average, name="batch_max"), dtypes.float64)
            else:
                batch_number = math_ops.reduce_sum(weights, name="batch_max")
            new_number = state_ops.assign_add(number, batch_number, name="update")
        with name_scope(None, "total", (average,)) as total_scope:
            total = metric_variable([], dtypes.float64, name=total_scope)
            new_total = state_ops.assign_add(total, math_ops.reduce_sum(average, name="batch_total"), name="update")
        value = math_ops.div_no_nan(total, number, name="mean")
        update = math_ops.div_no_nan(new_total, new_number, name=scope)
        collect(metrics_collections, value)
        collect(updates_collections, update)
        return value, update


def sparse_average_precision_at_k(labels, predictions, k, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The old name of average_precision_at_k. Follows tf.metrics.sparse_average_precision_at_k of TF 1.15."""
    return average_precision_at_k(labels, predictions, k, weights, metrics_collections, updates_collections, name)
