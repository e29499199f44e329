"""Resampler: an image read at places between its pixels.  An op of tf.contrib.resampler of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf.errors import InvalidArgumentError
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op


def _check(data, warp) -> None:
    if data.ndim != 4:
        raise InvalidArgumentError(None, None, f"Only bilinear interpolation is currently supported. The input data shape must be [batch_size, data_height, data_width, data_channels], but is: {list(data.shape)}")  # noqa: E501
    if warp.ndim < 2 or warp.shape[-1] != 2:
        raise InvalidArgumentError(None, None, f"warp should be at least a matrix, with a last dimension of 2 (x and y), got {list(warp.shape)}")
    if len(data) != len(warp):
        raise InvalidArgumentError(None, None, f"Batch size of data and warp tensor must be the same, but input shapes are: {list(data.shape)}, {list(warp.shape)}")  # noqa: E501


class _Corners:
    """The four pixels around each place (x, y), what they hold, and their weights; a pixel outside holds 0."""

    def __init__(self, data, warp):
        _check(data, warp)
        self.shape, (height, width) = data.shape, data.shape[1:3]
        places = warp.reshape(len(warp), -1, 2)
        x, y = places[..., 0], places[..., 1]
        self.read = (x > -1) & (y > -1) & (x < width) & (y < height)
        x, y = np.where(self.read, x, 0), np.where(self.read, y, 0)
        left, top = np.floor(x), np.floor(y)
        self.to_right, self.to_bottom = left + 1 - x, top + 1 - y  # how far the next pixel is
        self.batch = np.arange(len(data)).reshape(-1, 1)
        self.where, self.values, self.weights = [], [], []
        for down in (0, 1):
            for right in (0, 1):
                column, row = (left + right).astype(np.intp), (top + down).astype(np.intp)
                inside = self.read & (column >= 0) & (column < width) & (row >= 0) & (row < height)
                column, row = np.where(inside, column, 0), np.where(inside, row, 0)
                self.where.append((inside, row, column))
                self.values.append(np.where(inside[..., None], data[self.batch, row, column], data.dtype.type(0)))
                across = 1 - self.to_right if right else self.to_right
                along = 1 - self.to_bottom if down else self.to_bottom
                self.weights.append((across * along)[..., None])


def _resample(data, warp):
    corners = _Corners(data, warp)
    result = sum(weight * value for weight, value in zip(corners.weights, corners.values))
    return result.astype(data.dtype).reshape(warp.shape[:-1] + data.shape[3:])


def _resample_grad(data, warp, grad):
    corners = _Corners(data, warp)
    grad = grad.reshape(len(warp), -1, data.shape[3])
    of_data = np.zeros_like(data)
    for (inside, row, column), weight in zip(corners.where, corners.weights):
        np.add.at(of_data, (np.broadcast_to(corners.batch, row.shape), row, column), np.where(inside[..., None], grad * weight, 0))
    top_left, top_right, bottom_left, bottom_right = corners.values
    right, bottom = corners.to_right[..., None], corners.to_bottom[..., None]
    along_x = grad * (bottom * (top_right - top_left) + (1 - bottom) * (bottom_right - bottom_left))
    along_y = grad * (right * (bottom_left - top_left) + (1 - right) * (bottom_right - top_right))
    of_warp = np.stack([along_x.sum(-1), along_y.sum(-1)], -1) * corners.read[..., None]
    return of_data, of_warp.astype(warp.dtype).reshape(warp.shape)


_TYPE = "; T: {half, bfloat16, float, double} = float"


def _gradient(node, grad):
    return list(make("ResamplerGrad", node.inputs[0], node.inputs[1], grad))


def _shape(node):
    data, warp = node.inputs[0].dims, node.inputs[1].dims
    return [None if data is None or warp is None else tuple(warp[:-1]) + tuple(data[3:])]


op(
    "Resampler(data: T, warp: T) -> (output: T)" + _TYPE,
    shape=_shape,
    kernel=lambda node: _resample,
    gradient=_gradient,
)
op(
    "ResamplerGrad(data: T, warp: T, grad_output: T) -> (grad_data: T, grad_warp: T)" + _TYPE,
    shape=lambda node: [node.inputs[0].dims, node.inputs[1].dims],
    kernel=lambda node: _resample_grad,
    gradient=NOT_DIFFERENTIABLE,
)
