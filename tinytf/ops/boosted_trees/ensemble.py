"""An ensemble of decision trees while a session runs: a TreeEnsemble message, and what is read from and done to it.

A node is a leaf, with one number (or a vector of logits), or a split, which sends an example to one of two children by the
bucket that one of its features falls into.  A split remembers the value that it had as a leaf: predictions made before are
corrected by it.  Follows BoostedTreesEnsembleResource of TF 1.15.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tinytf import protos

LEAF, INEQUALITY, EQUALITY = range(3)  # the kinds of nodes


class TreeArrays(NamedTuple):
    """The nodes of one tree, an array for each of their fields."""

    kind: np.ndarray
    feature: np.ndarray
    dimension: np.ndarray
    threshold: np.ndarray  # the bucket that an example's is compared with
    left: np.ndarray
    right: np.ndarray


def leaf_value(leaf) -> list:
    """The logits of a Leaf message."""
    return list(leaf.vector.value) if leaf.HasField("vector") else [leaf.scalar]


def set_leaf_value(leaf, logits) -> None:
    """Makes a Leaf message hold these logits."""
    if len(logits) == 1:
        leaf.scalar = logits[0]
    else:
        leaf.vector.value[:] = logits


class Ensemble:
    """What the handle of an ensemble refers to.  `proto` is None until it is created."""

    name = ""

    def __init__(self):
        self.proto = None
        self.stamp = 0
        self._arrays: dict = {}
        self._values: dict = {}

    def load(self, stamp: int, serialized: bytes) -> None:
        """Takes over a serialized TreeEnsemble (DecodeError where it is none)."""
        proto = protos.TreeEnsemble.FromString(serialized)
        _check(proto)
        self.proto, self.stamp = proto, stamp
        self._arrays.clear()
        self._values.clear()

    # Reading ----------------------------------------------------------------------------------------

    @property
    def is_created(self) -> bool:
        """Whether it holds an ensemble yet."""
        return self.proto is not None

    @property
    def size(self) -> int:
        """The number of trees."""
        return len(self.proto.trees)

    def arrays(self, tree_id: int) -> TreeArrays:
        """The nodes of a tree as arrays."""
        found = self._arrays.get(tree_id)
        if found is None:
            rows = [_row(node) for node in self.proto.trees[tree_id].nodes]
            found = self._arrays[tree_id] = TreeArrays(*np.array(rows, np.int64).reshape(-1, 6).T)
        return found

    def is_finalized(self, tree_id: int) -> bool:
        """Whether a tree has grown as deep as it may."""
        return tree_id < len(self.proto.tree_metadata) and self.proto.tree_metadata[tree_id].is_finalized

    def weight(self, tree_id: int) -> np.float32:
        """The weight of a tree's logits."""
        return np.float32(self.proto.tree_weights[tree_id])

    def node_value(self, tree_id: int, node_id: int) -> list:
        """The logits of a leaf, or those that a split had when it was one."""
        node = self.proto.trees[tree_id].nodes[node_id]
        return leaf_value(node.leaf if node.WhichOneof("node") == "leaf" else node.metadata.original_leaf)

    def node_values(self, tree_id: int, logits_dimension: int) -> np.ndarray:
        """The value of each node of a tree, [nodes, logits_dimension]."""
        values = self._values.get((tree_id, logits_dimension))
        if values is None:
            values = np.zeros((len(self.proto.trees[tree_id].nodes), logits_dimension), np.float32)
            for i in range(len(values)):
                value = self.node_value(tree_id, i)[:logits_dimension]
                values[i, : len(value)] = value
            self._values[tree_id, logits_dimension] = values
        return values

    def step(self, tree_id: int, nodes: np.ndarray, features: list, examples: np.ndarray) -> np.ndarray:
        """The nodes that come after `nodes` for these examples; a leaf is followed by itself."""
        tree = self.arrays(tree_id)
        following = nodes.copy()
        for feature in np.unique(tree.feature[nodes]):
            here = np.flatnonzero((tree.feature[nodes] == feature) & (tree.kind[nodes] != LEAF))
            at = nodes[here]
            bucket = features[feature][examples[here], tree.dimension[at]]
            goes_left = np.where(tree.kind[at] == INEQUALITY, bucket <= tree.threshold[at], bucket == tree.threshold[at])
            following[here] = np.where(goes_left, tree.left[at], tree.right[at])
        return following

    def leaves(self, tree_id: int, nodes: np.ndarray, features: list, examples: np.ndarray) -> np.ndarray:
        """The leaves that these examples reach from `nodes`."""
        nodes = nodes.copy()
        kind = self.arrays(tree_id).kind
        on_the_way = np.flatnonzero(kind[nodes] != LEAF)
        while len(on_the_way):
            nodes[on_the_way] = self.step(tree_id, nodes[on_the_way], features, examples[on_the_way])
            on_the_way = on_the_way[kind[nodes[on_the_way]] != LEAF]
        return nodes

    # Growing ----------------------------------------------------------------------------------------

    def changed(self, tree_id: int) -> None:
        """Forgets what is known of a tree's nodes."""
        self._arrays.pop(tree_id, None)
        for key in [key for key in self._values if key[0] == tree_id]:
            del self._values[key]

    def set_node_value(self, tree_id: int, node_id: int, logits: list) -> None:
        """Gives a leaf, or a split that was one, another value."""
        node = self.proto.trees[tree_id].nodes[node_id]
        set_leaf_value(node.leaf if node.WhichOneof("node") == "leaf" else node.metadata.original_leaf, logits)
        self.changed(tree_id)

    def add_tree(self, weight: float, logits: list) -> int:
        """Adds a tree of one leaf; returns its number."""
        tree_id = self.size
        set_leaf_value(self.proto.trees.add().nodes.add().leaf, logits)
        self.proto.tree_weights.append(weight)
        self.proto.tree_metadata.add().num_layers_grown = 0
        return tree_id

    def count_attempt(self) -> None:
        """Counts one more layer that is tried, and one more tree where it is a tree's first."""
        growing = self.proto.growing_metadata
        growing.num_layers_attempted += 1
        size = self.size
        if not size or (len(self.proto.trees[-1].nodes) == 1 and (size == 1 or self.is_finalized(size - 2))):
            growing.num_trees_attempted += 1

    def split(self, tree_id: int, node_id: int, candidate, learning_rate: np.float32) -> None:
        """Makes a leaf a split with two new leaves."""
        tree = self.proto.trees[tree_id]
        node = tree.nodes[node_id]
        value = np.array(self.node_value(tree_id, node_id), np.float32)
        left_id = len(tree.nodes)
        if node_id or any(value):
            node.metadata.original_leaf.CopyFrom(node.leaf)
        node.metadata.gain = candidate.gain
        if candidate.split_type == b"EQUALITY_DEFAULT_RIGHT":
            made = node.categorical_split
            made.value = candidate.threshold
        else:
            made = node.bucketized_split
            made.threshold = candidate.threshold
            if candidate.split_type == b"INEQUALITY_DEFAULT_RIGHT":
                made.default_direction = protos.DEFAULT_RIGHT
        made.feature_id, made.dimension_id = candidate.feature_id, candidate.dimension_id
        made.left_id, made.right_id = left_id, left_id + 1
        for contribution in (candidate.left, candidate.right):
            logits = learning_rate * contribution
            if len(value) == len(logits):
                logits = value + logits
            set_leaf_value(tree.nodes.add().leaf, logits.tolist())
        self.changed(tree_id)


def _row(node) -> tuple:
    kind = node.WhichOneof("node")
    if kind == "bucketized_split":
        s = node.bucketized_split
        return INEQUALITY, s.feature_id, s.dimension_id, s.threshold, s.left_id, s.right_id
    if kind == "categorical_split":
        s = node.categorical_split
        return EQUALITY, s.feature_id, s.dimension_id, s.value, s.left_id, s.right_id
    return LEAF, 0, 0, 0, 0, 0


def _check(proto) -> None:
    """ValueError for trees that a walk would never leave, or that lead out of themselves: a file may hold any."""
    if len(proto.tree_weights) < len(proto.trees):
        raise ValueError(f"{len(proto.trees)} trees, but {len(proto.tree_weights)} weights")
    for t, tree in enumerate(proto.trees):
        if not tree.nodes:
            raise ValueError(f"tree {t} has no nodes")
        for i, node in enumerate(tree.nodes):
            kind, feature, dimension, _, left, right = _row(node)
            if kind != LEAF and not (i < left < len(tree.nodes) and i < right < len(tree.nodes) and feature >= 0 and dimension >= 0):
                raise ValueError(f"tree {t}, node {i}: a split on feature {feature} to the nodes {left} and {right} of {len(tree.nodes)}")
    for t, (tree, metadata) in enumerate(zip(proto.trees, proto.tree_metadata)):
        if any(not 0 <= pruned.new_node_id < len(tree.nodes) for pruned in metadata.post_pruned_nodes_meta):
            raise ValueError(f"tree {t}: a pruned node is none of its {len(tree.nodes)} nodes now")
