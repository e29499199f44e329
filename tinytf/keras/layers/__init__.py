"""tf.keras.layers: the layers of models."""

from __future__ import annotations

from tinytf.keras.base_layer import InputSpec, Layer  # noqa: F401
from tinytf.keras.layers.attention import *  # noqa: F401, F403
from tinytf.keras.layers.convolutional import *  # noqa: F401, F403
from tinytf.keras.layers.convolutional_recurrent import *  # noqa: F401, F403
from tinytf.keras.layers.core import *  # noqa: F401, F403
from tinytf.keras.layers.functions import *  # noqa: F401, F403
from tinytf.keras.layers.local import *  # noqa: F401, F403
from tinytf.keras.layers.merge import *  # noqa: F401, F403
from tinytf.keras.layers.normalization import LayerNormalization  # noqa: F401
from tinytf.keras.layers.recurrent import *  # noqa: F401, F403
from tinytf.keras.layers.serialization import deserialize, serialize  # noqa: F401
from tinytf.keras.network import Input, InputLayer  # noqa: F401


def __getattr__(name):
    if name == "DenseFeatures":  # it knows the feature columns, which this room does not
        from tinytf.feature_column.dense_features import DenseFeatures

        return DenseFeatures
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
