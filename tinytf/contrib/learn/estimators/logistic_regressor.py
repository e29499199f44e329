"""An estimator whose model function gives probabilities, with the metrics of them.  Follows tf.contrib.learn of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.contrib import metrics
from tinytf.contrib.learn.estimator import Estimator
from tinytf.contrib.learn.estimators.constants import ProblemType
from tinytf.contrib.learn.estimators.metric_key import MetricKey
from tinytf.contrib.learn.model_fn import ModeKeys, ModelFnOps
from tinytf.ops.math import math_ops


def LogisticRegressor(model_fn, thresholds=None, model_dir=None, config=None, feature_engineering_fn=None):
    """An Estimator of `model_fn(features, labels, mode)`, which gives (probabilities, loss, train_op)."""

    def with_metrics(features, labels, mode, params):
        predictions, loss, train_op = model_fn(features, labels, mode)
        found = _metrics(labels, predictions, params.get("thresholds") or [0.5]) if mode == ModeKeys.EVAL else None
        alternatives = {"head": (ProblemType.LOGISTIC_REGRESSION, {"predictions": predictions})}
        return ModelFnOps(mode, predictions, loss, train_op, found, alternatives)

    return Estimator(with_metrics, model_dir, config, {"thresholds": thresholds}, feature_engineering_fn)


def _metrics(labels, predictions, thresholds):
    if isinstance(labels, dict) and len(labels) == 1:
        (labels,) = labels.values()
    found = {
        MetricKey.PREDICTION_MEAN: metrics.streaming_mean(predictions),
        MetricKey.LABEL_MEAN: metrics.streaming_mean(labels),
        MetricKey.ACCURACY_BASELINE: metrics.streaming_mean(labels),
        MetricKey.AUC: metrics.streaming_auc(labels=labels, predictions=predictions),
    }
    for threshold in thresholds:
        above = math_ops.cast(
            math_ops.greater_equal(predictions, threshold), dtypes.float32, name="predictions_at_threshold_%f" % threshold
        )
        found[MetricKey.ACCURACY_MEAN % threshold] = metrics.streaming_accuracy(labels=labels, predictions=above)
        found[MetricKey.PRECISION_MEAN % threshold] = metrics.streaming_precision(labels=labels, predictions=above)
        found[MetricKey.RECALL_MEAN % threshold] = metrics.streaming_recall(labels=labels, predictions=above)
    return found
