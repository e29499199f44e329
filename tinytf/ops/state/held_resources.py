"""How kernels share what a resource handle refers to: made once a session, found by its name, empty until it is created."""

from __future__ import annotations

import numpy as np

from tinytf import errors


def handle_kernel(cls):
    """A stateful kernel that makes a `cls` once a session, or finds it by its shared name."""

    def stateful_kernel(op, resources):
        name = (op.attr("shared_name") or op.name.encode()).decode()
        key = (op.attr("container").decode(), cls, name)
        if key not in resources:
            resources[key] = cls()
            resources[key].name = name
        return lambda: resources[key]

    return stateful_kernel


def created(op, resource):
    """The resource, once it is created; NotFoundError before."""
    if not resource.is_created:
        message = f"Container localhost does not exist. (Could not find resource: localhost/{resource.name})"
        raise errors.NotFoundError(op.node_def, op, message)
    return resource


def is_created_kernel(_):
    """Whether the resource that the input refers to is created."""
    return lambda resource: np.bool_(resource.is_created)
