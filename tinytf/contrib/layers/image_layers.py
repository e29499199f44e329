"""Layers of images that are less often used: in the plane of each channel, as sequences, where features are.

They follow tf.contrib.layers of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes, nn
from tinytf.contrib.framework.arg_scope import add_arg_scope
from tinytf.contrib.framework.variables import model_variable
from tinytf.contrib.layers import utils
from tinytf.contrib.layers.initializers import xavier_initializer
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import variable_scope

_ZEROS, _XAVIER = init_ops.zeros_initializer(), xavier_initializer()


@add_arg_scope
def convolution2d_in_plane(
    inputs, kernel_size, stride=1, padding="SAME", activation_fn=nn.relu, normalizer_fn=None, normalizer_params=None,
    weights_initializer=_XAVIER, weights_regularizer=None, biases_initializer=_ZEROS, biases_regularizer=None, reuse=None,
    variables_collections=None, outputs_collections=None, trainable=True, scope=None,
):  # fmt: skip
    """Every channel convolved with the same kernel."""
    with variable_scope(scope, "ConvInPlane", [inputs], reuse=reuse) as sc:
        dtype = inputs.dtype.base_dtype
        (height, width), (step_h, step_w) = utils.two_element_tuple(kernel_size), utils.two_element_tuple(stride)
        channels = utils.last_dimension(inputs.get_shape(), min_rank=4)
        weights = model_variable(
            "weights", shape=[height, width, 1, 1], dtype=dtype, initializer=weights_initializer, regularizer=weights_regularizer,
            collections=utils.get_variable_collections(variables_collections, "weights"), trainable=trainable,
        )  # fmt: skip
        by_channel = array_ops.tile(weights, [1, 1, channels, 1])
        outputs = nn.depthwise_conv2d(inputs, by_channel, [1, step_h, step_w, 1], padding)
        if normalizer_fn is not None:
            outputs = normalizer_fn(outputs, **(normalizer_params or {}))
        elif biases_initializer is not None:
            biases = model_variable(
                "biases", shape=[channels], dtype=dtype, initializer=biases_initializer, regularizer=biases_regularizer,
                collections=utils.get_variable_collections(variables_collections, "biases"), trainable=trainable,
            )  # fmt: skip
            outputs = nn.bias_add(outputs, biases)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return utils.collect_named_outputs(outputs_collections, sc.name, outputs)


@add_arg_scope
def images_to_sequence(inputs, data_format="NHWC", outputs_collections=None, scope=None):
    """[batch, height, width, channels] -> [width, batch * height, channels]: the rows as sequences."""
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with name_scope(scope, "ImagesToSequence", [inputs]) as sc:
        inputs = convert_to_tensor(inputs)
        if data_format == "NCHW":
            inputs = array_ops.transpose(inputs, [0, 2, 3, 1])
        _, _, width, depth = inputs.get_shape().as_list()
        shape = array_ops.shape(inputs)
        batch_size, height = shape[0], shape[1]
        turned = array_ops.transpose(inputs, [2, 0, 1, 3])
        outputs = array_ops.reshape(turned, [width, batch_size * height, depth])
        return utils.collect_named_outputs(outputs_collections, sc, outputs)


@add_arg_scope
def sequence_to_images(inputs, height, output_data_format="channels_last", outputs_collections=None, scope=None):
    """[width, batch * height, channels] -> [batch, height, width, channels]: the reverse of images_to_sequence."""
    with name_scope(scope, "SequenceToImages", [inputs]) as sc:
        inputs = convert_to_tensor(inputs)
        width, rows, depth = inputs.get_shape().as_list()
        whole = array_ops.reshape(inputs, [width, -1 if rows is None else rows // height, height, depth])
        outputs = array_ops.transpose(whole, [1, 3, 2, 0] if output_data_format == "channels_first" else [1, 2, 0, 3])
        return utils.collect_named_outputs(outputs_collections, sc, outputs)


@add_arg_scope
def spatial_softmax(features, temperature=None, name=None, variables_collections=None, trainable=True, data_format="NHWC"):
    """[batch, 2 * channels]: where each channel is high, from -1 to 1, by a softmax over its places."""
    with variable_scope(name, "spatial_softmax"):
        shape, static = array_ops.shape(features), features.shape.as_list()
        if data_format == "NHWC":
            height, width, channels = shape[1], shape[2], static[3]
        elif data_format == "NCHW":
            channels, height, width = static[1], shape[2], shape[3]
        else:
            raise ValueError("data_format has to be either NCHW or NHWC.")
        if channels is None:
            raise ValueError("The num_channels dimension of the inputs to `spatial_softmax` should be defined. Found `None`.")
        with name_scope("spatial_softmax_op", "spatial_softmax_op", [features]):
            down, right = math_ops.lin_space(-1.0, 1.0, num=height), math_ops.lin_space(-1.0, 1.0, num=width)
            x, y = array_ops.meshgrid(down, right, indexing="ij")
            x = array_ops.reshape(x, [height * width])
            y = array_ops.reshape(y, [height * width])
            initializer = init_ops.ones_initializer() if temperature is None else init_ops.constant_initializer(temperature)
            collections = utils.get_variable_collections(variables_collections, "temperature") if trainable else None
            temperature = model_variable(
                "temperature", shape=(), dtype=dtypes.float32, initializer=initializer, collections=collections, trainable=trainable
            )
            if data_format == "NCHW":
                features = array_ops.reshape(features, [-1, height * width])
            else:
                features = array_ops.reshape(array_ops.transpose(features, [0, 3, 1, 2]), [-1, height * width])
            attention = nn.softmax(features / temperature)
            expected_x = math_ops.reduce_sum(x * attention, [1], keepdims=True)
            expected_y = math_ops.reduce_sum(y * attention, [1], keepdims=True)
            keypoints = array_ops.reshape(array_ops.concat([expected_x, expected_y], 1), [-1, channels * 2])
            keypoints.set_shape([None, channels * 2])
    return keypoints


conv2d_in_plane = convolution2d_in_plane
