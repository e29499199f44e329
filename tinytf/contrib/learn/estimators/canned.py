"""What the ready-made models of tf.contrib.learn have in common."""

from __future__ import annotations

from tinytf.contrib.learn.estimator import Estimator
from tinytf.contrib.learn.estimators.prediction_key import PredictionKey
from tinytf.contrib.learn.metric_spec import MetricSpec


def feature_dict(features) -> dict:
    """The features by name; a tensor that is all of them has the name ""."""
    return features if isinstance(features, dict) else {"": features}


def ps_replicas(config) -> int:
    """How many parameter servers there are: none here, but a configuration may say so."""
    return getattr(config, "num_ps_replicas", 0) or 0


def optimizer_of(optimizer):
    """The optimizer, or what the function that makes it gives."""
    return optimizer() if callable(optimizer) else optimizer


class _Canned(Estimator):
    """A model that gives one of its predictions where not all are asked for."""

    def _predict_one(self, key, x, input_fn, batch_size, as_iterable, flat=False):
        found = super().predict(x=x, input_fn=input_fn, batch_size=batch_size, outputs=[key], as_iterable=as_iterable)
        if as_iterable:
            return (example[key] for example in found)
        return found[key].reshape(-1) if flat else found[key]


class Classifier(_Canned):
    """Predicts classes and their probabilities."""

    def predict(self, x=None, input_fn=None, batch_size=None, outputs=None, as_iterable=True):
        """The classes, or dicts of the `outputs`."""
        if not outputs:
            return self.predict_classes(x=x, input_fn=input_fn, batch_size=batch_size, as_iterable=as_iterable)
        return super().predict(x=x, input_fn=input_fn, batch_size=batch_size, outputs=outputs, as_iterable=as_iterable)

    def predict_classes(self, x=None, input_fn=None, batch_size=None, as_iterable=True):
        """The class of each example."""
        return self._predict_one(PredictionKey.CLASSES, x, input_fn, batch_size, as_iterable, flat=True)

    def predict_proba(self, x=None, input_fn=None, batch_size=None, as_iterable=True):
        """The probability of each class, for each example."""
        return self._predict_one(PredictionKey.PROBABILITIES, x, input_fn, batch_size, as_iterable)


class Regressor(_Canned):
    """Predicts numbers."""

    def evaluate(
        self, x=None, y=None, input_fn=None, feed_fn=None, batch_size=None, steps=None, metrics=None, name=None, checkpoint_path=None,
        hooks=None,
    ):  # fmt: skip
        """As Estimator.evaluate; a metric that is a bare function is of the scores."""
        named = {
            name if isinstance(metric, MetricSpec) or isinstance(name, tuple) else (name, PredictionKey.SCORES): metric
            for name, metric in (metrics or {}).items()
        }
        return super().evaluate(
            x=x, y=y, input_fn=input_fn, feed_fn=feed_fn, batch_size=batch_size, steps=steps, metrics=named, name=name,
            checkpoint_path=checkpoint_path, hooks=hooks,
        )  # fmt: skip

    def predict(self, x=None, input_fn=None, batch_size=None, outputs=None, as_iterable=True):
        """The numbers, or dicts of the `outputs`."""
        if not outputs:
            return self.predict_scores(x=x, input_fn=input_fn, batch_size=batch_size, as_iterable=as_iterable)
        return super().predict(x=x, input_fn=input_fn, batch_size=batch_size, outputs=outputs, as_iterable=as_iterable)

    def predict_scores(self, x=None, input_fn=None, batch_size=None, as_iterable=True):
        """The number of each example."""
        return self._predict_one(PredictionKey.SCORES, x, input_fn, batch_size, as_iterable)
