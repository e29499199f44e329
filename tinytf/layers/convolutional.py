"""tf.layers: convolutions in one to three dimensions, transposed, separable."""

from __future__ import annotations

from tinytf.layers.base import InputSpec, Layer
from tinytf.layers.core import _ZEROS, activation_function, zeros
from tinytf.layers.utils import (
    conv_output_length,
    convert_data_format,
    deconv_output_length,
    normalize_data_format,
    normalize_padding,
    normalize_tuple,
)
from tinytf.ops.array import array_ops
from tinytf.ops.nn import conv_functions, nn_basic
from tinytf.shapes import TensorShape


class ConvBody:
    """A convolution in `_rank` dimensions, with bias and activation."""

    _settings = (
        "filters kernel_size strides padding data_format dilation_rate activation "
        "use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint"
    )

    _rank = 2

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format="channels_last", dilation_rate=1, activation=None, use_bias=True,  # noqa: E501
        kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs)
        rank = self.rank = self._rank
        self.filters = filters
        self.kernel_size = normalize_tuple(kernel_size, rank, "kernel_size")
        self.strides = normalize_tuple(strides, rank, "strides")
        self.padding = normalize_padding(padding)
        if self.padding == "causal" and rank != 1:
            raise ValueError("Causal padding is only supported for `Conv1D`and ``SeparableConv1D`.")
        self.data_format = normalize_data_format(data_format)
        self.dilation_rate = normalize_tuple(dilation_rate, rank, "dilation_rate")
        self.activation = activation_function(activation)
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = zeros() if bias_initializer is _ZEROS else bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.input_spec = InputSpec(ndim=rank + 2)

    @property
    def _first(self) -> bool:
        return self.data_format == "channels_first"

    def _channels(self, input_shape) -> int:
        """How many channels the input has, which must be known; demands it of later inputs."""
        axis = 1 if self._first else -1
        channels = TensorShape(input_shape)._dims[axis]
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

    def _add_kernel_and_bias(self, shape) -> None:
        self.kernel = self.add_weight(
            name="kernel", shape=shape, initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint, trainable=True, dtype=self.dtype,
        )  # fmt: skip
        self._add_bias()

    def _add_bias(self) -> None:
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.filters,), initializer=self.bias_initializer, regularizer=self.bias_regularizer,
                constraint=self.bias_constraint, trainable=True, dtype=self.dtype,
            )  # fmt: skip

    def build(self, input_shape):
        """Makes kernel [window…, in, filters] and bias [filters]."""
        self._add_kernel_and_bias(self.kernel_size + (self._channels(input_shape), self.filters))
        padding = "valid" if self.padding == "causal" else self.padding
        self._convolution = conv_functions.Convolution(
            TensorShape(input_shape), filter_shape=self.kernel.shape, dilation_rate=self.dilation_rate, strides=self.strides,
            padding=padding if isinstance(padding, (list, tuple)) else padding.upper(),
            data_format=convert_data_format(self.data_format, self.rank + 2),
        )  # fmt: skip
        self.built = True

    def call(self, inputs):
        """Convolves, adds the bias, applies the activation."""
        if self.padding == "causal":
            inputs = array_ops.pad(inputs, self._causal_padding())
        outputs = self._convolution(inputs, self.kernel)
        if self.use_bias:
            if self._first and self.rank == 1:
                outputs += array_ops.reshape(self.bias, (1, self.filters, 1))
            else:
                outputs = nn_basic.bias_add(outputs, self.bias, data_format="NCHW" if self._first else "NHWC")
        return outputs if self.activation is None else self.activation(outputs)

    def _causal_padding(self):
        left = self.dilation_rate[0] * (self.kernel_size[0] - 1)
        return [[0, 0], [0, 0], [left, 0]] if self._first else [[0, 0], [left, 0], [0, 0]]

    def compute_output_shape(self, input_shape):
        """[batch, positions…, filters]."""
        dims = TensorShape(input_shape).as_list()
        space = dims[2:] if self._first else dims[1:-1]
        new = [
            conv_output_length(n, k, self.padding, s, d) for n, k, s, d in zip(space, self.kernel_size, self.strides, self.dilation_rate)
        ]
        return TensorShape([dims[0], self.filters] + new if self._first else [dims[0]] + new + [self.filters])


class Conv1DBody(ConvBody):
    """One dimension; knows causal padding."""

    _rank = 1


class Conv3DBody(ConvBody):
    """Three dimensions."""

    _rank = 3


class Conv1D(Conv1DBody, Layer):
    """A convolution over time. Follows tf.layers.Conv1D of TF 1.15."""


class Conv2D(ConvBody, Layer):
    """A convolution over images. Follows tf.layers.Conv2D of TF 1.15."""


class Conv3D(Conv3DBody, Layer):
    """A convolution over volumes. Follows tf.layers.Conv3D of TF 1.15."""


# Transposed -------------------------------------------------------------------------------------


class ConvTransposeBody(ConvBody):
    """The transpose of a convolution in two or three dimensions; its kernel is [window…, filters, in]."""

    _settings = "output_padding"

    def __init__(self, filters, kernel_size, strides=1, padding="valid", output_padding=None, data_format="channels_last", **kwargs):
        super().__init__(filters, kernel_size, strides=strides, padding=padding, data_format=data_format, **kwargs)
        self.output_padding = output_padding
        if output_padding is not None:
            self.output_padding = normalize_tuple(output_padding, self.rank, "output_padding")
            if any(o >= s for s, o in zip(self.strides, self.output_padding)):
                raise ValueError(f"Stride {self.strides} must be greater than output padding {self.output_padding}")

    def build(self, input_shape):
        """Makes kernel and bias."""
        if len(TensorShape(input_shape)) != self.rank + 2:
            raise ValueError(f"Inputs should have rank {self.rank + 2}. Received input shape: {input_shape}")
        self._add_kernel_and_bias(self.kernel_size + (self.filters, self._channels(input_shape)))
        self.built = True

    def _lengths(self, lengths):
        extra = self.output_padding or (None,) * self.rank
        return [
            deconv_output_length(n, k, self.padding, s, o, d)
            for n, k, o, s, d in zip(lengths, self.kernel_size, extra, self.strides, self.dilation_rate)
        ]

    def call(self, inputs):
        """Convolves backwards, to the size that the strides and the padding give."""
        sizes = array_ops.shape(inputs)
        batch = sizes[0]
        spatial = range(2, self.rank + 2) if self._first else range(1, self.rank + 1)
        lengths = self._lengths([sizes[i] for i in spatial])
        shape = [batch, self.filters] + lengths if self._first else [batch] + lengths + [self.filters]
        outputs = self._transposed(inputs, array_ops.stack(tuple(shape)))
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        if self.use_bias:
            outputs = nn_basic.bias_add(outputs, self.bias, data_format=convert_data_format(self.data_format, 4))
        return outputs if self.activation is None else self.activation(outputs)

    def _transposed(self, inputs, shape):
        padding = self.padding.upper()
        if self.rank == 3:
            strides = (1, 1) + self.strides if self._first else (1,) + self.strides + (1,)
            fmt = convert_data_format(self.data_format, 5)
            return conv_functions.conv3d_transpose(inputs, self.kernel, shape, strides, data_format=fmt, padding=padding)
        # TensorFlow computes channels-first in NHWC where there is no GPU.
        if self._first:
            inputs = array_ops.transpose(inputs, (0, 2, 3, 1))
            sizes = [shape[0], shape[2], shape[3], shape[1]]
            shape = array_ops.stack(sizes)
        else:
            shape[0]  # TensorFlow looks at the batch size here, and its node stays in the graph
        if self.dilation_rate == (1, 1):
            outputs = conv_functions.conv2d_transpose(inputs, self.kernel, shape, (1,) + self.strides + (1,), padding=padding, data_format="NHWC")  # noqa: E501
        else:
            outputs = conv_functions.atrous_conv2d_transpose(inputs, self.kernel, shape, rate=self.dilation_rate[0], padding=padding)
        return array_ops.transpose(outputs, (0, 3, 1, 2)) if self._first else outputs

    def compute_output_shape(self, input_shape):
        """[batch, lengths…, filters]."""
        dims = TensorShape(input_shape).as_list()
        if self._first:
            return TensorShape([dims[0], self.filters] + self._lengths(dims[2:]))
        return TensorShape([dims[0]] + self._lengths(dims[1:-1]) + [self.filters])


class Conv3DTransposeBody(ConvTransposeBody):
    """Three dimensions."""

    _rank = 3


class Conv2DTranspose(ConvTransposeBody, Layer):
    """The transpose of Conv2D. Follows tf.layers.Conv2DTranspose of TF 1.15."""

    def __init__(
        self, filters, kernel_size, strides=(1, 1), padding="valid", data_format="channels_last", activation=None, use_bias=True,
        kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, None, data_format, activation=activation, use_bias=use_bias,
            kernel_initializer=kernel_initializer, bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer, activity_regularizer=activity_regularizer, kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint, trainable=trainable, name=name, **kwargs,
        )  # fmt: skip


class Conv3DTranspose(Conv3DTransposeBody, Layer):
    """The transpose of Conv3D. Follows tf.layers.Conv3DTranspose of TF 1.15."""

    def __init__(
        self, filters, kernel_size, strides=(1, 1, 1), padding="valid", data_format="channels_last", activation=None, use_bias=True,
        kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, None, data_format, activation=activation, use_bias=use_bias,
            kernel_initializer=kernel_initializer, bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer, activity_regularizer=activity_regularizer, kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint, trainable=trainable, name=name, **kwargs,
        )  # fmt: skip


# Separable --------------------------------------------------------------------------------------


class SeparableConvBody(ConvBody):
    """A depthwise convolution, then one of 1 x 1 over its channels."""

    _settings = (
        "depth_multiplier depthwise_initializer pointwise_initializer "
        "depthwise_regularizer pointwise_regularizer depthwise_constraint pointwise_constraint"
    )

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format="channels_last", dilation_rate=1, depth_multiplier=1,
        activation=None, use_bias=True, depthwise_initializer=None, pointwise_initializer=None, bias_initializer=_ZEROS,
        depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        depthwise_constraint=None, pointwise_constraint=None, bias_constraint=None, trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer, activity_regularizer=activity_regularizer, bias_constraint=bias_constraint,
            trainable=trainable, name=name, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer, self.pointwise_initializer = depthwise_initializer, pointwise_initializer
        self.depthwise_regularizer, self.pointwise_regularizer = depthwise_regularizer, pointwise_regularizer
        self.depthwise_constraint, self.pointwise_constraint = depthwise_constraint, pointwise_constraint

    def build(self, input_shape):
        """Makes depthwise_kernel, pointwise_kernel and bias."""
        channels = self._channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            name="depthwise_kernel", shape=self.kernel_size + (channels, self.depth_multiplier), initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer, constraint=self.depthwise_constraint, trainable=True, dtype=self.dtype,
        )  # fmt: skip
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel", shape=(1,) * self.rank + (self.depth_multiplier * channels, self.filters),
            initializer=self.pointwise_initializer, regularizer=self.pointwise_regularizer, constraint=self.pointwise_constraint,
            trainable=True, dtype=self.dtype,
        )  # fmt: skip
        self._add_bias()
        self.built = True

    def call(self, inputs):
        """One dimension is computed as two, the first of size 1."""
        if self.padding == "causal":
            inputs = array_ops.pad(inputs, self._causal_padding())
        strides, rate = self.strides, self.dilation_rate
        depthwise, pointwise = self.depthwise_kernel, self.pointwise_kernel
        at = 2 if self._first else 1
        if self.rank == 1:
            strides, rate = strides * 2, (1,) + rate
            inputs = array_ops.expand_dims(inputs, at)
            depthwise, pointwise = array_ops.expand_dims(depthwise, 0), array_ops.expand_dims(pointwise, 0)
        fmt = convert_data_format(self.data_format, 4)
        padding = "VALID" if self.padding == "causal" else self.padding.upper()
        outputs = conv_functions.separable_conv2d(
            inputs, depthwise, pointwise, strides=(1, 1) + strides if self._first else (1,) + strides + (1,), padding=padding, rate=rate,
            data_format=fmt,
        )  # fmt: skip
        if self.use_bias:
            outputs = nn_basic.bias_add(outputs, self.bias, data_format=fmt)
        if self.rank == 1:
            outputs = array_ops.squeeze(outputs, [at])
        return outputs if self.activation is None else self.activation(outputs)


class SeparableConv1DBody(SeparableConvBody):
    """One dimension."""

    _rank = 1


class SeparableConv1D(SeparableConv1DBody, Layer):
    """A depthwise separable convolution over time. Follows tf.layers.SeparableConv1D of TF 1.15."""


class SeparableConv2D(SeparableConvBody, Layer):
    """A depthwise separable convolution over images. Follows tf.layers.SeparableConv2D of TF 1.15."""


# Functions --------------------------------------------------------------------------------------


def conv1d(
    inputs, filters, kernel_size, strides=1, padding="valid", data_format="channels_last", dilation_rate=1, activation=None, use_bias=True,
    kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """A convolution of [batch, length, channels] with new variables. Follows tf.layers.conv1d of TF 1.15."""
    return Conv1D(
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, kernel_initializer, bias_initializer,
        kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, trainable, name,
        _scope=name, _reuse=reuse,
    ).apply(inputs)  # fmt: skip


def conv2d(
    inputs, filters, kernel_size, strides=(1, 1), padding="valid", data_format="channels_last", dilation_rate=(1, 1), activation=None,
    use_bias=True, kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """A convolution of [batch, height, width, channels] with new variables 'conv2d/kernel' and 'conv2d/bias'.

    Follows tf.layers.conv2d of TF 1.15. ValueError: the number of channels is not known.
    """
    return Conv2D(
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, kernel_initializer, bias_initializer,
        kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, trainable, name,
        _scope=name, _reuse=reuse,
    ).apply(inputs)  # fmt: skip


def conv3d(
    inputs, filters, kernel_size, strides=(1, 1, 1), padding="valid", data_format="channels_last", dilation_rate=(1, 1, 1), activation=None,
    use_bias=True, kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """A convolution of [batch, depth, height, width, channels] with new variables. Follows tf.layers.conv3d of TF 1.15."""
    return Conv3D(
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, kernel_initializer, bias_initializer,
        kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, trainable, name,
        _scope=name, _reuse=reuse,
    ).apply(inputs)  # fmt: skip


def conv2d_transpose(
    inputs, filters, kernel_size, strides=(1, 1), padding="valid", data_format="channels_last", activation=None, use_bias=True,
    kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """The transpose of conv2d with new variables. Follows tf.layers.conv2d_transpose of TF 1.15."""
    return Conv2DTranspose(
        filters, kernel_size, strides, padding, data_format, activation, use_bias=use_bias, kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer, bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer, kernel_constraint=kernel_constraint, bias_constraint=bias_constraint,
        trainable=trainable, name=name, _scope=name, _reuse=reuse,
    ).apply(inputs)  # fmt: skip


def conv3d_transpose(
    inputs, filters, kernel_size, strides=(1, 1, 1), padding="valid", data_format="channels_last", activation=None, use_bias=True,
    kernel_initializer=None, bias_initializer=_ZEROS, kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """The transpose of conv3d with new variables. Follows tf.layers.conv3d_transpose of TF 1.15."""
    return Conv3DTranspose(
        filters, kernel_size, strides, padding, data_format, activation, use_bias=use_bias, kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer, bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer, kernel_constraint=kernel_constraint, bias_constraint=bias_constraint,
        trainable=trainable, name=name, _scope=name, _reuse=reuse,
    ).apply(inputs)  # fmt: skip


def separable_conv1d(
    inputs, filters, kernel_size, strides=1, padding="valid", data_format="channels_last", dilation_rate=1, depth_multiplier=1,
    activation=None, use_bias=True, depthwise_initializer=None, pointwise_initializer=None, bias_initializer=_ZEROS,
    depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None,
    pointwise_constraint=None, bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """A separable convolution of [batch, length, channels] with new variables. Follows tf.layers.separable_conv1d of TF 1.15."""
    return SeparableConv1D(
        filters, kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier, activation, use_bias, depthwise_initializer,
        pointwise_initializer, bias_initializer, depthwise_regularizer, pointwise_regularizer, bias_regularizer, activity_regularizer,
        depthwise_constraint, pointwise_constraint, bias_constraint, trainable, name, _scope=name, _reuse=reuse,
    ).apply(inputs)  # fmt: skip


def separable_conv2d(
    inputs, filters, kernel_size, strides=(1, 1), padding="valid", data_format="channels_last", dilation_rate=(1, 1), depth_multiplier=1,
    activation=None, use_bias=True, depthwise_initializer=None, pointwise_initializer=None, bias_initializer=_ZEROS,
    depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None,
    pointwise_constraint=None, bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """A separable convolution of [batch, height, width, channels] with new variables. Follows tf.layers.separable_conv2d of TF 1.15."""
    return SeparableConv2D(
        filters, kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier, activation, use_bias, depthwise_initializer,
        pointwise_initializer, bias_initializer, depthwise_regularizer, pointwise_regularizer, bias_regularizer, activity_regularizer,
        depthwise_constraint, pointwise_constraint, bias_constraint, trainable, name, _scope=name, _reuse=reuse,
    ).apply(inputs)  # fmt: skip


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
SeparableConvolution2D = SeparableConv2D
Convolution2DTranspose = Deconvolution2D = Deconv2D = Conv2DTranspose
Convolution3DTranspose = Deconvolution3D = Deconv3D = Conv3DTranspose
