"""Embeddings whose numbers are shared among words by hashes.  Follows embedding_ops of tf.contrib.layers of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes, logging
from tinytf.contrib.layers.encoders import embedding_lookup_unique  # noqa: F401
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.unique import unique
from tinytf.ops.math import math_ops
from tinytf.ops.nn import embedding
from tinytf.ops.nn.embedding import safe_embedding_lookup_sparse  # noqa: F401
from tinytf.ops.sparse import sparse_ops, sparse_segment
from tinytf.ops.sparse.sparse_feature_cross import sparse_feature_cross
from tinytf.ops.state.partitioned_variables import PartitionedVariable

# What an example without any value is taken to have.
_MISSING_STRING, _MISSING_NUMBER = "6ZxWzWOHxZ", 1288896567


def _parts(params) -> list:
    return list(params) if isinstance(params, (list, PartitionedVariable)) else [params]


def scattered_embedding_lookup(params, values, dimension, name=None, hash_key=None):
    """A vector of `dimension` numbers for each value: its hashes pick them from the rank 1 `params`.

    Follows tf.contrib.layers.scattered_embedding_lookup of TF 1.15.
    """
    if dimension is None:
        raise ValueError("You must specify dimension.")
    params = _parts(params)
    with name_scope(name, "scattered_embedding_lookup", params + [dimension, values]):
        values_shape = array_ops.shape(values)
        values = array_ops.reshape(values, [-1, 1])
        if dimension <= 0:
            raise ValueError("Dimension must be >0. Given is %d" % dimension)
        numbers = array_ops.tile(array_ops.expand_dims(math_ops.range(0, dimension), 0), array_ops.shape(values))
        sizes = []
        for part in params:
            shape = part.get_shape()
            shape.assert_has_rank(1)
            shape.assert_is_fully_defined()
            sizes.append(shape.as_list()[0])
        for p, size in enumerate(sizes):
            expected = (sum(sizes) - p - 1) // len(sizes) + 1
            if size != expected:
                raise ValueError("Tensor %d in params has size %d, expected %d." % (p, size, expected))
        ids = sparse_feature_cross([numbers, values], hashed_output=True, num_buckets=sum(sizes), hash_key=hash_key)
        found = embedding.embedding_lookup(params, sparse_ops.sparse_tensor_to_dense(ids), partition_strategy="div")
        return array_ops.reshape(found, array_ops.concat([values_shape, [dimension]], 0))


def scattered_embedding_lookup_sparse(params, sparse_values, dimension, combiner=None, default_value=None, name=None, hash_key=None):
    """The vectors of the values of each row, combined.  Follows tf.contrib.layers.scattered_embedding_lookup_sparse of TF 1.15."""
    if combiner is None:
        logging.warn('The default value of combiner will change from "mean" to "sqrtn" after 2016/11/01.')
        combiner = "mean"
    params = _parts(params)
    if not isinstance(sparse_values, SparseTensor):
        raise TypeError("sparse_values must be SparseTensor")
    combine = {
        "sum": sparse_segment.sparse_segment_sum, "mean": sparse_segment.sparse_segment_mean, "sqrtn": sparse_segment.sparse_segment_sqrt_n,
    }  # fmt: skip
    with name_scope(name, "scattered_embedding_lookup_sparse", params + [sparse_values]) as scope:
        if default_value is None:
            default_value = _MISSING_STRING if sparse_values.dtype == dtypes.string else _MISSING_NUMBER
        sparse_values, _ = sparse_ops.sparse_fill_empty_rows(sparse_values, default_value)
        rows = math_ops.cast(sparse_values.indices[:, 0], dtypes.int32)
        values, index = unique(sparse_values.values)
        vectors = scattered_embedding_lookup(params, values, dimension, hash_key=hash_key)
        if combiner not in combine:
            raise ValueError("Combiner must be one of 'mean', 'sqrtn' or 'sum'.")
        return combine[combiner](vectors, index, rows, name=scope)
