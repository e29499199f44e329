"""tf.contrib.tensor_forest: random forests that grow from a stream of examples."""

from __future__ import annotations

from tinytf.contrib.tensor_forest import client, data_ops, model_ops, stats_ops, tensor_forest  # noqa: F401
