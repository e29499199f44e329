"""Under which names models of tf.contrib.learn give their predictions.  Follows TF 1.15."""

from __future__ import annotations


class PredictionKey:
    """Keys of the dict of predictions."""

    CLASSES = "classes"
    PROBABILITIES = "probabilities"
    LOGITS = "logits"
    LOGISTIC = "logistic"
    SCORES = "scores"
    TOP_K = "top_k"
    GENERIC = "output"
