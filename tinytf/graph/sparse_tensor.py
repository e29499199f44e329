"""`SparseTensor`: the entries of a tensor that are not zero, as three dense tensors."""

from __future__ import annotations

import collections

from tinytf import dtypes
from tinytf.graph.composite_tensor import CompositeTensor
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.nest import register_composite
from tinytf.shapes import TensorShape

SparseTensorValue = collections.namedtuple("SparseTensorValue", ["indices", "values", "dense_shape"])
SparseTensorValue.__doc__ = "The arrays of a SparseTensor: what feeding takes and fetching gives."


class SparseTensor(CompositeTensor):
    """Values `values` [n] at `indices` [n, rank] of a tensor of shape `dense_shape` [rank].

    `indices` and `dense_shape` are int64.  Raises ValueError where the static shapes disagree.
    Follows `tf.SparseTensor` of TF 1.15.
    """

    OVERLOADABLE_OPERATORS: set = set()

    def __init__(self, indices, values, dense_shape):
        with name_scope(None, "SparseTensor", [indices, values, dense_shape]):
            indices = convert_to_tensor(indices, dtype=dtypes.int64, name="indices")
            values = convert_to_tensor(values, name="values")
            dense_shape = convert_to_tensor(dense_shape, dtype=dtypes.int64, name="dense_shape")
        self._indices, self._values, self._dense_shape = indices, values, dense_shape
        where, what, whole = indices.shape.with_rank(2), values.shape.with_rank(1), dense_shape.shape.with_rank(1)
        where[0].merge_with(what[0])
        where[1].merge_with(whole[0])

    @property
    def _type_spec(self):
        from tinytf.graph.composite_specs import spec_of_sparse

        return spec_of_sparse(self)

    def _shape_invariant_to_type_spec(self, shape):
        from tinytf.graph.composite_specs import SparseTensorSpec

        return SparseTensorSpec(TensorShape(shape), self.dtype)

    @classmethod
    def from_value(cls, sparse_tensor_value) -> SparseTensor:
        """A SparseTensor of a SparseTensorValue."""
        if not is_sparse(sparse_tensor_value):
            raise TypeError(f"Neither a SparseTensor nor SparseTensorValue: {sparse_tensor_value}.")
        v = sparse_tensor_value
        return cls(indices=v.indices, values=v.values, dense_shape=v.dense_shape)

    @property
    def indices(self):
        """Where the entries stand: int64 [n, rank]."""
        return self._indices

    @property
    def values(self):
        """The entries: [n]."""
        return self._values

    @property
    def dense_shape(self):
        """The shape of the whole: int64 [rank]."""
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        """The static shape of the whole."""
        from tinytf.graph.constant_value import public_constant_dims

        return TensorShape._of(public_constant_dims(self._dense_shape))

    def get_shape(self) -> TensorShape:
        """The static shape of the whole."""
        return self.shape

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self._values.dtype

    @property
    def op(self):
        """The operation that makes `values`."""
        return self._values.op

    @property
    def graph(self):
        """The graph of the parts."""
        return self._indices.graph

    def consumers(self) -> list:
        """The operations that take one of the parts."""
        return [c for t in (self._indices, self._values, self._dense_shape) for c in t.consumers()]

    def eval(self, feed_dict=None, session=None) -> SparseTensorValue:
        """The SparseTensorValue of this in `session`, or in the default session."""
        from tinytf.graph.default_session import default_session_for

        session = default_session_for(self.graph, session, "evaluate tensor")
        return SparseTensorValue(*session.run([self._indices, self._values, self._dense_shape], feed_dict))

    @staticmethod
    def _override_operator(operator: str, function) -> None:
        SparseTensor.OVERLOADABLE_OPERATORS.add(operator)
        setattr(SparseTensor, operator, function)

    def __str__(self):
        return f"SparseTensor(indices={self._indices}, values={self._values}, dense_shape={self._dense_shape})"

    __repr__ = __str__


def is_sparse(x) -> bool:
    """Whether `x` is a SparseTensor or a SparseTensorValue."""
    return isinstance(x, (SparseTensor, SparseTensorValue))


def convert_to_tensor_or_sparse_tensor(value, dtype=None, name=None):
    """`value` as a Tensor, or as a SparseTensor where it is sparse.

    Follows `tf.convert_to_tensor_or_sparse_tensor` of TF 1.15.
    """
    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if isinstance(value, SparseTensor):
        if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
            raise RuntimeError(
                f"Sparse dtype: requested = {dtypes.as_dtype(dtype).name}, actual = {value.dtype.name}"
            )
        return value
    return convert_to_tensor(value, dtype=dtype, name=name)


register_composite(
    SparseTensor,
    lambda s: (s.indices, s.values, s.dense_shape),
    lambda s, parts: SparseTensor(*parts),
)
