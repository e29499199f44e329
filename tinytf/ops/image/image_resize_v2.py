"""What tensorflow.python.ops.image_ops has of the second generation: more ways to resize, each pixel taken at its centre."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.image import image_functions
from tinytf.ops.image.image_functions import ResizeMethod as ResizeMethodV1  # noqa: F401
from tinytf.ops.math import math_ops


class ResizeMethod:
    """How `resize_images_v2` finds the pixels between pixels.  Follows image_ops.ResizeMethod of TF 1.15."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


_SAMPLED = {"lanczos3": "lanczos3", "lanczos5": "lanczos5", "gaussian": "gaussian", "mitchellcubic": "mitchellcubic"}
_SAMPLED_IF_ANTIALIASED = {"bilinear": "triangle", "bicubic": "keyscubic"}


def _resizer(method, antialias):
    """The function of (a batch, its new size) that resizes as `method` says; ValueError for an unknown one."""

    def resize(images, size):
        kernel = _SAMPLED.get(method) or (_SAMPLED_IF_ANTIALIASED.get(method) if antialias else None)
        if kernel:
            old = array_ops.shape(images)[1:3]
            scale = math_ops.cast(size, dtypes.float32) / math_ops.cast(old, dtypes.float32)
            return make("ScaleAndTranslate", images, size, scale, array_ops.zeros([2]), kernel_type=kernel, antialias=antialias)
        if method == ResizeMethod.AREA:
            return make("ResizeArea", images, size)
        return make(image_functions.resize_op_type(method), images, size, half_pixel_centers=True)

    return resize


def resize_images_v2(images, size, method=ResizeMethod.BILINEAR, preserve_aspect_ratio=False, antialias=False, name=None) -> Tensor:
    """`images` ([height, width, channels] or a batch) in the size [new height, new width], as float32 but for NEAREST_NEIGHBOR.

    With `antialias` a kernel is widened where the image shrinks.  Raises ValueError for an unknown method or rank.
    Follows image_ops.resize_images_v2 (tf.compat.v2.image.resize) of TF 1.15.
    """
    return image_functions.resize_by(images, size, _resizer(method, antialias), preserve_aspect_ratio, name, keep_same_size=False)


def resize_image_with_pad_v2(image, target_height, target_width, method=ResizeMethod.BILINEAR, antialias=False) -> Tensor:
    """Resized to fit, its aspect ratio kept, with zeros around it.  Follows image_ops.resize_image_with_pad_v2 of TF 1.15."""
    return image_functions.pad_by(
        image, target_height, target_width, lambda images, size: resize_images_v2(images, size, method, antialias=antialias)
    )


def crop_and_resize_v2(image, boxes, box_indices, crop_size, method="bilinear", extrapolation_value=0, name=None) -> Tensor:
    """As `tf.image.crop_and_resize`.  Follows image_ops.crop_and_resize_v2 of TF 1.15."""
    return image_functions.crop_and_resize(image, boxes, box_indices, crop_size, method, extrapolation_value, name)


def extract_glimpse_v2(input, size, offsets, centered=True, normalized=True, noise="uniform", name=None) -> Tensor:  # noqa: A002
    """As `tf.image.extract_glimpse`, with what is beyond the image by name.  Follows image_ops.extract_glimpse_v2 of TF 1.15."""
    attrs = {"centered": centered, "normalized": normalized, "noise": noise, "uniform_noise": False}
    return make("ExtractGlimpse", input, size, offsets, name=name, **attrs)
