"""tf.user_ops: the place for ops of one's own, with the example that TensorFlow has there."""

from __future__ import annotations

from tinytf.ops.strings.fact import my_fact  # noqa: F401
