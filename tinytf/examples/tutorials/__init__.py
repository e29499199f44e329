"""tf.examples.tutorials: the MNIST reader and model of the first tutorials."""

from __future__ import annotations

from tinytf.examples.tutorials import mnist  # noqa: F401
