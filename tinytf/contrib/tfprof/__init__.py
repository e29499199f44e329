"""tf.contrib.tfprof: where tf.profiler was before TensorFlow 1.5."""

from __future__ import annotations

from tinytf.contrib.tfprof import model_analyzer, tfprof_logger  # noqa: F401
