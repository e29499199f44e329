"""Save and restore nodes without a Saver around them, as `tf.train.Checkpoint` adds them: a shard for each device."""

from __future__ import annotations

import uuid

from tinytf.graph.build import make
from tinytf.graph.default_graph import control_dependencies, device
from tinytf.graph.device import canonical_name
from tinytf.ops.array import constant as constant_op
from tinytf.ops.files import io_ops
from tinytf.train.saveable import set_cpu0


class _SingleDeviceSaver:
    """Saves SaveableObjects of one device into one file.  Follows `functional_saver._SingleDeviceSaver` of TF 1.15."""

    def __init__(self, saveable_objects):
        saveable_objects = list(saveable_objects)
        for saveable in saveable_objects:
            if not hasattr(saveable, "specs"):
                raise ValueError(f"Expected a list of SaveableObjects, got {saveable}.")
        self._saveable_objects = saveable_objects

    def save(self, file_prefix):
        """The op that writes the file."""
        specs = [spec for saveable in self._saveable_objects for spec in saveable.specs]
        tensors = [spec.tensor for spec in specs]
        with device("cpu:0"):
            return io_ops.save_v2(file_prefix, [spec.name for spec in specs], [spec.slice_spec for spec in specs], tensors)

    def restore(self, file_prefix) -> dict:
        """{name of a saveable: the op that restores it}."""
        specs = [spec for saveable in self._saveable_objects for spec in saveable.specs]
        with device("cpu:0"):
            tensors = list(
                io_ops.restore_v2(file_prefix, [s.name for s in specs], [s.slice_spec for s in specs], [s.dtype for s in specs])
            )
        restore_ops = {}
        for saveable in self._saveable_objects:
            own, tensors = tensors[: len(saveable.specs)], tensors[len(saveable.specs) :]
            restore_ops[saveable.name] = saveable.restore(own, restored_shapes=None)
        return restore_ops


class MultiDeviceSaver:
    """Saves SaveableObjects, a file for each device, merged into one checkpoint.

    Follows `functional_saver.MultiDeviceSaver` of TF 1.15.
    """

    def __init__(self, saveable_objects):
        by_device: dict = {}
        for saveable in saveable_objects:
            by_device.setdefault(canonical_name(saveable.device), []).append(saveable)
        self._savers = [(name, _SingleDeviceSaver(by_device[name])) for name in sorted(by_device)]

    def save(self, file_prefix):
        """The tensor of `file_prefix`, computed once the checkpoint is there."""
        with device("cpu:0"):
            part = make("StringJoin", [file_prefix, f"_temp_{uuid.uuid4().hex}/part"])
        count = constant_op.constant(len(self._savers), name="num_shards")
        shard_prefixes, saves = [], []
        for shard, (device_name, saver) in enumerate(self._savers):
            with device(set_cpu0(device_name)):
                shard_prefixes.append(io_ops.sharded_filename(part, shard, count))
                saves.append(saver.save(shard_prefixes[-1]))
        with device(set_cpu0(self._savers[-1][0])):
            with control_dependencies(saves):
                merge = io_ops.merge_v2_checkpoints(shard_prefixes, file_prefix, delete_old_dirs=True)
            with control_dependencies([merge]):
                return make("Identity", file_prefix)

    def restore(self, file_prefix) -> dict:
        """{name of a saveable: the op that restores it}."""
        restore_ops = {}
        for device_name, saver in self._savers:
            with device(device_name):
                restore_ops.update(saver.restore(file_prefix))
        return restore_ops
