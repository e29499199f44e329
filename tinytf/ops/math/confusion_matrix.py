"""`tf.confusion_matrix`."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn.squeezable import remove_squeezable_dimensions


def confusion_matrix(labels, predictions, num_classes=None, dtype=dtypes.int32, name=None, weights=None):
    """[classes, classes]: how often each label (row) was predicted as each class (column). Follows tf.confusion_matrix of TF 1.15."""
    return confusion_matrix_v2(labels, predictions, num_classes, weights, dtype, name)


def confusion_matrix_v2(labels, predictions, num_classes=None, weights=None, dtype=dtypes.int32, name=None):
    """As confusion_matrix, under the order of arguments of TF 2."""
    from tinytf.ops.math import check_ops
    from tinytf.ops.sparse import sparse_ops

    with name_scope(name, "confusion_matrix", (predictions, labels, num_classes, weights)) as name:
        labels, predictions = remove_squeezable_dimensions(
            convert_to_tensor(labels, name="labels"), convert_to_tensor(predictions, name="predictions")
        )
        predictions = math_ops.cast(predictions, dtypes.int64)
        labels = math_ops.cast(labels, dtypes.int64)

        def checked(check, x):
            return control_flow_ops.with_dependencies([check], x)

        labels = checked(check_ops.assert_non_negative(labels, message="`labels` contains negative values"), labels)
        predictions = checked(check_ops.assert_non_negative(predictions, message="`predictions` contains negative values"), predictions)
        if num_classes is None:
            num_classes = math_ops.maximum(math_ops.reduce_max(predictions), math_ops.reduce_max(labels)) + 1
        else:
            limit = math_ops.cast(num_classes, dtypes.int64)
            labels = checked(check_ops.assert_less(labels, limit, message="`labels` out of bound"), labels)
            predictions = checked(check_ops.assert_less(predictions, limit, message="`predictions` out of bound"), predictions)
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            predictions.shape.assert_is_compatible_with(weights.shape)
            weights = math_ops.cast(weights, dtype)
        shape = array_ops.stack([num_classes, num_classes])
        indices = array_ops.stack([labels, predictions], axis=1)
        values = array_ops.ones_like(predictions, dtype) if weights is None else weights
        counts = SparseTensor(indices=indices, values=values, dense_shape=math_ops.cast(shape, dtypes.int64))
        zeros = array_ops.zeros(math_ops.cast(shape, dtypes.int32), dtype)
        return sparse_ops.sparse_add(zeros, counts)
