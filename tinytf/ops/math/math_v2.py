"""TensorFlow 2's spellings of functions of numbers, records and sparse tensors: the same graphs, other arguments.

TF 1.15 keeps them in math_ops, string_ops, sparse_ops, linalg_ops, parsing_ops (`argmax_v2`, `sparse_add_v2` …).
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.files import parsing_examples, parsing_ops
from tinytf.ops.linalg import linalg_functions
from tinytf.ops.math import argmax, arithmetic, reductions
from tinytf.ops.sparse import sparse_ops, sparse_segment, sparse_serialize

# Numbers ----------------------------------------------------------------------------------------


def argmax_v2(input, axis=None, output_type=dtypes.int64, name=None) -> Tensor:
    """`argmax` of TF 2."""
    return argmax.argmax(input, 0 if axis is None else axis, name, output_type=output_type)


def argmin_v2(input, axis=None, output_type=dtypes.int64, name=None) -> Tensor:
    """`argmin` of TF 2."""
    return argmax.argmin(input, 0 if axis is None else axis, name, output_type=output_type)


def scalar_mul_v2(scalar, x, name=None) -> Tensor | IndexedSlices:
    """`scalar_mul` of TF 2."""
    return arithmetic.scalar_mul(scalar, x, name)


def count_nonzero_v2(input, axis=None, keepdims=None, dtype=dtypes.int64, name=None) -> Tensor:
    """`math.count_nonzero` of TF 2."""
    return reductions.count_nonzero(input, axis, keepdims, dtype, name)


def sparse_segment_sum_v2(data, indices, segment_ids, num_segments=None, name=None) -> Tensor:
    """`sparse.segment_sum` of TF 2."""
    return sparse_segment.sparse_segment_sum(data, indices, segment_ids, name, num_segments)


def sparse_segment_mean_v2(data, indices, segment_ids, num_segments=None, name=None) -> Tensor:
    """`sparse.segment_mean` of TF 2."""
    return sparse_segment.sparse_segment_mean(data, indices, segment_ids, name, num_segments)


def sparse_segment_sqrt_n_v2(data, indices, segment_ids, num_segments=None, name=None) -> Tensor:
    """`sparse.segment_sqrt_n` of TF 2."""
    return sparse_segment.sparse_segment_sqrt_n(data, indices, segment_ids, name, num_segments)


def norm_v2(tensor, ord="euclidean", axis=None, keepdims=None, name=None) -> Tensor:
    """`norm` of TF 2."""
    return linalg_functions.norm(tensor, ord, axis, keepdims, name)


# Strings and records ----------------------------------------------------------------------------


def string_split_bytes(source, sep=" ", skip_empty=True, delimiter=None) -> SparseTensor:
    """string_ops.string_split of TF 1.15: `tf.string_split` without a name scope."""
    delimiter = convert_to_tensor(sep if delimiter is None else delimiter, dtype=dtypes.string)
    return SparseTensor(*make("StringSplit", convert_to_tensor(source, dtype=dtypes.string), delimiter, skip_empty=skip_empty))


def parse_example_v2(serialized, features, example_names=None, name=None) -> dict:
    """`io.parse_example` of TF 2."""
    return parsing_examples.parse_example(serialized, features, name, example_names)


def parse_single_example_v2_unoptimized(serialized, features, example_names=None, name=None) -> dict:
    """`io.parse_single_example` of TF 2, by the names that `parse_single_example` of TF 1 has."""
    return parsing_examples.parse_single_example(serialized, features, name, example_names)


def decode_csv_v2(records, record_defaults, field_delim=",", use_quote_delim=True, na_value="", select_cols=None, name=None) -> list:
    """`io.decode_csv` of TF 2."""
    return parsing_ops.decode_csv(records, record_defaults, field_delim, use_quote_delim, name, na_value, select_cols)


# Sparse tensors ---------------------------------------------------------------------------------


def sparse_concat_v2(axis, sp_inputs, expand_nonconcat_dims=False, name=None):
    """`sparse.concat` of TF 2."""
    return sparse_ops.sparse_concat(axis, sp_inputs, name, expand_nonconcat_dims)


def sparse_add_v2(a, b, threshold=0):
    """`sparse.add` of TF 2."""
    return sparse_ops.sparse_add(a, b, threshold)


def sparse_split_v2(sp_input=None, num_split=None, axis=None, name=None) -> list:
    """`sparse.split` of TF 2."""
    return sparse_ops.sparse_split(sp_input=sp_input, num_split=num_split, axis=axis, name=name)


def sparse_reduce_max_v2(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
    """`sparse.reduce_max` of TF 2."""
    return sparse_ops.reduce_sparse("SparseReduceMax", sp_input, axis, keepdims, output_is_sparse, name)


def sparse_reduce_sum_v2(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
    """`sparse.reduce_sum` of TF 2."""
    return sparse_ops.reduce_sparse("SparseReduceSum", sp_input, axis, keepdims, output_is_sparse, name)


def serialize_sparse_v2(sp_input, out_type=dtypes.string, name=None) -> Tensor:
    """`io.serialize_sparse` of TF 2."""
    return sparse_serialize.serialize_sparse(sp_input, name, out_type)


def serialize_many_sparse_v2(sp_input, out_type=dtypes.string, name=None) -> Tensor:
    """`io.serialize_many_sparse` of TF 2."""
    return sparse_serialize.serialize_many_sparse(sp_input, name, out_type)
