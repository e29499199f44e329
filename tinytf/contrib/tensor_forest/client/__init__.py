"""Forests as estimators of tf.contrib.learn, and metrics for them."""

from __future__ import annotations

from tinytf.contrib.tensor_forest.client import eval_metrics, random_forest  # noqa: F401
