"""`tf.train.Checkpoint`: saves objects by their paths from a root, independent of the names of variables in a graph.

    checkpoint = tf.train.Checkpoint(optimizer=optimizer, model=model)
    path = checkpoint.save("save/ckpt")                     # save/ckpt-1.index, …, and the state file
    checkpoint.restore(path).assert_consumed().run_restore_ops()

The nodes are added at the first save or restore, and again only when the object graph has changed. Values that belong to
a call (path, saved object graph) are fed.
"""

from __future__ import annotations

import os

from tinytf import checkpoint as checkpoint_files
from tinytf import dtypes, errors, logging, protos
from tinytf.checkpoint import state
from tinytf.graph import trust
from tinytf.graph.default_graph import colocate_with, device
from tinytf.graph.trackable import OBJECT_GRAPH_PROTO_KEY, AutoTrackable, Trackable
from tinytf.ops.array import constant as constant_op
from tinytf.ops.state.init_ops import glorot_uniform_initializer, zeros_initializer
from tinytf.ops.state.variables import Variable
from tinytf.train.functional_saver import MultiDeviceSaver
from tinytf.train.object_graph import NoRestoreSaveable, ObjectGraphView
from tinytf.train.object_restore import (
    CheckpointLoadStatus,
    CheckpointPosition,
    InitializationOnlyStatus,
    NameBasedSaverStatus,
    Restoration,
    next_restore_uid,
    session_or_default,
)


def list_objects(root_trackable) -> list:
    """All objects below a root, slots of optimizers included."""
    return ObjectGraphView(root_trackable).list_objects()


def gather_initializers(root_trackable) -> list:
    """The initializers of all objects below a root."""
    found = [getattr(obj, "initializer", None) for obj in list_objects(root_trackable)]
    return [initializer for initializer in found if initializer is not None]


def add_variable(trackable, name, shape=None, dtype=dtypes.float32, initializer=None, trainable=True):
    """Makes a resource variable and adds it to an object's dependencies.

    ValueError where both `shape` and an initial value are given.  Follows `tracking.util.add_variable` of TF 1.15.
    """
    return trackable._add_variable_with_custom_getter(
        name=name, shape=shape, dtype=dtype, initializer=initializer, getter=_resource_variable, trainable=trainable
    )


def _resource_variable(name, shape, dtype, initializer, trainable):
    dtype = dtypes.as_dtype(dtype)
    if initializer is None:
        initializer = glorot_uniform_initializer if dtype.is_floating else zeros_initializer
    if not callable(initializer):
        if shape is not None:
            raise ValueError("If initializer is a constant, do not specify shape.")
        initial_value = initializer
    else:
        made = initializer(dtype=dtype) if isinstance(initializer, type) else initializer

        def initial_value():
            return made(() if shape is None else shape, dtype=dtype)

    return Variable(initial_value=initial_value, name=name, dtype=dtype, use_resource=True, trainable=trainable)


def read_object_graph(reader, save_path: str):
    """The TrackableObjectGraph of a checkpoint; None where a Saver wrote it, DataLossError where it makes no sense."""
    if not reader.has_tensor(OBJECT_GRAPH_PROTO_KEY):
        return None
    value = reader.get_tensor(OBJECT_GRAPH_PROTO_KEY)
    try:
        proto = protos.TrackableObjectGraph.FromString(value.item() if hasattr(value, "item") else value)
    except Exception as e:
        raise errors.DataLossError(None, None, f"{save_path}: {OBJECT_GRAPH_PROTO_KEY} is no TrackableObjectGraph: {e}") from e
    if not proto.nodes:
        raise errors.DataLossError(None, None, f"{save_path}: {OBJECT_GRAPH_PROTO_KEY} has no nodes, not even a root")
    numbers = range(len(proto.nodes))
    for node in proto.nodes:
        named = [child.node_id for child in node.children]
        for slot in node.slot_variables:
            named += [slot.original_variable_node_id, slot.slot_variable_node_id]
        if any(number not in numbers for number in named):
            raise errors.DataLossError(
                None, None, f"{save_path}: {OBJECT_GRAPH_PROTO_KEY} has {len(proto.nodes)} nodes and names others: {sorted(set(named))}"
            )
    return proto


class TrackableSaver:
    """Saves and restores all objects below a root.  Follows `tracking.util.TrackableSaver` of TF 1.15."""

    def __init__(self, graph_view):
        self._graph_view = graph_view
        self._fed_graph = self._fed_prefix = self._fed_restore_path = None
        self._saved_proto = self._save_tensor = None
        self._ops_by_key: dict = {}

    def save(self, file_prefix, checkpoint_number=None, session=None) -> str:
        """Writes a checkpoint and returns its path; adds nodes where the object graph is not that of the last save."""
        if checkpoint_number is not None:
            file_prefix = f"{file_prefix}-{checkpoint_number}"
        file_prefix = os.fspath(file_prefix)
        if self._fed_graph is None:
            with device("/cpu:0"):
                self._fed_graph = constant_op.constant("", dtype=dtypes.string)
                self._fed_prefix = constant_op.constant("", dtype=dtypes.string)
        serialized = self._graph_view.serialize()
        if self._saved_proto != serialized.proto:
            everything = [*serialized.saveables, NoRestoreSaveable(self._fed_graph, OBJECT_GRAPH_PROTO_KEY)]
            self._save_tensor = MultiDeviceSaver(everything).save(self._fed_prefix)
            self._saved_proto = serialized.proto
        feeds = {
            **serialized.feeds,
            self._fed_graph: serialized.proto.SerializeToString(),
            self._fed_prefix: file_prefix,
        }
        with trust.fed_paths([file_prefix]):
            path = session_or_default(session).run(self._save_tensor, feed_dict=feeds)
        path = path.item() if hasattr(path, "item") else path
        return path.decode() if isinstance(path, bytes) else path

    def restore(self, save_path):
        """Matches the objects below the root with those of a checkpoint and returns a status, which restores them."""
        if save_path is None:
            return InitializationOnlyStatus(self._graph_view, next_restore_uid())
        save_path = save_path.decode() if isinstance(save_path, bytes) else os.fspath(save_path)
        reader = checkpoint_files.NewCheckpointReader(save_path)
        proto = read_object_graph(reader, save_path)
        if proto is None:
            logging.warning(
                "Restoring a name-based tf.train.Saver checkpoint using the object-based restore API. This mode uses global names to "
                "match variables, and so is somewhat fragile. It also adds new restore ops to the graph each time it is called when "
                "graph building. Prefer re-encoding training checkpoints in the object-based format: run save() on the object-based "
                "saver (the same one this message is coming from) and use that checkpoint in the future."
            )
            return NameBasedSaverStatus(save_path, reader, self._graph_view)
        if self._fed_restore_path is None:
            with device("/cpu:0"):
                self._fed_restore_path = constant_op.constant("model")
        restoration = Restoration(proto, self._fed_restore_path, self._graph_view, reader, self._ops_by_key)
        CheckpointPosition(restoration, 0).restore(self._graph_view.root)
        return CheckpointLoadStatus(restoration, self._graph_view, {self._fed_restore_path: save_path})


class Checkpoint(AutoTrackable):
    """A root of objects to save: `Checkpoint(optimizer=optimizer, step=global_step)`.

    Args:
      **kwargs: its attributes: variables, optimizers, layers, tables, other Trackables.

    ValueError for what is no Trackable.  Follows `tf.train.Checkpoint` of TF 1.15 in graph mode.
    """

    def __init__(self, **kwargs):
        super().__init__()
        for name, value in sorted(kwargs.items()):
            if not isinstance(value, Trackable):
                raise ValueError(
                    f"`Checkpoint` was expecting a trackable object (an object derived from `TrackableBase`), got {value}. If you "
                    "believe this object should be trackable (i.e. it is part of the TensorFlow Python API and manages state), "
                    "please open an issue."
                )
            setattr(self, name, value)
        self.__dict__.update(_save_counter=None, _save_assign_op=None, _saver=TrackableSaver(ObjectGraphView(self)))

    def _maybe_create_save_counter(self) -> None:
        if self._save_counter is None:
            with device("/cpu:0"):
                self.__dict__["_save_counter"] = add_variable(
                    self, "save_counter", dtype=dtypes.int64, initializer=0, trainable=False
                )

    @property
    def save_counter(self):
        """The int64 variable that numbers saves: 0 before the first; made when it is asked for."""
        self._maybe_create_save_counter()
        return self._save_counter

    def write(self, file_prefix, session=None) -> str:
        """Writes a checkpoint of exactly that name, without a number or a state file, and returns its path."""
        return self._saver.save(file_prefix, session=session)

    def save(self, file_prefix, session=None) -> str:
        """Writes checkpoint `file_prefix`-N, N counted by `save_counter`, and the state file; returns its path."""
        list_objects(self)  # what cannot be saved is said before anything is run
        session = session_or_default(session)
        if self._save_counter is None:
            session.run(self.save_counter.initializer)
        if self._save_assign_op is None:
            with colocate_with(self.save_counter):
                self.__dict__["_save_assign_op"] = self.save_counter.assign_add(1, read_value=True)
        file_prefix = os.fspath(file_prefix)
        path = self.write(f"{file_prefix}-{int(session.run(self._save_assign_op))}", session=session)
        state.update_checkpoint_state(
            save_dir=os.path.dirname(file_prefix),
            model_checkpoint_path=path,
            all_model_checkpoint_paths=[path],
            save_relative_paths=True,
        )
        return path

    def restore(self, save_path):
        """Matches what is there with a checkpoint, and what is added later too; returns a status.

        `save_path`: as `save` returned it; None restores nothing.  The status's `run_restore_ops()` or
        `initialize_or_restore()` gives the values; `assert_consumed()` is an error unless all was matched.
        A checkpoint that a Saver wrote is restored by names.
        """
        status = self._saver.restore(save_path)
        self._maybe_create_save_counter()
        return status
