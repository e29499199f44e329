"""Ops that make an ensemble, tell its state, and turn it into bytes and back."""

from __future__ import annotations

import numpy as np
from google.protobuf.message import DecodeError

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar
from tinytf.ops.boosted_trees.ensemble import Ensemble
from tinytf.ops.state.held_resources import created, handle_kernel, is_created_kernel

op("BoostedTreesEnsembleResourceHandleOp() -> (resource: resource); container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=handle_kernel(Ensemble), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("IsBoostedTreesEnsembleInitialized(tree_ensemble_handle: resource) -> (is_initialized: bool); is_stateful",
   shape=scalar, kernel=is_created_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _load(op_, ensemble, stamp, serialized):
    try:
        ensemble.load(int(stamp), serialized.item() if hasattr(serialized, "item") else serialized)
    except (DecodeError, ValueError) as error:
        reason = f" ({error})" if isinstance(error, ValueError) and not isinstance(error, DecodeError) else ""
        raise errors.InvalidArgumentError(op_.node_def, op_, "Unable to parse tree ensemble proto." + reason) from None


def _create(op_):
    def create(ensemble, stamp, serialized):
        if not ensemble.is_created:  # creating it again changes nothing
            _load(op_, ensemble, stamp, serialized)

    return create


def _deserialize(op_):
    return lambda ensemble, stamp, serialized: _load(op_, created(op_, ensemble), stamp, serialized)


def _serialize(op_):
    def serialize(ensemble):
        created(op_, ensemble)
        return np.int64(ensemble.stamp), np.array(ensemble.proto.SerializeToString(), object)

    return serialize


def _states(op_):
    def states(ensemble):
        proto, size = created(op_, ensemble).proto, ensemble.size
        finalized = size if not size or ensemble.is_finalized(size - 1) else size - 1
        growing = proto.growing_metadata
        start, end = growing.last_layer_node_start, growing.last_layer_node_end
        nodes = np.array([start, end or 1], np.int32)  # at first the root, which may be still to come
        return np.int64(ensemble.stamp), np.int32(size), np.int32(finalized), np.int32(growing.num_layers_attempted), nodes

    return states


op("BoostedTreesCreateEnsemble(tree_ensemble_handle: resource, stamp_token: int64, tree_ensemble_serialized: string) -> (); is_stateful",
   shape=no_outputs, kernel=_create, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BoostedTreesDeserializeEnsemble(tree_ensemble_handle: resource, stamp_token: int64, tree_ensemble_serialized: string) -> (); is_stateful",
   shape=no_outputs, kernel=_deserialize, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BoostedTreesSerializeEnsemble(tree_ensemble_handle: resource) -> (stamp_token: int64, tree_ensemble_serialized: string); is_stateful",
   shape=scalar, kernel=_serialize, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BoostedTreesGetEnsembleStates(tree_ensemble_handle: resource) -> (stamp_token: int64, num_trees: int32, num_finalized_trees: int32, "
   "num_attempted_layers: int32, last_layer_nodes_range: int32); is_stateful",
   shape=lambda op_: [(), (), (), (), (2,)], kernel=_states, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
