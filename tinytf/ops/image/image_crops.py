"""Parts of images: boxes resized to one size, and glimpses around a point."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dim, require_dim, with_rank
from tinytf.ops.array.shape_ops import show

# Boxes ----------------------------------------------------------------------------------------------------


def _crop_shape(op):
    image, boxes = with_rank(op.inputs[0].dims, 4), with_rank(op.inputs[1].dims, 2)
    count = merge_dim(boxes[0], with_rank(op.inputs[2].dims, 1)[0])
    require_dim(boxes[1], 4)
    require_dim(with_rank(op.inputs[3].dims, 1)[0], 2)
    return [(count, *(constant_dims(op.inputs[3]) or (None, None)), image[3])]


def _places(first, last, length, count) -> tuple:
    """(places of the samples along one side that lie in the image, their numbers): ends included, or the middle for one."""
    first, last = np.float32(first), np.float32(last)
    if count > 1:
        step = (last - first) * np.float32(length - 1) / np.float32(count - 1)
        at = first * np.float32(length - 1) + np.arange(count, dtype=np.float32) * step
    else:
        at = np.array([0.5 * (first + last) * np.float32(length - 1)], np.float32)
    inside = np.flatnonzero((at >= 0) & (at <= length - 1))
    return at[inside], inside


def _round(at):
    """Halves away from zero."""
    return np.floor(at.astype(np.float64) + 0.5).astype(np.int64)


def _between(at):
    """(lower, upper, weight of the upper)"""
    lower = np.floor(at).astype(np.int64)
    return lower, np.ceil(at).astype(np.int64), at - lower.astype(np.float32)


def _checked(op, boxes, which, images):
    if boxes.ndim != 2 or boxes.shape[1] != 4 or len(which) != len(boxes):
        raise errors.InvalidArgumentError(op.node_def, op, f"boxes must have 4 columns: boxes and box_index must have as many rows, of 4: {show(boxes.shape)} and {show(which.shape)}")
    if which.size and (which.min() < 0 or which.max() >= images):
        raise errors.OutOfRangeError(op.node_def, op, "box_index has values outside [0, batch_size)")


def _crop_kernel(op):
    nearest, outside = op.attr("method") == b"nearest", np.float32(op.attr("extrapolation_value"))

    def crop(image, boxes, which, size):
        height, width = (int(s) for s in size)
        if height <= 0 or width <= 0:
            raise errors.InvalidArgumentError(op.node_def, op, "crop dimensions must be positive")
        if image.ndim != 4 or 0 in image.shape[1:3]:
            raise errors.InvalidArgumentError(op.node_def, op, f"image dimensions must be positive, got {show(image.shape)}")
        _checked(op, boxes, which, image.shape[0])
        out = np.full((len(boxes), height, width, image.shape[3]), outside, np.float32)
        for k, ((y1, x1, y2, x2), n) in enumerate(zip(boxes, which)):
            picture = image[n]
            (ys, rows), (xs, columns) = _places(y1, y2, image.shape[1], height), _places(x1, x2, image.shape[2], width)
            if nearest:
                values = picture[_round(ys)[:, None], _round(xs)]
            else:
                (top, bottom, down), (left, right, across) = _between(ys), _between(xs)
                down, across = down[:, None, None], across[:, None]
                rows_of = [picture[side].astype(np.float32) for side in (top, bottom)]
                a, b = (r[:, left] + (r[:, right] - r[:, left]) * across for r in rows_of)
                values = a + (b - a) * down
            out[k][np.ix_(rows, columns)] = values
        return out

    return crop


def _grad_image_kernel(op):
    nearest = op.attr("method") == b"nearest"

    def spread(grads, boxes, which, shape):
        _, height, width, _ = shape = [int(s) for s in shape]
        _checked(op, boxes, which, shape[0])
        out = np.zeros(shape, grads.dtype)
        for k, ((y1, x1, y2, x2), n) in enumerate(zip(boxes, which)):
            (ys, rows), (xs, columns) = _places(y1, y2, height, grads.shape[1]), _places(x1, x2, width, grads.shape[2])
            grad = grads[k][np.ix_(rows, columns)]
            if nearest:
                np.add.at(out[n], (_round(ys)[:, None], _round(xs)), grad)
                continue
            (top, bottom, down), (left, right, across) = _between(ys), _between(xs)
            down, across = down[:, None, None], across[:, None]
            for side, part in ((top, (1 - down) * grad), (bottom, down * grad)):
                np.add.at(out[n], (side[:, None], left), (1 - across) * part)
                np.add.at(out[n], (side[:, None], right), across * part)
        return out.astype(op.attr("T").as_numpy_dtype, copy=False)

    return spread


def _grad_boxes_kernel(op):
    def slopes(grads, image, boxes, which):
        _checked(op, boxes, which, image.shape[0])
        out = np.zeros_like(boxes)
        last_row, last_column = image.shape[1] - 1, image.shape[2] - 1
        for k, ((y1, x1, y2, x2), n) in enumerate(zip(boxes, which)):
            (ys, rows), (xs, columns) = _places(y1, y2, last_row + 1, grads.shape[1]), _places(x1, x2, last_column + 1, grads.shape[2])
            grad = grads[k][np.ix_(rows, columns)]
            (top, bottom, down), (left, right, across) = _between(ys), _between(xs)
            down, across = down[:, None, None], across[:, None]
            picture = image[n].astype(np.float32)
            tl, tr, bl, br = (picture[y[:, None], x] for y in (top, bottom) for x in (left, right))
            by_row = (grad * ((1 - across) * (bl - tl) + across * (br - tr))).sum(axis=(1, 2))
            by_column = (grad * ((1 - down) * (tr - tl) + down * (br - bl))).sum(axis=(0, 2))
            for side, (slope, which_ones, last, count) in enumerate(
                ((by_row, rows, last_row, grads.shape[1]), (by_column, columns, last_column, grads.shape[2]))
            ):
                towards = which_ones * (last / (count - 1)) if count > 1 else np.full(len(which_ones), 0.5 * last)
                out[k, side + 2] = (slope * towards).sum()
                out[k, side] = (slope * (last - towards)).sum()
        return out

    return slopes


def _crop_gradient(op, grad):
    from tinytf.ops.array import array_ops

    image, boxes, which, _ = op.inputs
    shape = list(image.dims) if image.shape.is_fully_defined() else array_ops.shape(image)
    to_image = None
    if image.dtype.is_floating:
        to_image = make("CropAndResizeGradImage", grad, boxes, which, shape, T=op.attr("T"), method=op.attr("method"))
    return [to_image, make("CropAndResizeGradBoxes", grad, image, boxes, which), None, None]


op("CropAndResize(image: T, boxes: float, box_ind: int32, crop_size: int32) -> (crops: float); T: {uint8, uint16, int8, int16, int32, int64, half, float, double}; method: {'bilinear', 'nearest'} = 'bilinear'; extrapolation_value: float = 0.0",
   shape=_crop_shape, kernel=_crop_kernel, gradient=_crop_gradient)  # fmt: skip
op("CropAndResizeGradImage(grads: float, boxes: float, box_ind: int32, image_size: int32) -> (output: T); T: {float, half, double}; method: {'bilinear', 'nearest'} = 'bilinear'",
   shape=lambda op: [constant_dims(op.inputs[3]) or (None,) * 4], kernel=_grad_image_kernel)  # fmt: skip
op("CropAndResizeGradBoxes(grads: float, image: T, boxes: float, box_ind: int32) -> (output: float); T: {uint8, uint16, int8, int16, int32, int64, half, float, double}; method: {'bilinear'} = 'bilinear'",
   shape=lambda op: [op.inputs[2].dims], kernel=_grad_boxes_kernel)  # fmt: skip


# Glimpses -------------------------------------------------------------------------------------------------


def _glimpse_shape(op):
    images, size, offsets = with_rank(op.inputs[0].dims, 4), with_rank(op.inputs[1].dims, 1), with_rank(op.inputs[2].dims, 2)
    require_dim(size[0], 2)
    require_dim(offsets[1], 2)
    return [(merge_dim(images[0], offsets[0]), *(constant_dims(op.inputs[1]) or (None, None)), images[3])]


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _glimpse_kernel(op):
    centered, normalized, noise = op.attr("centered"), op.attr("normalized"), op.attr("noise")
    if op.attr("uniform_noise") and noise not in (b"", b"uniform"):
        raise errors.InvalidArgumentError(op.node_def, op, "The uniform_noise and noise should not be specified at the same time")
    random = np.random.RandomState()  # noise has no seed in TensorFlow either

    def background(image, shape):
        if noise == b"zero":
            return np.zeros(shape, np.float32)
        if noise == b"gaussian":
            return (image.mean() + random.standard_normal(shape) * image.std()).astype(np.float32)
        return (image.min() + random.random_sample(shape) * (image.max() - image.min())).astype(np.float32)

    def glimpse(images, size, offsets):
        if images.ndim != 4:
            raise _invalid(op, f"input must be 4-dimensional (batch_size, height, width, depth){show(images.shape)}")
        if len(offsets) != len(images):
            raise _invalid(op, f"first dimension should be batch{show(offsets.shape)}")
        if min(size) <= 0:
            raise _invalid(op, f"size must be positive, got {size.tolist()}")
        sides, size = images.shape[1:3], [int(s) for s in size]
        out = np.empty((len(images), *size, images.shape[3]), np.float32)
        for n, image in enumerate(images):
            window, part = [], []
            for offset, side, length in zip(offsets[n], sides, size):
                at = offset * np.float32(side) if normalized else offset
                if centered:
                    at = at / np.float32(2) + np.float32(side / 2)
                start = int(at - np.float32(length / 2))  # towards zero
                low, high = min(max(start, 0), side), max(min(start + length, side), 0)
                window.append(slice(low, max(high, low)))
                part.append(slice(max(low - start, 0), max(low - start, 0) + max(high - low, 0)))
            seen = image[tuple(window)]
            if seen.shape[:2] != tuple(size):
                out[n] = background(image, out.shape[1:])
            if seen.size:
                out[n][tuple(part)] = seen
        return out

    return glimpse


op("ExtractGlimpse(input: float, size: int32, offsets: float) -> (glimpse: float); centered: bool = true; normalized: bool = true; uniform_noise: bool = true; noise: string = 'uniform'",
   shape=_glimpse_shape, kernel=_glimpse_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
