"""Tensor lists: `tensorflow.python.ops.list_ops` of TF 1.15, lists of tensors as values of dtype variant."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.function import FuncGraph, find_function
from tinytf.graph.op_entry import op
from tinytf.graph.op_summary import type_name
from tinytf.graph.shape_rules import merge_dims, scalar, with_rank, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.lists import list_kernels as kernels
from tinytf.shapes import Dimension, TensorShape

# Gradients ----------------------------------------------------------------------------------------


def _element_shape(handle):
    return make("TensorListElementShape", handle, shape_type=dtypes.int32)


def _row_shape(tensor):
    from tinytf.ops.array import shape_ops
    from tinytf.ops.array.slicing import slice as slice_of

    return slice_of(shape_ops.shape(tensor), [1], [-1])


def _push_grad(op, dresult):
    from tinytf.ops.array import shape_ops

    return make("TensorListPopBack", dresult, shape_ops.shape(op.inputs[1]), element_dtype=kernels.dtype(op))


def _pop_grad(op, dlist, delement):
    if dlist is None:
        dlist = empty_tensor_list(_element_shape(op.outputs[0]), delement.dtype)
    if delement is None:
        from tinytf.ops.array import constant

        delement = constant.zeros_like(op.outputs[1])
    return make("TensorListPushBack", dlist, delement), None


def _stack_grad(op, dtensor):
    return tensor_list_from_tensor(dtensor, element_shape=dtensor.shape[1:]), None


def _concat_grad(op, dtensor, unused_dlengths):
    dlist = tensor_list_split(dtensor, _element_shape(op.inputs[0]), lengths=op.outputs[1])
    return [dlist] + [None] * (len(op.inputs) - 1)


def _split_grad(op, dlist):
    from tinytf.ops.array.concat_split import concat

    tensor, _, lengths = op.inputs
    shape = concat([[-1], _row_shape(tensor)], axis=0)
    return make("TensorListConcatV2", dlist, shape, lengths, element_dtype=tensor.dtype)[0], None, None


def _from_tensor_grad(op, dlist):
    tensor = op.inputs[0]
    count = tensor.dims[0] if tensor.dims else None
    if dlist is None:
        dlist = empty_tensor_list(_element_shape(op.outputs[0]), tensor.dtype)
    return make("TensorListStack", dlist, _row_shape(tensor), element_dtype=tensor.dtype, num_elements=-1 if count is None else count), None


def _get_grad(op, ditem):
    size = make("TensorListLength", op.inputs[0])
    empty = make("TensorListReserve", _element_shape(op.inputs[0]), size, element_dtype=ditem.dtype)
    return tensor_list_set_item(empty, op.inputs[1], ditem), None, None


def _set_grad(op, dlist):
    from tinytf.ops.array import constant, shape_ops

    _, index, item = op.inputs
    dlist_without = tensor_list_set_item(dlist, index, constant.zeros_like(item))
    return dlist_without, None, make("TensorListGetItem", dlist, index, shape_ops.shape(item), element_dtype=item.dtype)


def _resize_grad(op, dlist):
    return make("TensorListResize", dlist, make("TensorListLength", op.inputs[0])), None


def _gather_grad(op, dtensor):
    handle, indices, _ = op.inputs
    empty = make("TensorListReserve", _element_shape(handle), make("TensorListLength", handle), element_dtype=dtensor.dtype)
    return tensor_list_scatter(dtensor, indices, input_handle=empty), None, None


def _scatter_grad(op, dlist):
    tensor, indices = op.inputs[:2]
    dtensor = make("TensorListGather", dlist, indices, _row_shape(tensor), element_dtype=tensor.dtype)
    return [dtensor] + [None] * (len(op.inputs) - 1)


def _scatter_into_grad(op, dlist):
    from tinytf.ops.array import constant

    _, tensor, indices = op.inputs
    dtensor = make("TensorListGather", dlist, indices, _row_shape(tensor), element_dtype=tensor.dtype)
    return tensor_list_scatter(constant.zeros_like(tensor), indices, input_handle=dlist), dtensor, None


# The ops ------------------------------------------------------------------------------------------


def _new_list(op):
    """A list whose elements' dims an input gives."""
    _given_dims(op.inputs[_SHAPE_INPUT[op.type]])
    return [()]


_SHAPE = "shape_type: {int32, int64}"
op(f"EmptyTensorList(element_shape: shape_type, max_num_elements: int32) -> (handle: variant); element_dtype: type; {_SHAPE}", shape=_new_list, kernel=kernels.empty_kernel)
op(f"TensorListReserve(element_shape: shape_type, num_elements: int32) -> (handle: variant); element_dtype: type; {_SHAPE}", shape=_new_list, kernel=kernels.reserve_kernel)
op("TensorListPushBack(input_handle: variant, tensor: element_dtype) -> (output_handle: variant); element_dtype: type",
   shape=lambda op: _checked(scalar)(op), kernel=lambda op: lambda tensors, item: kernels.push(op, tensors, item), gradient=_push_grad)  # fmt: skip
op("TensorListPushBackBatch(input_handles: variant, tensor: element_dtype) -> (output_handles: variant); element_dtype: type",
   shape=lambda op: [with_rank(op.inputs[0].dims, 1)], kernel=kernels.push_batch_kernel)  # fmt: skip
op("TensorListPopBack(input_handle: variant, element_shape: int32) -> (output_handle: variant, tensor: element_dtype); element_dtype: type",
   shape=lambda op: _checked(_popped_shape)(op), kernel=kernels.pop_kernel, gradient=_pop_grad)  # fmt: skip
op("TensorListGetItem(input_handle: variant, index: int32, element_shape: int32) -> (item: element_dtype); element_dtype: type",
   shape=lambda op: _checked(lambda op: [_item_dims(op, 2)])(op), kernel=kernels.get_kernel, gradient=_get_grad)  # fmt: skip
op("TensorListSetItem(input_handle: variant, index: int32, item: element_dtype) -> (output_handle: variant); element_dtype: type",
   shape=lambda op: _checked(scalar)(op), kernel=kernels.set_kernel, gradient=_set_grad)  # fmt: skip
op("TensorListStack(input_handle: variant, element_shape: int32) -> (tensor: element_dtype); element_dtype: type; num_elements: int = -1",
   shape=lambda op: _checked(lambda op: [_stacked_dims(op)])(op), kernel=kernels.stack_kernel, gradient=_stack_grad)  # fmt: skip
op("TensorListGather(input_handle: variant, indices: int32, element_shape: int32) -> (values: element_dtype); element_dtype: type",
   shape=lambda op: _checked(lambda op: [_gathered_dims(op)])(op), kernel=kernels.gather_kernel, gradient=_gather_grad)  # fmt: skip
op(f"TensorListFromTensor(tensor: element_dtype, element_shape: shape_type) -> (output_handle: variant); element_dtype: type; {_SHAPE}",
   shape=lambda op: _from_tensor_shape(op), kernel=kernels.from_tensor_kernel, gradient=_from_tensor_grad)  # fmt: skip
op(f"TensorListScatter(tensor: element_dtype, indices: int32, element_shape: shape_type) -> (output_handle: variant); element_dtype: type; {_SHAPE}",
   shape=_new_list, kernel=kernels.scatter_kernel, gradient=_scatter_grad)  # fmt: skip
op(f"TensorListScatterV2(tensor: element_dtype, indices: int32, element_shape: shape_type, num_elements: int32) -> (output_handle: variant); element_dtype: type; {_SHAPE}",
   shape=_new_list, kernel=kernels.scatter_kernel, gradient=_scatter_grad)  # fmt: skip
op("TensorListScatterIntoExistingList(input_handle: variant, tensor: element_dtype, indices: int32) -> (output_handle: variant); element_dtype: type",
   shape=scalar, kernel=kernels.scatter_into_kernel, gradient=_scatter_into_grad)  # fmt: skip
op("TensorListResize(input_handle: variant, size: int32) -> (output_handle: variant); is_stateful",
   shape=scalar, kernel=kernels.resize_kernel, gradient=_resize_grad)  # fmt: skip
op("TensorListLength(input_handle: variant) -> (length: int32)", shape=scalar, kernel=lambda op: lambda tensors: np.int32(len(tensors.items)))
op(f"TensorListElementShape(input_handle: variant) -> (element_shape: shape_type); {_SHAPE}", shape=lambda op: _shape_dims(op), kernel=kernels.shape_kernel)
op("TensorListConcatLists(input_a: variant, input_b: variant) -> (output: variant); element_dtype: type", shape=lambda op: _concat_lists_shape(op), kernel=kernels.concat_lists_kernel)
op(f"TensorListSplit(tensor: element_dtype, element_shape: shape_type, lengths: int64) -> (output_handle: variant); element_dtype: type; {_SHAPE}",
   shape=lambda op: _split_shape(op), kernel=kernels.split_kernel, gradient=_split_grad)  # fmt: skip
op("TensorListConcat(input_handle: variant) -> (tensor: element_dtype, lengths: int64); element_dtype: type; element_shape: shape = <unknown>",
   shape=lambda op: [None, (None,)], kernel=kernels.concat_kernel, gradient=_concat_grad)  # fmt: skip
op(f"TensorListConcatV2(input_handle: variant, element_shape: shape_type, leading_dims: int64) -> (tensor: element_dtype, lengths: int64); element_dtype: type; {_SHAPE}",
   shape=lambda op: [_concatenated_dims(op), (None,)], kernel=kernels.concat_kernel, gradient=_concat_grad)  # fmt: skip


def _given_dims(shape_tensor):
    """The dims that a shape input gives.  ValueError where it is neither a vector nor the scalar -1, which says nothing."""
    from tinytf.graph.constant_value import constant_dims, constant_value

    if shape_tensor.dims is not None and len(shape_tensor.dims) != 1:
        value = constant_value(shape_tensor) if shape_tensor.dims == () else None
        if value is None or value != -1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(shape_tensor.dims)}")
    return None if shape_tensor.dims == () else constant_dims(shape_tensor)


_PASS_ON = ("Identity", "TensorListPushBack", "TensorListSetItem", "TensorListPopBack", "TensorListResize", "TensorListScatterIntoExistingList",
            "TensorListConcatLists")  # fmt: skip
_SHAPE_INPUT = {"EmptyTensorList": 0, "TensorListReserve": 0, "TensorListFromTensor": 1, "TensorListScatter": 2, "TensorListScatterV2": 2, "TensorListSplit": 1}


def _maker(handle):
    """The op that made a list, as far as the graph and those around it tell it."""
    for _ in range(1000):
        source = _passed_on(handle)
        if source is None:
            break
        handle = source
    return handle.op


def _passed_on(handle):
    """The list that `handle` is, but for its elements; None where it is made here."""
    op = handle.op
    if op.type in _PASS_ON and op.inputs:
        return op.inputs[0]
    if op.type == "While" and "_num_original_outputs" in op.attrs:  # not one that the program itself made of two functions
        return find_function(op.graph, op.attr("body").name).outputs[handle.value_index]
    return handle.graph.captured_value(handle) if isinstance(handle.graph, FuncGraph) else None


def _element_dims(handle):
    """The static dims that all elements of a list have."""
    op = _maker(handle)
    if op.type not in _SHAPE_INPUT:
        return None
    dims = _given_dims(op.inputs[_SHAPE_INPUT[op.type]])
    return dims[1:] if dims and op.type == "TensorListSplit" else dims


def _checked(rule):
    """A shape rule that also holds the op's dtype against that of the list, as far as the graph tells it."""

    def shape(op):
        maker = _maker(op.inputs[0])
        known = maker.attrs.get("element_dtype") if maker.type.startswith(("TensorList", "EmptyTensorList")) else None
        if known is not None and known != op.attr("element_dtype"):
            mine, its = type_name(op.attr("element_dtype")), type_name(known)
            if op.type == "TensorListPushBack":
                raise ValueError(
                    f"Trying to push to list with wrong element dtype. List has type {its} but trying to push element with type {mine}"
                )
            raise ValueError(f"Expected list with element dtype {mine} but got list with element dtype {its}")
        return rule(op)

    return shape


def _from_tensor_shape(op):
    """A list of a tensor's rows: each is of the shape that elements have."""
    tensor = with_rank_at_least(op.inputs[0].dims, 1)
    merge_dims(None if tensor is None else tensor[1:], _given_dims(op.inputs[1]))
    return [()]


def _split_shape(op):
    """A list of a tensor's parts, which may be of any length."""
    tensor = with_rank_at_least(op.inputs[0].dims, 1)
    merge_dims(None if tensor is None else (None, *tensor[1:]), _given_dims(op.inputs[1]))
    with_rank(op.inputs[2].dims, 1)
    return [()]


def _concat_lists_shape(op):
    merge_dims(_element_dims(op.inputs[0]), _element_dims(op.inputs[1]))
    return [op.inputs[0].dims]


def _item_dims(op, position):
    """The dims of an element: what the op asks for in the input at `position`, and what the list says."""
    return merge_dims(_given_dims(op.inputs[position]), _element_dims(op.inputs[0]))


def _popped_shape(op):
    given = op.inputs[1].dims
    vector = given is None or len(given) == 1
    return [(), _item_dims(op, 1) if vector else _element_dims(op.inputs[0])]  # TensorFlow takes any rank here


def _stacked_dims(op):
    dims, count = _item_dims(op, 1), op.attr("num_elements")
    return None if dims is None else (None if count < 0 else count, *dims)


def _gathered_dims(op):
    dims, indices = _item_dims(op, 2), op.inputs[1].dims
    return None if dims is None or indices is None else (*indices, *dims)


def _shape_dims(op):
    dims = _element_dims(op.inputs[0])
    return [(None if dims is None else len(dims),)]


def _concatenated_dims(op):
    dims = _given_dims(op.inputs[1])
    return None if dims is None else (None, *dims[1:])


# Functions ----------------------------------------------------------------------------------------


def _build_element_shape(shape):
    """A shape, known in part or not at all, as the ops take it: -1 for what is not known."""
    if isinstance(shape, Tensor):
        return shape
    if isinstance(shape, TensorShape):
        shape = None if shape.ndims is None else shape.as_list()
    if shape is None:
        return -1
    if isinstance(shape, (int, np.integer)):
        return shape
    if not len(shape):
        return convert_to_tensor(shape, dtype=dtypes.int32)
    return [-1 if d is None or isinstance(d, Dimension) and d.value is None else d for d in shape]


def empty_tensor_list(element_shape, element_dtype, max_num_elements=None, name=None):
    """A list without elements."""
    limit = -1 if max_num_elements is None else max_num_elements
    return make("EmptyTensorList", _build_element_shape(element_shape), limit, element_dtype=element_dtype, name=name)


def tensor_list_reserve(element_shape, num_elements, element_dtype, name=None):
    """A list of so many elements, none of them written yet."""
    return make("TensorListReserve", _build_element_shape(element_shape), num_elements, element_dtype=element_dtype, name=name)


def tensor_list_from_tensor(tensor, element_shape, name=None):
    """The list of the rows of a tensor."""
    return make("TensorListFromTensor", tensor, _build_element_shape(element_shape), name=name)


def tensor_list_get_item(input_handle, index, element_dtype, element_shape=None, name=None):
    """The element at `index`."""
    return make("TensorListGetItem", input_handle, index, _build_element_shape(element_shape), element_dtype=element_dtype, name=name)


def tensor_list_push_back(input_handle, tensor, name=None):
    """The list with one more element."""
    return make("TensorListPushBack", input_handle, tensor, name=name)


def tensor_list_push_back_batch(input_handles, tensor, name=None):
    """The lists, each with one row of `tensor` more."""
    return make("TensorListPushBackBatch", input_handles, tensor, name=name)


def tensor_list_pop_back(input_handle, element_dtype, name=None):
    """(the list without its last element, that element)."""
    return make("TensorListPopBack", input_handle, -1, element_dtype=element_dtype, name=name)


def tensor_list_gather(input_handle, indices, element_dtype, element_shape=None, name=None):
    """The elements at `indices`, stacked."""
    return make("TensorListGather", input_handle, indices, _build_element_shape(element_shape), element_dtype=element_dtype, name=name)


def tensor_list_scatter(tensor, indices, element_shape=None, input_handle=None, name=None):
    """A list with the rows of a tensor at `indices`: a new one, or `input_handle` with these elements replaced."""
    if input_handle is not None:
        return make("TensorListScatterIntoExistingList", input_handle, tensor, indices, name=name)
    return make("TensorListScatterV2", tensor, indices, _build_element_shape(element_shape), -1, name=name)


def tensor_list_stack(input_handle, element_dtype, num_elements=-1, element_shape=None, name=None):
    """The elements, stacked."""
    return make(
        "TensorListStack", input_handle, _build_element_shape(element_shape), element_dtype=element_dtype, num_elements=num_elements, name=name
    )


def tensor_list_concat(input_handle, element_dtype, element_shape=None, name=None):
    """The elements, one after the other along their first dimension."""
    leading = convert_to_tensor([], dtype=dtypes.int64)
    return make("TensorListConcatV2", input_handle, _build_element_shape(element_shape), leading, element_dtype=element_dtype, name=name)[0]


def tensor_list_concat_lists(input_a, input_b, element_dtype, name=None):
    """The elements of two lists in one."""
    return make("TensorListConcatLists", input_a, input_b, element_dtype=element_dtype, name=name)


def tensor_list_split(tensor, element_shape, lengths, name=None):
    """The list of slices of `lengths` along the first dimension."""
    return make("TensorListSplit", tensor, _build_element_shape(element_shape), lengths, name=name)


def tensor_list_set_item(input_handle, index, item, resize_if_index_out_of_bounds=False, name=None):
    """The list with another element at `index`; longer where that is asked for."""
    if resize_if_index_out_of_bounds:
        from tinytf.ops.control_flow import cond

        size = make("TensorListLength", input_handle)
        input_handle = cond.cond(index >= size, lambda: make("TensorListResize", input_handle, index + 1), lambda: input_handle)
    return make("TensorListSetItem", input_handle, index, item, name=name)


def tensor_list_length(input_handle, name=None):
    """The number of elements."""
    return make("TensorListLength", input_handle, name=name)


def tensor_list_resize(input_handle, size, name=None):
    """The list with `size` elements: cut off, or with more that are not written yet."""
    return make("TensorListResize", input_handle, size, name=name)


def tensor_list_element_shape(input_handle, shape_type, name=None):
    """The shape that all elements have, -1 for what is not known."""
    return make("TensorListElementShape", input_handle, shape_type=shape_type, name=name)
