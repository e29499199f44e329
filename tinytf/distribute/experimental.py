"""`tf.distribute.experimental` of TF 1.15: of its strategies, which are for several processes, there is none."""

from __future__ import annotations

import enum

__all__ = ["CollectiveCommunication"]


class CollectiveCommunication(enum.Enum):
    """How processes talk to each other."""

    AUTO = "AUTO"
    RING = "RING"
    NCCL = "NCCL"
