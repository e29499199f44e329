"""What the architectures share: the input, the top, the weights of a file."""

from __future__ import annotations

import os

from tinytf.keras import layers
from tinytf.keras.network import Input, Model


def image_input(input_tensor, input_shape, default_size, min_size, include_top, weights, classes):
    """The tensor that a network begins with.  ValueError where `weights` or the shape cannot be."""
    if weights == "imagenet":
        raise NotImplementedError(
            "tf.keras.applications: tinytf downloads nothing; pass weights=None, or weights=<the file of weights that you have>"
        )
    if weights is not None and not os.path.exists(weights):
        raise ValueError(
            "The `weights` argument should be either `None` (random initialization), `imagenet` (pre-training on ImageNet), or the path "
            "to the weights file to be loaded."
        )
    shape = input_shape or ((default_size, default_size, 3) if include_top else (None, None, 3))
    if len(shape) != 3:
        raise ValueError("`input_shape` must be a tuple of three integers.")
    if include_top and None in shape:
        raise ValueError("If `include_top` is True, you should specify a static `input_shape`. Got `input_shape=%s`" % (input_shape,))
    if any(size is not None and size < min_size for size in shape[:2]):
        raise ValueError("Input size must be at least %dx%d; got `input_shape=%s`" % (min_size, min_size, input_shape))
    if input_tensor is None:
        return Input(shape=tuple(shape))
    return input_tensor if hasattr(input_tensor, "_keras_history") else Input(tensor=input_tensor, shape=tuple(shape))


def pooled(x, pooling, average_name=None, maximum_name=None):
    """The mean or the maximum over the places, where `pooling` says so."""
    if pooling == "avg":
        return layers.GlobalAveragePooling2D(name=average_name)(x)
    return layers.GlobalMaxPooling2D(name=maximum_name)(x) if pooling == "max" else x


def finished(img_input, input_tensor, x, name, weights) -> Model:
    """The model from the input to x, with the weights of a file."""
    model = Model(img_input, x, name=name)
    if weights is not None:
        model.load_weights(weights)
    return model
