"""tf.estimator.experimental: hooks that end a training early."""

from __future__ import annotations

from tinytf.estimator.early_stopping import (  # noqa: F401
    make_early_stopping_hook,
    stop_if_higher_hook,
    stop_if_lower_hook,
    stop_if_no_decrease_hook,
    stop_if_no_increase_hook,
)
