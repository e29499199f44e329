"""tf.contrib.tensorboard: plugins of TensorBoard."""

from __future__ import annotations

from tinytf.contrib.tensorboard import plugins  # noqa: F401
