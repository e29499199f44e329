"""`ConcreteFunction`: one trace of a Python function, called by a `PartitionedCall` op, with its gradient.

Its gradient is another function.  What that needs of the values within, the forward function hands out as further results, and
the call is changed to call this longer function: so a call whose gradient nobody asks for stays as it is.
Follows `tensorflow.python.eager.function` of TF 1.15.
"""

from __future__ import annotations

import copy

from tinytf import dtypes, nest, protos
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.function import USER_NAME, FuncGraph, add_function, to_function_def
from tinytf.graph.tensor import Tensor, next_uid
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.ops.array import constant
from tinytf.ops.autodiff import default_gradient
from tinytf.ops.autodiff.gradient_registry import register_unique
from tinytf.ops.autodiff.gradients import build_gradients, is_trainable
from tinytf.ops.functions import tracing

# What the call tells TensorFlow's runtime: the devices of its machine, and where there are no results, to change nothing.
_CONFIG = protos.ConfigProto(device_count={"CPU": 1, "GPU": 0}, gpu_options={"experimental": {}}).SerializeToString(deterministic=True)
_CONFIG_WITHOUT_RESULTS = b"R\x05R\x03\x98\x01\x01"


class ConcreteFunction:
    """A function of fixed argument types.  Calling it adds the op that calls it; the results have the structure that it returned."""

    def __init__(self, func_graph: FuncGraph, attrs=None, signature=None):
        self._func_graph = func_graph
        self._signature, self._arg_keywords, self._num_positional_args = signature, None, None
        self._captured_inputs = list(func_graph.captures)
        self._inference = _named_copy(func_graph, f"__inference_{func_graph.name}_{next_uid()}", attrs)
        self._differentiable: dict = {}
        self._gradient_name = f"PartitionedCall-{next_uid()}"
        register_unique(self._gradient_name, self._rewrite_forward_and_call_backward)

    def _name_arguments(self) -> None:
        """Lets callers give the arguments by the names that the function gave them."""
        captured = {id(t) for t in self._func_graph.captures.values()}
        own = [t for t in self._func_graph.inputs if id(t) not in captured]
        self._arg_keywords = [t.op.attrs.get(USER_NAME, protos.AttrValue(s=t.op.name.encode())) for t in own]
        self._arg_keywords = [_text(keyword) for keyword in self._arg_keywords]
        self._num_positional_args = len(own)

    def __call__(self, *args, **kwargs):
        """Adds the call; TypeError for arguments that are too many, missing or unknown."""
        args = list(args)
        if self._arg_keywords is None:
            if kwargs:
                raise NotImplementedError("Keyword arguments not supported when calling a wrap_function-decorated function.")
            return self._call_flat(nest.flatten(args, expand_composites=True))
        if len(args) > self._num_positional_args:
            names = self._arg_keywords[: self._num_positional_args]
            raise TypeError(f"Expected at most {self._num_positional_args} positional arguments ({names}), got {len(args)}: {args}.")
        for keyword in self._arg_keywords[len(args) :]:
            if keyword not in kwargs:
                raise TypeError(f"Expected argument names {self._arg_keywords} but got values for {[*kwargs]}. Missing: {keyword}.")
            args.append(kwargs.pop(keyword))
        if kwargs:
            raise TypeError(f"Got unexpected keyword arguments: {sorted(kwargs)}.")
        return self._call_flat(args)

    def _filtered_call(self, args, kwargs):
        """Calls it with what the Python function takes: of that, the tensors and variables are its arguments."""
        return self._call_flat([v for v in nest.flatten((args, kwargs), expand_composites=True) if is_argument(v)])

    def _call_flat(self, args, captured_inputs=None):
        captured = self._captured_inputs if captured_inputs is None else captured_inputs
        captured_now = {id(t) for t in captured}
        expected = self._func_graph.inputs
        tensors = []
        for i, value in enumerate(args):
            if isinstance(value, Tensor):
                tensors.append(value)
            elif not hasattr(value, "handle"):
                dtype = expected[len(tensors)].dtype if len(tensors) < len(expected) else None
                tensors.append(convert_to_tensor(value, dtype, name=f"{i}"))
            elif id(value.handle) not in captured_now:
                tensors.append(value.handle)
        result = self._add_call(tensors + list(captured))
        if self._func_graph.structured_outputs is None or not self._inference.outputs:
            return result if self._func_graph.structured_outputs is None else self._func_graph.structured_outputs
        return tracing.pack_sequence_as(self._func_graph.structured_outputs, result)

    def _add_call(self, inputs):
        graph, stateful = get_default_graph(), self._inference.is_stateful
        add_function(graph, self._inference)
        op_type = "StatefulPartitionedCall" if stateful else "PartitionedCall"
        types = [t.dtype for t in self._inference.outputs]
        config, name = (_CONFIG, None) if types else (_CONFIG_WITHOUT_RESULTS, "PartitionedFunctionCall")
        f = protos.NameAttrList(name=self._inference.name)
        with graph.gradient_override_map({op_type: self._gradient_name}):
            return make(op_type, inputs, Tout=types, f=f, config_proto=config, name=name)

    # Gradient -------------------------------------------------------------------------------------

    def _rewrite_forward_and_call_backward(self, op, *grads):
        """The gradient of a call: makes `op` call the function that hands out more, and calls the gradient on that."""
        forward, backward = self._forward_backward(len(grads))
        if not backward.outputs:
            return backward.structured_outputs
        add_function(op.graph, forward)
        before = len(op.outputs)
        op._set_func_attr("f", forward.name)
        op._set_type_list_attr("Tout", [t.dtype for t in forward.outputs])
        more = forward.outputs[before:]
        op._add_outputs([t.dtype for t in more], [t.shape for t in more])
        outside = {id(inside): tensor for inside, tensor in zip(forward.outputs, op.outputs)}
        captured = [outside.get(id(tensor), tensor) for tensor in backward.captured_inputs]
        cleaned = []
        for inside, tensor, grad in zip(forward.outputs[:before], op.outputs, grads):
            if is_trainable(inside):
                cleaned.append(grad if grad is not None else constant.zeros_like(tensor))
        return backward._call_flat(cleaned, captured)

    def _forward_backward(self, number: int) -> tuple:
        """(the longer function, the gradient) for so many gradients of results; made once."""
        if number not in self._differentiable:
            self._differentiable[number] = self._make_forward_backward(number)
        return self._differentiable[number]

    def _make_forward_backward(self, number: int) -> tuple:
        graph = self._func_graph
        trainable = [t for t in graph.outputs[:number] if is_trainable(t)]
        backward_graph = FuncGraph(f"__backward_{graph.name}_{next_uid()}", graph, graph._collections)
        with backward_graph.as_default():
            arguments = [backward_graph.argument("Placeholder", default_gradient.zeros_dtype(t), t.dims) for t in trainable]
        tracing.trace_into(
            backward_graph, lambda *grad_ys: build_gradients(trainable, graph.inputs, list(grad_ys), source=graph), arguments
        )
        outputs = list(graph.outputs)
        known = {id(t) for t in outputs}
        for tensor in backward_graph.captures:
            if tensor.graph is graph and id(tensor) not in known:
                known.add(id(tensor))
                outputs.append(tensor)
        forward_name = f"__forward_{graph.name}_{next_uid()}"
        backward = ConcreteFunction(backward_graph, {"forward_function_name": forward_name.encode()})
        forward = _named_copy(graph, forward_name, {"backward_function_name": backward._inference.name.encode()})
        forward.outputs = graph.outputs = outputs  # a gradient of the gradient asks for gradients of all of them
        return forward, backward

    # What it is -----------------------------------------------------------------------------------

    @property
    def name(self) -> bytes:
        """Its name in the library."""
        return self._inference.name.encode()

    @property
    def graph(self) -> FuncGraph:
        """The graph of its body."""
        return self._func_graph

    @property
    def inputs(self) -> list:
        """Its arguments, captures last, as they are inside."""
        return self._func_graph.inputs

    @property
    def outputs(self) -> list:
        """Its results, as they are inside."""
        return self._func_graph.outputs

    @property
    def structured_input_signature(self):
        """The TensorSpecs and Python values that it was traced for: (by position, by name)."""
        return self._signature

    @property
    def structured_outputs(self):
        """Its results as the Python function returned them, as they are inside."""
        return self._func_graph.structured_outputs

    @property
    def captured_inputs(self) -> list:
        """The tensors outside that it uses."""
        return list(self._captured_inputs)

    @property
    def variables(self) -> list:
        """The resource variables that it uses."""
        handles = {id(t) for t in self._captured_inputs if t.dtype == dtypes.resource}
        return _variables_of(handles, get_default_graph())

    @property
    def trainable_variables(self) -> list:
        """Those of `variables` that are trained."""
        return [v for v in self.variables if v.trainable]

    @property
    def function_def(self):
        """Its FunctionDef."""
        return to_function_def(self._inference)

    @property
    def output_dtypes(self):
        """The types of its results, in their structure."""
        return nest.map_structure(lambda t: t.dtype if t is not None else None, self.structured_outputs, expand_composites=True)

    @property
    def output_shapes(self):
        """The static shapes of its results, in their structure."""
        return nest.map_structure(lambda t: t.shape if t is not None else None, self.structured_outputs, expand_composites=True)

    def add_to_graph(self, g=None) -> None:
        """Puts it into a graph's library: the default one's where None."""
        add_function(g or get_default_graph(), self._inference)

    def add_gradient_functions_to_graph(self, g=None) -> None:
        """Puts the functions of its gradient into a graph's library."""
        graph = g or get_default_graph()
        forward, backward = self._forward_backward(len(self._inference.outputs))
        add_function(graph, forward)
        backward.add_to_graph(graph)


def is_argument(value) -> bool:
    """Whether a value is passed to the function when it runs: a tensor, or a variable behind a handle."""
    return isinstance(value, Tensor) or getattr(value, "_handle", None) is not None


def _named_copy(graph: FuncGraph, name: str, attrs=None) -> FuncGraph:
    """The same body under another name; its lists of results may differ from now on."""
    named = copy.copy(graph)
    named.name, named.attrs, named.outputs = name, dict(attrs or {}), list(graph.outputs)
    return named


def _text(keyword) -> str:
    value = getattr(keyword, "s", keyword)
    return value.decode() if isinstance(value, bytes) else value


def _variables_of(handles: set, graph) -> list:
    from tinytf.graph.keys import GraphKeys

    while isinstance(graph, FuncGraph):
        graph = graph.outer_graph
    found = []
    for key in GraphKeys._VARIABLE_COLLECTIONS:
        for variable in graph.get_collection(key):
            if id(getattr(variable, "_handle", None)) in handles and not any(variable is v for v in found):
                found.append(variable)
    return found


def signature_of(args, kwargs):
    """The structure of arguments, with a TensorSpec for each tensor."""

    def spec(value):
        return TensorSpec(value.shape, value.dtype.base_dtype, value.op.name) if isinstance(value, Tensor) else value

    return nest.map_structure(spec, (args, kwargs), expand_composites=True)
