"""InceptionV3: branches of convolutions side by side.  Follows tf.keras.applications.inception_v3 of TF 1.15."""

from __future__ import annotations

from tinytf.keras import layers
from tinytf.keras.applications.imagenet_utils import decode_predictions  # noqa: F401
from tinytf.keras.applications.mobilenet import preprocess_input  # noqa: F401
from tinytf.keras.applications.parts import finished, image_input, pooled


def _conv(x, filters, rows, columns, padding="same", strides=(1, 1)):
    x = layers.Conv2D(filters, (rows, columns), strides=strides, padding=padding, use_bias=False)(x)
    return layers.Activation("relu")(layers.BatchNormalization(axis=3, scale=False)(x))


def _convs(x, *sizes):
    for filters, rows, columns in sizes:
        x = _conv(x, filters, rows, columns)
    return x


def _averaged(x):
    return layers.AveragePooling2D((3, 3), strides=(1, 1), padding="same")(x)


def _joined(branches, number):
    return layers.concatenate(branches, axis=3, name="mixed%d" % number)


def _first_kind(x, pool_filters, number):
    one = _conv(x, 64, 1, 1)
    five = _convs(x, (48, 1, 1), (64, 5, 5))
    three = _convs(x, (64, 1, 1), (96, 3, 3), (96, 3, 3))
    return _joined([one, five, three, _conv(_averaged(x), pool_filters, 1, 1)], number)


def _second_kind(x, width, number):
    one = _conv(x, 192, 1, 1)
    seven = _convs(x, (width, 1, 1), (width, 1, 7), (192, 7, 1))
    double = _convs(x, (width, 1, 1), (width, 7, 1), (width, 1, 7), (width, 7, 1), (192, 1, 7))
    return _joined([one, seven, double, _conv(_averaged(x), 192, 1, 1)], number)


def _third_kind(x, number):
    one = _conv(x, 320, 1, 1)
    three = _conv(x, 384, 1, 1)
    three = layers.concatenate([_conv(three, 384, 1, 3), _conv(three, 384, 3, 1)], axis=3, name="mixed9_%d" % (number - 9))
    double = _convs(x, (448, 1, 1), (384, 3, 3))
    double = layers.concatenate([_conv(double, 384, 1, 3), _conv(double, 384, 3, 1)], axis=3)
    return _joined([one, three, double, _conv(_averaged(x), 192, 1, 1)], number)


def InceptionV3(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000):  # noqa: N802
    """The network, with random weights (None) or those of a file."""
    x = img_input = image_input(input_tensor, input_shape, 299, 75, include_top, weights, classes)
    x = _conv(x, 32, 3, 3, strides=(2, 2), padding="valid")
    x = _conv(_conv(x, 32, 3, 3, padding="valid"), 64, 3, 3)
    x = layers.MaxPooling2D((3, 3), strides=(2, 2))(x)
    x = _conv(_conv(x, 80, 1, 1, padding="valid"), 192, 3, 3, padding="valid")
    x = layers.MaxPooling2D((3, 3), strides=(2, 2))(x)
    for number, pool_filters in enumerate((32, 64, 64)):
        x = _first_kind(x, pool_filters, number)
    three = _conv(x, 384, 3, 3, strides=(2, 2), padding="valid")
    double = _conv(_convs(x, (64, 1, 1), (96, 3, 3)), 96, 3, 3, strides=(2, 2), padding="valid")
    x = _joined([three, double, layers.MaxPooling2D((3, 3), strides=(2, 2))(x)], 3)
    for number, width in enumerate((128, 160, 160, 192), 4):
        x = _second_kind(x, width, number)
    three = _conv(_conv(x, 192, 1, 1), 320, 3, 3, strides=(2, 2), padding="valid")
    seven = _conv(_convs(x, (192, 1, 1), (192, 1, 7), (192, 7, 1)), 192, 3, 3, strides=(2, 2), padding="valid")
    x = _joined([three, seven, layers.MaxPooling2D((3, 3), strides=(2, 2))(x)], 8)
    for number in (9, 10):
        x = _third_kind(x, number)
    if include_top:
        x = layers.Dense(classes, activation="softmax", name="predictions")(layers.GlobalAveragePooling2D(name="avg_pool")(x))
    else:
        x = pooled(x, pooling)
    return finished(img_input, input_tensor, x, "inception_v3", weights)
