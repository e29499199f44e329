"""`tf.timestamp` of TF 1.15: the time at which a step runs it."""

from __future__ import annotations

import time

import numpy as np

from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar

op("Timestamp() -> (ts: double); is_stateful",
   shape=scalar, kernel=lambda op: lambda: np.float64(time.time()), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def timestamp(name=None):
    """Seconds since 1970, a float64 scalar.  Follows `tf.timestamp`."""
    return make("Timestamp", name=name)
