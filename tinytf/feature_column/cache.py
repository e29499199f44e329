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

    def __init__(self, features):
        self._features = dict(features)
        self._made: dict = {}

    def get(self, key):
        """The tensor of a name or a column; ValueError for names that are no feature."""
        if key not in self._made:
            if key in self._features:
                self._made[key] = _with_columns(key, self._features[key])
            elif isinstance(key, str):
                raise ValueError(f"Feature {key} is not in features dictionary.")
            elif isinstance(key, FeatureColumn):
                self._made[key] = key.transform(self)
            else:
                raise TypeError(f'"key" must be either a "str" or "FeatureColumn". Provided: {key}')
        return self._made[key]


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
