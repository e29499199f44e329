"""tf.config: devices and threads. tinytf computes on one CPU; what is set here is remembered and told again."""

from __future__ import annotations

from tinytf.config import experimental, optimizer, threading  # noqa: F401

__all__ = [
    "experimental", "experimental_connect_to_cluster", "experimental_connect_to_host", "experimental_list_devices",
    "experimental_run_functions_eagerly", "get_soft_device_placement", "optimizer", "set_soft_device_placement", "threading",
]  # fmt: skip

_soft_device_placement = False


def get_soft_device_placement() -> bool:
    """What set_soft_device_placement() said. Follows TF 1.15."""
    return _soft_device_placement


def set_soft_device_placement(enabled: bool) -> None:
    """Whether ops may run on another device than the one they ask for. All run on the CPU either way."""
    global _soft_device_placement
    _soft_device_placement = enabled


def experimental_list_devices() -> list:
    """The names of the devices that ops can be placed on. Follows TF 1.15."""
    return [device.name for device in experimental.list_logical_devices()]


def experimental_run_functions_eagerly(run_eagerly: bool) -> None:
    """Whether a `tf.function` runs its Python code in place each time that it is called. Follows TF 1.15."""
    from tinytf.ops.functions import def_function

    def_function.run_functions_eagerly(run_eagerly)


def experimental_connect_to_host(remote_host=None, job_name="worker") -> None:
    """NotImplementedError: there is one process. ValueError without a host, as in TF 1.15."""
    if not remote_host:
        raise ValueError("Must provide at least one remote_host")
    raise NotImplementedError("tf.config.experimental_connect_to_host: tinytf runs in one process; use a plain tf.Session")


def experimental_connect_to_cluster(cluster_spec_or_resolver, job_name="localhost", task_index=0, protocol=None) -> None:
    """NotImplementedError: there is one process."""
    raise NotImplementedError("tf.config.experimental_connect_to_cluster: tinytf runs in one process; use a plain tf.Session")
