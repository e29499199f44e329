"""tf.examples: what the tutorials of TensorFlow 1 import."""

from __future__ import annotations

from tinytf.examples import tutorials  # noqa: F401
