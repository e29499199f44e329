"""`tensorflow.python.framework.ops`: the small helpers of it that programs reach for and that have no public name."""

from __future__ import annotations

import contextlib

from tinytf.graph.graph import get_default_graph, get_graph_from_inputs, name_scope
from tinytf.graph.tensor import Tensor, next_uid


def uid() -> int:
    """A number that nobody else of this process has."""
    return next_uid()


def tensor_id(tensor) -> int:
    """The number of a tensor."""
    return id(tensor)


def executing_eagerly_outside_functions() -> bool:
    """False: every op goes into a graph."""
    return False


def inside_function() -> bool:
    """Whether ops go into the graph of a function now."""
    return bool(getattr(get_default_graph(), "_building_function", False))


def default_session(session):
    """A context within which `session` is the default one."""
    return session.as_default()


def get_name_scope() -> str:
    """The name scope that ops are made in now, without the last slash."""
    return get_default_graph().get_name_scope()


def name_from_scope_name(name: str) -> str:
    """The name of an op, given as a scope's name, without the slash at its end."""
    return name[:-1] if name.endswith("/") else name


def op_scope(values, name, default_name=None):
    """name_scope with its arguments in the order of before 1.0."""
    return name_scope(name, default_name=default_name, values=values)


def is_dense_tensor_like(value) -> bool:
    """Whether this is a tensor or a variable."""
    return isinstance(value, Tensor) or hasattr(value, "_graph_element") or hasattr(value, "_ref")


def register_dense_tensor_like_type(tensor_type) -> None:
    """Checks what TensorFlow checks of such a type; nothing else depends on it here."""
    for name in ("name", "dtype"):
        if not isinstance(getattr(tensor_type, name, None), property):
            raise TypeError("Type %s does not define a `%s` property" % (tensor_type.__name__, name))


@contextlib.contextmanager
def NullContextmanager(*args, **kwargs):
    """A context that does nothing."""
    yield


def dismantle_graph(graph) -> None:
    """Drops the operations of a graph that is used no more."""


_get_graph_from_inputs = get_graph_from_inputs
