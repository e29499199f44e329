"""What a model is built for."""

from __future__ import annotations


class ModeKeys:
    """Training, evaluation or prediction.  Follows `tf.estimator.ModeKeys` of TF 1.15."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"
