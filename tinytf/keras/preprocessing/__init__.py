"""tf.keras.preprocessing: sequences of unequal length, and texts."""

from tinytf.keras.preprocessing import sequence, text  # noqa: F401


def __getattr__(name):
    if name == "image":
        raise NotImplementedError("tf.keras.preprocessing.image: read images with tf.image, and change them in a tf.data.Dataset")
    raise AttributeError(f"module 'tf.keras.preprocessing' has no attribute {name!r}")
