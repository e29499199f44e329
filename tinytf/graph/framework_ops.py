"""`tensorflow.python.framework.ops`: the small helpers of it that programs reach for and that have no public name."""

from __future__ import annotations

import collections.abc
import contextlib

from tinytf import dtypes
from tinytf.graph.composite_tensor import CompositeTensor
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import _default_graphs as _default_graph_stack  # noqa: F401
from tinytf.graph.default_graph import get_default_graph, get_graph_from_inputs, name_scope
from tinytf.graph.default_session import sessions as _default_session_stack  # noqa: F401
from tinytf.graph.graph import _OP_NAME, _SCOPE_NAME
from tinytf.graph.shape_inference import infer_shapes
from tinytf.graph.tensor import Tensor, next_uid

_VALID_OP_NAME_REGEX, _VALID_SCOPE_NAME_REGEX = _OP_NAME, _SCOPE_NAME
_USE_C_API = _USE_C_SHAPES = True



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


def get_gradient_function(op):
    """The gradient function of an operation, by its type or by `gradient_override_map`; LookupError where there is none."""
    from tinytf.ops.autodiff.gradient_registry import gradient_function

    return gradient_function(op)


class RegisterShape:
    """A decorator that takes a shape function for an op type.  As in TF 1.15, the op's own shape rule is what counts."""

    def __init__(self, op_type: str):
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._op_type = op_type

    def __call__(self, f):
        return f


def _set_call_cpp_shape_fn(call_cpp_shape_fn) -> None:
    """Takes what TensorFlow's own modules hand over; shape rules here stand beside the ops."""


def set_shape_and_handle_data_for_outputs(op) -> None:
    """Sets the static shapes of an op's outputs by its shape rule."""
    infer_shapes(op)


def convert_to_tensor_or_composite(value, dtype=None, name=None):
    """`value` as a tensor, or as it is where it is a CompositeTensor; ValueError where its dtype is another one."""
    if isinstance(value, CompositeTensor):
        found = getattr(value, "dtype", None)
        if dtype and found is not None and not dtypes.as_dtype(dtype).is_compatible_with(found):
            raise ValueError(
                "Tensor conversion requested dtype %s for Tensor with dtype %s: %r" % (dtypes.as_dtype(dtype).name, found.name, value)
            )
        return value
    return convert_to_tensor(value, dtype=dtype, name=name, accepted_result_types=(Tensor, CompositeTensor))


def convert_n_to_tensor_or_composite(values, dtype=None, name=None) -> list:
    """A list of tensors, composites or None."""
    if not isinstance(values, collections.abc.Sequence):
        raise TypeError("values must be a sequence.")
    return [
        None if value is None else convert_to_tensor_or_composite(value, dtype, None if name is None else "%s_%d" % (name, i))
        for i, value in enumerate(values)
    ]


def numpy_text(tensor, is_repr: bool = False) -> str:
    """The text of a tensor's value: a graph's tensor has none yet."""
    return "<unprintable>"


class name_scope_v2:  # noqa: N801  (TensorFlow's name)
    """`with tf.name_scope("a")` of TensorFlow 2: the name is a text and nothing else."""

    def __init__(self, name):
        if name is None or not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        self._name = name
        self._scopes: list = []

    @property
    def name(self) -> str:
        """The name asked for."""
        return self._name

    def __enter__(self) -> str:
        self._scopes.append(name_scope(self._name))
        return self._scopes[-1].__enter__()

    def __exit__(self, *error):
        return self._scopes.pop().__exit__(*error)


class EagerTensor(Tensor):
    """The class of eager mode's tensors: there are none."""

    __slots__ = ()
