"""Pruning a tree that is grown: splits whose gain is negative and whose children are leaves become leaves again.

Nodes get new numbers, and examples remember the node that they were in: so the tree's metadata tell for each old node
the new one, and by how much its logits differ.  Follows PostPruneTree of TF 1.15.
"""

from __future__ import annotations

import numpy as np

from tinytf.ops.boosted_trees.ensemble import leaf_value


def prune(ensemble, tree_id: int, logits_dimension: int) -> None:
    """Prunes a tree of the ensemble in place."""
    tree = ensemble.proto.trees[tree_id]
    parents: dict = {}  # of the nodes that go: (parent, what its logits are more)
    _collapse(tree, 0, parents, logits_dimension)
    if not parents:
        return
    new_ids: dict = {}
    metadata = ensemble.proto.tree_metadata[tree_id].post_pruned_nodes_meta
    for i in range(len(tree.nodes)):
        update = metadata.add()
        kept, change = _survivor(i, parents, logits_dimension)
        if kept == i:
            new_ids[i] = len(new_ids)
        update.new_node_id = new_ids[kept]
        update.logit_change[:] = change.tolist()
    nodes = [node for i, node in enumerate(tree.nodes) if i in new_ids]
    for node in nodes:
        kind = node.WhichOneof("node")
        if kind != "leaf":
            split = getattr(node, kind)
            split.left_id, split.right_id = new_ids[split.left_id], new_ids[split.right_id]
    kept_nodes = type(tree)(nodes=nodes)
    tree.CopyFrom(kept_nodes)
    ensemble.changed(tree_id)


def _collapse(tree, node_id: int, parents: dict, logits_dimension: int) -> None:
    node = tree.nodes[node_id]
    kind = node.WhichOneof("node")
    if kind == "leaf":
        return
    split = getattr(node, kind)
    children = split.left_id, split.right_id
    for child in children:
        _collapse(tree, child, parents, logits_dimension)
    if node.metadata.gain >= 0 or any(tree.nodes[c].WhichOneof("node") != "leaf" for c in children):
        return
    value = np.zeros(logits_dimension, np.float32)
    before = leaf_value(node.metadata.original_leaf)
    value[: len(before)] = before
    for child in children:
        gone = np.zeros(logits_dimension, np.float32)
        leaf = leaf_value(tree.nodes[child].leaf)
        gone[: len(leaf)] = leaf
        parents[child] = node_id, value - gone
    node.leaf.CopyFrom(node.metadata.original_leaf)
    node.ClearField("metadata")


def _survivor(node_id: int, parents: dict, logits_dimension: int) -> tuple:
    change = np.zeros(logits_dimension, np.float32)
    while node_id in parents:
        node_id, more = parents[node_id]
        change = change + more
    return node_id, change
