"""AlexNet, in the form of 2014 (Krizhevsky, One weird trick for parallelizing convolutional neural networks)."""

from __future__ import annotations

from tinytf.contrib.framework.arg_scope import arg_scope
from tinytf.contrib.layers.layers import conv2d, fully_connected, max_pool2d
from tinytf.contrib.slim.nets.classic import ZEROS, classic_arg_scope, classifier, finished, truncated_normal
from tinytf.ops.state.init_ops import constant_initializer
from tinytf.ops.state.variable_scope import variable_scope


def alexnet_v2_arg_scope(weight_decay=0.0005):
    """The default arguments of its layers."""
    return classic_arg_scope(weight_decay, constant_initializer(0.1), pool_padding="VALID")


def alexnet_v2(inputs, num_classes=1000, is_training=True, dropout_keep_prob=0.5, spatial_squeeze=True, scope="alexnet_v2"):
    """(logits, end points) for images of 224 x 224 or more."""
    with variable_scope(scope, "alexnet_v2", [inputs]) as sc:
        collection = sc.original_name_scope + "_end_points"
        with arg_scope([conv2d, fully_connected, max_pool2d], outputs_collections=[collection]):
            net = conv2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
            net = max_pool2d(net, [3, 3], 2, scope="pool1")
            net = conv2d(net, 192, [5, 5], scope="conv2")
            net = max_pool2d(net, [3, 3], 2, scope="pool2")
            for name, filters in (("conv3", 384), ("conv4", 384), ("conv5", 256)):
                net = conv2d(net, filters, [3, 3], scope=name)
            net = max_pool2d(net, [3, 3], 2, scope="pool5")
            with arg_scope([conv2d], weights_initializer=truncated_normal(0.005), biases_initializer=constant_initializer(0.1)):
                net = classifier(net, (4096, 4096), 5, num_classes, is_training, dropout_keep_prob, biases_initializer=ZEROS)
            return finished(net, collection, sc, spatial_squeeze)


alexnet_v2.default_image_size = 224
