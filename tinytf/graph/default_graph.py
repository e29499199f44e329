"""The default graph: the one that new ops go to, and what `tf.name_scope`, `tf.device` and the like mean in it."""

from __future__ import annotations

import contextlib

from tinytf.graph.default_session import DefaultStack
from tinytf.graph.graph import Graph
from tinytf.graph.operation import Operation
from tinytf.graph.tensor import Tensor

_default_graphs = DefaultStack()
_device_stacks = DefaultStack()  # for each default graph, the device scopes that it was entered in
_global_default: Graph | None = None


@contextlib.contextmanager
def entered(graph: Graph):
    """A context in which `graph` is the default graph: what `Graph.as_default` gives."""
    _default_graphs.stack.append(graph)
    _device_stacks.stack.append(graph._device_stack)
    try:
        yield graph
    finally:
        _device_stacks.stack.pop()
        if _default_graphs.stack.pop() is not graph:
            raise AssertionError("Nesting violated for default stack of Graph objects")


def get_default_graph() -> Graph:
    """The graph that new ops go to in this thread.  Follows `tf.get_default_graph`."""
    stack = _default_graphs.stack
    if stack:
        return stack[-1]
    global _global_default
    if _global_default is None:
        _global_default = Graph()
    return _global_default


def devices_of_innermost_graph() -> list:
    """The device scopes for what `init_scope` lifts out: those in force, or where there are none those of the innermost default graph.

    There may be such: a colocation sets them aside, but not for what is lifted out.
    """
    found = get_default_graph()._device_stack
    for graph, devices in zip(reversed(_default_graphs.stack), reversed(_device_stacks.stack)):
        found = found or devices
        if not graph.building_function:
            break
    return found


def has_default_graph() -> bool:
    """Whether a graph was made the default one by `with graph.as_default():`."""
    return bool(_default_graphs.stack)


def reset_default_graph() -> None:
    """Forgets the global default graph.  Raises AssertionError inside `with graph.as_default():`, as TF does."""
    if _default_graphs.stack:
        raise AssertionError("Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit the nesting and create a new graph.")
    global _global_default
    _global_default = None


def get_graph_from_inputs(values, graph: Graph | None = None) -> Graph:
    """The graph that all tensors and ops among `values` belong to, or the default graph.

    Raises ValueError where they belong to several.
    """
    current = get_default_graph()
    if current.building_function:
        return current  # what comes from outside is captured
    first = None
    for value in values:
        convert = getattr(value, "_as_graph_element", None)
        if convert is not None:
            element = convert()
            value = value if element is None else element
        if not isinstance(value, (Tensor, Operation)):
            continue
        if graph is None:
            graph, first = value.graph, value
        elif value.graph is not graph:
            if first is None:
                raise ValueError(f"{value} is not from the passed-in graph.")
            raise ValueError(f"{value} must be from the same graph as {first}.")
    return graph or current


class name_scope:
    """A context in which ops are called `name/…`; `default_name` where `name` is None.

    `values`: tensors whose graph becomes the default graph inside.  Follows `tf.name_scope` of TF 1.15.
    """

    def __init__(self, name, default_name=None, values=None):
        if not (default_name is None or isinstance(default_name, str)):
            raise TypeError(
                f"`default_name` type ({type(default_name)}) is not a string type. You likely meant to pass this into the `values` kwarg."
            )
        self._name = default_name if name is None else name
        self._given, self._default_name, self._values = name, default_name, values

    @property
    def name(self):
        """The name asked for."""
        return self._name

    def __enter__(self) -> str:
        if self._given is None and self._default_name is None and self._values is not None:
            raise ValueError(f"At least one of name ({self._given}) and default_name ({self._default_name}) must be provided.")
        values = self._values
        self._stack = contextlib.ExitStack()
        if values:
            graph = get_graph_from_inputs(values)
            self._stack.enter_context(graph.as_default())
        else:
            graph = get_default_graph()
        return self._stack.enter_context(graph.name_scope(self._name))

    def __exit__(self, *error):
        self._stack.close()
        return False

    def __call__(self, function):
        import functools

        @functools.wraps(function)
        def scoped(*args, **kwargs):
            with name_scope(self._given, self._default_name, self._values):
                return function(*args, **kwargs)

        return scoped


def control_dependencies(control_inputs):
    """`Graph.control_dependencies` of the default graph."""
    return get_default_graph().control_dependencies(control_inputs)


def device(device_name_or_function):
    """`Graph.device` of the default graph."""
    return get_default_graph().device(device_name_or_function)


def container(container_name):
    """`Graph.container` of the default graph."""
    return get_default_graph().container(container_name)


def colocate_with(op, ignore_existing: bool = False):
    """`Graph.colocate_with` of the default graph."""
    return get_default_graph().colocate_with(op, ignore_existing)


def add_to_collection(name, value) -> None:
    """`Graph.add_to_collection` of the default graph."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names, value) -> None:
    """`Graph.add_to_collections` of the default graph."""
    get_default_graph().add_to_collections(names, value)


def get_collection(key, scope=None) -> list:
    """`Graph.get_collection` of the default graph."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key) -> list:
    """`Graph.get_collection_ref` of the default graph."""
    return get_default_graph().get_collection_ref(key)


def get_all_collection_keys() -> list:
    """The names of the default graph's collections."""
    return get_default_graph().get_all_collection_keys()
