"""Servers in this process: the sessions of one server share variables, queues and tables by container and name.

There is no network: a target is only the name under which a server's state is found.
"""

from __future__ import annotations

import collections
import itertools
import weakref


class State(dict):
    """What sessions keep: (container, name, …) -> box of a variable, queue, table.  It lives as long as its server."""

    def __init__(self):
        super().__init__()
        self.sessions: weakref.WeakSet = weakref.WeakSet()

    def clear_containers(self, containers) -> None:
        """Forgets what lies in some containers, or in all where None."""
        for key in list(self):
            container = key[0].decode() if isinstance(key[0], bytes) else key[0]
            if containers is None or (container or "localhost") in containers:
                del self[key]


class Resources(collections.UserDict):
    """The state of a session by (container, name), its own or that of its server.

    `call` gives the function that runs a function of the graph.
    """

    def __init__(self, call, shared=None):
        super().__init__()
        self.call, self.is_shared = call, shared is not None
        if shared is not None:
            self.data = shared


_served: weakref.WeakValueDictionary = weakref.WeakValueDictionary()  # target -> State
_ports = itertools.count(20001)


def serve(address: str) -> tuple:
    """(target, state) of a new server; an address with port 0 gets a number that no server here has."""
    host, _, port = address.rpartition(":")
    if port == "0":
        address = f"{host}:{next(_ports)}"
    target = f"grpc://{address}".encode()
    state = _served[target] = State()
    return target, state


def state_of(target: bytes):
    """The state of the server with that target, or None where none runs in this process."""
    return _served.get(target)
