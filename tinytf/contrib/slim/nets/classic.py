"""What AlexNet, OverFeat and VGG have in common: convolutions and pools, then three layers that are convolutions, too."""

from __future__ import annotations

from tinytf.contrib.framework.arg_scope import arg_scope
from tinytf.contrib.layers import utils
from tinytf.contrib.layers.layers import conv2d, dropout, fully_connected, max_pool2d
from tinytf.contrib.layers.regularizers import l2_regularizer
from tinytf.ops.array import array_ops
from tinytf.ops.nn import activations
from tinytf.ops.state.init_ops import truncated_normal_initializer, zeros_initializer


def classic_arg_scope(weight_decay, biases_initializer, pool_padding=None):
    """relu and a decay of the weights; SAME convolutions."""
    with arg_scope(
        [conv2d, fully_connected], activation_fn=activations.relu, weights_regularizer=l2_regularizer(weight_decay),
        biases_initializer=biases_initializer,
    ):  # fmt: skip
        with arg_scope([conv2d], padding="SAME") as scope:
            if pool_padding is None:
                return scope
            with arg_scope([max_pool2d], padding=pool_padding) as scope:
                return scope


def truncated_normal(stddev):
    """The initializer of most weights of the time."""
    return truncated_normal_initializer(0.0, stddev)


def classifier(net, widths, kernel, num_classes, is_training, keep_prob, **last_layer):
    """fc6, fc7 and fc8 with dropouts between them, as convolutions, so that larger images give a map of classes."""
    net = conv2d(net, widths[0], [kernel, kernel], padding="VALID", scope="fc6")
    net = dropout(net, keep_prob, is_training=is_training, scope="dropout6")
    net = conv2d(net, widths[1], [1, 1], scope="fc7")
    net = dropout(net, keep_prob, is_training=is_training, scope="dropout7")
    return conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="fc8", **last_layer)


def finished(net, end_points_collection, scope, spatial_squeeze):
    """(the logits, {name: output of each layer})."""
    end_points = utils.convert_collection_to_dict(end_points_collection)
    if spatial_squeeze:
        net = array_ops.squeeze(net, [1, 2], name="fc8/squeezed")
        end_points[scope.name + "/fc8"] = net
    return net, end_points


ZEROS = zeros_initializer()
