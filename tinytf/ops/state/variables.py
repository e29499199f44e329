"""`tf.Variable`: what a program keeps between runs.

`Variable(...)` asks the creators in force (`variable_creator_scope`) and makes a `RefVariable`, which
is four nodes: `v/initial_value`, `v`, `v/Assign`, `v/read`; with `use_resource` a `ResourceVariable`.
"""

from __future__ import annotations

import contextlib
import enum
import warnings

from tinytf import protos
from tinytf.graph.build import make
from tinytf.graph.collection_protos import prepend_name_scope, strip_name_scope
from tinytf.graph.convert import convert_to_tensor, register_conversion
from tinytf.graph.default_graph import (
    _default_graphs,
    add_to_collections,
    colocate_with,
    device,
    devices_of_innermost_graph,
    get_default_graph,
    name_scope,
)
from tinytf.graph.default_session import get_default_session
from tinytf.graph.graph import Graph, GraphKeys
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.trackable import VARIABLE_VALUE_KEY, Trackable
from tinytf.ops.array import shape_ops
from tinytf.ops.operators import overload_operators
from tinytf.ops.state import state_ops
from tinytf.ops.state.uninitialized import guard_initial_value
from tinytf.shapes import TensorShape


class VariableSynchronization(enum.Enum):
    """When copies of a distributed variable are brought together.  Follows tf.VariableSynchronization."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How copies of a distributed variable are brought together.  Follows tf.VariableAggregation."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3
    ONLY_FIRST_TOWER = 3

    def __hash__(self):
        return hash(self.value)


def check_modes(synchronization, aggregation, trainable, name):
    """(synchronization, aggregation, trainable) with defaults filled in; ValueError for what is no mode."""
    try:
        aggregation = VariableAggregation.NONE if aggregation is None else VariableAggregation(aggregation)
    except ValueError:
        raise ValueError(f"Invalid variable aggregation mode: {aggregation} for variable: {name}") from None
    try:
        synchronization = VariableSynchronization(synchronization or VariableSynchronization.AUTO)
    except ValueError:
        raise ValueError(f"Invalid variable synchronization mode: {synchronization} for variable: {name}") from None
    if trainable is None:
        trainable = synchronization != VariableSynchronization.ON_READ
    return synchronization, aggregation, trainable


def check_arguments(collections, constraint, trainable):
    """The collections a new variable joins."""
    if collections is None:
        collections = [GraphKeys.GLOBAL_VARIABLES]
    if not isinstance(collections, (list, tuple, set)):
        raise ValueError(
            "collections argument to Variable constructor must be a list, tuple, or set. Got %s of type %s"
            % (collections, type(collections))
        )
    if constraint is not None and not callable(constraint):
        raise ValueError("The `constraint` argument must be a callable.")
    if trainable and GraphKeys.TRAINABLE_VARIABLES not in collections:
        collections = list(collections) + [GraphKeys.TRAINABLE_VARIABLES]
    return collections


def check_not_in_control_flow(initial_value, name):
    """A variable is made outside of loops and branches, so its initial value must be too."""
    if initial_value.op._get_control_flow_context() is not None:
        raise ValueError(
            "Initializer for variable %s is from inside a control-flow construct, such as a loop or conditional. "
            "When creating a variable inside a loop or conditional, use a lambda as the initializer." % name
        )


@contextlib.contextmanager
def init_scope():
    """A context that lifts ops out of control dependencies, loops, branches and functions; the name scope stays.

    Follows tf.init_scope of TF 1.15 (graph mode).
    """
    graph = get_default_graph()
    scope = graph.get_name_scope()
    outer = iter(reversed(_default_graphs.stack[:-1]))
    devices = devices_of_innermost_graph()
    while graph.building_function:
        graph = getattr(graph, "outer_graph", None) or next(outer, None) or Graph()
    with graph.as_default(), graph.name_scope(scope + "/" if scope else ""), graph.control_dependencies(None):
        outside, graph._device_stack = graph._device_stack, devices
        try:
            yield
        finally:
            graph._device_stack = outside


def location_class(name) -> dict:
    """The attribute that places an op with the variable of that name, before that variable exists."""
    return {"_class": [b"loc:@" + name.encode()]}


class _VariableMeta(type):
    def __call__(cls, *args, **kwargs):
        if cls is not Variable:
            return super().__call__(*args, **kwargs)
        return _create(*args, **kwargs)


def _create(
    initial_value=None,
    trainable=None,
    collections=None,
    validate_shape=True,
    caching_device=None,
    name=None,
    variable_def=None,
    dtype=None,
    expected_shape=None,
    import_scope=None,
    constraint=None,
    use_resource=None,
    synchronization=VariableSynchronization.AUTO,
    aggregation=VariableAggregation.NONE,
    shape=None,
):
    from tinytf.ops.state import variable_scope

    def layer(creator, inner):
        return lambda **given: creator(inner, **given)

    create = variable_scope.default_variable_creator
    create = layer(create, None)
    for creator in get_default_graph()._variable_creator_stack:
        create = layer(creator, create)
    return create(
        initial_value=initial_value,
        trainable=trainable,
        collections=collections,
        validate_shape=validate_shape,
        caching_device=caching_device,
        name=name,
        variable_def=variable_def,
        dtype=dtype,
        expected_shape=expected_shape,
        import_scope=import_scope,
        constraint=constraint,
        use_resource=use_resource,
        synchronization=synchronization,
        aggregation=VariableAggregation.NONE if aggregation is None else aggregation,
        shape=shape,
    )


class Variable(Trackable, metaclass=_VariableMeta):
    """A value that lives in the session between runs and that ops may change.

    `Variable(initial_value, trainable=True, collections=None, validate_shape=True, caching_device=None,
    name=None, variable_def=None, dtype=None, expected_shape=None, import_scope=None, constraint=None,
    use_resource=None, synchronization=…, aggregation=…, shape=None)`: `initial_value` is a tensor, a value
    that converts to one, or a function that makes one.  It has no value in a session before its
    `initializer` has run.  Raises ValueError where the initial value or its shape is missing.
    Follows tf.Variable of TF 1.15.
    """

    __array_priority__ = 100  # NumPy leaves `array + variable` to us
    _save_slice_info = None

    class SaveSliceInfo:
        """Which slice of a larger, partitioned variable this one is."""

        def __init__(
            self, full_name=None, full_shape=None, var_offset=None, var_shape=None, save_slice_info_def=None,
            import_scope=None,
        ):  # fmt: skip
            if save_slice_info_def:
                given = save_slice_info_def
                full_name = prepend_name_scope(given.full_name, import_scope)
                full_shape, var_offset = list(given.full_shape), list(given.var_offset)
                var_shape = list(given.var_shape)
            self.full_name, self.full_shape = full_name, full_shape
            self.var_offset, self.var_shape = var_offset, var_shape

        @property
        def spec(self) -> str:
            """The slice as SaveV2 takes it: the full shape, then offset,size an axis."""
            full = " ".join("%d" % d for d in self.full_shape) + " "
            return full + ":".join("%d,%d" % pair for pair in zip(self.var_offset, self.var_shape))

        def to_proto(self, export_scope=None):
            """A SaveSliceInfoDef, or None where the variable lies outside `export_scope`."""
            if export_scope is not None and not self.full_name.startswith(export_scope):
                return None
            return protos.SaveSliceInfoDef(
                full_name=strip_name_scope(self.full_name, export_scope),
                full_shape=[int(d) for d in self.full_shape],
                var_offset=[int(d) for d in self.var_offset],
                var_shape=[int(d) for d in self.var_shape],
            )

    def __repr__(self):
        return f"<tf.Variable '{self.name}' shape={self.get_shape()} dtype={self.dtype.name}>"

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other

    def __iter__(self):
        raise TypeError("'Variable' object is not iterable.")

    @property
    def trainable(self) -> bool:
        """Whether optimizers train it by default."""
        return self._trainable

    @property
    def synchronization(self):
        """A VariableSynchronization."""
        return self._synchronization

    @property
    def aggregation(self):
        """A VariableAggregation."""
        return self._aggregation

    @property
    def initial_value(self):
        """The tensor that the initializer assigns."""
        return self._initial_value

    @property
    def initializer(self):
        """The operation that gives the variable its initial value."""
        return self._initializer_op

    @property
    def constraint(self):
        """The function given as `constraint`, or None."""
        return self._constraint

    @property
    def _shared_name(self):
        return self.name[: self.name.index(":")]

    @property
    def _distribute_strategy(self):
        return None

    def get_shape(self):
        """The static shape."""
        return self.shape

    def initialized_value(self):
        """The variable's value if it has one, else its initial value: for initial values made of other variables."""
        from tinytf.ops.control_flow.cond import cond

        with init_scope():
            return cond(
                state_ops.is_variable_initialized(self), self.read_value, lambda: self.initial_value
            )

    def load(self, value, session=None) -> None:
        """Gives the variable a value in `session` (or the default session) without adding to the graph."""
        session = session or get_default_session()
        if session is None:
            raise ValueError("Either session argument should be provided or default session should be established")
        session.run(self.initializer, {self.initializer.inputs[1]: value})

    def _dense(self, dtype):
        if dtype is not None and not dtype.is_compatible_with(self.dtype):
            raise ValueError(
                f"Incompatible type conversion requested to type '{dtype.name}' for variable of type '{self.dtype.name}'"
            )

    def _set_save_slice_info(self, info) -> None:
        self._save_slice_info = info

    def _get_save_slice_info(self):
        return self._save_slice_info

    def _gather_saveables_for_checkpoint(self):
        return {VARIABLE_VALUE_KEY: self}

    def experimental_ref(self):
        """A hashable reference to this variable: itself."""
        return self

    def deref(self):
        """The variable itself."""
        return self

    @staticmethod
    def from_proto(variable_def, import_scope=None):
        """The variable that a VariableDef describes; its nodes must be in the graph already."""
        return RefVariable(variable_def=variable_def, import_scope=import_scope)

    def _scatter(self, kind, delta, use_locking, name):
        if not isinstance(delta, IndexedSlices):
            raise TypeError("sparse_delta is not IndexedSlices: %s" % (delta,))
        return state_ops._scatter(kind, self._target, delta.indices, delta.values, use_locking, name)

    def scatter_sub(self, sparse_delta, use_locking=False, name=None):
        """Subtracts an IndexedSlices from the variable."""
        return self._scatter("Sub", sparse_delta, use_locking, name)

    def scatter_add(self, sparse_delta, use_locking=False, name=None):
        """Adds an IndexedSlices to the variable."""
        return self._scatter("Add", sparse_delta, use_locking, name)

    def scatter_max(self, sparse_delta, use_locking=False, name=None):
        """Maximum with an IndexedSlices, in place."""
        return self._scatter("Max", sparse_delta, use_locking, name)

    def scatter_min(self, sparse_delta, use_locking=False, name=None):
        """Minimum with an IndexedSlices, in place."""
        return self._scatter("Min", sparse_delta, use_locking, name)

    def scatter_mul(self, sparse_delta, use_locking=False, name=None):
        """Multiplies the variable by an IndexedSlices."""
        return self._scatter("Mul", sparse_delta, use_locking, name)

    def scatter_div(self, sparse_delta, use_locking=False, name=None):
        """Divides the variable by an IndexedSlices."""
        return self._scatter("Div", sparse_delta, use_locking, name)

    def scatter_update(self, sparse_delta, use_locking=False, name=None):
        """Assigns the rows of an IndexedSlices."""
        return self._scatter("Update", sparse_delta, use_locking, name)

    def batch_scatter_update(self, sparse_delta, use_locking=False, name=None):
        """scatter_update within each entry of leading batch axes."""
        return state_ops.batch_scatter_update(
            self, sparse_delta.indices, sparse_delta.values, use_locking=use_locking, name=name
        )

    def scatter_nd_sub(self, indices, updates, name=None):
        """Subtracts from the slices that the last axis of `indices` points to."""
        return state_ops._scatter("NdSub", self._target, indices, updates, True, name)

    def scatter_nd_add(self, indices, updates, name=None):
        """Adds to the slices that the last axis of `indices` points to."""
        return state_ops._scatter("NdAdd", self._target, indices, updates, True, name)

    def scatter_nd_update(self, indices, updates, name=None):
        """Assigns the slices that the last axis of `indices` points to."""
        return state_ops._scatter("NdUpdate", self._target, indices, updates, True, name)


class RefVariable(Variable):
    """A variable on a reference edge: what `tf.Variable` makes unless `use_resource` is set."""

    def __init__(
        self,
        initial_value=None,
        trainable=None,
        collections=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        expected_shape=None,
        import_scope=None,
        constraint=None,
        synchronization=None,
        aggregation=None,
        shape=None,
    ):
        if variable_def:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            self._init_from_proto(variable_def, import_scope)
            return
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        modes = check_modes(synchronization, aggregation, trainable, name)
        self._synchronization, self._aggregation, self._trainable = modes
        collections = check_arguments(collections, constraint, self._trainable)
        self._caching_device, self._constraint = caching_device, constraint
        with init_scope():
            self._make_nodes(initial_value, validate_shape, caching_device, name, dtype, shape)
            add_to_collections(collections, self)

    def _make_nodes(self, initial_value, validate_shape, caching_device, name, dtype, shape):
        from_function = callable(initial_value)
        with name_scope(name, "Variable", [] if from_function else [initial_value]) as scope:
            if from_function:
                # The variable does not exist yet, so what its initial value is made of is placed by name.
                graph = get_default_graph()
                with graph._attr_scope(location_class(scope[:-1])):
                    with name_scope("Initializer"), device(None):
                        initial = convert_to_tensor(initial_value(), name="initial_value", dtype=dtype)
                    self._variable = self._make_place(initial, validate_shape, shape, scope)
            else:
                initial = convert_to_tensor(initial_value, name="initial_value", dtype=dtype)
                check_not_in_control_flow(initial, scope)
                self._variable = self._make_place(initial, validate_shape, shape, scope)
            self._initial_value = initial
            if validate_shape and not initial.get_shape().is_fully_defined():
                raise ValueError("initial_value must have a shape specified: %s" % initial)
            safe = guard_initial_value(scope, initial)
            self._initializer_op = state_ops.assign(self._variable, safe, validate_shape=validate_shape).op
            place = device(caching_device) if caching_device is not None else colocate_with(self._variable.op)
            with place:
                self._snapshot = shape_ops.identity(self._variable, name="read")

    @staticmethod
    def _make_place(initial, validate_shape, shape, scope):
        if shape is None:
            shape = initial.get_shape() if validate_shape else TensorShape(None)
        return state_ops.variable_op_v2(shape, initial.dtype.base_dtype, name=scope)

    def _init_from_proto(self, variable_def, import_scope):
        graph = get_default_graph()

        def element(name):
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self._variable = element(variable_def.variable_name)
        self._initializer_op = element(variable_def.initializer_name)
        initial = variable_def.initial_value_name
        self._initial_value = element(initial) if initial else None
        modes = check_modes(
            variable_def.synchronization, variable_def.aggregation, variable_def.trainable, variable_def.variable_name
        )
        self._synchronization, self._aggregation, self._trainable = modes
        self._snapshot = element(variable_def.snapshot_name)
        if variable_def.HasField("save_slice_info_def"):
            self._save_slice_info = Variable.SaveSliceInfo(
                save_slice_info_def=variable_def.save_slice_info_def, import_scope=import_scope
            )
        self._caching_device = self._constraint = None

    @property
    def _target(self):
        return self._variable

    def _as_graph_element(self):
        return self._variable

    def _ref(self):
        return self._variable

    def value(self):
        """A tensor with the variable's value (the `read` node)."""
        return self._snapshot

    def read_value(self):
        """A new tensor with the value the variable has when it runs."""
        return shape_ops.identity(self._variable, name="read")

    def set_shape(self, shape) -> None:
        """Adds what is known of the static shape."""
        self._variable.set_shape(shape)
        self._snapshot.set_shape(shape)

    def eval(self, session=None):
        """The variable's value in `session`, or in the default session."""
        return self._variable.eval(session=session)

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Writes `value`; gives the variable after that, or the op where `read_value` is False."""
        result = state_ops.assign(self._variable, value, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        """Adds `delta`; gives the variable after that, or the op where `read_value` is False."""
        result = state_ops.assign_add(self._variable, delta, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        """Subtracts `delta`; gives the variable after that, or the op where `read_value` is False."""
        result = state_ops.assign_sub(self._variable, delta, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def count_up_to(self, limit):
        """The old value; then the variable is one more.  OutOfRangeError at `limit`."""
        return state_ops.count_up_to(self._variable, limit=limit)

    def _strided_slice_assign(self, begin, end, strides, value, name=None, **masks):
        return make("StridedSliceAssign", self._variable, begin, end, strides, value, name=name, **masks)

    @property
    def name(self) -> str:
        """The name of the variable's tensor, e.g. 'v:0'."""
        return self._variable.name

    @property
    def device(self) -> str:
        """The device of the variable's op."""
        return self._variable.device

    @property
    def dtype(self):
        """The reference type, e.g. float32_ref."""
        return self._variable.dtype

    @property
    def op(self):
        """The variable's op."""
        return self._variable.op

    @property
    def graph(self):
        """The graph that holds the variable."""
        return self._variable.graph

    @property
    def shape(self):
        """The static shape."""
        return self._variable.get_shape()

    def to_proto(self, export_scope=None):
        """A VariableDef, or None where the variable lies outside `export_scope`."""
        if export_scope is not None and not self._variable.name.startswith(export_scope):
            return None
        result = protos.VariableDef(
            variable_name=strip_name_scope(self._variable.name, export_scope),
            trainable=self.trainable,
            synchronization=self.synchronization.value,
            aggregation=self.aggregation.value,
            initializer_name=strip_name_scope(self.initializer.name, export_scope),
            snapshot_name=strip_name_scope(self._snapshot.name, export_scope),
        )
        if self._initial_value is not None:
            result.initial_value_name = strip_name_scope(self._initial_value.name, export_scope)
        if self._save_slice_info:
            result.save_slice_info_def.MergeFrom(self._save_slice_info.to_proto(export_scope=export_scope))
        return result


overload_operators(Variable, lambda variable: variable.value())


def _slice(variable, key):
    from tinytf.ops.array import slicing

    return slicing.variable_getitem(variable, key)


Variable.__getitem__ = _slice


def _in_place_operator(symbol, function):
    def operator(self, other):
        warnings.warn(
            f"Variable {symbol}= makes a new tensor and leaves the variable as it is; to change the variable use "
            f"assign, assign_add or assign_sub, for a new tensor write x = x {symbol} y.",
            stacklevel=2,
        )
        return function(self, other)

    return operator


for _method, _symbol, _function in (
    ("__iadd__", "+", lambda a, b: a + b),
    ("__isub__", "-", lambda a, b: a - b),
    ("__imul__", "*", lambda a, b: a * b),
    ("__itruediv__", "/", lambda a, b: a / b),
    ("__ipow__", "**", lambda a, b: a**b),
):
    setattr(RefVariable, _method, _in_place_operator(_symbol, _function))


def _ref_to_tensor(variable, dtype=None, name=None, as_ref=False):
    variable._dense(dtype)
    return variable._ref() if as_ref else variable.value()


register_conversion(RefVariable, _ref_to_tensor)

from tinytf.ops.state.variable_lists import *  # noqa: E402,F403  (the functions over lists of variables)
