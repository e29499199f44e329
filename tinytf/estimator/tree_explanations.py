"""What an ensemble tells of itself: how much each feature gained, and what it contributed to a prediction."""

from __future__ import annotations

import collections

import numpy as np

from tinytf import protos

DEBUG_KEY = "_serialized_debug_outputs_proto"


def summed_by_column(names, values) -> collections.OrderedDict:
    """{name: the sum of its values}, the largest first."""
    sums: dict = {}
    for name, value in zip(names, values):
        sums[name] = sums.get(name, 0) + value
    return collections.OrderedDict(sorted(sums.items(), key=lambda item: abs(item[1]), reverse=True))


def feature_importances(ensemble, num_features, normalize) -> np.ndarray:
    """The gains of a feature's splits over all trees of a TreeEnsemble message; AssertionError where `normalize` is impossible."""
    gains = np.zeros((len(ensemble.trees), num_features))
    for row, tree in zip(gains, ensemble.trees):
        for node in tree.nodes:
            kind = node.WhichOneof("node")
            if kind == "bucketized_split":
                row[node.bucketized_split.feature_id] += node.metadata.gain
            elif kind != "leaf":
                raise ValueError(f"Unexpected split type {kind}")
    importances = np.sum(gains * np.array(list(ensemble.tree_weights)).reshape(-1, 1), axis=0)
    if normalize:
        assert np.all(importances >= 0), "feature_importances must be non-negative."
        whole = np.sum(importances)
        assert whole > 0, "Trees are all empty or contain only a root node."
        importances = importances / whole
    return importances


def explanation(serialized, names, classification) -> tuple:
    """(bias, {name of a column: its contribution}) of a serialized DebugOutput."""
    output = protos.DebugOutput.FromString(serialized)
    logits = np.array(list(output.logits_path), np.float64)
    predictions = 1 / (1 + np.exp(-logits)) if classification else logits
    contributions = np.bincount(
        np.array(output.feature_ids, np.int64), weights=predictions[1:] - predictions[:-1], minlength=len(names)
    )
    return predictions[0], summed_by_column(names, contributions)
