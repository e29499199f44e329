"""tf.contrib.checkpoint: the parts that object-based checkpoints are made of."""

from __future__ import annotations

from tinytf.graph.trackable import AutoTrackable as Checkpointable  # noqa: F401
from tinytf.graph.trackable import NoDependency  # noqa: F401
from tinytf.graph.trackable import Trackable as CheckpointableBase  # noqa: F401
from tinytf.graph.trackable_structures import List, Mapping  # noqa: F401
from tinytf.protos import TrackableObjectGraph as CheckpointableObjectGraph  # noqa: F401
from tinytf.train.checkpoint_manager import CheckpointManager  # noqa: F401
from tinytf.train.object_checkpoint import list_objects  # noqa: F401
