"""`tf.quantization`: floats as numbers of 8, 16 or 32 bits, and pretended ones."""

from __future__ import annotations

from tinytf.ops.quantized.fake_quant import (  # noqa: F401
    fake_quant_with_min_max_args,
    fake_quant_with_min_max_args_gradient,
    fake_quant_with_min_max_vars,
    fake_quant_with_min_max_vars_gradient,
    fake_quant_with_min_max_vars_per_channel,
    fake_quant_with_min_max_vars_per_channel_gradient,
    quantize_and_dequantize,
)
from tinytf.ops.quantized.quantized_ops import dequantize, quantized_concat  # noqa: F401
from tinytf.ops.quantized.quantized_ops import quantize_floats as quantize  # noqa: F401
