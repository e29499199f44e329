"""`tf.nn.quantized_conv2d` and its kin: the ops of `quantized_nn` as functions.  Follow TF 1.15."""

from __future__ import annotations

import collections

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.ops.quantized import quantized_nn  # noqa: F401  (the ops register themselves)

QuantizedConv2D = collections.namedtuple("QuantizedConv2D", ["output", "min_output", "max_output"])
QuantizedAvgPool = collections.namedtuple("QuantizedAvgPool", ["output", "min_output", "max_output"])
QuantizedMaxPool = collections.namedtuple("QuantizedMaxPool", ["output", "min_output", "max_output"])
QuantizedReluX = collections.namedtuple("QuantizedReluX", ["activations", "min_activations", "max_activations"])


def quantized_conv2d(
    input, filter, min_input, max_input, min_filter, max_filter, strides, padding, out_type=dtypes.qint32, dilations=(1, 1, 1, 1), name=None
) -> QuantizedConv2D:  # fmt: skip
    """A convolution of numbers of 8 bits, and the range of its result."""
    return QuantizedConv2D(*make(
        "QuantizedConv2D", input, filter, min_input, max_input, min_filter, max_filter, strides=strides, padding=padding,
        out_type=out_type, dilations=list(dilations), name=name,
    ))  # fmt: skip


def quantized_avg_pool(input, min_input, max_input, ksize, strides, padding, name=None) -> QuantizedAvgPool:
    """The averages of windows, and the range of the result."""
    return QuantizedAvgPool(*make("QuantizedAvgPool", input, min_input, max_input, ksize=ksize, strides=strides, padding=padding, name=name))


def quantized_max_pool(input, min_input, max_input, ksize, strides, padding, name=None) -> QuantizedMaxPool:
    """The largest of windows, and the range of the result."""
    return QuantizedMaxPool(*make("QuantizedMaxPool", input, min_input, max_input, ksize=ksize, strides=strides, padding=padding, name=name))


def quantized_relu_x(features, max_value, min_features, max_features, out_type=dtypes.quint8, name=None) -> QuantizedReluX:
    """What is between 0 and `max_value`.  It can be built and exported; neither TensorFlow nor tinytf has a kernel for it."""
    return QuantizedReluX(*make("QuantizedReluX", features, max_value, min_features, max_features, out_type=out_type, name=name))
