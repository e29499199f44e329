"""DenseNet: each layer takes what all before it gave.  Follows tf.keras.applications.densenet of TF 1.15."""

from __future__ import annotations

from tinytf.keras import layers
from tinytf.keras.applications import imagenet_utils
from tinytf.keras.applications.imagenet_utils import decode_predictions  # noqa: F401
from tinytf.keras.applications.parts import finished, image_input, pooled

_BLOCKS = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}
_GROWTH = 32


def preprocess_input(x, data_format=None):
    """Images of 0 … 255, normalized."""
    return imagenet_utils.preprocess_input(x, data_format, mode="torch")


def _activated(x, bn, relu):
    return layers.Activation("relu", name=relu)(layers.BatchNormalization(axis=3, epsilon=1.001e-5, name=bn)(x))


def _dense_layer(x, name):
    y = _activated(x, name + "_0_bn", name + "_0_relu")
    y = layers.Conv2D(4 * _GROWTH, 1, use_bias=False, name=name + "_1_conv")(y)
    y = layers.Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=name + "_2_conv")(_activated(y, name + "_1_bn", name + "_1_relu"))
    return layers.Concatenate(axis=3, name=name + "_concat")([x, y])


def _densenet(depth, include_top, weights, input_tensor, input_shape, pooling, classes):
    img_input = image_input(input_tensor, input_shape, 224, 32, include_top, weights, classes)
    x = layers.ZeroPadding2D(padding=((3, 3), (3, 3)))(img_input)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1/conv")(x)
    x = layers.ZeroPadding2D(padding=((1, 1), (1, 1)))(_activated(x, "conv1/bn", "conv1/relu"))
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for stack, count in enumerate(_BLOCKS[depth], 2):
        for number in range(1, count + 1):
            x = _dense_layer(x, "conv%d_block%d" % (stack, number))
        if stack < 5:
            name = "pool%d" % stack
            x = _activated(x, name + "_bn", name + "_relu")
            x = layers.Conv2D(x.shape.as_list()[-1] // 2, 1, use_bias=False, name=name + "_conv")(x)
            x = layers.AveragePooling2D(2, strides=2, name=name + "_pool")(x)
    x = _activated(x, "bn", "relu")
    if include_top:
        x = layers.Dense(classes, activation="softmax", name="fc1000")(layers.GlobalAveragePooling2D(name="avg_pool")(x))
    else:
        x = pooled(x, pooling, "avg_pool", "max_pool")
    return finished(img_input, input_tensor, x, "densenet%d" % depth, weights)


def DenseNet121(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000):  # noqa: N802
    """121 layers of weights."""
    return _densenet(121, include_top, weights, input_tensor, input_shape, pooling, classes)


def DenseNet169(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000):  # noqa: N802
    """169 layers of weights."""
    return _densenet(169, include_top, weights, input_tensor, input_shape, pooling, classes)


def DenseNet201(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000):  # noqa: N802
    """201 layers of weights."""
    return _densenet(201, include_top, weights, input_tensor, input_shape, pooling, classes)
