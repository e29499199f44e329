"""Functions: a graph of their own with arguments and results, held in a GraphDef's library.

A `FuncGraph` is built by calling Python code inside it (`tinytf.ops.functions.tracing`); tensors of the graph around it that the
code uses become further arguments (captures).  `to_function_def` and `from_function_def` are its way into
and out of a FunctionDef.  Follows `FuncGraph` and function_def_to_graph of TF 1.15.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tinytf import dtypes, errors, protos
from tinytf.graph import attr_check, attr_value, foreign_ops, op_entry, op_summary
from tinytf.graph.export import add_shapes_of
from tinytf.graph.graph import Graph
from tinytf.graph.operation import fill_node_def
from tinytf.graph.tensor import Tensor
from tinytf.shapes import TensorShape, as_dims

_FIRST_CONSUMER_OF_FUNCTIONS = 12  # a version of GraphDef


USER_NAME = "_user_specified_name"  # the attribute of an argument that was named by whoever wrote the function


class FuncGraph(Graph):
    """The graph of a function's body.

    `inputs` are its arguments (captures last), `outputs` its results, `structured_outputs` these as the function returned
    them; `captures` maps tensors of the graphs around it to the arguments that stand for them, and `control_captures` are
    operations out there that something in here was to wait for.
    """

    shows_shapes = True  # as TensorFlow does where it keeps a traced function's graph, not only its FunctionDef

    def __init__(self, name: str, outer: Graph | None, collections: dict | None = None):
        super().__init__()
        self.name, self.outer_graph = name, outer
        self.inputs: list = []
        self.outputs: list = []
        self.structured_outputs = None
        self.captures: dict = {}
        self.control_captures: list = []
        self.must_run: list | None = None  # the operations that run for their effect; None where nobody said which
        self.out_names: list = []  # of the results in the FunctionDef, where they are chosen
        self.description, self.attrs, self.gradient_name = "", {}, ""
        self._building_function = True
        if collections is not None:
            self._collections = collections
        if outer is not None:
            self._seed = outer._seed
            self._functions = outer._functions  # one library for all
            self._library = outer._library

    def argument(self, name: str, dtype, shape) -> Tensor:
        """Adds an argument."""
        tensor = self.placeholder(name, dtype, shape)
        self.inputs.append(tensor)
        return tensor

    def placeholder(self, name: str, dtype, shape) -> Tensor:
        """A new placeholder, outside of any loop or branch."""
        with self._lock:
            attrs = {"dtype": dtypes.as_dtype(dtype), "shape": TensorShape._of(as_dims(shape))}
            old, self._control_flow_context = self._control_flow_context, None
            tensor = super().create_op("Placeholder", [], name=name, attrs=attrs).outputs[0]
            self._control_flow_context = old
        return tensor

    def capture(self, tensor: Tensor, name: str | None = None) -> Tensor:
        """The argument that stands for a tensor of a graph around; a tensor of this graph is itself.

        InaccessibleTensorError: the tensor is one of a function within this one.
        """
        if tensor.graph is self:
            return tensor
        inner = tensor.graph
        while isinstance(inner, FuncGraph):
            inner = inner.outer_graph
            if inner is self:
                raise errors.InaccessibleTensorError(
                    f"The tensor '{tensor}' cannot be accessed here: it is defined in another function or code block. Use return values, "
                    f"explicit Python locals or TensorFlow collections to access it. Defined in: {tensor.graph}; accessed from: {self}.\n"
                )
        return self._capture(tensor, name or tensor.op.name)

    def _capture(self, tensor: Tensor, name: str) -> Tensor:
        found = self.captures.get(tensor)
        if found is None:
            with self.control_dependencies(None):
                found = self.captures[tensor] = self.argument(name, tensor.dtype.base_dtype, tensor.dims)
        return found

    def captured_value(self, argument: Tensor) -> Tensor | None:
        """The tensor of a graph around that `argument` stands for; None where it is no capture."""
        if argument.op.type != "Placeholder":
            return None
        return next((outside for outside, inside in self.captures.items() if inside is argument), None)

    def create_op(self, op_type, inputs, *args, **kwargs):
        """As Graph.create_op; inputs from the graph around are captured."""
        return super().create_op(op_type, [t if t.graph is self else self.capture(t) for t in inputs], *args, **kwargs)

    def control_dependencies(self, control_inputs):
        """As in Graph; operations outside of the function cannot be waited for here: whoever calls it waits for them."""
        if control_inputs is not None:
            elements = [getattr(c, "op", c) for c in control_inputs]
            self.control_captures += [c for c in elements if getattr(c, "graph", self) is not self and c not in self.control_captures]
            control_inputs = [c for c, element in zip(control_inputs, elements) if getattr(element, "graph", self) is self]
        return super().control_dependencies(control_inputs)

    @property
    def control_outputs(self) -> list:
        """The operations that the FunctionDef names as those which must run."""
        return self.must_run or []

    @property
    def stateful_operations(self) -> list:
        """The operations that must run for their effect, whatever is returned.

        Those within a cond or a loop run when their branch or iteration does; nothing outside can wait for one of them.
        """
        if self.must_run is not None:
            return self.must_run
        return [
            op
            for op in self._operations
            if op._is_stateful and op._control_flow_context is None and op.type not in ("Placeholder", "VarHandleOp", "Const")
        ]

    @property
    def is_stateful(self) -> bool:
        """Whether any operation of the body has state."""
        arguments = {t.op for t in self.inputs}
        return any(op._is_stateful for op in self._operations if op not in arguments)


def add_function(graph: Graph, function: FuncGraph) -> None:
    """Puts a function into a graph's library; the graph is then for readers that know functions."""
    graph._functions[function.name] = function
    producer, min_consumer = graph._versions
    graph._versions = (producer, max(min_consumer, _FIRST_CONSUMER_OF_FUNCTIONS))


def find_function(graph: Graph, name: str) -> FuncGraph | None:
    """The function called `name` in a graph's library, or in that of the graph around it; None where there is none."""
    while graph is not None:
        if name in graph._functions:
            return graph._functions[name]
        for definition in graph._library.function if graph._library is not None else ():
            if definition.signature.name == name:
                found = graph._functions[name] = from_function_def(definition, graph)
                return found
        graph = getattr(graph, "outer_graph", None)
    return None


def get_function(graph: Graph, name: str) -> FuncGraph:
    """As `find_function`; NotFoundError where there is none."""
    found = find_function(graph, name)
    if found is None:
        raise errors.NotFoundError(None, None, f"Function '{name}' is not in the graph's library")
    return found


# Into a FunctionDef ---------------------------------------------------------------------------------


class ArgumentNames(NamedTuple):
    """The names of a function's arguments and results, and of its operations (by operation) in a FunctionDef."""

    inputs: list
    outputs: list
    nodes: dict


def argument_names(function: FuncGraph) -> ArgumentNames:
    """Results choose their names first, then arguments, then nodes.  Follows TF_GraphToFunction of TF 1.15."""
    taken: set = set()
    outputs = function.out_names or [_unique(_normal(t.op.name), taken) for t in function.outputs]
    inputs = [_unique(_normal(t.op.name), taken) for t in function.inputs]
    arguments = {t.op for t in function.inputs}
    nodes = {op: _unique(op.name, taken) for op in function._operations if op not in arguments}
    return ArgumentNames(inputs, outputs, nodes)


def check_out_names(names, outputs) -> None:
    """InvalidArgumentError where the names chosen for results are not as many as these."""
    if len(names) != len(outputs):
        raise errors.InvalidArgumentError(
            None, None, "output names must be either empty or equal in size to outputs. output names size = "
            f"{len(names)} outputs size = {len(outputs)}",
        )  # fmt: skip


def to_function_def(function: FuncGraph, add_shapes: bool = False):
    """The FunctionDef message of a function; with `add_shapes`, the static shapes of its inputs and nodes as attributes."""
    add_shapes = add_shapes and function.shows_shapes
    proto = protos.FunctionDef()
    names = argument_names(function)
    signature = proto.signature
    signature.name, signature.description = function.name, function.description
    of_argument: dict = {}
    for i, (name, tensor) in enumerate(zip(names.inputs, function.inputs)):
        signature.input_arg.add(name=name, type=tensor.dtype.as_datatype_enum)
        proto.arg_attr[i].SetInParent()
        if USER_NAME in tensor.op.attrs:
            attr_value.set_attr_value(proto.arg_attr[i].attr[USER_NAME], tensor.op.attrs[USER_NAME])
        of_argument[tensor] = name

    # in the FunctionDef a node may have another name than in the graph; shapes are looked for by that name, as TensorFlow does
    by_name = {op.name: op for op in function._operations} if add_shapes else {}

    def shown(tensor):
        return of_argument[tensor] if tensor in of_argument else output_name(tensor, names.nodes[tensor.op])

    for op, name in names.nodes.items():
        node = proto.node_def.add()
        fill_node_def(node, op)
        node.name = name
        controls = sorted(f"^{names.nodes[c]}" for c in op._control_inputs if c in names.nodes)
        del node.input[:]
        node.input.extend([shown(t) for t in op._inputs] + controls)
        if name in by_name:
            add_shapes_of(node.attr["_output_shapes"], by_name[name].outputs)
    for name, tensor in zip(names.outputs, function.outputs):
        signature.output_arg.add(name=name, type=tensor.dtype.base_dtype.as_datatype_enum)
        proto.ret[name] = shown(tensor)
    signature.is_stateful = function.is_stateful
    for op in function.control_outputs:
        signature.control_output.append(op.name)
        proto.control_ret[op.name] = names.nodes[op]
    for key, value in function.attrs.items():
        attr_value.set_attr_value(proto.attr[key], value)
    if add_shapes:
        add_shapes_of(proto.attr["_input_shapes"], function.inputs)
    return proto


def _normal(name: str) -> str:
    """An argument's name: lower case letters, digits and underscores, starting with a letter."""
    return re.sub(r"^[^a-z]*", "", re.sub(r"[^a-z0-9]", "_", name.lower())) or "unknown"


def _unique(name: str, taken: set) -> str:
    candidate, number = name, 0
    while candidate in taken:
        candidate = f"{name}_{number}"
        number += 1
    taken.add(candidate)
    return candidate


def output_name(tensor: Tensor, node: str | None = None) -> str:
    """A tensor as function bodies name it: node:result:index within the result."""
    node = node or tensor.op.name
    position = tensor.value_index
    if tensor.op.entry is None:
        tensor.op.entry = _entry_of_call(tensor.op)
    for arg in tensor.op.entry.op_def.outputs:
        if arg.number_attr:
            size = tensor.op.attrs[arg.number_attr]
        elif arg.type_list_attr:
            size = len(tensor.op.attrs[arg.type_list_attr])
        else:
            size = 1
        if position < size:
            return f"{node}:{arg.name}:{position}"
        position -= size
    raise ValueError(f"{tensor!r} is no output of its op's signature")


# Out of a FunctionDef ---------------------------------------------------------------------------------


def from_function_def(definition, outer: Graph) -> FuncGraph:
    """The function that a FunctionDef describes.  Its operations count as imported (see `trust`)."""
    function = FuncGraph(definition.signature.name, outer)
    function.shows_shapes = False
    tensors: dict = {}
    for i, arg in enumerate(definition.signature.input_arg):
        shapes = definition.arg_attr[i].attr.get("_output_shapes") if i in definition.arg_attr else None
        dims = as_dims(shapes.list.shape[0]) if shapes is not None and len(shapes.list.shape) else None
        tensors[arg.name] = function.argument(arg.name, arg.type, dims)
    pending = {node.name: node for node in definition.node_def}
    order = _ordered(pending)
    for name in order:
        node = pending[name]
        entry = op_entry.lookup(node.op)
        called = None
        if entry is None:
            called = find_function(outer, node.op)
        if entry is None and called is None:
            raise NotImplementedError(f"tinytf cannot run the function '{function.name}': it has no op type '{node.op}' (node '{name}')")
        attrs = {a.name: a.default for a in entry.op_def.attrs if a.has_default} if entry is not None else {}
        attrs.update({k: attr_value.from_attr_value(v) for k, v in node.attr.items()})
        inputs = [_resolve(i, tensors, function) for i in node.input if not i.startswith("^")]
        controls = [function._nodes_by_name[i[1:]] for i in node.input if i.startswith("^") and i[1:] in pending]
        types = [t.dtype.base_dtype for t in called.outputs] if called is not None else None
        try:
            if entry is not None:
                _check_node(entry.op_def, name, attrs, inputs)
            op = Graph.create_op(function, node.op, inputs, types, name=name + "/", attrs=attrs, control_inputs=controls)
        except ValueError as error:
            raise errors.InvalidArgumentError(None, None, f"Function '{function.name}': {error}") from None
        op._imported = True
        for tensor in op.outputs:
            tensors[output_name(tensor)] = tensor
    for arg in definition.signature.output_arg:
        function.outputs.append(_resolve(definition.ret[arg.name], tensors, function))
        function.out_names.append(arg.name)
    function.description = definition.signature.description
    function.attrs = {k: attr_value.from_attr_value(v) for k, v in definition.attr.items()}
    return function


def _check_node(op_def, name: str, attrs: dict, inputs: list) -> None:
    """ValueError where a node is not what its op's signature says."""
    for attr in op_def.attrs:
        if attr.name not in attrs:
            raise ValueError(f"NodeDef missing attr '{attr.name}'{op_summary.where(op_def, name)}")
    attr_check.check_attrs(op_def, attrs, name)
    wanted = [t.base_dtype for t in foreign_ops.dtypes_of(op_def.inputs, attrs, len(inputs))]
    if wanted != [t.dtype.base_dtype for t in inputs]:
        shown = [", ".join(map(op_summary.type_name, types)) for types in (wanted, [t.dtype for t in inputs])]
        raise ValueError(f"NodeDef expected inputs '{shown[0]}' do not match the inputs '{shown[1]}'{op_summary.where(op_def, name)}")


def _entry_of_call(op):
    from tinytf.graph import function_call

    return function_call.entry_of(op)


def _resolve(name: str, tensors: dict, function) -> Tensor:
    found = tensors.get(name)
    if found is None and name.count(":") == 1:  # "node:result" stands for its first tensor
        found = tensors.get(name + ":0")
    if found is None:
        raise errors.InvalidArgumentError(None, None, f"Function '{function.name}': its node '{name}' does not exist")
    return found


def _ordered(nodes: dict) -> list:
    """Names of the nodes, each after those that it takes."""
    done: dict = {}
    for start in nodes:
        stack = [(start, iter(_needs(nodes[start], nodes)))]
        active = {start}
        while stack:
            name, needs = stack[-1]
            following = next((n for n in needs if n not in done), None)
            if following is None:
                done[name] = None
                active.discard(name)
                stack.pop()
            elif following in active:
                raise errors.InvalidArgumentError(None, None, f"The nodes of a function wait for each other: '{following}'")
            else:
                active.add(following)
                stack.append((following, iter(_needs(nodes[following], nodes))))
    return list(done)


def _needs(node, nodes) -> list:
    names = [i[1:] if i.startswith("^") else i.split(":")[0] for i in node.input]
    return [n for n in names if n in nodes]
