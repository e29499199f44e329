"""tf.config: devices and threads. tinytf computes on one CPU; what is set here is remembered and told again."""

from __future__ import annotations

from tinytf.config import experimental, optimizer, threading  # noqa: F401

_soft_device_placement = False


def get_soft_device_placement() -> bool:
    """What set_soft_device_placement() said. Follows TF 1.15."""
    return _soft_device_placement


def set_soft_device_placement(enabled: bool) -> None:
    """Whether ops may run on another device than the one they ask for. All run on the CPU either way."""
    global _soft_device_placement
    _soft_device_placement = enabled
