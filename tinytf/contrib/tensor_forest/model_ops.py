"""Trees as objects of the graph that a Saver knows.

Follows `tf.contrib.tensor_forest.python.ops.model_ops` of TF 1.15.
"""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.default_graph import add_to_collection, control_dependencies, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.missing import missing_symbol
from tinytf.ops.state import resources
from tinytf.train.saveable import SaveableObject, SaveSpec

_OPS = ("feature_usage_counts", "traverse_tree_v4", "tree_predictions_v4", "tree_size", "update_model_v4")


def __getattr__(name):
    if name not in _OPS:
        raise missing_symbol("tf.contrib.tensor_forest.model_ops", name, _OPS)
    from tinytf import generated_ops

    return getattr(generated_ops, name)


class TreeVariableSavable(SaveableObject):
    """A tree, saved as one string."""

    def __init__(self, params, tree_handle, stats_handle, create_op, name):
        self.params = params
        super().__init__(tree_handle, [SaveSpec(make("TreeSerialize", tree_handle), "", name)], name)
        self._tree_handle, self._create_op = tree_handle, create_op

    def restore(self, restored_tensors, restored_shapes):
        """The op that puts the tree back."""
        with control_dependencies([self._create_op]):
            return make("TreeDeserialize", self._tree_handle, restored_tensors[0], params=self.params.serialized_params_proto)


def tree_variable(params, tree_config, stats_handle, name, container=None):
    """The handle of a new tree, which starts as `tree_config` says."""
    with name_scope(name, "TreeVariable") as scope:
        handle = make("DecisionTreeResourceHandleOp", container=container, shared_name=scope, name=scope)
        create = make("CreateTreeVariable", handle, tree_config, params=params.serialized_params_proto)
        is_initialized = make("TreeIsInitializedOp", handle)
        saveable = TreeVariableSavable(params, handle, stats_handle, create, handle.name)
        add_to_collection(GraphKeys.SAVEABLE_OBJECTS, saveable)
        resources.register_resource(handle, create, is_initialized)
        return handle
