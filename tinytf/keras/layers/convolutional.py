"""Convolutions, pools, padding, cropping and batch normalization of Keras."""

from __future__ import annotations

from tinytf.keras import activations, backend
from tinytf.keras.base_layer import InputSpec, Layer
from tinytf.layers import convolutional as bodies
from tinytf.layers import pooling
from tinytf.layers.normalization import BatchNormalizationBody
from tinytf.layers.utils import normalize_tuple
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops

__all__ = [
    "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose", "SeparableConv1D", "SeparableConv2D", "DepthwiseConv2D",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
    "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
    "GlobalAveragePooling3D", "UpSampling1D", "UpSampling2D", "UpSampling3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Cropping1D",
    "Cropping2D", "Cropping3D", "BatchNormalization", "MaxPool1D", "MaxPool2D", "MaxPool3D", "AvgPool1D", "AvgPool2D",
    "AvgPool3D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D", "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalAvgPool3D",
    "Convolution1D", "Convolution2D", "Convolution3D", "Convolution2DTranspose", "Convolution3DTranspose",
    "SeparableConvolution1D", "SeparableConvolution2D",
]  # fmt: skip


class _Conv:
    """Arguments of Keras: activations by name, the data format of the backend."""

    def __init__(self, *args, activation=None, data_format=None, **kwargs):
        names = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "activation", "use_bias")
        given = dict(zip(self._positional or names, args))
        given.update(kwargs)
        activation = given.pop("activation", activation)
        data_format = given.pop("data_format", data_format) or backend.image_data_format()
        super().__init__(activation=activations.get(activation), data_format=data_format, **given)

    _positional: tuple = ()


class Conv1D(_Conv, bodies.Conv1DBody, Layer):
    """Follows tf.keras.layers.Conv1D of TF 1.15."""


class Conv2D(_Conv, bodies.ConvBody, Layer):
    """Follows tf.keras.layers.Conv2D of TF 1.15."""


class Conv3D(_Conv, bodies.Conv3DBody, Layer):
    """Follows tf.keras.layers.Conv3D of TF 1.15."""


class Conv2DTranspose(_Conv, bodies.ConvTransposeBody, Layer):
    """Follows tf.keras.layers.Conv2DTranspose of TF 1.15."""

    _positional = ("filters", "kernel_size", "strides", "padding")


class Conv3DTranspose(_Conv, bodies.Conv3DTransposeBody, Layer):
    """Follows tf.keras.layers.Conv3DTranspose of TF 1.15."""

    _positional = ("filters", "kernel_size", "strides", "padding")


class SeparableConv1D(_Conv, bodies.SeparableConv1DBody, Layer):
    """Follows tf.keras.layers.SeparableConv1D of TF 1.15."""


class SeparableConv2D(_Conv, bodies.SeparableConvBody, Layer):
    """Follows tf.keras.layers.SeparableConv2D of TF 1.15."""


class DepthwiseConv2D(Layer):
    """Each channel convolved with its own filters. Follows tf.keras.layers.DepthwiseConv2D of TF 1.15 (channels last)."""

    _settings = (
        "kernel_size strides padding depth_multiplier data_format activation use_bias "
        "depthwise_initializer bias_initializer depthwise_regularizer bias_regularizer activity_regularizer depthwise_constraint bias_constraint"
    )

    def __init__(
        self, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, data_format=None, activation=None, use_bias=True,
        depthwise_initializer="glorot_uniform", bias_initializer="zeros", depthwise_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, depthwise_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if data_format == "channels_first":
            raise NotImplementedError("tf.keras.layers.DepthwiseConv2D(data_format='channels_first'): use channels_last")
        self.kernel_size = normalize_tuple(kernel_size, 2, "kernel_size")
        self.strides, self.padding, self.depth_multiplier = normalize_tuple(strides, 2, "strides"), padding, depth_multiplier
        self.data_format = data_format or backend.image_data_format()
        self.activation, self.use_bias = activations.get(activation), use_bias
        self.depthwise_initializer, self.bias_initializer = depthwise_initializer, bias_initializer
        self.depthwise_regularizer, self.bias_regularizer = depthwise_regularizer, bias_regularizer
        self.depthwise_constraint, self.bias_constraint = depthwise_constraint, bias_constraint
        self.input_spec = InputSpec(ndim=4)

    def build(self, input_shape):
        """Makes depthwise_kernel [height, width, in, multiplier] and bias."""
        channels = input_shape.as_list()[-1]
        self.depthwise_kernel = self.add_weight(
            shape=self.kernel_size + (channels, self.depth_multiplier), initializer=self.depthwise_initializer, name="depthwise_kernel",
            regularizer=self.depthwise_regularizer, constraint=self.depthwise_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(channels * self.depth_multiplier,), initializer=self.bias_initializer, name="bias",
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def call(self, inputs):
        """Convolves, adds the bias, applies the activation."""
        from tinytf.ops.nn.conv_functions import depthwise_conv2d
        from tinytf.ops.nn.nn_basic import bias_add

        strides = (1,) + self.strides + (1,)
        outputs = depthwise_conv2d(inputs, self.depthwise_kernel, strides=strides, padding=self.padding.upper(), rate=(1, 1))
        if self.use_bias:
            outputs = bias_add(outputs, self.bias)
        return self.activation(outputs)


# Pools ------------------------------------------------------------------------------------------


class MaxPooling1D(pooling.MaxPooling1DBody, Layer):
    """Follows tf.keras.layers.MaxPooling1D of TF 1.15."""


class MaxPooling2D(pooling.PoolingBody, Layer):
    """Follows tf.keras.layers.MaxPooling2D of TF 1.15."""


class MaxPooling3D(pooling.MaxPooling3DBody, Layer):
    """Follows tf.keras.layers.MaxPooling3D of TF 1.15."""


class AveragePooling1D(pooling.AveragePooling1DBody, Layer):
    """Follows tf.keras.layers.AveragePooling1D of TF 1.15."""


class AveragePooling2D(pooling.AveragePooling2DBody, Layer):
    """Follows tf.keras.layers.AveragePooling2D of TF 1.15."""


class AveragePooling3D(pooling.AveragePooling3DBody, Layer):
    """Follows tf.keras.layers.AveragePooling3D of TF 1.15."""


class _GlobalPooling(Layer):
    """The maximum or mean over all positions."""

    _settings = "data_format"

    _rank = 2
    _reduce = staticmethod(math_ops.reduce_max)

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = data_format or backend.image_data_format()
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def call(self, inputs):
        """Reduces over the positions."""
        first = 2 if self.data_format == "channels_first" else 1
        return self._reduce(inputs, axis=list(range(first, first + self._rank)))


class GlobalMaxPooling1D(_GlobalPooling):
    """Follows tf.keras.layers.GlobalMaxPooling1D of TF 1.15."""

    _rank = 1


class GlobalMaxPooling2D(_GlobalPooling):
    """Follows tf.keras.layers.GlobalMaxPooling2D of TF 1.15."""


class GlobalMaxPooling3D(_GlobalPooling):
    """Follows tf.keras.layers.GlobalMaxPooling3D of TF 1.15."""

    _rank = 3


class GlobalAveragePooling1D(_GlobalPooling):
    """Follows tf.keras.layers.GlobalAveragePooling1D of TF 1.15; masked steps do not count."""

    _rank = 1
    _reduce = staticmethod(math_ops.reduce_mean)

    def __init__(self, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        """The mean over the steps that are not masked."""
        if mask is None:
            return super().call(inputs)
        axis = 2 if self.data_format == "channels_first" else 1
        weights = array_ops.expand_dims(math_ops.cast(mask, inputs.dtype), 1 if axis == 2 else 2)
        return math_ops.reduce_sum(inputs * weights, axis=axis) / math_ops.reduce_sum(weights, axis=axis)

    def compute_mask(self, inputs, mask=None):
        """No time steps are left that could be masked."""
        return None


class GlobalAveragePooling2D(_GlobalPooling):
    """Follows tf.keras.layers.GlobalAveragePooling2D of TF 1.15."""

    _reduce = staticmethod(math_ops.reduce_mean)


class GlobalAveragePooling3D(_GlobalPooling):
    """Follows tf.keras.layers.GlobalAveragePooling3D of TF 1.15."""

    _rank = 3
    _reduce = staticmethod(math_ops.reduce_mean)


# Sizes ------------------------------------------------------------------------------------------


class UpSampling1D(Layer):
    """Each step repeated. Follows tf.keras.layers.UpSampling1D of TF 1.15."""

    _settings = "size"

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = int(size)
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs):
        """Repeats."""
        steps, features = inputs.dims[1], inputs.dims[2]
        repeated = array_ops.tile(array_ops.expand_dims(inputs, 2), [1, 1, self.size, 1])
        return array_ops.reshape(repeated, [-1, -1 if steps is None else steps * self.size, features])


class UpSampling2D(Layer):
    """Images enlarged by whole factors. Follows tf.keras.layers.UpSampling2D of TF 1.15."""

    _settings = "size data_format interpolation"

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        if interpolation not in ("nearest", "bilinear"):
            raise ValueError('`interpolation` argument should be one of `"nearest"` or `"bilinear"`.')
        self.size, self.interpolation = normalize_tuple(size, 2, "size"), interpolation
        self.data_format = data_format or backend.image_data_format()
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs):
        """Resizes."""
        return backend.resize_images(inputs, self.size[0], self.size[1], self.data_format, interpolation=self.interpolation)


class UpSampling3D(Layer):
    """Volumes enlarged by whole factors. Follows tf.keras.layers.UpSampling3D of TF 1.15."""

    _settings = "size data_format"

    def __init__(self, size=(2, 2, 2), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.size, self.data_format = normalize_tuple(size, 3, "size"), data_format or backend.image_data_format()
        self.input_spec = InputSpec(ndim=5)

    def call(self, inputs):
        """Repeats."""
        return backend.resize_volumes(inputs, *self.size, self.data_format)


def _sides(value, rank, what):
    """((before, behind), …) from one number, a number a dimension, or pairs."""
    if isinstance(value, int):
        return ((value, value),) * rank
    if rank == 1:
        return (normalize_tuple(value, 2, what),)
    if len(value) != rank:
        raise ValueError(f"`{what}` should have {rank} elements. Found: {value}")
    return tuple(normalize_tuple(v, 2, what) for v in value)


class _Padding(Layer):
    """Zeros around the positions."""

    _settings = "padding data_format"

    _rank, _what = 2, "padding"

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._sides = _sides(padding, self._rank, self._what)
        self.padding = self._sides[0] if self._rank == 1 else self._sides
        self.data_format = data_format or backend.image_data_format()
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def call(self, inputs):
        """Pads."""
        first = ((0, 0), (0, 0)) + self._sides
        return array_ops.pad(inputs, first if self.data_format == "channels_first" else ((0, 0),) + self._sides + ((0, 0),))


class ZeroPadding1D(_Padding):
    """Follows tf.keras.layers.ZeroPadding1D of TF 1.15."""

    _rank = 1


class ZeroPadding2D(_Padding):
    """Follows tf.keras.layers.ZeroPadding2D of TF 1.15."""


class ZeroPadding3D(_Padding):
    """Follows tf.keras.layers.ZeroPadding3D of TF 1.15."""

    _rank = 3


class _Cropping(_Padding):
    """Positions cut away on all sides."""

    _what = "cropping"

    def __init__(self, cropping=0, data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)
        self.cropping = self.padding

    def call(self, inputs):
        """Crops."""
        cuts = [slice(a, -b if b else None) for a, b in self._sides]
        everything = [slice(None)]
        return inputs[tuple(everything * 2 + cuts if self.data_format == "channels_first" else everything + cuts + everything)]

    def get_config(self):
        """Its arguments, for from_config."""
        config = super().get_config()
        config["cropping"] = config.pop("padding")
        return config


class Cropping1D(_Cropping):
    """Follows tf.keras.layers.Cropping1D of TF 1.15."""

    _rank = 1


class Cropping2D(_Cropping):
    """Follows tf.keras.layers.Cropping2D of TF 1.15."""


class Cropping3D(_Cropping):
    """Follows tf.keras.layers.Cropping3D of TF 1.15."""

    _rank = 3


class BatchNormalization(BatchNormalizationBody, Layer):
    """Follows tf.keras.layers.BatchNormalization of TF 1.15."""


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D
Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution2DTranspose, Convolution3DTranspose = Conv2DTranspose, Conv3DTranspose
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
