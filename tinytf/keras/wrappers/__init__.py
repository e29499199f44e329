"""tf.keras.wrappers: models under the interfaces of other libraries."""

from tinytf.keras.wrappers import scikit_learn  # noqa: F401
