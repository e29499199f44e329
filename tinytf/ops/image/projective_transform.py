"""ImageProjectiveTransformV2: images turned, moved and bent.  An op of tf.contrib.image of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import math_ops


def _shape(node):
    images = with_rank(node.inputs[0].dims, 4)
    size = constant_dims(node.inputs[2]) or (None, None)
    return [(images[0], *size, images[3])]


def _read(images, rows, columns):
    """[batch, height, width, channels] of `images` at places of [batch, height, width]; 0 outside."""
    height, width = images.shape[1:3]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    batch = np.arange(len(images)).reshape(-1, 1, 1)
    row = np.where(inside, rows, 0).astype(np.intp)
    column = np.where(inside, columns, 0).astype(np.intp)
    return np.where(inside[..., None], images[batch, row, column], images.dtype.type(0))


def _nearest(images, y, x):
    halves = [np.copysign(np.floor(np.abs(place) + np.float32(0.5)), place) for place in (y, x)]  # away from 0, as C++ rounds
    return _read(images, *halves)


def _bilinear(images, y, x):
    top, left = np.floor(y), np.floor(x)
    down, right = (y - top)[..., None], (x - left)[..., None]
    one = np.float32(1)
    rows = [
        (one - right) * _read(images, row, left).astype(np.float32) + right * _read(images, row, left + one).astype(np.float32)
        for row in (top, top + one)
    ]
    mixed = (one - down) * rows[0] + down * rows[1]
    return mixed.astype(images.dtype)


def _kernel(node):
    kinds = {"NEAREST": _nearest, "BILINEAR": _bilinear}
    name = node.attr("interpolation")
    name = name.decode() if isinstance(name, bytes) else name

    def transform(images, transforms, output_shape):
        height, width = (int(n) for n in output_shape)
        if height <= 0 or width <= 0:
            raise ValueError(f"output_shape must be positive, got {output_shape}")
        t = np.broadcast_to(transforms, (len(images), 8)).reshape(-1, 8, 1, 1).astype(np.float32)
        x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32).reshape(-1, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            depth = t[:, 6] * x + t[:, 7] * y + np.float32(1)
            from_x = (t[:, 0] * x + t[:, 1] * y + t[:, 2]) / depth
            from_y = (t[:, 3] * x + t[:, 4] * y + t[:, 5]) / depth
        nowhere = (depth == 0) | ~np.isfinite(from_x) | ~np.isfinite(from_y)
        return kinds[name](images, np.where(nowhere, np.float32(-9), from_y), np.where(nowhere, np.float32(-9), from_x))

    if name not in kinds:
        from tinytf.errors import InvalidArgumentError

        raise InvalidArgumentError(None, None, f"Invalid interpolation {name}. Supported types: NEAREST, BILINEAR")
    return transform


def matrices(transforms):
    """[…, 8] as [number, 3, 3]."""
    transforms = array_ops.reshape(transforms, constant([-1, 8]))
    count = array_ops.shape(transforms)[0]
    return array_ops.reshape(array_ops.concat([transforms, array_ops.ones([count, 1])], axis=1), constant([-1, 3, 3]))


def flat(transform_matrices):
    """[number, 3, 3] as [number, 8], scaled to a 1 in the corner."""
    transforms = array_ops.reshape(transform_matrices, constant([-1, 9]))
    transforms /= transforms[:, 8:9]
    return transforms[:, :8]


def _gradient(node, grad):
    from tinytf.graph.default_graph import name_scope
    from tinytf.linalg import inv

    images = node.inputs[0]
    with name_scope("flat_transforms_to_matrices"):
        whole = matrices(node.inputs[1])
    inverse = inv(whole)
    with name_scope("matrices_to_flat_transforms"):
        back = flat(inverse)
    size = array_ops.shape(images)[1:3]
    return [image_projective_transform_v2(grad, back, size, node.attr("interpolation")), None, None]


op(
    "ImageProjectiveTransformV2(images: dtype, transforms: float, output_shape: int32) -> (transformed_images: dtype); "
    "dtype: {uint8, int32, int64, half, float, double}; interpolation: string",
    shape=_shape,
    kernel=_kernel,
    gradient=_gradient,
)


def image_projective_transform_v2(images, transforms, output_shape, interpolation, name=None):
    """The pixel (x, y) of the result is the one at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1."""
    return make("ImageProjectiveTransformV2", images, transforms, math_ops.cast(output_shape, dtypes.int32), interpolation=interpolation, name=name)
