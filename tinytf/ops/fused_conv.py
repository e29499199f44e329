"""Convolutions with the resize and the mirror padding before them in one op, as `optimize_for_inference` writes them."""

from __future__ import annotations

from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import unknown
from tinytf.ops import conv, image_resize, tile_pad


def _pad_conv_kernel(op):
    pad, convolve = tile_pad.mirror_kernel(op), conv.conv_kernel(op)
    return lambda x, paddings, w: convolve(pad(x, paddings), w)


def _resize_pad_conv_kernel(op):
    corners, pad_and_convolve = op.attr("resize_align_corners"), _pad_conv_kernel(op)

    def run(x, size, paddings, w):
        resized = image_resize.bilinear(op, x, size, corners, False)
        return pad_and_convolve(resized.astype(x.dtype, copy=False), paddings, w)

    return run


_ATTRS = "T: {half, float, double}; %smode: {'REFLECT', 'SYMMETRIC'}; strides: list(int); padding: {'SAME', 'VALID'}"

op("FusedPadConv2D(input: T, paddings: int32, filter: T) -> (output: T); " + _ATTRS % "", shape=unknown, kernel=_pad_conv_kernel)
op("FusedResizeAndPadConv2D(input: T, size: int32, paddings: int32, filter: T) -> (output: T); "
   + _ATTRS % "resize_align_corners: bool = false; ", shape=unknown, kernel=_resize_pad_conv_kernel)  # fmt: skip
