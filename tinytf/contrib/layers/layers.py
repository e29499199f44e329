"""The layers of tf.contrib.layers and slim: tf.layers under other names and defaults, with collections and arg_scope."""

from __future__ import annotations

import functools

from tinytf import dtypes
from tinytf.contrib.framework.arg_scope import add_arg_scope
from tinytf.contrib.framework.variables import model_variable
from tinytf.contrib.layers import utils
from tinytf.contrib.layers.initializers import xavier_initializer
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.layers import convolutional, core, pooling
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations, conv_functions, nn_basic, normalization, pool_functions
from tinytf.ops.nn import softmax as softmax_ops
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable, variable_scope

_ZEROS = init_ops.zeros_initializer()
_XAVIER = xavier_initializer()
_WEIGHTS = {"bias": "biases", "kernel": "weights"}


def _check_format(data_format, allowed=("NCHW", "NHWC")):
    if data_format not in allowed:
        raise ValueError(f"data_format has to be either {' or '.join(allowed)}.")


def _channels(data_format) -> str:
    return "channels_first" if data_format and data_format.startswith("NC") else "channels_last"


def _finished(outputs, normalizer_fn, normalizer_params, activation_fn, collections, alias):
    """Normalizes, applies the activation, collects."""
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return utils.collect_named_outputs(collections, alias, outputs)


@add_arg_scope
def fully_connected(
    inputs, num_outputs, activation_fn=activations.relu, normalizer_fn=None, normalizer_params=None, weights_initializer=_XAVIER,
    weights_regularizer=None, biases_initializer=_ZEROS, biases_regularizer=None, reuse=None, variables_collections=None,
    outputs_collections=None, trainable=True, scope=None,
):  # fmt: skip
    """relu(inputs @ weights + biases), or normalized instead of biased. Follows tf.contrib.layers.fully_connected of TF 1.15."""
    if not isinstance(num_outputs, int):
        raise ValueError(f"num_outputs type should be one of [{int}], got {type(num_outputs)}.")
    with variable_scope(scope, "fully_connected", [inputs], reuse=reuse, custom_getter=utils.variable_getter(_WEIGHTS)) as sc:
        inputs = convert_to_tensor(inputs)
        layer = core.Dense(
            units=num_outputs, activation=None, use_bias=not normalizer_fn and biases_initializer, kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer, kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
            trainable=trainable, name=sc.name, dtype=inputs.dtype.base_dtype, _scope=sc, _reuse=reuse,
        )  # fmt: skip
        outputs = layer.apply(inputs)
        utils.add_variable_to_collections(layer.kernel, variables_collections, "weights")
        if layer.bias is not None:
            utils.add_variable_to_collections(layer.bias, variables_collections, "biases")
        return _finished(outputs, normalizer_fn, normalizer_params, activation_fn, outputs_collections, sc.name)


# Convolutions -----------------------------------------------------------------------------------


@add_arg_scope
def convolution(
    inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None, rate=1, activation_fn=activations.relu, normalizer_fn=None,  # noqa: E501
    normalizer_params=None, weights_initializer=_XAVIER, weights_regularizer=None, biases_initializer=_ZEROS, biases_regularizer=None,
    reuse=None, variables_collections=None, outputs_collections=None, trainable=True, scope=None, conv_dims=None,
):  # fmt: skip
    """A convolution in one to three dimensions, by the rank of the input. Follows tf.contrib.layers.convolution of TF 1.15."""
    if data_format not in (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW"):
        raise ValueError(f"Invalid data_format: {data_format!r}")
    with variable_scope(scope, "Conv", [inputs], reuse=reuse, custom_getter=utils.variable_getter(_WEIGHTS)) as sc:
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if conv_dims is not None and conv_dims + 2 != rank:
            raise ValueError(f"Convolution expects input with rank {conv_dims + 2}, got {rank}")
        classes = {3: convolutional.Conv1D, 4: convolutional.Conv2D, 5: convolutional.Conv3D}
        if rank not in classes:
            raise ValueError("Convolution not supported for input with rank", rank)
        layer = classes[rank](
            filters=num_outputs, kernel_size=kernel_size, strides=stride, padding=padding, data_format=_channels(data_format),
            dilation_rate=rate, activation=None, use_bias=not normalizer_fn and biases_initializer, kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer, kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
            trainable=trainable, name=sc.name, dtype=inputs.dtype.base_dtype, _scope=sc, _reuse=reuse,
        )  # fmt: skip
        outputs = layer.apply(inputs)
        utils.add_variable_to_collections(layer.kernel, variables_collections, "weights")
        if layer.use_bias:
            utils.add_variable_to_collections(layer.bias, variables_collections, "biases")
        return _finished(outputs, normalizer_fn, normalizer_params, activation_fn, outputs_collections, sc.name)


def _of_dims(dims: int):
    """convolution, for inputs of one rank only."""

    def function(
        inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None, rate=1, activation_fn=activations.relu,
        normalizer_fn=None, normalizer_params=None, weights_initializer=_XAVIER, weights_regularizer=None, biases_initializer=_ZEROS,
        biases_regularizer=None, reuse=None, variables_collections=None, outputs_collections=None, trainable=True, scope=None,
    ):  # fmt: skip
        return convolution(
            inputs, num_outputs, kernel_size, stride, padding, data_format, rate, activation_fn, normalizer_fn, normalizer_params,
            weights_initializer, weights_regularizer, biases_initializer, biases_regularizer, reuse, variables_collections,
            outputs_collections, trainable, scope, conv_dims=dims,
        )  # fmt: skip

    function.__name__ = function.__qualname__ = f"convolution{dims}d"
    function.__doc__ = f"A convolution in {dims} dimension(s). Follows tf.contrib.layers.conv{dims}d of TF 1.15."
    return add_arg_scope(function)


convolution1d, convolution2d, convolution3d = _of_dims(1), _of_dims(2), _of_dims(3)


def _transposed(dims: int, layer_class, formats):
    def function(
        inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=formats[1], activation_fn=activations.relu,
        normalizer_fn=None, normalizer_params=None, weights_initializer=_XAVIER, weights_regularizer=None, biases_initializer=_ZEROS,
        biases_regularizer=None, reuse=None, variables_collections=None, outputs_collections=None, trainable=True, scope=None,
    ):  # fmt: skip
        getter = utils.variable_getter(_WEIGHTS)
        with variable_scope(scope, f"Conv{dims}d_transpose", [inputs], reuse=reuse, custom_getter=getter) as sc:
            _check_format(data_format, formats)
            inputs = convert_to_tensor(inputs)
            layer = layer_class(
                filters=num_outputs, kernel_size=kernel_size, strides=stride, padding=padding, data_format=_channels(data_format),
                activation=None, use_bias=not normalizer_fn and biases_initializer, kernel_initializer=weights_initializer,
                bias_initializer=biases_initializer, kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer,
                trainable=trainable, name=sc.name, dtype=inputs.dtype.base_dtype, _scope=sc, _reuse=reuse,
            )  # fmt: skip
            outputs = layer.apply(inputs)
            utils.add_variable_to_collections(layer.kernel, variables_collections, "weights")
            if layer.bias is not None:
                utils.add_variable_to_collections(layer.bias, variables_collections, "biases")
            return _finished(outputs, normalizer_fn, normalizer_params, activation_fn, outputs_collections, sc.name)

    function.__name__ = function.__qualname__ = f"convolution{dims}d_transpose"
    function.__doc__ = f"The transpose of conv{dims}d. Follows tf.contrib.layers.conv{dims}d_transpose of TF 1.15."
    return add_arg_scope(function)


convolution2d_transpose = _transposed(2, convolutional.Conv2DTranspose, ("NCHW", "NHWC"))
convolution3d_transpose = _transposed(3, convolutional.Conv3DTranspose, ("NCDHW", "NDHWC"))


@add_arg_scope
def separable_convolution2d(
    inputs, num_outputs, kernel_size, depth_multiplier=1, stride=1, padding="SAME", data_format="NHWC", rate=1,
    activation_fn=activations.relu, normalizer_fn=None, normalizer_params=None, weights_initializer=_XAVIER, pointwise_initializer=None,
    weights_regularizer=None, biases_initializer=_ZEROS, biases_regularizer=None, reuse=None, variables_collections=None,
    outputs_collections=None, trainable=True, scope=None,
):  # fmt: skip
    """A depthwise convolution and, unless num_outputs is None, one of 1 x 1. Follows tf.contrib.layers.separable_conv2d of TF 1.15."""
    _check_format(data_format)
    rename = {"bias": "biases", "depthwise_kernel": "depthwise_weights", "pointwise_kernel": "pointwise_weights"}
    with variable_scope(scope, "SeparableConv2d", [inputs], reuse=reuse, custom_getter=utils.variable_getter(rename)) as sc:
        inputs = convert_to_tensor(inputs)
        pointwise_initializer = weights_initializer if pointwise_initializer is None else pointwise_initializer
        if num_outputs is None:
            outputs = _depthwise(
                inputs, kernel_size, depth_multiplier, stride, padding, data_format, rate, normalizer_fn, weights_initializer,
                weights_regularizer, biases_initializer, biases_regularizer, variables_collections, trainable,
            )  # fmt: skip
            return _finished(outputs, normalizer_fn, normalizer_params, activation_fn, outputs_collections, sc.name)
        layer = convolutional.SeparableConv2D(
            filters=num_outputs, kernel_size=kernel_size, strides=stride, padding=padding, data_format=_channels(data_format),
            dilation_rate=utils.two_element_tuple(rate), activation=None, depth_multiplier=depth_multiplier,
            use_bias=not normalizer_fn and biases_initializer, depthwise_initializer=weights_initializer,
            pointwise_initializer=pointwise_initializer, bias_initializer=biases_initializer, depthwise_regularizer=weights_regularizer,
            pointwise_regularizer=weights_regularizer, bias_regularizer=biases_regularizer, trainable=trainable, name=sc.name,
            dtype=inputs.dtype.base_dtype, _scope=sc, _reuse=reuse,
        )  # fmt: skip
        outputs = layer.apply(inputs)
        utils.add_variable_to_collections(layer.depthwise_kernel, variables_collections, "weights")
        utils.add_variable_to_collections(layer.pointwise_kernel, variables_collections, "weights")
        if layer.bias is not None:
            utils.add_variable_to_collections(layer.bias, variables_collections, "biases")
        return _finished(outputs, normalizer_fn, normalizer_params, activation_fn, outputs_collections, sc.name)


def _depthwise(
    inputs, kernel_size, multiplier, stride, padding, data_format, rate, normalizer_fn, weights_initializer, weights_regularizer,
    biases_initializer, biases_regularizer, collections, trainable,
):  # fmt: skip
    dtype, (height, width) = inputs.dtype.base_dtype, utils.two_element_tuple(kernel_size)
    step_h, step_w = utils.two_element_tuple(stride)
    channels = utils.channel_dimension(inputs.shape, _channels(data_format), min_rank=4)
    weights = model_variable(
        "depthwise_weights", shape=[height, width, channels, multiplier], dtype=dtype, initializer=weights_initializer,
        regularizer=weights_regularizer, trainable=trainable, collections=utils.get_variable_collections(collections, "weights"),
    )  # fmt: skip
    strides = [1, 1, step_h, step_w] if data_format.startswith("NC") else [1, step_h, step_w, 1]
    rate = utils.two_element_tuple(rate)
    outputs = conv_functions.depthwise_conv2d(inputs, weights, strides, padding, rate=rate, data_format=data_format)
    if normalizer_fn is None and biases_initializer is not None:
        biases = model_variable(
            "biases", shape=[multiplier * channels], dtype=dtype, initializer=biases_initializer, regularizer=biases_regularizer,
            trainable=trainable, collections=utils.get_variable_collections(collections, "biases"),
        )  # fmt: skip
        outputs = nn_basic.bias_add(outputs, biases, data_format=data_format)
    return outputs


@add_arg_scope
def bias_add(
    inputs, activation_fn=None, initializer=_ZEROS, regularizer=None, reuse=None, variables_collections=None, outputs_collections=None,
    trainable=True, data_format="NHWC", scope=None,
):  # fmt: skip
    """Adds a new variable 'biases' along the channels. Follows tf.contrib.layers.bias_add of TF 1.15."""
    _check_format(data_format)
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as sc:
        inputs = convert_to_tensor(inputs)
        dims = inputs.dims
        if dims is None:
            raise ValueError("Dims of shape must be known but is None")
        if len(dims) != 4 and data_format == "NCHW":
            raise ValueError("Data format NCHW only supports 4D Tensor")
        features = dims[1 if data_format == "NCHW" else -1]
        if features is None:
            raise ValueError("`C` dimension must be known but is None")
        biases = model_variable(
            "biases", shape=[features], dtype=inputs.dtype.base_dtype, initializer=initializer, regularizer=regularizer,
            collections=utils.get_variable_collections(variables_collections, "biases"), trainable=trainable,
        )  # fmt: skip
        outputs = nn_basic.bias_add(inputs, biases, data_format=data_format)
        return _finished(outputs, None, None, activation_fn, outputs_collections, sc.name)


# Pools ------------------------------------------------------------------------------------------


def _pool_layer(name, scope_name, layer_class, formats):
    def function(inputs, kernel_size, stride=2, padding="VALID", data_format=formats[1], outputs_collections=None, scope=None):
        _check_format(data_format, formats)
        with name_scope(scope, scope_name, [inputs]) as sc:
            inputs = convert_to_tensor(inputs)
            layer = layer_class(pool_size=kernel_size, strides=stride, padding=padding, data_format=_channels(data_format), _scope=sc)
            return utils.collect_named_outputs(outputs_collections, sc, layer.apply(inputs))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Pools each window; the stride is 2 by default. Follows tf.contrib.layers.{name} of TF 1.15."
    return add_arg_scope(function)


max_pool2d = _pool_layer("max_pool2d", "MaxPool2D", pooling.MaxPooling2D, ("NCHW", "NHWC"))
max_pool3d = _pool_layer("max_pool3d", "MaxPool3D", pooling.MaxPooling3D, ("NCDHW", "NDHWC"))
avg_pool2d = _pool_layer("avg_pool2d", "AvgPool2D", pooling.AveragePooling2D, ("NCHW", "NHWC"))
avg_pool3d = _pool_layer("avg_pool3d", "AvgPool3D", pooling.AveragePooling3D, ("NCDHW", "NDHWC"))


@add_arg_scope
def pool(
    inputs, kernel_size, pooling_type, padding="VALID", data_format=None, dilation_rate=1, stride=1, outputs_collections=None, scope=None
):  # noqa: E501
    """tf.nn.pool for inputs of any rank. Follows tf.contrib.layers.pool of TF 1.15."""
    with name_scope(scope, f"{pooling_type.lower()}_pool", [inputs]) as sc:
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError("Rank of inputs must be known")
        if rank < 3:
            raise ValueError("Rank of inputs must be >= 3")
        many = functools.partial(utils.n_positive_integers, rank - 2)
        output = pool_functions.pool(
            input=inputs, window_shape=many(kernel_size), pooling_type=pooling_type, padding=padding, data_format=data_format,
            dilation_rate=many(dilation_rate), strides=many(stride), name=sc,
        )  # fmt: skip
        return utils.collect_named_outputs(outputs_collections, sc, output)


# Others -----------------------------------------------------------------------------------------


@add_arg_scope
def dropout(inputs, keep_prob=0.5, noise_shape=None, is_training=True, outputs_collections=None, scope=None, seed=None):
    """Keeps each element with probability keep_prob while training. Follows tf.contrib.layers.dropout of TF 1.15."""
    with variable_scope(scope, "Dropout", [inputs], custom_getter=utils.variable_getter()) as sc:
        inputs = convert_to_tensor(inputs)
        layer = core.Dropout(rate=1 - keep_prob, noise_shape=noise_shape, seed=seed, name=sc.name, _scope=sc)
        return utils.collect_named_outputs(outputs_collections, sc.name, layer.apply(inputs, training=is_training))


@add_arg_scope
def flatten(inputs, outputs_collections=None, scope=None):
    """[batch, ...] -> [batch, all the rest]. Follows tf.contrib.layers.flatten of TF 1.15."""
    with name_scope(scope, "Flatten", [inputs]) as sc:
        return utils.collect_named_outputs(outputs_collections, sc, core.flatten(convert_to_tensor(inputs)))


@add_arg_scope
def one_hot_encoding(labels, num_classes, on_value=1.0, off_value=0.0, outputs_collections=None, scope=None):
    """tf.one_hot of int labels. Follows tf.contrib.layers.one_hot_encoding of TF 1.15."""
    with name_scope(scope, "OneHotEncoding", [labels, num_classes]) as sc:
        labels = convert_to_tensor(labels)
        if labels.dtype == dtypes.int32:
            labels = math_ops.to_int64(labels)
        outputs = array_ops.one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return utils.collect_named_outputs(outputs_collections, sc, outputs)


@add_arg_scope
def layer_norm(
    inputs, center=True, scale=True, activation_fn=None, reuse=None, variables_collections=None, outputs_collections=None, trainable=True,
    begin_norm_axis=1, begin_params_axis=-1, scope=None,
):  # fmt: skip
    """Normalizes each example over its own elements. Follows tf.contrib.layers.layer_norm of TF 1.15."""
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as sc:
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        if begin_norm_axis < 0:
            begin_norm_axis = rank + begin_norm_axis
        if begin_params_axis >= rank or begin_norm_axis >= rank:
            raise ValueError(
                f"begin_params_axis ({begin_params_axis}) and begin_norm_axis ({begin_norm_axis}) must be < rank(inputs) ({rank})"
            )  # noqa: E501
        shape = inputs.shape[begin_params_axis:]
        if not shape.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name}: shape(inputs)[{begin_params_axis}:] is not fully defined: {inputs.shape}")

        def parameter(name, initializer):
            return model_variable(
                name, shape=shape, dtype=inputs.dtype.base_dtype, initializer=initializer,
                collections=utils.get_variable_collections(variables_collections, name), trainable=trainable,
            )  # fmt: skip

        beta = parameter("beta", _ZEROS) if center else None
        gamma = parameter("gamma", init_ops.ones_initializer()) if scale else None
        mean, variance = normalization.moments(inputs, list(range(begin_norm_axis, rank)), keep_dims=True)
        epsilon = 1e-12 if inputs.dtype.base_dtype != dtypes.float16 else 1e-3
        outputs = normalization.batch_normalization(inputs, mean, variance, offset=beta, scale=gamma, variance_epsilon=epsilon)
        outputs.set_shape(inputs.shape)
        return _finished(outputs, None, None, activation_fn, outputs_collections, sc.name)


@add_arg_scope
def softmax(logits, scope=None):
    """tf.nn.softmax over the last dimension. Follows tf.contrib.layers.softmax of TF 1.15."""
    with variable_scope(scope, "softmax", [logits]):
        rows = array_ops.reshape(logits, [-1, utils.last_dimension(logits.shape, min_rank=2)])
        predictions = array_ops.reshape(softmax_ops.softmax(rows), array_ops.shape(logits))
        predictions.set_shape(logits.shape)
        return predictions


@add_arg_scope
def unit_norm(inputs, dim, epsilon=1e-7, scope=None):
    """inputs divided by their length along `dim`. Follows tf.contrib.layers.unit_norm of TF 1.15."""
    with variable_scope(scope, "UnitNorm", [inputs]):
        if inputs.dims is None:
            raise ValueError("The input rank must be known.")
        rank = len(inputs.dims)
        if dim < 0 or dim >= rank:
            raise ValueError("dim must be positive but smaller than the input rank.")
        lengths = math_ops.sqrt(epsilon + math_ops.reduce_sum(math_ops.square(inputs), dim, True))
        multiples = []
        if dim > 0:
            multiples.append(array_ops.ones([dim], dtypes.int32))
        multiples.append(array_ops.strided_slice(array_ops.shape(inputs), [dim], [dim + 1]))
        if dim < rank - 1:
            multiples.append(array_ops.ones([rank - 1 - dim], dtypes.int32))
        return math_ops.div(inputs, array_ops.tile(lengths, array_ops.concat(multiples, 0)))


@add_arg_scope
def maxout(inputs, num_units, axis=-1, scope=None):
    """The maximum over groups of channels. Follows tf.contrib.layers.maxout of TF 1.15."""
    with variable_scope(scope, "MaxOut", [inputs]):
        inputs = convert_to_tensor(inputs)
        shape = inputs.shape.as_list()
        channels = shape[axis]
        if channels % num_units:
            raise ValueError(f"number of features({channels}) is not a multiple of num_units({num_units})")
        shape[axis] = num_units
        shape += [channels // num_units]
        for i, n in enumerate(shape):
            if n is None:
                shape[i] = array_ops.shape(inputs)[i]
        return math_ops.reduce_max(array_ops.reshape(inputs, shape), -1, keepdims=False)


def _name_of(layer, default):
    return getattr(layer, "__name__", None) or getattr(getattr(layer, "func", None), "__name__", None) or default


@add_arg_scope
def repeat(inputs, repetitions, layer, *args, **kwargs):
    """The same layer several times, one on top of the other. Follows tf.contrib.layers.repeat of TF 1.15."""
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat", [inputs]):
        outputs = convert_to_tensor(inputs)
        scope = _name_of(layer, "repeat") if scope is None else scope
        for i in range(repetitions):
            kwargs["scope"] = f"{scope}_{i + 1}"
            outputs = layer(outputs, *args, **kwargs)
        return outputs


def stack(inputs, layer, stack_args, **kwargs):
    """A layer several times with different arguments. Follows tf.contrib.layers.stack of TF 1.15."""
    scope = kwargs.pop("scope", None)
    if not isinstance(stack_args, (list, tuple)):
        raise ValueError("stack_args need to be a list or tuple")
    with variable_scope(scope, "Stack", [inputs]):
        outputs = convert_to_tensor(inputs)
        scope = _name_of(layer, "stack") if scope is None else scope
        for i, given in enumerate(stack_args):
            kwargs["scope"] = f"{scope}_{i + 1}"
            outputs = layer(outputs, *(given if isinstance(given, (list, tuple)) else [given]), **kwargs)
        return outputs


def legacy_fully_connected(
    x, num_output_units, activation_fn=None, weight_init=_XAVIER, bias_init=_ZEROS, name=None, weight_collections=(GraphKeys.WEIGHTS,),
    bias_collections=(GraphKeys.BIASES,), output_collections=(GraphKeys.ACTIVATIONS,), trainable=True, weight_regularizer=None,
    bias_regularizer=None,
):  # fmt: skip
    """The fully connected layer of 2015. Follows tf.contrib.layers.legacy_fully_connected of TF 1.15."""
    with variable_scope(name, "fully_connected", [x]):
        x = convert_to_tensor(x)
        dims = x.dims
        if dims is None:
            raise ValueError("dims of x must be known but is None")
        if len(dims) < 2:
            raise ValueError(f"rank of x must be at least 2 not: {len(dims)}")
        if dims[-1] is None:
            raise ValueError("last dimension of x must be known but is None")
        dtype = x.dtype.base_dtype

        def parameter(name, shape, initializer, collections, regularizer):
            collections = list(collections or []) + [GraphKeys.GLOBAL_VARIABLES]
            return get_variable(
                name,
                shape=shape,
                dtype=dtype,
                initializer=initializer,
                collections=collections,
                regularizer=regularizer,
                trainable=trainable,  # noqa: E501
            )

        w = parameter("weights", [dims[-1], num_output_units], weight_init, weight_collections, weight_regularizer)
        flat = x if len(dims) <= 2 else array_ops.reshape(x, [-1, dims[-1]])
        y = math_ops.matmul(flat, w)
        if bias_init is not None:
            y = nn_basic.bias_add(y, parameter("bias", [num_output_units], bias_init, bias_collections, bias_regularizer))
        if len(dims) > 2:
            shape = array_ops.unstack(array_ops.shape(x))
            shape[-1] = num_output_units
            y = array_ops.reshape(y, array_ops.stack(shape))
            y.set_shape(list(dims[:-1]) + [num_output_units])
        if activation_fn is not None:
            y = activation_fn(y)
        for collection in dict.fromkeys(list(output_collections or []) + [GraphKeys.ACTIVATIONS]):
            add_to_collection(collection, y)
        return y


elu = functools.partial(fully_connected, activation_fn=activations.elu)
relu = functools.partial(fully_connected, activation_fn=activations.relu)
relu6 = functools.partial(fully_connected, activation_fn=activations.relu6)
linear = functools.partial(fully_connected, activation_fn=None)
legacy_relu = functools.partial(legacy_fully_connected, activation_fn=activations.relu)
legacy_linear = functools.partial(legacy_fully_connected, activation_fn=None)
conv1d, conv2d, conv3d = convolution1d, convolution2d, convolution3d
conv2d_transpose, conv3d_transpose = convolution2d_transpose, convolution3d_transpose
separable_conv2d = separable_convolution2d
