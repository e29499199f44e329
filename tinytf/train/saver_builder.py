"""The nodes of a Saver: `save/filename/input` … `save/restore_all`, as TensorFlow 1.15 adds them."""

from __future__ import annotations

import uuid

from tinytf import protos
from tinytf.graph.build import make
from tinytf.graph.default_graph import control_dependencies, device, get_default_graph, name_scope
from tinytf.graph.device import canonical_name
from tinytf.ops.array import constant as constant_op
from tinytf.ops.array import placeholder as placeholders
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.files import io_ops
from tinytf.train import saveable as saveables_module

V1, V2 = 1, 2  # SaverDef.CheckpointFormatVersion


class BaseSaverBuilder:
    """Adds the save and restore nodes; restores each variable by a node of its own.

    `write_version` is `tf.train.SaverDef.V1` or `.V2`.  Subclasses override `save_op`,
    `bulk_restore` or `restore_op`.  Follows BaseSaverBuilder of TF 1.15.
    """

    SaveSpec = saveables_module.SaveSpec
    SaveableObject = saveables_module.SaveableObject
    VariableSaveable = saveables_module.ReferenceVariableSaveable
    ResourceVariableSaveable = saveables_module.ResourceVariableSaveable

    def __init__(self, write_version=V2):
        self._write_version = write_version

    def save_op(self, filename_tensor, saveables):
        """The op that saves all specs of `saveables` into one file."""
        specs = [(spec.name, spec.tensor, spec.slice_spec) for saveable in saveables for spec in saveable.specs]
        names, tensors, slices = ([s[i] for s in specs] for i in range(3))
        if self._write_version == V1:
            return io_ops.save_slices(filename_tensor, names, slices, tensors, name="save")
        if self._write_version == V2:
            return io_ops.save_v2(filename_tensor, names, slices, tensors)
        raise RuntimeError(f"Unexpected write_version: {self._write_version}")

    def bulk_restore(self, filename_tensor, saveables, preferred_shard, restore_sequentially):
        """The restored tensors of all specs, in order."""
        tensors: list = []
        for saveable in saveables:
            with device(saveables_module.set_cpu0(saveable.device) if saveable.device else None):
                tensors.extend(self.restore_op(filename_tensor, saveable, preferred_shard))
        return tensors

    def restore_op(self, filename_tensor, saveable, preferred_shard):
        """The restored tensors of one saveable."""
        return [
            io_ops.restore_v2(filename_tensor, [spec.name], [spec.slice_spec], [spec.dtype])[0] for spec in saveable.specs
        ]

    def sharded_filename(self, filename_tensor, shard, num_shards):
        """The name of one shard's file."""
        return io_ops.sharded_filename(filename_tensor, shard, num_shards)

    def build(
        self, names_to_saveables, reshape=False, sharded=False, max_to_keep=5, keep_checkpoint_every_n_hours=10000.0,
        name=None, restore_sequentially=False, filename="model",
    ):  # fmt: skip
        """Adds the nodes and returns the SaverDef that names them; arguments as those of `Saver`."""
        saveables = saveables_module.validate_and_slice_inputs(names_to_saveables)
        with name_scope(name, "save", [s.op for s in saveables]):
            path = placeholders.placeholder_with_default(filename or "model", shape=(), name="filename")
            path = placeholders.placeholder_with_default(path, shape=(), name="Const")
            if sharded:
                per_device = self._by_device(saveables)
                saved = self._add_sharded_save(path, per_device)
                restore_op = self._add_sharded_restore(path, per_device, restore_sequentially, reshape)
            else:
                saved = self._add_save(path, saveables)
                restore_op = self._add_restore(path, saveables, restore_sequentially, reshape)
        _read_partitioned_variables(get_default_graph())
        return protos.SaverDef(
            filename_tensor_name=path.name,
            save_tensor_name=saved.name,
            restore_op_name=restore_op.name,
            max_to_keep=max_to_keep or 0,
            sharded=sharded,
            keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
            version=self._write_version,
        )

    # Saving -------------------------------------------------------------------------------------

    def _add_save(self, path, saveables):
        return control_flow_ops.with_dependencies([self.save_op(path, saveables)], path)

    def _add_sharded_save(self, path, per_device):
        if self._write_version == V2:
            return self._add_sharded_save_v2(path, per_device)
        count = constant_op.constant(len(per_device), name="num_shards")
        saves = []
        for shard, (device_name, saveables) in enumerate(per_device):
            with device(device_name):
                saves.append(self._add_save(self.sharded_filename(path, shard, count), saveables))
        with control_dependencies([x.op for x in saves]):
            return io_ops.sharded_filespec(path, count)

    def _add_sharded_save_v2(self, prefix, per_device):
        """Each device writes a part into a temporary folder; a last step merges the parts' indexes."""
        part = make("StringJoin", [prefix, "_temp_%s/part" % uuid.uuid4().hex])
        count = constant_op.constant(len(per_device), name="num_shards")
        part_names, saves, last_device = [], [], None
        for shard, (device_name, saveables) in enumerate(per_device):
            last_device = device_name
            with device(saveables_module.set_cpu0(device_name)):
                part_name = self.sharded_filename(part, shard, count)
                part_names.append(part_name)
                saves.append(self._add_save(part_name, saveables))
        with control_dependencies([x.op for x in saves]), device(saveables_module.set_cpu0(last_device)):
            merge = io_ops.merge_v2_checkpoints(part_names, prefix, delete_old_dirs=True)
            with control_dependencies([merge]):
                return make("Identity", prefix)

    # Restoring ----------------------------------------------------------------------------------

    def _add_restore(self, path, saveables, restore_sequentially, reshape, preferred_shard=-1, name="restore_all"):
        tensors = self.bulk_restore(path, saveables, preferred_shard, restore_sequentially)
        assigns, position = [], 0
        for saveable in saveables:
            shapes = [_target_shape(spec.tensor) for spec in saveable.specs] if reshape else None
            assigns.append(saveable.restore(tensors[position : position + len(saveable.specs)], shapes))
            position += len(saveable.specs)
        return control_flow_ops.group(*assigns, name=name)

    def _add_sharded_restore(self, path, per_device, restore_sequentially, reshape):
        restores = []
        for shard, (device_name, saveables) in enumerate(per_device):
            with device(device_name):
                restores.append(self._add_restore(path, saveables, restore_sequentially, reshape, shard, "restore_shard"))
        return control_flow_ops.group(*restores, name="restore_all")

    def _by_device(self, saveables) -> list:
        """(device, saveables) pairs, ordered by device."""
        per_device: dict = {}
        for saveable in saveables:
            names = {canonical_name(spec.tensor.device) for spec in saveable.specs}
            if len(names) != 1:
                raise ValueError(f"All tensors of a saveable object must be on the same device: {saveable.name}")
            per_device.setdefault(names.pop(), []).append(saveable)
        return sorted(per_device.items(), key=lambda item: item[0])


class BulkSaverBuilder(BaseSaverBuilder):
    """Restores all variables by one node: what `Saver` uses."""

    def bulk_restore(self, filename_tensor, saveables, preferred_shard, restore_sequentially):
        """The restored tensors of all specs, in order, from one RestoreV2."""
        specs = [spec for saveable in saveables for spec in saveable.specs]
        with device("cpu:0"):
            return io_ops.restore_v2(
                filename_tensor, [s.name for s in specs], [s.slice_spec for s in specs], [s.dtype for s in specs]
            )


def _target_shape(tensor):
    shape = tensor.get_shape()
    return shape if shape.is_fully_defined() else make("Shape", tensor)


def _read_partitioned_variables(graph) -> None:
    """A partitioned variable is one tensor in the graph, so that whoever imports it finds it by its name."""
    for key in graph.get_all_collection_keys():
        for element in graph.get_collection(key):
            if saveables_module.is_partitioned(element):
                try:
                    graph.get_operation_by_name(element.name)
                except KeyError:
                    element.as_tensor()
