"""Transformations that go through a dataset once: scan, take_while, unique …; and what is known of its size."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.dataset import Dataset, _int64, _seeds
from tinytf.data.functions import DatasetFunction, stable_state
from tinytf.graph.build import make
from tinytf.graph.tensor_spec import TensorSpec

INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2
INFINITE, UNKNOWN = INFINITE_CARDINALITY, UNKNOWN_CARDINALITY  # their names in tensorflow.python.data.experimental.ops.cardinality


def scan(initial_state, scan_func):
    """A transformation: `scan_func(state, element)` gives the next state and an element of the new dataset."""

    def transform(dataset):
        state = structure.normalize(initial_state)
        made = {}

        def trace(state_specs):
            body = DatasetFunction(_pair(scan_func), "tf_data_experimental_scan", (state_specs, dataset._specs), unpack=True, readable=scan_func)
            if not isinstance(body.specs, tuple) or len(body.specs) != 2:
                raise TypeError("The scan function must return a pair comprising the new state and the output value.")
            made["specs"] = body.specs[1]
            return body, body.specs[0]

        body, state_specs = stable_state(trace, structure.specs_of(state))
        inputs = dataset._variant_tensor, structure.to_wire(state_specs, state), body.captured
        return dataset._new("ScanDataset", *inputs, specs=made["specs"], captures=body.captures_ref, f=body.reference, preserve_cardinality=True)

    return transform


def _pair(scan_func):
    def call(state, element):
        result = scan_func(state, element)
        if not (isinstance(result, (tuple, list)) and len(result) == 2):
            raise TypeError("The scan function must return a pair comprising the new state and the output value.")
        return result

    return call


def take_while(predicate):
    """A transformation: the elements before the first for which `predicate` is false."""

    def transform(dataset):
        body = DatasetFunction(predicate, "tf_data_experimental_take_while", dataset._specs)
        if not isinstance(body.specs, TensorSpec) or not body.specs.is_compatible_with(TensorSpec((), dtypes.bool)):
            raise ValueError("`predicate` must return a scalar boolean tensor.")
        return dataset._with(body, "TakeWhileDataset", "predicate", specs=dataset._specs)

    return transform


def unique():
    """A transformation: each element once, where it comes first."""

    def transform(dataset):
        if dataset._specs not in [TensorSpec(s.shape, t) for s in structure.flatten(dataset._specs) for t in (dtypes.int32, dtypes.int64, dtypes.string)]:
            raise TypeError("`tf.data.experimental.unique()` only supports inputs with a single `tf.int32`, `tf.int64`, or `tf.string` component.")
        return dataset._new("UniqueDataset", dataset._variant_tensor)

    return transform


def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """A transformation: `shuffle(buffer_size)` then `repeat(count)`, in one op."""

    def transform(dataset):
        size = _int64(buffer_size, "buffer_size")
        times = _int64(-1 if count is None else count, "count")
        return dataset._new("ShuffleAndRepeatDataset", dataset._variant_tensor, size, *_seeds(seed), times)

    return transform


def ignore_errors():
    """A transformation: the elements that can be computed."""
    return lambda dataset: dataset._new("IgnoreErrorsDataset", dataset._variant_tensor)


def sleep(sleep_microseconds):
    """A transformation: a pause before each element.  Follows `sleep.sleep` of TF 1.15."""
    return lambda dataset: dataset._new("SleepDataset", dataset._variant_tensor, sleep_microseconds)


def non_serializable():
    """A transformation that changes nothing.  Follows `optimization.non_serializable` of TF 1.15."""
    return lambda dataset: dataset._new("NonSerializableDataset", dataset._variant_tensor)


def prefetch_to_device(device, buffer_size=None):
    """A transformation: `prefetch`; there is one device."""
    return lambda dataset: dataset.prefetch(buffer_size)


def enumerate_dataset(start=0):
    """A transformation: (number, element) pairs."""
    return lambda dataset: dataset.enumerate(start)


def cardinality(dataset: Dataset):
    """The number of elements, INFINITE_CARDINALITY or UNKNOWN_CARDINALITY, as an int64 tensor."""
    return make("DatasetCardinality", dataset._variant_tensor)


def get_single_element(dataset: Dataset):
    """The one element of a dataset; InvalidArgumentError where there are none or several."""
    if not isinstance(dataset, Dataset):
        raise TypeError("`dataset` must be a `tf.data.Dataset` object.")
    wires = make("DatasetToSingleElement", dataset._variant_tensor, **structure.attributes(dataset._specs))
    return structure.from_wire(dataset._specs, wires)
