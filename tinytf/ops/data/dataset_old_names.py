"""Op types of datasets under the names that they had: graphs written by TensorFlow 1.8 to 1.14 hold them."""

from __future__ import annotations

from tinytf.graph import op_entry
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar
from tinytf.ops.data import dataset_files, dataset_grouping, dataset_ops  # noqa: F401  (they register the newer names)
from tinytf.ops.data.dataset_ops import _source
from tinytf.ops.files import parsing_examples  # noqa: F401  (they register the newer names)

_DATASET = "-> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1"


def _as(name: str, newer: str) -> None:
    """`name` is what `newer` is now: the same signature and kernel."""
    entry = op_entry.lookup(newer)
    op(name + entry.signature[len(newer) :], shape=entry.shape, kernel=entry.kernel, stateful_kernel=entry.stateful_kernel, gradient=entry.gradient)


for _name in """CSVDataset DatasetCardinality DatasetToTFRecord DenseToSparseBatchDataset DirectedInterleaveDataset GroupByWindowDataset
        MapAndBatchDataset MatchingFilesDataset MaxIntraOpParallelismDataset NonSerializableDataset ParallelInterleaveDataset
        ParseExampleDataset PrivateThreadPoolDataset RandomDataset ScanDataset SleepDataset SqlDataset TakeWhileDataset
        UniqueDataset""".split():  # fmt: skip
    _as("Experimental" + _name, _name)
_as("GroupByReducerDataset", "ExperimentalGroupByReducerDataset")
_as("Iterator", "IteratorV2")
_as("IteratorFromStringHandle", "IteratorFromStringHandleV2")


def _padded_kernel(op):
    padded = op_entry.lookup("PaddedBatchDatasetV2").kernel(op)
    return lambda stream, size, *shapes_and_values: padded(stream, size, *shapes_and_values, False)


op("PaddedBatchDataset(input_dataset: variant, batch_size: int64, padded_shapes: N*int64, padding_values: Toutput_types) -> (handle: variant); "
   "Toutput_types: list(type) >= 1; output_shapes: list(shape) >= 1; N: int >= 1",
   shape=scalar, kernel=_padded_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# What only measures, or says where it runs: the elements are those of the input.
for _prefix in ("", "Experimental"):
    for _name in ("LatencyStatsDataset", "BytesProducedStatsDataset"):
        op(f"{_prefix}{_name}(input_dataset: variant, tag: string) {_DATASET}",
           shape=scalar, kernel=_source(lambda stream, tag: stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
    op(f"{_prefix}ThreadPoolHandle() -> (handle: resource); num_threads: int; max_intra_op_parallelism: int = 1; display_name: string; "
       "container: string = ''; shared_name: string = ''; is_stateful",
       shape=scalar, kernel=lambda op: lambda: op.attr("display_name"), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
    op(f"{_prefix}ThreadPoolDataset(input_dataset: variant, thread_pool: resource) {_DATASET}; is_stateful",
       shape=scalar, kernel=_source(lambda stream, pool: stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
