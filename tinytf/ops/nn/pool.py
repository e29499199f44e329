"""Pools as ops: MaxPool, AvgPool, their 3-D forms, gradients and gradients of gradients, MaxPoolWithArgmax.

TensorFlow's CPU kernels know channels-last only; here NCHW works too.
"""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims, constant_value
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import show
from tinytf.ops.nn import pool_kernels, windows
from tinytf.ops.nn.pool_kernels import Pool


def _fail(op, message, kind=errors.InvalidArgumentError):
    raise kind(op.node_def, op, message)


def _pool_dims(op, x, ksize, strides):
    """Static dims of the pooled `x`: the window of a maximum may lie over the channels, too, no window over the batch."""
    x = with_rank(x, len(ksize))
    padding = op.attr("padding").decode()
    channel = 1 if op.attrs.get("data_format", b"N").startswith(b"NC") else len(x) - 1
    spatial_only = op.type.startswith("AvgPool") or len(x) == 5
    return tuple(
        n if i == 0 or (spatial_only and i == channel) else windows.static_place(n, k, s, 1, padding)
        for i, (n, k, s) in enumerate(zip(x, ksize, strides))
    )


def _pool_shape(op):
    dims = _pool_dims(op, op.inputs[0].dims, op.attr("ksize"), op.attr("strides"))
    return [dims] * len(op.outputs)


def _pool_v2_shape(op):
    ksize, strides = constant_value(op.inputs[1]), constant_value(op.inputs[2])
    if ksize is None or strides is None:
        return [(None,) * 4]
    return [_pool_dims(op, op.inputs[0].dims, [int(k) for k in ksize], [int(s) for s in strides])]


def _plan(op, shape, ksize, strides):
    """The Pool of an input of `shape`; errors as TensorFlow's."""
    if len(shape) != len(ksize):
        _fail(op, f"tensor_in must be {len(ksize)}-dimensional{show(shape)}")
    if ksize[0] != 1 or strides[0] != 1:
        _fail(op, "Pooling is not yet supported on the batch dimension.", errors.UnimplementedError)
    if len(shape) == 5 and ksize[4] != 1:
        _fail(op, "Pooling is not yet supported on the depth dimension.", errors.UnimplementedError)
    if len(shape) == 4 and op.attrs.get("data_format", b"NHWC") == b"NHWC" and ksize[3] > 1:
        _check_depthwise(op, shape, ksize, strides)
    if min(strides) <= 0 or min(ksize) <= 0:
        _fail(op, f"Sliding window ksize {list(ksize)} and strides {list(strides)} must be positive")
    try:
        return Pool(shape, ksize, strides, op.attr("padding").decode())
    except ValueError as error:
        _fail(op, str(error))


def _check_depthwise(op, shape, ksize, strides):
    """A pool over the channels: its windows lie side by side, and only a maximum is taken."""
    problem = None
    if ksize[1] != 1 or ksize[2] != 1:
        problem = "MaxPooling supports exactly one of pooling across depth or pooling across width/height."
    elif ksize[3] != strides[3]:
        problem = "Depthwise max pooling requires the depth window to equal the depth stride"
    elif shape[3] % ksize[3]:
        problem = "Depthwise max pooling requires the depth window to evenly divide the input depth"
    elif op.type.startswith("AvgPool"):
        problem = "Non-spatial pooling is not yet supported. Volunteers? :)"
    if problem:
        _fail(op, problem, errors.UnimplementedError)


def _planner(op):
    """plan(shape) -> Pool, remembering the last shape (steps of a training loop have one)."""
    ksize, strides = tuple(op.attr("ksize")), tuple(op.attr("strides"))
    last = [None]

    def plan(shape):
        pool = last[0]
        if pool is None or pool.shape != shape:
            pool = last[0] = _plan(op, shape, ksize, strides)
        return pool

    return plan


def _check_like(op, name, array, shape):
    if array.shape != tuple(shape):
        _fail(op, f"Expected {name} shape to be {show(shape)}, but got {show(array.shape)}")


def _max_pool_kernel(op):
    plan = _planner(op)
    return lambda x: pool_kernels.max_pool(x, plan(x.shape))


def _max_pool_v2_kernel(op):
    return lambda x, ksize, strides: pool_kernels.max_pool(x, _plan(op, x.shape, tuple(ksize.tolist()), tuple(strides.tolist())))


def _max_grad_with(op, x, y, g, pool):
    _check_like(op, "orig_output", y, pool.positions)
    _check_like(op, "grad", g, pool.positions)
    return pool_kernels.max_pool_grad(x, y, g, pool)


def _max_grad_grad_with(op, x, y, g, pool):
    _check_like(op, "orig_output", y, pool.positions)
    _check_like(op, "grad", g, pool.shape)
    return pool_kernels.max_pool_grad_grad(x, y, g, pool)


def _grad_kernel(function):
    def kernel(op):
        plan = _planner(op)
        return lambda x, y, g: function(op, x, y, g, plan(x.shape))

    return kernel


def _grad_v2_kernel(function):
    def kernel(op):
        def run(x, y, g, ksize, strides):
            return function(op, x, y, g, _plan(op, x.shape, tuple(ksize.tolist()), tuple(strides.tolist())))

        return run

    return kernel


def _rank(op) -> int:
    return 5 if "3D" in op.type else 4


def _like_input(op):
    return [with_rank(op.inputs[0].dims, _rank(op))]


def _like_output(op):
    dims = op.inputs[1].dims
    for i in (0, 2):
        if op.inputs[i].dims is not None and dims is not None and len(op.inputs[i].dims) != len(dims):
            raise ValueError(f"Shapes must be equal rank, but are {len(op.inputs[i].dims)} and {len(dims)}")
    return [dims if op.type == "MaxPoolGradGradV2" else with_rank(dims, _rank(op))]


# Averages ---------------------------------------------------------------------------------------


def _single(function, x):
    """Half precision is computed in single precision."""
    if x.dtype == np.float32 or x.dtype == np.float64:
        return function(x)
    return function(x.astype(np.float32)).astype(x.dtype)


def _avg_pool_kernel(op):
    plan = _planner(op)
    return lambda x: _single(lambda v: pool_kernels.avg_pool(v, plan(v.shape)), x)


def _avg_pool_grad_kernel(op):
    plan = _planner(op)

    def run(sizes, g):
        pool = plan(tuple(int(n) for n in sizes))
        _check_like(op, "grad", g, pool.positions)
        return _single(lambda v: pool_kernels.avg_pool_grad(v, pool), g)

    return run


def _avg_pool_grad_shape(op):
    dims = constant_dims(op.inputs[0])
    rank = len(op.attr("ksize"))
    return [(None,) * rank if dims is None else with_rank(dims, rank)]


# With the index of the maximum ------------------------------------------------------------------


def _argmax_kernel(op):
    plan, with_batch = _planner(op), op.attr("include_batch_in_index")
    dtype = op.attr("Targmax").as_numpy_dtype

    def run(x):
        values, index = pool_kernels.max_pool_argmax(x, plan(x.shape), with_batch)
        return values, index.astype(dtype)

    return run


def _flat_index(op, x, index):
    """Indices as positions in the whole flattened batch; an error where one lies outside."""
    flat = index.astype(np.int64).reshape(index.shape[0], -1) if index.size else index.reshape(0, 0).astype(np.int64)
    if not op.attr("include_batch_in_index"):
        flat = flat + np.arange(index.shape[0])[:, None] * (x.size // max(1, x.shape[0]))
    if flat.size and (flat.min() < 0 or flat.max() >= x.size):
        _fail(op, f"Invalid input grad out index: argmax points outside of an input of {x.size} elements")
    return flat.reshape(-1)


def _argmax_grad_kernel(op):
    def run(x, g, index):
        _check_like(op, "argmax", index, g.shape)
        flat = _flat_index(op, x, index)
        if g.dtype.kind == "f":
            out = np.bincount(flat, weights=g.reshape(-1).astype(np.float64), minlength=x.size).astype(g.dtype)
        else:
            out = np.zeros(x.size, g.dtype)
            np.add.at(out, flat, g.reshape(-1))
        return out.reshape(x.shape)

    return run


def _argmax_grad_grad_kernel(op):
    def run(x, g, index):
        _check_like(op, "grad", g, x.shape)
        return g.reshape(-1)[_flat_index(op, x, index)].reshape(index.shape)

    return run


# Gradients --------------------------------------------------------------------------------------


def _attrs(op):
    return {n: op.attr(n) for n in ("ksize", "strides", "padding", "data_format") if n in op.attrs}


def _max_grad(grad_type):
    def gradient(op, grad):
        return make(grad_type, op.inputs[0], op.outputs[0], grad, **_attrs(op))

    return gradient


def _zeros_of(x):
    return array_ops.zeros(shape=array_ops.shape(x), dtype=x.dtype)


def _second_grad(back_type):
    """Of a maximum's gradient: nothing flows to the arrays that were compared."""

    def gradient(op, grad):
        zeros = [_zeros_of(op.inputs[0]), _zeros_of(op.inputs[1])]
        return zeros + [make(back_type, op.inputs[0], op.inputs[1], grad, **_attrs(op))]

    return gradient


def _max_v2_grad(op, grad):
    _, ksize, strides = op.inputs
    return [make("MaxPoolGradV2", op.inputs[0], op.outputs[0], grad, ksize, strides, **_attrs(op)), None, None]


def _max_v2_grad_grad(op, grad):
    zeros = [_zeros_of(op.inputs[0]), _zeros_of(op.inputs[1])]
    return zeros + [make("MaxPoolGradGradV2", *op.inputs[:2], grad, *op.inputs[3:], **_attrs(op)), None, None]


def _argmax_grad(op, grad, _):
    attrs = dict(_attrs(op), include_batch_in_index=op.attr("include_batch_in_index"))
    return make("MaxPoolGradWithArgmax", op.inputs[0], grad, op.outputs[1], **attrs)


def _avg_grad(grad_type):
    def gradient(op, grad):
        return make(grad_type, array_ops.shape(op.inputs[0]), grad, **_attrs(op))

    return gradient


def _avg_grad_grad(forward_type):
    def gradient(op, grad):
        return [array_ops.stop_gradient(op.inputs[0]), make(forward_type, grad, **_attrs(op))]

    return gradient


_max_kernel, _max_back, _max_back_back = _max_pool_kernel, _grad_kernel(_max_grad_with), _grad_kernel(_max_grad_grad_with)

op("MaxPool(input: T) -> (output: T); T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, qint8} = float; ksize: list(int) >= 4; strides: list(int) >= 4; padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'",
   shape=_pool_shape, kernel=_max_kernel, gradient=_max_grad("MaxPoolGrad"))  # fmt: skip
op("MaxPoolGrad(orig_input: T, orig_output: T, grad: T) -> (output: T); ksize: list(int) >= 4; strides: list(int) >= 4; padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'; T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64} = float",
   shape=_like_input, kernel=_max_back, gradient=_second_grad("MaxPoolGradGrad"))  # fmt: skip
op("MaxPoolGradGrad(orig_input: T, orig_output: T, grad: T) -> (output: T); ksize: list(int) >= 4; strides: list(int) >= 4; padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'; T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
   shape=_like_output, kernel=_max_back_back, gradient=_second_grad("MaxPoolGrad"))  # fmt: skip
op("MaxPoolV2(input: T, ksize: int32, strides: int32) -> (output: T); T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, qint8} = float; padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'",
   shape=_pool_v2_shape, kernel=_max_pool_v2_kernel, gradient=_max_v2_grad)  # fmt: skip
op("MaxPoolGradV2(orig_input: T, orig_output: T, grad: T, ksize: int32, strides: int32) -> (output: T); padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'; T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64} = float",
   shape=_like_input, kernel=_grad_v2_kernel(_max_grad_with), gradient=_max_v2_grad_grad)  # fmt: skip
op("MaxPoolGradGradV2(orig_input: T, orig_output: T, grad: T, ksize: int32, strides: int32) -> (output: T); padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'; T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
   shape=_like_output, kernel=_grad_v2_kernel(_max_grad_grad_with))  # fmt: skip
op("MaxPool3D(input: T) -> (output: T); ksize: list(int) >= 5; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'; T: {half, bfloat16, float}",
   shape=_pool_shape, kernel=_max_kernel, gradient=_max_grad("MaxPool3DGrad"))  # fmt: skip
op("MaxPool3DGrad(orig_input: TInput, orig_output: TInput, grad: T) -> (output: T); ksize: list(int) >= 5; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'; T: {half, bfloat16, float} = float; TInput: {half, bfloat16, float} = float",
   shape=_like_input, kernel=_max_back, gradient=_second_grad("MaxPool3DGradGrad"))  # fmt: skip
op("MaxPool3DGradGrad(orig_input: T, orig_output: T, grad: T) -> (output: T); ksize: list(int) >= 5; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'; T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
   shape=_like_output, kernel=_max_back_back, gradient=_second_grad("MaxPool3DGrad"))  # fmt: skip
op("MaxPoolWithArgmax(input: T) -> (output: T, argmax: Targmax); ksize: list(int) >= 4; strides: list(int) >= 4; Targmax: {int32, int64} = int64; padding: {'SAME', 'VALID'}; include_batch_in_index: bool = false; T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
   shape=_pool_shape, kernel=_argmax_kernel, gradient=_argmax_grad)  # fmt: skip
op("MaxPoolGradWithArgmax(input: T, grad: T, argmax: Targmax) -> (output: T); ksize: list(int) >= 4; strides: list(int) >= 4; padding: {'SAME', 'VALID'}; include_batch_in_index: bool = false; Targmax: {int32, int64}; T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
   shape=_like_input, kernel=_argmax_grad_kernel)  # fmt: skip
op("MaxPoolGradGradWithArgmax(input: T, grad: T, argmax: Targmax) -> (output: T); ksize: list(int) >= 4; strides: list(int) >= 4; padding: {'SAME', 'VALID'}; include_batch_in_index: bool = false; Targmax: {int32, int64}; T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
   shape=_pool_shape, kernel=_argmax_grad_grad_kernel)  # fmt: skip
op("AvgPool(value: T) -> (output: T); ksize: list(int) >= 4; strides: list(int) >= 4; padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'; T: {half, bfloat16, float, double}",
   shape=_pool_shape, kernel=_avg_pool_kernel, gradient=_avg_grad("AvgPoolGrad"))  # fmt: skip
op("AvgPoolGrad(orig_input_shape: int32, grad: T) -> (output: T); ksize: list(int) >= 4; strides: list(int) >= 4; padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'; T: {half, bfloat16, float, double}",
   shape=_avg_pool_grad_shape, kernel=_avg_pool_grad_kernel, gradient=_avg_grad_grad("AvgPool"))  # fmt: skip
op("AvgPool3D(input: T) -> (output: T); ksize: list(int) >= 5; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'; T: {half, bfloat16, float, double}",
   shape=_pool_shape, kernel=_avg_pool_kernel, gradient=_avg_grad("AvgPool3DGrad"))  # fmt: skip
op("AvgPool3DGrad(orig_input_shape: int32, grad: T) -> (output: T); ksize: list(int) >= 5; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'; T: {half, bfloat16, float, double}",
   shape=_avg_pool_grad_shape, kernel=_avg_pool_grad_kernel, gradient=_avg_grad_grad("AvgPool3D"))  # fmt: skip
