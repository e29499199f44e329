"""`Tensor`: one result of an Operation, without a value until a session computes it."""

from __future__ import annotations

import itertools

from tinytf import dtypes
from tinytf.errors import OperatorNotAllowedInGraphError
from tinytf.shapes import TensorShape, as_dims, dims_to_string

next_uid = itertools.count().__next__  # numbers tensors and graphs, over all graphs: function names are made of it


class Tensor:
    """Result number `value_index` of `op`.  Follows `tf.Tensor` of TF 1.15 (graph mode).

    `dims` is its static shape as plain data: a tuple of int or None, or None for unknown rank.
    Python operators are added by `tinytf.ops.operators`.
    """

    __slots__ = ("op", "value_index", "dtype", "dims", "_id", "_consumers", "__dict__", "__weakref__")

    # NumPy must leave `array + tensor` to us.
    __array_priority__ = 100

    OVERLOADABLE_OPERATORS: set = set()
    _USE_EQUALITY = False  # tensors compare by identity, as in TensorFlow 1

    def __init__(self, op, value_index: int, dtype):
        self.op = op
        self.value_index = value_index
        self.dtype = dtypes.as_dtype(dtype)
        self.dims = None
        self._id = next_uid()
        self._consumers: list = []

    @property
    def name(self) -> str:
        """`op_name:index`, the name that `Graph.get_tensor_by_name` takes."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def _value_index(self) -> int:
        return self.value_index

    def _as_node_def_input(self) -> str:
        """This tensor as the input of a NodeDef names it."""
        return self.op.name if self.value_index == 0 else self.name

    def _shape_tuple(self):
        return self.dims

    @property
    def graph(self):
        """The graph that holds this tensor."""
        return self.op.graph

    @property
    def device(self) -> str:
        """The device of the op that makes this tensor."""
        return self.op.device

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return TensorShape._of(self.dims)

    @property
    def _shape(self) -> TensorShape:
        return TensorShape._of(self.dims)

    def get_shape(self) -> TensorShape:
        """The static shape."""
        return TensorShape._of(self.dims)

    def _shape_as_list(self):
        return None if self.dims is None else list(self.dims)

    def _rank(self):
        return None if self.dims is None else len(self.dims)

    def set_shape(self, shape) -> None:
        """Adds what is known of the static shape.  Raises ValueError where it contradicts what was known."""
        new = as_dims(shape)
        if self.dims is None:
            self.dims = new
        elif new is not None:
            if len(new) != len(self.dims):
                raise ValueError(f"Shapes must be equal rank, but are {len(self.dims)} and {len(new)}")
            for a, b in zip(self.dims, new):
                if a is not None and b is not None and a != b:
                    raise ValueError(
                        f"Dimension mismatch: tensor '{self.name}' has shape {dims_to_string(self.dims)}, "
                        f"which cannot be set to {dims_to_string(new)}: Dimensions must be equal, but are {a} and {b}"
                    )
            self.dims = tuple([b if a is None else a for a, b in zip(self.dims, new)])

    def consumers(self) -> list:
        """The operations that take this tensor as an input, once for each input."""
        return list(self._consumers)

    def eval(self, feed_dict=None, session=None):
        """The value of this tensor in `session`, or in the default session."""
        from tinytf.graph.default_session import default_session_for

        return default_session_for(self.graph, session, "evaluate tensor").run(self, feed_dict)

    def _as_tf_output(self):
        return self

    def experimental_ref(self):
        """A hashable reference to this tensor."""
        return self

    ref = experimental_ref

    def deref(self):
        """The tensor itself."""
        return self

    def __repr__(self):
        return f"<tf.Tensor '{self.name}' shape={dims_to_string(self.dims)} dtype={self.dtype.name}>"

    def __str__(self):
        shape = "" if self.dims is None else f", shape={dims_to_string(self.dims)}"
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name}{", device=" + self.device if self.device else ""})'

    # As Python has it: equal is who is the same.  In C, as plans and shape inference look tensors up all the time.
    __hash__ = object.__hash__
    __eq__ = object.__eq__

    def __len__(self):
        raise TypeError(f"len is not well defined for symbolic Tensors. ({self.name}) Please call `x.shape` rather than `len(x)` for shape information.")

    def __bool__(self):
        raise OperatorNotAllowedInGraphError(
            "using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution. Use Eager execution or decorate this function "
            "with @tf.function."
        )

    def __iter__(self):
        raise OperatorNotAllowedInGraphError("iterating over `tf.Tensor` is not allowed in Graph execution. Use Eager execution or decorate this function with @tf.function.")

    def __array__(self, *args, **kwargs):
        raise NotImplementedError(f"Cannot convert a symbolic Tensor ({self.name}) to a numpy array. Evaluate it with Session.run first.")

    def numpy(self):
        """Eager tensors only: a graph's tensor has no value outside a session."""
        raise AttributeError("'Tensor' object has no attribute 'numpy': it has a value only inside a session; use sess.run(tensor).")

    @staticmethod
    def _override_operator(operator: str, function) -> None:
        """Makes a Python operator, e.g. `__add__`, call `function`."""
        Tensor.OVERLOADABLE_OPERATORS.add(operator)
        setattr(Tensor, operator, function)
