"""tf.contrib.learn: estimators and monitors of before tf.estimator, and preprocessing of text."""

from __future__ import annotations

from tinytf.contrib.learn import (  # noqa: F401
    data_feeder,
    datasets,
    estimator,
    metric_spec,
    model_fn,
    monitors,
    preprocessing,
    run_config,
)
from tinytf.contrib.learn.estimator import Estimator, NotFittedError, SKCompat  # noqa: F401
from tinytf.contrib.learn.metric_spec import MetricSpec  # noqa: F401
from tinytf.contrib.learn.model_fn import ModeKeys, ModelFnOps  # noqa: F401
from tinytf.contrib.learn.run_config import RunConfig  # noqa: F401
from tinytf.train.basic_session_run_hooks import NanLossDuringTrainingError  # noqa: F401
