"""The statistics of a tree's leaves as objects of the graph that a Saver knows.

Follows `tf.contrib.tensor_forest.python.ops.stats_ops` of TF 1.15.
"""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.default_graph import add_to_collection, control_dependencies, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.missing import missing_symbol
from tinytf.ops.state import resources
from tinytf.train.saveable import SaveableObject, SaveSpec

_OPS = ("finalize_tree", "grow_tree_v4", "process_input_v4")


def __getattr__(name):
    if name not in _OPS:
        raise missing_symbol("tf.contrib.tensor_forest.stats_ops", name, _OPS)
    from tinytf import generated_ops

    return getattr(generated_ops, name)


class FertileStatsVariableSavable(SaveableObject):
    """Statistics, saved as one string (an empty one: they start anew)."""

    def __init__(self, params, stats_handle, create_op, name):
        self.params = params
        serialized = make("FertileStatsSerialize", stats_handle, params=params.serialized_params_proto)
        super().__init__(stats_handle, [SaveSpec(serialized, "", name)], name)
        self._stats_handle, self._create_op = stats_handle, create_op

    def restore(self, restored_tensors, restored_shapes):
        """The op that puts the statistics back."""
        with control_dependencies([self._create_op]):
            return make("FertileStatsDeserialize", self._stats_handle, restored_tensors[0], params=self.params.serialized_params_proto)


def fertile_stats_variable(params, stats_config, name, container=None):
    """The handle of new statistics."""
    with name_scope(name, "FertileStatsVariable") as scope:
        handle = make("FertileStatsResourceHandleOp", container=container, shared_name=scope, name=scope)
        create = make("CreateFertileStatsVariable", handle, stats_config, params=params.serialized_params_proto)
        is_initialized = make("FertileStatsIsInitializedOp", handle)
        saveable = FertileStatsVariableSavable(params, handle, create, handle.name)
        add_to_collection(GraphKeys.SAVEABLE_OBJECTS, saveable)
        resources.register_resource(handle, create, is_initialized)
        return handle
