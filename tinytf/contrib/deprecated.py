"""tf.contrib.deprecated: summaries as they were before TensorFlow 1.0."""

from __future__ import annotations

from tinytf.ops.files.summary_ops import (  # noqa: F401
    audio_summary,
    histogram_summary,
    image_summary,
    merge_all_summaries,
    merge_summary,
    scalar_summary,
)
