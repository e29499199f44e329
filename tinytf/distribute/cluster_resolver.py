"""`tf.distribute.cluster_resolver` of TF 1.15: where the processes of a cluster are, as far as no service must be asked."""

from __future__ import annotations

import json
import os

from tinytf.train.server_lib import ClusterSpec

__all__ = ["ClusterResolver", "SimpleClusterResolver", "TFConfigClusterResolver", "UnionResolver"]


class ClusterResolver:
    """The base: `cluster_spec()` and `master()` say where processes are.  Subclasses say how they know."""

    task_type = task_id = environment = None

    def cluster_spec(self) -> ClusterSpec:
        """The processes."""
        raise NotImplementedError("a ClusterResolver tells the processes by cluster_spec()")

    def master(self, task_type=None, task_id=None, rpc_layer=None) -> str:
        """The address of the master."""
        raise NotImplementedError("a ClusterResolver tells the master by master()")

    def num_accelerators(self, task_type=None, task_id=None, config_proto=None) -> dict:
        """The GPUs of a process: none."""
        return {}


def _address(address: str, rpc_layer) -> str:
    return f"{rpc_layer}://{address}" if rpc_layer and address else address


class SimpleClusterResolver(ClusterResolver):
    """A cluster that is given.  TypeError unless by a ClusterSpec."""

    def __init__(self, cluster_spec, master="", task_type=None, task_id=None, environment="", num_accelerators=None, rpc_layer=None):
        if not isinstance(cluster_spec, ClusterSpec):
            raise TypeError("cluster_spec must be a `tf.train.ClusterSpec`.")
        if not isinstance(master, str):
            raise TypeError("master must be a string.")
        self._cluster_spec, self._master, self._rpc_layer = cluster_spec, master, rpc_layer
        self.task_type, self.task_id, self.environment = task_type, task_id, environment
        self._accelerators = num_accelerators

    def cluster_spec(self) -> ClusterSpec:
        """The processes."""
        return self._cluster_spec

    def master(self, task_type=None, task_id=None, rpc_layer=None) -> str:
        """The master, or the address of a task."""
        if task_type is not None and task_id is not None:
            return _address(self._cluster_spec.task_address(task_type, task_id), rpc_layer or self._rpc_layer)
        return _address(self._master, rpc_layer if rpc_layer is not None else self._rpc_layer)

    def num_accelerators(self, task_type=None, task_id=None, config_proto=None) -> dict:
        """What was given, or none."""
        return dict(self._accelerators or {})

    @property
    def rpc_layer(self):
        """The protocol."""
        return self._rpc_layer


class TFConfigClusterResolver(ClusterResolver):
    """The cluster that the environment variable TF_CONFIG describes."""

    def __init__(self, task_type=None, task_id=None, rpc_layer=None, environment=None):
        task = _tf_config().get("task", {})
        self.task_type = task_type if task_type is not None else task.get("type")
        number = task_id if task_id is not None else task.get("index")
        self.task_id = int(number) if number is not None else None
        self._rpc_layer = rpc_layer or _tf_config().get("rpc_layer")
        self.environment = environment or _tf_config().get("environment")

    @property
    def rpc_layer(self):
        """The protocol."""
        return self._rpc_layer

    def cluster_spec(self) -> ClusterSpec:
        """The processes."""
        return ClusterSpec(_tf_config().get("cluster", {}))

    def master(self, task_type=None, task_id=None, rpc_layer=None) -> str:
        """The address of a task, by default of this process; '' where there is but one process."""
        spec = self.cluster_spec()
        tasks = sum(spec.num_tasks(job) for job in spec.jobs)
        if tasks < 2:
            return ""
        task_type = task_type if task_type is not None else self.task_type
        task_id = task_id if task_id is not None else self.task_id
        return _address(spec.task_address(task_type, task_id), rpc_layer or self._rpc_layer)


class UnionResolver(ClusterResolver):
    """Several clusters as one.  TypeError and ValueError where they are none or share a task."""

    def __init__(self, *args, **kwargs):
        for resolver in args:
            if not isinstance(resolver, ClusterResolver):
                raise TypeError("All arguments must be a sub-class of `ClusterResolver.`")
        if not args:
            raise ValueError("At least one ClusterResolver is required.")
        self._resolvers = args
        self.task_type, self.task_id = kwargs.get("task_type"), kwargs.get("task_id")
        self._rpc_layer = kwargs.get("rpc_layer")

    def cluster_spec(self) -> ClusterSpec:
        """The processes of all."""
        merged: dict = {}
        for resolver in self._resolvers:
            for job, tasks in resolver.cluster_spec().as_dict().items():
                numbered = dict(enumerate(tasks)) if isinstance(tasks, list) else dict(tasks)
                known = merged.setdefault(job, {})
                if known.keys() & numbered.keys():
                    raise KeyError("Duplicate keys detected when merging two ClusterSpecs: %s" % sorted(known.keys() & numbered.keys()))
                known.update(numbered)
        return ClusterSpec(merged)

    def master(self, task_type=None, task_id=None, rpc_layer=None) -> str:
        """The address of a task, or the first cluster's master."""
        if task_type is not None and task_id is not None:
            return _address(self.cluster_spec().task_address(task_type, task_id), rpc_layer or self._rpc_layer)
        return self._resolvers[0].master(rpc_layer=rpc_layer)


def _tf_config() -> dict:
    return json.loads(os.environ.get("TF_CONFIG", "{}"))
