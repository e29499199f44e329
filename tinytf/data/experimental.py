"""tf.data.experimental: transformations for `Dataset.apply`.  Follows the module of this name of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.dataset import AUTOTUNE, Dataset, Options, _int64, _seeds, _static_size  # noqa: F401
from tinytf.graph.convert import convert_to_tensor


def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """A transformation: `shuffle(buffer_size)` then `repeat(count)`, in one op."""

    def transform(dataset):
        size = _int64(buffer_size, "buffer_size")
        times = _int64(-1 if count is None else count, "count")
        return dataset._new("ShuffleAndRepeatDataset", dataset._variant_tensor, size, *_seeds(seed), times)

    return transform


def map_and_batch(map_func, batch_size, num_parallel_batches=None, drop_remainder=False, num_parallel_calls=None):
    """A transformation: `map(map_func)` then `batch(batch_size)`, in one op."""

    def transform(dataset):
        body = dataset._function(map_func, "map_and_batch")
        size = _int64(batch_size, "batch_size")
        parallel = _int64(num_parallel_calls or batch_size * (num_parallel_batches or 1), "num_parallel_calls")
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        static = _static_size(size, drop)
        specs = structure.map_structure(lambda s: s.batched(static), body.specs)
        return dataset._with(body, "MapAndBatchDataset", "f", size, parallel, drop, specs=specs)

    return transform


def unbatch():
    """A transformation: the rows of each element."""
    return Dataset.unbatch


def ignore_errors():
    """A transformation: the elements that can be computed."""
    return lambda dataset: dataset._new("ExperimentalIgnoreErrorsDataset", dataset._variant_tensor)


def prefetch_to_device(device, buffer_size=None):
    """A transformation: `prefetch`; there is one device."""
    return lambda dataset: dataset.prefetch(buffer_size)


def enumerate_dataset(start=0):
    """A transformation: (number, element) pairs."""
    return lambda dataset: dataset.enumerate(start)
