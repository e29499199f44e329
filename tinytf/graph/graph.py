"""`Graph`: the operations of a program, its names, scopes and collections.

The scopes (`name_scope`, `control_dependencies`, `device`, `colocate_with`) are stacks that
`create_op` reads; each is a context manager that pushes and pops.
"""

from __future__ import annotations

import contextlib
import re
import threading

from tinytf import errors, protos
from tinytf.graph import device as devices
from tinytf.graph import elements, op_entry
from tinytf.graph.device_scope import DeviceScope
from tinytf.graph.keys import GraphKeys  # noqa: F401  (the graph's own vocabulary)
from tinytf.graph.operation import Operation
from tinytf.graph.shape_inference import infer_shapes
from tinytf.graph.tensor import Tensor, next_uid
from tinytf.graph.traceable_stack import TraceableObject

_OP_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\-/]*$")
_SCOPE_NAME = re.compile(r"^[A-Za-z0-9_.\-/]*$")
PRODUCER_VERSION = 134  # GraphDef version that TF 1.15.5 writes


class Graph:
    """A TensorFlow computation: a list of operations in the order they were made.

    Follows `tf.Graph` of TF 1.15.
    """

    def __init__(self):
        self._graph_key = f"grap-key-{next_uid()}/"  # TensorFlow's; a graph takes a number, as a tensor does
        self._lock = threading.RLock()
        self._nodes_by_name: dict = {}
        self._operations: list = []
        self._names_in_use: dict = {}
        self._collections: dict = {}
        self._seed = None
        self._refused = 0  # nodes that shapes or versions forbade
        self._finalized = False
        self._container = ""
        self._local = threading.local()  # control dependencies, devices and colocations are per thread
        self._inherited: dict = {}  # the scopes that a thread starts with
        self._attrs_in_scope: dict = {}
        self._gradient_override: dict = {}
        self._kernel_labels: dict = {}
        self._control_flow_context = None
        self._default_original_op = None
        self._unfeedable_tensors: set = set()
        self._unfetchable_ops: set = set()
        self._versions = (PRODUCER_VERSION, 0)  # producer, min_consumer
        self._library = None  # a FunctionDefLibrary that came with an imported graph
        self._functions: dict = {}  # name -> FuncGraph, made here or read from the library
        self._structure_version = 0  # grows when an existing node changes; compiled plans check it
        self._building_function = False
        self._add_control_dependencies = False  # whether functions in here are traced with automatic control dependencies
        self._retyped_inputs: list = []  # (op, input, dtype asked for) where an input was replaced by one of another dtype
        self._variable_creator_stack: list = []

    # Reading the graph --------------------------------------------------------------------------

    @property
    def _last_id(self) -> int:
        """The number of the last op: op seeds are taken from it. Nodes that were refused have had theirs, too."""
        return len(self._operations) + self._refused

    @property
    def version(self) -> int:
        """Grows with every op added."""
        return self._last_id

    @property
    def graph_def_versions(self):
        """The VersionDef of this graph."""
        return protos.VersionDef(producer=self._versions[0], min_consumer=self._versions[1])

    @property
    def building_function(self) -> bool:
        """Whether this graph is the body of a function."""
        return self._building_function

    @property
    def finalized(self) -> bool:
        """Whether the graph is read-only."""
        return self._finalized

    def finalize(self) -> None:
        """Makes the graph read-only: adding an op raises RuntimeError from now on."""
        self._finalized = True

    def _unsafe_unfinalize(self) -> None:
        self._finalized = False

    def _check_not_finalized(self) -> None:
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")

    def _version_changed(self) -> None:
        self._structure_version += 1

    def get_operations(self) -> list:
        """The operations, in the order they were made."""
        return list(self._operations)

    def get_operation_by_name(self, name: str) -> Operation:
        """The operation called `name`; KeyError where there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=False, allow_operation=True)

    def get_tensor_by_name(self, name: str) -> Tensor:
        """The tensor called `name`, 'op:index'; KeyError where there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=True, allow_operation=False)

    def _get_operation_by_name_unsafe(self, name):
        return self._nodes_by_name[name]

    def as_graph_element(self, obj, allow_tensor: bool = True, allow_operation: bool = True):
        """The tensor or operation that `obj` (a name, a tensor, an op, a variable) means in this graph.

        Raises KeyError for a name that is not here, ValueError for an ill-formed name or another
        graph's element, TypeError for anything else.
        """
        return elements.find(self, obj, allow_tensor, allow_operation)

    def is_feedable(self, tensor) -> bool:
        """Whether `tensor` may be fed."""
        return tensor not in self._unfeedable_tensors

    def is_fetchable(self, tensor_or_op) -> bool:
        """Whether `tensor_or_op` may be fetched."""
        op = tensor_or_op.op if isinstance(tensor_or_op, Tensor) else tensor_or_op
        return tensor_or_op not in self._unfetchable_ops and op not in self._unfetchable_ops

    def prevent_feeding(self, tensor) -> None:
        """Marks `tensor` as not to be fed."""
        self._unfeedable_tensors.add(tensor)

    def prevent_fetching(self, op) -> None:
        """Marks `op` as not to be fetched."""
        self._unfetchable_ops.add(op)

    def as_graph_def(self, from_version=None, add_shapes: bool = False):
        """The GraphDef of this graph: its nodes in order.  `from_version` means nothing, as in TF 1.15."""
        from tinytf.graph.export import graph_to_def

        return graph_to_def(self, add_shapes)

    def _as_graph_def(self, from_version=None, add_shapes: bool = False) -> tuple:
        """(the GraphDef, the graph's version)."""
        return self.as_graph_def(from_version, add_shapes), self.version

    def __enter__(self):
        raise TypeError("A Graph is no context manager: use `with graph.as_default():`")

    def as_default(self):
        """A context in which this is the default graph."""
        from tinytf.graph.default_graph import entered

        return entered(self)

    @property
    def seed(self):
        """The graph-level random seed."""
        return self._seed

    @seed.setter
    def seed(self, value):
        self._seed = value

    # Names --------------------------------------------------------------------------------------

    @property
    def _name_stack(self) -> str:
        """The name scope that this thread is in, without a trailing '/'."""
        try:
            return self._local.name_stack
        except AttributeError:
            return ""

    @_name_stack.setter
    def _name_stack(self, scope: str):
        self._local.name_stack = scope

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """`name` inside the current scope, with `_1`, `_2` … appended where it is taken (case does not count)."""
        if self._name_stack:
            name = self._name_stack + "/" + name
        key = name.lower()
        count = self._names_in_use.get(key, 0)
        if mark_as_used:
            self._names_in_use[key] = count + 1
        if count > 0:
            base = key
            while key in self._names_in_use:
                key = f"{base}_{count}"
                count += 1
            if mark_as_used:
                self._names_in_use[key] = 1
            name = f"{name}_{count - 1}"
        return name

    @contextlib.contextmanager
    def name_scope(self, name):
        """A scope whose ops are called `name/…`; a name that ends in '/' re-enters a scope; None or '' leaves all."""
        if name:
            if isinstance(name, bytes):
                name = name.decode()
            pattern = _SCOPE_NAME if self._name_stack else _OP_NAME
            if not pattern.match(name):
                raise ValueError(f"'{name}' is not a valid scope name")
        old = self._name_stack
        if not name:
            new = ""
        elif name[-1] == "/":
            new = name[:-1]
        else:
            new = self.unique_name(name)
        self._name_stack = new
        try:
            yield "" if not new else new + "/"
        finally:
            self._name_stack = old

    def get_name_scope(self) -> str:
        """The current scope, without a trailing '/'."""
        return self._name_stack

    # Collections ----------------------------------------------------------------------------------

    @property
    def collections(self) -> list:
        """The names of the collections."""
        return list(self._collections)

    def get_all_collection_keys(self) -> list:
        """The names of the collections that are not private."""
        return [k for k in self._collections if isinstance(k, str) and not k.startswith("__")]

    def add_to_collection(self, name, value) -> None:
        """Appends `value` to the collection `name`."""
        self._check_not_finalized()
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names, value) -> None:
        """Appends `value` to each of the collections."""
        for name in (names,) if isinstance(names, str) else set(names):
            self.add_to_collection(name, value)

    def get_collection_ref(self, name) -> list:
        """The collection's own list."""
        return self._collections.setdefault(name, [])

    def get_collection(self, name, scope=None) -> list:
        """A copy of a collection; with `scope`, the items whose name matches it as a regular expression."""
        values = self._collections.get(name)
        if values is None:
            return []
        if scope is None:
            return list(values)
        pattern = re.compile(scope)
        return [v for v in values if hasattr(v, "name") and pattern.match(v.name)]

    def clear_collection(self, name) -> None:
        """Removes a collection."""
        self._check_not_finalized()
        self._collections.pop(name, None)

    # Scopes that colour new ops ---------------------------------------------------------------------

    @property
    def _control_dependencies_stack(self) -> list:
        return self._scopes("control_dependencies")

    @_control_dependencies_stack.setter
    def _control_dependencies_stack(self, value):
        self._local.control_dependencies = value

    @property
    def _device_stack(self) -> list:
        return self._scopes("devices")

    @_device_stack.setter
    def _device_stack(self, value):
        self._local.devices = value

    @property
    def _colocation_stack(self) -> list:
        return self._scopes("colocations")

    @_colocation_stack.setter
    def _colocation_stack(self, value):
        self._local.colocations = value

    def _scopes(self, kind: str) -> list:
        own = self._local.__dict__
        if kind not in own:
            own[kind] = list(self._inherited.get(kind, ()))
        return own[kind]

    def switch_to_thread_local(self) -> None:
        """Threads that are new to this graph start with the scopes that are in force here; each has its own in any case."""
        self._inherited = {kind: list(self._scopes(kind)) for kind in ("control_dependencies", "devices", "colocations")}

    def control_dependencies(self, control_inputs):
        """A context whose ops run after `control_inputs`; None clears what outer contexts ask for."""
        if control_inputs is None:
            return _ControlDependencies(self, None)
        ops = []
        for c in control_inputs:
            if hasattr(c, "_handle") and hasattr(c, "op") and not isinstance(c, (Tensor, Operation)):
                c = c.op  # a resource variable: its handle, or the write that made it; no read
            if hasattr(c, "values") and hasattr(c, "indices") and not isinstance(c, (Tensor, Operation)):
                c = c.op
            c = self.as_graph_element(c)
            op = c.op if isinstance(c, Tensor) else c
            if op not in ops:
                ops.append(op)
        return _ControlDependencies(self, ops)

    def _control_dependencies_for_inputs(self, input_ops) -> list:
        """The control inputs of a new op: those in force, less what its inputs imply already."""
        result: list = []
        for controller in self._control_dependencies_stack:
            if any(op in controller.seen for op in input_ops):
                continue
            result.extend([c for c in controller.control_inputs if c not in input_ops])
        return result

    def _get_control_flow_context(self):
        return self._control_flow_context

    def _set_control_flow_context(self, context) -> None:
        self._control_flow_context = context

    @contextlib.contextmanager
    def device(self, device_name_or_function):
        """A context whose ops are placed on a device; inner parts of the name win; None lifts outer ones."""
        stack = self._device_stack
        stack.append(DeviceScope(device_name_or_function))
        try:
            yield
        finally:
            stack.pop()

    def _apply_device_functions(self, op) -> None:
        for scope in reversed(self._device_stack):
            if scope.function is None:
                break
            device = scope.function(op)
            op.device = device if isinstance(device, str) else devices.canonical_name(device)  # a text stays as it is
        op._device_scopes = tuple(self._device_stack)

    @contextlib.contextmanager
    def colocate_with(self, op, ignore_existing: bool = False):
        """A context whose ops share the device of `op`; with `ignore_existing`, of nothing else."""
        if op is None and not ignore_existing:
            raise ValueError("Trying to reset colocation (op is None) but ignore_existing is not True")
        if op is not None and not isinstance(op, Operation):
            handle = getattr(op, "handle", None)  # a variable lies where its handle lies, not where it is read
            if isinstance(getattr(handle, "op", None), Operation):
                op = self.capture(handle).op if self._building_function else handle.op
            else:
                op = internal_convert_to_tensor_or_op(op)
        old_colocation, old_devices = self._colocation_stack, self._device_stack
        if ignore_existing:
            self._colocation_stack = []
        if op is not None:
            scope = TraceableObject(op)
            scope.set_filename_and_line_from_caller(offset=2)
            self._colocation_stack = [*self._colocation_stack, scope]
        self._device_stack = []  # device scopes outside do not apply inside
        try:
            yield
        finally:
            self._colocation_stack = old_colocation
            self._device_stack = old_devices

    def _colocate_with_for_gradient(self, op, gradient_uid, ignore_existing: bool = False):
        return self.colocate_with(op, ignore_existing)

    @contextlib.contextmanager
    def container(self, container_name):
        """A context whose stateful ops keep their state in the container `container_name`."""
        old, self._container = self._container, container_name
        try:
            yield container_name
        finally:
            self._container = old

    @contextlib.contextmanager
    def _attr_scope(self, attr_map):
        """A context whose ops have further attributes: AttrValues, functions of a NodeDef that give one, None to lift an outer one."""
        if not isinstance(attr_map, dict):
            raise TypeError("attr_map must be a dictionary mapping strings to Callables that return AttrValue protocol buffers")
        old, self._attrs_in_scope = self._attrs_in_scope, {**self._attrs_in_scope, **attr_map}
        try:
            yield
        finally:
            self._attrs_in_scope = old

    @contextlib.contextmanager
    def gradient_override_map(self, op_type_map):
        """A context whose ops of type `k` use the gradient registered as `op_type_map[k]`."""
        if not isinstance(op_type_map, dict):
            raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        old, self._gradient_override = self._gradient_override, {**self._gradient_override, **op_type_map}
        try:
            yield
        finally:
            self._gradient_override = old

    @contextlib.contextmanager
    def _kernel_label_map(self, op_to_kernel_label_map):
        old, self._kernel_labels = self._kernel_labels, {**self._kernel_labels, **op_to_kernel_label_map}
        try:
            yield
        finally:
            self._kernel_labels = old

    @contextlib.contextmanager
    def _original_op(self, op):
        old, self._default_original_op = self._default_original_op, op
        try:
            yield
        finally:
            self._default_original_op = old

    # Making ops -----------------------------------------------------------------------------------

    def create_op(
        self, op_type, inputs, dtypes=None, input_types=None, name=None, attrs=None, op_def=None,
        compute_shapes=True, compute_device=True, control_inputs=(),
    ) -> Operation:  # fmt: skip
        """Adds an operation.

        Args:
          op_type: the op's type, e.g. 'MatMul'.
          inputs: tensors.
          dtypes: the dtype of each output (references included); from the op's signature where None.
          name: the node's name; one that ends in '/' is taken as it stands, any other is made unique.
          attrs: Python values (or AttrValue messages).

        Raises ValueError where shapes contradict or the name is taken, RuntimeError where the graph is finalized.
        """
        with self._lock:
            self._check_not_finalized()
            if name is None:
                name = op_type
            if isinstance(name, bytes):
                name = name.decode()
            name = name[:-1] if name and name[-1] == "/" else self.unique_name(name)
            if not _OP_NAME.match(name):
                raise ValueError(f"'{name}' is not a valid node name")
            if name in self._nodes_by_name:
                raise ValueError(f"Duplicate node name in graph: '{name}'")
            entry = op_entry.lookup(op_type)
            input_ops = [t.op for t in inputs]
            for t in inputs:
                if t.op.graph is not self:
                    raise ValueError(f"{t!r} must be from the same graph as the op '{name}'.")
            controls = list(control_inputs) + self._control_dependencies_for_inputs(input_ops)
            attrs = _plain_attrs(attrs or {})
            if dtypes is None:
                from tinytf.graph.build import output_dtypes

                dtypes = output_dtypes(entry.op_def, attrs)
            op = Operation._of(self, name, op_type, inputs, _unique(controls), dtypes, attrs, entry)
            op._original_op = self._default_original_op
            try:
                self._add_op(op)
            except Exception:
                self._refused += 1
                raise
            self._finish_op(op, compute_device)
            return op

    def _add_op(self, op: Operation, infer: bool = True) -> None:
        """Takes `op` in: shapes of its outputs, consumers of its inputs, its name and number."""
        if op.entry is not None and op.entry.op_def.deprecation:
            op_entry.check_version(op.entry.op_def, self._versions[0], lambda message: errors.UnimplementedError(None, None, message))
        if infer:
            infer_shapes(op)
        for t in op._inputs:
            t._consumers.append(op)
        for c in op._control_inputs:
            c._control_outputs.append(op)
        self._operations.append(op)
        op._id = self._last_id
        self._nodes_by_name[op.name] = op
        self._names_in_use.setdefault(op.name.lower(), 1)

    def _finish_op(self, op: Operation, compute_device: bool) -> None:
        """What the scopes in force add to a new op, in TensorFlow's order."""
        context = self._control_flow_context
        op._control_flow_context = context
        for tensor in op._inputs:
            home = tensor.op._control_flow_context
            if home is not None and home is not context:
                home.CheckUse(op, tensor.op)  # a value of a loop is of no use outside of it
        if context is not None:
            context.AddOp(op)
        for key, value in self._attrs_in_scope.items():
            if callable(value):
                value = value(op.node_def)
            if value is not None:
                op._set_attr(key, value)
        label = self._kernel_labels.get(op.type)
        if label is not None:
            op.attrs["_kernel"] = label.encode()
        override = self._gradient_override.get(op.type)
        if override is not None:
            op.attrs["_gradient_op_type"] = override.encode()
        for controller in self._control_dependencies_stack:
            controller.seen.add(op)
        if compute_device and self._device_stack:
            self._apply_device_functions(op)
        if self._colocation_stack:
            groups = set()
            op._colocation_scopes = tuple(self._colocation_stack)
            for other in (scope.obj for scope in reversed(self._colocation_stack)):  # the outermost has the last word on the device
                groups.update(other.colocation_groups())
                if other.device:
                    op.device = other.device
            op.attrs["_class"] = sorted(groups)
        if self._container and op._is_stateful and "container" in op.attrs and not op.attrs["container"]:
            op.attrs["container"] = self._container.encode()


def _plain_attrs(attrs: dict) -> dict:
    if any(isinstance(v, protos.AttrValue) for v in attrs.values()):
        from tinytf.graph.attr_value import from_attr_value

        return {k: from_attr_value(v) if isinstance(v, protos.AttrValue) else v for k, v in attrs.items()}
    return attrs


def _unique(ops: list) -> list:
    return list(dict.fromkeys(ops)) if len(ops) > 1 else ops


class _ControlDependencies:
    """One level of `control_dependencies`: what new ops wait for, and the ops made under it so far."""

    def __init__(self, graph: Graph, control_inputs):
        self._graph = graph
        self._clears = control_inputs is None
        self.control_inputs = control_inputs or []
        self.seen: set = set()

    def __enter__(self):
        graph = self._graph
        if self._clears:
            # Leaving the control flow context too is what makes this work inside a loop or a branch.
            self._old_stack, graph._control_dependencies_stack = graph._control_dependencies_stack, []
            self._old_context = graph._get_control_flow_context()
            graph._set_control_flow_context(None)
        else:
            context = graph._get_control_flow_context()
            if context is not None:
                self.control_inputs = [context.AddControlInput(op) if hasattr(context, "AddControlInput") else op for op in self.control_inputs]
        graph._control_dependencies_stack.append(self)

    def __exit__(self, *unused):
        graph = self._graph
        graph._control_dependencies_stack.pop()
        if self._clears:
            graph._control_dependencies_stack = self._old_stack
            graph._set_control_flow_context(self._old_context)


def internal_convert_to_tensor_or_op(value, name=None):
    """`value` as the operation behind it, where it is a tensor, an op, a variable or convertible to a tensor."""
    if isinstance(value, Operation):
        return value
    from tinytf.graph.convert import convert_to_tensor

    handle = getattr(value, "handle", None)
    if isinstance(getattr(handle, "op", None), Operation):  # a resource variable is where its handle is, not its value
        return handle.op
    element = getattr(value, "_as_graph_element", None)
    if element is not None:
        found = element()
        value = value if found is None else found
    if isinstance(value, Operation):
        return value
    if hasattr(value, "indices") and hasattr(value, "values") and hasattr(value, "op"):
        return value.op
    return convert_to_tensor(value, name=name, as_ref=True).op
