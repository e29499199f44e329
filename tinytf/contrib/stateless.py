"""tf.contrib.stateless: random numbers that depend on nothing but their seed."""

from __future__ import annotations

from tinytf.ops.random.stateless_random_ops import (  # noqa: F401
    stateless_multinomial,
    stateless_random_normal,
    stateless_random_uniform,
    stateless_truncated_normal,
)
