"""`Dataset.from_generator`: the three functions that start a Python generator, ask it for elements and stop it."""

from __future__ import annotations

import itertools

import numpy as np

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.dataset import Dataset
from tinytf.data.functions import DatasetFunction
from tinytf.graph.build import make
from tinytf.graph.tensor_spec import TensorSpec


class Generators:
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
            if not spec.shape.is_compatible_with(array.shape):
                raise ValueError(f"`generator` yielded an element of shape {array.shape} where an element of shape {spec.shape} was expected.")
            arrays.append(array)
        return arrays

    def stop(self, number):
        generator = self.running.pop(int(number), None)
        if hasattr(generator, "close"):
            generator.close()
        return np.int64(0)


def generator_dataset(running, specs, arguments, dummy) -> Dataset:
    """The GeneratorDataset of the generators `running`; `dummy` is handed to the function that starts one, for nothing."""
    from tinytf.ops.control_flow import script_ops

    leaves = structure.flatten(specs)

    def get_iterator_id_fn(unused_dummy):
        return script_ops.py_func(running.start, list(arguments), dtypes.int64)

    def generator_next_fn(number):
        values = script_ops.py_func(running.next, [number], [s.dtype for s in leaves])
        for value, spec in zip(values, leaves):
            value.set_shape(spec.shape)
        return structure.pack(specs, values)

    def finalize_fn(number):
        return script_ops.py_func(running.stop, [number], dtypes.int64)

    name = "Dataset_from_generator"
    begin = DatasetFunction(get_iterator_id_fn, name, TensorSpec(dummy.shape, dummy.dtype))
    following = DatasetFunction(generator_next_fn, name, begin.specs)
    end = DatasetFunction(finalize_fn, name, begin.specs)
    variant = make(
        "GeneratorDataset",
        [dummy, *begin.captured],
        following.captured,
        end.captured,
        init_func=begin.reference,
        next_func=following.reference,
        finalize_func=end.reference,
        **structure.attributes(specs),
    )
    return Dataset(variant, specs)
