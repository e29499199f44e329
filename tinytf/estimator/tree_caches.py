"""What training in memory keeps from one step to the next: the features in buckets, and where in the trees each example is."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.estimator import tree_features
from tinytf.feature_column.embedding_columns import IndicatorColumn
from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.control_flow_ops import group, no_op
from tinytf.ops.functions.cond_v2 import cond_v2
from tinytf.ops.state.state_ops import assign
from tinytf.ops.state.variables import Variable

NO_NODE = -1


def local_variable(initial_value, name, trainable=False):
    """A resource variable of any shape."""
    return Variable(initial_value=initial_value, trainable=trainable, validate_shape=False, name=name, use_resource=True)


def cached_features(features, columns, batch_size, boundaries, are_boundaries_ready) -> tuple:
    """(the features in buckets, an op that must run): computed once, then read from variables.

    Categorical columns are transformed outside of the branches, so that their tables are initialized.
    """
    count = tree_features.number_of_features(columns)
    caches = [local_variable(array_ops.zeros([batch_size], dtype=dtypes.int32), f"cached_feature_{i}") for i in range(count)]
    are_cached = local_variable(False, "are_features_cached")
    categorical = [c for c in columns if isinstance(c, IndicatorColumn)]
    made = tree_features.transform(features, categorical)

    def transformed():
        return tree_features.buckets(features, columns, boundaries, made, categorical)

    def fill():
        filled = [assign(cache, tensor) for cache, tensor in zip(caches, transformed())]
        with control_dependencies(filled):
            return filled, are_cached.assign(True)

    def from_cache():
        return cond_v2(are_cached, lambda: (caches, no_op()), fill)

    return cond_v2(are_boundaries_ready, lambda: (transformed(), no_op()), from_cache)


class StateCache:
    """Tree, node and logits of each example, in variables."""

    def __init__(self, batch_size, logits_dimension):
        self._tree_ids = local_variable(array_ops.zeros([batch_size], dtype=dtypes.int32), "tree_ids_cache")
        self._node_ids = local_variable(NO_NODE * array_ops.ones([batch_size], dtype=dtypes.int32), "node_ids_cache")
        self._logits = local_variable(array_ops.zeros([batch_size, logits_dimension], dtype=dtypes.float32), "logits_cache")

    def lookup(self) -> tuple:
        """(trees, nodes, logits)."""
        return self._tree_ids, self._node_ids, self._logits

    def insert(self, tree_ids, node_ids, logits):
        """The op that keeps new ones."""
        kept = [self._tree_ids.assign(tree_ids), self._node_ids.assign(node_ids), self._logits.assign(logits)]
        return group(kept, name="cache_insert")
