"""A user's function on elements as a function of the graph's library."""

from __future__ import annotations

import warnings

from tinytf.data import structure
from tinytf.data.wires import wire
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.type_spec import TypeSpec
from tinytf.ops.autograph.conversion import tracing_converted
from tinytf.ops.functions import tracing


class DatasetFunction:
    """`function`, traced: `reference` is its name in the library, `captured` are the tensors it uses besides its
    arguments, `specs` describe its result.

    Args:
      function: takes an element of `specs` (the parts of a tuple as arguments, with `unpack`).
      name: the transformation that it is for, as it stands in the function's name.
      specs: of the element.
    """

    def __init__(self, function, name, specs, unpack=None, readable=None):
        unpack = type(specs) is tuple if unpack is None else unpack  # a namedtuple is one argument

        called_function = function

        def body(*wires):
            element = structure.from_wire(specs, wires)
            result = called_function(*element) if unpack else called_function(element)
            if isinstance(result, list):
                result = tuple(result)
            self.result = result
            try:
                with warnings.catch_warnings():
                    result, self.specs = structure.normalize_result(result)
            except (TypeError, ValueError) as error:
                raise TypeError(f"Unsupported return value from function passed to {_spoken(name)}: {result}.") from error
            return structure.to_wire(self.specs, result)

        wires = [wire(s) for s in structure.flatten(specs)]
        signature = [(f"args_{i}", w.dtype, w.shape._dims) for i, w in enumerate(wires)]
        called = getattr(readable or function, "__name__", type(function).__name__)
        self.name = name

        def trace(function):
            nonlocal called_function
            called_function = function
            return tracing.trace(body, f"{name}_{called}", signature, get_default_graph())

        self.graph = tracing_converted(trace, function)
        self.captured = list(self.graph.captures)
        self.captures_ref = _comes_from_ref(self.captured)
        self.reference = self.graph.name

    def dataset_specs(self):
        """The specs of the elements of the datasets that the function makes; TypeError where it makes none."""
        from tinytf.data.dataset import DatasetSpec

        if not isinstance(self.specs, DatasetSpec):
            raise TypeError("`map_func` must return a `Dataset` object.")
        return self.specs.element_spec


def _spoken(name) -> str:
    """'Dataset_map' as the user wrote it: 'Dataset.map()'."""
    if name.startswith("Dataset_"):
        return "Dataset." + name[len("Dataset_") :] + "()"
    return name.replace("tf_data_experimental_", "tf.data.experimental.") + "()"


def stable_state(trace, state_specs):
    """`trace(specs of the state)` until the state that it gives has the shapes that it took.

    `trace` returns (function, specs of the new state).  Returns the last function and the specs.
    TypeError where the new state differs in classes or types.
    """
    while True:
        function, new_specs = trace(state_specs)
        for what, of in (("classes", structure.classes), ("types", structure.types)):
            ours, theirs = of(state_specs), of(new_specs)
            try:
                same = structure.flatten(ours) == structure.flatten_up_to(ours, theirs)
            except (TypeError, ValueError, KeyError):
                same = False
            if not same:
                raise TypeError(f"The element {what} for the new state must match the initial state. Expected {ours}; got {theirs}.")
        relaxed = structure.map_structure(_relaxed, state_specs, new_specs)
        if structure.flatten(relaxed) == structure.flatten(state_specs):
            return function, state_specs
        state_specs = relaxed


def _relaxed(spec: TypeSpec, new: TypeSpec):
    return spec if not hasattr(spec, "shape") else type(spec)(spec.shape.most_specific_compatible_shape(new.shape), spec.dtype)


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
