"""`import_graph_def`: the nodes of a GraphDef become operations of a graph.

Nodes are taken in TensorFlow's order (always the first of the file whose inputs are all there), so
the new operations get the numbers that TensorFlow gives them.  The only cycles allowed are those of
a while loop: a Merge is made as soon as its first input is there, and its back edge is tied later.

An op type that tinytf does not have is imported all the same: its outputs are taken from the
`producer_op_list` where that knows it, else from what its consumers expect.  Only running it fails.
Everything imported carries `Operation._imported` (see `trust`).
"""

from __future__ import annotations

import contextlib
import gc

from tinytf import errors, protos
from tinytf.graph import attr_check, foreign_ops, functions_check, node_order, op_entry, op_summary
from tinytf.graph.attr_value import from_attr_value, set_attr_value
from tinytf.graph.default_graph import get_default_graph, name_scope
from tinytf.graph.device import canonical_name
from tinytf.graph.graph import PRODUCER_VERSION
from tinytf.graph.operation import Operation
from tinytf.graph.shape_inference import infer_shapes
from tinytf.graph.tensor import Tensor
from tinytf.shapes import TensorShape, as_dims


def import_graph_def(graph_def, input_map=None, return_elements=None, name=None, op_dict=None, producer_op_list=None):
    """Adds the nodes of a GraphDef to the default graph.

    Args:
      graph_def: a GraphDef message (of tinytf, or of an installed TensorFlow).
      input_map: {name in graph_def: tensor}: whoever took the named tensor ("a:0", or "^a" for a
        control edge) takes the given one instead.
      return_elements: names of operations ("a") and tensors ("a:0") to return.
      name: the prefix of the new nodes' names; "import" where None, none where "".
      op_dict: deprecated and ignored, as in TensorFlow.
      producer_op_list: the OpList of whoever wrote the graph; attributes that are unknown here and
        have their default value there are dropped.

    Returns: the list of `return_elements`, or None where that is None.

    Raises TypeError for arguments of the wrong type, ValueError for a graph that is not well
    formed: a missing input, a name used twice, a cycle, a type that does not fit.
    Follows `tf.import_graph_def` of TF 1.15.
    """
    graph_def = _as_graph_def(graph_def)
    input_map = _check_input_map(input_map)
    if return_elements is not None:
        if not all(isinstance(e, (str, bytes)) for e in return_elements):
            raise TypeError("return_elements must be a list of strings.")
        return_elements = tuple(_text(e) for e in return_elements)
    graph = get_default_graph()
    with name_scope(name, "import", list(input_map.values())) as scope:
        if not all(isinstance(v, (Tensor, Operation)) for v in input_map.values()):
            if name == "":
                raise ValueError(
                    "tf.import_graph_def() requires a non-empty `name` if `input_map` contains non-Tensor values. Try calling "
                    "tf.convert_to_tensor() on `input_map` values before calling tf.import_graph_def()."
                )
            from tinytf.graph.convert import convert_to_tensor

            with name_scope("_inputs"):
                input_map = {k: convert_to_tensor(v) for k, v in input_map.items()}
    with graph._lock, _no_collection():
        return _Importer(graph, graph_def, scope, input_map, producer_op_list).run(return_elements)


def import_function_body(graph_def) -> None:
    """Adds the nodes of a function's body, under their own names, to the default graph; colocated nodes may lie outside of it."""
    graph = get_default_graph()
    with graph._lock, _no_collection():
        importer = _Importer(graph, _as_graph_def(graph_def), "", {}, None)
        importer.may_lie_outside = True
        importer.run(None)


@contextlib.contextmanager
def _no_collection():
    """Everything that an import makes stays: looking for garbage in between takes a third of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _as_graph_def(graph_def):
    if isinstance(graph_def, protos.GraphDef):
        return graph_def
    if getattr(getattr(graph_def, "DESCRIPTOR", None), "full_name", None) != "tensorflow.GraphDef":
        raise TypeError("graph_def must be a GraphDef proto.")
    return protos.GraphDef.FromString(graph_def.SerializeToString())


def _check_input_map(input_map) -> dict:
    if input_map is None:
        return {}
    if not (isinstance(input_map, dict) and all(isinstance(k, (str, bytes)) for k in input_map)):
        raise TypeError("input_map must be a dictionary mapping strings to Tensor objects.")
    return {_text(k): v for k, v in input_map.items()}


def _text(s) -> str:
    return s.decode() if isinstance(s, bytes) else s


class _Importer:
    """One import: the file's nodes by number, and what became of each."""

    def __init__(self, graph, graph_def, scope: str, input_map: dict, producer_op_list):
        graph._check_not_finalized()
        self.graph, self.graph_def = graph, graph_def
        self.prefix = scope  # "" or "scope/"
        self.nodes = graph_def.node
        self.number = node_order.number_nodes(self.nodes)  # name -> position in the file
        self.inputs = node_order.parse_inputs(self.nodes)  # of each node: (name, index) pairs
        self.made: dict = {}  # name in the file -> Operation
        self.renamed: dict = {}
        self.map, self.unused_map_keys = {}, {}
        for key, value in input_map.items():
            parsed = node_order.parse_input(key)
            self.map[parsed] = value
            self.unused_map_keys[parsed] = key
        self.back_edges: list = []
        self.may_lie_outside = False  # the nodes that others are colocated with
        self.producer = {o.name: o for o in producer_op_list.op} if producer_op_list is not None else {}
        self.functions = {f.signature.name: f for f in graph_def.library.function}
        self.scoped = bool(
            graph._control_dependencies_stack or graph._colocation_stack or graph._attrs_in_scope or graph._gradient_override
            or graph._kernel_labels or graph._control_flow_context or graph._container
        )  # fmt: skip

    def run(self, return_elements):
        self.check_versions()
        functions_check.check_library(self.graph_def.library)
        functions_check.check_no_recursion(self.functions)
        self.existing_prefixes = node_order.prefixes_of(self.graph._nodes_by_name) if self.number else set()
        # A fresh scope holds no names that could collide.
        self.may_collide = not self.prefix or any(n.startswith(self.prefix) for n in self.graph._nodes_by_name)
        self.gdef_prefixes = node_order.prefixes_of(self.number) if self.may_collide else set()
        start, versions = len(self.graph._operations), self.graph._versions
        self.merge_versions()  # first: what an op's shape is may depend on it
        try:
            new_ops = [self.make_op(i) for i in node_order.in_order(self.nodes, self.number, self.inputs, self.map)]
            self.tie_back_edges()
            self.update_renamed_colocations()
            self.finish(new_ops)
            self.add_functions()
        except BaseException:
            self._undo(start)
            self.graph._versions = versions
            raise
        missing = [
            key for parsed, key in self.unused_map_keys.items()
            if parsed[0] not in self.made or parsed[1] >= len(self.made[parsed[0]].outputs)
        ]  # fmt: skip
        if missing:
            raise ValueError(f"Attempted to map inputs that were not found in graph_def: [{', '.join(missing)}]")
        return None if return_elements is None else [self.element(e) for e in return_elements]

    def _undo(self, start: int) -> None:
        """Takes back the operations of an import that failed: the graph is as it was."""
        graph = self.graph
        gone = set(graph._operations[start:])
        consumers, controlled = {}, {}  # the lists of what stays, each of which may name thousands that go
        for op in gone:
            del graph._nodes_by_name[op.name]
            graph._names_in_use.pop(op.name.lower(), None)
            consumers.update((id(t._consumers), t._consumers) for t in op._inputs if t.op not in gone)
            controlled.update((id(c._control_outputs), c._control_outputs) for c in op._control_inputs if c not in gone)
        for users in [*consumers.values(), *controlled.values()]:
            users[:] = [user for user in users if user not in gone]
        del graph._operations[start:]

    # Checks before anything is made ---------------------------------------------------------------

    def check_versions(self) -> None:
        producer, needed = self.graph_def.versions.producer, self.graph_def.versions.min_consumer
        if producer < 0:
            raise ValueError(
                f"GraphDef producer version {producer} below min producer 0 supported by TensorFlow 1.15.5.  Please regenerate your graph."
            )
        if needed > PRODUCER_VERSION:
            raise ValueError(
                f"GraphDef min consumer version {needed} above current version {PRODUCER_VERSION} for TensorFlow 1.15.5.  "
                "Please upgrade TensorFlow."
            )
        if PRODUCER_VERSION in self.graph_def.versions.bad_consumers:
            raise ValueError(
                f"GraphDef disallows consumer version {PRODUCER_VERSION}.  Please upgrade TensorFlow: this version is likely buggy."
            )

    # Names ------------------------------------------------------------------------------------------

    def unique_name(self, name: str) -> str:
        full = self.prefix + name
        if not self.may_collide or not self._taken(full):
            return full
        count = 1
        while self._taken(f"{full}_{count}") or self._in_file(f"{full}_{count}"):
            count += 1
        self.renamed[full] = f"{full}_{count}"
        return f"{full}_{count}"

    def _taken(self, name: str) -> bool:
        return name in self.graph._nodes_by_name or name in self.existing_prefixes

    def _in_file(self, name: str) -> bool:
        return name in self.number or name in self.gdef_prefixes

    def update_renamed_colocations(self) -> None:
        if not self.renamed:
            return
        for op in self.made.values():
            groups = op.attrs.get("_class")
            if groups:
                op.attrs["_class"] = [
                    b"loc:@" + self.renamed[g[5:].decode()].encode() if g.startswith(b"loc:@") and g[5:].decode() in self.renamed else g
                    for g in groups
                ]

    # Making an op -------------------------------------------------------------------------------------

    def make_op(self, i: int) -> Operation:
        node, inputs = self.nodes[i], self.inputs[i]
        if not node.op:
            raise ValueError(f"Node '{node.name}' does not specify an operation")
        entry = op_entry.lookup(node.op)
        function = self.functions.get(node.op) if entry is None else None
        attrs = {key: from_attr_value(value) for key, value in node.attr.items()}
        attr_check.check_special(attrs, node.name)
        output_shapes = attrs.pop("_output_shapes", None)
        name = self.unique_name(node.name)
        tensors, controls, back = self._sources(node, inputs)
        if entry is not None:
            self._complete_attrs(node, entry.op_def, attrs, name)
            if len(attrs) > len(entry.op_def.attrs) and foreign_ops.unknown_attrs(entry.op_def, attrs):
                entry = None  # a later TensorFlow's op of this name: it imports and exports, and does not run
        if entry is not None:
            attr_check.check_attrs(entry.op_def, attrs, name)
            input_types = foreign_ops.dtypes_of(entry.op_def.inputs, attrs, len(tensors))
            output_types = foreign_ops.dtypes_of(entry.op_def.outputs, attrs)
            self._check_inputs(node, name, entry.op_def, tensors, input_types)
        else:
            op_def = function.signature if function is not None else self.producer.get(node.op) or self.graph_op_def(node.op)
            if op_def is not None:
                foreign_ops.complete_attrs(op_def, attrs)
                if function is None:
                    self._keep_op_def(op_def)
            output_types = foreign_ops.output_dtypes(node, attrs, op_def, self._expected_of(node.name))
        self._prefix_groups(node, attrs)
        forward = [t for t in tensors if t is not None]
        if back:
            # The Merge of a loop: any tensor stands for the one that is to come.
            tensors = [forward[0] if t is None else t for t in tensors]
        op = Operation._of(self.graph, name, node.op, tensors, controls, output_types, attrs, entry)
        op._imported = True
        if node.device:
            op.device = node.device
        self.graph._add_op(op, infer=False)
        self.made[node.name] = op
        for index, parsed in back:
            self.back_edges.append((op, index, parsed))
        if back:
            if len(op.outputs) > 1:
                op.outputs[1].dims = ()
        else:
            self._infer(op)
        if output_shapes is not None:
            self._merge_shapes(op, output_shapes)
        return op

    @staticmethod
    def _infer(op) -> None:
        try:
            infer_shapes(op)
        except (TypeError, AttributeError, KeyError, IndexError, ArithmeticError, MemoryError, errors.OpError) as e:
            raise ValueError(f"Node '{op.name}' ({op.type}) is not well formed: {type(e).__name__}: {e}") from e

    def _sources(self, node, inputs):
        """The input tensors (None for a back edge), the control inputs, and the back edges as (index, source)."""
        tensors, controls, back = [], [], []
        made, mapped = self.made, self.map
        for parsed in inputs:
            if mapped and parsed in mapped:
                self.unused_map_keys.pop(parsed, None)
                target = mapped[parsed]
                if parsed[1] < 0:
                    controls.append(target.op if isinstance(target, Tensor) else target)
                else:
                    tensors.append(target)
                continue
            source = made.get(parsed[0])
            if parsed[1] < 0:
                controls.append(source)
            elif source is None:
                back.append((len(tensors), parsed))
                tensors.append(None)
            else:
                tensors.append(self._output(node.name, source, parsed))
        return tensors, list(dict.fromkeys(controls)), back

    def _output(self, name, source, parsed):
        try:
            return source.outputs[parsed[1]]
        except IndexError:
            raise ValueError(
                f"Node '{name}': Connecting to invalid output {parsed[1]} of source node {parsed[0]} which has "
                f"{len(source.outputs)} outputs."
            ) from None

    def _complete_attrs(self, node, op_def, attrs, name) -> None:
        """Defaults for what is not there; drops what only the producer knows; ValueError for what is missing."""
        missing = [attr.name for attr in op_def.attrs if attr.name not in attrs and not attr.has_default]
        if missing:
            shown = "', '".join(sorted(missing))
            raise ValueError(
                f"NodeDef missing attr{'s' * (len(missing) > 1)} '{shown}' from {op_summary.summarize(op_def)}; NodeDef: {{{{node {name}}}}}"
            )
        for attr in op_def.attrs:
            if attr.name not in attrs:
                attrs[attr.name] = list(attr.default) if isinstance(attr.default, list) else attr.default
                set_attr_value(node.attr[attr.name], attr.default)  # the caller's message too, as TensorFlow does
        if len(attrs) > len(op_def.attrs):
            producer = self.producer.get(node.op)
            for key in [k for k in attrs if k not in op_def.attr_by_name and not k.startswith("_")]:
                if producer is not None and foreign_ops.has_default(producer, key, node.attr[key]):
                    del attrs[key]

    def _check_inputs(self, node, name, op_def, tensors, expected) -> None:
        if len(tensors) != len(expected):
            shown = ", ".join(op_summary.type_name(t) for t in expected)
            raise ValueError(
                f"NodeDef expected inputs '{shown}' do not match {len(tensors)} inputs specified; {op_summary.summarize(op_def)}; "
                f"NodeDef: {{{{node {name}}}}}"
            )
        for index, (tensor, dtype) in enumerate(zip(tensors, expected)):
            if tensor is None or tensor.dtype is dtype:
                continue
            if tensor.dtype.base_dtype is dtype.base_dtype and not dtype._is_ref_dtype:
                continue  # a place is read where a value is wanted
            if tensor.op.entry is None and tensor.op.type not in self.functions:
                continue  # nothing certain is known of a foreign op's results
            raise ValueError(
                f"Input {index} of node {name} was passed {op_summary.type_name(tensor.dtype)} from {tensor.name} incompatible with expected "
                f"{op_summary.type_name(dtype)}."
            )

    def _prefix_groups(self, node, attrs) -> None:
        groups = attrs.get("_class")
        if not groups:
            return
        new = []
        for group in groups:
            if group.startswith(b"loc:@"):
                other = group[5:].decode("utf-8", "replace")
                if other not in self.number and not self.may_lie_outside:
                    raise ValueError(f"Node '{node.name}' expects to be colocated with unknown node '{other}'")
                group = b"loc:@" + (self.prefix + other).encode()
            new.append(group)
        attrs["_class"] = new

    def _merge_shapes(self, op, shapes) -> None:
        """What the file knows of the outputs' shapes is added to what the shape rule found."""
        for index, (tensor, shape) in enumerate(zip(op.outputs, shapes)):
            dims = as_dims(shape) if isinstance(shape, TensorShape) else None
            if dims is None or dims == tensor.dims:
                continue
            try:
                tensor.set_shape(TensorShape._of(dims))
            except ValueError as e:
                raise ValueError(
                    f"Node '{op.name}' has an _output_shapes attribute inconsistent with the GraphDef for output #{index}: {e}"
                ) from None

    def tie_back_edges(self) -> None:
        for op, index, parsed in self.back_edges:
            source = self.made.get(parsed[0])
            if source is None:  # cannot be: the order is complete
                raise ValueError(f"Node '{op.name}': Unknown input node '{parsed[0]}'")
            tensor = self._output(op.name, source, parsed)
            if tensor.dtype.base_dtype is not op.inputs[index].dtype.base_dtype:
                raise ValueError(
                    f"Input {index} of node {op.name} was passed {op_summary.type_name(tensor.dtype)} from {tensor.name} incompatible with expected "
                    f"{op_summary.type_name(op.inputs[index].dtype)}."
                )
            old = op._inputs[index]
            op._update_input(index, tensor)
            if old in op._inputs and op not in old._consumers:
                old._consumers.append(op)

    # Scopes, devices, functions, versions ---------------------------------------------------------------

    def finish(self, new_ops) -> None:
        """Applies the scopes and devices in force around the import, then the devices of colocated ops."""
        graph = self.graph
        colocated = []
        for op in new_ops:
            device, op.device = op.device, ""
            if self.scoped:
                op._add_control_inputs(graph._control_dependencies_for_inputs([]))
                graph._finish_op(op, compute_device=False)
            groups = op.attrs.get("_class")
            others = [g[5:].decode() for g in groups if g.startswith(b"loc:@") and g[5:].decode() != op.name] if groups else None
            if others:
                colocated.append((op, others))
            elif graph._device_stack:
                if device:
                    with graph.device(device):
                        graph._apply_device_functions(op)
                else:
                    graph._apply_device_functions(op)
            elif device:
                op._set_device(canonical_name(device))
        for op, others in colocated:
            for other in others:
                if other in graph._nodes_by_name and graph._nodes_by_name[other].device:
                    op.device = graph._nodes_by_name[other].device
                    break

    def add_functions(self) -> None:
        graph = self.graph
        new = [name for name in self.functions if name not in graph._functions]
        if not new:
            return
        if graph._library is None:
            graph._library = protos.FunctionDefLibrary()
        known = {f.signature.name: f for f in graph._library.function}
        gradients = {g.function_name for g in graph._library.gradient}
        new_gradients: dict = {}
        for gradient in self.graph_def.library.gradient:
            if gradient.function_name not in gradients:
                new_gradients.setdefault(gradient.function_name, []).append(gradient)
        for name in new:
            if name in known:
                if known[name] != self.functions[name]:
                    raise ValueError(f"Cannot add function '{name}' because a different function with the same name already exists.")
                continue
            graph._library.function.add().CopyFrom(self.functions[name])
            graph.__dict__.setdefault("_imported_functions", set()).add(name)
            graph._library.gradient.extend(new_gradients.get(name, ()))

    def graph_op_def(self, op_type: str):
        """The OpDef of a foreign op that an earlier import brought."""
        return self.graph.__dict__.get("_foreign_op_defs", {}).get(op_type)

    def _keep_op_def(self, op_def) -> None:
        known = self.graph.__dict__.setdefault("_foreign_op_defs", {})
        if op_def.name not in known:
            known[op_def.name] = op_def

    def _expected_of(self, name: str) -> dict:
        """{output index: dtype} of a foreign op, as far as its consumers' signatures tell."""
        if not hasattr(self, "_uses"):
            self._uses = foreign_ops.collect_uses(self.nodes, self.producer)
        return self._uses.get(name, {})

    def merge_versions(self) -> None:
        versions = self.graph_def.versions  # all 0 where the file has none, and TensorFlow takes it so
        producer, min_consumer = self.graph._versions
        self.graph._versions = (min(producer, versions.producer), max(min_consumer, versions.min_consumer))

    def element(self, name: str):
        op_name, colon, index = name.partition(":")
        if not colon:
            if name not in self.made:
                raise ValueError(f"Requested return node '{name}' not found in graph def")
            return self.made[name]
        if not index.isdigit():
            raise ValueError(f"Cannot convert {name!r} to a tensor name.")
        parsed = (op_name, int(index))
        if parsed in self.map:
            return self.map[parsed]
        if op_name not in self.made:
            raise ValueError(f"Requested return tensor '{name}' not found in graph def")
        outputs = self.made[op_name].outputs
        if parsed[1] >= len(outputs):
            raise ValueError(f"Invalid return output {index} of node '{op_name}', which has {len(outputs)} output(s)")
        return outputs[parsed[1]]
