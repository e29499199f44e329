"""The ops of a forest: they make trees, let examples fall through them, count what arrives and split leaves.

TensorFlow draws the candidates for splits on several threads, and by default from a seed that the clock gives: its forests
differ from run to run, and so only what a given tree says is the same here.
"""

from __future__ import annotations

import time

import numpy as np
from google.protobuf.message import DecodeError

from tinytf import errors, protos
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar
from tinytf.ops.nn.candidate_sampling import Stream
from tinytf.ops.state.held_resources import created, handle_kernel, is_created_kernel
from tinytf.ops.strings.string_kernels import objects
from tinytf.ops.tensor_forest.settings import settings_of
from tinytf.ops.tensor_forest.statistics import LeafStatistics, Statistics
from tinytf.ops.tensor_forest.tree import Tree


def _invalid(op_, message):
    return errors.InvalidArgumentError(op_.node_def, op_, message)


# Trees ----------------------------------------------------------------------------------------------


def _load(op_, tree, config):
    try:
        tree.load(config.item() if hasattr(config, "item") else config, settings_of(op_).num_outputs)
    except (DecodeError, ValueError) as error:
        raise _invalid(op_, f"Unable to parse tree config. ({error})") from None


def _create_tree(op_):
    def create(tree, config):
        if not tree.is_created:
            _load(op_, tree, config)

    return create


def _restart_statistics(op_):
    settings = settings_of(op_)

    def restart(statistics, config):
        if settings.checkpoint_stats and len(config.item()):
            raise NotImplementedError("tinytf restores a forest without the statistics of its leaves: use checkpoint_stats=False")
        statistics.restart(settings)

    return restart


def _create_statistics(op_):
    restart = _restart_statistics(op_)
    return lambda statistics, config: None if statistics.is_created else restart(statistics, config)


def _feature_counts(op_):
    count = protos.TensorForestParams.FromString(op_.attr("params")).num_features

    def counts(tree):
        used = np.array([f for f in created(op_, tree).features if f >= 0], np.int64)
        return np.bincount(used, minlength=count)[:count].astype(np.int32)

    return counts


# Examples -------------------------------------------------------------------------------------------


def _dense(op_, tree, data, sparse_values):
    """The matrix of features; it has a column for each feature that the tree splits on."""
    if len(sparse_values):
        raise NotImplementedError("tinytf grows forests on dense features only: use tf.sparse.to_dense")
    if data.ndim != 2:
        raise _invalid(op_, "input_data should be two-dimensional")
    if max(tree.features, default=-1) >= data.shape[1]:
        raise _invalid(op_, f"The tree splits on feature {max(tree.features)}, but input_data has {data.shape[1]}")
    return data


def _traverse(op_):
    def traverse(tree, data, indices, values, shape):
        return created(op_, tree).leaves_of(_dense(op_, tree, data, values)).astype(np.int32)

    return traverse


def _predictions(op_):
    settings = settings_of(op_)

    def predict(tree, data, indices, values, shape):
        data = _dense(op_, created(op_, tree), data, values)
        leaves = tree.leaves_of(data)
        distinct, places = np.unique(leaves, return_inverse=True)
        outputs = np.zeros((len(distinct), settings.num_outputs), np.float32)
        for row, leaf in zip(outputs, distinct.tolist()):
            row[:] = tree.values[leaf]
            if not settings.is_regression and row.sum() > 0:
                row /= row.sum()
        paths = [_path(tree, row) for row in data] if settings.tree_paths else []
        return outputs[places.reshape(-1)], objects(paths, (len(paths),))

    return predict


def _path(tree, row) -> bytes:
    """The message TreePath (its field 1 repeats TreeNodes) of the nodes that a row of features visits."""
    whole = protos.Model.FromString(tree.serialize()).decision_tree.nodes
    visited, node = protos.DecisionTree(), 0
    while True:
        visited.nodes.add().CopyFrom(whole[node])
        if tree.features[node] < 0:
            return visited.SerializeToString()
        value, threshold = row[tree.features[node]], np.float32(tree.thresholds[node])
        goes_left = value < threshold or (value == threshold and not tree.less_than[node])
        node = tree.children[node][0 if goes_left else 1]


def _targets(op_, settings, labels):
    """Class numbers, or rows of numbers for a regression."""
    if settings.is_regression:
        rows = labels.reshape(len(labels), -1).astype(np.float64)
        if rows.shape[1] < settings.num_outputs:
            raise _invalid(op_, f"input_labels has {rows.shape[1]} columns instead of {settings.num_outputs}")
        return rows[:, : settings.num_outputs]
    classes = labels.reshape(len(labels), -1)[:, 0].astype(np.int64)
    if len(classes) and not (0 <= classes.min() and classes.max() < settings.num_outputs):
        raise _invalid(op_, f"input_labels must be in [0, {settings.num_outputs}), but they reach from {classes.min()} to {classes.max()}")
    return classes


def _weights(op_, weights, count):
    if weights.size not in (0, count):
        raise _invalid(op_, f"There are {weights.size} input_weights for {count} examples")
    return weights.reshape(-1) if weights.size else np.ones(count, np.float32)


def _by_leaf(leaves) -> list:
    """(leaf, its rows in order) of each leaf that has some."""
    order = np.argsort(leaves, kind="stable")
    distinct, starts = np.unique(leaves[order], return_index=True)
    return list(zip(distinct.tolist(), np.split(order, starts[1:])))


def _check_leaves(op_, tree, leaves, count):
    if len(leaves) != count:
        raise _invalid(op_, f"There are {len(leaves)} leaf_ids for {count} examples")
    if any(not 0 <= leaf < tree.size or tree.values[leaf] is None for leaf in np.unique(leaves).tolist()):
        raise _invalid(op_, "leaf_ids holds a node that is no leaf of the tree")


def _update_model(op_):
    settings = settings_of(op_)

    def update(tree, leaves, labels, weights):
        if settings.is_regression:
            return  # its leaves say what their parent's statistics said
        classes = _targets(op_, settings, labels)
        _check_leaves(op_, created(op_, tree), leaves, len(classes))
        weights = _weights(op_, weights, len(classes))
        for leaf, rows in _by_leaf(leaves):
            np.add.at(tree.values[leaf], classes[rows], weights[rows])
            if not leaf:
                tree.untouched.difference_update(classes[rows].tolist())

    return update


def _process_input(op_):
    settings, seed = settings_of(op_), op_.attr("random_seed")
    stream = Stream(((seed or time.perf_counter_ns() & 0xFFFFFFFF, 0), 0))

    def process(tree, statistics, data, indices, values, shape, labels, weights, leaves):
        data = _dense(op_, created(op_, tree), data, values)
        created(op_, statistics)
        targets = _targets(op_, settings, labels)
        if len(targets) != len(data):
            raise _invalid(op_, f"There are {len(targets)} input_labels for {len(data)} examples")
        weights = _weights(op_, weights, len(data))
        _check_leaves(op_, tree, leaves, len(data))
        outputs = targets if settings.is_regression else (np.arange(settings.num_outputs) == targets[:, np.newaxis]).astype(np.float64)
        finished = []
        for leaf, rows in _by_leaf(leaves):
            known = statistics.leaves.get(leaf)
            if known is None:  # a tree that was restored without statistics
                known = statistics.leaves[leaf] = LeafStatistics(settings, 0)
            used = known.take_candidates(data, targets, rows, lambda n: stream.uniform(n, 32))
            known.add(data, outputs, weights, rows[used:])
            if known.is_finished:
                finished.append(leaf)
        return np.array(finished, np.int32)

    return process


def _grow_tree(op_):
    settings = settings_of(op_)

    def grow(tree, statistics, finished):
        created(op_, tree)
        created(op_, statistics)
        for node in finished.tolist():
            if tree.size >= settings.max_nodes:
                break
            known = statistics.leaves.get(node)
            if known is None or not 0 <= node < tree.size or tree.values[node] is None:
                raise _invalid(op_, f"Node {node} is no leaf whose statistics are known")
            best = known.best_split()
            if best is None:
                statistics.leaves[node] = LeafStatistics(settings, known.depth)
                continue
            del statistics.leaves[node]
            for child in tree.split(node, best.feature, best.threshold, settings.less_than, best.left, best.right):
                statistics.leaves[child] = LeafStatistics(settings, known.depth + 1)

    return grow


def _finalize(op_):
    def finalize(tree, statistics):
        raise errors.UnimplementedError(op_.node_def, op_, "FinalizeTreeOp is disabled for now.")  # TensorFlow says so and aborts

    return finalize


def _size(op_):
    return lambda tree: np.int32(created(op_, tree).size)


def _serialize(op_):
    return lambda tree: np.array(created(op_, tree).serialize(), object)


def _no_statistics(op_):
    if settings_of(op_).checkpoint_stats:
        raise NotImplementedError("tinytf saves a forest without the statistics of its leaves: use checkpoint_stats=False")

    def nothing(statistics):
        created(op_, statistics)
        return np.array(b"", object)

    return nothing


def _vector(op_):
    return [(None,)]


def _rows(op_):
    """The number of examples, where the dense features tell it."""
    dims = op_.inputs[1].dims
    return dims[0] if dims and dims[0] else None


_DATA = "input_data: float, sparse_input_indices: int64, sparse_input_values: float, sparse_input_shape: int64"
_PARAMS = "params: string; is_stateful"
op("DecisionTreeResourceHandleOp() -> (resource: resource); container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=handle_kernel(Tree), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("FertileStatsResourceHandleOp() -> (resource: resource); container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=handle_kernel(Statistics), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TreeIsInitializedOp(tree_handle: resource) -> (is_initialized: bool); is_stateful", shape=scalar, kernel=is_created_kernel)
op("FertileStatsIsInitializedOp(stats_handle: resource) -> (is_initialized: bool); is_stateful", shape=scalar, kernel=is_created_kernel)
op(f"CreateTreeVariable(tree_handle: resource, tree_config: string) -> (); {_PARAMS}", shape=no_outputs, kernel=_create_tree)
op(f"CreateFertileStatsVariable(stats_handle: resource, stats_config: string) -> (); {_PARAMS}", shape=no_outputs, kernel=_create_statistics)
op("TreeSerialize(tree_handle: resource) -> (tree_config: string); is_stateful", shape=scalar, kernel=_serialize, gradient=NOT_DIFFERENTIABLE)
op(f"TreeDeserialize(tree_handle: resource, tree_config: string) -> (); {_PARAMS}",
   shape=no_outputs, kernel=lambda op_: lambda tree, config: _load(op_, tree, config), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"FertileStatsSerialize(stats_handle: resource) -> (stats_config: string); {_PARAMS}",
   shape=scalar, kernel=_no_statistics, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"FertileStatsDeserialize(stats_handle: resource, stats_config: string) -> (); {_PARAMS}",
   shape=no_outputs, kernel=_restart_statistics, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TreeSize(tree_handle: resource) -> (tree_size: int32); is_stateful", shape=scalar, kernel=_size, gradient=NOT_DIFFERENTIABLE)
op(f"FeatureUsageCounts(tree_handle: resource) -> (feature_counts: int32); {_PARAMS}",
   shape=_vector, kernel=_feature_counts, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"TraverseTreeV4(tree_handle: resource, {_DATA}) -> (leaf_ids: int32); input_spec: string; {_PARAMS}", shape=lambda op_: [(_rows(op_),)], kernel=_traverse)
op(f"TreePredictionsV4(tree_handle: resource, {_DATA}) -> (predictions: float, tree_paths: string); input_spec: string; {_PARAMS}",
   shape=lambda op_: [(_rows(op_), None), (None,)], kernel=_predictions, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"UpdateModelV4(tree_handle: resource, leaf_ids: int32, input_labels: float, input_weights: float) -> (); {_PARAMS}",
   shape=no_outputs, kernel=_update_model)  # fmt: skip
op(f"ProcessInputV4(tree_handle: resource, stats_handle: resource, {_DATA}, input_labels: float, input_weights: float, leaf_ids: int32) -> "
   f"(finished_nodes: int32); random_seed: int; input_spec: string; {_PARAMS}",
   shape=_vector, kernel=_process_input, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"GrowTreeV4(tree_handle: resource, stats_handle: resource, finished_nodes: int32) -> (); {_PARAMS}",
   shape=no_outputs, kernel=_grow_tree, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"FinalizeTree(tree_handle: resource, stats_handle: resource) -> (); {_PARAMS}",
   shape=no_outputs, kernel=_finalize, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
