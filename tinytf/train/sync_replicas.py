"""SyncReplicasOptimizer: averages the gradients of several machines, which one process has no use for."""

from __future__ import annotations

from tinytf.train.optimizer import Optimizer


class SyncReplicasOptimizer(Optimizer):
    """Not supported: it needs parameter servers and conditional accumulators."""

    def __init__(self, opt=None, replicas_to_aggregate=None, *args, **kwargs):
        raise NotImplementedError(
            "tf.train.SyncReplicasOptimizer synchronises the machines of a cluster, and tinytf runs in one process: "
            "use the optimizer it wraps as it is"
        )
