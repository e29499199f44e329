"""`tf.TensorArray`: an array of tensors, written and read in loops.

Its state is in the session, behind `handle`; `flow` is a float that goes from op to op and so puts them in order.
"""

from __future__ import annotations

import contextlib
import logging

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.constant_value import public_constant_value as constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, control_dependencies, device, get_default_graph, name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_each
from tinytf.graph.tensor import Tensor
from tinytf.ops.control_flow.control_flow_util import enable_control_flow_v2
from tinytf.ops.lists import tensor_array_kernels as kernels
from tinytf.shapes import TensorShape

_log = logging.getLogger("tensorflow")


class TensorArray:
    """An array of `size` tensors of one dtype; each is written once, and read once unless `clear_after_read=False`.

    Methods that write return a new TensorArray object, to be used from then on. With `infer_shape` all elements have one
    shape. Follows tf.TensorArray of TF 1.15 (TensorArrayV3); where control flow is made of functions, a new one is a
    `TensorArrayV2`.
    """

    def __new__(cls, *args, handle=None, **kwargs):
        if cls is TensorArray and handle is None and enable_control_flow_v2(get_default_graph()):
            from tinytf.ops.lists.tensor_array_v2 import TensorArrayV2

            cls = TensorArrayV2
        return super().__new__(cls)

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        _check_arguments(size, dynamic_size, clear_after_read, tensor_array_name, handle, flow, element_shape)
        self._dynamic_size = dynamic_size or False
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._colocate = [] if colocate_with_first_write_call else None  # the first value written; shared by all of one array
        self._element_shape = [TensorShape(element_shape)]  # shared as well: a write makes it known to all
        self._infer_shape = infer_shape
        with name_scope(name, "TensorArray", [handle, size, flow]) as scope:
            if handle is not None:
                self._handle, self._flow = handle, flow
                return
            with contextlib.ExitStack() as stack:
                if colocate_with_first_write_call:  # its place is decided by the first write
                    stack.enter_context(device(None))
                    stack.enter_context(colocate_with(None, ignore_existing=True))
                self._handle, self._flow = make(
                    "TensorArrayV3",
                    size,
                    dtype=dtype,
                    element_shape=element_shape,
                    identical_element_shapes=infer_shape,
                    dynamic_size=self._dynamic_size,
                    clear_after_read=True if clear_after_read is None else clear_after_read,
                    tensor_array_name=tensor_array_name,
                    name=scope,
                )

    flow = property(lambda self: self._flow, doc="The scalar float32 tensor that puts reads and writes in order.")
    handle = property(lambda self: self._handle, doc="The resource tensor that stands for the array.")
    dtype = property(lambda self: self._dtype, doc="The dtype of the elements.")
    element_shape = property(lambda self: self._element_shape[0], doc="The static shape of the elements.")
    dynamic_size = property(lambda self: self._dynamic_size, doc="Whether it grows.")

    def _with_flow(self, flow):
        """This array after whatever made `flow`."""
        if enable_control_flow_v2(get_default_graph()):
            raise NotImplementedError(
                "Attempting to build a graph-mode TF2-style TensorArray from either an eager-mode TensorArray or a TF1-style TensorArray.  "
                "This is not currently supported.  You may be attempting to capture a TensorArray inside a tf.function or tf.data map "
                "function. Instead, construct a new TensorArray inside the function."
            )
        result = TensorArray(
            dtype=self._dtype,
            handle=self._handle,
            flow=flow,
            infer_shape=self._infer_shape,
            colocate_with_first_write_call=self._colocate is not None,
        )
        result._dynamic_size = self._dynamic_size
        result._colocate, result._element_shape = self._colocate, self._element_shape
        return result

    def _check_element_shape(self, shape):
        if not shape.is_compatible_with(self.element_shape):
            raise ValueError("Inconsistent shapes: saw %s but expected %s " % (shape, self.element_shape))
        if self._infer_shape:
            self._element_shape[0] = self.element_shape.merge_with(shape)

    def _near_first_value(self, value):
        if self._colocate is None:
            return contextlib.nullcontext()
        if not self._colocate:
            self._colocate.append(value)
        return colocate_with(self._colocate[0])

    def identity(self):
        """This array with its flow through an Identity, for control dependencies."""
        from tinytf.ops.array import array_ops

        return self._with_flow(array_ops.identity(self._flow))

    def grad(self, source, flow=None, name=None):
        """The array for the gradients of the elements, one for each `source` (a call of tf.gradients)."""
        from tinytf.ops.array import array_ops

        flow = self.flow if flow is None else flow
        # the forward writes must be done before their number is taken; `flow` sees to it
        with name_scope(name, "TensorArrayGrad", [self._handle]), colocate_with(self._handle):
            handle, _ = make("TensorArrayGradV3", self._handle, flow, source=source, name=name)
            with control_dependencies([handle]):
                flow = array_ops.identity(flow, name="gradient_flow")
            result = TensorArray(
                dtype=self._dtype, handle=handle, flow=flow, infer_shape=self._infer_shape, colocate_with_first_write_call=False
            )
            result._element_shape = self._element_shape
            return result

    def read(self, index, name=None):
        """Element `index`."""
        value = make("TensorArrayReadV3", self._handle, index, self._flow, dtype=self._dtype, name=name)
        value.set_shape(self.element_shape)
        return value

    def write(self, index, value, name=None):
        """Writes element `index`."""
        with name_scope(name, "TensorArrayWrite", [self._handle, index, value]):
            value = self._checked(value)
            self._check_element_shape(value.get_shape())
            with self._near_first_value(value):
                flow = make("TensorArrayWriteV3", self._handle, index, value, self._flow, name=name)
            return self._with_flow(flow)

    def _checked(self, value):
        value = convert_to_tensor(value, preferred_dtype=self._dtype, name="value")
        if value.dtype != self._dtype:
            _log.error(
                "Error: Input value %s has dtype %s, but expected dtype %s.  This leads to undefined behavior and will be "
                "an error in future versions of TensorFlow.",
                value,
                value.dtype,
                self._dtype,
            )
        return value

    def stack(self, name=None):
        """All elements in one tensor, along a new first axis."""
        from tinytf.ops.math import math_ops

        with colocate_with(self._handle), name_scope(name, "TensorArrayStack", [self._handle]):
            return self.gather(math_ops.range(0, self.size()), name=name)

    def gather(self, indices, name=None):
        """The elements at `indices` (int32 vector) in one tensor."""
        shape = self.element_shape
        value = make("TensorArrayGatherV3", self._handle, indices, self._flow, dtype=self._dtype, name=name, element_shape=shape)
        if shape.ndims is not None:
            value.set_shape([None, *shape.as_list()])
        return value

    def concat(self, name=None):
        """All elements one after the other along their first axis."""
        value, _ = make(
            "TensorArrayConcatV3", self._handle, self._flow, dtype=self._dtype, name=name, element_shape_except0=self.element_shape[1:]
        )
        if self.element_shape.ndims is not None:
            value.set_shape([None, *self.element_shape.as_list()[1:]])
        return value

    def unstack(self, value, name=None):
        """Writes element i from row i of `value`."""
        from tinytf.ops.array import array_ops
        from tinytf.ops.math import math_ops

        with name_scope(name, "TensorArrayUnstack", [self._handle, value]):
            count = array_ops.shape(value)[0]
            return self.scatter(indices=math_ops.range(0, count), value=value, name=name)

    def scatter(self, indices, value, name=None):
        """Writes element indices[i] from row i of `value`."""
        with name_scope(name, "TensorArrayScatter", [self._handle, value, indices]):
            value = self._checked(value)
            self._check_element_shape(value.get_shape()[1:])
            with self._near_first_value(value):
                flow = make("TensorArrayScatterV3", self._handle, indices, value, self._flow, name=name)
            return self._with_flow(flow)

    def split(self, value, lengths, name=None):
        """Writes element i from the next lengths[i] rows of `value`."""
        with name_scope(name, "TensorArraySplit", [self._handle, value, lengths]):
            value = convert_to_tensor(value, dtype=self._dtype, name="value")
            with self._near_first_value(value):
                lengths = self._checked_lengths(value, lengths)
                flow = make("TensorArraySplitV3", self._handle, value, lengths, self._flow, name=name)
            return self._with_flow(flow)

    def _checked_lengths(self, value, lengths):
        from tinytf.ops.math import math_ops

        lengths = math_ops.cast(lengths, dtypes.int64)
        known = constant_value(lengths)
        if value.dims is not None and known is not None and known.shape and known.max() == known.min():
            self._check_element_shape(TensorShape([int(known[0]), *value.dims[1:]]))
        return lengths

    def size(self, name=None):
        """The number of elements, an int32 scalar."""
        return make("TensorArraySizeV3", self._handle, self.flow, name=name)

    def close(self, name=None):
        """An op that frees the array."""
        return make("TensorArrayCloseV3", self._handle, name=name)

    pack, unpack = stack, unstack  # their names before 1.0


def _check_arguments(size, dynamic_size, clear_after_read, tensor_array_name, handle, flow, element_shape):
    if handle is None:
        if size is None:
            raise ValueError("Size must be provided if handle is not provided")
        return
    if tensor_array_name:
        raise ValueError("Cannot construct with both handle and tensor_array_name")
    if not isinstance(handle, Tensor):
        raise TypeError("Handle must be a Tensor")
    for what, value in (
        ("size", size),
        ("element_shape", element_shape),
        ("dynamic_size", dynamic_size),
        ("clear_after_read", clear_after_read),
    ):
        if value is not None:
            raise ValueError("Cannot provide both a handle and %s at the same time" % what)
    if flow is None:
        raise ValueError("flow must not be None if handle is not None.")


def flow_of(value):
    """The flow of a TensorArray; anything else as it is. Loops and branches hand flows on."""
    return value.flow if isinstance(value, TensorArray) else value


def with_flows(originals, tensors) -> list:
    """The tensors; where the original is a TensorArray, that array with the tensor as its flow."""
    if len(originals) != len(tensors):
        raise ValueError("Lengths of original Tensor list and new list do not match: %d vs. %d" % (len(originals), len(tensors)))
    return [a._with_flow(t) if isinstance(a, TensorArray) else t for a, t in zip(originals, tensors)]


# Gradients --------------------------------------------------------------------------------------


def _grad_array(op, dtype, flow, of):
    """The array for the gradients of the array behind op.inputs[0], of the tf.gradients call that made `of`."""
    parts = of.name.split("/")
    places = [i for i, part in enumerate(parts) if part.startswith("gradients")]
    if not places:
        raise ValueError(
            "Expected op/tensor name to start with gradients (excluding scope), got: %s. This means that a tf.gradients"
            " op with this op in its dependency path has a custom name that does not start with 'gradients'. Please "
            "make sure all calls to tf.gradients that have non-empty 'name' arguments use names that start with "
            "'gradients'." % of.name
        )
    array = TensorArray(dtype=dtype, handle=op.inputs[0], flow=flow, colocate_with_first_write_call=False)
    return array.grad(source="/".join(parts[: places[-1] + 1]), flow=flow)


def _read_grad(op, grad):
    array = _grad_array(op, op.attr("dtype"), op.inputs[2], grad)
    return [None, None, array.write(op.inputs[1], grad).flow]


def _write_grad(op, flow):
    array = _grad_array(op, op.attr("T"), flow, flow)
    return [None, None, array.read(op.inputs[1]), flow]


def _gather_grad(op, grad):
    array = _grad_array(op, op.attr("dtype"), op.inputs[2], grad)
    return [None, None, array.scatter(op.inputs[1], grad).flow]


def _scatter_grad(op, flow):
    array = _grad_array(op, op.attr("T"), flow, flow)
    return [None, None, array.gather(op.inputs[1]), flow]


def _concat_grad(op, grad, _):
    array = _grad_array(op, op.attr("dtype"), op.inputs[1], grad)
    return [None, array.split(grad, lengths=op.outputs[1]).flow]


def _split_grad(op, flow):
    array = _grad_array(op, op.attr("T"), flow, flow)
    return [None, array.concat(), None, flow]


# Shapes -----------------------------------------------------------------------------------------


def _scatter_shape(op):
    indices, value = op.inputs[1].dims, op.inputs[2].dims
    if indices and value:
        merge_each(indices[:1], value[:1])
    return [()]


def _element_dims(handle):
    """[the shape of the elements], as the op that made the array has it; [] where it says nothing that holds for all."""
    maker = handle.op
    while maker.type in ("Enter", "Identity", "Switch", "Merge", "TensorArrayGradV3"):
        maker = maker.inputs[0].op
    if maker.type != "TensorArrayV3":
        return []
    dims = kernels.dims_of(maker.attr("element_shape"))
    return [dims] if maker.attr("identical_element_shapes") or dims is not None and None not in dims else []


def _read_shape(op):
    return _element_dims(op.inputs[0]) or [None]


def _gather_shape(op):
    (dims,), indices = _element_dims(op.inputs[0]) or [kernels.dims_of(op.attr("element_shape"))], op.inputs[1].dims
    return [None if dims is None or indices is None else (*indices, *dims)]


op("TensorArrayV3(size: int32) -> (handle: resource, flow: float); dtype: type; element_shape: shape = <unknown>; "
   "dynamic_size: bool = false; clear_after_read: bool = true; identical_element_shapes: bool = false; "
   "tensor_array_name: string = ''; is_stateful",
   shape=lambda op: [(2,), ()], kernel=kernels.new_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TensorArrayGradV3(handle: resource, flow_in: float) -> (grad_handle: resource, flow_out: float); source: string; is_stateful",
   shape=lambda op: [(2,), ()], kernel=kernels.grad_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TensorArrayGradWithShape(handle: resource, flow_in: float, shape_to_prepend: int32) -> (grad_handle: resource, "
   "flow_out: float); source: string; is_stateful",
   shape=lambda op: [(2,), ()], kernel=kernels.grad_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TensorArrayWriteV3(handle: resource, index: int32, value: T, flow_in: float) -> (flow_out: float); T: type; is_stateful",
   shape=lambda op: [()], kernel=kernels.write_kernel, gradient=_write_grad)  # fmt: skip
op("TensorArrayReadV3(handle: resource, index: int32, flow_in: float) -> (value: dtype); dtype: type; is_stateful",
   shape=_read_shape, kernel=kernels.read_kernel, gradient=_read_grad, view=True)  # fmt: skip
op("TensorArrayGatherV3(handle: resource, indices: int32, flow_in: float) -> (value: dtype); dtype: type; "
   "element_shape: shape = <unknown>; is_stateful",
   shape=_gather_shape, kernel=kernels.gather_kernel, gradient=_gather_grad)  # fmt: skip
op("TensorArrayScatterV3(handle: resource, indices: int32, value: T, flow_in: float) -> (flow_out: float); T: type; is_stateful",
   shape=_scatter_shape, kernel=kernels.scatter_kernel, gradient=_scatter_grad)  # fmt: skip
op("TensorArrayConcatV3(handle: resource, flow_in: float) -> (value: dtype, lengths: int64); dtype: type; "
   "element_shape_except0: shape = <unknown>; is_stateful",
   shape=lambda op: [None, (None,)], kernel=kernels.concat_kernel, gradient=_concat_grad)  # fmt: skip
op("TensorArraySplitV3(handle: resource, value: T, lengths: int64, flow_in: float) -> (flow_out: float); T: type; is_stateful",
   shape=lambda op: [()], kernel=kernels.split_kernel, gradient=_split_grad)  # fmt: skip
op("TensorArraySizeV3(handle: resource, flow_in: float) -> (size: int32); is_stateful",
   shape=lambda op: [()], kernel=lambda op: lambda array, flow: np.int32(len(array.values)),
   gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TensorArrayCloseV3(handle: resource) -> (); is_stateful", shape=lambda op: [], kernel=kernels.close_kernel,
   gradient=NOT_DIFFERENTIABLE)  # fmt: skip
