"""SparseFeatureCross and SparseFeatureCrossV2: what crosses features in tf.contrib.layers, before there was SparseCross."""

from __future__ import annotations

from tinytf import logging
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.sparse.sparse_cross import HASH_KEY, cross_kernel, make_cross

SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY = HASH_KEY
_MASK = (1 << 64) - 1


def _combined(a: int, b: int) -> int:
    """How TensorFlow of 2016 hashed two hashes into one; `a` is a signed number there when it is shifted to the right."""
    signed = a - (1 << 64) if a >> 63 else a
    return a ^ ((b + 0x9E3779B97F4A7800 + (a << 10) + (signed >> 4)) & _MASK)


_INPUTS = "(indices: N*int64, values: sparse_types, shapes: N*int64, dense: dense_types)"
_OUTPUTS = "(output_indices: int64, output_values: out_type, output_shape: int64)"
_TYPES = (
    "sparse_types: list({int64, string}) >= 0; dense_types: list({int64, string}) >= 0; out_type: {int64, string}; "
    "internal_type: {int64, string}"
)


def _shape(node):
    return [(None, 2), (None,), (2,)]


op(
    "SparseFeatureCross" + _INPUTS + " -> " + _OUTPUTS + "; N: int >= 0; hashed_output: bool; num_buckets: int >= 0; " + _TYPES,
    shape=_shape,
    kernel=lambda node: cross_kernel(node, _combined),
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "SparseFeatureCrossV2" + _INPUTS + " -> " + _OUTPUTS + "; N: int >= 0; hashed_output: bool; num_buckets: int >= 0; hash_key: int; " + _TYPES,
    shape=_shape,
    kernel=cross_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def sparse_feature_cross(inputs, hashed_output=False, num_buckets=0, name=None, hash_key=None) -> SparseTensor:
    """All combinations of the values of each row, joined or hashed.  Follows sparse_feature_cross of tf.contrib.layers of TF 1.15."""
    if hash_key:
        return make_cross("SparseFeatureCrossV2", inputs, hashed_output, num_buckets, name, hash_key=hash_key)
    logging.warning("sparse_feature_cross without a hash_key hashes as TensorFlow did in 2016; give SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY.")
    return make_cross("SparseFeatureCross", inputs, hashed_output, num_buckets, name)
