"""`tf.train.replica_device_setter`: variables on parameter servers, the rest on workers."""

from __future__ import annotations

from tinytf import logging
from tinytf.graph.device import DeviceSpec

STANDARD_PS_OPS = (
    "Variable", "VariableV2", "AutoReloadVariable", "MutableHashTable", "MutableHashTableV2", "MutableHashTableOfTensors",
    "MutableHashTableOfTensorsV2", "MutableDenseHashTable", "MutableDenseHashTableV2", "VarHandleOp",
    "BoostedTreesEnsembleResourceHandleOp", "BoostedTreesQuantileStreamResourceHandleOp", "ResourceConditionalAccumulator",
)  # fmt: skip


def _round_robin(num_tasks: int):
    following = [0]

    def choose(op):
        task = following[0]
        following[0] = (task + 1) % num_tasks
        return task

    return choose


def replica_device_setter(
    ps_tasks=0, ps_device="/job:ps", worker_device="/job:worker", merge_devices=True, cluster=None, ps_ops=None,
    ps_strategy=None,
):  # fmt: skip
    """A device function for `tf.device` that spreads variables over parameter servers; None where there are none.

    Args:
      ps_tasks: how many parameter servers; taken from `cluster` (a ClusterSpec) where given.
      ps_device, worker_device: their devices.
      merge_devices: whether an op's own device keeps the parts it names.
      ps_ops: op types to place on servers; the variables where None.
      ps_strategy: op -> task number; in turn where None.

    Follows `tf.train.replica_device_setter` of TF 1.15.
    """
    from tinytf.train.server_lib import ClusterSpec

    if cluster is not None:
        jobs = ClusterSpec(cluster).as_dict()
        job = DeviceSpec.from_string(ps_device).job
        if jobs.get(job) is None:
            return None
        ps_tasks = len(jobs[job])
    if ps_tasks == 0:
        return None
    if not merge_devices:
        logging.warning("DEPRECATION: It is recommended to set merge_devices=true in replica_device_setter")
    ps_ops = STANDARD_PS_OPS if ps_ops is None else ps_ops
    ps_strategy = _round_robin(ps_tasks) if ps_strategy is None else ps_strategy
    if not callable(ps_strategy):
        raise TypeError("ps_strategy must be callable")

    def choose(op) -> str:
        if not merge_devices and op.device:
            return op.device
        own = DeviceSpec.from_string(op.device or "")
        op_type = op.type if hasattr(op, "type") else op.op
        if ps_device and op_type in ps_ops:
            server = DeviceSpec.from_string(ps_device)
            if server.job and (not own.job or own.job == server.job):
                server = server.replace(task=ps_strategy(op))
            return server.make_merged_spec(own).to_string()
        return DeviceSpec.from_string(worker_device or "").make_merged_spec(own).to_string()

    return choose
