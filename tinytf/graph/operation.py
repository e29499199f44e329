"""`Operation`: a node of the graph, holding what a NodeDef holds."""

from __future__ import annotations

import os
import sys

from tinytf import errors, protos
from tinytf.graph import attr_value
from tinytf.graph.tensor import Tensor
from tinytf.shapes import TensorShape, dims_to_proto, in_brackets

_HOUSE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class _InputList(tuple):
    """The inputs of an operation; nobody adds to them."""

    __slots__ = ()

    def __repr__(self):
        return repr(list(self))


class Operation:
    """A node: name, type, inputs, control inputs, device and attributes.  Follows `tf.Operation` of TF 1.15.

    `attrs` maps names to Python values (see `attr_value`).  Made by `Graph.create_op`, which the
    public functions call; `Operation(node_def, graph, …)` is for programs that have a NodeDef.
    """

    __slots__ = (
        "graph", "name", "type", "_inputs", "_control_inputs", "outputs", "device", "attrs", "_id", "_frames",
        "entry", "_control_flow_context", "_original_op", "_gradient_function", "_imported", "_control_outputs",
        "_device_scopes", "_colocation_scopes", "__dict__", "__weakref__",
    )  # fmt: skip

    def __init__(
        self, node_def, g, inputs=None, output_types=None, control_inputs=None, input_types=None, original_op=None, op_def=None
    ):  # fmt: skip
        """Adds the node that a NodeDef describes to the graph `g`.  TypeError or ValueError where it cannot be one."""
        from tinytf.graph.node_defs import fill_operation

        fill_operation(self, node_def, g, inputs or [], output_types or [], control_inputs or [], original_op)

    @classmethod
    def _of(cls, graph, name, type_, inputs, control_inputs, output_dtypes, attrs, entry) -> Operation:
        """An operation that no graph holds yet."""
        self = cls.__new__(cls)
        self._set(graph, name, type_, inputs, control_inputs, output_dtypes, attrs, entry)
        return self

    def _set(self, graph, name, type_, inputs, control_inputs, output_dtypes, attrs, entry):
        self.graph = graph
        self.name = name
        self.type = type_
        self._inputs = list(inputs)
        self._control_inputs = list(control_inputs)
        self._control_outputs: list = []
        self.device = ""
        self.attrs = attrs
        self.entry = entry
        self.outputs = [Tensor(self, i, t) for i, t in enumerate(output_dtypes)]
        self._control_flow_context = None
        self._original_op = None
        self._gradient_function = None
        self._imported = False
        self._device_scopes = self._colocation_scopes = ()
        self._frames = _user_frames()
        self._id = -1

    # What a NodeDef holds -------------------------------------------------------------------

    @property
    def inputs(self):
        """The tensors this op takes, in order; they are changed by `_update_input` alone."""
        return _InputList(self._inputs)

    @property
    def control_inputs(self) -> list:
        """The ops that run before this one."""
        return list(self._control_inputs)

    @property
    def _control_outputs_list(self) -> list:
        return list(self._control_outputs)

    @property
    def op_def(self):
        """The signature of the op's type as an OpDef message, or None where tinytf has no such op."""
        if self.entry is None:
            return None
        from tinytf.graph.op_def import to_proto

        return to_proto(self.entry.op_def)

    @property
    def node_def(self):
        """The NodeDef of this op."""
        node = protos.NodeDef()
        fill_node_def(node, self)
        return node

    @property
    def values(self):
        """A function that gives the outputs as a tuple (kept callable, as in TF)."""
        return lambda: tuple(self.outputs)

    def attr(self, name: str):
        """An attribute as the house holds it; ValueError where the op has none of this name."""
        try:
            return self.attrs[name]
        except KeyError:
            raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.") from None

    def get_attr(self, name: str):
        """An attribute as TensorFlow hands it out: shapes as TensorShapeProto, strings as bytes."""
        value = self.attr(name)
        if isinstance(value, TensorShape):
            return dims_to_proto(value._dims)
        if isinstance(value, list):
            return [dims_to_proto(v._dims) if isinstance(v, TensorShape) else v for v in value]
        return value

    # Running ----------------------------------------------------------------------------------

    def run(self, feed_dict=None, session=None) -> None:
        """Runs this op in `session`, or in the default session."""
        from tinytf.graph.default_session import default_session_for

        default_session_for(self.graph, session, "execute operation").run(self, feed_dict)

    # Where it was made ------------------------------------------------------------------------

    @property
    def traceback(self) -> list:
        """The stack at which the op was made, outermost first: (file, line, function, text) tuples."""
        import linecache

        stack = []
        for filename, line, function, _ in reversed(self._frames):
            stack.append((filename, line, function, linecache.getline(filename, line).strip()))
        return stack

    @property
    def _traceback(self) -> list:
        """The stack at which the op was made, outermost first, as (file, line, function, None, first line of the function)."""
        return self.__dict__.get("_traceback") or [(f, n, fn, None, start) for f, n, fn, start in reversed(self._frames)]

    @_traceback.setter
    def _traceback(self, frames):
        self.__dict__["_traceback"] = list(frames)

    @property
    def traceback_with_start_lines(self) -> list:
        """The traceback, each frame with the line at which its function begins."""
        import linecache

        return [(f, n, fn, linecache.getline(f, n).strip(), start) for f, n, fn, start in reversed(self._frames)]

    @property
    def _device_assignments(self) -> list:
        """The device scopes that this op was made in, innermost first: what each asked for, and where it stands."""
        return [scope.described() for scope in reversed(self._device_scopes)]

    @property
    def _colocation_dict(self) -> dict:
        """{name of an op that this one is colocated with: where the scope stands}."""
        return {scope.obj.name: scope.copy_metadata() for scope in self._colocation_scopes}

    @property
    def where_made(self) -> str:
        """The lines of the user's own code that made this op, as a traceback prints them."""
        import linecache

        lines = []
        for filename, line, function, _ in reversed(self._frames):
            if not filename.startswith(_HOUSE) and not filename.startswith("<frozen"):
                lines.append(f'  File "{filename}", line {line}, in {function}')
                text = linecache.getline(filename, line).strip()
                if text:
                    lines.append(f"    {text}")
        return "\n".join(lines)

    # Colocation -------------------------------------------------------------------------------

    def colocation_groups(self) -> list:
        """The groups of ops that must share a device, as b'loc:@name'."""
        groups = [g for g in self.attrs.get("_class", ()) if g.startswith(b"loc:@")]
        return groups or [b"loc:@" + self.name.encode()]

    # Changes after creation (control flow and importers need them) ------------------------------

    def _set_device(self, device) -> None:
        from tinytf.graph.device import canonical_name

        self.device = device if isinstance(device, str) else canonical_name(device)
        self.graph._version_changed()

    def _set_attr(self, name: str, value) -> None:
        self.attrs[name] = attr_value.from_attr_value(value) if isinstance(value, protos.AttrValue) else value
        self.graph._version_changed()

    def _set_func_attr(self, name: str, function: str) -> None:
        self._set_attr(name, protos.NameAttrList(name=function))

    def _set_func_list_attr(self, name: str, functions: list) -> None:
        self._set_attr(name, [protos.NameAttrList(name=f) for f in functions])

    def _set_type_list_attr(self, name: str, types: list) -> None:
        self._set_attr(name, list(types))

    def _set_shape_list_attr(self, name: str, shapes: list) -> None:
        self._set_attr(name, list(shapes))

    def _add_outputs(self, types, shapes) -> None:
        """Further results; the attributes that say how many there are must say so already."""
        for dtype, shape in zip(types, shapes):
            tensor = Tensor(self, len(self.outputs), dtype)
            tensor.dims = shape._dims
            self.outputs.append(tensor)
        self.graph._version_changed()

    def _add_while_inputs(self, tensors) -> None:
        """Further inputs of a While, which has as many results."""
        for tensor in tensors:
            if tensor.graph is not self.graph:
                raise ValueError(f"Tensor {tensor} must be from the same graph as {self}.")
            self._inputs.append(tensor)
            tensor._consumers.append(self)
        self.graph._version_changed()

    def _clear_attr(self, name: str) -> None:
        self.attrs.pop(name, None)
        self.graph._version_changed()

    def _add_control_input(self, op) -> None:
        self._add_control_inputs([op])

    def _add_control_inputs(self, ops) -> None:
        for op in ops:
            if not isinstance(op, Operation):
                raise TypeError(f"op must be an Operation: {op}")
            if op is not self and op not in self._control_inputs:
                self._control_inputs.append(op)
                op._control_outputs.append(self)
        self.graph._version_changed()

    def _remove_all_control_inputs(self) -> None:
        for op in self._control_inputs:
            if self in op._control_outputs:
                op._control_outputs.remove(self)
        self._control_inputs = []
        self.graph._version_changed()

    def _update_input(self, index: int, tensor) -> None:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"tensor must be a Tensor: {tensor}")
        if tensor.graph is not self.graph:
            raise ValueError(f"{tensor} must be from the same graph as {self}.")
        if index >= len(self._inputs):
            raise errors.OutOfRangeError(
                None, None, f"Cannot update edge. Input index [{index}] is greater than the number of total inputs [{len(self._inputs)}]."
            )
        old = self._inputs[index]
        if not old.shape.is_compatible_with(tensor.shape):
            shown = f"{in_brackets(tensor.dims)} and {in_brackets(old.dims)}"
            raise errors.InvalidArgumentError(None, None, f"Cannot update edge, incompatible shapes: {shown}.")
        if tensor.dtype._base is not old.dtype._base:
            self.graph._retyped_inputs.append((self, index, old.dtype._base))
        if self in old._consumers:
            old._consumers.remove(self)
        self._inputs[index] = tensor
        tensor._consumers.append(self)
        self.graph._version_changed()

    def _get_control_flow_context(self):
        return self._control_flow_context

    def _set_control_flow_context(self, context) -> None:
        self._control_flow_context = context

    @property
    def _is_stateful(self) -> bool:
        return self.entry is not None and self.entry.op_def.is_stateful

    @property
    def _input_types(self):
        """The dtypes that the signature asks for: what is read as a value is no reference."""
        if self.entry is None:
            return [t.dtype for t in self._inputs]
        from tinytf.graph.foreign_ops import dtypes_of

        return dtypes_of(self.entry.op_def.inputs, self.attrs)

    @property
    def _output_types(self):
        return [int(t.dtype) for t in self.outputs]

    def __repr__(self):
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def __str__(self):
        return str(self.node_def)


def fill_node_def(node, op: Operation) -> None:
    """Writes an operation into a NodeDef: control inputs by name, sorted, as TensorFlow exports them."""
    node.name, node.op, node.device = op.name, op.type, op.device
    inputs = node.input
    for tensor in op._inputs:
        inputs.append(tensor.op.name if tensor.value_index == 0 else f"{tensor.op.name}:{tensor.value_index}")
    if op._control_inputs:
        inputs.extend(sorted({"^" + c.name for c in op._control_inputs}))
    attrs = node.attr
    for name, value in op.attrs.items():
        attr_value.set_attr_value(attrs[name], value)


def _user_frames() -> list:
    """(file, line, function, its first line) of every frame from the caller outward: cheap, without reading any source."""
    frame = sys._getframe(3)
    frames = []
    while frame is not None:
        code = frame.f_code
        frames.append((code.co_filename, frame.f_lineno, code.co_name, code.co_firstlineno))
        frame = frame.f_back
    return frames


