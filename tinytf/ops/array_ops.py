"""The face of the array families: what other rooms call as `array_ops.reshape` and so on."""

from __future__ import annotations

from tinytf.ops.concat_split import concat, parallel_stack, split, stack, unstack  # noqa: F401
from tinytf.ops.constant import constant, fill, ones, ones_like, zeros, zeros_like  # noqa: F401
from tinytf.ops.gather_scatter import (  # noqa: F401
    batch_gather,
    gather,
    gather_nd,
    scatter_nd,
    scatter_nd_non_aliasing_add,
    tensor_scatter_add,
    tensor_scatter_sub,
    tensor_scatter_update,
)
from tinytf.ops.masks import boolean_mask, meshgrid, one_hot, repeat, sequence_mask  # noqa: F401
from tinytf.ops.partition import dynamic_partition, dynamic_stitch, parallel_dynamic_stitch  # noqa: F401
from tinytf.ops.placeholder import placeholder, placeholder_with_default, sparse_placeholder  # noqa: F401
from tinytf.ops.select import where, where_v2  # noqa: F401
from tinytf.ops.shape_ops import (  # noqa: F401
    bitcast,
    broadcast_dynamic_shape,
    broadcast_static_shape,
    broadcast_to,
    ensure_shape,
    expand_dims,
    guarantee_const,
    identity,
    identity_n,
    prevent_gradient,
    rank,
    rank_internal,
    reshape,
    shape,
    shape_internal,
    shape_n,
    size,
    size_internal,
    squeeze,
    stop_gradient,
)
from tinytf.ops.slicing import slice, strided_slice  # noqa: F401
from tinytf.ops.space_batch import (  # noqa: F401
    batch_to_space,
    batch_to_space_nd,
    depth_to_space,
    required_space_to_batch_paddings,
    space_to_batch,
    space_to_batch_nd,
    space_to_depth,
)
from tinytf.ops.tile_pad import pad, tile  # noqa: F401
from tinytf.ops.transpose import (  # noqa: F401
    invert_permutation,
    matrix_transpose,
    reverse,
    reverse_sequence,
    roll,
    transpose,
)
from tinytf.ops.unique import listdiff, searchsorted, setdiff1d, unique, unique_with_counts  # noqa: F401
