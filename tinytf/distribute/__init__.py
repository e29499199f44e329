"""`tf.distribute` of TF 1.15 on one CPU: programs for strategies run, with one replica."""

from __future__ import annotations

from tinytf.distribute import cluster_resolver, experimental
from tinytf.distribute.context import (
    ReduceOp,
    experimental_set_strategy,
    get_loss_reduction,
    get_replica_context,
    get_strategy,
    has_strategy,
    in_cross_replica_context,
)
from tinytf.distribute.input_lib import InputContext, InputReplicationMode
from tinytf.distribute.strategies import MirroredStrategy, OneDeviceStrategy, ReplicaContext, Strategy, StrategyExtended
from tinytf.train.server_lib import Server

__all__ = [
    "InputContext", "InputReplicationMode", "MirroredStrategy", "OneDeviceStrategy", "ReduceOp", "ReplicaContext", "Server", "Strategy",
    "StrategyExtended", "cluster_resolver", "experimental", "experimental_set_strategy", "get_loss_reduction", "get_replica_context",
    "get_strategy", "has_strategy", "in_cross_replica_context",
]  # fmt: skip
