"""VGG (Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition): A, D (16) and E (19)."""

from __future__ import annotations

from tinytf.contrib.framework.arg_scope import arg_scope
from tinytf.contrib.layers.layers import conv2d, fully_connected, max_pool2d, repeat
from tinytf.contrib.slim.nets.classic import ZEROS, classic_arg_scope, classifier, finished
from tinytf.ops.state.variable_scope import variable_scope

_FILTERS = (64, 128, 256, 512, 512)


def vgg_arg_scope(weight_decay=0.0005):
    """The default arguments of their layers."""
    return classic_arg_scope(weight_decay, ZEROS)


def _layers(inputs, repeats, num_classes, is_training, keep_prob):
    """Five groups of convolutions of 3 x 3, `repeats` in each, and the classifier."""
    net = inputs
    for group, (count, filters) in enumerate(zip(repeats, _FILTERS), 1):
        net = repeat(net, count, conv2d, filters, [3, 3], scope="conv%d" % group)
        net = max_pool2d(net, [2, 2], scope="pool%d" % group)
    return classifier(net, (4096, 4096), 7, num_classes, is_training, keep_prob)


def vgg_a(inputs, num_classes=1000, is_training=True, dropout_keep_prob=0.5, spatial_squeeze=True, scope="vgg_a"):
    """(logits, end points) of the 11 layers of VGG A."""
    with variable_scope(scope, "vgg_a", [inputs]) as sc:
        collection = sc.original_name_scope + "_end_points"
        with arg_scope([conv2d, max_pool2d], outputs_collections=collection):
            net = _layers(inputs, (1, 1, 2, 2, 2), num_classes, is_training, dropout_keep_prob)
            return finished(net, collection, sc, spatial_squeeze)


def vgg_16(inputs, num_classes=1000, is_training=True, dropout_keep_prob=0.5, spatial_squeeze=True, scope="vgg_16"):
    """(logits, end points) of the 16 layers of VGG D."""
    with variable_scope(scope, "vgg_16", [inputs]) as sc:
        collection = sc.original_name_scope + "_end_points"
        with arg_scope([conv2d, fully_connected, max_pool2d], outputs_collections=collection):
            net = _layers(inputs, (2, 2, 3, 3, 3), num_classes, is_training, dropout_keep_prob)
            return finished(net, collection, sc, spatial_squeeze)


def vgg_19(inputs, num_classes=1000, is_training=True, dropout_keep_prob=0.5, spatial_squeeze=True, scope="vgg_19"):
    """(logits, end points) of the 19 layers of VGG E."""
    with variable_scope(scope, "vgg_19", [inputs]) as sc:
        collection = sc.name + "_end_points"
        with arg_scope([conv2d, fully_connected, max_pool2d], outputs_collections=collection):
            net = _layers(inputs, (2, 2, 4, 4, 4), num_classes, is_training, dropout_keep_prob)
            return finished(net, collection, sc, spatial_squeeze)


for _network in (vgg_a, vgg_16, vgg_19):
    _network.default_image_size = 224
vgg_d, vgg_e = vgg_16, vgg_19
