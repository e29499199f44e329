"""TensorFlow 2's spellings of the functions of arrays: the same graphs, other arguments.

TF 1.15 keeps them in array_ops (`squeeze_v2`, `boolean_mask_v2` …), where its own code and tests call them.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops, masks, space_batch
from tinytf.ops.array.patches import extract_image_patches


def expand_dims_v2(input, axis, name=None) -> Tensor:
    """`expand_dims` of TF 2."""
    return array_ops.expand_dims(input, axis, name)


def squeeze_v2(input, axis=None, name=None) -> Tensor:
    """`squeeze` of TF 2."""
    return array_ops.squeeze(input, axis, name)


def shape_v2(input, out_type=dtypes.int32, name=None) -> Tensor:
    """`shape` of TF 2."""
    return array_ops.shape(input, name, out_type)


def size_v2(input, out_type=dtypes.int32, name=None) -> Tensor:
    """`size` of TF 2."""
    return array_ops.size(input, name, out_type)


def zeros_like_v2(input, dtype=None, name=None) -> Tensor:
    """`zeros_like` of TF 2."""
    return array_ops.zeros_like(input, dtype, name)


def ones_like_v2(input, dtype=None, name=None) -> Tensor:
    """`ones_like` of TF 2."""
    return array_ops.ones_like(input, dtype, name)


def transpose_v2(a, perm=None, conjugate=False, name="transpose") -> Tensor:
    """`transpose` of TF 2."""
    return array_ops.transpose(a, perm, name, conjugate)


def boolean_mask_v2(tensor, mask, axis=None, name="boolean_mask") -> Tensor:
    """`boolean_mask` of TF 2."""
    return masks.boolean_mask(tensor, mask, name, axis)


def reverse_sequence_v2(input, seq_lengths, seq_axis=None, batch_axis=None, name=None) -> Tensor:
    """`reverse_sequence` of TF 2."""
    return array_ops.reverse_sequence(input, seq_lengths, seq_axis, batch_axis, name)


def gather_v2(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None) -> Tensor:
    """`gather` of TF 2."""
    return array_ops.gather(params, indices, validate_indices, name, axis, batch_dims)


def gather_nd_v2(params, indices, batch_dims=0, name=None) -> Tensor:
    """`gather_nd` of TF 2."""
    return array_ops.gather_nd(params, indices, name, batch_dims)


def space_to_batch_v2(input, block_shape, paddings, name=None) -> Tensor:
    """`space_to_batch` of TF 2."""
    return space_batch.space_to_batch_nd(input, block_shape, paddings, name)


def batch_to_space_v2(input, block_shape, crops, name=None) -> Tensor:
    """`batch_to_space` of TF 2: one block size is meant for both dimensions of images."""
    block_shape = convert_to_tensor([block_shape] * 2 if isinstance(block_shape, int) else block_shape)
    return space_batch.batch_to_space_nd(input, block_shape, crops, name)


def space_to_depth_v2(input, block_size, data_format="NHWC", name=None) -> Tensor:
    """`space_to_depth` of TF 2."""
    return space_batch.space_to_depth(input, block_size, name, data_format)


def depth_to_space_v2(input, block_size, data_format="NHWC", name=None) -> Tensor:
    """`depth_to_space` of TF 2."""
    return space_batch.depth_to_space(input, block_size, name, data_format)


def extract_image_patches_v2(images, sizes, strides, rates, padding, name=None) -> Tensor:
    """`image.extract_patches` of TF 2."""
    return extract_image_patches(images, sizes, strides, rates, padding, name)
