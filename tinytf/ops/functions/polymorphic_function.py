"""`defun`: a Python function that is traced anew for each kind of arguments, and called by ops of the graph.

Follows `Function` and `defun` of `tensorflow.python.eager.function` of TF 1.15.
"""

from __future__ import annotations

import contextlib
import functools

from tinytf import nest, protos
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.function import USER_NAME, FuncGraph
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.ops.autograph.conversion import tracing_converted
from tinytf.ops.functions import tracing
from tinytf.ops.functions.concrete_function import ConcreteFunction, signature_of
from tinytf.ops.functions.function_spec import FunctionSpec, cache_key


class Function:
    """A Python function, and its traces by graph and kind of arguments; it is traced within the context that `scope()` gives."""

    def __init__(
        self, python_function, name, input_signature=None, attributes=None, autograph=True, autograph_options=None, scope=contextlib.nullcontext
    ):  # fmt: skip
        self._python_function, self._name = python_function, name
        self._spec = FunctionSpec(python_function, input_signature)
        self._attributes, self._autograph, self._autograph_options = _checked(attributes), autograph, autograph_options
        self._scope = scope
        self._traces: dict = {}
        self._bound: dict = {}
        functools.update_wrapper(self, python_function, updated=())

    def __call__(self, *args, **kwargs):
        """Adds the op that calls the trace for these arguments; its results, in the structure that the function returns."""
        concrete, args, kwargs = self._traced(args, kwargs)
        return concrete._filtered_call(args, kwargs)

    def __get__(self, instance, owner):
        """The method of `instance`, which is traced for each instance."""
        if instance is None:
            return self
        return self._of_instance(instance)

    def _of_instance(self, instance):
        bound = self._bound.get(id(instance))
        if bound is None or bound[0] is not instance:
            method = self._python_function.__get__(instance, type(instance))
            made = Function(method, self._name, self._spec.input_signature, self._attributes, self._autograph, self._autograph_options, self._scope)
            bound = self._bound[id(instance)] = (instance, made)
        return bound[1]

    @property
    def python_function(self):
        """The function in Python."""
        return self._python_function

    @property
    def input_signature(self):
        """The `input_signature` that it was given, or None."""
        return self._spec.input_signature

    def get_concrete_function(self, *args, **kwargs) -> ConcreteFunction:
        """The trace for these arguments, of which some may be TensorSpecs.  ValueError for arguments beside an input_signature that differ."""
        if self._spec.input_signature is not None and not args and not kwargs:
            args = self._spec.input_signature
        concrete, _, _ = self._traced(args, kwargs)
        concrete._name_arguments()
        return concrete

    def _traced(self, args, kwargs) -> tuple:
        args, kwargs = self._spec.canonical(*args, **kwargs)
        graph = get_default_graph()
        traces = self._traces.setdefault(id(graph), (graph, {}))[1]
        specs = args if self._spec.input_signature is None else self._spec.input_signature
        key = cache_key(specs, kwargs)
        concrete = traces.get(key)
        if concrete is None:
            concrete = traces[key] = self._trace(graph, specs, kwargs)
        return concrete, args, kwargs

    def _trace(self, graph, args, kwargs) -> ConcreteFunction:
        return tracing_converted(lambda function: self._trace_once(function, graph, args, kwargs), self._python_function, self._autograph)

    def _trace_once(self, function, graph, args, kwargs) -> ConcreteFunction:
        body = FuncGraph(self._name, graph, tracing._collections_of(graph))
        names = self._spec.arg_names[: len(args)]
        beyond = len(args) - len(names)
        names += [f"{self._spec.vararg_name}_{i}" for i in range(beyond)] if beyond else []
        with body.as_default():
            inner_args = tuple(arguments(body, value, name) for value, name in zip(args, names))
            inner_kwargs = {key: arguments(body, kwargs[key], key) for key in sorted(kwargs)}
        signature = signature_of(inner_args, inner_kwargs)
        def call():
            with self._scope():
                return function(*inner_args, **inner_kwargs)

        tracing.trace_into(body, call, shown_as=self._python_function)
        _handles_last(body, inner_args, inner_kwargs)
        return ConcreteFunction(body, self._attributes, signature)


def arguments(body: FuncGraph, structure, name: str | None):
    """`structure` with arguments of the function in place of tensors, specs and variables; other values stay."""
    leaves = nest.flatten(structure, expand_composites=True)
    specs = [v for v in leaves if isinstance(v, TensorSpec)]
    if len(specs) > 1 and len({bool(s.name) for s in specs}) > 1:
        raise ValueError("If specifying TensorSpec names for nested structures, either zero or all names have to be specified.")
    return nest.pack_sequence_as(structure, [_argument(body, leaf, name) for leaf in leaves], expand_composites=True)


def _argument(body: FuncGraph, value, name: str | None):
    if isinstance(value, (Tensor, TensorSpec)):
        asked = value.name if isinstance(value, TensorSpec) and value.name else name
        if asked is None:
            return body.argument("Placeholder", value.dtype.base_dtype, value.shape)
        try:
            argument = body.argument(asked, value.dtype.base_dtype, value.shape)
        except ValueError:  # no name for a node
            argument = body.argument("Placeholder", value.dtype.base_dtype, value.shape)
        argument.op._set_attr(USER_NAME, protos.AttrValue(s=asked.encode()))
        return argument
    if getattr(value, "_handle", None) is not None:
        argument = body.capture(value.handle, name)
        argument.op._set_attr(USER_NAME, protos.AttrValue(s=name.encode()))
    return value


def _handles_last(body: FuncGraph, args, kwargs) -> None:
    """Variables that were arguments are arguments, and no captures any more."""
    for value in nest.flatten((args, kwargs), expand_composites=True):
        if getattr(value, "_handle", None) is not None:
            body.captures.pop(value.handle, None)


def _checked(attributes) -> dict:
    known = {}
    for key, value in (attributes or {}).items():
        if isinstance(value, (bool, int, float)):
            known[key] = value
        elif isinstance(value, (str, bytes)):
            known[key] = value.encode() if isinstance(value, str) else value
        else:
            raise ValueError(f"Unsupported attribute type for {key} with type {type(value)}")
    return known


def defun(
    func=None, input_signature=None, autograph=True, experimental_autograph_options=None, experimental_relax_shapes=False
):  # fmt: skip
    """A Function of `func`, or the decorator that makes one.  Follows tf.contrib.eager.defun of TF 1.15."""
    return defun_with_attributes(func, input_signature, None, autograph, experimental_autograph_options, experimental_relax_shapes)


def defun_with_attributes(
    func=None, input_signature=None, attributes=None, autograph=True, experimental_autograph_options=None, experimental_relax_shapes=False
):  # fmt: skip
    """As `defun`; `attributes` stand in the FunctionDef."""

    def decorate(function):
        name = getattr(function, "__name__", type(function).__name__)
        return Function(function, name, input_signature, attributes, autograph, experimental_autograph_options)

    return decorate(func) if func is not None else decorate
