"""MetricSpec: a metric, and which of the predictions, labels and features it is about."""

from __future__ import annotations

from tinytf.estimator.fn_args import fn_args

_LABELS = ("label", "target", "labels", "targets")
_PREDICTIONS = ("prediction", "predictions")
_WEIGHTS = ("weight", "weights")


class MetricSpec:
    """Binds `metric_fn(labels, predictions, weights)` to keys, where labels, predictions and features are dicts.

    The function's arguments may have the names of tf.metrics or those of tf.contrib.metrics. Follows
    tf.contrib.learn.MetricSpec of TF 1.15.
    """

    def __init__(self, metric_fn, prediction_key=None, label_key=None, weight_key=None):
        self.metric_fn = metric_fn
        self.prediction_key, self.label_key, self.weight_key = prediction_key, label_key, weight_key

    def __str__(self):
        return "MetricSpec(metric_fn=%s, prediction_key=%s, label_key=%s, weight_key=%s)" % (
            getattr(self.metric_fn, "__name__", repr(self.metric_fn)),
            self.prediction_key,
            self.label_key,
            self.weight_key,
        )

    def create_metric_ops(self, inputs, labels, predictions):
        """What the metric gives for these features, labels and predictions: (value, update) for a streaming one."""
        values = {
            _PREDICTIONS: self._of("prediction", predictions, self.prediction_key),
            _LABELS: self._of("label", labels, self.label_key),
            _WEIGHTS: inputs[self.weight_key] if self.weight_key else None,
        }
        names = fn_args(self.metric_fn)
        arguments = {}
        for kind, value in values.items():
            name = next((name for name in kind if name in names), None)
            if name is not None and value is not None:
                arguments[name] = value
        if not any(name in arguments for name in _PREDICTIONS) and names:  # the first one is what is measured
            return self.metric_fn(values[_PREDICTIONS], **arguments)
        return self.metric_fn(**arguments)

    def _of(self, what, values, key):
        if not isinstance(values, dict):
            if key:
                raise ValueError("MetricSpec with %s_key specified requires %ss dict, got %s.\n%s" % (what, what, values, self))
            return values
        if key:
            if key not in values:
                raise KeyError("Key '%s' missing from %s." % (key, list(values)))
            return values[key]
        if len(values) != 1:
            raise ValueError("MetricSpec without specified %s_key requires %ss tensor or single element dict, got %s" % (what, what, values))
        return next(iter(values.values()))
