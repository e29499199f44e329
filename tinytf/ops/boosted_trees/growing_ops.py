"""Ops that change an ensemble: they split the leaves of its last layer, and give its first root the mean of the labels."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar
from tinytf.ops.boosted_trees.pruning import prune
from tinytf.ops.boosted_trees.weights import weights_and_gains
from tinytf.ops.state.held_resources import created

_log = logging.getLogger("tensorflow")
_NO_PRUNING, _PRE_PRUNING, _POST_PRUNING = range(3)
_SMALLEST_CHANGE_OF_BIAS = np.float32(0.01)


class _Candidate(NamedTuple):
    gain: float
    feature_id: int
    dimension_id: int
    threshold: int
    left: Any  # contributions to the logits
    right: Any
    split_type: bytes


def _best_splits(feature_ids, columns) -> dict:
    """{node: the candidate with the highest gain}, the lowest feature's among equals; nodes in ascending order."""
    best: dict = {}
    for feature_id, (nodes, gains, dimensions, thresholds, lefts, rights, types) in zip(feature_ids, columns):
        for i, node in enumerate(nodes.tolist()):
            gain = float(gains[i])
            if node in best and (gain, -feature_id) <= (best[node].gain, -best[node].feature_id):
                continue
            best[node] = _Candidate(gain, feature_id, int(dimensions[i]), int(thresholds[i]), lefts[i], rights[i], types[i])
    return dict(sorted(best.items()))


def _grow(op_, ensemble, best, max_depth, learning_rate, pruning_mode, logits_dimension) -> None:
    ensemble.stamp += 1
    ensemble.count_attempt()
    tree_id = ensemble.size - 1 if ensemble.size else ensemble.add_tree(1.0, [0.0] * logits_dimension)
    if not best:
        _log.warning("Not growing tree ensemble as no good splits were found.")
        return
    proto = ensemble.proto
    first_new = len(proto.trees[tree_id].nodes)
    for node_id, candidate in best.items():
        if pruning_mode == _PRE_PRUNING and candidate.gain < 0:
            continue
        if not 0 <= node_id < first_new or proto.trees[tree_id].nodes[node_id].WhichOneof("node") != "leaf":
            raise errors.InvalidArgumentError(op_.node_def, op_, f"Node {node_id} of tree {tree_id} is no leaf that can be split")
        ensemble.split(tree_id, node_id, candidate, learning_rate)
    end = len(proto.trees[tree_id].nodes)
    if end == first_new:
        return  # the same nodes are tried again with other examples
    metadata = proto.tree_metadata[tree_id]
    metadata.num_layers_grown += 1
    if metadata.num_layers_grown >= max_depth:
        metadata.is_finalized = True
        if pruning_mode == _POST_PRUNING:
            prune(ensemble, tree_id, logits_dimension)
        ensemble.add_tree(1.0, [0.0] * logits_dimension)
        first_new, end = 0, 1
    growing = proto.growing_metadata
    growing.last_layer_node_start, growing.last_layer_node_end = first_new, end


def _update(op_):
    count, pruning_mode = op_.attr("num_features"), op_.attr("pruning_mode")

    def update(ensemble, feature_ids, *lists):
        created(op_, ensemble)
        nodes, gains, thresholds, lefts, rights = (lists[i * count : (i + 1) * count] for i in range(5))
        max_depth, learning_rate = lists[5 * count :]
        zeros = [np.zeros(len(n), np.int64) for n in nodes]
        types = [[b"INEQUALITY_DEFAULT_LEFT"] * len(n) for n in nodes]
        best = _best_splits(feature_ids.tolist(), zip(nodes, gains, zeros, thresholds, lefts, rights, types))
        _grow(op_, ensemble, best, int(max_depth), np.float32(learning_rate), pruning_mode, 1)

    return update


def _update_v2(op_):
    count = op_.attr("num_features")

    def update(ensemble, feature_ids, *lists):
        created(op_, ensemble)
        dimensions, nodes, gains, thresholds, lefts, rights, types = (lists[i * count : (i + 1) * count] for i in range(7))
        max_depth, learning_rate, pruning_mode = lists[7 * count :]
        columns = zip(nodes, gains, dimensions, thresholds, lefts, rights, types)
        best = _best_splits(feature_ids.tolist(), columns)
        logits_dimension = lefts[0].shape[1] if count else 1
        _grow(op_, ensemble, best, int(max_depth), np.float32(learning_rate), int(pruning_mode), logits_dimension)

    return update


def _center_bias(op_):
    def center(ensemble, mean_gradients, mean_hessians, l1, l2):
        created(op_, ensemble).stamp += 1
        change = weights_and_gains(mean_gradients.reshape(-1), mean_hessians.reshape(-1), np.float32(l1), np.float32(l2))[0]
        if not ensemble.size:
            ensemble.add_tree(1.0, change.tolist())
            return np.bool_(True)
        bias = np.array(ensemble.node_value(0, 0), np.float32) + change
        ensemble.set_node_value(0, 0, bias.tolist())
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.bool_((np.abs(change / bias) > _SMALLEST_CHANGE_OF_BIAS).any())

    return center


_CONTRIBS = "left_node_contribs: num_features*float, right_node_contribs: num_features*float"
op("BoostedTreesUpdateEnsemble(tree_ensemble_handle: resource, feature_ids: int32, node_ids: num_features*int32, gains: num_features*float, "
   f"thresholds: num_features*int32, {_CONTRIBS}, max_depth: int32, learning_rate: float) -> (); pruning_mode: int >= 0; num_features: int >= 0; is_stateful",
   shape=no_outputs, kernel=_update, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BoostedTreesUpdateEnsembleV2(tree_ensemble_handle: resource, feature_ids: int32, dimension_ids: num_features*int32, "
   f"node_ids: num_features*int32, gains: num_features*float, thresholds: num_features*int32, {_CONTRIBS}, "
   "split_types: num_features*string, max_depth: int32, learning_rate: float, pruning_mode: int32) -> (); num_features: int >= 0; is_stateful",
   shape=no_outputs, kernel=_update_v2, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BoostedTreesCenterBias(tree_ensemble_handle: resource, mean_gradients: float, mean_hessians: float, l1: float, l2: float) -> "
   "(continue_centering: bool); is_stateful", shape=scalar, kernel=_center_bias, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
