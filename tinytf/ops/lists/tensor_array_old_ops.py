"""The TensorArray ops of 2015 and 2016, as old MetaGraphs hold them: the first with a reference to a string as handle, V2 with a string.

They run as those of V3 do; TensorFlow makes no new ones, and has no gradients of them.
"""

from __future__ import annotations

import numpy as np

from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar, unknown
from tinytf.ops.lists import tensor_array_kernels as kernels


def _only_handle(kernel):
    """A kernel that gives the handle of an array without its flow."""

    def of(op):
        function = kernel(op)
        return lambda *inputs: function(*inputs)[0]

    return of


def _pack_kernel(op):
    gather = kernels.gather_kernel(op)
    return lambda array, flow: gather(array, np.arange(len(array.values)), flow)


def _unpack_kernel(op):
    scatter = kernels.scatter_kernel(op)
    return lambda array, value, flow: scatter(array, np.arange(len(value)), value, flow)


def _size_kernel(op):
    return lambda array, flow: np.int32(len(array.values))


_OF_GATHER, _OF_CONCAT = "element_shape: shape = <unknown>", "element_shape_except0: shape = <unknown>"


def _deprecated(version: int, instead: str) -> str:
    return f"deprecated {version} 'Use {instead}'"


for _suffix, _handle, _since, _handle_shape, _flow_shape in (
    ("", "Ref(string)", 16, unknown, unknown),
    ("V2", "string", 26, lambda op: [(2,)], scalar),
):
    for _name, _signature, _shape, _kernel in (
        ("Write", "index: int32, value: T, flow_in: float) -> (flow_out: float); T: type", _flow_shape, kernels.write_kernel),
        ("Read", "index: int32, flow_in: float) -> (value: dtype); dtype: type", unknown, kernels.read_kernel),
        ("Gather", f"indices: int32, flow_in: float) -> (value: dtype); dtype: type; {_OF_GATHER}", unknown, kernels.gather_kernel),
        ("Scatter", "indices: int32, value: T, flow_in: float) -> (flow_out: float); T: type", _flow_shape, kernels.scatter_kernel),
        ("Split", "value: T, lengths: int64, flow_in: float) -> (flow_out: float); T: type", _flow_shape, kernels.split_kernel),
        ("Size", "flow_in: float) -> (size: int32)", _flow_shape, _size_kernel),
    ):
        _when = 19 if (_name, _suffix) == ("Scatter", "") else _since
        _instead = "TensorArrayGradV3" if _when == 19 else f"TensorArray{_name}V3"
        op(f"TensorArray{_name}{_suffix}(handle: {_handle}, {_signature}; {_deprecated(_when, _instead)}",
           shape=_shape, kernel=_kernel, view=_name == "Read")  # fmt: skip
    op(f"TensorArray{_suffix}(size: int32) -> (handle: {_handle}); dtype: type; {_OF_GATHER}; dynamic_size: bool = false; "
       f"clear_after_read: bool = true; tensor_array_name: string = ''; is_stateful; {_deprecated(_since, 'TensorArrayV3')}",
       shape=_handle_shape, kernel=_only_handle(kernels.new_kernel), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
    op(f"TensorArrayGrad{_suffix}(handle: string, flow_in: float) -> (grad_handle: {_handle}); source: string; is_stateful; "
       + _deprecated(_since, "TensorArrayGradV3"),
       shape=_handle_shape, kernel=_only_handle(kernels.grad_kernel), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
    op(f"TensorArrayClose{_suffix}(handle: {_handle}) -> (); {_deprecated(_since, 'TensorArrayCloseV3')}",
       shape=lambda op: [], kernel=kernels.close_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

_CONCAT = f"flow_in: float) -> (value: dtype, lengths: int64); dtype: type; {_OF_CONCAT}"
op(f"TensorArrayConcat(handle: Ref(string), {_CONCAT}; {_deprecated(16, 'TensorArrayGradV3')}",
   shape=unknown, kernel=kernels.concat_kernel)  # fmt: skip
op(f"TensorArrayConcatV2(handle: string, {_CONCAT}",
   shape=lambda op: [None, (None,)], kernel=kernels.concat_kernel)  # fmt: skip
op(f"TensorArrayPack(handle: Ref(string), flow_in: float) -> (value: dtype); dtype: type; {_OF_GATHER}; "
   + _deprecated(16, "TensorArrayGatherV3 with RangeOp"),
   shape=unknown, kernel=_pack_kernel)  # fmt: skip
op("TensorArrayUnpack(handle: Ref(string), value: T, flow_in: float) -> (flow_out: float); T: type; "
   + _deprecated(20, "TensorArrayScatterV3 with RangeOp"),
   shape=unknown, kernel=_unpack_kernel)  # fmt: skip
