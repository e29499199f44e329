"""`Dataset`: a stream of elements, made by sources and changed by transformations.

Each is one op whose result is a variant; functions given to `map` and its kin become functions of
the graph's library.  Follows `tf.data.Dataset` of TF 1.15.
"""

from __future__ import annotations

import itertools

import numpy as np

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.iterator import Iterator
from tinytf.data.structure import Spec
from tinytf.graph import function as functions
from tinytf.graph.build import make
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.graph import colocate_with, get_default_graph, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.constant import constant
from tinytf.ops.random_seed import get_seed
from tinytf.shapes import TensorShape, as_dims

AUTOTUNE = -1
_OPTIMIZATIONS = ["map_and_batch_fusion", "noop_elimination", "shuffle_and_repeat_fusion"]
_BUFFER = 256 * 1024


class Options:
    """Options of a dataset: kept, without effect on what it gives.  Follows `tf.data.Options`."""

    def __init__(self):
        self.experimental_deterministic = None
        self.experimental_optimization = None
        self.experimental_threading = None
        self.experimental_distribute = None
        self.experimental_slack = None
        self.experimental_stats = None


class Dataset:
    """A stream of elements of one structure.

    Made by the static methods (`from_tensor_slices`, `range` …) and by the methods of another
    dataset, each of which returns a new one.
    """

    def __init__(self, variant_tensor, specs, captures=False):
        self._variant_tensor, self._specs = variant_tensor, specs
        self._has_captured_ref = captures  # of a variable: then TensorFlow adds no OptimizeDataset
        self._options = Options()

    # Sources --------------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors) -> Dataset:
        """A dataset of one element."""
        element = structure.normalize(tensors)
        leaves = structure.flatten(element)
        specs = structure.specs_of(element)
        return Dataset(make("TensorDataset", leaves, output_shapes=[t.shape for t in leaves]), specs)

    @staticmethod
    def from_tensor_slices(tensors) -> Dataset:
        """A dataset of the rows of tensors.  Raises ValueError where their first dimensions differ."""
        element = structure.normalize(tensors)
        leaves = structure.flatten(element)
        size = leaves[0].shape.with_rank_at_least(1)[0]
        for t in leaves[1:]:
            size.assert_is_compatible_with(t.shape.with_rank_at_least(1)[0])
        specs = structure.map_structure(Spec.row, structure.specs_of(element))
        return Dataset(make("TensorSliceDataset", leaves, output_shapes=structure.attributes(specs)["output_shapes"]), specs)

    @staticmethod
    def range(*args) -> Dataset:
        """The int64 numbers of Python's `range`."""
        if not 1 <= len(args) <= 3:
            raise ValueError(f"Invalid arguments to RangeDataset: {args}")
        start, stop, step = {1: (0, *args, 1), 2: (*args, 1), 3: args}[len(args)]
        numbers = [convert_to_tensor(v, dtype=dtypes.int64, name=n) for v, n in ((start, "start"), (stop, "stop"), (step, "step"))]
        specs = Spec(dtypes.int64, ())
        return Dataset(make("RangeDataset", *numbers, **structure.attributes(specs)), specs)

    @staticmethod
    def from_generator(generator, output_types, output_shapes=None, args=None) -> Dataset:
        """The elements that `generator()`, called anew for each iteration, yields.

        A yielded value that does not fit the types or shapes raises InvalidArgumentError when it is read.
        """
        if not callable(generator):
            raise TypeError("`generator` must be callable.")
        output_types = structure.map_structure(dtypes.as_dtype, output_types)
        if output_shapes is None:
            output_shapes = structure.map_structure(lambda _: TensorShape(None), output_types)
        specs = structure.map_structure(lambda t, s: Spec(t, s), output_types, output_shapes)
        arguments = tuple([convert_to_tensor(a, name=f"args_{i}") for i, a in enumerate(args or ())])
        running = _Generators(generator, specs)
        dummy = Dataset.from_tensors(0)
        return dummy.flat_map(lambda _: _generator_dataset(running, specs, arguments))

    @staticmethod
    def zip(datasets) -> Dataset:
        """A dataset of the elements of several side by side, in the same structure."""
        flat = structure.flatten(datasets)
        for d in flat:
            if not isinstance(d, Dataset):
                message = "The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects."
                if isinstance(d, list):
                    message += " Nested lists are not supported; please use a tuple instead."
                raise TypeError(message)
        specs = structure.pack(datasets, [d._specs for d in flat])
        return flat[0]._new("ZipDataset", [d._variant_tensor for d in flat], specs=specs, others=flat)

    @staticmethod
    def list_files(file_pattern, shuffle=None, seed=None) -> Dataset:
        """The names of the files that match a pattern, shuffled unless `shuffle` is false."""
        from tinytf.ops import parsing_ops

        shuffle = True if shuffle is None else shuffle
        names = parsing_ops.matching_files(convert_to_tensor(file_pattern, dtype=dtypes.string, name="file_pattern"))
        dataset = Dataset.from_tensor_slices(names)
        if shuffle:
            from tinytf.ops import array_ops, math_ops

            dataset = dataset.shuffle(math_ops.maximum(array_ops.shape(names, out_type=dtypes.int64)[0], 1), seed=seed)
        return dataset

    # Transformations --------------------------------------------------------------------------------

    def _new(self, op_type, *inputs, specs=None, others=(), captures=False, **attrs) -> Dataset:
        specs = self._specs if specs is None else specs
        if op_type != "PaddedBatchDatasetV2":
            attrs.update(structure.attributes(specs))
        else:
            attrs["output_shapes"] = structure.attributes(specs)["output_shapes"]
        captures = captures or self._has_captured_ref or any(d._has_captured_ref for d in others)
        return Dataset(make(op_type, *inputs, **attrs), specs, captures)

    def map(self, map_func, num_parallel_calls=None) -> Dataset:
        """`map_func` of each element (a tuple's parts as arguments)."""
        body = self._function(map_func, "map")
        if num_parallel_calls is None:
            return self._with(body, "MapDataset", "f", specs=body.specs, preserve_cardinality=False)
        calls = convert_to_tensor(num_parallel_calls, dtype=dtypes.int32, name="num_parallel_calls")
        return self._with(body, "ParallelMapDataset", "f", calls, specs=body.specs, preserve_cardinality=False)

    def map_with_legacy_function(self, map_func, num_parallel_calls=None) -> Dataset:
        """As `map`."""
        return self.map(map_func, num_parallel_calls)

    def flat_map(self, map_func) -> Dataset:
        """The elements of the datasets that `map_func` makes of the elements, one after the other."""
        body = self._function(map_func, "flat_map")
        return self._with(body, "FlatMapDataset", "f", specs=body.dataset_specs("flat_map"))

    def interleave(self, map_func, cycle_length=AUTOTUNE, block_length=1, num_parallel_calls=None) -> Dataset:
        """Blocks of elements, in turn, of the datasets that `map_func` makes, `cycle_length` at a time."""
        body = self._function(map_func, "interleave")
        cycle = 2 if cycle_length == AUTOTUNE else cycle_length
        numbers = [convert_to_tensor(v, dtype=dtypes.int64, name=n) for v, n in ((cycle, "cycle_length"), (block_length, "block_length"))]
        if num_parallel_calls is None:
            return self._with(body, "InterleaveDataset", "f", *numbers, specs=body.dataset_specs("interleave"))
        numbers.append(convert_to_tensor(num_parallel_calls, dtype=dtypes.int64, name="num_parallel_calls"))
        return self._with(body, "ParallelInterleaveDatasetV2", "f", *numbers, specs=body.dataset_specs("interleave"))

    def filter(self, predicate) -> Dataset:
        """The elements for which `predicate` gives true."""
        body = self._function(predicate, "filter")
        if not isinstance(body.specs, Spec) or body.specs.dtype != dtypes.bool or body.specs.dims not in (None, ()):
            raise TypeError("`predicate` must return a scalar boolean tensor.")
        return self._with(body, "FilterDataset", "predicate", specs=self._specs)

    def filter_with_legacy_function(self, predicate) -> Dataset:
        """As `filter`."""
        return self.filter(predicate)

    def reduce(self, initial_state, reduce_func):
        """The tensors of the state after `reduce_func(state, element)` took every element in."""
        state = structure.normalize(initial_state, "initial_state")
        state_specs = structure.specs_of(state)
        body = _Function(lambda s, e: reduce_func(s, e), "Dataset_reduce", (state_specs, self._specs), unpack=True, readable=reduce_func)
        leaves = make(
            "ReduceDataset", self._variant_tensor, structure.flatten(state), body.captured, f=body.reference, **structure.attributes(state_specs)
        )
        return structure.pack(state_specs, leaves)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None) -> Dataset:
        """A random one of the next `buffer_size` elements at a time."""
        size = convert_to_tensor(buffer_size, dtype=dtypes.int64, name="buffer_size")
        again = True if reshuffle_each_iteration is None else reshuffle_each_iteration
        return self._new("ShuffleDataset", self._variant_tensor, size, *_seeds(seed), reshuffle_each_iteration=again)

    def repeat(self, count=None) -> Dataset:
        """The dataset `count` times; without end where None or -1."""
        return self._new("RepeatDataset", self._variant_tensor, _int64(-1 if count is None else count, "count"))

    def take(self, count) -> Dataset:
        """The first `count` elements."""
        return self._new("TakeDataset", self._variant_tensor, _int64(count, "count"))

    def skip(self, count) -> Dataset:
        """All but the first `count` elements."""
        return self._new("SkipDataset", self._variant_tensor, _int64(count, "count"))

    def shard(self, num_shards, index) -> Dataset:
        """Every `num_shards`-th element from `index` on."""
        return self._new("ShardDataset", self._variant_tensor, _int64(num_shards, "num_shards"), _int64(index, "index"))

    def cache(self, filename="") -> Dataset:
        """The dataset, computed in its first iteration and then remembered."""
        return self._new("CacheDataset", self._variant_tensor, convert_to_tensor(filename, dtype=dtypes.string, name="filename"))

    def prefetch(self, buffer_size) -> Dataset:
        """The dataset; here elements are made when they are asked for."""
        size = convert_to_tensor(-1 if buffer_size is None else buffer_size, dtype=dtypes.int64, name="buffer_size")
        return self._new("PrefetchDataset", self._variant_tensor, size)

    def concatenate(self, dataset) -> Dataset:
        """The elements of this dataset, then those of another with the same types."""
        if structure.types(self._specs) != structure.types(dataset._specs):
            raise TypeError(f"Two datasets to concatenate have different types {self.output_types} and {dataset.output_types}")
        specs = structure.map_structure(
            lambda a, b: Spec(a.dtype, TensorShape._of(a.dims).most_specific_compatible_shape(b.dims)), self._specs, dataset._specs
        )
        return self._new("ConcatenateDataset", self._variant_tensor, dataset._variant_tensor, specs=specs, others=[dataset])

    def enumerate(self, start=0) -> Dataset:
        """(number, element) pairs."""
        return Dataset.zip((Dataset.range(start, np.iinfo(np.int64).max), self))

    def batch(self, batch_size, drop_remainder=False) -> Dataset:
        """Elements stacked `batch_size` at a time, the last batch smaller unless `drop_remainder`."""
        size = convert_to_tensor(batch_size, dtype=dtypes.int64, name="batch_size")
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        static = _static_size(size, drop)
        return self._new("BatchDatasetV2", self._variant_tensor, size, drop, specs=structure.map_structure(lambda s: s.batched(static), self._specs))

    def padded_batch(self, batch_size, padded_shapes, padding_values=None, drop_remainder=False) -> Dataset:
        """Elements padded (with 0, "" or `padding_values`) to `padded_shapes`, None meaning the largest of the batch, and stacked."""
        size = convert_to_tensor(batch_size, dtype=dtypes.int64, name="batch_size")
        shapes = [_shape_tensor(s) for s in structure.flatten_up_to(self._specs, padded_shapes)]
        leaves = structure.flatten(self._specs)
        if padding_values is None:
            values = ["" if s.dtype == dtypes.string else np.zeros((), s.dtype.as_numpy_dtype) for s in leaves]
        else:
            values = structure.flatten_up_to(self._specs, padding_values)
        values = [convert_to_tensor(v, dtype=s.dtype, name="padding_value") for v, s in zip(values, leaves)]
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        static = _static_size(size, drop)
        specs = structure.pack(self._specs, [Spec(s.dtype, (static, *_static_shape(t))) for s, t in zip(leaves, shapes)])
        return self._new("PaddedBatchDatasetV2", self._variant_tensor, size, shapes, values, drop, specs=specs)

    def window(self, size, shift=None, stride=1, drop_remainder=False) -> Dataset:
        """Datasets of up to `size` elements each, `shift` apart: components become nested datasets."""
        inputs = [_int64(size, "size"), _int64(size if shift is None else shift, "shift"), _int64(stride, "stride")]
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        specs = structure.map_structure(_DatasetSpec, self._specs)
        return self._new("WindowDataset", self._variant_tensor, *inputs, drop, specs=specs)

    def unbatch(self) -> Dataset:
        """The rows of each element."""
        return self._new("ExperimentalUnbatchDataset", self._variant_tensor, specs=structure.map_structure(Spec.row, self._specs))

    def apply(self, transformation_func) -> Dataset:
        """`transformation_func(self)`."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(f"`transformation_func` must return a Dataset. Got {dataset!r}.")
        return dataset

    def with_options(self, options) -> Dataset:
        """This dataset with options."""
        dataset = Dataset(self._variant_tensor, self._specs, self._has_captured_ref)
        dataset._options = options
        return dataset

    def options(self) -> Options:
        """The options."""
        return self._options

    # Iterating --------------------------------------------------------------------------------------

    def _optimized(self) -> Dataset:
        """What TensorFlow puts between a dataset and its iterator."""
        dataset = self
        if not self._has_captured_ref:
            names = convert_to_tensor(_OPTIMIZATIONS, dtype=dtypes.string, name="optimizations")
            dataset = dataset._new("OptimizeDataset", dataset._variant_tensor, names, optimization_configs=["map_vectorization:use_choose_fastest:false"])
        return dataset._new("ModelDataset", dataset._variant_tensor)

    def make_initializable_iterator(self, shared_name=None) -> Iterator:
        """An iterator whose `initializer` starts it."""
        dataset = self._optimized()
        resource = make("IteratorV2", container="", shared_name=shared_name or "", **structure.attributes(self._specs))
        with colocate_with(resource):
            initializer = make("MakeIterator", dataset._variant_tensor, resource)
        return Iterator(resource, initializer, self.output_types, self.output_shapes)

    def make_one_shot_iterator(self) -> Iterator:
        """An iterator that starts by itself.  Raises ValueError for a dataset that uses variables, tables or placeholders."""
        graph = get_default_graph()
        factory = _factory(self, graph)
        resource = make("OneShotIterator", dataset_factory=factory, **structure.attributes(self._specs))
        return Iterator(resource, None, self.output_types, self.output_shapes)

    def __iter__(self):
        raise RuntimeError("__iter__() is only supported inside of tf.function or when eager execution is enabled.")

    @property
    def output_types(self):
        """The dtypes of an element."""
        return structure.types(self._specs)

    @property
    def output_shapes(self):
        """The static shapes of an element."""
        return structure.shapes(self._specs)

    @property
    def output_classes(self):
        """The classes of an element's components."""
        return structure.map_structure(lambda _: Tensor, self._specs)

    def __repr__(self):
        return f"<{type(self).__name__} shapes: {structure.map_structure(str, self.output_shapes)}, types: {self.output_types}>"

    # Functions ----------------------------------------------------------------------------------------

    def _function(self, function, transformation) -> _Function:
        return _Function(function, f"Dataset_{transformation}", self._specs)

    def _with(self, body, op_type, attribute, *numbers, specs, **attrs) -> Dataset:
        attrs[attribute] = body.reference
        return self._new(op_type, self._variant_tensor, body.captured, *numbers, specs=specs, captures=body.captures_ref, **attrs)


class _DatasetSpec(Spec):
    """A component that is itself a dataset (of `inner` elements)."""

    __slots__ = ("inner",)

    def __init__(self, inner):
        super().__init__(dtypes.variant, ())
        self.inner = inner


class _Function:
    """A user's function on elements, traced into the graph's library."""

    def __init__(self, function, name, specs, unpack=None, readable=None):
        unpack = isinstance(specs, tuple) if unpack is None else unpack

        def body(*leaves):
            arguments = structure.pack(specs, [Dataset(t, s.inner) if isinstance(s, _DatasetSpec) else t for t, s in zip(leaves, structure.flatten(specs))])
            result = function(*arguments) if unpack else function(arguments)
            if isinstance(result, list):
                result = tuple(result)
            self.result = result
            if isinstance(result, Dataset):
                self.specs = _DatasetSpec(result._specs)
                return [result._variant_tensor]
            try:
                result = structure.normalize(result, None)
            except (TypeError, ValueError) as error:
                raise TypeError(f"Unsupported return value from function passed to {name}: {result}. ({error})") from error
            self.specs = structure.specs_of(result)
            return structure.flatten(result)

        signature = [(f"args_{i}", s.dtype, s.dims) for i, s in enumerate(structure.flatten(specs))]
        readable = getattr(readable or function, "__name__", type(function).__name__)
        self.graph = functions.trace(body, f"{name}_{readable}", signature, get_default_graph())
        self.captured = list(self.graph.captures)
        self.captures_ref = _comes_from_ref(self.captured)
        self.reference = self.graph.name

    def dataset_specs(self, transformation):
        """The specs of the datasets that the function makes; TypeError where it makes none."""
        if not isinstance(self.specs, _DatasetSpec):
            raise TypeError(f"`map_func` must return a `Dataset` object. Got {type(self.result)} in {transformation}.")
        return self.specs.inner


def _comes_from_ref(tensors) -> bool:
    """Whether a reference variable is among what the tensors are computed from."""
    stack, seen = list(tensors), set()
    while stack:
        t = stack.pop()
        if t.dtype._is_ref_dtype:
            return True
        if t.op not in seen:
            seen.add(t.op)
            stack.extend(t.op._inputs)
    return False


class _Generators:
    """The generators that are running, by number, for the three functions of a GeneratorDataset."""

    def __init__(self, generator, specs):
        self.generator, self.specs = generator, specs
        self.numbers = itertools.count()
        self.running: dict = {}

    def start(self, *arguments):
        number = np.int64(next(self.numbers))
        self.running[int(number)] = iter(self.generator(*arguments))
        return number

    def next(self, number):
        value = next(self.running[int(number)])  # its StopIteration ends the dataset
        types = structure.types(self.specs)
        try:
            leaves = structure.flatten_up_to(self.specs, tuple(value) if isinstance(self.specs, tuple) and isinstance(value, list) else value)
        except (TypeError, ValueError, KeyError):
            raise TypeError(f"`generator` yielded an element that did not match the expected structure. The expected structure was {types}, but the yielded element was {value}.") from None
        arrays = []
        for leaf, spec in zip(leaves, structure.flatten(self.specs)):
            try:
                array = structure.as_array(leaf, spec.dtype)
            except (TypeError, ValueError):
                raise TypeError(f"`generator` yielded an element that could not be converted to the expected type. The expected type was {spec.dtype.name}, but the yielded element was {leaf}.") from None
            if not TensorShape._of(spec.dims).is_compatible_with(array.shape):
                raise ValueError(f"`generator` yielded an element of shape {array.shape} where an element of shape {TensorShape._of(spec.dims)} was expected.")
            arrays.append(array)
        return arrays

    def stop(self, number):
        generator = self.running.pop(int(number), None)
        if hasattr(generator, "close"):
            generator.close()
        return np.int64(0)


def _generator_dataset(running, specs, arguments) -> Dataset:
    from tinytf.ops import script_ops

    leaves = structure.flatten(specs)
    graph = get_default_graph()
    number = [("args_0", dtypes.int64, ())]

    def following(n):
        values = script_ops.py_func(running.next, [n], [s.dtype for s in leaves])
        for value, spec in zip(values, leaves):
            value.set_shape(TensorShape._of(spec.dims))
        return values

    def begin(*given):
        return [_scalar(script_ops.py_func(running.start, list(given), dtypes.int64))]

    given = [(f"args_{i}", a.dtype.base_dtype, a.dims) for i, a in enumerate(arguments)]
    name = "Dataset_from_generator_"
    init = functions.trace(begin, name + "get_iterator_id_fn", given, graph)
    step = functions.trace(following, name + "generator_next_fn", number, graph)
    final = functions.trace(lambda n: [_scalar(script_ops.py_func(running.stop, [n], dtypes.int64))], name + "finalize_fn", number, graph)
    variant = make(
        "GeneratorDataset", list(arguments), [], [], init_func=init.name, next_func=step.name, finalize_func=final.name, **structure.attributes(specs)
    )
    return Dataset(variant, specs)


def _scalar(tensor):
    tensor.set_shape(())
    return tensor


def _factory(dataset, graph):
    """A function without arguments that makes `dataset`: the ops it is made of, copied."""
    body = functions.FuncGraph(f"_make_dataset_{len(graph._functions)}", graph)
    copies: dict = {}

    def copy(tensor):
        op = tensor.op
        if op not in copies:
            if op.type in ("Placeholder", "VariableV2", "VarHandleOp", "HashTableV2", "MutableHashTableV2"):
                raise ValueError(
                    "Failed to create a one-shot iterator for a dataset. `Dataset.make_one_shot_iterator()` does not support datasets that "
                    "capture stateful objects, such as a `Variable` or `LookupTable`. In these cases, use `Dataset.make_initializable_iterator()`. "
                    f"(Original error: Cannot capture a {'placeholder' if op.type == 'Placeholder' else 'stateful node'} (name:{op.name}, type:{op.type}) by value.)"
                )
            copies[op] = body.create_op(op.type, [copy(t) for t in op._inputs], [t.dtype for t in op.outputs], name=op.name + "/", attrs=dict(op.attrs))
        return copies[op].outputs[tensor.value_index]

    get_seed(None)  # TensorFlow asks here too
    with body.as_default():
        inner = Dataset(copy(dataset._variant_tensor), dataset._specs, dataset._has_captured_ref)
        body.outputs = [inner._optimized()._variant_tensor]
    functions.add_function(graph, body)
    return body.name


def _int64(value, name):
    return convert_to_tensor(value, dtype=dtypes.int64, name=name)


def _seeds(seed) -> list:
    """The seed tensors of a dataset op.  Two zeros would mean "not seeded": given ones become (0, 2**31 - 1)."""
    from tinytf.ops import math_ops, select

    first, second = get_seed(seed)
    first = _int64(first or 0, "seed")
    if second is None:
        return [first, _int64(0, "seed2")]
    with name_scope("seed2") as scope:
        second = convert_to_tensor(second, dtype=dtypes.int64)
        unseeded = math_ops.logical_and(math_ops.equal(first, 0), math_ops.equal(second, 0))
        return [first, select.where(unseeded, constant(2**31 - 1, dtype=dtypes.int64), second, name=scope)]


def _static_size(size, drop):
    if not public_constant_value(drop):
        return None
    value = public_constant_value(size)
    return None if value is None else int(value)


def _shape_tensor(shape):
    if isinstance(shape, Tensor):
        return shape
    return convert_to_tensor([-1 if d is None else d for d in as_dims(shape)], dtype=dtypes.int64)


def _static_shape(tensor) -> tuple:
    value = public_constant_value(tensor)
    if value is None:
        return (None,) * (tensor.dims[0] or 0)
    return tuple([None if v < 0 else int(v) for v in value])


# Files ----------------------------------------------------------------------------------------------


def _files_dataset(filenames, read_one_file, num_parallel_reads=None) -> Dataset:
    from tinytf.ops import array_ops

    if isinstance(filenames, Dataset):
        dataset = filenames
    else:
        names = convert_to_tensor(filenames, dtype=dtypes.string)
        dataset = Dataset.from_tensor_slices(array_ops.reshape(names, [-1], name="flat_filenames"))
    if num_parallel_reads is None:
        return dataset.flat_map(read_one_file)
    return dataset.interleave(read_one_file, cycle_length=num_parallel_reads, block_length=1, num_parallel_calls=num_parallel_reads)


class TextLineDataset(Dataset):
    """The lines of text files.  Follows `tf.data.TextLineDataset` of TF 1.15."""

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None):
        def read_one_file(filename):
            compression = convert_to_tensor(compression_type or "", dtype=dtypes.string, name="compression_type")
            size = _int64(_BUFFER if buffer_size is None else buffer_size, "buffer_size")
            return Dataset(make("TextLineDataset", filename, compression, size), Spec(dtypes.string, ()))

        dataset = _files_dataset(filenames, read_one_file, num_parallel_reads)
        super().__init__(dataset._variant_tensor, dataset._specs)


class TFRecordDataset(Dataset):
    """The records of TFRecord files.  Follows `tf.data.TFRecordDataset` of TF 1.15."""

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None):
        def read_one_file(filename):
            compression = convert_to_tensor(compression_type or "", dtype=dtypes.string, name="compression_type")
            size = _int64(_BUFFER if buffer_size is None else buffer_size, "buffer_size")
            return Dataset(make("TFRecordDataset", filename, compression, size), Spec(dtypes.string, ()))

        dataset = _files_dataset(filenames, read_one_file, num_parallel_reads)
        super().__init__(dataset._variant_tensor, dataset._specs)


class FixedLengthRecordDataset(Dataset):
    """Records of one length.  Follows `tf.data.FixedLengthRecordDataset` of TF 1.15."""

    def __init__(self, filenames, record_bytes, header_bytes=None, footer_bytes=None, buffer_size=None, compression_type=None, num_parallel_reads=None):
        def read_one_file(filename):
            numbers = [
                _int64(v, n)
                for v, n in ((header_bytes or 0, "header_bytes"), (record_bytes, "record_bytes"), (footer_bytes or 0, "footer_bytes"))
            ]
            size = _int64(_BUFFER if buffer_size is None else buffer_size, "buffer_size")
            compression = convert_to_tensor(compression_type or "", dtype=dtypes.string, name="compression_type")
            return Dataset(make("FixedLengthRecordDatasetV2", filename, *numbers, size, compression), Spec(dtypes.string, ()))

        dataset = _files_dataset(filenames, read_one_file, num_parallel_reads)
        super().__init__(dataset._variant_tensor, dataset._specs)


def make_initializable_iterator(dataset, shared_name=None) -> Iterator:
    """`dataset.make_initializable_iterator()`."""
    return dataset.make_initializable_iterator(shared_name)


def make_one_shot_iterator(dataset) -> Iterator:
    """`dataset.make_one_shot_iterator()`."""
    return dataset.make_one_shot_iterator()


def get_output_types(dataset_or_iterator):
    """The dtypes of an element."""
    return dataset_or_iterator.output_types


def get_output_shapes(dataset_or_iterator):
    """The static shapes of an element."""
    return dataset_or_iterator.output_shapes


def get_output_classes(dataset_or_iterator):
    """The classes of an element's components."""
    return dataset_or_iterator.output_classes
