"""Resizing images: bilinear, nearest neighbour, bicubic and area, as TF 1.15's kernels place their samples.

Each method is separable: rows and columns are combined by a matrix [new, old] each, of which at most a
few entries a row are not zero.  `legacy` sampling takes output i from i * old / new; with
align_corners the first and last samples coincide; with half_pixel_centers the centres of pixels do.
"""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import require_dim, with_rank
from tinytf.ops import parallel
from tinytf.ops.array.shape_ops import show

_CUBIC_STEPS = 1024  # TensorFlow looks cubic weights up in a table of so many steps


def _resized_shape(op):
    images = with_rank(op.inputs[0].dims, 4)
    size = with_rank(op.inputs[1].dims, 1)
    require_dim(size[0], 2)
    new = constant_dims(op.inputs[1]) or (None, None)
    return [(images[0], *new, images[3])]


def _like_second(op):
    return [op.inputs[1].dims]


def scale_of(old: int, new: int, align_corners: bool) -> np.float32:
    """Pixels of the old image for each of the new."""
    if align_corners and new > 1:
        return np.float32((old - 1) / np.float32(new - 1))
    return np.float32(old / np.float32(new))


def _modes(op) -> tuple:
    """(align_corners, half_pixel_centers), which exclude each other."""
    corners, half = op.attr("align_corners"), op.attr("half_pixel_centers")
    if corners and half:
        raise errors.InvalidArgumentError(op.node_def, op, "If half_pixel_centers is True, align_corners must be False.")
    return corners, half


def _places(old, new, align_corners, half_pixel) -> np.ndarray:
    """Where each new pixel lies in the old image."""
    at = np.arange(new, dtype=np.float32)
    scale = scale_of(old, new, align_corners)
    return (at + np.float32(0.5)) * scale - np.float32(0.5) if half_pixel else at * scale


def _linear(old, new, align_corners, half_pixel):
    """(lower, upper, weight of the upper) for each new pixel."""
    at = _places(old, new, align_corners, half_pixel)
    floor = np.floor(at)
    lower = np.maximum(floor.astype(np.int64), 0)
    upper = np.minimum(np.ceil(at).astype(np.int64) if half_pixel else floor.astype(np.int64) + 1, old - 1)
    return np.minimum(lower, old - 1), np.maximum(upper, 0), (at - floor).astype(np.float32)


def _checked(op, images, size) -> tuple:
    if np.shape(size) != (2,):
        raise errors.InvalidArgumentError(op.node_def, op, f"shape_t must have two elements{list(np.shape(size))}")
    size = tuple(int(s) for s in size)
    if min(size) <= 0:
        raise errors.InvalidArgumentError(op.node_def, op, "output dimensions must be positive")
    if images.ndim != 4:
        raise errors.InvalidArgumentError(op.node_def, op, f"input must be 4-dimensional{show(images.shape)}")
    if 0 in images.shape[1:3]:
        raise errors.InvalidArgumentError(op.node_def, op, "input image must be of non-zero size")
    return size


def bilinear(op, images, size, corners: bool, half: bool) -> np.ndarray:
    """`images` resized to `size`; InvalidArgumentError, naming the op, where they do not fit."""
    height, width = _checked(op, images, size)
    top, bottom, down = _linear(images.shape[1], height, corners, half)
    left, right, across = _linear(images.shape[2], width, corners, half)
    channels = images.shape[3]
    # Each line of the old image that is needed is stretched once, as one run of pixels and channels.
    needed, places = np.unique(np.concatenate([top, bottom]), return_inverse=True)
    top, bottom = places[:height], places[height:]
    left, right = ((at[:, None] * channels + np.arange(channels)).reshape(-1) for at in (left, right))
    across, down = np.repeat(across, channels), down[:, None]
    out = np.empty((images.shape[0], height, width * channels), np.float32)

    def some(first, last):
        for image, target in zip(images[first:last], out[first:last]):
            rows = image[needed].reshape(len(needed), -1).astype(np.float32, copy=False)
            lines = _between(rows.take(left, 1), rows.take(right, 1), across)
            _between(lines.take(top, 0), lines.take(bottom, 0), down, target)

    parallel.divide(some, len(images), max(1, _WORTH_IT // max(1, height * width * channels)))
    return out.reshape(images.shape[0], height, width, channels)


_WORTH_IT = 100_000  # numbers of the result that are worth a thread


def _between(low, high, weight, out=None):
    """low + (high - low) * weight; what is given is overwritten."""
    high -= low
    high *= weight
    return np.add(low, high, out=low if out is None else out)


def _bilinear_kernel(op):
    corners, half = _modes(op)
    return lambda images, size: bilinear(op, images, size, corners, half)


def _matrix(lower, upper, weight, old) -> np.ndarray:
    new = len(lower)
    matrix = np.zeros((new, old), np.float32)
    np.add.at(matrix, (np.arange(new), lower), 1 - weight)
    np.add.at(matrix, (np.arange(new), upper), weight)
    return matrix


def spread(grads, rows, columns) -> np.ndarray:
    """The gradient of a separable resize: its matrices, transposed."""
    return np.einsum("nhwc,hy,wx->nyxc", grads, rows, columns, optimize=True).astype(grads.dtype, copy=False)


def _bilinear_grad_kernel(op):
    corners, half = _modes(op)

    def resize_grad(grads, original):
        rows = _matrix(*_linear(original.shape[1], grads.shape[1], corners, half), original.shape[1])
        columns = _matrix(*_linear(original.shape[2], grads.shape[2], corners, half), original.shape[2])
        return spread(grads, rows, columns).astype(original.dtype, copy=False)

    return resize_grad


def _nearest(old, new, align_corners, half_pixel) -> np.ndarray:
    scale = scale_of(old, new, align_corners)
    at = np.arange(new, dtype=np.float32)
    at = (at + np.float32(0.5)) * scale if half_pixel else at * scale
    # roundf: halves away from zero
    return np.clip(np.floor(at + np.float32(0.5)) if align_corners else np.floor(at), 0, old - 1).astype(np.int64)


def _nearest_kernel(op):
    corners, half = _modes(op)

    def resize(images, size):
        height, width = _checked(op, images, size)
        rows, columns = _nearest(images.shape[1], height, corners, half), _nearest(images.shape[2], width, corners, half)
        return images[:, rows[:, None], columns]

    return resize


def _nearest_grad_kernel(op):
    corners, half = _modes(op)

    def resize_grad(grads, size):
        height, width = (int(s) for s in size)
        out = np.zeros((grads.shape[0], height, width, grads.shape[3]), grads.dtype)
        rows, columns = _nearest(height, grads.shape[1], corners, half), _nearest(width, grads.shape[2], corners, half)
        np.add.at(out, (slice(None), rows[:, None], columns), grads)
        return out

    return resize_grad


def _cubic_matrix(old, new, align_corners, half_pixel) -> np.ndarray:
    a = -0.5 if half_pixel else -0.75
    at = _places(old, new, align_corners, half_pixel)
    floor = np.floor(at)
    step = np.rint((at - floor) * _CUBIC_STEPS) / _CUBIC_STEPS

    def near(x):
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x):
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    weights = np.stack([far(step + 1), near(step), near(1 - step), far(2 - step)], axis=1).astype(np.float32)
    columns = floor.astype(np.int64)[:, None] + np.arange(-1, 3)
    if half_pixel:  # what lies outside does not count, the rest counts for more
        weights = np.where((columns < 0) | (columns >= old), np.float32(0), weights)
        weights /= weights.sum(axis=1, keepdims=True)
    matrix = np.zeros((new, old), np.float32)
    np.add.at(matrix, (np.arange(new)[:, None], np.clip(columns, 0, old - 1)), weights)
    return matrix


def combined(images, rows, columns) -> np.ndarray:
    """A separable resize: the rows and columns of images combined by a matrix [new, old] each."""
    x = images.astype(np.float32, copy=False)
    return np.einsum("nyxc,hy,wx->nhwc", x, rows, columns, optimize=True).astype(np.float32, copy=False)


def _bicubic_kernel(op):
    corners, half = _modes(op)

    def resize(images, size):
        height, width = _checked(op, images, size)
        return combined(
            images, _cubic_matrix(images.shape[1], height, corners, half), _cubic_matrix(images.shape[2], width, corners, half)
        )

    return resize


def _bicubic_grad_kernel(op):
    corners, half = _modes(op)

    def resize_grad(grads, original):
        rows = _cubic_matrix(original.shape[1], grads.shape[1], corners, half)
        columns = _cubic_matrix(original.shape[2], grads.shape[2], corners, half)
        return spread(grads, rows, columns).astype(original.dtype, copy=False)

    return resize_grad


def _area_matrix(old, new, align_corners) -> tuple:
    """(matrix of how much of each old pixel a new one covers, how much it covers in all)"""
    scale = scale_of(old, new, align_corners)
    matrix = np.zeros((new, old), np.float32)
    for i in range(new):
        start, end = np.float32(i) * scale, np.float32(i + 1) * scale
        for j in range(int(np.floor(start)), int(np.ceil(end))):
            if j < start:
                covered = scale if j + 1 > end else np.float32(j + 1) - start
            else:
                covered = end - np.float32(j) if j + 1 > end else np.float32(1)
            matrix[i, min(max(j, 0), old - 1)] += covered
    return matrix, scale


def _area_kernel(op):
    corners = op.attr("align_corners")

    def resize(images, size):
        height, width = _checked(op, images, size)
        (rows, down), (columns, across) = _area_matrix(images.shape[1], height, corners), _area_matrix(images.shape[2], width, corners)
        with np.errstate(divide="ignore", invalid="ignore"):
            return combined(images, rows, columns) * (np.float32(1) / (down * across))

    return resize


def _bilinear_gradient(op, grad):
    return [
        make("ResizeBilinearGrad", grad, op.inputs[0], align_corners=op.attr("align_corners"), half_pixel_centers=op.attr("half_pixel_centers")),
        None,
    ]


def _bicubic_gradient(op, grad):
    if op.inputs[0].dtype.base_dtype.name not in ("float32", "float64"):
        return [None, None]
    return [
        make("ResizeBicubicGrad", grad, op.inputs[0], align_corners=op.attr("align_corners"), half_pixel_centers=op.attr("half_pixel_centers")),
        None,
    ]


def _nearest_gradient(op, grad):
    from tinytf.ops.array import array_ops

    image = op.inputs[0]
    if image.shape[1:3].is_fully_defined():
        size = list(image.dims[1:3])
    else:
        size = array_ops.shape(image)[1:3]
    return [
        make("ResizeNearestNeighborGrad", grad, size, align_corners=op.attr("align_corners"), half_pixel_centers=op.attr("half_pixel_centers")),
        None,
    ]


def _sized_shape(op):
    grads = with_rank(op.inputs[0].dims, 4)
    return [(grads[0], *(constant_dims(op.inputs[1]) or (None, None)), grads[3])]


op("ResizeBilinear(images: T, size: int32) -> (resized_images: float); T: {int8, uint8, int16, uint16, int32, int64, bfloat16, half, float, double}; align_corners: bool = false; half_pixel_centers: bool = false",
   shape=_resized_shape, kernel=_bilinear_kernel, gradient=_bilinear_gradient)  # fmt: skip
op("ResizeBilinearGrad(grads: float, original_image: T) -> (output: T); T: {float, bfloat16, half, double}; align_corners: bool = false; half_pixel_centers: bool = false",
   shape=_like_second, kernel=_bilinear_grad_kernel)  # fmt: skip
op("ResizeNearestNeighbor(images: T, size: int32) -> (resized_images: T); T: {int8, uint8, int16, uint16, int32, int64, half, float, double}; align_corners: bool = false; half_pixel_centers: bool = false",
   shape=_resized_shape, kernel=_nearest_kernel, gradient=_nearest_gradient)  # fmt: skip
op("ResizeNearestNeighborGrad(grads: T, size: int32) -> (output: T); T: {uint8, int8, int32, half, float, double}; align_corners: bool = false; half_pixel_centers: bool = false",
   shape=_sized_shape, kernel=_nearest_grad_kernel)  # fmt: skip
op("ResizeBicubic(images: T, size: int32) -> (resized_images: float); T: {int8, uint8, int16, uint16, int32, int64, half, float, double}; align_corners: bool = false; half_pixel_centers: bool = false",
   shape=_resized_shape, kernel=_bicubic_kernel, gradient=_bicubic_gradient)  # fmt: skip
op("ResizeBicubicGrad(grads: float, original_image: T) -> (output: T); T: {float, double}; align_corners: bool = false; half_pixel_centers: bool = false",
   shape=_like_second, kernel=_bicubic_grad_kernel)  # fmt: skip
op("ResizeArea(images: T, size: int32) -> (resized_images: float); T: {int8, uint8, int16, uint16, int32, int64, half, float, double}; align_corners: bool = false",
   shape=_resized_shape, kernel=_area_kernel)  # fmt: skip
