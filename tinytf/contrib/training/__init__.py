"""tf.contrib.training: hyperparameters."""

from __future__ import annotations

from tinytf.contrib.training.hparam import HParams  # noqa: F401
