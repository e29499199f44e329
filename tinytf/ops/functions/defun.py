"""`Defun`: Python functions as functions of the graph's library, called by ops whose type is the function's name.

    @Defun(tf.float32)
    def minus_one(x):
        return x - 1

`tf.function` came after it; graphs of TF 1.x that hold functions hold these.
Follows `tensorflow.python.framework.function` of TF 1.15.
"""

from __future__ import annotations

import inspect

from tinytf import dtypes, protos
from tinytf.graph import function_call
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.function import FuncGraph, add_function, check_out_names, to_function_def
from tinytf.graph.function_hash import function_hash
from tinytf.graph.graph import Graph
from tinytf.ops.functions import functional_ops
from tinytf.ops.state import variable_scope

_TYPE_LETTERS = {
    "float16": "f16", "float32": "f32", "float64": "f64", "int32": "i32", "uint8": "i8", "uint16": "u16", "uint32": "u32",
    "uint64": "u64", "int16": "i16", "int8": "i8", "string": "s", "complex64": "c64", "complex128": "c128", "int64": "i64",
    "bool": "b", "qint8": "qi8", "quint8": "qu8", "qint16": "qi16", "quint16": "qu16", "qint32": "qi32", "bfloat16": "b16",
}  # fmt: skip


class _FuncGraph(FuncGraph):
    """The body of a Defun: what it takes from the graph around becomes an argument, or is copied."""

    shows_shapes = False

    def __init__(self, name: str, outer: Graph, capture_by_value=False, whitelisted_stateful_ops=None):
        super().__init__(name, outer)
        self._functions, self._library = {}, None  # those that the body itself calls
        self._outer_scope = variable_scope.get_variable_scope()
        self._by_value, self._copyable = capture_by_value, whitelisted_stateful_ops or ()
        self.extra_inputs: list = []  # tensors of the graph around, and the arguments that stand for them
        self.extra_args: list = []
        self.extra_vars: list = []
        self._captured = self.captures  # by this name TensorFlow knows a Defun's body, in which control flow is Switch and Merge

    def capture(self, tensor, name=None):
        """What stands here for a tensor of the graph around."""
        found = self.captures.get(tensor)
        if found is not None:
            return found
        if self._by_value:
            return self._copy(tensor.op)[tensor.value_index]
        from tinytf.ops.array.placeholder import placeholder

        with self.control_dependencies(None):
            found = self.captures[tensor] = placeholder(tensor.dtype.base_dtype, shape=tensor.get_shape(), name=name)
        self.inputs.append(found)
        self.extra_inputs.append(tensor)
        self.extra_args.append(found)
        return found

    def _copy(self, op) -> list:
        kind = "a placeholder" if op.type == "Placeholder" else "a stateful node" if op._is_stateful and op not in self._copyable else None
        if kind:
            raise ValueError(f"Cannot capture {kind} (name:{op.name}, type:{op.type}) by value.")
        inputs = [self._copy(t.op)[t.value_index] for t in op._inputs]  # anew for each use, as in TensorFlow
        copied = Graph.create_op(self, op.type, inputs, [t.dtype for t in op.outputs], name=op.name, attrs=dict(op.attrs))
        self.captures.update(zip(op.outputs, copied.outputs))
        return copied.outputs

    def control_dependencies(self, control_inputs):
        """As in Graph: what is outside of the function cannot be waited for."""
        return Graph.control_dependencies(self, control_inputs)

    def getvar(self, getter, name, *args, **kwargs):
        """Variables are made in the graph around, in the scope in which the function is defined."""
        kwargs.pop("custom_getter", None)
        with self.outer_graph.as_default():
            var = self._outer_scope.get_variable(variable_scope._get_default_variable_store(), name, *args, **kwargs)
            self.extra_vars.append(var)
            is_resource = getattr(var, "_handle", None) is not None
            value = var.value() if is_resource else None
        return self.capture(value) if is_resource else var

    @property
    def control_outputs(self) -> list:
        """A Defun names no operations that must run."""
        return []


def func_graph_from_py_func(
    func, arg_names, arg_types, name=None, capture_by_value=False, collections_ref=None, arg_shapes=None, whitelisted_stateful_ops=None
):  # fmt: skip
    """The _FuncGraph of calling `func` on placeholders.  ValueError where it returns None among others.  Follows TF 1.15."""
    name = name or getattr(func, "__name__", type(func).__name__)
    graph = _FuncGraph(name, get_default_graph(), capture_by_value, whitelisted_stateful_ops)
    with graph.as_default():
        if collections_ref is not None:
            graph._collections = collections_ref
        for arg, dtype, shape in zip(arg_names, arg_types, arg_shapes or [None] * len(arg_types)):
            graph.argument(arg, dtype, shape)
        with variable_scope.variable_scope("", custom_getter=graph.getvar):
            results = func(*graph.inputs)
        if results is None:
            results = []
        elif not isinstance(results, (list, tuple)):
            results = [results]
        if any(r is None for r in results):
            raise ValueError(f"Function {name} can not return None.")
        tensors = [convert_to_tensor(r) for r in results]
        graph.outputs = [t if t.graph is graph else graph.capture(t) for t in tensors]
    return graph


class Defun:
    """A decorator: the function takes tensors of these types (any, where none are given) and is called by one op.

    Keyword arguments: `func_name`, its name in the library (with a hash of its body where None); `out_names` of its
    results; `grad_func`, a Defun of its inputs and its results' gradients; `python_grad_func(op, *grads)`, its gradient;
    `shape_func(op)`, the static shapes of its results; `noinline`; `capture_by_value`, which copies what it captures.
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
            return _DefinedFunction(func, names, self._input_types, **self._kwargs)
        if not parameters:
            return _DefinedFunction(func, [], [], **self._kwargs)
        return _OverloadedFunction(func, names, **self._kwargs)


class _DefinedFunction:
    """A function of these argument types; calling it adds an op."""

    def __init__(
        self, func, argnames, input_types, func_name=None, grad_func=None, python_grad_func=None, out_names=None, shape_func=None,
        capture_by_value=False, whitelisted_stateful_ops=None, capture_resource_var_by_value=True, **kwargs,
    ):  # fmt: skip
        self._func, self._func_name, self._out_names, self._shape_func = func, func_name, out_names, shape_func
        self._arg_names = [argnames[i] if i < len(argnames) else "arg%d" % i for i in range(len(input_types))]
        self._arg_types = [dtypes.as_dtype(t) for t in input_types]
        self._grad_func, self._python_grad_func = grad_func, python_grad_func
        self._by_value, self._copyable = capture_by_value, whitelisted_stateful_ops
        self._kwargs, self._graph = kwargs, None

    def _body(self) -> _FuncGraph:
        if self._graph is not None:
            return self._graph
        outer = get_default_graph()
        # Variables that the body makes belong to the graph around.
        keys = [*_variable_collections(), variable_scope._STORE_KEY]
        shared = {key: outer._collections.setdefault(key, []) for key in keys}
        graph = func_graph_from_py_func(
            self._func, self._arg_names, self._arg_types, self._func_name, self._by_value, shared, None, self._copyable
        )  # fmt: skip
        graph.out_names, graph.description = list(self._out_names or ()), inspect.getdoc(self._func) or ""
        if graph.out_names:
            check_out_names(graph.out_names, graph.outputs)
        graph.name = self._func_name or getattr(self._func, "__name__", type(self._func).__name__)
        if self._func_name is None:
            if self._grad_func is not None:
                graph.name += "_" + self._grad_func.name
            graph.name += "_" + function_hash(to_function_def(graph))
        graph.attrs = _call_attrs(self._kwargs)
        if self._grad_func is not None:
            graph.gradient_name = self._grad_func.name
        self._graph = graph
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
    def _signature(self):
        return self.definition.signature

    @property
    def declared_input_types(self):
        """The types of its arguments."""
        return list(self._arg_types)

    @property
    def captured_inputs(self) -> list:
        """The tensors of the graph around that it uses."""
        return list(self._body().extra_inputs)

    @property
    def stateful_ops(self) -> list:
        """(name, type) of the body's operations with state."""
        return [(op.name, op.type) for op in self._body().stateful_operations]

    @property
    def grad_func_name(self):
        """The name of its gradient in the library, or None."""
        return self._grad_func.name if self._grad_func is not None else None

    @property
    def python_grad_func(self):
        """Its gradient in Python, or None."""
        return self._python_grad_func

    def add_to_graph(self, graph) -> None:
        """Puts it, what it calls and its gradient into a graph's library."""
        body = self._body()
        if self._grad_func is not None and self._python_grad_func is not None:
            raise ValueError(f"Gradient defined twice for function {body.name}")
        if body.name not in graph._functions:
            add_function(graph, body)
        for function in body._functions.values():
            if function.name not in graph._functions:
                add_function(graph, function)
        if self._grad_func is not None:
            self._grad_func.add_to_graph(graph)

    def __call__(self, *args, **kwargs):
        """Adds the op; returns its result, a tuple of results, or the op."""
        graph = get_default_graph()
        self.add_to_graph(graph)
        body = self._body()
        inputs = [convert_to_tensor(a) for a in args] + self.captured_inputs
        if len(inputs) != len(body.inputs):
            raise ValueError("Expected number of arguments: %d, received: %d" % (len(body.inputs), len(inputs)))
        for tensor, expected in zip(inputs, body.inputs):
            if tensor.dtype.base_dtype is not expected.dtype.base_dtype:
                raise ValueError("Expected type %s for argument '%s', received: %s" % (expected.dtype.name, expected.op.name, tensor.dtype.name))
        name = kwargs.pop("name", None)
        types = [t.dtype.base_dtype for t in body.outputs]
        op = graph.create_op(body.name, inputs, types, name=name or body.name, attrs=_call_attrs(kwargs))
        op.entry = function_call.entry_of_function(body)
        op._gradient_function = self._python_grad_func
        if self._shape_func is not None:
            shapes = self._shape_func(op)
            if len(shapes) != len(op.outputs):
                raise ValueError(f"shape_func produced {len(shapes)} shapes for {len(op.outputs)} outputs")
            for tensor, shape in zip(op.outputs, shapes):
                tensor.set_shape(shape)
        return op.outputs[0] if len(op.outputs) == 1 else tuple(op.outputs) or op


class _OverloadedFunction:
    """A function of any argument types: one _DefinedFunction for each that it is called with."""

    def __init__(self, func, argnames, func_name=None, grad_func=None, **kwargs):
        self._func, self._argnames, self._func_name, self._grad_func = func, argnames, func_name, grad_func
        self._kwargs, self._overload = kwargs, {}

    def instantiate(self, input_types) -> _DefinedFunction:
        """The function of these types."""
        types = [dtypes.as_dtype(t).base_dtype for t in input_types]
        key = "".join(_TYPE_LETTERS[t.name] for t in types)
        defined = self._overload.get(key)
        if defined is None:
            name = f"{self._func_name}_{key}" if self._func_name else None
            defined = self._overload[key] = _DefinedFunction(self._func, self._argnames, types, name, **self._kwargs)
            body = defined._body()
            if self._grad_func is not None:
                defined._grad_func = self._grad_func.instantiate([*types, *(t.dtype for t in body.outputs)])
                body.gradient_name = defined._grad_func.name
        return defined

    def __call__(self, *args, **kwargs):
        """Adds the op."""
        tensors = [convert_to_tensor(a) for a in args]
        return self.instantiate([t.dtype.base_dtype for t in tensors])(*tensors, **kwargs)


def _call_attrs(kwargs: dict) -> dict:
    """The attributes of a call and of the function itself; ValueError for what is not known."""
    attrs = {"_disable_call_shape_inference": True}
    for key, value in kwargs.items():
        if key == "noinline":
            attrs["_noinline"] = bool(value)
        elif key == "compiled":
            attrs["_XlaCompile"] = bool(value)
        elif key == "separate_compiled_gradients":
            attrs["_XlaSeparateCompiledGradients"] = bool(value)
        elif key.startswith("experimental_"):
            attrs[key] = value.encode() if isinstance(value, str) else value
        else:
            raise ValueError(f"Unknown keyword arguments: {list(kwargs)}")
    return attrs


def _variable_collections() -> list:
    from tinytf.graph.keys import GraphKeys

    return list(GraphKeys._VARIABLE_COLLECTIONS)


def symbolic_gradient_of_call(op, *out_grads) -> list:
    """The gradient of a call: one SymbolicGradient op, which derives the function when it runs.  Follows `_SymGrad` of TF 1.15."""
    from tinytf.ops.autodiff import default_gradient

    f = protos.NameAttrList(name=op.attr("f").name if op.type.endswith("PartitionedCall") else op.type)
    for key, value in op.node_def.attr.items():
        f.attr[key].CopyFrom(value)
    types = [default_gradient.zeros_dtype(t) for t in op.inputs]
    result = functional_ops.symbolic_gradient([*op.inputs, *out_grads], types, f)
    return result if isinstance(result, list) else [result]


def _extras(what: str) -> list:
    graph = get_default_graph()
    return getattr(graph, what) if isinstance(graph, _FuncGraph) else []


def get_extra_vars() -> list:
    """The variables that the function now being defined uses from outside."""
    return _extras("extra_vars")


def get_extra_inputs() -> list:
    """The tensors that the function now being defined uses from outside."""
    return _extras("extra_inputs")


def get_extra_args() -> list:
    """The arguments that stand for `get_extra_inputs()`."""
    return _extras("extra_args")
