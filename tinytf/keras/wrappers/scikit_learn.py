"""Models with the methods of scikit-learn's estimators, which is not needed for it.  Follows tf.keras.wrappers.scikit_learn of TF 1.15."""

from __future__ import annotations

import copy

import numpy as np

from tinytf.keras import losses
from tinytf.keras.generic_utils import has_arg
from tinytf.keras.models import Sequential
from tinytf.keras.utils import to_categorical


class BaseWrapper:
    """`build_fn` makes and compiles a model; `sk_params` are its arguments and those of fit, predict and evaluate."""

    def __init__(self, build_fn=None, **sk_params):
        self.build_fn, self.sk_params = build_fn, sk_params
        self.check_params(sk_params)

    def _maker(self):
        return type(self).__call__ if self.build_fn is None else self.build_fn

    def check_params(self, params) -> None:
        """ValueError where a name is no argument of the model's maker, of fit, predict or evaluate."""
        takers = [Sequential.fit, Sequential.predict, Sequential.predict_classes, Sequential.evaluate, self._maker()]
        for name in params:
            if name != "nb_epoch" and not any(has_arg(taker, name) for taker in takers):
                raise ValueError("{} is not a legal parameter".format(name))

    def get_params(self, **params) -> dict:
        """All arguments."""
        return dict(copy.deepcopy(self.sk_params), build_fn=self.build_fn)

    def set_params(self, **params):
        """Changes arguments."""
        self.check_params(params)
        self.sk_params.update(params)
        return self

    def fit(self, x, y, **kwargs):
        """Makes a model and trains it; the History."""
        given = self.filter_sk_params(self._maker())
        self.model = self(**given) if self.build_fn is None else self.build_fn(**given)
        if losses.get(self.model.loss) is losses.categorical_crossentropy and np.ndim(y) != 2:
            y = to_categorical(y)
        return self.model.fit(x, y, **{**self.filter_sk_params(Sequential.fit), **kwargs})

    def filter_sk_params(self, fn, override=None) -> dict:
        """Those of the arguments that a function takes."""
        return {**{name: value for name, value in self.sk_params.items() if has_arg(fn, name)}, **(override or {})}


class KerasClassifier(BaseWrapper):
    """A classifier."""

    def fit(self, x, y, **kwargs):
        """Trains; `y` are labels (of any kind) or one-hot rows."""
        y = np.array(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError("Invalid shape for y: " + str(y.shape))
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x, **kwargs):
        """The labels."""
        return self.classes_[self.model.predict_classes(x, **self.filter_sk_params(Sequential.predict_classes, kwargs))]

    def predict_proba(self, x, **kwargs):
        """The probabilities, [samples, classes]."""
        probabilities = self.model.predict(x, **self.filter_sk_params(Sequential.predict_classes, kwargs))
        return np.hstack([1 - probabilities, probabilities]) if probabilities.shape[1] == 1 else probabilities

    def score(self, x, y, **kwargs):
        """The accuracy.  ValueError where the model was not compiled to tell it."""
        y = np.searchsorted(self.classes_, y)
        if losses.get(self.model.loss) is losses.categorical_crossentropy and np.ndim(y) != 2:
            y = to_categorical(y)
        outputs = self.model.evaluate(x, y, **self.filter_sk_params(Sequential.evaluate, kwargs))
        for name, output in zip(self.model.metrics_names, outputs if isinstance(outputs, list) else [outputs]):
            if name in ("accuracy", "acc"):
                return output
        raise ValueError(
            "The model is not configured to compute accuracy. You should pass `metrics=[\"accuracy\"]` to the `model.compile()` method."
        )


class KerasRegressor(BaseWrapper):
    """A regressor."""

    def predict(self, x, **kwargs):
        """The values."""
        return np.squeeze(self.model.predict(x, **self.filter_sk_params(Sequential.predict, kwargs)))

    def score(self, x, y, **kwargs):
        """The negative loss."""
        loss = self.model.evaluate(x, y, **self.filter_sk_params(Sequential.evaluate, kwargs))
        return -loss[0] if isinstance(loss, list) else -loss
