"""tf.examples.tutorials.mnist: `input_data` reads the data, `mnist` is the two-layer model of the tutorial."""

from __future__ import annotations

from tinytf.examples.tutorials.mnist import input_data, mnist  # noqa: F401
