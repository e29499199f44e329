"""`Defun`: Python functions as functions of the graph's library, called by ops whose type is the function's name.

    @Defun(tf.float32)
    def minus_one(x):
        return x - 1

`tf.function` came after it; graphs of TF 1.x that hold functions hold these.
"""

from __future__ import annotations

import base64
import hashlib
import inspect

from tinytf import dtypes
from tinytf.graph import op_def as op_defs
from tinytf.graph import op_entry
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.function import FuncGraph, get_function, to_function_def
from tinytf.graph.graph import get_default_graph
from tinytf.graph.shape_rules import unknown


def entry_of(op):
    """The entry of an op whose type is a function of its graph's library; None for any other op without one."""
    graph = op.graph
    if op.type not in graph._functions:
        if graph._library is None or all(f.signature.name != op.type for f in graph._library.function):
            return None
    return _entry(get_function(graph, op.type))


def _entry(function: FuncGraph):
    inputs = [op_defs.Arg(t.op.name, t.dtype.base_dtype) for t in function.inputs]
    outputs = [op_defs.Arg(f"output_{i}", t.dtype.base_dtype) for i, t in enumerate(function.outputs)]

    def kernel(op, resources):
        call = resources.call(function)

        def run(*arguments):
            values = call(*arguments)
            return values[0] if len(values) == 1 else values or None

        return run

    entry = op_entry.OpEntry(function.name, None, unknown, None, kernel, None, False)
    entry._op_def = op_defs.OpDef(function.name, inputs, outputs, [], ["is_stateful"] if function.stateful_operations else [])
    return entry


class Defun:
    """A decorator: the function takes tensors of these types (any, where none are given) and is called by one op.

    Keyword arguments: `func_name`, its name in the library (with a hash of its body where None); `out_names` of its
    results; `python_grad_func(op, *grads)`, its gradient; `shape_func(op)`, the static shapes of its results.
    Follows `tensorflow.python.framework.function.Defun` of TF 1.15.
    """

    def __init__(self, *input_types, **kwargs):
        self._input_types, self._kwargs = input_types, kwargs

    def __call__(self, func):
        """Decorates."""
        if not callable(func):
            raise ValueError("function %s must be callable" % func)
        parameters = list(inspect.signature(func).parameters.values())
        if any(p.kind in (p.KEYWORD_ONLY, p.VAR_KEYWORD) or p.default is not p.empty for p in parameters):
            raise ValueError("function with argument defaults or keywords arguments are not supported: %s" % func)
        names = [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]
        if self._input_types:
            if len(self._input_types) < len(names) or (len(self._input_types) > len(names) and len(names) == len(parameters)):
                raise ValueError("The function has fewer arguments than the number of specified input types.")
            return DefinedFunction(func, names, self._input_types, **self._kwargs)
        if not parameters:
            return DefinedFunction(func, [], [], **self._kwargs)
        return OverloadedFunction(func, names, **self._kwargs)


class DefinedFunction:
    """A function of these argument types; calling it adds an op."""

    def __init__(
        self, func, argnames, input_types, func_name=None, grad_func=None, python_grad_func=None, out_names=None, shape_func=None,
        capture_by_value=False, **kwargs,
    ):  # fmt: skip
        self._func, self._func_name, self._out_names, self._shape_func = func, func_name, out_names, shape_func
        self._arguments = [(argnames[i] if i < len(argnames) else "arg%d" % i, dtypes.as_dtype(t)) for i, t in enumerate(input_types)]
        if grad_func is not None:
            raise NotImplementedError("tinytf has no grad_func of Defun. Use python_grad_func")
        if capture_by_value:
            raise NotImplementedError("tinytf has no capture_by_value of Defun. Pass what it captures as arguments")
        self._python_grad_func, self._attrs, self._graph = python_grad_func, kwargs, None

    def _body(self) -> FuncGraph:
        if self._graph is not None:
            return self._graph
        graph = self._graph = FuncGraph("", get_default_graph())
        with graph.as_default():
            results = self._func(*[graph.argument(name, dtype, None) for name, dtype in self._arguments])
            if results is None:
                results = []
            elif not isinstance(results, (list, tuple)):
                results = [results]
            graph.outputs = [convert_to_tensor(r) for r in results]
            if any(t.graph is not graph for t in graph.outputs):
                graph.outputs = [t if t.graph is graph else graph.capture(t) for t in graph.outputs]
        graph.name = self._func_name or getattr(self._func, "__name__", "fn")
        if self._func_name is None:
            digest = hashlib.sha1(to_function_def(graph).SerializeToString(deterministic=True)).digest()
            graph.name += "_" + base64.b32encode(digest).decode()[:11]
        return graph

    @property
    def name(self) -> str:
        """Its name in the library."""
        return self._body().name

    @property
    def definition(self):
        """Its FunctionDef."""
        return to_function_def(self._body())

    @property
    def declared_input_types(self):
        """The types of its arguments."""
        return [dtype for _, dtype in self._arguments]

    @property
    def captured_inputs(self) -> list:
        """The tensors of the graph around that it uses."""
        return list(self._body().captures)

    @property
    def python_grad_func(self):
        """Its gradient."""
        return self._python_grad_func

    def add_to_graph(self, graph) -> None:
        """Puts it into a graph's library."""
        body = self._body()
        graph._functions.setdefault(body.name, body)

    def __call__(self, *args, **kwargs):
        """Adds the op; returns its result, a tuple of results, or the op."""
        body, graph = self._body(), get_default_graph()
        self.add_to_graph(graph)
        inputs = [convert_to_tensor(a) for a in args] + self.captured_inputs
        if len(inputs) != len(body.inputs):
            raise ValueError("Expected number of arguments: %d, received: %d" % (len(body.inputs), len(inputs)))
        for tensor, expected in zip(inputs, body.inputs):
            if tensor.dtype.base_dtype is not expected.dtype.base_dtype:
                raise ValueError("Expected type %s for argument '%s', received: %s" % (expected.dtype.name, expected.op.name, tensor.dtype.name))
        name = kwargs.pop("name", None)
        attrs = {"_" + k if k == "noinline" else k: v for k, v in {**self._attrs, **kwargs}.items()}
        types = [t.dtype.base_dtype for t in body.outputs]
        op = graph.create_op(body.name, inputs, types, name=name or body.name, attrs=attrs)
        op.entry = _entry(body)
        op._gradient_function = self._python_grad_func
        shapes = self._shape_func(op) if self._shape_func is not None else []
        for tensor, shape in zip(op.outputs, shapes):
            tensor.set_shape(shape)
        return op.outputs[0] if len(op.outputs) == 1 else tuple(op.outputs) or op


class OverloadedFunction:
    """A function of any argument types: one DefinedFunction for each that it is called with."""

    def __init__(self, func, argnames, **kwargs):
        self._func, self._argnames, self._kwargs, self._overload = func, argnames, kwargs, {}

    def instantiate(self, input_types) -> DefinedFunction:
        """The function of these types."""
        key = tuple(dtypes.as_dtype(t) for t in input_types)
        if key not in self._overload:
            kwargs = dict(self._kwargs)
            if kwargs.get("func_name"):
                kwargs["func_name"] = "_".join([kwargs["func_name"], *(t.name for t in key)])
            self._overload[key] = DefinedFunction(self._func, self._argnames, key, **kwargs)
        return self._overload[key]

    def __call__(self, *args, **kwargs):
        """Adds the op."""
        tensors = [convert_to_tensor(a) for a in args]
        return self.instantiate([t.dtype.base_dtype for t in tensors])(*tensors, **kwargs)
