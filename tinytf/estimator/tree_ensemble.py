"""An ensemble of trees, and the quantiles of float features, as objects of the graph that a Saver knows.

Follows `tensorflow.python.ops.boosted_trees_ops` of TF 1.15.
"""

from __future__ import annotations

from tinytf.graph.build import make
from tinytf.graph.default_graph import add_to_collection, control_dependencies, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.graph.trackable import Trackable
from tinytf.ops.array import array_ops
from tinytf.ops.state import resources
from tinytf.train.saveable import SaveableObject, SaveSpec


class PruningMode:
    """When splits without a gain are undone."""

    NO_PRUNING, PRE_PRUNING, POST_PRUNING = range(3)
    _map = {"none": NO_PRUNING, "pre": PRE_PRUNING, "post": POST_PRUNING}

    @classmethod
    def from_str(cls, mode: str) -> int:
        """The mode that a name means; ValueError for other names."""
        if mode not in cls._map:
            raise ValueError("pruning_mode mode must be one of: {}".format(", ".join(sorted(cls._map))))
        return cls._map[mode]


class _Resource(Trackable):
    """A handle with the op that creates what it refers to."""

    def __init__(self, name, default_name, kind, create, is_created):
        with name_scope(name, default_name) as scope:
            self._name = scope
            self._resource_handle = make(kind, container="", shared_name=scope, name=scope)
            self._init_op = create(self._resource_handle)
            self._is_initialized = make(is_created, self._resource_handle)
            self._made()

    def _made(self) -> None:
        """What is to be added in the resource's own name scope."""

    @property
    def resource_handle(self):
        """The handle."""
        return self._resource_handle

    @property
    def initializer(self):
        """The op that creates it."""
        return self._init_op

    def is_initialized(self):
        """A bool scalar: whether it is created."""
        return self._is_initialized

    @property
    def saveable(self):
        """What a Saver saves of it."""
        return self._saveable

    def _save(self, saveable) -> None:
        self._saveable = saveable
        add_to_collection(GraphKeys.SAVEABLE_OBJECTS, saveable)


def _boundaries(handle, num_streams) -> list:
    return make("BoostedTreesQuantileStreamResourceGetBucketBoundaries", handle, num_features=num_streams)


class QuantileAccumulatorSaveable(SaveableObject):
    """The boundaries of buckets, saved under NAME_bucket_boundaries_0 …"""

    def __init__(self, resource_handle, create_op, num_streams, name):
        self._resource_handle, self._create_op = resource_handle, create_op
        boundaries = _boundaries(resource_handle, num_streams)
        specs = [SaveSpec(b, "", f"{name}_bucket_boundaries_{i}") for i, b in enumerate(boundaries)]
        super().__init__(resource_handle, specs, name)

    def restore(self, restored_tensors, restored_shapes):
        """The op that puts the boundaries back."""
        with control_dependencies([self._create_op]):
            return make("BoostedTreesQuantileStreamResourceDeserialize", self._resource_handle, restored_tensors)


class QuantileAccumulator(_Resource):
    """Finds the boundaries of buckets for `num_streams` float features, of which a checkpoint keeps the boundaries.

    Follows `boosted_trees_ops.QuantileAccumulator` of TF 1.15.
    """

    def __init__(self, epsilon, num_streams, num_quantiles, name=None, max_elements=None):
        self._eps, self._num_streams, self._num_quantiles = epsilon, num_streams, num_quantiles

        def create(handle):
            return make("BoostedTreesCreateQuantileStreamResource", handle, epsilon, num_streams)

        super().__init__(
            name, "QuantileAccumulator", "BoostedTreesQuantileStreamResourceHandleOp", create,
            "IsBoostedTreesQuantileStreamResourceInitialized",
        )  # fmt: skip
        resources.register_resource(self._resource_handle, self._init_op, self._is_initialized)
        self._save(QuantileAccumulatorSaveable(self._resource_handle, self._init_op, num_streams, self._resource_handle.name))

    def add_summaries(self, float_columns, example_weights):
        """The op that takes in a batch of the features."""
        summaries = make("BoostedTreesMakeQuantileSummaries", float_columns, example_weights, self._eps)
        return make("BoostedTreesQuantileStreamResourceAddSummaries", self._resource_handle, summaries)

    def flush(self):
        """The op that finds the boundaries from what has come in."""
        return make("BoostedTreesQuantileStreamResourceFlush", self._resource_handle, self._num_quantiles)

    def get_bucket_boundaries(self) -> list:
        """The boundaries, a tensor a feature."""
        return _boundaries(self._resource_handle, self._num_streams)


class _TreeEnsembleSavable(SaveableObject):
    """An ensemble, saved as NAME_stamp and NAME_serialized."""

    def __init__(self, resource_handle, create_op, name):
        stamp_token, serialized = make("BoostedTreesSerializeEnsemble", resource_handle)
        specs = [SaveSpec(stamp_token, "", name + "_stamp"), SaveSpec(serialized, "", name + "_serialized")]
        super().__init__(resource_handle, specs, name)
        self._resource_handle, self._create_op = resource_handle, create_op

    def restore(self, restored_tensors, restored_shapes):
        """The op that puts the ensemble back."""
        stamp, serialized = restored_tensors
        with control_dependencies([self._create_op]):
            return make("BoostedTreesDeserializeEnsemble", self._resource_handle, stamp, serialized)


class TreeEnsemble(_Resource):
    """An ensemble of decision trees; a local one is not saved.  Follows `boosted_trees_ops.TreeEnsemble` of TF 1.15."""

    def __init__(self, name, stamp_token=0, is_local=False, serialized_proto=""):
        self._is_local = is_local

        def create(handle):
            return make("BoostedTreesCreateEnsemble", handle, stamp_token, serialized_proto)

        super().__init__(
            name, "TreeEnsemble", "BoostedTreesEnsembleResourceHandleOp", create, "IsBoostedTreesEnsembleInitialized"
        )  # fmt: skip

    def _made(self) -> None:
        if not self._is_local:
            self._save(_TreeEnsembleSavable(self._resource_handle, self._init_op, self._resource_handle.name))
        resources.register_resource(self._resource_handle, self._init_op, self._is_initialized, is_shared=not self._is_local)

    def get_stamp_token(self):
        """The number that counts the changes of the ensemble."""
        return make("BoostedTreesGetEnsembleStates", self._resource_handle)[0]

    def get_states(self) -> tuple:
        """(stamp token, trees, finalized trees, attempted layers, range of the nodes of the last layer)."""
        names = ("stamp_token", "num_trees", "num_finalized_trees", "num_attempted_layers", "last_layer_nodes_range")
        states = make("BoostedTreesGetEnsembleStates", self._resource_handle)
        return tuple(array_ops.identity(state, name=name) for state, name in zip(states, names))

    def serialize(self):
        """(stamp token, the ensemble as a string)."""
        return make("BoostedTreesSerializeEnsemble", self._resource_handle)

    def deserialize(self, stamp_token, serialized_proto):
        """The op that replaces the ensemble."""
        return make("BoostedTreesDeserializeEnsemble", self._resource_handle, stamp_token, serialized_proto)
