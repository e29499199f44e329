"""The public convolutions: conv1d to conv3d, transposed, depthwise, separable, dilated; BackpropInput and BackpropFilter by name."""

from __future__ import annotations

import collections.abc

import numpy as np

from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops  # noqa: F401  (conv registers the ops)
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.nn import conv  # noqa: F401  (conv registers the ops)
from tinytf.ops.nn.space_to_batch_functions import WithSpaceToBatch, strides_and_rates, with_space_to_batch
from tinytf.shapes import as_shape


def sequence(value, n: int, channel_index: int, name: str) -> list:
    """Strides, dilations or sizes for all dimensions from 1, `n` or `n + 2` numbers."""
    if value is None:
        value = [1]
    elif not isinstance(value, collections.abc.Sized):
        value = [value]
    if len(value) == n + 2:
        return value
    if len(value) not in (1, n):
        raise ValueError(f"{name} should be of length 1, {n} or {n + 2} but was {len(value)}")
    value = [value[0]] * n if len(value) == 1 else list(value)
    return [1, 1] + value if channel_index == 1 else [1] + value + [1]


def explicit_padding(padding):
    """(padding, explicit_paddings) from 'SAME', 'VALID' or a list of four (before, behind) pairs."""
    if isinstance(padding, str) and padding == "EXPLICIT":
        raise ValueError('"EXPLICIT" is not a valid value for the padding parameter. To use explicit padding, the padding parameter must be a list.')
    if not isinstance(padding, (list, tuple)):
        return padding, []
    flat = []
    for i, pair in enumerate(padding):
        if not isinstance(pair, (list, tuple)):
            raise ValueError(f"When padding is a list, each element of padding must be a list/tuple of size 2. Element with index {i} of padding is not a list/tuple")
        if len(pair) != 2:
            raise ValueError(f"When padding is a list, each element of padding must be a list/tuple of size 2. Element with index {i} of padding has size {len(pair)}")
        flat.extend(pair)
    if len(padding) != 4:
        raise ValueError(f"When padding is a list, it must be of size 4. Got padding of size: {len(padding)}")
    return "EXPLICIT", flat


def _channel_index(data_format, rank):
    return 1 if data_format.startswith("NC") else rank - 1


# 2-D --------------------------------------------------------------------------------------------


def conv2d(input, filter=None, strides=None, padding=None, use_cudnn_on_gpu=True, data_format="NHWC", dilations=[1, 1, 1, 1],  # noqa: B006
           name=None, filters=None):  # fmt: skip
    """Cross-correlation of [batch, height, width, in] with [height, width, in, out]. Follows tf.nn.conv2d of TF 1.15.

    `padding` is 'SAME', 'VALID' or four (before, behind) pairs. ValueError: shapes or attributes do not fit.
    """
    filter = deprecated_argument("filters", filters, "filter", filter)
    padding, explicit = explicit_padding(padding)
    data_format = data_format or "NHWC"
    at = _channel_index(data_format, 4)
    return make(
        "Conv2D", input, filter, strides=sequence(strides, 2, at, "strides"), padding=padding, use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit, data_format=data_format, dilations=sequence(dilations, 2, at, "dilations"), name=name,
    )  # fmt: skip


def conv2d_backprop_filter(input, filter_sizes, out_backprop, strides, padding, use_cudnn_on_gpu=True, data_format="NHWC",
                           dilations=[1, 1, 1, 1], name=None):  # fmt: skip  # noqa: B006
    """The gradient of conv2d to its filter. Follows tf.nn.conv2d_backprop_filter of TF 1.15."""
    padding, explicit = explicit_padding(padding)
    return make(
        "Conv2DBackpropFilter", input, filter_sizes, out_backprop, strides=strides, padding=padding, use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit, data_format=data_format, dilations=dilations, name=name,
    )  # fmt: skip


def conv2d_backprop_input(input_sizes, filter=None, out_backprop=None, strides=None, padding=None, use_cudnn_on_gpu=True,
                          data_format="NHWC", dilations=[1, 1, 1, 1], name=None, filters=None):  # fmt: skip  # noqa: B006
    """The gradient of conv2d to its input. Follows tf.nn.conv2d_backprop_input of TF 1.15."""
    filter = deprecated_argument("filters", filters, "filter", filter)
    padding, explicit = explicit_padding(padding)
    return make(
        "Conv2DBackpropInput", input_sizes, filter, out_backprop, strides=strides, padding=padding, use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit, data_format=data_format, dilations=dilations, name=name,
    )  # fmt: skip


def conv2d_transpose(value=None, filter=None, output_shape=None, strides=None, padding="SAME", data_format="NHWC", name=None, input=None,
                     filters=None, dilations=None):  # fmt: skip
    """The transpose of conv2d ("deconvolution"): from [batch, h, w, in] to `output_shape`, filter [h, w, out, in].

    Follows tf.nn.conv2d_transpose of TF 1.15.
    """
    value = deprecated_argument("input", input, "value", value)
    filter = deprecated_argument("filters", filters, "filter", filter)
    with name_scope(name, "conv2d_transpose", [value, filter, output_shape]) as name:
        return conv2d_transpose_v2(value, filter, output_shape, strides, padding, data_format, dilations, name)


def conv2d_transpose_v2(input, filters, output_shape, strides, padding="SAME", data_format="NHWC", dilations=None, name=None):
    """As conv2d_transpose, under the arguments of TF 2."""
    with name_scope(name, "conv2d_transpose", [input, output_shape]) as name:
        data_format = data_format or "NHWC"
        at = _channel_index(data_format, 4)
        return make(
            "Conv2DBackpropInput", output_shape, filters, input, strides=sequence(strides, 2, at, "strides"), padding=padding,
            data_format=data_format, dilations=sequence(dilations, 2, at, "dilations"), name=name,
        )  # fmt: skip


# 1-D: a 2-D convolution of height 1 -------------------------------------------------------------


def _as_2d(data_format, also=()):
    """(data format of the 2-D op, where to put the dimension of size 1, channel index)."""
    if data_format in (None, "NWC") or (data_format == "NHWC" and "NHWC" in also):
        return "NHWC", 1, 2
    if data_format == "NCW" or (data_format == "NCHW" and "NCHW" in also):
        return "NCHW", 2, 1
    raise ValueError('data_format must be "NWC" or "NCW".')


def conv1d(value=None, filters=None, stride=None, padding=None, use_cudnn_on_gpu=None, data_format=None, name=None, input=None, dilations=None):
    """Cross-correlation of [batch, width, in] with [width, in, out]. Follows tf.nn.conv1d of TF 1.15."""
    value = deprecated_argument("input", input, "value", value)
    with name_scope(name, "conv1d", [value, filters]) as name:
        data_format, at, channel = _as_2d(data_format, ("NHWC", "NCHW"))
        strides = [1] + sequence(stride, 1, channel, "stride")
        dilations = [1] + sequence(dilations, 1, channel, "dilations")
        value = array_ops.expand_dims(value, at)
        filters = array_ops.expand_dims(filters, 0)
        result = make(
            "Conv2D", value, filters, strides=strides, padding=padding, use_cudnn_on_gpu=use_cudnn_on_gpu, data_format=data_format,
            dilations=dilations, name=name,
        )  # fmt: skip
        return array_ops.squeeze(result, [at])


def conv1d_transpose(input, filters, output_shape, strides, padding="SAME", data_format="NWC", dilations=None, name=None):
    """The transpose of conv1d. Follows tf.nn.conv1d_transpose of TF 1.15."""
    with name_scope(name, "conv1d_transpose", [input, filters, output_shape]) as name:
        data_format, at, channel = _as_2d(data_format)
        strides = [1] + sequence(strides, 1, channel, "stride")
        dilations = [1] + sequence(dilations, 1, channel, "dilations")
        input = array_ops.expand_dims(input, at)
        filters = array_ops.expand_dims(filters, 0)
        if not isinstance(output_shape, Tensor):
            output_shape = list(output_shape)
        output_shape = array_ops.concat([output_shape[:at], [1], output_shape[at:]], 0)
        result = make(
            "Conv2DBackpropInput", output_shape, filters, input, strides=strides, padding=padding, data_format=data_format,
            dilations=dilations, name=name,
        )  # fmt: skip
        return array_ops.squeeze(result, at)


# 3-D --------------------------------------------------------------------------------------------


def conv3d(input, filter=None, strides=None, padding=None, data_format="NDHWC", dilations=[1, 1, 1, 1, 1], name=None, filters=None):  # noqa: B006
    """Cross-correlation of [batch, depth, height, width, in] with [d, h, w, in, out]. Follows tf.nn.conv3d of TF 1.15."""
    filter = deprecated_argument("filters", filters, "filter", filter)
    return make("Conv3D", input, filter, strides=strides, padding=padding, data_format=data_format, dilations=dilations, name=name)


def conv3d_backprop_filter_v2(input, filter_sizes, out_backprop, strides, padding, data_format="NDHWC", dilations=[1, 1, 1, 1, 1], name=None):  # noqa: B006
    """The gradient of conv3d to its filter. Follows tf.nn.conv3d_backprop_filter_v2 of TF 1.15."""
    return make(
        "Conv3DBackpropFilterV2", input, filter_sizes, out_backprop, strides=strides, padding=padding, data_format=data_format,
        dilations=dilations, name=name,
    )  # fmt: skip


def conv3d_transpose(value, filter=None, output_shape=None, strides=None, padding="SAME", data_format="NDHWC", name=None, input=None,
                     filters=None, dilations=None):  # fmt: skip
    """The transpose of conv3d. Follows tf.nn.conv3d_transpose of TF 1.15."""
    filter = deprecated_argument("filters", filters, "filter", filter)
    value = deprecated_argument("input", input, "value", value)
    return conv3d_transpose_v2(value, filter, output_shape, strides, padding, data_format, dilations, name)


def conv3d_transpose_v2(input, filters, output_shape, strides, padding="SAME", data_format="NDHWC", dilations=None, name=None):
    """As conv3d_transpose, under the arguments of TF 2."""
    with name_scope(name, "conv3d_transpose", [input, output_shape]) as name:
        data_format = data_format or "NDHWC"
        at = _channel_index(data_format, 5)
        return make(
            "Conv3DBackpropInputV2", output_shape, filters, input, strides=sequence(strides, 3, at, "strides"), padding=padding,
            data_format=data_format, dilations=sequence(dilations, 3, at, "dilations"), name=name,
        )  # fmt: skip


def conv_transpose(input, filters, output_shape, strides, padding="SAME", data_format=None, dilations=None, name=None):
    """conv1d_transpose, conv2d_transpose or conv3d_transpose by the length of output_shape. Follows tf.nn.conv_transpose of TF 1.15."""
    with name_scope(name, "conv_transpose", [input, output_shape]) as name:
        if isinstance(output_shape, Tensor):
            n = int(output_shape.shape[0]) - 2
        elif isinstance(output_shape, collections.abc.Sized):
            n = len(output_shape) - 2
        else:
            raise ValueError("output_shape must be a tensor or sized collection.")
        if not 1 <= n <= 3:
            raise ValueError(f"output_shape must be of length 3, 4 or 5 but was {n + 2}.")
        function = (conv1d_transpose, conv2d_transpose_v2, conv3d_transpose_v2)[n - 1]
        return function(input, filters, output_shape, strides, padding=padding, data_format=data_format, dilations=dilations, name=name)


# Any number of dimensions, dilated by space_to_batch ----------------------------------------------


def _rank_of(value):
    """Of a tensor, an array or a shape: the rank, or None."""
    shape = value.shape
    return as_shape(shape).ndims if shape is not None else None


def convolution(input, filter, padding, strides=None, dilation_rate=None, name=None, data_format=None, filters=None, dilations=None):
    """Cross-correlation in 1, 2 or 3 dimensions; a dilation is lowered to space_to_batch. Follows tf.nn.convolution of TF 1.15."""
    filter = deprecated_argument("filters", filters, "filter", filter)
    dilation_rate = deprecated_argument("dilations", dilations, "dilation_rate", dilation_rate)
    return convolution_internal(input, filter, strides, padding, data_format, dilation_rate, name)


def convolution_internal(input, filters, strides=None, padding="VALID", data_format=None, dilations=None, name=None):
    """What tf.nn.convolution and the layers call."""
    rank = _rank_of(input) if _rank_of(input) is not None else _rank_of(filters)
    if rank is None:
        raise ValueError("rank of input or filter must be known")
    n = rank - 2
    if not 1 <= n <= 3:
        raise ValueError(f"Input tensor must be of rank 3, 4 or 5 but was {n + 2}.")
    at = 1 if data_format is not None and data_format.startswith("NC") else n + 1
    strides = sequence(strides, n, at, "strides")
    dilations = sequence(dilations, n, at, "dilations")
    with name_scope(name, "convolution", [input, filters]) as name:
        if all(d == 1 for d in dilations):
            return _plain_convolution(input, filters, n, strides, padding, data_format, dilations, name)
        inner = slice(2, None) if at == 1 else slice(1, -1)
        return Convolution(as_shape(input.shape), as_shape(filters.shape), padding, strides[inner], dilations[inner], name, data_format)(input, filters)


def _plain_convolution(input, filters, n, strides, padding, data_format, dilations, name):
    if n == 1:
        return conv1d(input, filters, strides, padding=padding, data_format=data_format, dilations=dilations, name=name)
    return make(
        "Conv2D" if n == 2 else "Conv3D", input, filters, strides=list(strides), padding=padding, data_format=data_format,
        dilations=list(dilations), name=name,
    )  # fmt: skip


class Convolution:
    """A convolution whose shapes were checked once and that can be applied many times (layers keep one)."""

    def __init__(self, input_shape, filter_shape, padding, strides=None, dilation_rate=None, name=None, data_format=None):
        rank = filter_shape.ndims if filter_shape.ndims is not None else input_shape.ndims
        if rank is None:
            raise ValueError("rank of input or filter must be known")
        n = rank - 2
        for what, shape in (("input", input_shape), ("filter", filter_shape)):
            if shape.ndims is not None and shape.ndims != rank:
                raise ValueError(f"{what} tensor must have rank {rank}")
        first = data_format is not None and data_format.startswith("NC")
        channels = None if input_shape.ndims is None else input_shape._dims[1 if first else n + 1]
        wanted = None if filter_shape.ndims is None else filter_shape._dims[n]
        if channels is not None and wanted is not None and channels != wanted:
            raise ValueError(f"number of input channels does not match corresponding dimension of filter, {channels} != {wanted}")
        self.strides, self.rates = strides_and_rates(n, strides, dilation_rate)
        self.n, self.name, self.data_format = n, name, data_format
        self.rearranged = WithSpaceToBatch(
            input_shape._dims, self.rates, padding, filter_shape=filter_shape, spatial_dims=range(2, n + 2) if first else range(1, n + 1),
            data_format=data_format,
        )  # fmt: skip

    def __call__(self, input, filter):
        return self.rearranged(input, lambda x, _, padding: self._undilated(x, filter, padding), filter)

    def _undilated(self, x, filter, padding):
        """The convolution itself, once the dilation has become a larger batch."""
        n, strides, fmt = self.n, [int(s) for s in self.strides], self.data_format
        if n == 1:
            if fmt not in (None, "NWC", "NCW", "NHWC", "NCHW"):
                raise ValueError('data_format must be "NWC" or "NCW".')
            return conv1d(x, filter, strides[0], padding=padding, data_format=fmt or "NWC", name=self.name)
        first = fmt is not None and fmt.startswith("NC")
        strides = [1, 1] + strides if first else [1] + strides + [1]
        if n == 2:
            return conv2d(x, filter, strides, padding, data_format=fmt or "NHWC", name=self.name)
        return conv3d(x, filter, strides, padding, data_format=fmt, name=self.name)


def atrous_conv2d(value, filters, rate, padding, name=None):
    """A convolution with `rate - 1` holes between the cells of its filter. Follows tf.nn.atrous_conv2d of TF 1.15."""
    return convolution(input=value, filter=filters, padding=padding, dilation_rate=np.broadcast_to(rate, (2,)), name=name)


def atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None):
    """The transpose of atrous_conv2d. Follows tf.nn.atrous_conv2d_transpose of TF 1.15."""
    with name_scope(name, "atrous_conv2d_transpose", [value, filters, output_shape]) as name:
        value = convert_to_tensor(value, name="value")
        filters = convert_to_tensor(filters, name="filters")
        if not value.shape[3].is_compatible_with(filters.shape[3]):
            raise ValueError(f"value's input channels does not match filters' input channels, {value.shape[3]} != {filters.shape[3]}")
        if rate < 1:
            raise ValueError(f"rate {rate} cannot be less than one")
        if rate == 1:
            return conv2d_transpose(value, filters, output_shape, strides=[1, 1, 1, 1], padding=padding, data_format="NHWC")
        shape_tensor = convert_to_tensor(output_shape, name="output_shape")
        if not shape_tensor.shape.is_compatible_with([4]):
            raise ValueError(f"output_shape must have shape (4,), got {shape_tensor.shape}")
        if isinstance(output_shape, (tuple, list, np.ndarray)):
            output_shape = list(output_shape)
            if not filters.shape[2].is_compatible_with(output_shape[3]):
                raise ValueError(f"output_shape does not match filter's output channels, {output_shape[3]} != {filters.shape[2]}")
        if padding == "SAME":
            sizes = filters.shape.as_list() if filters.shape.is_fully_defined() else array_ops.shape(filters)
            height, width = sizes[0], sizes[1]
            height_up = height + (height - 1) * (rate - 1)
            width_up = width + (width - 1) * (rate - 1)
            pad_height, pad_width = height_up - 1, width_up - 1
            top = pad_height // 2
            bottom = pad_height - top
            left = pad_width // 2
            right = pad_width - left
        elif padding == "VALID":
            top = bottom = left = right = 0
        else:
            raise ValueError(f"padding must be either VALID or SAME: {padding}")
        in_height = output_shape[1] + top + bottom
        in_width = output_shape[2] + left + right
        extra_bottom = (rate - in_height % rate) % rate
        extra_right = (rate - in_width % rate) % rate
        value = array_ops.space_to_batch(input=value, paddings=[[0, extra_bottom], [0, extra_right]], block_size=rate)
        sizes = [rate * rate * output_shape[0], (in_height + extra_bottom) // rate, (in_width + extra_right) // rate, output_shape[3]]
        value = make("Conv2DBackpropInput", sizes, filters, value, strides=[1, 1, 1, 1], padding="VALID", data_format="NHWC")
        crops = [[top, bottom + extra_bottom], [left, right + extra_right]]
        return array_ops.batch_to_space(input=value, crops=crops, block_size=rate)


# Depthwise and separable ------------------------------------------------------------------------


def depthwise_conv2d_native(input, filter, strides, padding, data_format="NHWC", dilations=[1, 1, 1, 1], name=None):  # noqa: B006
    """Each channel convolved with its own filters [height, width, in, multiplier]. Follows tf.nn.depthwise_conv2d_native of TF 1.15."""
    return make(
        "DepthwiseConv2dNative", input, filter, strides=strides, padding=padding, data_format=data_format, dilations=dilations, name=name
    )


def depthwise_conv2d_native_backprop_input(input_sizes, filter, out_backprop, strides, padding, data_format="NHWC",
                                           dilations=[1, 1, 1, 1], name=None):  # fmt: skip  # noqa: B006
    """Its gradient to the input."""
    return make(
        "DepthwiseConv2dNativeBackpropInput", input_sizes, filter, out_backprop, strides=strides, padding=padding, data_format=data_format,
        dilations=dilations, name=name,
    )  # fmt: skip


def depthwise_conv2d_native_backprop_filter(input, filter_sizes, out_backprop, strides, padding, data_format="NHWC",
                                            dilations=[1, 1, 1, 1], name=None):  # fmt: skip  # noqa: B006
    """Its gradient to the filter."""
    return make(
        "DepthwiseConv2dNativeBackpropFilter", input, filter_sizes, out_backprop, strides=strides, padding=padding, data_format=data_format,
        dilations=dilations, name=name,
    )  # fmt: skip


def depthwise_conv2d(input, filter, strides, padding, rate=None, name=None, data_format=None, dilations=None):
    """depthwise_conv2d_native, dilated by space_to_batch where `rate` asks for it. Follows tf.nn.depthwise_conv2d of TF 1.15."""
    rate = deprecated_argument("dilations", dilations, "rate", rate)
    with name_scope(name, "depthwise", [input, filter]) as name:
        input = convert_to_tensor(input, name="tensor_in")
        filter = convert_to_tensor(filter, name="filter_in")

        def apply(x, _, padding):
            return depthwise_conv2d_native(x, filter, strides, padding, data_format=data_format, name=name)

        return with_space_to_batch(
            input, [1, 1] if rate is None else rate, padding, apply, filter_shape=array_ops.shape(filter), data_format=data_format
        )


def separable_conv2d(input, depthwise_filter, pointwise_filter, strides, padding, rate=None, name=None, data_format=None, dilations=None):
    """A depthwise convolution, then one of 1 x 1 over its channels. Follows tf.nn.separable_conv2d of TF 1.15."""
    rate = deprecated_argument("dilations", dilations, "rate", rate)
    with name_scope(name, "separable_conv2d", [input, depthwise_filter, pointwise_filter]) as name:
        input = convert_to_tensor(input, name="tensor_in")
        depthwise_filter = convert_to_tensor(depthwise_filter, name="depthwise_filter")
        pointwise_filter = convert_to_tensor(pointwise_filter, name="pointwise_filter")
        shape = pointwise_filter.shape.with_rank(4)
        shape.dims[0].assert_is_compatible_with(1)
        shape.dims[1].assert_is_compatible_with(1)

        def apply(x, _, padding):
            return depthwise_conv2d_native(x, depthwise_filter, strides, padding, data_format=data_format, name="depthwise")

        depthwise = with_space_to_batch(
            input, [1, 1] if rate is None else rate, padding, apply, filter_shape=array_ops.shape(depthwise_filter), data_format=data_format
        )
        return conv2d(depthwise, pointwise_filter, [1, 1, 1, 1], padding="VALID", data_format=data_format, name=name)
