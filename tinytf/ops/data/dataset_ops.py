"""Dataset and iterator ops: each makes a `datasets.Stream` of the streams and numbers that it takes."""

from __future__ import annotations

import contextlib

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph import trust
from tinytf.graph.function import get_function
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar
from tinytf.inflated import open_to_read
from tinytf.ops.array.shape_ops import show
from tinytf.ops.data import dataset_cache, datasets

_TYPE_STRING = {d: name for name, d in dtypes.SIGNATURE_NAMES.items()}

# Sources ------------------------------------------------------------------------------------------


def _source(make):
    """A kernel that needs nothing but its inputs."""
    return lambda op: make


def _text_lines(op):
    def read(filenames, compression, buffer_size):
        return datasets.Stream(lambda: _lines(op, _names(filenames), _one(compression)))

    return read


def _lines(op, names, compression):
    for name in names:
        with _opened(op, name, compression) as file:
            for line in file:
                text = line.rstrip(b"\n").replace(b"\r", b"")
                if text or line.endswith(b"\n"):
                    yield (np.array(text, dtype=object),)


def _records(op):
    def read(filenames, compression, buffer_size):
        from tinytf.python_io import read_records

        def elements():
            trust.check_op(op)
            for name in _names(filenames):
                for _, record in read_records(name, _one(compression)):
                    yield (np.array(record, dtype=object),)

        return datasets.Stream(elements)

    return read


def _fixed_records(op):
    def read(filenames, header, record, footer, buffer_size, compression):
        def elements():
            for name in _names(filenames):
                with _opened(op, name, _one(compression)) as file:
                    content = file.read()
                body = (len(content) - int(header) - int(footer)) % (1 << 64)  # as TensorFlow counts
                if body % int(record):
                    raise errors.InvalidArgumentError(
                        None, None, f"Excluding the header ({int(header)} bytes) and footer ({int(footer)} bytes), input file \"{name}\" has body length {body} bytes, which is not an exact multiple of the record length ({int(record)} bytes)."
                    )
                for start in range(int(header), len(content) - int(footer), int(record)):
                    yield (np.array(content[start : start + int(record)], dtype=object),)

        return datasets.Stream(elements)

    return read


def _names(filenames) -> list:
    return [n.decode("utf-8", "surrogateescape") for n in np.asarray(filenames, dtype=object).ravel()]


def _one(value) -> str:
    return np.asarray(value, dtype=object).item().decode()


def _opened(op, name, compression):
    trust.check_op(op)
    return open_to_read(name, compression)


op("TensorDataset(components: Toutput_types) -> (handle: variant); Toutput_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, kernel=_source(lambda *components: datasets.tensors(components)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TensorSliceDataset(components: Toutput_types) -> (handle: variant); Toutput_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, kernel=_source(lambda *components: datasets.slices(components)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("RangeDataset(start: int64, stop: int64, step: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, kernel=_source(lambda a, b, c: datasets.counting(int(a), int(b), int(c))), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TextLineDataset(filenames: string, compression_type: string, buffer_size: int64) -> (handle: variant); is_stateful",
   shape=scalar, kernel=_text_lines, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TFRecordDataset(filenames: string, compression_type: string, buffer_size: int64) -> (handle: variant); is_stateful",
   shape=scalar, kernel=_records, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("FixedLengthRecordDatasetV2(filenames: string, header_bytes: int64, record_bytes: int64, footer_bytes: int64, buffer_size: int64, compression_type: string) -> (handle: variant); is_stateful",
   shape=scalar, kernel=_fixed_records, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _generator_kernel(op, resources):
    init, following, final = (resources.call(get_function(op.graph, op.attr(f"{k}_func").name)) for k in ("init", "next", "finalize"))

    def make(*arguments):
        count = len(op.attr("Tinit_func_args"))

        return datasets.Stream(lambda: _Generated(lambda: init(*arguments[:count]), following, final))

    return make


class _Generated:
    """An iteration of a GeneratorDataset: its three functions; an error of one element does not end it."""

    def __init__(self, init, following, final):
        self.init, self.following, self.final, self.state = init, following, final, None

    def __iter__(self):
        return self

    def __next__(self):
        if self.init is None:
            raise StopIteration
        if self.state is None:
            self.state = self.init()
        try:
            return self.following(*self.state)
        except errors.OutOfRangeError:
            self.close()
            raise StopIteration from None

    def close(self):
        self.init, state = None, self.state
        if state is not None:
            self.state = None
            with contextlib.suppress(errors.OpError):  # an abandoned iteration may outlive the Python functions of its graph
                self.final(*state)

    __del__ = close


op("GeneratorDataset(init_func_other_args: Tinit_func_args, next_func_other_args: Tnext_func_args, finalize_func_other_args: Tfinalize_func_args) -> (handle: variant); init_func: func; next_func: func; finalize_func: func; Tinit_func_args: list(type) >= 0; Tnext_func_args: list(type) >= 0; Tfinalize_func_args: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, stateful_kernel=_generator_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# Transformations ------------------------------------------------------------------------------------


def _with_function(transform, attribute="f", numbers=0):
    """A kernel of (stream, captured arguments…, numbers…) whose function takes an element and the captured arguments."""

    def stateful_kernel(op, resources):
        function = get_function(op.graph, op.attr(attribute).name)

        def make(stream, *rest):
            call = resources.instance(function)  # a dataset is made for each iterator
            captured = rest[: len(rest) - numbers]
            return transform(stream, lambda *element: call(*element, *captured), *[n.item() for n in rest[len(rest) - numbers :]])

        return make

    return stateful_kernel


def _parallel_map(stream, function, calls):
    datasets.check(calls > 0 or calls == -1, "num_parallel_calls must be greater than zero.")
    return datasets.mapped(stream, function)


def _parallel_interleave(stream, function, cycle, block, calls):
    datasets.check(calls > 0 or calls == -1, "num_parallel_calls must be greater than zero.")
    return datasets.interleaved(stream, function, cycle, block)


op("MapDataset(input_dataset: variant, other_arguments: Targuments) -> (handle: variant); f: func; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; use_inter_op_parallelism: bool = true; preserve_cardinality: bool = false",
   shape=scalar, stateful_kernel=_with_function(datasets.mapped), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ParallelMapDataset(input_dataset: variant, other_arguments: Targuments, num_parallel_calls: int32) -> (handle: variant); f: func; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; use_inter_op_parallelism: bool = true; sloppy: bool = false; preserve_cardinality: bool = false",
   shape=scalar, stateful_kernel=_with_function(_parallel_map, numbers=1), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("FlatMapDataset(input_dataset: variant, other_arguments: Targuments) -> (handle: variant); f: func; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, stateful_kernel=_with_function(datasets.flat_mapped), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("FilterDataset(input_dataset: variant, other_arguments: Targuments) -> (handle: variant); predicate: func; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, stateful_kernel=_with_function(datasets.filtered, "predicate"), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("InterleaveDataset(input_dataset: variant, other_arguments: Targuments, cycle_length: int64, block_length: int64) -> (handle: variant); f: func; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, stateful_kernel=_with_function(datasets.interleaved, numbers=2), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ParallelInterleaveDatasetV2(input_dataset: variant, other_arguments: Targuments, cycle_length: int64, block_length: int64, num_parallel_calls: int64) -> (handle: variant); f: func; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; sloppy: bool = false",
   shape=scalar, stateful_kernel=_with_function(_parallel_interleave, numbers=3), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _map_and_batch(stream, function, size, parallel, drop):
    datasets.check(size > 0, "batch_size must be greater than zero.")
    datasets.check(parallel > 0 or parallel == -1, "num_parallel_calls must be greater than zero.")
    return datasets.batched(datasets.mapped(stream, function), size, drop)


op("MapAndBatchDataset(input_dataset: variant, other_arguments: Targuments, batch_size: int64, num_parallel_calls: int64, drop_remainder: bool) -> (handle: variant); f: func; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; preserve_cardinality: bool = false",
   shape=scalar, stateful_kernel=_with_function(_map_and_batch, numbers=3), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _numbered(transform):
    """A kernel of (streams…, numbers…)."""
    return lambda op: lambda *arguments: transform(*[a if isinstance(a, datasets.Stream) else a.item() for a in arguments])


def _shuffle_kernel(op):
    again = op.attr("reshuffle_each_iteration")
    return lambda stream, size, a, b: datasets.shuffled(stream, int(size), int(a), int(b), again)


def _padded_kernel(op):
    count = op.attr("N")

    def make(stream, size, *rest):
        shapes = [s.tolist() for s in rest[:count]]
        values = [np.asarray(v).item() for v in rest[count:-1]]
        return datasets.padded(stream, int(size), shapes, values, bool(rest[-1]))

    return make


def _prefetched(stream, size):
    datasets.check(size >= -1, "buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning")
    return stream


op("BatchDatasetV2(input_dataset: variant, batch_size: int64, drop_remainder: bool) -> (handle: variant); parallel_copy: bool = false; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_numbered(datasets.batched), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("PaddedBatchDatasetV2(input_dataset: variant, batch_size: int64, padded_shapes: N*int64, padding_values: Toutput_types, drop_remainder: bool) -> (handle: variant); parallel_copy: bool = false; Toutput_types: list(type) >= 1; output_shapes: list(shape) >= 1; N: int >= 1",
   shape=scalar, kernel=_padded_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("RepeatDataset(input_dataset: variant, count: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_numbered(datasets.repeated), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ShuffleDataset(input_dataset: variant, buffer_size: int64, seed: int64, seed2: int64) -> (handle: variant); reshuffle_each_iteration: bool = true; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_shuffle_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ShuffleAndRepeatDataset(input_dataset: variant, buffer_size: int64, seed: int64, seed2: int64, count: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_numbered(datasets.shuffled_and_repeated), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TakeDataset(input_dataset: variant, count: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_numbered(datasets.taken), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("SkipDataset(input_dataset: variant, count: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_numbered(datasets.skipped), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ShardDataset(input_dataset: variant, num_shards: int64, index: int64) -> (handle: variant); require_non_empty: bool = false; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_numbered(datasets.sharded), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("PrefetchDataset(input_dataset: variant, buffer_size: int64) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; slack_period: int = 0; legacy_autotune: bool = true",
   shape=scalar, kernel=_source(_prefetched), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("OptimizeDataset(input_dataset: variant, optimizations: string) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; optimization_configs: list(string) = []",
   shape=scalar, kernel=_source(lambda stream, names: datasets.optimized(stream)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ModelDataset(input_dataset: variant) -> (handle: variant); algorithm: int = 0; cpu_budget: int = 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(lambda stream: stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ZipDataset(input_datasets: N*variant) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; N: int >= 1",
   shape=scalar, kernel=_source(lambda *streams: datasets.zipped(streams)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ConcatenateDataset(input_dataset: variant, another_dataset: variant) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(datasets.chained), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ExperimentalUnbatchDataset(input_dataset: variant) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(datasets.unbatched), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ExperimentalIgnoreErrorsDataset(input_dataset: variant) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_source(datasets.without_errors), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("WindowDataset(input_dataset: variant, size: int64, shift: int64, stride: int64, drop_remainder: bool) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_numbered(datasets.windows), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _cache_kernel(op):
    memory: dict = {}

    def make(stream, filename):
        if _one(filename):
            if any(t == dtypes.variant for t in op.attr("output_types")):
                raise errors.UnimplementedError(op.node_def, op, "tinytf caches dense components in files: call cache() without a file name")
            trust.check_op(op)
            return dataset_cache.cached_in_file(stream, _one(filename), len(op.attr("output_types")))
        # One memory for all iterators of a session, as long as the stream before it is the same.
        return memory.setdefault("stream", datasets.cached(stream))

    return make


op("CacheDataset(input_dataset: variant, filename: string) -> (handle: variant); output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
   shape=scalar, kernel=_cache_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _reduce_kernel(op, resources):
    call = resources.call(get_function(op.graph, op.attr("f").name))
    count = len(op.attr("Tstate"))

    def reduce(stream, *rest):
        state, captured = rest[:count], rest[count:]
        for element in stream:
            state = call(*state, *element, *captured)
        return state[0] if len(state) == 1 else tuple(state)

    return reduce


op("ReduceDataset(input_dataset: variant, initial_state: Tstate, other_arguments: Targuments) -> (components: output_types); f: func; Tstate: list(type) >= 1; Targuments: list(type) >= 0; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; use_inter_op_parallelism: bool = true; is_stateful",
   shape=lambda op: [s._dims for s in op.attr("output_shapes")], stateful_kernel=_reduce_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# Iterators --------------------------------------------------------------------------------------------


def _iterator_kernel(op, resources):
    name = op.attr("shared_name").decode() or op.name
    cursor = resources.setdefault((op.attr("container"), name), _cursor(op, name))
    return lambda: cursor


def _cursor(op, name):
    return datasets.Cursor(name, op.attr("output_types"), op.attr("output_shapes"))


def _one_shot_kernel(op, resources):
    cursor = resources.setdefault((op.attr("container"), op.attr("shared_name").decode() or op.name), _cursor(op, op.name))
    factory = get_function(op.graph, op.attr("dataset_factory").name)
    call = resources.call(factory)

    def handle():
        if cursor.place is None:  # once a session, however many plans read from it
            cursor.start(datasets.Stream(lambda: call()[0]))
        return cursor

    return handle


def _get_next_kernel(op):
    single = len(op.outputs) == 1

    def following(cursor):
        element = cursor.next()
        return element[0] if single else element

    return following


def _handles(resources) -> dict:
    return resources.setdefault(("", "iterator handles"), {})


def _to_handle_kernel(op, resources):
    def to_handle(cursor):
        handle = f"iterator:{cursor.name}".encode()
        _handles(resources)[handle] = cursor
        return np.array(handle, dtype=object)

    return to_handle


def _from_handle_kernel(op, resources):
    def from_handle(handle):
        key = np.asarray(handle, dtype=object).item()
        try:
            cursor = _handles(resources)[key]
        except KeyError:
            raise errors.InvalidArgumentError(op.node_def, op, f"{key!r} is no handle of an iterator of this session: feed what session.run(iterator.string_handle()) gave") from None
        _check_fits(op, cursor)
        return cursor

    return from_handle


def _check_fits(op, cursor):
    """InvalidArgumentError where an iterator gives other elements than the op's attributes promise."""
    types, shapes = op.attr("output_types"), op.attr("output_shapes")
    for wanted, given, what in ((types, cursor.types, "types"), (shapes, cursor.shapes, "shapes")):
        if wanted and len(wanted) != len(given):
            raise errors.InvalidArgumentError(op.node_def, op, f"Number of components does not match: expected {len(wanted)} {what} but got {len(given)}.")
    for i, (wanted, given) in enumerate(zip(types, cursor.types)):
        if wanted != given:
            raise errors.InvalidArgumentError(op.node_def, op, f"Data type mismatch at component {i}: expected {_TYPE_STRING[wanted]} but got {_TYPE_STRING[given]}.")
    for i, (wanted, given) in enumerate(zip(shapes, cursor.shapes)):
        if not wanted.is_compatible_with(given):
            raise errors.InvalidArgumentError(op.node_def, op, f"Incompatible shapes at component {i}: expected {show(wanted._dims)} but got {show(given._dims)}.")


op("IteratorV2() -> (handle: resource); shared_name: string; container: string; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
   shape=scalar, stateful_kernel=_iterator_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("OneShotIterator() -> (handle: resource); dataset_factory: func; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_one_shot_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("MakeIterator(dataset: variant, iterator: resource) -> (); is_stateful",
   shape=no_outputs, kernel=lambda op: lambda stream, cursor: cursor.start(stream), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
for _name in ("IteratorGetNext", "IteratorGetNextSync"):
    op(f"{_name}(iterator: resource) -> (components: output_types); output_types: list(type) >= 1; output_shapes: list(shape) >= 1; is_stateful",
       shape=lambda op: [s._dims for s in op.attr("output_shapes")], kernel=_get_next_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("IteratorToStringHandle(resource_handle: resource) -> (string_handle: string); is_stateful",
   shape=scalar, stateful_kernel=_to_handle_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("IteratorFromStringHandleV2(string_handle: string) -> (resource_handle: resource); output_types: list(type) >= 0 = []; output_shapes: list(shape) >= 0 = []; is_stateful",
   shape=scalar, stateful_kernel=_from_handle_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
