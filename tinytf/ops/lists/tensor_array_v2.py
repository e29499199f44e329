"""A TensorArray that is a tensor list: what `tf.TensorArray` makes where control flow is made of functions."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.lists import list_ops
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.shapes import TensorShape


class TensorArrayV2(TensorArray):
    """As TensorArray; its flow is the list itself, and there is no handle.  Follows `_GraphTensorArrayV2` of TF 1.15."""

    def __init__(
        self, dtype, size=None, dynamic_size=None, clear_after_read=None, tensor_array_name=None, handle=None, flow=None,
        infer_shape=True, element_shape=None, colocate_with_first_write_call=True, name=None,
    ):  # fmt: skip
        if flow is not None and not (isinstance(flow, Tensor) and flow.dtype == dtypes.variant):
            raise TypeError("flow must be a variant tensor")
        if flow is None and size is None:
            raise ValueError("Size must be provided if flow is not provided")
        if flow is not None and size is not None:
            raise ValueError("Cannot provide both a flow and size at the same time")
        if flow is not None and element_shape is not None:
            raise ValueError("Cannot provide both a flow and element_shape at the same time")
        self._dynamic_size, self._infer_shape = dynamic_size, infer_shape
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._element_shape, self._handle, self._colocate = [TensorShape(element_shape)], None, None
        with name_scope(name, "TensorArrayV2", [size, flow]) as scope:
            self._flow = list_ops.tensor_list_reserve(element_shape, size, dtype, name=scope) if flow is None else flow

    def _with_flow(self, flow):
        result = TensorArrayV2(dtype=self._dtype, flow=flow, infer_shape=self._infer_shape)
        result._dynamic_size, result._element_shape = self._dynamic_size, self._element_shape
        return result

    def grad(self, source, flow=None, name=None):
        """Not for these: their gradients are lists like any other value."""
        raise NotImplementedError("TensorArray.grad: a TensorArray that is a tensor list has gradients by tf.gradients alone")

    def read(self, index, name=None):
        """Element `index`."""
        with name_scope(name, "TensorArrayV2Read", [self._flow, index]):
            return list_ops.tensor_list_get_item(self._flow, index, self._dtype, self.element_shape, name=name)

    def write(self, index, value, name=None):
        """Writes element `index`."""
        with name_scope(name, "TensorArrayV2Write", [self._flow, index, value]):
            value = self._checked(value)
            self._check_element_shape(value.shape)
            return self._with_flow(
                list_ops.tensor_list_set_item(self._flow, index, value, resize_if_index_out_of_bounds=self._dynamic_size, name=name)
            )

    def stack(self, name=None):
        """All elements in one tensor, along a new first axis."""
        with name_scope(name, "TensorArrayV2Stack", [self._flow]):
            return list_ops.tensor_list_stack(self._flow, self._dtype, element_shape=self.element_shape)

    def gather(self, indices, name=None):
        """The elements at `indices` (int32 vector) in one tensor."""
        return list_ops.tensor_list_gather(self._flow, indices, self._dtype, self.element_shape, name=name)

    def concat(self, name=None):
        """All elements one after the other along their first axis."""
        shape = [None, *self.element_shape.as_list()[1:]] if self.element_shape else None
        return list_ops.tensor_list_concat(self._flow, self._dtype, element_shape=shape, name=name)

    def unstack(self, value, name=None):
        """Writes element i from row i of `value`."""
        with name_scope(name, "TensorArrayUnstack", [self._flow, value]):
            value = self._checked(value)
            self._check_element_shape(value.shape[1:])
            return self._with_flow(list_ops.tensor_list_from_tensor(value, element_shape=value.shape[1:]))

    def scatter(self, indices, value, name=None):
        """Writes element indices[i] from row i of `value`."""
        with name_scope(name, "TensorArrayScatter", [self._flow, value, indices]):
            value = self._checked(value)
            self._check_element_shape(value.shape[1:])
            return self._with_flow(
                list_ops.tensor_list_scatter(value, indices, element_shape=self.element_shape, input_handle=self._flow)
            )

    def split(self, value, lengths, name=None):
        """Writes element i from the next lengths[i] rows of `value`."""
        with name_scope(name, "TensorArraySplit", [self._flow, value, lengths]):
            value = self._checked(value)
            lengths = self._checked_lengths(value, lengths)
            return self._with_flow(list_ops.tensor_list_split(value, self.element_shape, lengths, name=name))

    def size(self, name=None):
        """The number of elements, an int32 scalar."""
        return list_ops.tensor_list_length(self._flow, name=name)

    def close(self, name=None):
        """An op that does nothing: a list is freed when nobody holds it."""
        from tinytf.ops.control_flow import control_flow_ops

        return control_flow_ops.no_op(name=name)

    pack, unpack = stack, unstack
