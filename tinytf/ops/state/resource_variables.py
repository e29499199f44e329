"""`ResourceVariable`: a variable behind a handle (`use_resource=True`).

Each use is a `ReadVariableOp` of its own, so what a read sees is given by the order of the graph.
"""

from __future__ import annotations

import contextlib

from tinytf import dtypes, protos
from tinytf.graph.build import make
from tinytf.graph.collection_protos import prepend_name_scope, strip_name_scope
from tinytf.graph.convert import convert_to_tensor, register_conversion
from tinytf.graph.default_graph import (
    add_to_collections,
    colocate_with,
    control_dependencies,
    device,
    get_default_graph,
    name_scope,
)
from tinytf.ops.array import shape_ops  # noqa: F401  (the ops register themselves)
from tinytf.ops.state import resource_ops, variables  # noqa: F401  (the ops register themselves)
from tinytf.ops.state.uninitialized import guard_initial_value
from tinytf.ops.state.variables import Variable, check_arguments, check_modes, check_not_in_control_flow, location_class
from tinytf.shapes import as_shape


class ResourceVariable(Variable):
    """A variable behind a handle; same arguments as `tf.Variable`.  Follows ResourceVariable of TF 1.15."""

    _cached_value = None

    def __init__(
        self,
        initial_value=None,
        trainable=None,
        collections=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        dtype=None,
        variable_def=None,
        import_scope=None,
        constraint=None,
        distribute_strategy=None,
        synchronization=None,
        aggregation=None,
        shape=None,
    ):
        if variable_def:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            self._init_from_proto(variable_def, import_scope)
            return
        modes = check_modes(synchronization, aggregation, trainable, name)
        self._synchronization, self._aggregation, self._trainable = modes
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        collections = check_arguments(collections, constraint, self._trainable)
        self._caching_device, self._constraint = caching_device, constraint
        with variables.init_scope():
            self._make_nodes(initial_value, caching_device, name, dtype, shape)
            add_to_collections(collections, self)

    def _make_nodes(self, initial_value, caching_device, name, dtype, shape):
        from_function = callable(initial_value)
        with name_scope(name, "Variable", [] if from_function else [initial_value]) as scope:
            own_name = scope[:-1]
            with get_default_graph()._attr_scope(location_class(own_name)):
                with name_scope("Initializer"), device(None):
                    given = initial_value() if from_function else initial_value
                    initial = convert_to_tensor(given, name="initial_value", dtype=dtype)
                if shape is None:
                    shape = initial.get_shape()
                elif not initial.get_shape().is_compatible_with(shape):
                    raise ValueError(
                        "The initial value's shape (%s) is not compatible with the explicitly supplied `shape` "
                        "argument (%s)." % (initial.get_shape(), shape)
                    )
                self._dtype = initial.dtype.base_dtype
                self._shape = as_shape(shape)
                handle = make(
                    "VarHandleOp",
                    shape=self._shape,
                    dtype=self._dtype,
                    shared_name=own_name,
                    name=scope,
                    container=get_default_graph()._container or "",
                )
            check_not_in_control_flow(initial, scope)
            self._handle, self._handle_name, self._initial_value = handle, own_name + ":0", initial
            with name_scope("IsInitialized"):
                self._is_initialized_op = make("VarIsInitializedOp", handle)
            with name_scope("Assign") as assign, colocate_with(None, ignore_existing=True), device(handle.device):
                safe = guard_initial_value(scope, initial)
                self._initializer_op = make("AssignVariableOp", handle, safe, name=assign)
            with name_scope("Read"):
                with device(handle.device):
                    self._graph_element = make("ReadVariableOp", handle, dtype=self._dtype)
                if caching_device is not None:
                    with colocate_with(None, ignore_existing=True), device(caching_device):
                        self._cached_value = shape_ops.identity(self._graph_element)

    def _init_from_proto(self, variable_def, import_scope):
        if not variable_def.is_resource:
            raise ValueError("Trying to restore Variable as ResourceVariable.")
        graph = get_default_graph()

        def element(name):
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        handle = self._handle = element(variable_def.variable_name)
        self._shape = handle.op.attr("shape")
        self._dtype = dtypes.as_dtype(handle.op.attr("dtype"))
        self._handle_name = handle.name
        self._initializer_op = element(variable_def.initializer_name)
        initial = variable_def.initial_value_name
        self._initial_value = element(initial) if initial else None
        modes = check_modes(
            variable_def.synchronization, variable_def.aggregation, variable_def.trainable, variable_def.variable_name
        )
        self._synchronization, self._aggregation, self._trainable = modes
        if variable_def.snapshot_name:
            snapshot = element(variable_def.snapshot_name)
            if snapshot.op.type != "ReadVariableOp":
                self._cached_value = snapshot
            while snapshot.op.type != "ReadVariableOp":
                snapshot = snapshot.op.inputs[0]
            self._graph_element = snapshot
        else:
            self._graph_element = graph.get_tensor_by_name(handle.op.name + "/Read/ReadVariableOp:0")
        if variable_def.HasField("save_slice_info_def"):
            self._save_slice_info = Variable.SaveSliceInfo(
                save_slice_info_def=variable_def.save_slice_info_def, import_scope=import_scope
            )
        self._caching_device = self._constraint = self._is_initialized_op = None

    # What it is -----------------------------------------------------------------------------------

    def __bool__(self):
        return bool(self.read_value())  # which a graph does not have: OperatorNotAllowedInGraphError

    @property
    def _target(self):
        return self

    @property
    def dtype(self):
        """The dtype of the value."""
        return self._dtype

    @property
    def name(self) -> str:
        """The name of the handle, e.g. 'v:0'."""
        return self._handle_name

    @property
    def device(self) -> str:
        """The device of the handle."""
        return self._handle.device

    @property
    def graph(self):
        """The graph that holds the variable."""
        return self._handle.graph

    @property
    def shape(self):
        """The static shape."""
        return self._shape

    @property
    def handle(self):
        """The resource tensor."""
        return self._handle

    @property
    def op(self):
        """The op of the handle."""
        return self._handle.op

    @property
    def create(self):
        """The op that initialises the variable."""
        return self._initializer_op

    def set_shape(self, shape):
        """Not possible: the handle fixes the shape."""
        raise NotImplementedError("ResourceVariable does not implement set_shape()")

    def _as_graph_element(self):
        return self._graph_element

    # Reading --------------------------------------------------------------------------------------

    def value(self):
        """A tensor with the value the variable has at this place of the graph."""
        if self._cached_value is not None:
            return self._cached_value
        with colocate_with(None, ignore_existing=True), device(self._handle.device):
            return self._read_variable_op()

    def _read_variable_op(self):
        return make("ReadVariableOp", self._handle, dtype=self._dtype)

    def read_value(self):
        """A tensor with the value the variable has when it runs."""
        with name_scope("Read"), device(self._handle.device):
            value = self._read_variable_op()
        return shape_ops.identity(value)

    def sparse_read(self, indices, name=None):
        """The rows that `indices` points to, without reading the others."""
        with name_scope("Gather" if name is None else name) as scope:
            value = make("ResourceGather", self._handle, indices, dtype=self._dtype, name=scope)
        return shape_ops.identity(value)

    def gather_nd(self, indices, name=None):
        """The slices that the last axis of `indices` points to."""
        with name_scope("GatherNd" if name is None else name) as scope:
            value = make("ResourceGatherNd", self._handle, indices, dtype=self._dtype, name=scope)
        return shape_ops.identity(value)

    def is_initialized(self, name=None):
        """A bool tensor: whether the variable holds a value."""
        return make("VarIsInitializedOp", self._handle, name=name)

    def eval(self, session=None):
        """The variable's value in `session`, or in the default session."""
        return self._graph_element.eval(session=session)

    def numpy(self):
        """Eager mode only."""
        raise NotImplementedError("numpy() is only available when eager execution is enabled.")

    # Writing --------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _after_cached_read(self):
        if self._cached_value is None:
            yield
        else:
            with control_dependencies([self._cached_value]):
                yield

    def _lazy_read(self, op):
        return _UnreadVariable(self, op)

    def _written(self, op, read_value):
        return self._lazy_read(op) if read_value else op

    def assign(self, value, use_locking=None, name=None, read_value=True):
        """Writes `value`; gives the variable after that, or the op where `read_value` is False."""
        value = convert_to_tensor(value, dtype=self.dtype)
        self._shape.assert_is_compatible_with(value.get_shape())
        return self._written(make("AssignVariableOp", self._handle, value, name=name), read_value)

    def assign_add(self, delta, use_locking=None, name=None, read_value=True):
        """Adds `delta`; gives the variable after that, or the op where `read_value` is False."""
        with self._after_cached_read():
            delta = convert_to_tensor(delta, dtype=self.dtype)
            op = make("AssignAddVariableOp", self._handle, delta, name=name)
        return self._written(op, read_value)

    def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
        """Subtracts `delta`; gives the variable after that, or the op where `read_value` is False."""
        with self._after_cached_read():
            delta = convert_to_tensor(delta, dtype=self.dtype)
            op = make("AssignSubVariableOp", self._handle, delta, name=name)
        return self._written(op, read_value)

    def count_up_to(self, limit):
        """The old value; then the variable is one more.  OutOfRangeError at `limit`."""
        return make("ResourceCountUpTo", self._handle, limit=limit, T=self.dtype)

    def batch_scatter_update(self, sparse_delta, use_locking=False, name=None):
        """scatter_update within each entry of leading batch axes."""
        result = super().batch_scatter_update(sparse_delta, use_locking=use_locking, name=name)
        return self._lazy_read(result.op)

    def _strided_slice_assign(self, begin, end, strides, value, name=None, **masks):
        with self._after_cached_read():
            value = convert_to_tensor(value, dtype=self.dtype)
            return self._lazy_read(make("ResourceStridedSliceAssign", self._handle, begin, end, strides, value, name=name, **masks))

    # Protos ---------------------------------------------------------------------------------------

    def to_proto(self, export_scope=None):
        """A VariableDef, or None where the variable lies outside `export_scope`."""
        if export_scope is not None and not self._handle.name.startswith(export_scope):
            return None
        snapshot = self._graph_element if self._cached_value is None else self._cached_value
        result = protos.VariableDef(
            variable_name=strip_name_scope(self._handle.name, export_scope),
            initializer_name=strip_name_scope(self.initializer.name, export_scope),
            snapshot_name=strip_name_scope(snapshot.name, export_scope),
            is_resource=True,
            trainable=self.trainable,
            synchronization=self.synchronization.value,
            aggregation=self.aggregation.value,
        )
        if self._initial_value is not None:
            result.initial_value_name = strip_name_scope(self._initial_value.name, export_scope)
        if self._save_slice_info:
            result.save_slice_info_def.MergeFrom(self._save_slice_info.to_proto(export_scope=export_scope))
        return result

    @staticmethod
    def from_proto(variable_def, import_scope=None):
        """The variable that a VariableDef describes; its nodes must be in the graph already."""
        return ResourceVariable(variable_def=variable_def, import_scope=import_scope)


def _refuse(symbol, advice):
    def operator(self, other):
        raise RuntimeError(
            f"Variable {symbol}= value not supported. Use {advice} to modify the variable or "
            f"`var = var {symbol} value` to get a new Tensor object."
        )

    return operator


ResourceVariable.__iadd__ = _refuse("+", "variable.assign_add(value)")
ResourceVariable.__isub__ = _refuse("-", "variable.assign_sub(value)")
for _method, _symbol in (("__imul__", "*"), ("__itruediv__", "/"), ("__ipow__", "**")):
    setattr(ResourceVariable, _method, _refuse(_symbol, f"`var.assign(var {_symbol} value)`"))


class _UnreadVariable(ResourceVariable):
    """What a write gives back: the same variable, read only after that write."""

    def __init__(self, variable, parent_op):
        self._handle, self._dtype, self._shape = variable._handle, variable._dtype, variable._shape
        self._handle_name = variable._handle.name
        self._synchronization, self._aggregation, self._trainable = check_modes(None, None, None, None)
        self._initial_value = self._initializer_op = self._is_initialized_op = self._constraint = None
        self._parent_op, self._graph_element = parent_op, None
        if not get_default_graph()._building_function:  # in a function nobody can ask for it by the variable
            self._graph_element = self._read_variable_op()

    @property
    def name(self) -> str:
        """The name of the write."""
        return self._parent_op.name

    @property
    def op(self):
        """The write."""
        return self._parent_op

    def value(self):
        """A tensor with the value after the write."""
        return self._read_variable_op()

    read_value = value

    def _read_variable_op(self):
        with control_dependencies([self._parent_op]):
            return make("ReadVariableOp", self._handle, dtype=self._dtype)


def is_resource_variable(var) -> bool:
    """Whether `var` is a variable behind a handle."""
    return isinstance(var, ResourceVariable)


def _to_tensor(variable, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type {dtype.name!r} for variable of type {variable.dtype.name!r}"
        )
    return variable.read_value().op.inputs[0] if as_ref else variable.value()


register_conversion(ResourceVariable, _to_tensor)
