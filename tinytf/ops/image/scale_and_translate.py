"""ScaleAndTranslate: an image sampled through a kernel of one's choice (lanczos, gaussian, cubic …), widened where it shrinks.

Separable, as the other ways to resize: rows and columns are combined by a matrix [new, old] each.  A row holds the kernel around
the place in the old image that the new pixel's centre comes from, and sums to 1.  Follows the kernel of TF 1.15.
"""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import require_dim, with_rank
from tinytf.ops.array.shape_ops import show
from tinytf.ops.image.image_resize import combined, spread

_SMALLEST_SUM = 1000 * np.finfo(np.float32).tiny


def _lanczos(radius):
    def weights(x):
        angle = np.pi * np.maximum(x, 1e-3)
        wave = radius * np.sin(angle) * np.sin(angle / radius) / (angle * angle)
        return np.where(x > radius, 0, np.where(x <= 1e-3, 1, wave))

    return weights


def _gaussian(x):
    sigma = 1.5 / 3
    return np.where(x >= 1.5, 0, np.exp(-x * x / (2 * sigma * sigma)))


def _box(x):
    return np.where(x < 0.5, 1, np.where(x == 0.5, 0.5, 0))


def _triangle(x):
    return np.where(x < 1, 1 - x, 0)


def _keys_cubic(x):
    near, far = ((1.5 * x - 2.5) * x) * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x >= 2, 0, np.where(x >= 1, far, near))


def _mitchell_cubic(x):
    near, far = ((7 / 6 * x - 2) * x) * x + 8 / 9, ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9
    return np.where(x >= 2, 0, np.where(x >= 1, far, near))


_KERNELS = {  # name -> (how far it reaches, weights by the distance)
    "lanczos1": (1, _lanczos(1)), "lanczos3": (3, _lanczos(3)), "lanczos5": (5, _lanczos(5)), "gaussian": (1.5, _gaussian),
    "box": (1, _box), "triangle": (1, _triangle), "keyscubic": (2, _keys_cubic), "mitchellcubic": (2, _mitchell_cubic),
}  # fmt: skip


def _matrix(kernel, old: int, new: int, scale, translation, antialias: bool) -> np.ndarray:
    radius, weights_at = kernel
    step = np.float32(1) / scale
    widened = max(step, np.float32(1)) if antialias else np.float32(1)
    at = (np.arange(new, dtype=np.float32) + np.float32(0.5)) * step - step * translation
    first = np.clip(np.ceil(at - radius * widened - np.float32(0.5)), 0, old - 1)
    last = np.clip(np.floor(at + radius * widened - np.float32(0.5)), 0, old - 1)
    pixels = np.arange(old, dtype=np.float32)
    weights = weights_at(np.abs(pixels + np.float32(0.5) - at[:, None]) / widened).astype(np.float32)
    weights[(pixels < first[:, None]) | (pixels > last[:, None])] = 0
    sums = weights.sum(axis=1, keepdims=True)
    used = (np.abs(sums) >= _SMALLEST_SUM) & (at >= 0)[:, None] & (at <= old)[:, None]
    return np.where(used, weights / np.where(used, sums, 1), np.float32(0))


def _matrices(op, kernel, image_shape, new, scale, translation) -> list:
    for pair in (scale, translation):
        if pair.shape != (2,):
            raise _invalid(op, f"t must have two elements{show(pair.shape)}")
    if not (scale > 0).all():
        raise _invalid(op, "Scale must be greater than zero.")
    antialias = op.attr("antialias")
    return [_matrix(kernel, image_shape[1 + i], new[i], scale[i], translation[i], antialias) for i in (0, 1)]


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _kernel_of(op):
    name = op.attr("kernel_type").decode()
    if name not in _KERNELS:
        raise _invalid(op, f"Unrecognized kernel type: {name}")
    return _KERNELS[name]


def _scale_kernel(op):
    def scale_and_translate(images, size, scale, translation):
        if images.ndim != 4:
            raise _invalid(op, f"input must be 4-dimensional{show(images.shape)}")
        if size.shape != (2,):
            raise _invalid(op, f"output_shape_t must have two elements{show(size.shape)}")
        if size.min() <= 0:
            raise _invalid(op, "output dimensions must be positive")
        if not images.shape[3]:
            raise _invalid(op, "image must have at least one channel")
        if 0 in images.shape[1:3]:
            raise _invalid(op, "input image must be of non-zero size")
        return combined(images, *_matrices(op, _kernel_of(op), images.shape, size.tolist(), scale, translation))

    return scale_and_translate


def _scale_grad_kernel(op):
    def scale_and_translate_grad(grads, images, scale, translation):
        return spread(grads, *_matrices(op, _kernel_of(op), images.shape, grads.shape[1:3], scale, translation))

    return scale_and_translate_grad


def _scaled_shape(op):
    images, size = with_rank(op.inputs[0].dims, 4), with_rank(op.inputs[1].dims, 1)
    require_dim(size[0], 2)
    return [(images[0], *(constant_dims(op.inputs[1]) or (None, None)), images[3])]


def _gradient(op, grad):
    images, _, scale, translation = op.inputs
    attrs = {"kernel_type": op.attr("kernel_type"), "antialias": op.attr("antialias")}
    return [make("ScaleAndTranslateGrad", grad, images, scale, translation, **attrs), None, None, None]


op("ScaleAndTranslate(images: T, size: int32, scale: float, translation: float) -> (resized_images: float); "
   "T: {int8, uint8, int16, uint16, int32, int64, bfloat16, half, float, double}; kernel_type: string = 'lanczos3'; antialias: bool = true",
   shape=_scaled_shape, kernel=_scale_kernel, gradient=_gradient)  # fmt: skip
op("ScaleAndTranslateGrad(grads: T, original_image: T, scale: float, translation: float) -> (output: T); "
   "T: {float}; kernel_type: string = 'lanczos3'; antialias: bool = true",
   shape=lambda op: [op.inputs[1].dims], kernel=_scale_grad_kernel)  # fmt: skip
