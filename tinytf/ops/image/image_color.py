"""Colours of images: contrast, hue, saturation, RGB and HSV."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import with_rank_at_least
from tinytf.ops.array.shape_ops import show


def _image_shape(op):
    with_rank_at_least(op.inputs[0].dims, 3)
    return [op.inputs[0].dims]


def rgb_to_hsv(rgb: np.ndarray) -> np.ndarray:
    """Hue, saturation and value, each in [0, 1], of [..., 3] colours."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    value, low = rgb.max(axis=-1), rgb.min(axis=-1)
    spread = value - low
    one = rgb.dtype.type(1)
    norm = one / np.where(spread > 0, 6 * spread, one)
    hue = np.where(
        red == value, norm * (green - blue), np.where(green == value, norm * (blue - red) + one / 3, norm * (red - green) + 2 * one / 3)
    )
    hue = np.where(spread > 0, np.where(hue < 0, hue + 1, hue), 0)
    saturation = np.where(value > 0, spread / np.where(value > 0, value, one), 0)
    return np.stack([hue, saturation, value], axis=-1).astype(rgb.dtype, copy=False)


def hsv_to_rgb(hsv: np.ndarray) -> np.ndarray:
    """The colours that hue, saturation and value describe."""
    hue, saturation, value = hsv[..., :1], hsv[..., 1:2], hsv[..., 2:3]
    six = hue * 6
    pure = np.concatenate([np.abs(six - 3) - 1, 2 - np.abs(six - 2), 2 - np.abs(six - 4)], axis=-1).clip(0, 1)
    return (((pure - 1) * saturation + 1) * value).astype(hsv.dtype, copy=False)


def _rgb_check(op, images):
    if images.ndim < 3 or images.shape[-1] != 3:
        raise errors.InvalidArgumentError(op.node_def, op, f"input must have 3 channels but instead has {images.shape[-1] if images.ndim else 0} channels.")


def _in_single(images, change):
    """Half precision is computed in single precision."""
    return change(images.astype(np.float32, copy=False)).astype(images.dtype, copy=False)


def _turned(rgb, delta):
    """The hue turned by `delta`, highest and lowest channel kept: the hue is a place on a ring of six parts."""
    high, low = rgb.max(axis=-1), rgb.min(axis=-1)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    middle = np.maximum(np.minimum(red, green), np.minimum(np.maximum(red, green), blue))
    part = np.where(
        red < green,
        np.where(blue < red, 1, np.where(blue > green, 3, 2)),
        np.where(blue < green, 0, np.where(blue > red, 4, 5)),
    )
    spread = high - low
    ratio = (middle - low) / np.where(spread > 0, spread, 1)
    hue = np.where(spread > 0, part + np.where(part % 2 == 0, ratio, 1 - ratio), 0).astype(np.float32)
    hue += np.float32(delta) * np.float32(6)
    hue -= 6 * np.floor(hue / 6)
    part = np.where(hue < 6, hue, 0).astype(np.int64)
    ratio = np.where(hue < 6, hue, 0) - part.astype(np.float32)
    middle = low + np.where(part % 2 == 0, ratio, 1 - ratio) * spread
    values = np.stack([high, middle, low], axis=-1)
    order = np.array([[0, 1, 2], [1, 0, 2], [2, 0, 1], [2, 1, 0], [1, 2, 0], [0, 2, 1]])  # which of them each channel has
    return np.take_along_axis(values, order[part], axis=-1)


def _hue_kernel(op):
    def adjust(images, delta):
        _rgb_check(op, images)
        return _in_single(images, lambda x: _turned(x, delta))

    return adjust


def _saturation_kernel(op):
    def adjust(images, scale):
        _rgb_check(op, images)

        def change(x):
            hsv = rgb_to_hsv(x)
            hsv[..., 1] = np.clip(hsv[..., 1] * np.float32(scale), 0, 1)
            return hsv_to_rgb(hsv)

        return _in_single(images, change)

    return adjust


def _contrast_kernel(op):
    def adjust(images, factor):
        if images.ndim < 3:
            raise errors.InvalidArgumentError(op.node_def, op, f"input must be at least 3-D, got shape{show(images.shape)}")

        def change(x):
            mean = x.mean(axis=(-3, -2), keepdims=True)
            return (x - mean) * np.float32(factor) + mean

        return _in_single(images, change)

    return adjust


op("AdjustContrastv2(images: T, contrast_factor: float) -> (output: T); T: {half, float} = float",
   shape=_image_shape, kernel=_contrast_kernel)  # fmt: skip
op("AdjustHue(images: T, delta: float) -> (output: T); T: {half, float} = float",
   shape=_image_shape, kernel=_hue_kernel)  # fmt: skip
op("AdjustSaturation(images: T, scale: float) -> (output: T); T: {half, float} = float",
   shape=_image_shape, kernel=_saturation_kernel)  # fmt: skip
def _conversion(function):
    def kernel(op):
        def convert(images):
            if images.ndim < 1 or images.shape[-1] != 3:
                message = f"input must have 3 channels but input only has {images.shape[-1] if images.ndim else 0} channels."
                raise errors.FailedPreconditionError(op.node_def, op, message)
            return function(images)

        return convert

    return kernel


def _three_channels(op):
    dims = with_rank_at_least(op.inputs[0].dims, 1)
    if dims is not None and dims[-1] not in (None, 3):
        raise ValueError(f"Dimension must be 3 but is {dims[-1]}")
    return [None if dims is None else dims[:-1] + (3,)]


op("RGBToHSV(images: T) -> (output: T); T: {half, bfloat16, float, double} = float",
   shape=_three_channels, kernel=_conversion(rgb_to_hsv))  # fmt: skip
op("HSVToRGB(images: T) -> (output: T); T: {half, bfloat16, float, double} = float",
   shape=_three_channels, kernel=_conversion(hsv_to_rgb), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
