"""The named tuples that ops with several results return, as TensorFlow's do."""

from __future__ import annotations

import collections

TopKV2 = collections.namedtuple("TopKV2", ["values", "indices"])
MaxPoolWithArgmax = collections.namedtuple("MaxPoolWithArgmax", ["output", "argmax"])
FusedBatchNormV3 = collections.namedtuple(
    "FusedBatchNormV3", ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"]
)
FractionalPool = collections.namedtuple("FractionalPool", ["output", "row_pooling_sequence", "col_pooling_sequence"])
