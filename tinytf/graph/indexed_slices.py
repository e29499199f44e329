"""`IndexedSlices`: some rows of a larger tensor, e.g. the gradient of a gather."""

from __future__ import annotations

import collections

from tinytf.graph.composite_tensor import CompositeTensor
from tinytf.nest import register_composite
from tinytf.shapes import TensorShape


class IndexedSlices(CompositeTensor):
    """Rows `values` that stand at `indices` of a tensor of shape `dense_shape`.  Follows `tf.IndexedSlices`."""

    def __init__(self, values, indices, dense_shape=None):
        self._values, self._indices, self._dense_shape = values, indices, dense_shape

    @property
    def _type_spec(self):
        from tinytf.graph.composite_specs import spec_of_slices

        return spec_of_slices(self)

    @property
    def values(self):
        """The rows."""
        return self._values

    @property
    def indices(self):
        """Where they stand: a vector of integers."""
        return self._indices

    @property
    def dense_shape(self):
        """The shape of the whole, a vector of integers, or None."""
        return self._dense_shape

    @property
    def shape(self):
        """The static shape of the whole."""
        if self._dense_shape is None:
            return TensorShape(None)
        from tinytf.graph.constant_value import constant_dims

        return TensorShape._of(constant_dims(self._dense_shape))

    @property
    def name(self):
        """The name of `values`."""
        return self._values.name

    @property
    def device(self):
        """The device of `values`."""
        return self._values.device

    @property
    def op(self):
        """The operation that makes `values`."""
        return self._values.op

    @property
    def dtype(self):
        """The dtype of `values`."""
        return self._values.dtype

    @property
    def graph(self):
        """The graph of `values`."""
        return self._values.graph

    def consumers(self):
        """The operations that take one of the parts."""
        return self._values.consumers() + self._indices.consumers()

    def __neg__(self):
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    def __str__(self):
        shape = f", dense_shape={self._dense_shape}" if self._dense_shape is not None else ""
        return f"IndexedSlices(indices={self._indices}, values={self._values}{shape})"

    __repr__ = __str__


IndexedSlicesValue = collections.namedtuple("IndexedSlicesValue", ["values", "indices", "dense_shape"])  # what a fetch of one gives


register_composite(
    IndexedSlices,
    lambda s: (s.values, s.indices) if s.dense_shape is None else (s.values, s.indices, s.dense_shape),
    lambda s, parts: IndexedSlices(*parts),
)
