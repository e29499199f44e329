"""What an ensemble says of examples: their logits, in whole or since they were last asked for, and how these come about."""

from __future__ import annotations

import numpy as np

from tinytf import errors, protos
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.ops.boosted_trees.ensemble import INEQUALITY, LEAF
from tinytf.ops.state.held_resources import created
from tinytf.ops.strings.string_kernels import objects


def _columns(features) -> list:
    """The features' buckets, [examples, dimensions] each."""
    return [f.reshape(len(f), -1) if f.ndim else f.reshape(1, 1) for f in features]


def _check_features(op_, ensemble, features) -> None:
    if any(len(f) != len(features[0]) for f in features):
        raise errors.InvalidArgumentError(op_.node_def, op_, "The bucketized features have different numbers of examples")
    widths = np.array([f.shape[1] for f in features] + [0])  # the last stands for all features that are not there
    for t in range(ensemble.size):
        tree = ensemble.arrays(t)
        absent = tree.dimension >= widths[np.minimum(tree.feature, len(features))]
        if absent.any():
            shown = f"dimension {tree.dimension[absent][0]} of the feature {tree.feature[absent][0]}"
            raise errors.InvalidArgumentError(op_.node_def, op_, f"Tree {t} splits on {shown}, which is not among the inputs")


def _predict(op_):
    dimension = op_.attr("logits_dimension")

    def predict(ensemble, *features):
        created(op_, ensemble)
        features = _columns(features)
        _check_features(op_, ensemble, features)
        examples = np.arange(len(features[0]))
        logits = np.zeros((len(examples), dimension), np.float32)
        for t in range(ensemble.size):
            leaves = ensemble.leaves(t, np.zeros(len(examples), np.int64), features, examples)
            logits += ensemble.weight(t) * ensemble.node_values(t, dimension)[leaves]
        return logits

    return predict


def _training_predict(op_):
    dimension = op_.attr("logits_dimension")

    def predict(ensemble, cached_trees, cached_nodes, *features):
        created(op_, ensemble)
        features = _columns(features)
        examples = np.arange(len(features[0]))
        trees, nodes = cached_trees.reshape(-1).astype(np.int64), cached_nodes.reshape(-1).astype(np.int64)
        if len(trees) != len(examples) or len(nodes) != len(examples):
            raise errors.InvalidArgumentError(op_.node_def, op_, "There must be a cached tree and node for each example")
        logits = np.zeros((len(examples), dimension), np.float32)
        if not ensemble.size:
            return logits, np.zeros(len(examples), np.int32), np.zeros(len(examples), np.int32)
        _check_features(op_, ensemble, features)
        if len(examples) and not (0 <= trees.min() and trees.max() < ensemble.size):
            raise errors.InvalidArgumentError(op_.node_def, op_, f"A cached tree is not one of the {ensemble.size} of the ensemble")
        latest = ensemble.size - 1
        # A walk goes on at the cached node: what that node had said is taken off, what the leaf says is added.
        known = nodes >= 0
        nodes[~known] = 0
        change = np.zeros((len(examples), dimension), np.float32)
        for t in range(trees.min() if len(trees) else 0, latest + 1):
            here = np.flatnonzero(trees == t)
            values = ensemble.node_values(t, dimension)
            _correct(op_, ensemble, t, here[known[here]], nodes, change, values)
            nodes[here] = ensemble.leaves(t, nodes[here], features, here)
            logits[here] += ensemble.weight(t) * (change[here] + values[nodes[here]])
            change[here], known[here] = 0, False
            if t < latest:
                trees[here], nodes[here] = t + 1, 0
        return logits, trees.astype(np.int32), nodes.astype(np.int32)

    return predict


def _correct(op_, ensemble, t, cached, nodes, change, values) -> None:
    """Where the tree was pruned since, the cached nodes become those they went into."""
    pruned = ensemble.proto.tree_metadata[t].post_pruned_nodes_meta if t < len(ensemble.proto.tree_metadata) else ()
    limit = len(pruned) or len(values)
    if len(cached) and nodes[cached].max() >= limit:
        raise errors.InvalidArgumentError(op_.node_def, op_, f"A cached node is not one of the {limit} of tree {t}")
    if len(pruned):
        changes = np.zeros((len(pruned), change.shape[1]), np.float32)
        for i, meta in enumerate(pruned):
            changes[i, : len(meta.logit_change)] = meta.logit_change[: change.shape[1]]
        change[cached] += changes[nodes[cached]]
        nodes[cached] = np.array([meta.new_node_id for meta in pruned])[nodes[cached]]
    change[cached] -= values[nodes[cached]] * ensemble.weight(t)


def _debug_outputs(op_):
    dimension = op_.attr("logits_dimension")

    def explain(ensemble, *features):
        created(op_, ensemble)
        features = _columns(features)
        _check_features(op_, ensemble, features)
        examples = np.arange(len(features[0]))
        outputs = [protos.DebugOutput() for _ in examples]
        past = np.zeros(len(examples), np.float32)
        for t in range(ensemble.size):
            tree, values = ensemble.arrays(t), ensemble.node_values(t, dimension)[:, 0] * ensemble.weight(t)
            nodes = np.zeros(len(examples), np.int64)
            if t == 0:
                for output in outputs:
                    output.logits_path.append(values[0])  # the bias is where the first tree starts
            active = examples[tree.kind[nodes] != LEAF]
            while len(active):
                # TensorFlow names the feature of a bucketized split only.
                ids = np.where(tree.kind[nodes[active]] == INEQUALITY, tree.feature[nodes[active]], 0)
                nodes[active] = ensemble.step(t, nodes[active], features, active)
                for example, feature, logit in zip(active.tolist(), ids.tolist(), (values[nodes[active]] + past[active]).tolist()):
                    outputs[example].feature_ids.append(feature)
                    outputs[example].logits_path.append(logit)
                active = active[tree.kind[nodes[active]] != LEAF]
            past += np.where((nodes > 0) | (t == 0), values[nodes], np.float32(0))
        return objects([output.SerializeToString() for output in outputs], (len(outputs),))

    return explain


def _examples(op_):
    """The number of examples, where a feature's static shape tells it."""
    known = [t.dims[0] for t in op_.inputs if t.dtype.name == "int32" and t.dims and t.dims[0] is not None]
    return known[0] if known else None


_FEATURES = "bucketized_features: num_bucketized_features*int32"
_NUMBERS = "num_bucketized_features: int >= 1; logits_dimension: int; is_stateful"
op(f"BoostedTreesPredict(tree_ensemble_handle: resource, {_FEATURES}) -> (logits: float); {_NUMBERS}",
   shape=lambda op_: [(_examples(op_), op_.attr("logits_dimension"))], kernel=_predict, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesTrainingPredict(tree_ensemble_handle: resource, cached_tree_ids: int32, cached_node_ids: int32, {_FEATURES}) -> "
   f"(partial_logits: float, tree_ids: int32, node_ids: int32); {_NUMBERS}",
   shape=lambda op_: [(_examples(op_), op_.attr("logits_dimension")), (_examples(op_),), (_examples(op_),)],
   kernel=_training_predict, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesExampleDebugOutputs(tree_ensemble_handle: resource, {_FEATURES}) -> (examples_debug_outputs_serialized: string); {_NUMBERS}",
   shape=lambda op_: [(_examples(op_),)], kernel=_debug_outputs, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
