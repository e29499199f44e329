"""Servers in this process: the sessions of one server share variables, queues and tables by container and name.

There is no network: a target is only the name under which a server's state is found.
"""

from __future__ import annotations

import collections
import itertools
import weakref

from tinytf.graph.device import DeviceSpec, canonical_name


class State(dict):
    """What sessions keep: (container, name, …) -> box of a variable, queue, table.  It lives as long as its server."""

    def __init__(self, cluster=None):
        super().__init__()
        self.sessions: weakref.WeakSet = weakref.WeakSet()
        self.cluster = cluster  # {(job, task): State} of all servers of the cluster, or None
        self.place = ("localhost", 0)  # job and task
        self.config = None  # of sessions that have none of their own

    def clear_containers(self, containers) -> None:
        """Forgets what lies in some containers, or in all where None."""
        for key in list(self):
            container = key[0].decode() if isinstance(key[0], bytes) else key[0]
            if containers is None or (container or "localhost") in containers:
                del self[key]


class Resources(collections.UserDict):
    """The state of a session by (container, name), its own or that of its server.

    `call` gives the function that runs a function of the graph, `instance` one whose random numbers begin anew.
    """

    def __init__(self, call, shared=None, instance=None):
        super().__init__()
        self.call, self.instance, self.is_shared = call, instance or call, shared is not None
        if shared is not None:
            self.data = shared

    def calling(self, call, instance) -> Resources:
        """The same state, for kernels that call functions otherwise."""
        other = Resources(call, instance=instance)
        other.data, other.is_shared = self.data, self.is_shared
        return other

    def at(self, device: str) -> Resources:
        """What the task of the cluster keeps that a device names; this one's own where it names none."""
        cluster = self.data.cluster if self.is_shared else None
        if cluster is None or "/job:" not in device:
            return self
        place = DeviceSpec.from_string(device)
        state = cluster.get((place.job, place.task or 0))
        return self if state is None or state is self.data else Resources(self.call, state, self.instance)


_served: weakref.WeakValueDictionary = weakref.WeakValueDictionary()  # target -> State
_kept: list = []  # of clusters: whoever made one may make its servers at any time
_ports = itertools.count(20001)


def serve(address: str) -> tuple:
    """(target, state) of a new server; an address with port 0 gets a number that no server here has."""
    host, _, port = address.rpartition(":")
    if port == "0":
        address = f"{host}:{next(_ports)}"
    target = f"grpc://{address}".encode()
    state = _served.get(target)
    if state is None or state.cluster is None:
        state = _served[target] = State()
    return target, state


def make_cluster(tasks: dict) -> dict:
    """{job: addresses} of servers in this process that see each other's variables; `tasks`: {job: how many}."""
    states: dict = {}
    addresses: dict = {}
    for job, count in tasks.items():
        addresses[job] = [f"localhost:{next(_ports)}" for _ in range(count)]
        for task, address in enumerate(addresses[job]):
            states[job, task] = State(states)
            _served[f"grpc://{address}".encode()] = states[job, task]
            _kept.append(states[job, task])
    return addresses


def wake(resources) -> None:
    """Lets whoever waits for a queue or the like look again whether it should."""
    for resource in list(resources.values()):
        changed = getattr(resource, "changed", None)
        if changed is not None:
            with changed:
                changed.notify_all()


class _DeviceAttributes:
    """What `Session.list_devices` tells of a device."""

    def __init__(self, name, device_type, memory_limit_bytes, incarnation=1):
        self.name, self.device_type = canonical_name(name), device_type
        self.memory_limit_bytes, self.incarnation = memory_limit_bytes, incarnation

    def __repr__(self):
        return f"_DeviceAttributes({self.name}, {self.device_type}, {self.memory_limit_bytes}, {self.incarnation})"


def devices(config, state) -> list:
    """The CPUs that a session sees: as many a task as its config's `device_count` asks for; tasks of its `cluster_def`, if any."""
    count = config.device_count["CPU"] if config is not None and "CPU" in config.device_count else 1
    tasks = [("localhost", 0) if state is None else state.place]
    if config is not None and config.HasField("cluster_def"):
        tasks = [(job.name, task) for job in config.cluster_def.job for task in sorted(job.tasks)]
    names = [f"/job:{job}/replica:0/task:{task}/device:CPU:{i}" for job, task in tasks for i in range(count)]
    return [_DeviceAttributes(name, "CPU", 268435456) for name in names]


def state_of(target: bytes):
    """The state of the server with that target, or None where none runs in this process."""
    return _served.get(target)
