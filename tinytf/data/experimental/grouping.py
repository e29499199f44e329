"""Elements grouped by a key: in windows, in buckets of like length, or reduced to one element a key."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.dataset import DatasetSpec
from tinytf.data.functions import DatasetFunction, stable_state
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.ops.array.constant import constant
from tinytf.shapes import TensorShape

_KEY = TensorSpec((), dtypes.int64)


class Reducer:
    """The three functions of `group_by_reducer`: a key's first state, the state after an element, the result."""

    def __init__(self, init_func, reduce_func, finalize_func):
        self._init_func, self._reduce_func, self._finalize_func = init_func, reduce_func, finalize_func

    init_func = property(lambda self: self._init_func, doc="Of a key: its first state.")
    reduce_func = property(lambda self: self._reduce_func, doc="Of a state and an element: the next state.")
    finalize_func = property(lambda self: self._finalize_func, doc="Of a state: the key's element.")


def group_by_reducer(key_func, reducer):
    """A transformation: one element for each key, which `reducer` makes of the key's elements."""

    def transform(dataset):
        name = "tf_data_experimental_group_by_reducer"
        key = DatasetFunction(key_func, name, dataset._specs)
        _check_key(key, "`key_func` must return a single tf.int64 tensor. Got type=%s and shape=%s")
        init = DatasetFunction(reducer.init_func, name, _KEY)

        def trace(state_specs):
            body = DatasetFunction(reducer.reduce_func, name, (state_specs, dataset._specs), unpack=True)
            return body, body.specs

        reduce, state_specs = stable_state(trace, init.specs)
        final = DatasetFunction(reducer.finalize_func, name, state_specs)
        bodies = (key, init, reduce, final)
        return dataset._new(
            "ExperimentalGroupByReducerDataset", dataset._variant_tensor, *[b.captured for b in bodies], specs=final.specs,
            captures=any(b.captures_ref for b in bodies), key_func=key.reference, init_func=init.reference,
            reduce_func=reduce.reference, finalize_func=final.reference,
        )  # fmt: skip

    return transform


def _check_key(body, message):
    specs = body.specs
    if not isinstance(specs, TensorSpec) or specs.dtype != dtypes.int64 or specs.shape._dims not in ((), None):
        raise ValueError(message % (structure.types(specs), structure.shapes(specs)))


def group_by_window(key_func, reduce_func, window_size=None, window_size_func=None):
    """A transformation: `reduce_func(key, dataset of a window)` of each window of elements with the same key."""
    if (window_size is not None and window_size_func) or not (window_size is not None or window_size_func):
        raise ValueError("Must pass either window_size or window_size_func.")
    if window_size is not None:

        def window_size_func(key):
            return convert_to_tensor(window_size, dtype=dtypes.int64)

    def transform(dataset):
        name = "tf_data_experimental_group_by_window"

        def key_func_wrapper(*args):
            return convert_to_tensor(key_func(*args), dtype=dtypes.int64)

        def window_size_func_wrapper(key):
            return convert_to_tensor(window_size_func(key), dtype=dtypes.int64)

        unpack = type(dataset._specs) is tuple
        key = DatasetFunction(key_func_wrapper, name, dataset._specs, unpack)
        _check_key(key, "`key_func` must return a single tf.int64 scalar tensor. Got type=%s and shape=%s")
        reduce = DatasetFunction(reduce_func, name, (_KEY, DatasetSpec(dataset._specs)), unpack=True)
        if not isinstance(reduce.specs, DatasetSpec):
            raise TypeError("`reduce_func` must return a `Dataset` object.")
        size = DatasetFunction(window_size_func_wrapper, name, _KEY)
        _check_key(size, "`window_size_func` must return a single tf.int64 scalar tensor. Got type=%s and shape=%s")
        bodies = (key, reduce, size)
        return dataset._new(
            "GroupByWindowDataset", dataset._variant_tensor, *[b.captured for b in bodies], specs=reduce.specs.element_spec,
            captures=any(b.captures_ref for b in bodies), key_func=key.reference, reduce_func=reduce.reference,
            window_size_func=size.reference,
        )  # fmt: skip

    return transform


def bucket_by_sequence_length(
    element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes=None, padding_values=None,
    pad_to_bucket_boundary=False, no_padding=False, drop_remainder=False,
):  # fmt: skip
    """A transformation: batches of elements of like length, padded.  Follows `tf.data.experimental.bucket_by_sequence_length`."""
    with name_scope("bucket_by_seq_length"):
        if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
            raise ValueError("len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1")
        batch_sizes = constant(bucket_batch_sizes, dtype=dtypes.int64)

        def bucket_of(*args):
            from tinytf.ops.array import array_ops
            from tinytf.ops.math import math_ops

            length = element_length_func(*args)
            boundaries = list(bucket_boundaries)
            lowest = [np.iinfo(np.int32).min] + boundaries
            highest = boundaries + [np.iinfo(np.int32).max]
            within = math_ops.logical_and(math_ops.less_equal(lowest, length), math_ops.less(length, highest))
            return math_ops.reduce_min(array_ops.where(within))

        def batch_size_of(bucket):
            return batch_sizes[bucket]

        def filled(shapes, filler):
            def fill(shape):
                return [filler if d is None else d for d in TensorShape(shape).as_list()]

            return structure.map_structure(fill, shapes) if not isinstance(shapes, list) else fill(shapes)

        def boundary_of(bucket):
            from tinytf.ops.math import check_ops

            last = constant(len(bucket_batch_sizes) - 1, dtype=dtypes.int64)
            message = "When pad_to_bucket_boundary=True, elements must have length < max(bucket_boundaries)."
            with control_dependencies([check_ops.assert_less(bucket, last, message=message)]):
                boundaries = constant(bucket_boundaries, dtype=dtypes.int64)
                return boundaries[bucket] - 1

        def batching_fn(bucket, grouped):
            size = batch_size_of(bucket)
            if no_padding:
                return grouped.batch(size, drop_remainder=drop_remainder)
            filler = boundary_of(bucket) if pad_to_bucket_boundary else None
            shapes = filled(padded_shapes or grouped.output_shapes, filler)
            return grouped.padded_batch(size, shapes, padding_values, drop_remainder=drop_remainder)

        def transform(dataset):
            return dataset.apply(group_by_window(bucket_of, batching_fn, window_size_func=batch_size_of))

        return transform
