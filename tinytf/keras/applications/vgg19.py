"""VGG19.  Follows tf.keras.applications.vgg19 of TF 1.15."""

from __future__ import annotations

from tinytf.keras.applications.imagenet_utils import decode_predictions, preprocess_input  # noqa: F401
from tinytf.keras.applications.vgg import vgg


def VGG19(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000):  # noqa: N802
    """The network, with random weights (None) or those of a file."""
    return vgg(19, include_top, weights, input_tensor, input_shape, pooling, classes)
