"""`Dataset`: a stream of elements, made by sources and changed by transformations.

Each is one op whose result is a variant; functions given to `map` and its kin become functions of
the graph's library.  Follows `tf.data.Dataset` of TF 1.15.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.functions import DatasetFunction, stable_state
from tinytf.data.iterator import Iterator
from tinytf.data.options import Options
from tinytf.graph.build import make
from tinytf.graph.composite_specs import SparseTensorSpec
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, control_dependencies, get_default_graph, name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.graph.type_spec import BatchableTypeSpec, register_type_spec_from_value_converter
from tinytf.ops.array.constant import constant
from tinytf.ops.random.random_seed import get_seed
from tinytf.shapes import TensorShape

AUTOTUNE = -1


class Dataset(structure.Structured):
    """A stream of elements of one structure.

    Made by the static methods (`from_tensor_slices`, `range` …) and by the methods of another
    dataset, each of which returns a new one.
    """

    def __init__(self, variant_tensor, specs, captures=False, inputs=()):
        self._variant_tensor, self._specs = variant_tensor, specs
        self._has_captured_ref = captures  # of a variable: then TensorFlow adds no OptimizeDataset
        self._options = Options()
        self._of, self._traced = list(inputs), []
        for dataset in inputs:
            self._options = self._options.merge(dataset._options)

    # Sources --------------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors) -> Dataset:
        """A dataset of one element."""
        element = structure.normalize(tensors)
        specs = structure.specs_of(element)
        wires = structure.to_wire(specs, element)
        return Dataset(make("TensorDataset", wires, output_shapes=structure.attributes(specs)["output_shapes"]), specs)

    @staticmethod
    def from_tensor_slices(tensors) -> Dataset:
        """A dataset of the rows of tensors.  Raises ValueError where their first dimensions differ."""
        element = structure.normalize(tensors)
        batched = structure.specs_of(element)
        wires = structure.to_wire_rows(batched, element)
        specs = structure.map_structure(lambda s: s._unbatch(), batched)
        sizes = [structure.rows(s) for s in structure.flatten(batched)]
        for size in sizes[1:]:
            sizes[0].assert_is_compatible_with(size)
        return Dataset(make("TensorSliceDataset", wires, output_shapes=structure.attributes(specs)["output_shapes"]), specs)

    @staticmethod
    def from_sparse_tensor_slices(sparse_tensor) -> Dataset:
        """A dataset of the rows of a SparseTensor, each as (indices, values, dense_shape)."""
        if not isinstance(sparse_tensor, SparseTensor):
            raise TypeError(f"`sparse_tensor` must be a `tf.SparseTensor` object.Was {sparse_tensor}.")
        rank = sparse_tensor.indices.shape.merge_with(TensorShape([None, None]))[1] - 1
        rank = sparse_tensor.dense_shape.shape[0].merge_with(rank + 1) - 1
        specs = (
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], sparse_tensor.dtype),
            TensorSpec([rank], dtypes.int64),
        )
        parts = sparse_tensor.indices, sparse_tensor.values, sparse_tensor.dense_shape
        return Dataset(make("SparseTensorSliceDataset", *parts), specs)

    @staticmethod
    def range(*args) -> Dataset:
        """The int64 numbers of Python's `range`."""
        if not 1 <= len(args) <= 3:
            raise ValueError(f"Invalid arguments to RangeDataset: {args}")
        start, stop, step = {1: (0, *args, 1), 2: (*args, 1), 3: args}[len(args)]
        numbers = [convert_to_tensor(v, dtype=dtypes.int64, name=n) for v, n in ((start, "start"), (stop, "stop"), (step, "step"))]
        specs = TensorSpec((), dtypes.int64)
        return Dataset(make("RangeDataset", *numbers, **structure.attributes(specs)), specs)

    @staticmethod
    def from_generator(generator, output_types, output_shapes=None, args=None) -> Dataset:
        """The elements that `generator()`, called anew for each iteration, yields.

        A yielded value that does not fit the types or shapes raises InvalidArgumentError when it is read.
        """
        from tinytf.data.generators import Generators, generator_dataset

        if not callable(generator):
            raise TypeError("`generator` must be callable.")
        output_types = structure.map_structure(dtypes.as_dtype, output_types)
        if output_shapes is None:
            output_shapes = structure.unknown_shapes(output_types)
        specs = structure.from_legacy(output_types, output_shapes)
        arguments = tuple([convert_to_tensor(a, name=f"args_{i}") for i, a in enumerate(args or ())])
        running = Generators(generator, specs)

        def flat_map_fn(dummy_arg):
            return generator_dataset(running, specs, arguments, dummy_arg)

        return Dataset.from_tensors(0).flat_map(flat_map_fn)

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
        zipped = make("ZipDataset", [d._variant_tensor for d in flat], **structure.attributes(specs))
        return Dataset(zipped, specs, any(d._has_captured_ref for d in flat), inputs=flat)

    @staticmethod
    def list_files(file_pattern, shuffle=None, seed=None) -> Dataset:
        """The names of the files that match a pattern, shuffled unless `shuffle` is false."""
        from tinytf.ops.array import array_ops
        from tinytf.ops.control_flow.control_flow_ops import Assert
        from tinytf.ops.files import parsing_ops
        from tinytf.ops.math import math_ops
        from tinytf.ops.strings import string_ops

        with name_scope("list_files"):
            pattern = convert_to_tensor(file_pattern, dtype=dtypes.string, name="file_pattern")
            names = parsing_ops.matching_files(pattern)
            found = math_ops.greater(array_ops.shape(names)[0], 0, name="match_not_empty")
            message = math_ops.add("No files matched pattern: ", string_ops.reduce_join(pattern, separator=", "), name="message")
            with control_dependencies([Assert(found, [message], summarize=1, name="assert_not_empty")]):
                names = array_ops.identity(names)
            dataset = Dataset.from_tensor_slices(names)
            if shuffle or shuffle is None:
                size = math_ops.maximum(array_ops.shape(names, out_type=dtypes.int64)[0], 1)
                dataset = dataset.shuffle(size, seed=seed)
            return dataset

    # Transformations --------------------------------------------------------------------------------

    def _new(self, op_type, *inputs, specs=None, others=(), captures=False, **attrs) -> Dataset:
        specs = self._specs if specs is None else specs
        if op_type != "PaddedBatchDatasetV2":
            attrs.update(structure.attributes(specs))
        else:
            attrs["output_shapes"] = structure.attributes(specs)["output_shapes"]
        captures = captures or self._has_captured_ref or any(d._has_captured_ref for d in others)
        return Dataset(make(op_type, *inputs, **attrs), specs, captures, inputs=[self, *others])

    def map(self, map_func, num_parallel_calls=None) -> Dataset:
        """`map_func` of each element (a tuple's parts as arguments)."""
        if num_parallel_calls is None:
            return self._map(map_func)
        body = self._function(map_func, "map")
        calls = convert_to_tensor(num_parallel_calls, dtype=dtypes.int32, name="num_parallel_calls")
        return self._with(body, "ParallelMapDataset", "f", calls, specs=body.specs, preserve_cardinality=False)

    def _map(self, map_func, use_inter_op_parallelism=True) -> Dataset:
        body = self._function(map_func, "map")
        attrs = {"preserve_cardinality": False, "use_inter_op_parallelism": use_inter_op_parallelism}
        return self._with(body, "MapDataset", "f", specs=body.specs, **attrs)

    def map_with_legacy_function(self, map_func, num_parallel_calls=None) -> Dataset:
        """As `map`."""
        return self.map(map_func, num_parallel_calls)

    def flat_map(self, map_func) -> Dataset:
        """The elements of the datasets that `map_func` makes of the elements, one after the other."""
        body = self._function(map_func, "flat_map")
        return self._with(body, "FlatMapDataset", "f", specs=body.dataset_specs())

    def interleave(self, map_func, cycle_length=AUTOTUNE, block_length=1, num_parallel_calls=None) -> Dataset:
        """Blocks of elements, in turn, of the datasets that `map_func` makes, `cycle_length` at a time."""
        body = self._function(map_func, "interleave")
        cycle = 2 if cycle_length == AUTOTUNE else cycle_length
        numbers = [convert_to_tensor(v, dtype=dtypes.int64, name=n) for v, n in ((cycle, "cycle_length"), (block_length, "block_length"))]
        if num_parallel_calls is None:
            return self._with(body, "InterleaveDataset", "f", *numbers, specs=body.dataset_specs())
        numbers.append(convert_to_tensor(num_parallel_calls, dtype=dtypes.int64, name="num_parallel_calls"))
        return self._with(body, "ParallelInterleaveDatasetV2", "f", *numbers, specs=body.dataset_specs())

    def filter(self, predicate) -> Dataset:
        """The elements for which `predicate` gives true."""
        body = self._function(predicate, "filter")
        if not isinstance(body.specs, TensorSpec) or not body.specs.is_compatible_with(TensorSpec((), dtypes.bool)):
            raise ValueError("`predicate` must return a scalar boolean tensor.")
        return self._with(body, "FilterDataset", "predicate", specs=self._specs)

    def filter_with_legacy_function(self, predicate) -> Dataset:
        """As `filter`."""
        return self.filter(predicate)

    def reduce(self, initial_state, reduce_func):
        """The tensors of the state after `reduce_func(state, element)` took every element in."""
        with name_scope("initial_state"):
            state = structure.normalize(initial_state)

        def trace(state_specs):
            body = DatasetFunction(lambda s, e: reduce_func(s, e), "reduce", (state_specs, self._specs), unpack=True, readable=reduce_func)
            return body, body.specs

        body, specs = stable_state(trace, structure.specs_of(state))
        wires = make(
            "ReduceDataset", self._variant_tensor, structure.to_wire(specs, state), body.captured, f=body.reference, **structure.attributes(specs)
        )
        return structure.from_wire(specs, wires)

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
        for what, ours, theirs in (("types", self.output_types, dataset.output_types), ("classes", self.output_classes, dataset.output_classes)):
            if ours != theirs:
                raise TypeError(f"Two datasets to concatenate have different {what} {ours} and {theirs}")
        specs = structure.most_specific(self._specs, dataset._specs)
        return self._new("ConcatenateDataset", self._variant_tensor, dataset._variant_tensor, specs=specs, others=[dataset])

    def enumerate(self, start=0) -> Dataset:
        """(number, element) pairs."""
        return Dataset.zip((Dataset.range(start, np.iinfo(np.int64).max), self))

    def batch(self, batch_size, drop_remainder=False) -> Dataset:
        """Elements stacked `batch_size` at a time, the last batch smaller unless `drop_remainder`."""
        size = convert_to_tensor(batch_size, dtype=dtypes.int64, name="batch_size")
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        static = _static_size(size, drop)
        return self._new("BatchDatasetV2", self._variant_tensor, size, drop, specs=structure.map_structure(lambda s: s._batch(static), self._specs))

    def padded_batch(self, batch_size, padded_shapes, padding_values=None, drop_remainder=False) -> Dataset:
        """Elements padded (with 0, "" or `padding_values`) to `padded_shapes`, None meaning the largest of the batch, and stacked."""
        from tinytf.data import padding

        if any(isinstance(s, SparseTensorSpec) for s in structure.flatten(self._specs)):
            raise TypeError("Batching of padded sparse tensors is not currently supported")
        size = convert_to_tensor(batch_size, dtype=dtypes.int64, name="batch_size")
        leaves = structure.flatten(self._specs)
        shapes = [padding.shape_tensor(p, s.shape) for p, s in zip(structure.flatten_up_to(self._specs, padded_shapes), leaves)]
        values = padding.values(self._specs, padding_values)
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        static = _static_size(size, drop)
        specs = structure.pack(self._specs, [TensorSpec((static, *padding.static_dims(t)), s.dtype) for s, t in zip(leaves, shapes)])
        return self._new("PaddedBatchDatasetV2", self._variant_tensor, size, shapes, values, drop, specs=specs)

    def window(self, size, shift=None, stride=1, drop_remainder=False) -> Dataset:
        """Datasets of up to `size` elements each, `shift` apart: components become nested datasets."""
        inputs = [_int64(size, "size"), _int64(size if shift is None else shift, "shift"), _int64(stride, "stride")]
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        specs = structure.map_structure(DatasetSpec, self._specs)
        return self._new("WindowDataset", self._variant_tensor, *inputs, drop, specs=specs)

    def unbatch(self) -> Dataset:
        """The rows of each element."""

        def normalize(*parts):
            element = parts if type(self._specs) is tuple else parts[0]
            return tuple(structure.to_wire_rows(self._specs, element))

        first, *others = [structure.rows(s) for s in structure.flatten(self._specs)]
        if not all(first.is_compatible_with(size) for size in others):
            raise ValueError("Cannot unbatch an input whose components have different batch sizes.")
        dense = self.map(normalize)
        return dense._new("UnbatchDataset", dense._variant_tensor, specs=structure.map_structure(lambda s: s._unbatch(), self._specs))

    def apply(self, transformation_func) -> Dataset:
        """`transformation_func(self)`."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(f"`transformation_func` must return a Dataset. Got {dataset!r}.")
        return dataset

    def with_options(self, options) -> Dataset:
        """This dataset with options."""
        dataset = Dataset(self._variant_tensor, self._specs, self._has_captured_ref, inputs=[self])
        dataset._options = self._options.merge(options)
        return dataset

    def options(self) -> Options:
        """The options."""
        return self._options

    # Iterating --------------------------------------------------------------------------------------

    def _optimized(self) -> Dataset:
        """What TensorFlow puts between a dataset and its iterator."""
        dataset, options = self, self._options
        threads = options.experimental_threading
        if threads.max_intra_op_parallelism is not None:
            size = _int64(threads.max_intra_op_parallelism, "max_intra_op_parallelism")
            dataset = dataset._new("MaxIntraOpParallelismDataset", dataset._variant_tensor, size)
        if threads.private_threadpool_size is not None:
            size = _int64(threads.private_threadpool_size, "num_threads")
            dataset = dataset._new("PrivateThreadPoolDataset", dataset._variant_tensor, size)
        rewrites = options.experimental_optimization.rewrites()
        if not self._has_captured_ref and rewrites:
            names = convert_to_tensor(rewrites, dtype=dtypes.string, name="optimizations")
            dataset = dataset._new("OptimizeDataset", dataset._variant_tensor, names, optimization_configs=["map_vectorization:use_choose_fastest:false"])
        if options.experimental_optimization.autotune is not False:
            dataset = dataset._new("ModelDataset", dataset._variant_tensor)
        return dataset

    def make_initializable_iterator(self, shared_name=None) -> Iterator:
        """An iterator whose `initializer` starts it."""
        dataset = self._optimized()
        resource = make("IteratorV2", container="", shared_name=shared_name or "", **structure.attributes(self._specs))
        with colocate_with(resource):
            initializer = make("MakeIterator", dataset._variant_tensor, resource)
        return Iterator(resource, initializer, self.output_types, self.output_shapes, self.output_classes)

    def make_one_shot_iterator(self) -> Iterator:
        """An iterator that starts by itself.  Raises ValueError for a dataset that uses variables, tables or placeholders."""
        from tinytf.data.one_shot import factory_of

        factory = factory_of(self, get_default_graph())
        resource = make("OneShotIterator", dataset_factory=factory, **structure.attributes(self._specs))
        return Iterator(resource, None, self.output_types, self.output_shapes, self.output_classes)

    def __iter__(self):
        raise RuntimeError("__iter__() is only supported inside of tf.function or when eager execution is enabled.")

    def __repr__(self):
        name = "DatasetV1Adapter" if type(self) is Dataset else type(self).__name__  # TensorFlow's
        shapes, types = structure.map_structure(str, self.output_shapes), structure.map_structure(repr, self.output_types)
        return f"<{name} shapes: {shapes}, types: {types}>".replace("'", "")

    # Functions ----------------------------------------------------------------------------------------

    def _function(self, function, transformation) -> DatasetFunction:
        return DatasetFunction(function, f"Dataset_{transformation}", self._specs)

    def _with(self, body, op_type, attribute, *numbers, specs, **attrs) -> Dataset:
        attrs[attribute] = body.reference
        made = self._new(op_type, self._variant_tensor, body.captured, *numbers, specs=specs, captures=body.captures_ref, **attrs)
        made._traced = [body]
        return made

    def _inputs(self) -> list:
        """The datasets that this one is made of."""
        return self._of

    def _functions(self) -> list:
        """The functions that this transformation calls."""
        return self._traced


class DatasetSpec(BatchableTypeSpec):
    """A component that is itself a dataset.  Follows `tf.data.DatasetSpec` of TF 1.15."""

    value_type = Dataset

    def __init__(self, element_spec, dataset_shape=()):
        self._element_spec, self._dataset_shape = element_spec, TensorShape(dataset_shape)

    element_spec = property(lambda self: self._element_spec, doc="The specs of the dataset's elements.")

    @property
    def _wire(self):
        return TensorSpec(self._dataset_shape, dtypes.variant)

    def _to_wire(self, value):
        return value._variant_tensor

    def _to_wire_rows(self, value):
        return value._variant_tensor

    def _from_wire(self, tensor):
        return Dataset(tensor, self._element_spec)

    def _batch(self, size):
        return DatasetSpec(self._element_spec, TensorShape([size]).concatenate(self._dataset_shape))

    def _unbatch(self):
        return DatasetSpec(self._element_spec, self._dataset_shape[1:])

    def is_compatible_with(self, spec_or_value):
        """Whether the datasets' elements fit."""
        other = DatasetSpec(spec_or_value._specs) if isinstance(spec_or_value, Dataset) else spec_or_value
        return isinstance(other, DatasetSpec) and structure.compatible(self._element_spec, other._element_spec)

    def most_specific_compatible_type(self, other):
        """The spec whose elements fit both."""
        if not isinstance(other, DatasetSpec):
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return DatasetSpec(structure.most_specific(self._element_spec, other._element_spec), self._dataset_shape)

    def _serialize(self):
        return self._element_spec, self._dataset_shape

    def __eq__(self, other):
        return isinstance(other, DatasetSpec) and self._element_spec == other._element_spec and self._dataset_shape._dims == other._dataset_shape._dims

    def __hash__(self):
        return hash((DatasetSpec, self._dataset_shape._dims))

    def __repr__(self):
        return f"DatasetSpec({self._element_spec!r}, {self._dataset_shape})"


register_type_spec_from_value_converter(
    Dataset, lambda dataset: DatasetSpec(dataset._specs, dataset._variant_tensor.shape), allow_subclass=True
)


def _int64(value, name):
    return convert_to_tensor(value, dtype=dtypes.int64, name=name)


def _seeds(seed) -> list:
    """The seed tensors of a dataset op.  Two zeros would mean "not seeded": given ones become (0, 2**31 - 1)."""
    from tinytf.ops.array import select
    from tinytf.ops.math import math_ops

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


def get_structure(dataset_or_iterator):
    """The TypeSpecs of an element.  Follows `tf.data.experimental.get_structure` of TF 1.15."""
    specs = getattr(dataset_or_iterator, "_specs", None)
    if specs is None:
        raise TypeError(f"`dataset_or_iterator` must be a Dataset or Iterator object, but got {type(dataset_or_iterator)}.")
    return specs
