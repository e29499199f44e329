"""Convolutions as ops: Conv2D, Conv3D, their gradients to input and filter, and the depthwise ones.

Shapes, kernels and gradients are shared: an op only says which of its inputs is the image, the filter, the
gradient or a vector of sizes.  TensorFlow's CPU kernels know channels-last only; here NCHW works too.
"""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dim, with_rank
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import show
from tinytf.ops.nn import conv_kernels, depthwise_kernels, windows


class Layout:
    """The attributes of a convolution or a pool, spatial ones apart from batch and channels."""

    def __init__(self, op):
        fmt = op.attrs.get("data_format", b"NHWC").decode()
        strides = op.attr("strides")
        self.rank = len(strides)
        self.channels_first = fmt.startswith("NC")
        self.channel = 1 if self.channels_first else self.rank - 1
        self.spatial = list(range(2, self.rank)) if self.channels_first else list(range(1, self.rank - 1))
        self.padding = op.attr("padding").decode()
        self.strides = tuple(strides[i] for i in self.spatial)
        dilations = op.attrs.get("dilations") or op.attrs.get("rates") or [1] * self.rank
        self.dilations = tuple(dilations[i] for i in self.spatial)
        self.outer = [[v[i] for i in (0, self.channel)] for v in (strides, dilations)]
        flat = op.attrs.get("explicit_paddings") or [0] * (2 * self.rank)
        if self.padding == "EXPLICIT":
            if len(flat) != 2 * self.rank:
                raise ValueError(f"explicit_paddings attribute must contain {2 * self.rank} values, but got: {len(flat)}")
            if min(flat) < 0:
                raise ValueError("All elements of explicit_paddings must be nonnegative")
            if any(flat[2 * i] or flat[2 * i + 1] for i in (0, self.channel)):
                raise ValueError("Nonzero explicit padding in the batch or depth dimensions is not supported")
        elif op.attrs.get("explicit_paddings"):
            raise ValueError("explicit_paddings attribute must be empty if the padding attribute is not EXPLICIT")
        self.explicit = [(flat[2 * i], flat[2 * i + 1]) for i in self.spatial]

    def static(self, sizes, windows_):
        """Static positions of the window in an image of `sizes`."""
        return [
            windows.static_place(n, k, s, d, self.padding, e)
            for n, k, s, d, e in zip(sizes, windows_, self.strides, self.dilations, self.explicit)
        ]

    def places(self, sizes, windows_):
        """(positions, pads) at run time."""
        found = [
            windows.place(n, k, s, d, self.padding, e)
            for n, k, s, d, e in zip(sizes, windows_, self.strides, self.dilations, self.explicit)
        ]
        return tuple(f[0] for f in found), tuple(f[1:] for f in found)

    def join(self, batch, spatial, channels):
        """A shape in the op's own order of dimensions."""
        return (batch, channels) + tuple(spatial) if self.channels_first else (batch,) + tuple(spatial) + (channels,)

    def last(self, x):
        """An array with its channels last."""
        return np.moveaxis(x, 1, -1) if self.channels_first else x

    def back(self, x):
        """A channels-last array in the op's own order."""
        return np.ascontiguousarray(np.moveaxis(x, -1, 1)) if self.channels_first else x


def _half(kernel):
    """Half precision is computed in single precision."""

    def run(*arrays):
        dtype = next(a.dtype for a in arrays if a.dtype.kind == "f" or a.dtype.itemsize == 2)
        if dtype == np.float32 or dtype == np.float64:
            return kernel(*arrays)
        wide = [a.astype(np.float32) if a.dtype == dtype else a for a in arrays]
        return kernel(*wide).astype(dtype)

    return run


def _fail(op, message, kind=errors.InvalidArgumentError):
    raise kind(op.node_def, op, message)


def _layout_for_run(op) -> Layout:
    layout = Layout(op)
    for what, values in zip(("strides", "dilations"), layout.outer):
        if any(v != 1 for v in values):
            _fail(op, f"Current implementation does not yet support {what} in the batch and depth dimensions.")
    return layout


def _places(op, layout, sizes, window):
    try:
        return layout.places(sizes, window)
    except ValueError as error:
        _fail(op, str(error))


def _check_rank(op, array, name, rank):
    if array.ndim != rank:
        _fail(op, f"{name} must be {rank}-dimensional{show(array.shape)}")


# Forward ----------------------------------------------------------------------------------------


def _conv_shape(op):
    layout = Layout(op)
    if layout.rank not in (4, 5):
        raise ValueError(f"{op.type} requires the stride attribute to contain {4 if '2D' in op.type else 5} values, but got: {layout.rank}")
    x, w = with_rank(op.inputs[0].dims, layout.rank), with_rank(op.inputs[1].dims, layout.rank)
    depth, filter_depth = x[layout.channel], w[-2]
    if depth is not None and filter_depth is not None and (filter_depth == 0 or depth % filter_depth):
        raise ValueError(f"Depth of input ({depth}) is not a multiple of input depth of filter ({filter_depth})")
    if depth and filter_depth and w[-1] is not None and w[-1] % (depth // filter_depth):
        raise ValueError(f"Depth of output ({w[-1]}) is not a multiple of the number of groups ({depth // filter_depth})")
    return [layout.join(x[0], layout.static([x[i] for i in layout.spatial], w[:-2]), w[-1])]


def conv_kernel(op):
    """The kernel of an op with a convolution's attributes: a function of an array and a filter."""
    layout = _layout_for_run(op)

    def run(x, w):
        _check_rank(op, x, "input", layout.rank)
        _check_rank(op, w, "filter", layout.rank)
        if x.shape[layout.channel] != w.shape[-2]:
            if x.shape[layout.channel] % max(w.shape[-2], 1):
                _fail(op, f"input depth must be evenly divisible by filter depth: {x.shape[layout.channel]} vs {w.shape[-2]}")
            _fail(
                op,
                f"The {op.type} op currently does not support grouped convolutions on the CPU. A grouped convolution was "
                f"attempted to be run because the input depth of {x.shape[layout.channel]} does not match the filter input depth of {w.shape[-2]}",
                errors.UnimplementedError,
            )
        x = layout.last(x)
        positions, pads = _places(op, layout, x.shape[1:-1], w.shape[:-2])
        return layout.back(conv_kernels.convolve(x, w, layout.strides, layout.dilations, pads, positions))

    return _half(run)


# To the input -----------------------------------------------------------------------------------


def _sizes_shape(op):
    """The output is as the vector of sizes in input 0 says."""
    rank = Layout(op).rank
    dims = constant_dims(op.inputs[0])
    return [(None,) * rank if dims is None else with_rank(dims, rank)]


_KERNEL_NAMES = {
    "Conv2DBackpropFilter": "Conv2DCustomBackpropFilter", "Conv2DBackpropInput": "Conv2DCustomBackpropInput",
    "Conv3DBackpropFilterV2": "Conv3DBackpropFilterOp", "Conv3DBackpropInputV2": "Conv3DBackpropInputOp",
    "DepthwiseConv2dNativeBackpropInput": "DepthwiseConv2DBackpropInput",
    "DepthwiseConv2dNativeBackpropFilter": "DepthwiseConv2DBackpropFilter",
}  # fmt: skip


def _fail_in(op, message):
    _fail(op, f"{_KERNEL_NAMES.get(op.type, op.type)}: {message}")


def _check_backprop(op, layout, places, g, spatial, window):
    for axis, at in enumerate(layout.spatial):
        actual, computed = g.shape[at], places[axis]
        if actual == computed:
            continue
        sizes = f"actual = {actual}, computed = {computed}"
        if op.type.startswith("Depthwise"):
            _fail_in(op, f"Number of {('rows', 'cols')[axis]} of out_backprop doesn't match computed: {sizes}")
        _fail_in(
            op,
            f"Size of out_backprop doesn't match computed: {sizes} spatial_dim: {at} input: {spatial[axis]} filter: {window[axis]} "
            f"output: {actual} stride: {layout.strides[axis]} dilation: {layout.dilations[axis]}",
        )


def _to_input_kernel(op):
    layout = _layout_for_run(op)
    whole_input = "V2" not in op.type and op.type.startswith("Conv3D")  # the deprecated form takes the input itself

    def run(sizes, w, g):
        sizes = sizes.shape if whole_input else tuple(int(n) for n in sizes)
        if len(sizes) == layout.rank - 2:  # Conv2DBackpropInput also takes the spatial sizes alone
            sizes = layout.join(g.shape[0], sizes, w.shape[-2])
        if len(sizes) != layout.rank or min(sizes) < 0:
            _fail(op, f"{op.type}: input_sizes must hold {layout.rank} sizes, got {list(sizes)}")
        _check_rank(op, w, "filter", layout.rank)
        _check_rank(op, g, "out_backprop", layout.rank)
        if g.shape[layout.channel] != w.shape[-1]:
            _fail_in(op, "filter and out_backprop must have the same out_depth")
        if sizes[layout.channel] != w.shape[-2]:
            _fail_in(op, f"input depth must be evenly divisible by filter depth: {sizes[layout.channel]} vs {w.shape[-2]}")
        if sizes[0] != g.shape[0]:
            _fail_in(
                op, f"input and out_backprop must have the same batch sizeinput batch: {sizes[0]}outbackprop batch: {g.shape[0]} batch_dim: 0"
            )
        spatial = tuple(sizes[i] for i in layout.spatial)
        positions, pads = _places(op, layout, spatial, w.shape[:-2])
        _check_backprop(op, layout, positions, g, spatial, w.shape[:-2])
        return layout.back(conv_kernels.to_input(w, layout.last(g), spatial, layout.strides, layout.dilations, pads))

    return _half(run)


# To the filter ----------------------------------------------------------------------------------


def _filter_sizes_shape(op):
    rank = Layout(op).rank
    dims = constant_dims(op.inputs[1])
    return [(None,) * rank if dims is None else with_rank(dims, rank)]


def _to_filter_kernel(op):
    layout = _layout_for_run(op)
    whole_filter = "V2" not in op.type and op.type.startswith("Conv3D")

    def run(x, sizes, g):
        sizes = sizes.shape if whole_filter else tuple(int(n) for n in sizes)
        _check_rank(op, x, "input", layout.rank)
        _check_rank(op, g, "out_backprop", layout.rank)
        if len(sizes) != layout.rank or min(sizes) < 0:
            _fail(op, f"{op.type}: filter_sizes must hold {layout.rank} sizes, got {list(sizes)}")
        if sizes[-1] != g.shape[layout.channel]:
            _fail_in(op, "filter and out_backprop must have the same out_depth")
        if sizes[-2] != x.shape[layout.channel] or x.shape[0] != g.shape[0]:
            _fail(op, f"{op.type}: input {show(x.shape)}, filter_sizes {list(sizes)} and out_backprop {show(g.shape)} do not belong together")
        x, size = layout.last(x), sizes[:-2]
        positions, pads = _places(op, layout, x.shape[1:-1], size)
        _check_backprop(op, layout, positions, g, x.shape[1:-1], size)
        return conv_kernels.to_filter(x, layout.last(g), size, layout.strides, layout.dilations, pads)

    return _half(run)


# Gradients --------------------------------------------------------------------------------------

_ATTRS_2D = ("dilations", "strides", "padding", "explicit_paddings", "use_cudnn_on_gpu", "data_format")
_ATTRS = ("dilations", "strides", "padding", "data_format")


def _family(forward, to_input, to_filter, names, both_shapes=False):
    """The three gradient functions of a convolution; each op's gradient is made of the two others."""

    def attrs(op):
        return {n: op.attr(n) for n in names}

    def forward_grad(op, grad):
        x, w = op.inputs
        if both_shapes:
            x_shape, w_shape = array_ops.shape_n([x, w])
            return [make(to_input, x_shape, w, grad, **attrs(op)), make(to_filter, x, w_shape, grad, **attrs(op))]
        dx = make(to_input, array_ops.shape(x), w, grad, **attrs(op))
        return [dx, make(to_filter, x, array_ops.shape(w), grad, **attrs(op))]

    def input_grad(op, grad):
        dw = make(to_filter, grad, array_ops.shape(op.inputs[1]), op.inputs[2], **attrs(op))
        return [None, dw, make(forward, grad, op.inputs[1], **attrs(op))]

    def filter_grad(op, grad):
        dx = make(to_input, array_ops.shape(op.inputs[0]), grad, op.inputs[2], **attrs(op))
        return [dx, None, make(forward, op.inputs[0], grad, **attrs(op))]

    return forward_grad, input_grad, filter_grad


_grads_2d = _family("Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter", _ATTRS_2D, both_shapes=True)
_grads_3d = _family("Conv3D", "Conv3DBackpropInputV2", "Conv3DBackpropFilterV2", _ATTRS)
_DEPTHWISE = "DepthwiseConv2dNative"
_grads_depthwise = _family(_DEPTHWISE, _DEPTHWISE + "BackpropInput", _DEPTHWISE + "BackpropFilter", _ATTRS)

op("Conv2D(input: T, filter: T) -> (output: T); T: {half, bfloat16, float, double}; strides: list(int); use_cudnn_on_gpu: bool = true; padding: {'SAME', 'VALID', 'EXPLICIT'}; explicit_paddings: list(int) = []; data_format: {'NHWC', 'NCHW'} = 'NHWC'; dilations: list(int) = [1, 1, 1, 1]",
   shape=_conv_shape, kernel=conv_kernel, gradient=_grads_2d[0])  # fmt: skip
op("Conv2DBackpropInput(input_sizes: int32, filter: T, out_backprop: T) -> (output: T); T: {half, bfloat16, float, double}; strides: list(int); use_cudnn_on_gpu: bool = true; padding: {'SAME', 'VALID', 'EXPLICIT'}; explicit_paddings: list(int) = []; data_format: {'NHWC', 'NCHW'} = 'NHWC'; dilations: list(int) = [1, 1, 1, 1]",
   shape=_sizes_shape, kernel=_to_input_kernel, gradient=_grads_2d[1])  # fmt: skip
op("Conv2DBackpropFilter(input: T, filter_sizes: int32, out_backprop: T) -> (output: T); T: {half, bfloat16, float, double}; strides: list(int); use_cudnn_on_gpu: bool = true; padding: {'SAME', 'VALID', 'EXPLICIT'}; explicit_paddings: list(int) = []; data_format: {'NHWC', 'NCHW'} = 'NHWC'; dilations: list(int) = [1, 1, 1, 1]",
   shape=_filter_sizes_shape, kernel=_to_filter_kernel, gradient=_grads_2d[2])  # fmt: skip
op("Conv3D(input: T, filter: T) -> (output: T); T: {half, bfloat16, float, double}; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'; dilations: list(int) = [1, 1, 1, 1, 1]",
   shape=_conv_shape, kernel=conv_kernel, gradient=_grads_3d[0])  # fmt: skip
op("Conv3DBackpropInputV2(input_sizes: Tshape, filter: T, out_backprop: T) -> (output: T); T: {half, bfloat16, float, double}; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'; dilations: list(int) = [1, 1, 1, 1, 1]; Tshape: {int32, int64} = int32",
   shape=_sizes_shape, kernel=_to_input_kernel, gradient=_grads_3d[1])  # fmt: skip
op("Conv3DBackpropFilterV2(input: T, filter_sizes: int32, out_backprop: T) -> (output: T); T: {half, bfloat16, float, double}; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'; dilations: list(int) = [1, 1, 1, 1, 1]",
   shape=_filter_sizes_shape, kernel=_to_filter_kernel, gradient=_grads_3d[2])  # fmt: skip


def _input_0_shape(op):
    return [with_rank(op.inputs[0].dims, 5)]


def _input_1_shape(op):
    return [with_rank(op.inputs[1].dims, 5)]


op("Conv3DBackpropInput(input: T, filter: T, out_backprop: T) -> (output: T); T: {half, float, double}; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; dilations: list(int) = [1, 1, 1, 1, 1]; deprecated 10 'Use Conv3DBackpropInputV2'",
   shape=_input_0_shape, kernel=_to_input_kernel)  # fmt: skip
op("Conv3DBackpropFilter(input: T, filter: T, out_backprop: T) -> (output: T); T: {half, float, double}; strides: list(int) >= 5; padding: {'SAME', 'VALID'}; dilations: list(int) = [1, 1, 1, 1, 1]; deprecated 10 'Use Conv3DBackpropFilterV2'",
   shape=_input_1_shape, kernel=_to_filter_kernel)  # fmt: skip


# Depthwise --------------------------------------------------------------------------------------


def _depthwise_shape(op):
    layout = Layout(op)
    x, w = with_rank(op.inputs[0].dims, 4), with_rank(op.inputs[1].dims, 4)
    channels = merge_dim(x[layout.channel], w[2])
    depth = None if channels is None or w[3] is None else channels * w[3]
    return [layout.join(x[0], layout.static([x[i] for i in layout.spatial], w[:2]), depth)]


def _depthwise_kernel(op):
    layout = _layout_for_run(op)

    def run(x, w):
        _check_rank(op, x, "input", 4)
        _check_rank(op, w, "filter", 4)
        if x.shape[layout.channel] != w.shape[2]:
            _fail(op, f"input and filter must have the same depth: {x.shape[layout.channel]} vs {w.shape[2]}")
        x = layout.last(x)
        positions, pads = _places(op, layout, x.shape[1:3], w.shape[:2])
        return layout.back(depthwise_kernels.convolve(x, w, layout.strides, layout.dilations, pads, positions))

    return _half(run)


def _depthwise_to_input_kernel(op):
    layout = _layout_for_run(op)

    def run(sizes, w, g):
        sizes = tuple(int(n) for n in sizes)
        if len(sizes) != 4 or min(sizes) < 0:
            _fail(op, f"{op.type}: input_sizes must hold 4 sizes, got {list(sizes)}")
        _check_rank(op, w, "filter", 4)
        _check_rank(op, g, "out_backprop", 4)
        if g.shape[layout.channel] != w.shape[2] * w.shape[3]:
            _fail_in(op, "depth_multiplier * in_depth not equal to out_depth")
        if sizes[layout.channel] != w.shape[2] or sizes[0] != g.shape[0]:
            _fail(op, f"{op.type}: input_sizes {list(sizes)}, filter {show(w.shape)} and out_backprop {show(g.shape)} do not belong together")
        spatial = tuple(sizes[i] for i in layout.spatial)
        positions, pads = _places(op, layout, spatial, w.shape[:2])
        _check_backprop(op, layout, positions, g, spatial, w.shape[:2])
        g = np.ascontiguousarray(layout.last(g))
        return layout.back(depthwise_kernels.to_input(w, g, spatial, layout.strides, layout.dilations, pads))

    return _half(run)


def _depthwise_to_filter_kernel(op):
    layout = _layout_for_run(op)

    def run(x, sizes, g):
        sizes = tuple(int(n) for n in sizes)
        if len(sizes) != 4 or min(sizes) < 0:
            _fail(op, f"{op.type}: filter_sizes must hold 4 sizes, got {list(sizes)}")
        _check_rank(op, x, "input", 4)
        _check_rank(op, g, "out_backprop", 4)
        if g.shape[layout.channel] != sizes[2] * sizes[3]:
            _fail_in(op, "depth_multiplier * in_depth not equal to out_depth")
        if sizes[2] != x.shape[layout.channel] or x.shape[0] != g.shape[0]:
            _fail(op, f"{op.type}: input {show(x.shape)}, filter_sizes {list(sizes)} and out_backprop {show(g.shape)} do not belong together")
        x, g = layout.last(x), np.ascontiguousarray(layout.last(g))
        positions, pads = _places(op, layout, x.shape[1:3], sizes[:2])
        _check_backprop(op, layout, positions, layout.back(g), x.shape[1:3], sizes[:2])
        return depthwise_kernels.to_filter(x, g, sizes, layout.strides, layout.dilations, pads)

    return _half(run)


op("DepthwiseConv2dNative(input: T, filter: T) -> (output: T); T: {half, bfloat16, float, double}; strides: list(int); padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'; dilations: list(int) = [1, 1, 1, 1]",
   shape=_depthwise_shape, kernel=_depthwise_kernel, gradient=_grads_depthwise[0])  # fmt: skip
op("DepthwiseConv2dNativeBackpropInput(input_sizes: int32, filter: T, out_backprop: T) -> (output: T); T: {half, bfloat16, float, double}; strides: list(int); padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'; dilations: list(int) = [1, 1, 1, 1]",
   shape=_sizes_shape, kernel=_depthwise_to_input_kernel, gradient=_grads_depthwise[1])  # fmt: skip
op("DepthwiseConv2dNativeBackpropFilter(input: T, filter_sizes: int32, out_backprop: T) -> (output: T); T: {half, bfloat16, float, double}; strides: list(int); padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'; dilations: list(int) = [1, 1, 1, 1]",
   shape=_filter_sizes_shape, kernel=_depthwise_to_filter_kernel, gradient=_grads_depthwise[2])  # fmt: skip
