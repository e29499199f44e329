"""Datasets that keep a state as they go: scan, groups, unique elements; and those that draw from several datasets."""

from __future__ import annotations

import time

import numpy as np

from tinytf import errors
from tinytf.graph.function import get_function
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar
from tinytf.ops.data import datasets
from tinytf.ops.data.dataset_ops import _numbered, _source, _with_function
from tinytf.ops.data.datasets import transformation
from tinytf.ops.queues.queues import _draws as draws
from tinytf.ops.sparse.sparse_serialize import variant_of

# Streams ------------------------------------------------------------------------------------------


@transformation
def scanned(stream, state, step) -> datasets.Stream:
    """`step(*state, *element)` gives the next state and an element."""

    def elements():
        current = state
        for element in stream:
            result = step(*current, *element)
            current, made = result[: len(state)], result[len(state) :]
            yield made

    return datasets.Stream(elements, stream.size)


@transformation
def taken_while(stream, predicate) -> datasets.Stream:
    """The elements before the first for which `predicate` is false."""

    def elements():
        for element in stream:
            if not bool(predicate(*element)[0]):
                return
            yield element

    return datasets.Stream(elements)


@transformation
def unique(stream) -> datasets.Stream:
    """Each element once, where it comes first."""

    def elements():
        seen = set()
        for element in stream:
            array = np.asarray(element[0])
            key = array.shape, tuple(array.ravel().tolist())
            if key not in seen:
                seen.add(key)
                yield element

    return datasets.Stream(elements)


@transformation
def grouped_by_window(stream, key_of, window_size, reduce) -> datasets.Stream:
    """`reduce(key, window)` of each full window of elements with one key, in the order in which they fill, then of the rest."""

    def elements():
        groups: dict = {}
        sizes: dict = {}
        for element in stream:
            key = int(key_of(*element)[0])
            if key not in groups:
                sizes[key] = int(window_size(np.int64(key))[0])
                datasets.check(sizes[key] > 0, f"Window size must be greater than zero, but got {sizes[key]}.")
            group = groups.setdefault(key, [])
            group.append(element)
            if len(group) == sizes[key]:
                del groups[key]
                yield from reduce(np.int64(key), _fixed(group))[0]
        for key in sorted(groups):
            yield from reduce(np.int64(key), _fixed(groups[key]))[0]

    return datasets.Stream(elements)


def _fixed(elements: list) -> datasets.Stream:
    return datasets.Stream(lambda: iter(elements), len(elements))


@transformation
def grouped_by_reducer(stream, key_of, init, reduce, finalize) -> datasets.Stream:
    """`finalize` of each key's state after `reduce(*state, *element)` took its elements in."""

    def elements():
        states: dict = {}
        for element in stream:
            key = int(key_of(*element)[0])
            if key not in states:
                states[key] = init(np.int64(key))
            states[key] = reduce(*states[key], *element)
        for key in sorted(states):
            yield finalize(*states[key])

    return datasets.Stream(elements)


@transformation
def sparse_batches(stream, size: int, row_shape) -> datasets.Stream:
    """Dense elements, `size` at a time, as one SparseTensor a batch; an entry of `row_shape` below 0 means the largest of the batch."""
    datasets.check(size > 0, "Batch size must be greater than zero.")
    rank = len(row_shape)

    def fits(array):
        shown, row = ",".join(map(str, array.shape)), ",".join(map(str, row_shape))
        datasets.check(array.ndim == rank, f"Input element had shape ([{shown}]) that is incompatible with the row shape ([{row}]).")
        if any(0 <= limit < n for limit, n in zip(row_shape, array.shape)):
            raise errors.DataLossError(None, None, f"Input element had shape ([{shown}]) that is larger than the row shape ([{row}]).")

    def elements():
        source = iter(stream)
        for first in source:
            block = [np.asarray(first[0])]
            while len(block) < size:
                element = next(source, None)
                if element is None:
                    break
                block.append(np.asarray(element[0]))
            for array in block:
                fits(array)
            indices = [np.concatenate([np.full((a.size, 1), i), np.indices(a.shape).reshape(rank, -1).T], axis=1) for i, a in enumerate(block)]
            largest = [limit if limit >= 0 else max(a.shape[d] for a in block) for d, limit in enumerate(row_shape)]
            values = np.concatenate([a.ravel() for a in block])
            yield (variant_of((np.concatenate(indices).astype(np.int64), values, np.array([len(block), *largest], np.int64))),)

    return datasets.Stream(elements, datasets._batches(stream.size, size, drop_remainder=False))


def sparse_slices(op, indices, values, shape) -> datasets.Stream:
    """The rows of a SparseTensor, each as indices, values and shape."""
    number = indices[:, 0] if len(indices) else np.zeros(0, np.int64)
    if np.any(np.diff(number) < 0):
        raise errors.UnimplementedError(
            op.node_def, op, "The SparseTensor must be ordered in the batch dimension; handling arbitrarily ordered input is not currently supported."
        )
    starts = np.searchsorted(number, np.arange(int(shape[0]) + 1))

    def elements():
        for a, b in zip(starts[:-1], starts[1:]):
            yield indices[a:b, 1:], values[a:b], shape[1:]

    return datasets.Stream(elements, int(shape[0]))


@transformation
def directed(selector, streams) -> datasets.Stream:
    """The next element of the stream that `selector` names, again and again, until all streams or the selector end."""

    def elements():
        places: list = [iter(s) for s in streams]
        choices = iter(selector)
        while any(p is not None for p in places):
            choice = next(choices, None)
            if choice is None:
                return
            index = int(choice[0])
            datasets.check(0 <= index < len(places), f"Selector index out of range: {index} >= {len(places)}")
            if places[index] is None:
                continue
            element = next(places[index], None)
            if element is None:
                places[index] = None
            else:
                yield element

    return datasets.Stream(elements)


def random_numbers(seed: int, seed2: int) -> datasets.Stream:
    """The words of the random generator, without end."""
    return datasets.Stream(lambda: ((np.int64(word),) for word in draws(seed, seed2)), datasets.INFINITE)


@transformation
def delayed(stream, microseconds: int) -> datasets.Stream:
    """The stream, each element after a pause."""

    def elements():
        for element in stream:
            time.sleep(microseconds / 1e6)
            yield element

    return datasets.Stream(elements, stream.size)


# Ops ------------------------------------------------------------------------------------------------


def _functions(op, resources, inputs, *names) -> list:
    """For each function attribute: a caller that adds the arguments it captured, which stand in `inputs` in the order of the signature."""
    made, at = [], 0
    for name in names:
        count = len(op.attr(f"T{name}_other_arguments"))
        call, captured = resources.instance(get_function(op.graph, op.attr(name).name)), inputs[at : at + count]
        made.append(lambda *args, call=call, captured=captured: call(*args, *captured))
        at += count
    return made


def _scan_kernel(op, resources):
    function = get_function(op.graph, op.attr("f").name)
    count = len(op.attr("Tstate"))

    def make(stream, *rest):
        call, state, captured = resources.instance(function), rest[:count], rest[count:]
        return scanned(stream, state, lambda *args: call(*args, *captured))

    return make


def _window_kernel(op, resources):
    def make(stream, *rest):
        key_of, reduce, size = _functions(op, resources, rest, "key_func", "reduce_func", "window_size_func")
        return grouped_by_window(stream, key_of, size, reduce)

    return make


def _reducer_kernel(op, resources):
    def make(stream, *rest):
        return grouped_by_reducer(stream, *_functions(op, resources, rest, "key_func", "init_func", "reduce_func", "finalize_func"))

    return make


def _legacy_interleave(stream, function, cycle, block, sloppy, buffered, prefetched):
    datasets.check(cycle > 0, "`cycle_length` must be > 0")
    datasets.check(block > 0, "`block_length` must be > 0")
    datasets.check(buffered > 0, "`buffer_output_elements` must be > 0")
    datasets.check(prefetched >= 0, "`prefetch_input_elements` must be >= 0")
    return datasets.interleaved(stream, function, cycle, block)


def _single_kernel(op):
    def single(stream):
        found = None
        for number, element in enumerate(stream):
            datasets.check(number == 0, "Dataset had more than one element.")
            found = element
        datasets.check(found is not None, "Dataset was empty.")
        return found[0] if len(found) == 1 else tuple(found)

    return single


op("ScanDataset(input_dataset: variant, initial_state: Tstate, other_arguments: Targuments) -> (handle: variant); f: func; Tstate: list(type) >= 1; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; preserve_cardinality: bool = false",
   shape=scalar, stateful_kernel=_scan_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TakeWhileDataset(input_dataset: variant, other_arguments: Targuments) -> (handle: variant); predicate: func; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, stateful_kernel=_with_function(taken_while, "predicate"), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("UniqueDataset(input_dataset: variant) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(unique), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("GroupByWindowDataset(input_dataset: variant, key_func_other_arguments: Tkey_func_other_arguments, reduce_func_other_arguments: Treduce_func_other_arguments, window_size_func_other_arguments: Twindow_size_func_other_arguments) -> (handle: variant); key_func: func; reduce_func: func; window_size_func: func; Tkey_func_other_arguments: list(type) >= 0; Treduce_func_other_arguments: list(type) >= 0; Twindow_size_func_other_arguments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, stateful_kernel=_window_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ExperimentalGroupByReducerDataset(input_dataset: variant, key_func_other_arguments: Tkey_func_other_arguments, init_func_other_arguments: Tinit_func_other_arguments, reduce_func_other_arguments: Treduce_func_other_arguments, finalize_func_other_arguments: Tfinalize_func_other_arguments) -> (handle: variant); key_func: func; init_func: func; reduce_func: func; finalize_func: func; Tkey_func_other_arguments: list(type) >= 0; Tinit_func_other_arguments: list(type) >= 0; Treduce_func_other_arguments: list(type) >= 0; Tfinalize_func_other_arguments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, stateful_kernel=_reducer_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ParallelInterleaveDataset(input_dataset: variant, other_arguments: Targuments, cycle_length: int64, block_length: int64, sloppy: bool, buffer_output_elements: int64, prefetch_input_elements: int64) -> (handle: variant); f: func; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, stateful_kernel=_with_function(_legacy_interleave, numbers=5), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("DirectedInterleaveDataset(selector_input_dataset: variant, data_input_datasets: N*variant) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; N: int >= 1",
   shape=scalar, kernel=_source(lambda selector, *streams: directed(selector, streams)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("RandomDataset(seed: int64, seed2: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, kernel=_source(lambda a, b: random_numbers(int(a), int(b))), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("DenseToSparseBatchDataset(input_dataset: variant, batch_size: int64, row_shape: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(lambda s, n, shape: sparse_batches(s, int(n), shape.tolist())), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("SparseTensorSliceDataset(indices: int64, values: Tvalues, dense_shape: int64) -> (handle: variant); Tvalues: type; is_stateful",
   shape=scalar, kernel=lambda op: lambda *parts: sparse_slices(op, *parts), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("SleepDataset(input_dataset: variant, sleep_microseconds: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_numbered(delayed), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("DatasetCardinality(input_dataset: variant) -> (cardinality: int64)",
   shape=scalar, kernel=_source(lambda stream: np.int64(stream.size)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("DatasetToSingleElement(dataset: variant) -> (components: output_types); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=lambda op: [s._dims for s in op.attr("output_shapes")], kernel=_single_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("WrapDatasetVariant(input_handle: variant) -> (output_handle: variant)",
   shape=scalar, kernel=_source(lambda stream: stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("UnwrapDatasetVariant(input_handle: variant) -> (output_handle: variant)",
   shape=scalar, kernel=_source(lambda stream: stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("MaxIntraOpParallelismDataset(input_dataset: variant, max_intra_op_parallelism: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(lambda stream, threads: stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("PrivateThreadPoolDataset(input_dataset: variant, num_threads: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(lambda stream, threads: stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("NonSerializableDataset(input_dataset: variant) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(lambda stream: stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BatchDataset(input_dataset: variant, batch_size: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_numbered(lambda stream, size: datasets.batched(stream, size, False)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("UnbatchDataset(input_dataset: variant) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(datasets.unbatched), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("IgnoreErrorsDataset(input_dataset: variant) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(datasets.without_errors), gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# Optionals: an element that may be missing ----------------------------------------------------------
