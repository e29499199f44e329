"""`tensorflow.python.saved_model.model_utils.mode_keys`: what a graph is for, by the names of Keras and of tf.estimator."""

from __future__ import annotations

import collections.abc


class KerasModeKeys:
    """Keras's names."""

    TRAIN, TEST, PREDICT = "train", "test", "predict"


class EstimatorModeKeys:
    """The names of tf.estimator."""

    TRAIN, EVAL, PREDICT = "train", "eval", "infer"


def is_predict(mode) -> bool:
    """Whether it is for predictions."""
    return mode in (KerasModeKeys.PREDICT, EstimatorModeKeys.PREDICT)


def is_eval(mode) -> bool:
    """Whether it is for evaluation."""
    return mode in (KerasModeKeys.TEST, EstimatorModeKeys.EVAL)


def is_train(mode) -> bool:
    """Whether it is for training."""
    return mode in (KerasModeKeys.TRAIN, EstimatorModeKeys.TRAIN)


def _keras_key(mode) -> str:
    for is_mode, key in ((is_train, KerasModeKeys.TRAIN), (is_eval, KerasModeKeys.TEST), (is_predict, KerasModeKeys.PREDICT)):
        if is_mode(mode):
            return key
    raise ValueError("Invalid mode key: {}.".format(mode))


class ModeKeyMap(collections.abc.Mapping):
    """{mode: value} that answers to both names of a mode."""

    def __init__(self, **kwargs):
        self._keys, self._values = list(kwargs), {}
        for mode, value in kwargs.items():
            key = _keras_key(mode)
            if key in self._values:
                raise ValueError("Error creating ModeKeyMap. Multiple keys/values found for {} mode.".format(key))
            self._values[key] = value

    def __getitem__(self, key):
        return self._values[_keras_key(key)]

    def __iter__(self):
        return iter(self._keys)

    def __len__(self):
        return len(self._keys)
