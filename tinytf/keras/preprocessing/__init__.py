"""tf.keras.preprocessing: sequences of unequal length."""

from tinytf.keras.preprocessing import sequence  # noqa: F401
