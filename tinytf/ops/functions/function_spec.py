"""What a Python function takes: its arguments' names and defaults, and the `input_signature` that it was given.

Follows `FunctionSpec` of TF 1.15.
"""

from __future__ import annotations

import functools
import inspect

import numpy as np

from tinytf import nest
from tinytf.graph.composite_tensor import CompositeTensor
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.ops.array.constant import constant


class FunctionSpec:
    """The arguments of `python_function`; `bound` says that an instance comes first, which no caller passes.

    TypeError or ValueError where an `input_signature` does not fit them.
    """

    def __init__(self, python_function, input_signature=None, bound: bool = False):
        while isinstance(python_function, functools.partial) and not python_function.args and not python_function.keywords:
            python_function = python_function.func
        parameters = list(inspect.signature(python_function).parameters.values())[1 if bound else 0 :]
        positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        self.arg_names = [p.name for p in positional]
        self.vararg_name = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
        self._defaults = {p.name: p.default for p in positional if p.default is not p.empty}
        self.input_signature = None
        if input_signature is None:
            return
        if any(p.kind is p.KEYWORD_ONLY for p in parameters):
            raise ValueError("Cannot define a TensorFlow function from a Python function with keyword-only arguments when input_signature is provided.")
        if not isinstance(input_signature, (tuple, list)):
            raise TypeError(f"input_signature must be either a tuple or a list, received {type(input_signature)}")
        self.input_signature = tuple(input_signature)
        if not all(isinstance(spec, TensorSpec) for spec in nest.flatten(self.input_signature, expand_composites=True)):
            raise TypeError(f"Invalid input_signature {input_signature}; input_signature must be a possibly nested sequence of TensorSpec objects.")

    def canonical(self, *args, **kwargs) -> tuple:
        """(arguments by position, the others by name): defaults filled in, NumPy arrays made tensors.

        TypeError or ValueError where they do not fit the function, or its signature.
        """
        args = list(args)
        if self.input_signature is not None:
            if len(args) > len(self.input_signature):
                raise TypeError(
                    f"When input_signature is provided, only pass arguments covered by it. Received {len(args)} argument(s)."
                )
            beyond = [name for name in kwargs if name not in self.arg_names[: len(self.input_signature)]]
            if beyond:
                raise TypeError(f"When input_signature is provided, only pass arguments covered by it. Received keyword arguments {beyond}.")
        for name in self.arg_names[len(args) :]:
            if name in kwargs:
                args.append(kwargs.pop(name))
            elif name in self._defaults and (self.input_signature is None or len(args) < len(self.input_signature)):
                args.append(self._defaults[name])
            else:
                break
        if self.input_signature is not None:
            return self._as_signature(tuple(args)), {}
        return _tensors_for_arrays(tuple(args)), _tensors_for_arrays(kwargs)

    def _as_signature(self, args):
        """The arguments as tensors of the signature's types."""
        try:
            values = nest.flatten_up_to(self.input_signature, args, expand_composites=True)
        except (TypeError, ValueError):
            raise ValueError("Structure of Python function inputs does not match input_signature:\n" + self._shown(args)) from None
        specs = nest.flatten(self.input_signature, expand_composites=True)
        try:
            values = [convert_to_tensor(v, dtype_hint=s.dtype) if not isinstance(v, (Tensor, TensorSpec)) else v for v, s in zip(values, specs)]
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"When input_signature is provided, all inputs to the Python function must be convertible to tensors:\n{self._shown(args)}"
            ) from error
        if not all(spec.is_compatible_with(value) for spec, value in zip(specs, values)):
            raise ValueError("Python inputs incompatible with input_signature:\n" + self._shown(args))
        return nest.pack_sequence_as(self.input_signature, values, expand_composites=True)

    def _shown(self, args) -> str:
        def listed(values):
            return "(\n" + (",\n".join("    " + str(v) for v in values) or "    ") + ")"

        return f"  inputs: {listed(args)}\n  input_signature: {listed(self.input_signature)}"


def _tensors_for_arrays(structure):
    def convert(value):
        return constant(value) if isinstance(value, (np.ndarray, np.generic)) else value

    return nest.map_structure(convert, structure, expand_composites=True)


def cache_key(args, kwargs):
    """What a trace depends on: types and shapes of tensors, values of everything else."""
    structure = (args, sorted(kwargs.items()))
    return tuple(_leaf_key(v) for v in nest.flatten(structure, expand_composites=True)), _structure_key(structure)


def _leaf_key(value):
    if isinstance(value, (Tensor, TensorSpec)):
        dims = value.shape._dims
        return ("tensor", value.dtype.base_dtype, dims, getattr(value, "name", None) if isinstance(value, TensorSpec) else None)
    try:
        hash(value)
    except TypeError:
        return (type(value), id(value))
    return (type(value), value)


def _structure_key(structure):
    if isinstance(structure, dict):
        return tuple((key, _structure_key(value)) for key, value in sorted(structure.items()))
    if isinstance(structure, (list, tuple)):
        return (type(structure), *map(_structure_key, structure))
    if isinstance(structure, CompositeTensor):
        return type(structure)
    return None
