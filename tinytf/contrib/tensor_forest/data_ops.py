"""Features and labels of any form as what the ops of a forest take.

Follows `tf.contrib.tensor_forest.python.ops.data_ops` of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes, logging
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.sparse import sparse_ops

DATA_FLOAT, DATA_CATEGORICAL = 0, 1
DTYPE_TO_FTYPE = {
    dtypes.string: DATA_CATEGORICAL,
    dtypes.int32: DATA_CATEGORICAL,
    dtypes.int64: DATA_CATEGORICAL,
    dtypes.float32: DATA_FLOAT,
    dtypes.float64: DATA_FLOAT,
}


class DataColumn:
    """The name, type and width of one tensor of features."""

    def __init__(self):
        self.name, self.original_type, self.size = "", "", 0

    def SerializeToString(self) -> str:
        """A line of text."""
        return f"name: {self.name} original_type: {self.original_type} size: {self.size}"


class DataColumnCollection:
    """DataColumns in order."""

    def __init__(self):
        self.cols: list = []

    def add(self) -> DataColumn:
        """A new column at the end."""
        self.cols.append(DataColumn())
        return self.cols[-1]

    def size(self) -> int:
        """How many there are."""
        return len(self.cols)

    def SerializeToString(self) -> str:
        """The lines of all."""
        return "".join("{%s}" % c.SerializeToString() for c in self.cols)


class TensorForestDataSpec:
    """The columns of features."""

    def __init__(self):
        self.sparse, self.dense, self.dense_features_size = DataColumnCollection(), DataColumnCollection(), 0

    def SerializeToString(self) -> str:
        """The text that the ops have as their attribute `input_spec`."""
        return (
            f"dense_features_size: {self.dense_features_size} dense: [{self.dense.SerializeToString()}] "
            f"sparse: [{self.sparse.SerializeToString()}]"
        )


def CastToFloat(tensor):
    """Numbers as float32; NotImplementedError for strings."""
    if tensor.dtype == dtypes.string:
        raise NotImplementedError("tinytf grows forests on numbers only: use tf.strings.to_hash_bucket_fast")
    return math_ops.cast(tensor, dtypes.float32) if tensor.dtype.is_integer else tensor


def GetColumnName(column_key, col_num) -> str:
    """A column's name: its key, the key's own name, or its number."""
    return column_key if isinstance(column_key, str) else getattr(column_key, "column_name", str(col_num))


def ParseDataTensorOrDict(data) -> tuple:
    """(dense features or None, sparse features or None, their TensorForestDataSpec) of a tensor or a dict of tensors."""
    spec = TensorForestDataSpec()
    if isinstance(data, dict):
        return _parse_dict(data, spec)
    column = (spec.sparse if isinstance(data, SparseTensor) else spec.dense).add()
    if isinstance(data, SparseTensor):
        column.name, column.original_type, column.size = "sparse_features", DTYPE_TO_FTYPE[data.dtype], -1
        return None, data, spec
    data = convert_to_tensor(data)
    column.name, column.original_type, column.size = "dense_features", DTYPE_TO_FTYPE[data.dtype], data.get_shape()[1]
    spec.dense_features_size = column.size
    return data, None, spec


def _parse_dict(data, spec) -> tuple:
    dense, sparse = [], []
    for key in sorted(data):
        tensor = data[key]
        if isinstance(tensor, SparseTensor):
            if tensor.dtype == dtypes.float32:
                logging.info("TensorForest does not support sparse continuous.")
                continue
            if not spec.sparse.size():
                column = spec.sparse.add()
                column.original_type, column.name, column.size = DATA_CATEGORICAL, "all_sparse", -1
            sparse.append(SparseTensor(tensor.indices, CastToFloat(tensor.values), tensor.dense_shape))
            continue
        column = spec.dense.add()
        column.original_type, column.name = DTYPE_TO_FTYPE[tensor.dtype], GetColumnName(key, len(dense))
        shape = tensor.get_shape()
        column.size = 1 if len(shape) == 1 else shape[1].value
        spec.dense_features_size += column.size
        dense.append(CastToFloat(tensor))
    logging.info(spec.SerializeToString())
    whole = array_ops.concat(dense, 1) if dense else None
    return whole, sparse_ops.sparse_concat(1, sparse) if sparse else None, spec


def ParseLabelTensorOrDict(labels):
    """Labels as float32, those of a dict side by side."""
    if isinstance(labels, dict):
        labels = array_ops.concat([labels[k] for k in sorted(labels)], 1)
    elif isinstance(labels, SparseTensor):
        labels = sparse_ops.sparse_tensor_to_dense(labels, default_value=-1)
    return math_ops.cast(labels, dtypes.float32)
