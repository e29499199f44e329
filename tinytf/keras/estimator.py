"""tf.keras.estimator: models as Estimators."""

from __future__ import annotations

from tinytf.keras.model_estimator import model_to_estimator  # noqa: F401
