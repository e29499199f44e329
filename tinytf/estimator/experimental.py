"""tf.estimator.experimental: hooks that end a training early, and the logits of the canned models."""

from __future__ import annotations

from tinytf.estimator.dnn import dnn_logit_fn_builder  # noqa: F401
from tinytf.estimator.early_stopping import (  # noqa: F401
    make_early_stopping_hook,
    stop_if_higher_hook,
    stop_if_lower_hook,
    stop_if_no_decrease_hook,
    stop_if_no_increase_hook,
)
from tinytf.estimator.linear import linear_logit_fn_builder  # noqa: F401
