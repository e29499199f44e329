"""Estimators that do more than the one they are made of."""

from __future__ import annotations

from tinytf.estimator.estimator import Estimator
from tinytf.estimator.fn_args import fn_args, given
from tinytf.estimator.mode_keys import ModeKeys

_METRIC_ARGS = ("features", "labels", "predictions", "config")


def add_metrics(estimator, metric_fn) -> Estimator:
    """An estimator that evaluates the metrics of `metric_fn`, too; they go before its own of the same name.

    Args:
      estimator: an Estimator.
      metric_fn: f([features][, labels][, predictions][, config]) -> {name: (value, update op)}.

    Follows `tf.estimator.add_metrics` of TF 1.15.
    """
    unexpected = [name for name in fn_args(metric_fn) if name not in _METRIC_ARGS]
    if unexpected:
        raise ValueError(f"metric_fn ({metric_fn}) has following not expected args: {unexpected}")

    def model_fn(features, labels, mode, config):
        spec = estimator.model_fn(features, labels, mode, config)
        if mode != ModeKeys.EVAL:
            return spec
        values = given(metric_fn, features=features, labels=labels, predictions=spec.predictions, config=config)
        return spec._replace(eval_metric_ops={**(spec.eval_metric_ops or {}), **metric_fn(**values)})

    return Estimator(model_fn, estimator.model_dir, estimator.config, warm_start_from=estimator._warm_start_settings)
