"""Xception: separable convolutions with shortcuts.  Follows tf.keras.applications.xception of TF 1.15."""

from __future__ import annotations

from tinytf.keras import layers
from tinytf.keras.applications.imagenet_utils import decode_predictions  # noqa: F401
from tinytf.keras.applications.mobilenet import preprocess_input  # noqa: F401
from tinytf.keras.applications.parts import finished, image_input, pooled


def _separable(x, filters, name):
    x = layers.SeparableConv2D(filters, (3, 3), padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization(axis=-1, name=name + "_bn")(x)


def _shrinking(x, block, first, second):
    """Two separable convolutions and a pool, beside a shortcut with stride 2."""
    shortcut = layers.BatchNormalization(axis=-1)(layers.Conv2D(second, (1, 1), strides=(2, 2), padding="same", use_bias=False)(x))
    for number, filters in ((1, first), (2, second)):
        if block > 2 or number > 1:
            x = layers.Activation("relu", name="block%d_sepconv%d_act" % (block, number))(x)
        x = _separable(x, filters, "block%d_sepconv%d" % (block, number))
    x = layers.MaxPooling2D((3, 3), strides=(2, 2), padding="same", name="block%d_pool" % block)(x)
    return layers.add([x, shortcut])


def Xception(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000):  # noqa: N802
    """The network, with random weights (None) or those of a file."""
    x = img_input = image_input(input_tensor, input_shape, 299, 71, include_top, weights, classes)
    for number, (filters, strides) in enumerate(((32, (2, 2)), (64, (1, 1))), 1):
        name = "block1_conv%d" % number
        x = layers.Conv2D(filters, (3, 3), strides=strides, use_bias=False, name=name)(x)
        x = layers.Activation("relu", name=name + "_act")(layers.BatchNormalization(axis=-1, name=name + "_bn")(x))
    for block, filters in ((2, 128), (3, 256), (4, 728)):
        x = _shrinking(x, block, filters, filters)
    for block in range(5, 13):
        shortcut = x
        for number in (1, 2, 3):
            x = layers.Activation("relu", name="block%d_sepconv%d_act" % (block, number))(x)
            x = _separable(x, 728, "block%d_sepconv%d" % (block, number))
        x = layers.add([x, shortcut])
    x = _shrinking(x, 13, 728, 1024)
    for number, filters in ((1, 1536), (2, 2048)):
        x = _separable(x, filters, "block14_sepconv%d" % number)
        x = layers.Activation("relu", name="block14_sepconv%d_act" % number)(x)
    if include_top:
        x = layers.Dense(classes, activation="softmax", name="predictions")(layers.GlobalAveragePooling2D(name="avg_pool")(x))
    else:
        x = pooled(x, pooling)
    return finished(img_input, input_tensor, x, "xception", weights)
