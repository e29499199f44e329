"""tf.layers: maximum and average pooling in one to three dimensions."""

from __future__ import annotations

from tinytf.layers.base import InputSpec, Layer
from tinytf.layers.utils import conv_output_length, convert_data_format, normalize_data_format, normalize_padding, normalize_tuple
from tinytf.ops.array import array_ops
from tinytf.ops.nn import pool_functions
from tinytf.shapes import TensorShape


class PoolingBody:
    """The pool `_kind` ('max' or 'avg') over `_rank` dimensions."""

    _settings = "pool_size padding strides data_format"

    _rank, _kind = 2, "max"

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format="channels_last", name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        rank = self._rank
        self.pool_size = normalize_tuple(pool_size, rank, "pool_size")
        self.strides = normalize_tuple(pool_size if strides is None else strides, rank, "strides")
        self.padding = normalize_padding(padding)
        self.data_format = normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=rank + 2)

    def call(self, inputs):
        """Pools; one dimension as two, three dimensions always channels-last, as TensorFlow does."""
        first, padding = self.data_format == "channels_first", self.padding.upper()
        size, strides = self.pool_size, self.strides
        two = pool_functions.max_pool if self._kind == "max" else pool_functions.avg_pool
        if self._rank == 1:
            axis = 3 if first else 2
            inputs = array_ops.expand_dims(inputs, axis)
            if first:
                inputs = array_ops.transpose(inputs, (0, 2, 3, 1))
            outputs = two(inputs, (1,) + size + (1, 1), (1,) + strides + (1, 1), padding=padding, data_format="NHWC")
            if first:
                outputs = array_ops.transpose(outputs, (0, 3, 1, 2))
            return array_ops.squeeze(outputs, axis)
        if self._rank == 2:
            around = (lambda v: (1, 1) + v) if first else (lambda v: (1,) + v + (1,))
            return two(inputs, ksize=around(size), strides=around(strides), padding=padding, data_format=convert_data_format(self.data_format, 4))  # noqa: E501
        three = pool_functions.max_pool3d if self._kind == "max" else pool_functions.avg_pool3d
        if first:
            inputs = array_ops.transpose(inputs, (0, 2, 3, 4, 1))
        outputs = three(inputs, ksize=(1,) + size + (1,), strides=(1,) + strides + (1,), padding=padding)
        return array_ops.transpose(outputs, (0, 4, 1, 2, 3)) if first else outputs

    def compute_output_shape(self, input_shape):
        """[batch, positions…, channels]."""
        dims = TensorShape(input_shape).as_list()
        first = self.data_format == "channels_first"
        space = dims[2:] if first else dims[1:-1]
        new = [conv_output_length(n, k, self.padding, s) for n, k, s in zip(space, self.pool_size, self.strides)]
        return TensorShape(dims[:2] + new if first else dims[:1] + new + dims[-1:])


class MaxPooling1DBody(PoolingBody):
    """Maximum over time."""

    _rank = 1


class MaxPooling3DBody(PoolingBody):
    """Maximum over volumes."""

    _rank = 3


class AveragePooling1DBody(PoolingBody):
    """Mean over time."""

    _rank, _kind = 1, "avg"


class AveragePooling2DBody(PoolingBody):
    """Mean over images."""

    _kind = "avg"


class AveragePooling3DBody(PoolingBody):
    """Mean over volumes."""

    _rank, _kind = 3, "avg"


class _Required:
    """tf.layers demands pool_size and strides."""

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


class MaxPooling1D(_Required, MaxPooling1DBody, Layer):
    """Follows tf.layers.MaxPooling1D of TF 1.15."""


class MaxPooling2D(_Required, PoolingBody, Layer):
    """Follows tf.layers.MaxPooling2D of TF 1.15."""


class MaxPooling3D(_Required, MaxPooling3DBody, Layer):
    """Follows tf.layers.MaxPooling3D of TF 1.15."""


class AveragePooling1D(_Required, AveragePooling1DBody, Layer):
    """Follows tf.layers.AveragePooling1D of TF 1.15."""


class AveragePooling2D(_Required, AveragePooling2DBody, Layer):
    """Follows tf.layers.AveragePooling2D of TF 1.15."""


class AveragePooling3D(_Required, AveragePooling3DBody, Layer):
    """Follows tf.layers.AveragePooling3D of TF 1.15."""


def max_pooling1d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The maximum of each window of [batch, length, channels]. Follows tf.layers.max_pooling1d of TF 1.15."""
    return MaxPooling1D(pool_size, strides, padding, data_format, name).apply(inputs)


def max_pooling2d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The maximum of each window of [batch, height, width, channels]. Follows tf.layers.max_pooling2d of TF 1.15."""
    return MaxPooling2D(pool_size, strides, padding, data_format, name).apply(inputs)


def max_pooling3d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The maximum of each window of [batch, depth, height, width, channels]. Follows tf.layers.max_pooling3d of TF 1.15."""
    return MaxPooling3D(pool_size, strides, padding, data_format, name).apply(inputs)


def average_pooling1d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The mean of each window of [batch, length, channels]. Follows tf.layers.average_pooling1d of TF 1.15."""
    return AveragePooling1D(pool_size, strides, padding, data_format, name).apply(inputs)


def average_pooling2d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The mean of each window of [batch, height, width, channels]. Follows tf.layers.average_pooling2d of TF 1.15."""
    return AveragePooling2D(pool_size, strides, padding, data_format, name).apply(inputs)


def average_pooling3d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The mean of each window of [batch, depth, height, width, channels]. Follows tf.layers.average_pooling3d of TF 1.15."""
    return AveragePooling3D(pool_size, strides, padding, data_format, name).apply(inputs)


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
