"""tf.contrib.learn: what of it is more than an older name of tf.estimator."""

from __future__ import annotations

from tinytf.contrib.learn import preprocessing  # noqa: F401
from tinytf.estimator.run_config import RunConfig  # noqa: F401


class ModeKeys:
    """Training, evaluation or prediction.  Follows `tf.contrib.learn.ModeKeys` of TF 1.15."""

    TRAIN = "train"
    EVAL = "eval"
    INFER = "infer"
