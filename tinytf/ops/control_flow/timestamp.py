"""`tf.timestamp`: the time when it runs."""

from __future__ import annotations

import time

import numpy as np

from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar
from tinytf.graph.tensor import Tensor


def timestamp(name=None) -> Tensor:
    """Seconds since 1970, a float64 scalar.  Follows tf.timestamp of TF 1.15."""
    return make("Timestamp", name=name)


op("Timestamp() -> (ts: double); is_stateful", shape=scalar, kernel=lambda op_: lambda: np.float64(time.time()), gradient=NOT_DIFFERENTIABLE)
