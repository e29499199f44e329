"""tf.contrib.nn: what of it is not in tf.nn."""

from __future__ import annotations

from tinytf.ops.nn.nn_basic import nth_element  # noqa: F401
