"""tf.estimator: models as functions, which an Estimator trains, evaluates, asks for predictions and exports."""

from __future__ import annotations
