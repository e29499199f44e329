"""The looks of images: their type, brightness, contrast, colours.

Images are floats in [0, 1], or integers that mean parts of their type's maximum.  What computes with
floats converts to float32 and back.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.control_flow_ops import with_dependencies
from tinytf.ops.image.image_functions import assert_at_least_3d, assert_grayscale, is_tensor, require
from tinytf.ops.math import math_ops
from tinytf.ops.random.random_ops import random_uniform


def convert_image_dtype(image, dtype, saturate=False, name=None) -> Tensor:
    """`image` as another type, its range scaled; `saturate` keeps what does not fit at the limits.

    Raises AttributeError where `dtype` is no number.  Follows tf.image.convert_image_dtype of TF 1.15.
    """
    image = convert_to_tensor(image, name="image")
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating and not dtype.is_integer:
        raise AttributeError("dtype must be either floating point or integer")
    if dtype == image.dtype:
        return array_ops.identity(image, name=name)
    as_type = math_ops.saturate_cast if saturate else math_ops.cast
    with name_scope(name, "convert_image", [image]) as name:
        if image.dtype.is_integer and dtype.is_integer:
            old, new = image.dtype.max, dtype.max
            if old > new:
                return as_type(math_ops.div(image, (old + 1) // (new + 1)), dtype, name=name)
            cast = as_type(image, dtype)
            return math_ops.multiply(cast, (new + 1) // (old + 1), name=name)
        if image.dtype.is_floating and dtype.is_floating:
            return math_ops.cast(image, dtype, name=name)
        if image.dtype.is_integer:
            cast = math_ops.cast(image, dtype)
            return math_ops.multiply(cast, 1.0 / image.dtype.max, name=name)
        return as_type(math_ops.multiply(image, dtype.max + 0.5), dtype, name=name)


def _as_float(image):
    """(image as float32 unless it is half or single, its own dtype)"""
    if image.dtype.base_dtype in (dtypes.float16, dtypes.float32):
        return image, image.dtype
    return convert_image_dtype(image, dtypes.float32), image.dtype


def per_image_standardization(image) -> Tensor:
    """Each image shifted and scaled to mean 0 and variance 1.  Follows tf.image.per_image_standardization of TF 1.15."""
    with name_scope(None, "per_image_standardization", [image]) as scope:
        image = assert_at_least_3d(convert_to_tensor(image, name="image"))
        image, dtype = _as_float(image)
        pixels = math_ops.reduce_prod(array_ops.shape(image)[-3:])
        mean = math_ops.reduce_mean(image, axis=[-1, -2, -3], keepdims=True)
        stddev = math_ops.reduce_std(image, axis=[-1, -2, -3], keepdims=True)
        least = math_ops.rsqrt(math_ops.cast(pixels, image.dtype))  # an image of one colour is not divided by 0
        stddev = math_ops.maximum(stddev, least)
        image = math_ops.div(image - mean, stddev, name=scope)
        return convert_image_dtype(image, dtype, saturate=True)


def adjust_brightness(image, delta) -> Tensor:
    """`image + delta`, with `delta` a part of 1.  Follows tf.image.adjust_brightness of TF 1.15."""
    with name_scope(None, "adjust_brightness", [image, delta]) as name:
        values, dtype = _as_float(convert_to_tensor(image, name="image"))
        adjusted = math_ops.add(values, math_ops.cast(delta, values.dtype), name=name)
        return convert_image_dtype(adjusted, dtype, saturate=True)


def adjust_contrast(images, contrast_factor) -> Tensor:
    """`(x - mean) * contrast_factor + mean` for each channel of each image.  Follows tf.image.adjust_contrast of TF 1.15."""
    with name_scope(None, "adjust_contrast", [images, contrast_factor]) as name:
        values, dtype = _as_float(convert_to_tensor(images, name="images"))
        adjusted = make("AdjustContrastv2", values, contrast_factor, name=name)
        return convert_image_dtype(adjusted, dtype, saturate=True)


def adjust_gamma(image, gamma=1, gain=1) -> Tensor:
    """`gain * image ** gamma`.  ValueError for a negative `gamma`.  Follows tf.image.adjust_gamma of TF 1.15."""
    with name_scope(None, "adjust_gamma", [image, gamma, gain]):
        values, dtype = _as_float(convert_to_tensor(image, name="image"))
        checks = require(gamma >= 0, "Gamma should be a non-negative real number.")
        if checks:
            gamma = with_dependencies(checks, gamma)
        return convert_image_dtype(gain * values**gamma, dtype, saturate=True)


def adjust_hue(image, delta, name=None) -> Tensor:
    """The hues of RGB images turned by `delta` (1 is all around).  Follows tf.image.adjust_hue of TF 1.15."""
    with name_scope(name, "adjust_hue", [image]):
        values, dtype = _as_float(convert_to_tensor(image, name="image"))
        return convert_image_dtype(make("AdjustHue", values, delta), dtype)


def adjust_saturation(image, saturation_factor, name=None) -> Tensor:
    """The saturation of RGB images multiplied by a factor.  Follows tf.image.adjust_saturation of TF 1.15."""
    with name_scope(name, "adjust_saturation", [image]):
        values, dtype = _as_float(convert_to_tensor(image, name="image"))
        return convert_image_dtype(make("AdjustSaturation", values, saturation_factor), dtype)


def adjust_jpeg_quality(image, jpeg_quality, name=None) -> Tensor:
    """What remains of an image that was a JPEG file of this quality (0 to 100).  Follows tf.image.adjust_jpeg_quality of TF 1.15."""
    with name_scope(name, "adjust_jpeg_quality", [image]):
        image = convert_to_tensor(image, name="image")
        dtype = image.dtype
        image = convert_image_dtype(image, dtypes.uint8)
        if not is_tensor(jpeg_quality):
            jpeg_quality = convert_to_tensor(jpeg_quality, dtype=dtypes.int32)
        image = make("DecodeJpeg", make("EncodeJpegVariableQuality", image, jpeg_quality))
        return convert_image_dtype(image, dtype)


# At random -----------------------------------------------------------------------------------------------


def _around_zero(max_delta, seed):
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return random_uniform([], -max_delta, max_delta, seed=seed)


def _between(lower, upper, seed):
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return random_uniform([], lower, upper, seed=seed)


def random_brightness(image, max_delta, seed=None) -> Tensor:
    """`adjust_brightness` by a random part of -max_delta to max_delta.  Follows tf.image.random_brightness of TF 1.15."""
    return adjust_brightness(image, _around_zero(max_delta, seed))


def random_contrast(image, lower, upper, seed=None) -> Tensor:
    """`adjust_contrast` by a random factor.  Follows tf.image.random_contrast of TF 1.15."""
    return adjust_contrast(image, _between(lower, upper, seed))


def random_hue(image, max_delta, seed=None) -> Tensor:
    """`adjust_hue` by a random part of -max_delta to max_delta, at most 0.5.  Follows tf.image.random_hue of TF 1.15."""
    if max_delta > 0.5:
        raise ValueError("max_delta must be <= 0.5.")
    return adjust_hue(image, _around_zero(max_delta, seed))


def random_saturation(image, lower, upper, seed=None) -> Tensor:
    """`adjust_saturation` by a random factor.  Follows tf.image.random_saturation of TF 1.15."""
    return adjust_saturation(image, _between(lower, upper, seed))


def random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed=None) -> Tensor:
    """`adjust_jpeg_quality` with a random quality.  Follows tf.image.random_jpeg_quality of TF 1.15."""
    if not (0 <= min_jpeg_quality <= 100 and 0 <= max_jpeg_quality <= 100):
        raise ValueError("jpeg encoding range must be between 0 and 100.")
    if min_jpeg_quality >= max_jpeg_quality:
        raise ValueError("`min_jpeg_quality` must be less than `max_jpeg_quality`.")
    quality = random_uniform([], min_jpeg_quality, max_jpeg_quality, seed=seed, dtype=dtypes.int32)
    return adjust_jpeg_quality(image, quality)


# Colour spaces -------------------------------------------------------------------------------------------


def rgb_to_grayscale(images, name=None) -> Tensor:
    """[..., 3] colours as [..., 1] luminance.  Follows tf.image.rgb_to_grayscale of TF 1.15."""
    with name_scope(name, "rgb_to_grayscale", [images]) as name:
        images = convert_to_tensor(images, name="images")
        values = convert_image_dtype(images, dtypes.float32)
        gray = math_ops.tensordot(values, [0.2989, 0.5870, 0.1140], [-1, -1])
        return convert_image_dtype(array_ops.expand_dims(gray, -1), images.dtype, name=name)


def grayscale_to_rgb(images, name=None) -> Tensor:
    """[..., 1] as [..., 3], all channels the same.  Follows tf.image.grayscale_to_rgb of TF 1.15."""
    with name_scope(name, "grayscale_to_rgb", [images]) as name:
        images = convert_to_tensor(assert_grayscale(images), name="images")
        others = array_ops.expand_dims(array_ops.rank(images) - 1, 0)
        parts = [array_ops.ones(others, dtype=dtypes.int32), array_ops.expand_dims(3, 0)]
        rgb = array_ops.tile(images, array_ops.concat(parts, 0), name=name)
        rgb.set_shape(images.get_shape()[:-1].concatenate([3]))
        return rgb


def rgb_to_hsv(images, name=None) -> Tensor:
    """[..., 3] floats in [0, 1] as hue, saturation, value.  Follows tf.image.rgb_to_hsv of TF 1.15."""
    return make("RGBToHSV", images, name=name)


def hsv_to_rgb(images, name=None) -> Tensor:
    """[..., 3] hue, saturation and value as RGB.  Follows tf.image.hsv_to_rgb of TF 1.15."""
    return make("HSVToRGB", images, name=name)


# The matrices of the television standards: one row for each channel of the input.
_RGB_TO_YIQ = [[0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617], [0.114, -0.32134392, 0.31119955]]
_YIQ_TO_RGB = [[1, 1, 1], [0.95598634, -0.27201283, -1.10674021], [0.6208248, -0.64720424, 1.70423049]]
_RGB_TO_YUV = [[0.299, -0.14714119, 0.61497538], [0.587, -0.28886916, -0.51496512], [0.114, 0.43601035, -0.10001026]]
_YUV_TO_RGB = [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]


def _linear(images, matrix):
    images = convert_to_tensor(images, name="images")
    kernel = convert_to_tensor(matrix, dtype=images.dtype, name="kernel")
    return math_ops.tensordot(images, kernel, axes=[[images.get_shape().ndims - 1], [0]])


def rgb_to_yiq(images) -> Tensor:
    """[..., 3] RGB as NTSC's YIQ.  Follows tf.image.rgb_to_yiq of TF 1.15."""
    return _linear(images, _RGB_TO_YIQ)


def yiq_to_rgb(images) -> Tensor:
    """[..., 3] YIQ as RGB.  Follows tf.image.yiq_to_rgb of TF 1.15."""
    return _linear(images, _YIQ_TO_RGB)


def rgb_to_yuv(images) -> Tensor:
    """[..., 3] RGB as PAL's YUV.  Follows tf.image.rgb_to_yuv of TF 1.15."""
    return _linear(images, _RGB_TO_YUV)


def yuv_to_rgb(images) -> Tensor:
    """[..., 3] YUV as RGB.  Follows tf.image.yuv_to_rgb of TF 1.15."""
    return _linear(images, _YUV_TO_RGB)
