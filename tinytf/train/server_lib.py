"""`tf.train.ClusterSpec` in full, and `tf.train.Server` as far as one process goes."""

from __future__ import annotations

import re
import threading

from tinytf import errors, protos
from tinytf.run import servers


class ClusterSpec:
    """The jobs of a cluster and the addresses of their tasks.

    `cluster`: {job: [address, …]} or {job: {task number: address}}, a ClusterDef or a ClusterSpec.
    Follows `tf.train.ClusterSpec` of TF 1.15.
    """

    def __init__(self, cluster):
        if isinstance(cluster, ClusterSpec):
            cluster = cluster.as_cluster_def()
        if isinstance(cluster, protos.ClusterDef):
            self._jobs = {job.name: dict(job.tasks) for job in cluster.job}
        elif isinstance(cluster, dict):
            self._jobs = {}
            for name, tasks in cluster.items():
                if isinstance(tasks, (list, tuple)):
                    tasks = dict(enumerate(tasks))
                elif not isinstance(tasks, dict):
                    raise TypeError(f"The tasks for job {name!r} must be a list or a dictionary from integers to strings.")
                self._jobs[name] = dict(tasks)
        else:
            raise TypeError(
                "`cluster` must be a dictionary mapping one or more job names to lists of network addresses, or a `ClusterDef` "
                "protocol buffer"
            )
        self._cluster_def = protos.ClusterDef()
        for name, tasks in sorted(self._jobs.items()):
            if not isinstance(name, (str, bytes)):
                raise TypeError(f"Job name {name!r} must be bytes or unicode")
            job = self._cluster_def.job.add(name=name)
            for i, address in sorted(tasks.items()):
                if not isinstance(address, (str, bytes)):
                    raise TypeError(f"Task address {address!r} must be bytes or unicode")
                job.tasks[i] = address

    def __bool__(self):
        return bool(self._jobs)

    def __eq__(self, other):
        return self._jobs == (other._jobs if isinstance(other, ClusterSpec) else other)

    def __ne__(self, other):
        return not self == other

    __hash__ = None

    def __str__(self):
        jobs = self.as_dict()
        return "ClusterSpec({" + ", ".join(f"{k!r}: {jobs[k]!r}" for k in sorted(jobs)) + "})"

    def as_dict(self) -> dict:
        """{job: list of addresses}, or {job: {number: address}} where numbers are missing."""
        result = {}
        for name, tasks in self._jobs.items():
            numbers = sorted(tasks)
            dense = numbers == list(range(len(numbers)))
            result[name] = [tasks[i] for i in numbers] if dense and numbers else dict(tasks)
        return result

    def as_cluster_def(self):
        """The ClusterDef."""
        return self._cluster_def

    @property
    def jobs(self) -> list:
        """The names of the jobs."""
        return list(self._jobs)

    def _tasks(self, job_name) -> dict:
        if job_name not in self._jobs:
            raise ValueError(f"No such job in cluster: {job_name!r}")
        return self._jobs[job_name]

    def num_tasks(self, job_name) -> int:
        """How many tasks a job has; ValueError for a job that is not there."""
        return len(self._tasks(job_name))

    def task_indices(self, job_name) -> list:
        """The numbers of a job's tasks."""
        return sorted(self._tasks(job_name))

    def task_address(self, job_name, task_index):
        """The address of a task; ValueError where it is not there."""
        tasks = self._tasks(job_name)
        if task_index not in tasks:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}")
        return tasks[task_index]

    def job_tasks(self, job_name) -> list:
        """The addresses of a job's tasks by number, None for numbers that are missing."""
        tasks = self._tasks(job_name)
        return [tasks.get(i) for i in range(max(tasks) + 1)] if tasks else []


class Server:
    """A server of one task in this process: `tf.Session(server.target)` runs here.

    A cluster of several tasks raises NotImplementedError, for tinytf runs in one process; `tf.test.create_local_cluster` makes
    one that lies in it.
    Follows `tf.train.Server` of TF 1.15.
    """

    def __init__(self, server_or_cluster_def, job_name=None, task_index=None, protocol=None, config=None, start=True):
        self._server_def = _make_server_def(server_or_cluster_def, job_name, task_index, protocol, config)
        cluster = ClusterSpec(self._server_def.cluster)
        own = cluster.task_address(self._server_def.job_name, self._server_def.task_index)
        state = servers.state_of(f"grpc://{own}".encode())
        if sum(cluster.num_tasks(j) for j in cluster.jobs) > 1 and (state is None or state.cluster is None):
            raise NotImplementedError(
                f"tinytf runs in one process and cannot join {cluster}. Use a plain tf.Session, or tf.train.Server.create_local_server()."
            )
        if not re.fullmatch(r".+:\d+", own):
            raise errors.InvalidArgumentError(None, None, f'Could not parse port for local server from "{own}".')
        self._target, self._state = servers.serve(own)
        self._state.place = self._server_def.job_name, self._server_def.task_index
        if self._server_def.HasField("default_session_config"):
            self._state.config = self._server_def.default_session_config
        self._stopped = threading.Event()
        self._started = False
        if start:
            self.start()

    def start(self) -> None:
        """Nothing to wait for: the session runs in this process."""
        self._started = True

    def join(self) -> None:
        """Waits for ever, as a server does; an interrupt ends it."""
        self._stopped.wait()

    @property
    def server_def(self):
        """The ServerDef."""
        return self._server_def

    @property
    def target(self) -> str:
        """What to give to `tf.Session`: the sessions of one server share their variables."""
        return self._target.decode()

    @staticmethod
    def create_local_server(config=None, start=True) -> Server:
        """A server of one task."""
        return Server({"local": ["localhost:0"]}, protocol="grpc", config=config, start=start)


def _make_server_def(given, job_name, task_index, protocol, config):
    if isinstance(given, protos.ServerDef):
        result = protos.ServerDef()
        result.CopyFrom(given)
        if job_name is not None:
            result.job_name = job_name
        if task_index is not None:
            result.task_index = task_index
        if protocol is not None:
            result.protocol = protocol
    else:
        try:
            cluster = ClusterSpec(given)
        except TypeError:
            raise TypeError(
                "Could not convert `server_or_cluster_def` to a `tf.train.ServerDef` or `tf.train.ClusterSpec`."
            ) from None
        if job_name is None:
            if len(cluster.jobs) != 1:
                raise ValueError("Must specify an explicit `job_name`.")
            job_name = cluster.jobs[0]
        if task_index is None:
            if cluster.num_tasks(job_name) != 1:
                raise ValueError("Must specify an explicit `task_index`.")
            task_index = cluster.task_indices(job_name)[0]
        result = protos.ServerDef(job_name=job_name, task_index=task_index, protocol=protocol or "grpc")
        result.cluster.CopyFrom(cluster.as_cluster_def())
    if config is not None:
        result.default_session_config.MergeFrom(config)
    return result
