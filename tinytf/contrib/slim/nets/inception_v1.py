"""Inception v1, GoogLeNet (Szegedy et al., Going deeper with convolutions)."""

from __future__ import annotations

from tinytf.contrib.framework.arg_scope import arg_scope
from tinytf.contrib.layers.batch_norm import batch_norm
from tinytf.contrib.layers.layers import avg_pool2d, conv2d, dropout, fully_connected, max_pool2d, softmax
from tinytf.contrib.slim.nets.classic import truncated_normal
from tinytf.contrib.slim.nets.inception_tables import build, check_endpoint, inception_arg_scope, parse
from tinytf.ops.array import array_ops
from tinytf.ops.state.variable_scope import variable_scope

_MODULES = parse("""
Conv2d_1a_7x7 64 /2
MaxPool_2a_3x3 /2
Conv2d_2b_1x1 64
Conv2d_2c_3x3 192
MaxPool_3a_3x3 /2
Mixed_3b
  Conv2d_0a_1x1 64
  Conv2d_0a_1x1 96 > Conv2d_0b_3x3 128
  Conv2d_0a_1x1 16 > Conv2d_0b_3x3 32
  MaxPool_0a_3x3 > Conv2d_0b_1x1 32
Mixed_3c
  Conv2d_0a_1x1 128
  Conv2d_0a_1x1 128 > Conv2d_0b_3x3 192
  Conv2d_0a_1x1 32 > Conv2d_0b_3x3 96
  MaxPool_0a_3x3 > Conv2d_0b_1x1 64
MaxPool_4a_3x3 /2
Mixed_4b
  Conv2d_0a_1x1 192
  Conv2d_0a_1x1 96 > Conv2d_0b_3x3 208
  Conv2d_0a_1x1 16 > Conv2d_0b_3x3 48
  MaxPool_0a_3x3 > Conv2d_0b_1x1 64
Mixed_4c
  Conv2d_0a_1x1 160
  Conv2d_0a_1x1 112 > Conv2d_0b_3x3 224
  Conv2d_0a_1x1 24 > Conv2d_0b_3x3 64
  MaxPool_0a_3x3 > Conv2d_0b_1x1 64
Mixed_4d
  Conv2d_0a_1x1 128
  Conv2d_0a_1x1 128 > Conv2d_0b_3x3 256
  Conv2d_0a_1x1 24 > Conv2d_0b_3x3 64
  MaxPool_0a_3x3 > Conv2d_0b_1x1 64
Mixed_4e
  Conv2d_0a_1x1 112
  Conv2d_0a_1x1 144 > Conv2d_0b_3x3 288
  Conv2d_0a_1x1 32 > Conv2d_0b_3x3 64
  MaxPool_0a_3x3 > Conv2d_0b_1x1 64
Mixed_4f
  Conv2d_0a_1x1 256
  Conv2d_0a_1x1 160 > Conv2d_0b_3x3 320
  Conv2d_0a_1x1 32 > Conv2d_0b_3x3 128
  MaxPool_0a_3x3 > Conv2d_0b_1x1 128
MaxPool_5a_2x2 /2
Mixed_5b
  Conv2d_0a_1x1 256
  Conv2d_0a_1x1 160 > Conv2d_0b_3x3 320
  Conv2d_0a_1x1 32 > Conv2d_0a_3x3 128
  MaxPool_0a_3x3 > Conv2d_0b_1x1 128
Mixed_5c
  Conv2d_0a_1x1 384
  Conv2d_0a_1x1 192 > Conv2d_0b_3x3 384
  Conv2d_0a_1x1 48 > Conv2d_0b_3x3 128
  MaxPool_0a_3x3 > Conv2d_0b_1x1 128
""")


def inception_v1_base(inputs, final_endpoint="Mixed_5c", scope="InceptionV1"):
    """(net, end points) up to an end point; ValueError for one that there is not."""
    check_endpoint(final_endpoint, _MODULES)
    end_points: dict = {}
    with variable_scope(scope, "InceptionV1", [inputs]):
        with arg_scope([conv2d, fully_connected], weights_initializer=truncated_normal(0.01)):
            with arg_scope([conv2d, max_pool2d], stride=1, padding="SAME"):
                net, _ = build(inputs, _MODULES, end_points, final_endpoint)
    return net, end_points


def inception_v1(
    inputs, num_classes=1000, is_training=True, dropout_keep_prob=0.8, prediction_fn=softmax, spatial_squeeze=True, reuse=None,
    scope="InceptionV1",
):  # fmt: skip
    """(logits, end points) for images of 224 x 224."""
    with variable_scope(scope, "InceptionV1", [inputs, num_classes], reuse=reuse) as sc:
        with arg_scope([batch_norm, dropout], is_training=is_training):
            net, end_points = inception_v1_base(inputs, scope=sc)
            with variable_scope("Logits"):
                net = avg_pool2d(net, [7, 7], stride=1, scope="MaxPool_0a_7x7")
                net = dropout(net, dropout_keep_prob, scope="Dropout_0b")
                logits = conv2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="Conv2d_0c_1x1")
                if spatial_squeeze:
                    logits = array_ops.squeeze(logits, [1, 2], name="SpatialSqueeze")
                end_points["Logits"] = logits
                end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, end_points


inception_v1.default_image_size = 224


def inception_v1_arg_scope(weight_decay=4e-05, use_batch_norm=True, batch_norm_var_collection="moving_vars"):
    """The default arguments of its layers."""
    return inception_arg_scope(weight_decay, batch_norm_var_collection, normalize=use_batch_norm)
