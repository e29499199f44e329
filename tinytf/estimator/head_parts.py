"""What heads check, and the metrics that they share."""

from __future__ import annotations

from tinytf import metrics
from tinytf.feature_column.cache import Cache
from tinytf.feature_column.columns import NumericColumn
from tinytf.feature_column.make import numeric_column
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.control_flow_ops import Assert
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn import weights_broadcast_ops
from tinytf.ops.strings import string_ops


def checked_labels(labels, logits, size):
    """Labels of rank 2 at least whose last dimension is `size`, as the logits' others are (ValueError otherwise)."""
    if labels is None:
        raise ValueError(
            "You must provide a labels Tensor. Given: None. Check that your data contain your label feature, and that your "
            "input_fn properly parses and returns labels."
        )
    with name_scope(None, "labels", (labels, logits)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            raise ValueError(
                f"SparseTensor labels are not supported. labels must be a Tensor of shape [D0, D1, ..., DN, {size}], e.g. "
                f"[batch_size, {size}]. tf.sparse_tensor_to_dense() turns them into a Tensor."
            )
        if _one_rank_less(labels, logits):
            labels = array_ops.expand_dims(labels, -1)
        labels_shape, logits_shape = array_ops.shape(labels), array_ops.shape(logits)
        message = (
            f"labels shape must be [D0, D1, ... DN, {size}]. Suggested Fix: check your n_classes argument to the estimator "
            "and/or the shape of your label."
        )
        with control_dependencies([check_ops.assert_rank_at_least(labels, 2, message=message)]):
            static = labels.shape
            if static.ndims is not None and static.dims[-1].value not in (None, size):
                raise ValueError(
                    f"Mismatched label shape. Expected labels dimension={size}.  Received {static[-1]}. Suggested Fix:"
                    "If your classifier expects one-hot encoding label,check your n_classes argument to the estimator "
                    "and/or the shape of your label. Otherwise, check the shape of your label."
                )
            expected = array_ops.concat([logits_shape[:-1], [size]], axis=0)
            same = check_ops.assert_equal(
                expected, labels_shape, message=message,
                data=["expected_labels_shape: ", expected, "labels_shape: ", labels_shape],
            )  # fmt: skip
            with control_dependencies([same]):
                return array_ops.identity(labels, name=scope)


def _one_rank_less(tensor, logits) -> bool:
    ranks = tensor.shape.ndims, logits.shape.ndims
    return None not in ranks and ranks[0] == ranks[1] - 1


def example_weights(features, weight_column, logits, each_logit=False):
    """The weights of the examples: those of a feature, or 1. `each_logit`: they may also be weights of each logit."""
    message = "weights shape must be [D0, D1, ... DN] or [D0, D1, ... DN, 1]"
    if each_logit:
        message = "weights shape must be [D0, D1, ... DN], [D0, D1, ... DN, 1] or [D0, D1, ... DN, logits_dimension]"
    with name_scope(None, "weights", values=(*features.values(), logits)) as scope:
        if weight_column is None:
            return 1.0
        column = numeric_column(weight_column, shape=(1,)) if isinstance(weight_column, str) else weight_column
        if not isinstance(column, NumericColumn):
            raise TypeError(f"Weight column must be either a string or _NumericColumn. Given type: {type(column)}.")
        weights = math_ops.to_float(column.dense_tensor(Cache(features), None), name="weights")
        weights_shape = array_ops.shape(weights, name="weights_shape")
        logits_shape = array_ops.shape(logits, name="logits_shape")
        data = ["logits_shape: ", logits_shape, "weights_shape: ", weights_shape]
        if _one_rank_less(weights, logits):
            with control_dependencies([check_ops.assert_equal(logits_shape[:-1], weights_shape, message=message, data=data)]):
                return array_ops.expand_dims(weights, -1, name=scope)
        supported = array_ops.concat([logits_shape[:-1], [1]], axis=0)
        if each_logit:
            fits = math_ops.reduce_any(
                [
                    math_ops.reduce_all(math_ops.equal(logits_shape, weights_shape)),
                    math_ops.reduce_all(math_ops.equal(supported, weights_shape)),
                ]
            )
            check = Assert(condition=fits, data=[message, *data])
        else:
            check = check_ops.assert_equal(supported, weights_shape, message=message, data=data)
        with control_dependencies([check]):
            return array_ops.identity(weights, name=scope)


def checked_logits(logits, size):
    """Logits as floats, of rank 2 at least, whose last dimension is `size` (ValueError otherwise)."""
    message = "logits shape must be [D0, D1, ... DN, logits_dimension]"
    with name_scope(None, "logits", (logits,)) as scope:
        logits = math_ops.to_float(logits)
        shape = array_ops.shape(logits)
        with control_dependencies([check_ops.assert_rank_at_least(logits, 2, data=[shape], message=message)]):
            static = logits.shape
            if static.ndims is not None and static.dims[-1].value is not None:
                if static.dims[-1].value != size:
                    raise ValueError(f"{message}, got {static}.")
                return logits
            with control_dependencies([check_ops.assert_equal(size, shape[-1], data=[shape], message=message)]):
                return array_ops.identity(logits, name=scope)


def in_range(labels, n_classes):
    """Labels, checked to be in [0, n_classes) when they are computed."""
    from tinytf.graph.convert import convert_to_tensor

    with name_scope(None, "assert_range", (labels,)):
        highest = convert_to_tensor(n_classes - 1, dtype=labels.dtype)
        below = check_ops.assert_less_equal(labels, highest, message="Labels must <= n_classes - 1")
        positive = check_ops.assert_non_negative(labels, message="Labels must >= 0")
        with control_dependencies((below, positive)):
            return array_ops.identity(labels)


def every_class_id(logits, n_classes):
    """[batch, n_classes]: 0, 1, 2 … for each example."""
    batch = array_ops.shape(logits)[0]
    return array_ops.tile(input=array_ops.expand_dims(math_ops.range(n_classes), axis=0), multiples=[batch, 1])


def every_class(logits, n_classes, vocabulary):
    """[batch, n_classes]: the classes' names for each example."""
    batch = array_ops.shape(logits)[0]
    names = vocabulary or string_ops.as_string(math_ops.range(n_classes))
    return array_ops.tile(input=array_ops.expand_dims(names, axis=0), multiples=[batch, 1])


def mean_of(what, values, weights, name):
    """The metric of the mean of labels or predictions."""
    with name_scope(name, what + "_mean", (values, weights)) as scope:
        values = math_ops.to_float(values, name=what)
        if weights is not None:
            weights = weights_broadcast_ops.broadcast_weights(weights, values)
        return metrics.mean(values, weights=weights, name=scope)


def accuracy_baseline(label_mean) -> tuple:
    """The accuracy of always answering with the class that is more frequent."""
    with name_scope(None, "accuracy_baseline", label_mean):
        value, update = label_mean
        return math_ops.maximum(value, 1.0 - value, name="value"), math_ops.maximum(update, 1 - update, name="update_op")


def area(labels, predictions, weights, curve, name):
    """The metric of the area under a curve."""
    with name_scope(name, "auc", (predictions, labels, weights)) as scope:
        predictions = math_ops.to_float(predictions, name="predictions")
        if weights is not None:
            weights = weights_broadcast_ops.broadcast_weights(weights, predictions)
        return metrics.auc(labels=labels, predictions=predictions, weights=weights, curve=curve, name=scope)
