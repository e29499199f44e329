"""Inception v3 (Szegedy et al., Rethinking the Inception architecture for computer vision)."""

from __future__ import annotations

from tinytf.contrib.framework.arg_scope import arg_scope
from tinytf.contrib.layers.batch_norm import batch_norm
from tinytf.contrib.layers.layers import avg_pool2d, conv2d, dropout, max_pool2d, softmax
from tinytf.contrib.slim.nets.classic import truncated_normal
from tinytf.contrib.slim.nets.inception_tables import (
    build,
    check_endpoint,
    fitting_kernel,
    inception_arg_scope,
    multiplied,
    parse,
)
from tinytf.graph.graph import GraphKeys
from tinytf.ops.array import array_ops
from tinytf.ops.state.variable_scope import variable_scope

_STEM = parse("""
Conv2d_1a_3x3 32 /2
Conv2d_2a_3x3 32
Conv2d_2b_3x3 64 SAME
MaxPool_3a_3x3 /2
Conv2d_3b_1x1 80
Conv2d_4a_3x3 192
MaxPool_5a_3x3 /2
""")
_MODULES = parse("""
Mixed_5b
  Conv2d_0a_1x1 64
  Conv2d_0a_1x1 48 > Conv2d_0b_5x5 64
  Conv2d_0a_1x1 64 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96
  AvgPool_0a_3x3 > Conv2d_0b_1x1 32
Mixed_5c
  Conv2d_0a_1x1 64
  Conv2d_0b_1x1 48 > Conv_1_0c_5x5 64
  Conv2d_0a_1x1 64 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96
  AvgPool_0a_3x3 > Conv2d_0b_1x1 64
Mixed_5d
  Conv2d_0a_1x1 64
  Conv2d_0a_1x1 48 > Conv2d_0b_5x5 64
  Conv2d_0a_1x1 64 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96
  AvgPool_0a_3x3 > Conv2d_0b_1x1 64
Mixed_6a
  Conv2d_1a_1x1 384 3x3 /2 VALID
  Conv2d_0a_1x1 64 > Conv2d_0b_3x3 96 > Conv2d_1a_1x1 96 3x3 /2 VALID
  MaxPool_1a_3x3 /2 VALID
Mixed_6b
  Conv2d_0a_1x1 192
  Conv2d_0a_1x1 128 > Conv2d_0b_1x7 128 > Conv2d_0c_7x1 192
  Conv2d_0a_1x1 128 > Conv2d_0b_7x1 128 > Conv2d_0c_1x7 128 > Conv2d_0d_7x1 128 > Conv2d_0e_1x7 192
  AvgPool_0a_3x3 > Conv2d_0b_1x1 192
Mixed_6c
  Conv2d_0a_1x1 192
  Conv2d_0a_1x1 160 > Conv2d_0b_1x7 160 > Conv2d_0c_7x1 192
  Conv2d_0a_1x1 160 > Conv2d_0b_7x1 160 > Conv2d_0c_1x7 160 > Conv2d_0d_7x1 160 > Conv2d_0e_1x7 192
  AvgPool_0a_3x3 > Conv2d_0b_1x1 192
Mixed_6d
  Conv2d_0a_1x1 192
  Conv2d_0a_1x1 160 > Conv2d_0b_1x7 160 > Conv2d_0c_7x1 192
  Conv2d_0a_1x1 160 > Conv2d_0b_7x1 160 > Conv2d_0c_1x7 160 > Conv2d_0d_7x1 160 > Conv2d_0e_1x7 192
  AvgPool_0a_3x3 > Conv2d_0b_1x1 192
Mixed_6e
  Conv2d_0a_1x1 192
  Conv2d_0a_1x1 192 > Conv2d_0b_1x7 192 > Conv2d_0c_7x1 192
  Conv2d_0a_1x1 192 > Conv2d_0b_7x1 192 > Conv2d_0c_1x7 192 > Conv2d_0d_7x1 192 > Conv2d_0e_1x7 192
  AvgPool_0a_3x3 > Conv2d_0b_1x1 192
Mixed_7a
  Conv2d_0a_1x1 192 > Conv2d_1a_3x3 320 /2 VALID
  Conv2d_0a_1x1 192 > Conv2d_0b_1x7 192 > Conv2d_0c_7x1 192 > Conv2d_1a_3x3 192 /2 VALID
  MaxPool_1a_3x3 /2 VALID
Mixed_7b
  Conv2d_0a_1x1 320
  Conv2d_0a_1x1 384 > Conv2d_0b_1x3 384 & Conv2d_0b_3x1 384
  Conv2d_0a_1x1 448 > Conv2d_0b_3x3 384 > Conv2d_0c_1x3 384 & Conv2d_0d_3x1 384
  AvgPool_0a_3x3 > Conv2d_0b_1x1 192
Mixed_7c
  Conv2d_0a_1x1 320
  Conv2d_0a_1x1 384 > Conv2d_0b_1x3 384 & Conv2d_0c_3x1 384
  Conv2d_0a_1x1 448 > Conv2d_0b_3x3 384 > Conv2d_0c_1x3 384 & Conv2d_0d_3x1 384
  AvgPool_0a_3x3 > Conv2d_0b_1x1 192
""")


def inception_v3_base(inputs, final_endpoint="Mixed_7c", min_depth=16, depth_multiplier=1.0, scope=None):
    """(net, end points) up to an end point; ValueError for one that there is not."""
    depth, end_points = multiplied(depth_multiplier, min_depth), {}
    check_endpoint(final_endpoint, _STEM + _MODULES)
    with variable_scope(scope, "InceptionV3", [inputs]):
        with arg_scope([conv2d, max_pool2d, avg_pool2d], stride=1, padding="VALID"):
            net, found = build(inputs, _STEM, end_points, final_endpoint, depth)
        if not found:
            with arg_scope([conv2d, max_pool2d, avg_pool2d], stride=1, padding="SAME"):
                net, _ = build(net, _MODULES, end_points, final_endpoint, depth)
    return net, end_points


def _auxiliary_logits(net, num_classes, depth, spatial_squeeze):
    """The classifier in the middle, which helps the training."""
    with arg_scope([conv2d, max_pool2d, avg_pool2d], stride=1, padding="SAME"), variable_scope("AuxLogits"):
        net = avg_pool2d(net, [5, 5], stride=3, padding="VALID", scope="AvgPool_1a_5x5")
        net = conv2d(net, depth(128), [1, 1], scope="Conv2d_1b_1x1")
        kernel = fitting_kernel(net, [5, 5])
        net = conv2d(
            net, depth(768), kernel, weights_initializer=truncated_normal(0.01), padding="VALID", scope="Conv2d_2a_{}x{}".format(*kernel)
        )
        net = conv2d(
            net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, weights_initializer=truncated_normal(0.001),
            scope="Conv2d_2b_1x1",
        )  # fmt: skip
        return array_ops.squeeze(net, [1, 2], name="SpatialSqueeze") if spatial_squeeze else net


def inception_v3(
    inputs, num_classes=1000, is_training=True, dropout_keep_prob=0.8, min_depth=16, depth_multiplier=1.0, prediction_fn=softmax,
    spatial_squeeze=True, reuse=None, scope="InceptionV3",
):  # fmt: skip
    """(logits, end points) for images of 299 x 299; the auxiliary logits are among the end points."""
    depth = multiplied(depth_multiplier, min_depth)
    with variable_scope(scope, "InceptionV3", [inputs, num_classes], reuse=reuse) as sc:
        with arg_scope([batch_norm, dropout], is_training=is_training):
            net, end_points = inception_v3_base(inputs, scope=sc, min_depth=min_depth, depth_multiplier=depth_multiplier)
            end_points["AuxLogits"] = _auxiliary_logits(end_points["Mixed_6e"], num_classes, depth, spatial_squeeze)
            with variable_scope("Logits"):
                kernel = fitting_kernel(net, [8, 8])
                net = avg_pool2d(net, kernel, padding="VALID", scope="AvgPool_1a_{}x{}".format(*kernel))
                net = dropout(net, keep_prob=dropout_keep_prob, scope="Dropout_1b")
                end_points["PreLogits"] = net
                logits = conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="Conv2d_1c_1x1")
                if spatial_squeeze:
                    logits = array_ops.squeeze(logits, [1, 2], name="SpatialSqueeze")
            end_points["Logits"] = logits
            end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, end_points


inception_v3.default_image_size = 299


def inception_v3_arg_scope(
    weight_decay=4e-05, batch_norm_var_collection="moving_vars", batch_norm_decay=0.9997, batch_norm_epsilon=0.001,
    updates_collections=GraphKeys.UPDATE_OPS, use_fused_batchnorm=True,
):  # fmt: skip
    """The default arguments of its layers."""
    return inception_arg_scope(
        weight_decay, batch_norm_var_collection, batch_norm_decay, batch_norm_epsilon, updates_collections, fused=use_fused_batchnorm
    )
