"""The ready-made models of tf.contrib.learn and their heads."""

from __future__ import annotations

from tinytf.contrib.learn import estimator, model_fn, run_config  # noqa: F401
from tinytf.contrib.learn.estimators import (  # noqa: F401
    constants,
    dnn,
    dnn_linear_combined,
    head,
    kmeans,
    linear,
    logistic_regressor,
    metric_key,
    prediction_key,
)
from tinytf.contrib.learn.estimators.constants import ProblemType  # noqa: F401
from tinytf.contrib.learn.estimators.prediction_key import PredictionKey  # noqa: F401
