"""Inception v2 (Ioffe and Szegedy, Batch normalization)."""

from __future__ import annotations

from tinytf.contrib.framework.arg_scope import arg_scope
from tinytf.contrib.layers.batch_norm import batch_norm
from tinytf.contrib.layers.layers import avg_pool2d, conv2d, dropout, max_pool2d, separable_conv2d, softmax
from tinytf.contrib.slim.nets.inception_tables import (
    build,
    check_endpoint,
    fitting_kernel,
    inception_arg_scope,
    multiplied,
    parse,
)
from tinytf.ops.array import array_ops
from tinytf.ops.state.variable_scope import variable_scope

_MODULES = parse("""
Conv2d_1a_7x7 64 /2 ~1.0 separable
MaxPool_2a_3x3 /2
Conv2d_2b_1x1 64 ~0.1
Conv2d_2c_3x3 192
MaxPool_3a_3x3 /2
Mixed_3b
  Conv2d_0a_1x1 64
  Conv2d_0a_1x1 64 ~0.09 > Conv2d_0b_3x3 64
  Conv2d_0a_1x1 64 ~0.09 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96
  AvgPool_0a_3x3 > Conv2d_0b_1x1 32 ~0.1
Mixed_3c
  Conv2d_0a_1x1 64
  Conv2d_0a_1x1 64 ~0.09 > Conv2d_0b_3x3 96
  Conv2d_0a_1x1 64 ~0.09 > Conv2d_0b_3x3 96 > Conv2d_0c_3x3 96
  AvgPool_0a_3x3 > Conv2d_0b_1x1 64 ~0.1
Mixed_4a
  Conv2d_0a_1x1 128 ~0.09 > Conv2d_1a_3x3 160 /2
  Conv2d_0a_1x1 64 ~0.09 > Conv2d_0b_3x3 96 > Conv2d_1a_3x3 96 /2
  MaxPool_1a_3x3 /2
Mixed_4b
  Conv2d_0a_1x1 224
  Conv2d_0a_1x1 64 ~0.09 > Conv2d_0b_3x3 96
  Conv2d_0a_1x1 96 ~0.09 > Conv2d_0b_3x3 128 > Conv2d_0c_3x3 128
  AvgPool_0a_3x3 > Conv2d_0b_1x1 128 ~0.1
Mixed_4c
  Conv2d_0a_1x1 192
  Conv2d_0a_1x1 96 ~0.09 > Conv2d_0b_3x3 128
  Conv2d_0a_1x1 96 ~0.09 > Conv2d_0b_3x3 128 > Conv2d_0c_3x3 128
  AvgPool_0a_3x3 > Conv2d_0b_1x1 128 ~0.1
Mixed_4d
  Conv2d_0a_1x1 160
  Conv2d_0a_1x1 128 ~0.09 > Conv2d_0b_3x3 160
  Conv2d_0a_1x1 128 ~0.09 > Conv2d_0b_3x3 160 > Conv2d_0c_3x3 160
  AvgPool_0a_3x3 > Conv2d_0b_1x1 96 ~0.1
Mixed_4e
  Conv2d_0a_1x1 96
  Conv2d_0a_1x1 128 ~0.09 > Conv2d_0b_3x3 192
  Conv2d_0a_1x1 160 ~0.09 > Conv2d_0b_3x3 192 > Conv2d_0c_3x3 192
  AvgPool_0a_3x3 > Conv2d_0b_1x1 96 ~0.1
Mixed_5a
  Conv2d_0a_1x1 128 ~0.09 > Conv2d_1a_3x3 192 /2
  Conv2d_0a_1x1 192 ~0.09 > Conv2d_0b_3x3 256 > Conv2d_1a_3x3 256 /2
  MaxPool_1a_3x3 /2
Mixed_5b
  Conv2d_0a_1x1 352
  Conv2d_0a_1x1 192 ~0.09 > Conv2d_0b_3x3 320
  Conv2d_0a_1x1 160 ~0.09 > Conv2d_0b_3x3 224 > Conv2d_0c_3x3 224
  AvgPool_0a_3x3 > Conv2d_0b_1x1 128 ~0.1
Mixed_5c
  Conv2d_0a_1x1 352
  Conv2d_0a_1x1 192 ~0.09 > Conv2d_0b_3x3 320
  Conv2d_0a_1x1 192 ~0.09 > Conv2d_0b_3x3 224 > Conv2d_0c_3x3 224
  MaxPool_0a_3x3 > Conv2d_0b_1x1 128 ~0.1
""")


def inception_v2_base(inputs, final_endpoint="Mixed_5c", min_depth=16, depth_multiplier=1.0, scope=None):
    """(net, end points) up to an end point; ValueError for one that there is not."""
    depth, end_points = multiplied(depth_multiplier, min_depth), {}
    check_endpoint(final_endpoint, _MODULES)
    with variable_scope(scope, "InceptionV2", [inputs]):
        with arg_scope([conv2d, max_pool2d, avg_pool2d, separable_conv2d], stride=1, padding="SAME"):
            net, _ = build(inputs, _MODULES, end_points, final_endpoint, depth)
    return net, end_points


def inception_v2(
    inputs, num_classes=1000, is_training=True, dropout_keep_prob=0.8, min_depth=16, depth_multiplier=1.0, prediction_fn=softmax,
    spatial_squeeze=True, reuse=None, scope="InceptionV2",
):  # fmt: skip
    """(logits, end points) for images of 224 x 224."""
    multiplied(depth_multiplier, min_depth)
    with variable_scope(scope, "InceptionV2", [inputs, num_classes], reuse=reuse) as sc:
        with arg_scope([batch_norm, dropout], is_training=is_training):
            net, end_points = inception_v2_base(inputs, scope=sc, min_depth=min_depth, depth_multiplier=depth_multiplier)
            with variable_scope("Logits"):
                kernel = fitting_kernel(net, [7, 7])
                net = avg_pool2d(net, kernel, padding="VALID", scope="AvgPool_1a_{}x{}".format(*kernel))
                net = dropout(net, keep_prob=dropout_keep_prob, scope="Dropout_1b")
                logits = conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="Conv2d_1c_1x1")
                if spatial_squeeze:
                    logits = array_ops.squeeze(logits, [1, 2], name="SpatialSqueeze")
            end_points["Logits"] = logits
            end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, end_points


inception_v2.default_image_size = 224


def inception_v2_arg_scope(weight_decay=4e-05, batch_norm_var_collection="moving_vars"):
    """The default arguments of its layers."""
    return inception_arg_scope(weight_decay, batch_norm_var_collection)
