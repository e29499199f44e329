"""MobileNetV2: inverted residual blocks.  Follows tf.keras.applications.mobilenet_v2 of TF 1.15."""

from __future__ import annotations

from tinytf.keras import layers
from tinytf.keras.applications.imagenet_utils import decode_predictions  # noqa: F401
from tinytf.keras.applications.mobilenet import preprocess_input  # noqa: F401
from tinytf.keras.applications.parts import finished, image_input, pooled

# (expansion, filters, stride of the first, how many)
_BLOCKS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 2, 3), (6, 64, 2, 4), (6, 96, 1, 3), (6, 160, 2, 3), (6, 320, 1, 1)]


def _divisible(value) -> int:
    """The nearest multiple of 8 that is not more than a tenth too small."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


def _normalized(x, name):
    return layers.BatchNormalization(epsilon=1e-3, momentum=0.999, name=name)(x)


def _halving(x, name):
    """Padding before a convolution with stride 2, as if it were centred."""
    sizes = x.shape.as_list()[1:3]
    return layers.ZeroPadding2D(padding=tuple([(1 - (1 - (s or 1) % 2), 1) for s in sizes]), name=name)(x)


def _block(x, expansion, filters, stride, alpha, number):
    inputs, channels = x, x.shape.as_list()[-1]
    filters = _divisible(int(filters * alpha))
    prefix = "block_%d_" % number if number else "expanded_conv_"
    if number:
        x = layers.Conv2D(expansion * channels, 1, padding="same", use_bias=False, activation=None, name=prefix + "expand")(x)
        x = layers.ReLU(6.0, name=prefix + "expand_relu")(_normalized(x, prefix + "expand_BN"))
    if stride == 2:
        x = _halving(x, prefix + "pad")
    x = layers.DepthwiseConv2D(
        3, strides=stride, activation=None, use_bias=False, padding="same" if stride == 1 else "valid", name=prefix + "depthwise"
    )(x)
    x = layers.ReLU(6.0, name=prefix + "depthwise_relu")(_normalized(x, prefix + "depthwise_BN"))
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, activation=None, name=prefix + "project")(x)
    x = _normalized(x, prefix + "project_BN")
    return layers.Add(name=prefix + "add")([inputs, x]) if channels == filters and stride == 1 else x


def MobileNetV2(  # noqa: N802
    input_shape=None, alpha=1.0, include_top=True, weights="imagenet", input_tensor=None, pooling=None, classes=1000
):
    """The network, `alpha` times as wide."""
    img_input = image_input(input_tensor, input_shape, 224, 32, include_top, weights, classes)
    x = _halving(img_input, "Conv1_pad")
    x = layers.Conv2D(_divisible(32 * alpha), 3, strides=(2, 2), padding="valid", use_bias=False, name="Conv1")(x)
    x = layers.ReLU(6.0, name="Conv1_relu")(_normalized(x, "bn_Conv1"))
    number = 0
    for expansion, filters, stride, count in _BLOCKS:
        for i in range(count):
            x = _block(x, expansion, filters, stride if i == 0 else 1, alpha, number)
            number += 1
    last = _divisible(1280 * alpha) if alpha > 1.0 else 1280
    x = _normalized(layers.Conv2D(last, 1, use_bias=False, name="Conv_1")(x), "Conv_1_bn")
    x = layers.ReLU(6.0, name="out_relu")(x)
    if include_top:
        x = layers.Dense(classes, activation="softmax", use_bias=True, name="Logits")(layers.GlobalAveragePooling2D()(x))
    else:
        x = pooled(x, pooling)
    size = img_input.shape.as_list()[1]
    return finished(img_input, input_tensor, x, "mobilenetv2_%0.2f_%s" % (alpha, size if size in (96, 128, 160, 192) else 224), weights)
