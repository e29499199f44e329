"""The face of the array families: what other rooms call as `array_ops.reshape` and so on.

A family is imported when a name of it is first asked for, so families may use one another.
"""

from __future__ import annotations

import importlib

_NAMES = {
    "array.concat_split": "concat parallel_stack split stack unstack",
    "array.constant": "constant fill ones ones_like zeros zeros_like",
    "quantized.fake_quant": "quantize_and_dequantize",
    "array.gather_scatter": """
        batch_gather batch_gather_nd gather gather_nd scatter_nd scatter_nd_non_aliasing_add tensor_scatter_add tensor_scatter_sub
        tensor_scatter_update""",
    "array.masks": "boolean_mask meshgrid one_hot repeat sequence_mask",
    "math.numerics": "check_numerics",
    "array.partition": "dynamic_partition dynamic_stitch parallel_dynamic_stitch",
    "array.patches": "edit_distance extract_image_patches extract_volume_patches",
    "quantized.quantized_ops": "dequantize quantize_v2 quantized_concat",
    "array.ranges": "unravel_index",
    "array.placeholder": "placeholder placeholder_with_default sparse_placeholder",
    "array.select": "where where_v2",
    "array.shape_ops": """
        bitcast broadcast_dynamic_shape broadcast_static_shape broadcast_to ensure_shape expand_dims guarantee_const
        identity identity_n prevent_gradient rank rank_internal reshape shape shape_internal shape_n size size_internal
        squeeze stop_gradient""",
    "array.slicing": "slice strided_slice",
    "array.space_batch": """
        batch_to_space batch_to_space_nd depth_to_space required_space_to_batch_paddings space_to_batch
        space_to_batch_nd space_to_depth""",
    "array.tile_pad": "pad tile",
    "array.transpose": "invert_permutation matrix_transpose reverse reverse_sequence roll transpose",
    "array.unique": "listdiff searchsorted setdiff1d unique unique_with_counts",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name):
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module("tinytf.ops." + module), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(_MODULE_OF)
