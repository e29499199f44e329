"""`Dataset.from_generator`: the three functions that start a Python generator, ask it for elements and stop it."""

from __future__ import annotations

import itertools

import numpy as np

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.dataset import Dataset
from tinytf.graph.build import make
from tinytf.graph.default_graph import get_default_graph
from tinytf.ops import tracing


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


def generator_dataset(running, specs, arguments) -> Dataset:
    from tinytf.ops import script_ops

    leaves = structure.flatten(specs)
    graph = get_default_graph()
    number = [("args_0", dtypes.int64, ())]

    def following(n):
        values = script_ops.py_func(running.next, [n], [s.dtype for s in leaves])
        for value, spec in zip(values, leaves):
            value.set_shape(spec.shape)
        return values

    def begin(*given):
        return [_scalar(script_ops.py_func(running.start, list(given), dtypes.int64))]

    given = [(f"args_{i}", a.dtype.base_dtype, a.dims) for i, a in enumerate(arguments)]
    name = "Dataset_from_generator_"
    init = tracing.trace(begin, name + "get_iterator_id_fn", given, graph)
    step = tracing.trace(following, name + "generator_next_fn", number, graph)
    final = tracing.trace(lambda n: [_scalar(script_ops.py_func(running.stop, [n], dtypes.int64))], name + "finalize_fn", number, graph)
    variant = make(
        "GeneratorDataset", list(arguments), [], [], init_func=init.name, next_func=step.name, finalize_func=final.name, **structure.attributes(specs)
    )
    return Dataset(variant, specs)


def _scalar(tensor):
    tensor.set_shape(())
    return tensor
