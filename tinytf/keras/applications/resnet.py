"""ResNet: stacks of bottleneck blocks with shortcuts.  Follows keras.applications.resnet of TF 1.15."""

from __future__ import annotations

from tinytf.keras import layers
from tinytf.keras.applications.imagenet_utils import decode_predictions, preprocess_input  # noqa: F401
from tinytf.keras.applications.parts import finished, image_input, pooled

_BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def _normalized(x, name):
    return layers.BatchNormalization(axis=3, epsilon=1.001e-5, name=name)(x)


def _block(x, filters, stride, name, project):
    shortcut = x
    if project:
        shortcut = _normalized(layers.Conv2D(4 * filters, 1, strides=stride, name=name + "_0_conv")(x), name + "_0_bn")
    for number, (size, strides, padding) in enumerate(((1, stride, "valid"), (3, 1, "same")), 1):
        x = layers.Conv2D(filters, size, strides=strides, padding=padding, name="%s_%d_conv" % (name, number))(x)
        x = layers.Activation("relu", name="%s_%d_relu" % (name, number))(_normalized(x, "%s_%d_bn" % (name, number)))
    x = _normalized(layers.Conv2D(4 * filters, 1, name=name + "_3_conv")(x), name + "_3_bn")
    x = layers.Add(name=name + "_add")([shortcut, x])
    return layers.Activation("relu", name=name + "_out")(x)


def _resnet(depth, include_top, weights, input_tensor, input_shape, pooling, classes):
    img_input = image_input(input_tensor, input_shape, 224, 32, include_top, weights, classes)
    x = layers.ZeroPadding2D(padding=((3, 3), (3, 3)), name="conv1_pad")(img_input)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = layers.Activation("relu", name="conv1_relu")(_normalized(x, "conv1_bn"))
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(layers.ZeroPadding2D(padding=((1, 1), (1, 1)), name="pool1_pad")(x))
    for stack, (blocks, filters) in enumerate(zip(_BLOCKS[depth], (64, 128, 256, 512)), 2):
        for block in range(1, blocks + 1):
            x = _block(x, filters, 2 if block == 1 and stack > 2 else 1, "conv%d_block%d" % (stack, block), block == 1)
    if include_top:
        x = layers.Dense(classes, activation="softmax", name="probs")(layers.GlobalAveragePooling2D(name="avg_pool")(x))
    else:
        x = pooled(x, pooling, "avg_pool", "max_pool")
    return finished(img_input, input_tensor, x, "resnet%d" % depth, weights)


def ResNet50(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000):  # noqa: N802
    """50 layers of weights."""
    return _resnet(50, include_top, weights, input_tensor, input_shape, pooling, classes)


def ResNet101(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000):  # noqa: N802
    """101 layers of weights."""
    return _resnet(101, include_top, weights, input_tensor, input_shape, pooling, classes)


def ResNet152(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000):  # noqa: N802
    """152 layers of weights."""
    return _resnet(152, include_top, weights, input_tensor, input_shape, pooling, classes)
