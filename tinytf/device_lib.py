"""tensorflow.python.client.device_lib: what there is to compute on."""

from __future__ import annotations

import random

from tinytf import protos


def list_local_devices(session_config=None) -> list:
    """DeviceAttributes of the devices of this machine: one CPU. Follows TF 1.15."""
    cpu = protos.DeviceAttributes(name="/device:CPU:0", device_type="CPU", memory_limit=1 << 28)
    cpu.incarnation = random.SystemRandom().getrandbits(63) or 1
    cpu.locality.SetInParent()
    return [cpu]
