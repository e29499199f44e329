"""Elements of several datasets in one: interleaved, sampled, chosen."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.dataset import Dataset, _int64
from tinytf.data.experimental.sources import RandomDataset
from tinytf.data.functions import DatasetFunction
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor_spec import TensorSpec


def parallel_interleave(map_func, cycle_length, block_length=1, sloppy=False, buffer_output_elements=None, prefetch_input_elements=None):
    """A transformation: as `Dataset.interleave`; here elements always come in the fixed order."""

    def transform(dataset):
        body = DatasetFunction(map_func, "tf_data_experimental_parallel_interleave", dataset._specs)
        specs = body.dataset_specs()
        cycle, block = _int64(cycle_length, "cycle_length"), _int64(block_length, "block_length")
        order = convert_to_tensor(sloppy, dtype=dtypes.bool, name="sloppy")
        output = 2 * block_length if buffer_output_elements is None else buffer_output_elements
        ahead = 2 * cycle_length if prefetch_input_elements is None else prefetch_input_elements
        numbers = [cycle, block, order, _int64(output, "buffer_output_elements"), _int64(ahead, "prefetch_input_elements")]
        return dataset._with(body, "ParallelInterleaveDataset", "f", *numbers, specs=specs)

    return transform


def _directed(selector, datasets) -> Dataset:
    first = datasets[0]
    specs = first._specs
    for other in datasets[1:]:
        for what, ours, theirs in (("classes", first.output_classes, other.output_classes), ("types", first.output_types, other.output_types)):
            if ours != theirs:
                raise TypeError(f"All datasets must have the same {what}: {ours} and {theirs}.")
        specs = structure.most_specific(specs, other._specs)
    variants = [d._variant_tensor for d in datasets]
    return first._new("DirectedInterleaveDataset", selector._variant_tensor, variants, specs=specs, others=[selector, *datasets[1:]])


def choose_from_datasets(datasets, choice_dataset) -> Dataset:
    """The next element of the dataset that each number of `choice_dataset` names."""
    if not structure.compatible(choice_dataset._specs, TensorSpec((), dtypes.int64)):
        raise TypeError("`choice_dataset` must be a dataset of scalar `tf.int64` tensors.")
    return _directed(choice_dataset, datasets)


def sample_from_datasets(datasets, weights=None, seed=None) -> Dataset:
    """The next element of a dataset drawn at random, with the given weights (a vector, or a dataset of vectors)."""
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    count = len(datasets)

    def chosen(logits, words):
        numbers = make("StatelessMultinomial", logits, 1, words, output_dtype=dtypes.int64)
        return array_ops.squeeze(numbers, axis=[0, 1])

    if not isinstance(weights, Dataset):
        if weights is None:
            logits = [[1.0] * count]
        else:
            weights = convert_to_tensor(weights, name="weights")
            if weights.dtype not in (dtypes.float32, dtypes.float64):
                raise TypeError("`weights` must be convertible to a tensor of `tf.float32` or `tf.float64` elements.")
            if not weights.shape.is_compatible_with([count]):
                raise ValueError("`weights` must be a vector of length `len(datasets)`.")
            logits = array_ops.expand_dims(math_ops.log(weights, name="logits"), 0)
        if count == 1:
            return datasets[0]

        def select_dataset_constant_logits(words):
            return chosen(logits, words)

        selector = RandomDataset(seed).batch(2)._map(select_dataset_constant_logits, use_inter_op_parallelism=False)
    else:
        logits = weights.map(lambda *p: math_ops.log(p, name="logits"))

        def select_dataset_varying_logits(logits, words):
            return chosen(logits, words)

        both = Dataset.zip((logits, RandomDataset(seed).batch(2)))
        selector = both._map(select_dataset_varying_logits, use_inter_op_parallelism=False)
    return _directed(selector, datasets)


_DirectedInterleaveDataset = _directed  # its name in TensorFlow
