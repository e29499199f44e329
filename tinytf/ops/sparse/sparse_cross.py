"""SparseCross: all combinations of the values of several features, hashed."""

from __future__ import annotations

import itertools

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.math import math_ops
from tinytf.ops.strings.string_hashes import fingerprint64

HASH_KEY = 0xDECAFCAFFE
_MASK = (1 << 64) - 1
_MUL = 0xC6A4A7935BD1E995


def _shift_mix(v: int) -> int:
    return v ^ (v >> 47)


def _joined(a: int, b: int) -> int:
    """FarmHash's fingerprint of two fingerprints."""
    result = a ^ _MUL ^ (_shift_mix(b * _MUL & _MASK) * _MUL & _MASK)
    result = _shift_mix(result * _MUL & _MASK) * _MUL & _MASK
    return _shift_mix(result)


def _rows_of_sparse(indices, values, batch) -> list:
    rows: list = [[] for _ in range(batch)]
    for row, value in zip(indices[:, 0].tolist(), values.tolist()):
        rows[row].append(value)
    return rows


def _text(value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _number(value) -> int:
    return fingerprint64(value) if isinstance(value, bytes) else value & _MASK


def cross_kernel(node, joined=_joined):
    """The kernel of the crossing ops; `joined` takes the hash so far and the next value's to the hash of both."""
    n, hashed = node.attr("N"), node.attr("hashed_output")
    buckets, key = node.attr("num_buckets"), node.attrs.get("hash_key", HASH_KEY) & _MASK

    def cross(parts):
        if not hashed:
            return b"_X_".join(_text(value) for value in parts)
        result = key
        for value in parts:
            result = joined(result, _number(value))
        return result % (buckets or (1 << 63) - 1)

    def sparse_cross(*given):
        indices, values, shapes, dense = given[:n], given[n : 2 * n], given[2 * n : 3 * n], given[3 * n :]
        batch = int(shapes[0][0]) if n else len(dense[0])
        columns = [_rows_of_sparse(i, v, batch) for i, v in zip(indices, values)] + [d.tolist() for d in dense]
        rows = [[cross(parts) for parts in itertools.product(*of_row)] for of_row in zip(*columns)]
        places = [(row, i) for row, crosses in enumerate(rows) for i in range(len(crosses))]
        flat = np.empty(len(places), np.int64 if hashed else object)
        flat[:] = [value for crosses in rows for value in crosses]
        shape = np.array([batch, max((len(crosses) for crosses in rows), default=0)], np.int64)
        return np.array(places, np.int64).reshape(-1, 2), flat, shape

    return sparse_cross


op(
    "SparseCross(indices: N*int64, values: sparse_types, shapes: N*int64, dense_inputs: dense_types) -> (output_indices: int64, "
    "output_values: out_type, output_shape: int64); N: int >= 0; hashed_output: bool; num_buckets: int >= 0; hash_key: int; "
    "sparse_types: list({int64, string}) >= 0; dense_types: list({int64, string}) >= 0; out_type: {int64, string}; "
    "internal_type: {int64, string}",
    shape=lambda node: [(None, 2), (None,), (2,)],
    kernel=cross_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def make_cross(op_type, inputs, hashed, num_buckets, name, **attributes) -> SparseTensor:
    """Adds a crossing op; TypeError for inputs that are no list of tensors."""
    if not isinstance(inputs, list):
        raise TypeError("Inputs must be a list")
    if not all(isinstance(i, (SparseTensor, Tensor)) for i in inputs):
        raise TypeError("All inputs must be SparseTensors")
    sparse = [i for i in inputs if isinstance(i, SparseTensor)]
    values = [s.values for s in sparse]
    dense = [i for i in inputs if not isinstance(i, SparseTensor)]
    whole = any(t.dtype != dtypes.string for t in values + dense)
    indices, values, shapes, dense = (
        [s.indices for s in sparse],
        [v if v.dtype == dtypes.string else math_ops.cast(v, dtypes.int64) for v in values],
        [s.dense_shape for s in sparse],
        [d if d.dtype == dtypes.string else math_ops.cast(d, dtypes.int64) for d in dense],
    )
    made = make(
        op_type, indices, values, shapes, dense, hashed_output=hashed, num_buckets=num_buckets,
        out_type=dtypes.int64 if hashed else dtypes.string, internal_type=dtypes.int64 if whole else dtypes.string, name=name,
        **attributes,
    )  # fmt: skip
    return SparseTensor(*made)


def sparse_cross(inputs, name=None) -> SparseTensor:
    """The combinations of the rows' values, joined by "_X_".  Follows `tf.sparse.cross` of TF 1.15."""
    return make_cross("SparseCross", inputs, False, 0, name, hash_key=HASH_KEY)


def sparse_cross_hashed(inputs, num_buckets=0, hash_key=None, name=None) -> SparseTensor:
    """The hashes of the combinations, below `num_buckets` where it is not 0.  Follows `tf.sparse.cross_hashed` of TF 1.15."""
    return make_cross("SparseCross", inputs, True, num_buckets, name, hash_key=hash_key or HASH_KEY)
