"""tf.estimator: models as functions, which an Estimator trains, evaluates, asks for predictions and exports."""

from __future__ import annotations

from tinytf.estimator import export, inputs  # noqa: F401
from tinytf.estimator.estimator import Estimator, WarmStartSettings  # noqa: F401
from tinytf.estimator.mode_keys import ModeKeys  # noqa: F401
from tinytf.estimator.run_config import RunConfig  # noqa: F401
from tinytf.estimator.spec import EstimatorSpec  # noqa: F401
from tinytf.train.warm_start import VocabInfo  # noqa: F401
