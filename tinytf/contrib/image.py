"""tf.contrib.image: images turned, moved and bent.  Follows TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor_util import constant_value
from tinytf.ops.array import array_ops
from tinytf.ops.image.projective_transform import flat, image_projective_transform_v2, matrices
from tinytf.ops.math import math_ops

_TYPES = (dtypes.uint8, dtypes.int32, dtypes.int64, dtypes.float16, dtypes.float32, dtypes.float64)


def _batch(images):
    """Images of rank 2 to 4 as [batch, height, width, channels]; TypeError for others."""
    if images.dtype.base_dtype not in _TYPES:
        raise TypeError("Invalid dtype %s." % images.dtype)
    rank = images.get_shape().ndims
    if rank is None:
        raise TypeError("image_or_images rank must be statically known")
    if rank not in (2, 3, 4):
        raise TypeError("Images should have rank between 2 and 4.")
    if rank == 2:
        return images[None, :, :, None]
    return images[None, :, :, :] if rank == 3 else images


def _unbatched(output, rank):
    if rank == 2:
        return output[0, :, :, 0]
    return output[0, :, :, :] if rank == 3 else output


def rotate(images, angles, interpolation="NEAREST", name=None):
    """Images turned counterclockwise by an angle, or by one each, about their middle; what comes from outside is 0."""
    with name_scope(name, "rotate"):
        given = convert_to_tensor(images)
        images = _batch(given)
        height = math_ops.cast(array_ops.shape(images)[1], dtypes.float32)[None]
        width = math_ops.cast(array_ops.shape(images)[2], dtypes.float32)[None]
        output = transform(images, angles_to_projective_transforms(angles, height, width), interpolation=interpolation)
        return _unbatched(output, given.get_shape().ndims)


def translate(images, translations, interpolation="NEAREST", name=None):
    """Images moved by (right, down), or by one pair each."""
    with name_scope(name, "translate"):
        return transform(images, translations_to_projective_transforms(translations), interpolation=interpolation)


def angles_to_projective_transforms(angles, image_height, image_width, name=None):
    """[number, 8]: the transforms that turn images of this size."""
    with name_scope(name, "angles_to_projective_transforms"):
        angles = convert_to_tensor(angles, name="angles", dtype=dtypes.float32)
        if angles.get_shape().ndims not in (0, 1):
            raise TypeError("Angles should have rank 0 or 1.")
        if angles.get_shape().ndims == 0:
            angles = angles[None]
        x_offset = (image_width - 1 - (math_ops.cos(angles) * (image_width - 1) - math_ops.sin(angles) * (image_height - 1))) / 2.0
        y_offset = (image_height - 1 - (math_ops.sin(angles) * (image_width - 1) + math_ops.cos(angles) * (image_height - 1))) / 2.0
        count = array_ops.shape(angles)[0]
        columns = [
            math_ops.cos(angles)[:, None], -math_ops.sin(angles)[:, None], x_offset[:, None], math_ops.sin(angles)[:, None],
            math_ops.cos(angles)[:, None], y_offset[:, None], array_ops.zeros((count, 2), dtypes.float32),
        ]  # fmt: skip
        return array_ops.concat(columns, axis=1)


def translations_to_projective_transforms(translations, name=None):
    """[number, 8]: the transforms that move images."""
    with name_scope(name, "translations_to_projective_transforms"):
        translations = convert_to_tensor(translations, name="translations", dtype=dtypes.float32)
        rank = translations.get_shape().ndims
        if rank is None:
            raise TypeError("translation_or_translations rank must be statically known")
        if rank not in (1, 2):
            raise TypeError("Translations should have rank 1 or 2.")
        if rank == 1:
            translations = translations[None]
        count = array_ops.shape(translations)[0]
        columns = [
            array_ops.ones((count, 1), dtypes.float32), array_ops.zeros((count, 1), dtypes.float32), -translations[:, 0, None],
            array_ops.zeros((count, 1), dtypes.float32), array_ops.ones((count, 1), dtypes.float32), -translations[:, 1, None],
            array_ops.zeros((count, 2), dtypes.float32),
        ]  # fmt: skip
        return array_ops.concat(columns, axis=1)


def transform(images, transforms, interpolation="NEAREST", output_shape=None, name=None):
    """Images under projective transforms [a0, a1, a2, b0, b1, b2, c0, c1], from places of the result to places of the image."""
    with name_scope(name, "transform"):
        given = convert_to_tensor(images, name="images")
        transforms = convert_to_tensor(transforms, name="transforms", dtype=dtypes.float32)
        images = _batch(given)
        if output_shape is None:
            output_shape = array_ops.shape(images)[1:3]
            known = constant_value(output_shape)
            output_shape = output_shape if known is None else known
        output_shape = convert_to_tensor(output_shape, dtypes.int32, name="output_shape")
        if not output_shape.get_shape().is_compatible_with([2]):
            raise ValueError("output_shape must be a 1-D Tensor of 2 elements: new_height, new_width")
        rank = transforms.get_shape().ndims
        if rank is None:
            raise TypeError("transform_or_transforms rank must be statically known")
        if rank not in (1, 2):
            raise TypeError("Transforms should have rank 1 or 2.")
        if rank == 1:
            transforms = transforms[None]
        output = image_projective_transform_v2(images, transforms, output_shape, interpolation.upper())
        return _unbatched(output, given.get_shape().ndims)


def compose_transforms(*transforms):
    """The transforms one after the other, as one."""
    assert transforms, "transforms cannot be empty"
    with name_scope("compose_transforms"):
        composed = flat_transforms_to_matrices(transforms[0])
        for other in transforms[1:]:
            composed = math_ops.matmul(composed, flat_transforms_to_matrices(other))
        return matrices_to_flat_transforms(composed)


def flat_transforms_to_matrices(transforms):
    """[8] or [number, 8] as [number, 3, 3]."""
    with name_scope("flat_transforms_to_matrices"):
        transforms = convert_to_tensor(transforms, name="transforms")
        if transforms.shape.ndims not in (1, 2):
            raise ValueError("Transforms should be 1D or 2D, got: %s" % transforms)
        return matrices(transforms)


def matrices_to_flat_transforms(transform_matrices):
    """[3, 3] or [number, 3, 3] as [number, 8]."""
    with name_scope("matrices_to_flat_transforms"):
        transform_matrices = convert_to_tensor(transform_matrices, name="transform_matrices")
        if transform_matrices.shape.ndims not in (2, 3):
            raise ValueError("Matrices should be 2D or 3D, got: %s" % transform_matrices)
        return flat(transform_matrices)
