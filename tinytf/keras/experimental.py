"""tf.keras.experimental: what of it tinytf has."""

from __future__ import annotations

from tinytf.feature_column.dense_features import SequenceFeatures  # noqa: F401
