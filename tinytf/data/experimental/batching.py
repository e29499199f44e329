"""Batches: fused with a map, of sparse rows, of Examples parsed; and rows of batches again."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.data import padding, structure
from tinytf.data.dataset import Dataset, _int64, _static_size
from tinytf.data.functions import DatasetFunction
from tinytf.graph.composite_specs import SparseTensorSpec
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.shapes import TensorShape


def map_and_batch(map_func, batch_size, num_parallel_batches=None, drop_remainder=False, num_parallel_calls=None):
    """A transformation: `map(map_func)` then `batch(batch_size)`, in one op."""
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError("The `num_parallel_batches` and `num_parallel_calls` arguments are mutually exclusive.")

    def transform(dataset):
        body = DatasetFunction(map_func, "tf_data_experimental_map_and_batch", dataset._specs)
        size = _int64(batch_size, "batch_size")
        parallel = _int64(num_parallel_calls or batch_size * (num_parallel_batches or 1), "num_parallel_calls")
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        static = _static_size(size, drop)
        specs = structure.map_structure(lambda s: s._batch(static), body.specs)
        return dataset._with(body, "MapAndBatchDataset", "f", size, parallel, drop, specs=specs, preserve_cardinality=True)

    return transform


map_and_batch_with_legacy_function = map_and_batch


def unbatch():
    """A transformation: the rows of each element."""
    return Dataset.unbatch


def dense_to_sparse_batch(batch_size, row_shape):
    """A transformation: dense elements of different shapes, each within `row_shape`, as SparseTensors of `batch_size` rows."""

    def transform(dataset):
        if not isinstance(dataset._specs, TensorSpec):
            raise TypeError("DenseToSparseDataset requires an input whose elements have a single component, whereas the input has {!r}.".format(dataset.output_types))
        row = padding.shape_tensor(row_shape, TensorShape(None))
        specs = SparseTensorSpec(TensorShape([None]).concatenate(TensorShape(list(padding.static_dims(row)))), dataset._specs.dtype)
        return dataset._new("DenseToSparseBatchDataset", dataset._variant_tensor, batch_size, row, specs=specs)

    return transform


def parse_example_dataset(features, num_parallel_calls=1):
    """A transformation: batches of serialized Examples parsed, as `tf.parse_example` does."""
    if features is None:
        raise ValueError("Missing: features was %s." % features)

    def transform(dataset):
        from tinytf.ops.files import parsing_examples as parsing

        if not (isinstance(dataset._specs, TensorSpec) and dataset._specs.is_compatible_with(TensorSpec([None], dtypes.string))):
            raise TypeError("Input dataset should be a dataset of vectors of strings")
        opened = parsing._with_open_sequences(features)
        raw = parsing._Raw(opened, parsing._ALL)
        defaults = raw.default_tensors()
        raw.check()
        batch = dataset._specs.shape
        specs = {k: SparseTensorSpec(TensorShape([None, None] if _has_sparse(features) else batch.concatenate([None])), t) for k, t in zip(raw.sparse_keys, raw.sparse_types)}
        specs.update({k: TensorSpec(batch.concatenate(s), t) for k, t, s in zip(raw.dense_keys, raw.dense_types, raw.dense_shapes)})
        parsed = dataset._new(
            "ParseExampleDataset", dataset._variant_tensor, num_parallel_calls, defaults, specs=specs, sparse_keys=raw.sparse_keys,
            dense_keys=raw.dense_keys, sparse_types=raw.sparse_types, dense_shapes=raw.dense_shapes,
        )  # fmt: skip
        if not _has_sparse(features):
            return parsed
        body = parsed._function(lambda found: parsing._merge_sparse_features(features, found), "map")
        calls = convert_to_tensor(num_parallel_calls, dtype=dtypes.int32, name="num_parallel_calls")
        return parsed._with(body, "ParallelMapDataset", "f", calls, specs=body.specs, preserve_cardinality=True)

    return transform


def _has_sparse(features) -> bool:
    from tinytf.ops.files.parsing_examples import SparseFeature

    return any(isinstance(f, SparseFeature) for f in features.values())
