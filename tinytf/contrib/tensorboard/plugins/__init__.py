"""tf.contrib.tensorboard.plugins: the embedding projector."""

from __future__ import annotations

from tinytf.contrib.tensorboard.plugins import projector  # noqa: F401
