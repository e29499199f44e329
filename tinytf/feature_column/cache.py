"""The features of a batch, and what columns have made of them: each is computed once."""

from __future__ import annotations

from tinytf.feature_column.columns import FeatureColumn
from tinytf.graph.default_graph import control_dependencies
from tinytf.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.sparse import sparse_ops


class Cache:
    """Answers for a feature's name with its tensor, of rank 2 at least, and for a column with its transformed tensor."""

    _column_class = "FeatureColumn"

    def __init__(self, features):
        self._features = dict(features)
        self._made: dict = {}
        self.state_manager = None

    def get(self, key, state_manager=None):
        """The tensor of a name or a column; ValueError for names that are no feature.

        `state_manager` is handed on to columns that a program defines as TensorFlow's are.
        """
        if state_manager is not None:
            self.state_manager = state_manager
        if key not in self._made:
            if key in self._features:
                self._made[key] = _with_columns(key, self._features[key])
            elif isinstance(key, str):
                raise ValueError(f"Feature {key} is not in features dictionary.")
            elif isinstance(key, FeatureColumn):
                made = key.transform(self)
                if made is None:
                    raise ValueError(f"Column {key.name} is not supported.")
                self._made[key] = made
            else:
                raise TypeError(f'"key" must be either a "str" or "{self._column_class}". Provided: {key}')
        return self._made[key]


class LazyBuilder(Cache):
    """The same, as feature_column.py of TF 1.15 calls it."""

    _column_class = "_FeatureColumn"


def _with_columns(key, feature):
    """A feature of rank 1 gets a second dimension."""
    tensor = convert_to_tensor_or_sparse_tensor(feature)

    def expanded():
        if isinstance(tensor, SparseTensor):
            return sparse_ops.sparse_reshape(tensor, [array_ops.shape(tensor)[0], 1])
        return array_ops.expand_dims(tensor, -1)

    rank = tensor.get_shape().ndims
    if rank is not None:
        if rank == 0:
            raise ValueError(f"Feature (key: {key}) cannot have rank 0. Given: {tensor}")
        return tensor if rank != 1 else expanded()
    message = f"Feature (key: {key}) cannot have rank 0. Given: {tensor}"
    with control_dependencies([check_ops.assert_positive(array_ops.rank(tensor), message=message)]):
        return cond(math_ops.equal(1, array_ops.rank(tensor)), expanded, lambda: tensor)
