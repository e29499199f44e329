"""Convolutions with the resize and the mirror padding before them in one op, as `optimize_for_inference` writes them."""

from __future__ import annotations

from tinytf.graph.constant_value import constant_dims, constant_value
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.ops.array import tile_pad
from tinytf.ops.image import image_resize
from tinytf.ops.nn import conv


def _pad_conv_kernel(op):
    pad, convolve = tile_pad.mirror_kernel(op), conv.conv_kernel(op)
    return lambda x, paddings, w: convolve(pad(x, paddings), w)


def _resize_pad_conv_kernel(op):
    corners, pad_and_convolve = op.attr("resize_align_corners"), _pad_conv_kernel(op)

    def run(x, size, paddings, w):
        resized = image_resize.bilinear(op, x, size, corners, False)
        return pad_and_convolve(resized.astype(x.dtype, copy=False), paddings, w)

    return run


def _conv_dims(op, dims, filter_dims):
    """The shape after padding and convolving an image of these dims."""
    layout, paddings = conv.Layout(op), constant_value(op.inputs[-2])
    x, w = with_rank(dims, 4), with_rank(filter_dims, 4)
    if paddings is None:
        x = (None,) * 4
    else:
        x = tuple(None if d is None else d + int(before) + int(after) for d, (before, after) in zip(x, paddings))
    return [layout.join(x[0], layout.static([x[i] for i in layout.spatial], w[:-2]), w[-1])]


def _pad_conv_shape(op):
    return _conv_dims(op, op.inputs[0].dims, op.inputs[2].dims)


def _resize_pad_conv_shape(op):
    x, size = with_rank(op.inputs[0].dims, 4), constant_dims(op.inputs[1])
    return _conv_dims(op, (x[0], *(size or (None, None)), x[3]), op.inputs[3].dims)


_ATTRS = "T: {half, float, double}; %smode: {'REFLECT', 'SYMMETRIC'}; strides: list(int); padding: {'SAME', 'VALID'}"

op("FusedPadConv2D(input: T, paddings: int32, filter: T) -> (output: T); " + _ATTRS % "", shape=_pad_conv_shape, kernel=_pad_conv_kernel)
op("FusedResizeAndPadConv2D(input: T, size: int32, paddings: int32, filter: T) -> (output: T); "
   + _ATTRS % "resize_align_corners: bool = false; ", shape=_resize_pad_conv_shape, kernel=_resize_pad_conv_kernel)  # fmt: skip
