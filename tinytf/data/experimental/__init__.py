"""tf.data.experimental: transformations for `Dataset.apply`, further sources, options.  Follows the module of this name of TF 1.15."""

# ruff: noqa: F401
from tinytf.data.dataset import AUTOTUNE, DatasetSpec, get_structure
from tinytf.data.dataset import DatasetSpec as DatasetStructure
from tinytf.data.experimental.batching import (
    dense_to_sparse_batch,
    map_and_batch,
    map_and_batch_with_legacy_function,
    parse_example_dataset,
    unbatch,
)
from tinytf.data.experimental.csv import CsvDataset, make_csv_dataset
from tinytf.data.experimental.grouping import Reducer, bucket_by_sequence_length, group_by_reducer, group_by_window
from tinytf.data.experimental.iterator_checkpoints import CheckpointInputPipelineHook, make_saveable_from_iterator
from tinytf.data.experimental.mixing import choose_from_datasets, parallel_interleave, sample_from_datasets
from tinytf.data.experimental.optional import Optional, get_next_as_optional
from tinytf.data.experimental.optional import OptionalSpec as OptionalStructure
from tinytf.data.experimental.resampling import rejection_resample
from tinytf.data.experimental.sources import (
    Counter,
    RandomDataset,
    SqlDataset,
    TFRecordWriter,
    from_variant,
    make_batched_features_dataset,
    to_variant,
)
from tinytf.data.experimental.stats import bytes_produced_stats, latency_stats  # noqa: F401
from tinytf.data.experimental.streams import (
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    cardinality,
    enumerate_dataset,
    get_single_element,
    ignore_errors,
    prefetch_to_device,
    scan,
    shuffle_and_repeat,
    take_while,
    unique,
)
from tinytf.data.options import DistributeOptions, MapVectorizationOptions, OptimizationOptions, StatsOptions, ThreadingOptions
from tinytf.graph.composite_specs import SparseTensorSpec
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.graph.type_spec import TypeSpec as Structure


def TensorStructure(dtype, shape):
    """The TensorSpec of this dtype and shape."""
    return TensorSpec(shape, dtype)


def RaggedTensorStructure(dtype, shape, ragged_rank):
    """The spec of a RaggedTensor.  Follows `tf.data.experimental.RaggedTensorStructure` of TF 1.15."""
    from tinytf.ragged.spec import RaggedTensorSpec

    return RaggedTensorSpec(shape, dtype, ragged_rank)


def SparseTensorStructure(dtype, shape):
    """The SparseTensorSpec of this dtype and shape."""
    return SparseTensorSpec(shape, dtype)
