"""VGG: blocks of 3x3 convolutions, each half as large as the one before.  Follows keras.applications.vgg16 and vgg19 of TF 1.15."""

from __future__ import annotations

from tinytf.keras import layers
from tinytf.keras.applications.parts import finished, image_input, pooled

_BLOCKS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
_FILTERS = (64, 128, 256, 512, 512)


def vgg(depth, include_top, weights, input_tensor, input_shape, pooling, classes):
    """The network with `depth` layers of weights."""
    x = img_input = image_input(input_tensor, input_shape, 224, 32, include_top, weights, classes)
    for block, (convolutions, filters) in enumerate(zip(_BLOCKS[depth], _FILTERS), 1):
        for number in range(1, convolutions + 1):
            x = layers.Conv2D(filters, (3, 3), activation="relu", padding="same", name="block%d_conv%d" % (block, number))(x)
        x = layers.MaxPooling2D((2, 2), strides=(2, 2), name="block%d_pool" % block)(x)
    if include_top:
        x = layers.Flatten(name="flatten")(x)
        for name in ("fc1", "fc2"):
            x = layers.Dense(4096, activation="relu", name=name)(x)
        x = layers.Dense(classes, activation="softmax", name="predictions")(x)
    else:
        x = pooled(x, pooling)
    return finished(img_input, input_tensor, x, "vgg%d" % depth, weights)
