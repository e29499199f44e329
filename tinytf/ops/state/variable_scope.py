"""Variable scopes and `tf.get_variable`: variables that are found by name and shared.

A variable scope carries two names: that of its variables (`a/b`), which is the same at each entry, and
that of its ops (`a/b`, then `a_1/b`, …), which is new at each entry.
"""

from __future__ import annotations

import bisect
import contextlib
import enum
import functools
import threading

from tinytf import dtypes, switches
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_collection, get_collection_ref, get_default_graph, get_graph_from_inputs, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.ops.state.variable_store import VariableStore
from tinytf.ops.state.variables import VariableAggregation, VariableSynchronization

_STORE_KEY = ("__variable_store",)
_SCOPES_KEY = ("__varscope",)


class _ReuseMode(enum.Enum):
    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE

def no_regularizer(_):
    """A regularizer that regularizes nothing: it keeps the scope's regularizer away."""
    return None


_SETTINGS = (
    "initializer", "regularizer", "caching_device", "partitioner", "custom_getter", "dtype", "use_resource",
)  # fmt: skip


class VariableScope:
    """What `get_variable` uses by default in a scope: name, reuse, initializer and so on.

    Follows tf.VariableScope of TF 1.15.
    """

    def __init__(
        self,
        reuse,
        name="",
        initializer=None,
        regularizer=None,
        caching_device=None,
        partitioner=None,
        custom_getter=None,
        name_scope="",
        dtype=dtypes.float32,
        use_resource=None,
        constraint=None,
    ):
        self._name, self._reuse, self._name_scope = name, reuse, name_scope
        self.initializer, self.regularizer, self.caching_device = initializer, regularizer, caching_device
        self.partitioner, self.custom_getter, self.dtype = partitioner, custom_getter, dtype
        self.use_resource, self.constraint = use_resource, constraint

    @property
    def name(self) -> str:
        """The prefix of variable names, without a trailing '/'."""
        return self._name

    @property
    def original_name_scope(self) -> str:
        """The name scope of the ops made when this scope was first entered, with a trailing '/'."""
        return self._name_scope

    @property
    def reuse(self):
        """True, False or AUTO_REUSE."""
        return self._reuse

    def reuse_variables(self) -> None:
        """From here on `get_variable` finds variables and makes none."""
        self._reuse = True

    def set_initializer(self, initializer) -> None:
        """Sets the default initializer."""
        self.initializer = initializer

    def set_dtype(self, dtype) -> None:
        """Sets the default dtype."""
        self.dtype = dtype

    def set_use_resource(self, use_resource) -> None:
        """Sets whether variables are resource variables."""
        self.use_resource = use_resource

    def set_regularizer(self, regularizer) -> None:
        """Sets the default regularizer."""
        self.regularizer = regularizer

    def set_caching_device(self, caching_device) -> None:
        """Sets the default caching device."""
        self.caching_device = caching_device

    def set_partitioner(self, partitioner) -> None:
        """Sets the default partitioner."""
        self.partitioner = partitioner

    def set_custom_getter(self, custom_getter) -> None:
        """Sets the default custom getter."""
        self.custom_getter = custom_getter

    def get_collection(self, name) -> list:
        """The items of a collection whose name lies in this scope."""
        return get_collection(name, self._name + "/" if self._name else "")

    def trainable_variables(self) -> list:
        """The trainable variables of this scope."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list:
        """The global variables of this scope."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list:
        """The local variables of this scope."""
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(
        self,
        var_store,
        name,
        shape=None,
        dtype=None,
        initializer=None,
        regularizer=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        custom_getter=None,
        constraint=None,
        synchronization=VariableSynchronization.AUTO,
        aggregation=VariableAggregation.NONE,
    ):
        """The variable `name` of this scope, from `var_store`; see `tf.get_variable`."""

        def own(value, setting):
            return getattr(self, setting) if value is None else value

        with name_scope(None):
            if dtype is not None and initializer is not None and not callable(initializer):
                init_dtype = convert_to_tensor(initializer).dtype.base_dtype
                if init_dtype != dtype:
                    raise ValueError(
                        "Initializer type '%s' and explicit dtype '%s' don't match." % (init_dtype, dtype)
                    )
            return var_store.get_variable(
                self.name + "/" + name if self.name else name,
                shape=shape,
                dtype=own(dtype, "dtype"),
                initializer=own(initializer, "initializer"),
                regularizer=own(regularizer, "regularizer"),
                reuse=own(reuse, "reuse"),
                trainable=trainable,
                collections=collections,
                caching_device=own(caching_device, "caching_device"),
                partitioner=own(partitioner, "partitioner"),
                validate_shape=validate_shape,
                use_resource=own(use_resource, "use_resource"),
                custom_getter=own(custom_getter, "custom_getter"),
                constraint=own(constraint, "constraint"),
                synchronization=synchronization,
                aggregation=aggregation,
            )

    def _get_partitioned_variable(
        self, var_store, name, shape=None, dtype=None, initializer=None, partitioner=None, **rest
    ):
        if self.custom_getter is not None:
            raise ValueError(
                "Private access to _get_partitioned_variable is not allowed when a custom getter is set.  Current "
                "custom getter: %s.  It is likely that you're using create_partitioned_variables.  If so, consider "
                "instead using get_variable with a non-empty partitioner parameter instead." % self.custom_getter
            )
        partitioner = self.partitioner if partitioner is None else partitioner
        if partitioner is None:
            raise ValueError("No partitioner was specified")
        for setting in ("regularizer", "constraint", "caching_device", "use_resource"):
            if rest.get(setting) is None:
                rest[setting] = getattr(self, setting)
        with name_scope(None):
            return var_store._get_partitioned_variable(
                "/".join([part for part in (self.name, name) if part]),
                partitioner,
                shape=shape,
                dtype=self.dtype if dtype is None else dtype,
                initializer=self.initializer if initializer is None else initializer,
                reuse=self.reuse,
                **rest,
            )


class _ScopeStore(threading.local):
    """The current scope of each thread, and how often each scope name was opened."""

    def __init__(self):
        super().__init__()
        self.current_scope = VariableScope(False)
        self.variable_scopes_count: dict = {}
        self._sorted_names: list = []  # so that the scopes inside of one are found without looking at all

    def open_variable_scope(self, name) -> None:
        at = bisect.bisect_left(self._sorted_names, name)
        if at == len(self._sorted_names) or self._sorted_names[at] != name:
            self._sorted_names.insert(at, name)
        self.variable_scopes_count[name] = self.variable_scopes_count.get(name, 0) + 1

    def close_variable_subscopes(self, name) -> None:
        names, counts = self._sorted_names, self.variable_scopes_count
        prefix = "" if name is None else name + "/"
        for at in range(bisect.bisect_left(names, prefix), len(names)):
            if not names[at].startswith(prefix):
                break
            if names[at] in counts:
                counts[names[at]] = 0


def _of_graph(key, make):
    found = get_collection_ref(key)
    if not found:
        get_default_graph()._collections[key] = found = [make()]
    return found[0]


def get_variable_scope_store() -> _ScopeStore:
    """The scopes of the default graph."""
    return _of_graph(_SCOPES_KEY, _ScopeStore)


def _get_default_variable_store() -> VariableStore:
    return _of_graph(_STORE_KEY, VariableStore)


def get_variable_scope() -> VariableScope:
    """The current variable scope.  Follows tf.get_variable_scope of TF 1.15."""
    return get_variable_scope_store().current_scope


@contextlib.contextmanager
def with_variable_store(store):
    """A context whose `get_variable` uses another store."""
    current = get_collection_ref(_STORE_KEY)
    old = list(current)
    current[:] = [store]
    try:
        yield
    finally:
        current[:] = old


def get_variable(
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=None,
    collections=None,
    caching_device=None,
    partitioner=None,
    validate_shape=True,
    use_resource=None,
    custom_getter=None,
    constraint=None,
    synchronization=VariableSynchronization.AUTO,
    aggregation=VariableAggregation.NONE,
):
    """The variable `name` in the current scope: found where the scope reuses, made otherwise.

    `initializer` is a function of (shape, dtype, partition_info), a tensor or a value (then without `shape`);
    the default is Glorot uniform for floats, zeros for integers.  Raises ValueError where the variable exists
    and the scope does not reuse, does not exist and it does, or differs in shape or dtype.
    Follows tf.get_variable of TF 1.15.
    """
    return get_variable_scope().get_variable(
        _get_default_variable_store(),
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=collections,
        caching_device=caching_device,
        partitioner=partitioner,
        validate_shape=validate_shape,
        use_resource=use_resource,
        custom_getter=custom_getter,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def get_local_variable(
    name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=False, collections=None, caching_device=None,
    partitioner=None, validate_shape=True, use_resource=None, custom_getter=None, constraint=None,
    synchronization=VariableSynchronization.AUTO, aggregation=VariableAggregation.NONE,
):  # fmt: skip
    """As `get_variable`, but a local, untrainable variable.  Follows tf.get_local_variable of TF 1.15."""
    return get_variable(
        name, shape, dtype, initializer, regularizer, False, [*(collections or []), GraphKeys.LOCAL_VARIABLES], caching_device,
        partitioner, validate_shape, use_resource, custom_getter, constraint, synchronization, aggregation,
    )  # fmt: skip


def _get_partitioned_variable(name, **rest):
    return get_variable_scope()._get_partitioned_variable(_get_default_variable_store(), name, **rest)


class _ChainedGetter:
    """A custom getter inside of another: it gets the outer one, already bound, as its `getter`."""

    def __init__(self, getter, outer):
        self._getter, self._outer = getter, outer

    def __call__(self, getter, *args, **kwargs):
        return self._getter(functools.partial(self._outer, getter), *args, **kwargs)


class _PureVariableScope:
    """Changes the variable scope and leaves the name scope alone."""

    def __init__(self, name_or_scope, reuse=None, old_name_scope=None, constraint=None, **settings):
        self._name_or_scope, self._reuse, self._old_name_scope = name_or_scope, reuse, old_name_scope
        self._constraint, self._settings = constraint, settings
        _get_default_variable_store()
        self._store = get_variable_scope_store()
        self._reentered = None
        if isinstance(name_or_scope, VariableScope):
            # Fixed when the context is made, not when it is entered.
            self._reentered = self._derived(
                name_or_scope, reuse or name_or_scope.reuse, name_or_scope.name, name_or_scope._name_scope
            )

    def _derived(self, base, reuse, name, scope):
        values = {setting: getattr(base, setting) for setting in _SETTINGS}
        for setting, value in self._settings.items():
            if value is None:
                continue
            if setting == "custom_getter" and base.custom_getter is not None:
                value = _ChainedGetter(value, base.custom_getter)
            values[setting] = value
        return VariableScope(reuse, name=name, name_scope=scope, constraint=self._constraint, **values)

    def __enter__(self) -> VariableScope:
        store = self._store
        self._old = store.current_scope
        if self._reentered is not None:
            new = self._reentered
            store.open_variable_scope(new.name)
            self._old_counts = dict(store.variable_scopes_count)
        else:
            name = self._name_or_scope
            scope = name if self._old_name_scope is None else self._old_name_scope
            self._reuse = self._reuse or self._old.reuse  # inherited by scopes inside
            full = self._old.name + "/" + name if self._old.name else name
            new = self._derived(self._old, self._reuse, full, scope)
            store.open_variable_scope(full)
        store.current_scope = self._entered = new
        return new

    def __exit__(self, *unused):
        store = self._store
        if store.current_scope is not self._entered:
            raise RuntimeError("Improper nesting of variable_scope.")
        if self._reentered is not None:
            store.variable_scopes_count = self._old_counts
        else:
            store.close_variable_subscopes(self._entered.name)
        store.current_scope = self._old


def _unused_scope_name(prefix) -> str:
    store = get_variable_scope_store()
    current = store.current_scope.name
    name = current + "/" + prefix if current else prefix
    if not store.variable_scopes_count.get(name, 0):
        return prefix
    number = 1
    while store.variable_scopes_count.get("%s_%d" % (name, number), 0):
        number += 1
    return "%s_%d" % (prefix, number)


class variable_scope:
    """A context for `get_variable`: names, reuse and defaults; its ops get a name scope too.

    `name_or_scope` is a name or a VariableScope to enter again; with None, `default_name` made unique.
    `reuse` True finds variables only, AUTO_REUSE finds or makes, None inherits.  Raises TypeError,
    ValueError for arguments that do not fit.  Follows tf.variable_scope of TF 1.15.
    """

    def __init__(
        self,
        name_or_scope,
        default_name=None,
        values=None,
        initializer=None,
        regularizer=None,
        caching_device=None,
        partitioner=None,
        custom_getter=None,
        reuse=None,
        dtype=None,
        use_resource=None,
        constraint=None,
        auxiliary_name_scope=True,
    ):
        if default_name is None and name_or_scope is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        if reuse is False:
            reuse = None  # off cannot be set inside a scope that reuses
        if not (reuse is True or reuse is None or reuse is AUTO_REUSE):
            raise ValueError("The reuse parameter must be True or False or None.")
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError(
                "The auxiliary_name_scope must be `True` or `False`, while get {}".format(auxiliary_name_scope)
            )
        self._name_or_scope, self._default_name, self._reuse = name_or_scope, default_name, reuse
        self._auxiliary = auxiliary_name_scope
        self._settings = dict(
            initializer=initializer,
            regularizer=regularizer,
            caching_device=caching_device,
            partitioner=partitioner,
            custom_getter=custom_getter,
            dtype=dtype,
            use_resource=use_resource,
            constraint=constraint,
        )
        self._graph = get_graph_from_inputs(values or [])
        self._pure = self._name_scope = None

    def __enter__(self) -> VariableScope:
        self._stack = contextlib.ExitStack()
        try:
            self._stack.enter_context(self._graph.as_default())
            if self._pure is not None:  # the same object entered again
                if self._name_scope is not None:
                    self._stack.enter_context(self._name_scope)
                return self._stack.enter_context(self._pure)
            return self._first_entry()
        except BaseException:
            self._stack.close()
            raise

    def _first_entry(self):
        scope = None
        if not self._auxiliary:
            current = get_default_graph().get_name_scope()
            scope = name_scope(current + "/" if current else current)
        given = self._name_or_scope
        if given is None:
            if self._reuse:
                raise ValueError("reuse=True cannot be used without a name_or_scope")
            self._name_scope = scope or name_scope(self._default_name)
            old_name_scope = self._stack.enter_context(self._name_scope)
            pure = _PureVariableScope(
                _unused_scope_name(self._default_name), old_name_scope=old_name_scope, **self._settings
            )
        else:
            if not isinstance(given, (VariableScope, str)):
                raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
            last = given if isinstance(given, str) else given.name.split("/")[-1]
            old_name_scope = None
            if last or scope:
                self._name_scope = scope or name_scope(last)
                entered = self._stack.enter_context(self._name_scope)
                old_name_scope = entered if isinstance(given, str) else given.original_name_scope
            pure = _PureVariableScope(given, reuse=self._reuse, old_name_scope=old_name_scope, **self._settings)
        result = self._stack.enter_context(pure)
        self._pure = pure
        return result

    def __exit__(self, *error):
        return self._stack.__exit__(*error)

    def __call__(self, function):
        @functools.wraps(function)
        def scoped(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return scoped


@contextlib.contextmanager
def variable_op_scope(values, name_or_scope, default_name=None, **settings):
    """`variable_scope` with its old order of arguments.  Follows tf.variable_op_scope of TF 1.15."""
    with variable_scope(name_or_scope, default_name=default_name, values=values, **settings) as scope:
        yield scope


@contextlib.contextmanager
def variable_creator_scope(variable_creator):
    """A context in which `variable_creator(next_creator, **kwargs)` makes the variables.

    Follows tf.variable_creator_scope of TF 1.15.
    """
    graph = get_default_graph()
    old = graph._variable_creator_stack
    graph._variable_creator_stack = new = [*old, variable_creator]
    try:
        yield
    finally:
        if graph._variable_creator_stack is not new:
            raise RuntimeError("Exiting variable_creator_scope without proper nesting.")
        graph._variable_creator_stack = old


def default_variable_creator(next_creator=None, use_resource=None, **given):
    """Makes a RefVariable, or a ResourceVariable where asked for: the innermost variable creator."""
    from tinytf.ops.state import resource_variables, variables

    if use_resource is None:
        use_resource = get_variable_scope().use_resource
    if use_resource is None:
        use_resource = switches.resource_variables_enabled()
    if use_resource:
        given.pop("expected_shape", None)
        return resource_variables.ResourceVariable(**given)
    given.pop("distribute_strategy", None)
    return variables.RefVariable(**given)
