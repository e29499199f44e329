"""MobileNet: depthwise and pointwise convolutions in turn.  Follows tf.keras.applications.mobilenet of TF 1.15."""

from __future__ import annotations

from tinytf.keras import layers
from tinytf.keras.applications import imagenet_utils
from tinytf.keras.applications.imagenet_utils import decode_predictions  # noqa: F401
from tinytf.keras.applications.parts import finished, image_input, pooled

# (filters, stride) of each pair of convolutions
_BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]


def preprocess_input(x, data_format=None):
    """Images of 0 … 255 as -1 … 1."""
    return imagenet_utils.preprocess_input(x, data_format, mode="tf")


def MobileNet(  # noqa: N802
    input_shape=None, alpha=1.0, depth_multiplier=1, dropout=1e-3, include_top=True, weights="imagenet", input_tensor=None, pooling=None,
    classes=1000,
):  # fmt: skip
    """The network, `alpha` times as wide."""
    x = img_input = image_input(input_tensor, input_shape, 224, 32, include_top, weights, classes)
    x = layers.ZeroPadding2D(padding=((0, 1), (0, 1)), name="conv1_pad")(x)
    x = layers.Conv2D(int(32 * alpha), (3, 3), padding="valid", use_bias=False, strides=(2, 2), name="conv1")(x)
    x = layers.ReLU(6.0, name="conv1_relu")(layers.BatchNormalization(name="conv1_bn")(x))
    for number, (filters, stride) in enumerate(_BLOCKS, 1):
        if stride == 2:
            x = layers.ZeroPadding2D(((0, 1), (0, 1)), name="conv_pad_%d" % number)(x)
        x = layers.DepthwiseConv2D(
            (3, 3), padding="same" if stride == 1 else "valid", depth_multiplier=depth_multiplier, strides=(stride, stride), use_bias=False,
            name="conv_dw_%d" % number,
        )(x)  # fmt: skip
        x = layers.ReLU(6.0, name="conv_dw_%d_relu" % number)(layers.BatchNormalization(name="conv_dw_%d_bn" % number)(x))
        x = layers.Conv2D(int(filters * alpha), (1, 1), padding="same", use_bias=False, strides=(1, 1), name="conv_pw_%d" % number)(x)
        x = layers.ReLU(6.0, name="conv_pw_%d_relu" % number)(layers.BatchNormalization(name="conv_pw_%d_bn" % number)(x))
    if include_top:
        x = layers.Reshape((1, 1, int(1024 * alpha)), name="reshape_1")(layers.GlobalAveragePooling2D()(x))
        x = layers.Conv2D(classes, (1, 1), padding="same", name="conv_preds")(layers.Dropout(dropout, name="dropout")(x))
        x = layers.Activation("softmax", name="act_softmax")(layers.Reshape((classes,), name="reshape_2")(x))
    else:
        x = pooled(x, pooling)
    size = img_input.shape.as_list()[1]
    return finished(img_input, input_tensor, x, "mobilenet_%0.2f_%s" % (alpha, size if size in (128, 160, 192) else 224), weights)
