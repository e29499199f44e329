"""Colours of images: contrast, hue, saturation, RGB and HSV."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input, with_rank_at_least


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


def _hue_kernel(op):
    def adjust(images, delta):
        _rgb_check(op, images)

        def change(x):
            hsv = rgb_to_hsv(x)
            hsv[..., 0] = np.mod(hsv[..., 0] + np.float32(delta), np.float32(1))
            return hsv_to_rgb(hsv)

        return _in_single(images, change)

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
            raise errors.InvalidArgumentError(op.node_def, op, f"input must be at least 3-D, got shape{list(images.shape)}")

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
op("RGBToHSV(images: T) -> (output: T); T: {half, bfloat16, float, double} = float",
   shape=same_as_input, kernel=lambda op: rgb_to_hsv)  # fmt: skip
op("HSVToRGB(images: T) -> (output: T); T: {half, bfloat16, float, double} = float",
   shape=same_as_input, kernel=lambda op: hsv_to_rgb, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
