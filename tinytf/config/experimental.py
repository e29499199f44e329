"""tf.config.experimental: which devices there are. One CPU, no GPU."""

from __future__ import annotations

import collections

PhysicalDevice = collections.namedtuple("PhysicalDevice", ["name", "device_type"])
LogicalDevice = collections.namedtuple("LogicalDevice", ["name", "device_type"])



class VirtualDeviceConfiguration(collections.namedtuple("VirtualDeviceConfiguration", ["memory_limit"])):
    """How much memory a virtual device may take, in megabytes; None is no limit.  Follows TF 1.15."""

    def __new__(cls, memory_limit=None):
        return super().__new__(cls, memory_limit)


_POLICIES = ("explicit", "warn", "silent", "silent_for_int32")
_policy, _synchronous, _virtual = "silent", True, None
_CPU = PhysicalDevice("/physical_device:CPU:0", "CPU")
_LOGICAL_CPU = LogicalDevice("/job:localhost/replica:0/task:0/device:CPU:0", "CPU")


def list_physical_devices(device_type=None) -> list:
    """The devices of the machine, of one type if `device_type` is given ("CPU", "GPU"). Follows TF 1.15."""
    return [_CPU] if device_type in (None, "CPU") else []


def list_logical_devices(device_type=None) -> list:
    """The devices that ops can be placed on. Follows TF 1.15."""
    return [_LOGICAL_CPU] if device_type in (None, "CPU") else []


def get_visible_devices(device_type=None) -> list:
    """The devices that may be used: all. Follows TF 1.15."""
    return list_physical_devices(device_type)


def set_visible_devices(devices, device_type=None) -> None:
    """Chooses the devices that may be used. ValueError for one that is not there, or if no CPU would be left."""
    for device in devices if isinstance(devices, (list, tuple)) else [devices]:
        if device is not None and device not in list_physical_devices():
            raise ValueError("Unrecognized device: %r" % (device,))
    if device_type in (None, "CPU") and devices in ([], None):
        raise NotImplementedError("tf.config.experimental.set_visible_devices: the CPU cannot be hidden, there is nothing else")


def get_memory_growth(device) -> bool:
    """Whether memory is taken as it is needed: always. ValueError for a device that is not there."""
    _check(device)
    return True


def set_memory_growth(device, enable: bool) -> None:
    """For GPUs, of which there are none: ValueError for any device but the CPU, which TensorFlow refuses as well."""
    _check(device)
    raise ValueError("Cannot set memory growth on non-GPU devices")


def _check(device):
    if device not in list_physical_devices():
        raise ValueError("Unrecognized device: %r" % (device,))


def get_device_policy() -> str:
    """What to do with an input on another device, of which there is none: as was set. Follows TF 1.15."""
    return _policy


def set_device_policy(device_policy) -> None:
    """One of 'explicit', 'warn', 'silent' and 'silent_for_int32', or None for 'silent'. ValueError for anything else."""
    global _policy
    if device_policy not in (None, *_POLICIES):
        raise ValueError("Not a valid device policy: %r" % device_policy)
    _policy = device_policy or "silent"


def get_synchronous_execution() -> bool:
    """Whether eager ops are waited for: as was set. Follows TF 1.15."""
    return _synchronous


def set_synchronous_execution(enable) -> None:
    """Changes nothing: a session always waits. Follows TF 1.15."""
    global _synchronous
    _synchronous = bool(enable)


def get_virtual_device_configuration(device):
    """The virtual devices that the CPU was divided into, or None. ValueError for a device that is not there."""
    _check(device)
    return _virtual


def set_virtual_device_configuration(device, virtual_devices) -> None:
    """Divides the CPU, by name only: all ops run on the one that there is. ValueError for a memory limit, which a CPU cannot have."""
    global _virtual
    _check(device)
    if any(v.memory_limit is not None for v in virtual_devices):
        raise ValueError("Setting memory limit on CPU virtual devices is currently not supported")
    _virtual = list(virtual_devices)
