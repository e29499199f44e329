"""`tf.train.Saver`: saves variables and restores them, by running nodes of the graph.

    saver = tf.train.Saver()
    path = saver.save(sess, "save/model.ckpt", global_step=100)   # save/model.ckpt-100.index, .data-00000-of-00001, .meta
    saver.restore(sess, path)

The `checkpoint` file, which says which checkpoint is the last, is written after everything that it
names is complete.
"""

from __future__ import annotations

import numbers
import os
import time

import numpy as np

from tinytf import errors, logging, protos
from tinytf.checkpoint import files, state
from tinytf.checkpoint.reader import open_checkpoint
from tinytf.graph import collection_protos, meta_graph, trust
from tinytf.graph.default_graph import add_to_collection, get_collection, get_default_graph
from tinytf.graph.graph import GraphKeys
from tinytf.ops.files import io_ops
from tinytf.ops.state import variables
from tinytf.train import checkpoint_paths, object_based, restore_check
from tinytf.train.saver_builder import V2, BaseSaverBuilder, BulkSaverBuilder  # noqa: F401

_V1_WARNING = """\
*******************************************************
TensorFlow's V1 checkpoint format has been deprecated.
Consider switching to the more efficient V2 format:
   `tf.train.Saver(write_version=tf.train.SaverDef.V2)`
now on by default.
*******************************************************"""


class Saver:
    """Saves and restores variables.

    Args:
      var_list: a list of variables (saved under their own names) or {name: variable, list of slices
        or SaveableObject}; all global variables and saveable objects where None.
      reshape: lets a variable take a saved tensor of another shape with as many elements.
      sharded: one file a device.
      max_to_keep: how many of the last checkpoints stay; None or 0 keeps all files (and only the
        last one is named in the `checkpoint` file).
      keep_checkpoint_every_n_hours: beyond those, one checkpoint for so many hours stays.
      name: the name scope of the nodes; 'save' where None.
      restore_sequentially: as in TensorFlow 1.15, without effect.
      saver_def: a SaverDef of nodes that are in the graph already; nothing is added.
      builder: what adds the nodes; BulkSaverBuilder where None.
      defer_build: adds the nodes only when `build` is called.
      allow_empty: a graph without variables is no error; saving then writes the `.meta` file only.
      write_version: `tf.train.SaverDef.V2` or `.V1`; both are restored.
      pad_step_number: pads the global step in file names to eight digits.
      save_relative_paths: writes paths relative to the folder into the `checkpoint` file.
      filename: the default of the filename node.

    Raises TypeError and ValueError for a var_list that is none.  Follows `tf.train.Saver` of TF 1.15.
    """

    def __init__(
        self, var_list=None, reshape=False, sharded=False, max_to_keep=5, keep_checkpoint_every_n_hours=10000.0,
        name=None, restore_sequentially=False, saver_def=None, builder=None, defer_build=False, allow_empty=False,
        write_version=V2, pad_step_number=False, save_relative_paths=False, filename=None,
    ):  # fmt: skip
        if defer_build and var_list:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. Either set defer_build=False or var_list=None."
            )
        self._var_list, self._reshape, self._sharded = var_list, reshape, sharded
        self._max_to_keep, self._keep_checkpoint_every_n_hours = max_to_keep, keep_checkpoint_every_n_hours
        self._name, self._restore_sequentially = name, restore_sequentially
        self.saver_def, self._builder = saver_def, builder
        self._is_built, self._allow_empty, self._is_empty = False, allow_empty, None
        self._write_version, self._pad_step_number = write_version, pad_step_number
        self._save_relative_paths, self._filename = save_relative_paths, filename
        self._last_checkpoints: list = []
        self._checkpoints_to_be_deleted: list = []
        self._object_restore_saver = None
        self._targets: tuple = (None, [])  # the graph they were read off, and what is restored
        if not defer_build:
            self.build()
        if self.saver_def:
            self._check_saver_def()
            self._write_version = self.saver_def.version

    # Building -----------------------------------------------------------------------------------

    def build(self) -> None:
        """Adds the nodes, unless they are there.  ValueError where there is nothing to save."""
        if self._is_built:
            return
        self._is_built = True
        if not self.saver_def:
            if self._builder is None:
                self._builder = BulkSaverBuilder(self._write_version)
            if self._var_list is None:
                self._var_list = variables._all_saveable_objects()
            if not self._var_list:
                if not self._allow_empty:
                    raise ValueError("No variables to save")
                self._is_empty = True
                return
            self._is_empty = False
            self.saver_def = self._builder.build(
                self._var_list,
                reshape=self._reshape,
                sharded=self._sharded,
                max_to_keep=self._max_to_keep,
                keep_checkpoint_every_n_hours=self._keep_checkpoint_every_n_hours,
                name=self._name,
                restore_sequentially=self._restore_sequentially,
                filename=self._filename,
            )
        elif self._name:
            for field in _NAME_FIELDS:
                setattr(self.saver_def, field, collection_protos.prepend_name_scope(getattr(self.saver_def, field), self._name))
        self._check_saver_def()
        self._next_checkpoint_time = time.time() + self.saver_def.keep_checkpoint_every_n_hours * 3600

    def _check_saver_def(self) -> None:
        if not isinstance(self.saver_def, protos.SaverDef):
            raise ValueError(f"saver_def must be a saver_pb2.SaverDef: {self.saver_def}")
        if not self.saver_def.save_tensor_name:
            raise ValueError(f"saver_def must specify the save_tensor_name: {self.saver_def}")
        if not self.saver_def.restore_op_name:
            raise ValueError(f"saver_def must specify the restore_op_name: {self.saver_def}")

    def as_saver_def(self):
        """The SaverDef of this Saver."""
        return self.saver_def

    def to_proto(self, export_scope=None):
        """The SaverDef of this Saver, names without `export_scope`; None where it lies outside of that scope."""
        if export_scope is None:
            return self.saver_def
        if not all(getattr(self.saver_def, field).startswith(export_scope) for field in _NAME_FIELDS):
            return None
        saver_def = protos.SaverDef()
        saver_def.CopyFrom(self.saver_def)
        for field in _NAME_FIELDS:
            setattr(saver_def, field, collection_protos.strip_name_scope(getattr(saver_def, field), export_scope))
        return saver_def

    @staticmethod
    def from_proto(saver_def, import_scope=None) -> Saver:
        """A Saver for the nodes that a SaverDef names, under `import_scope`."""
        return Saver(saver_def=saver_def, name=import_scope)

    # Which checkpoints there are ------------------------------------------------------------------

    @property
    def last_checkpoints(self) -> list:
        """The checkpoints not yet deleted, oldest first."""
        return [path for path, _ in self._last_checkpoints]

    def set_last_checkpoints(self, last_checkpoints) -> None:
        """Sets the list of old checkpoints.  Use `set_last_checkpoints_with_time`."""
        assert isinstance(last_checkpoints, list)
        self._last_checkpoints = [(path, np.inf) for path in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time) -> None:
        """Sets the list of old checkpoints as (path, seconds since 1970) pairs."""
        assert isinstance(last_checkpoints_with_time, list)
        self._last_checkpoints = last_checkpoints_with_time

    def recover_last_checkpoints(self, checkpoint_paths) -> None:
        """Takes those of the given checkpoints that exist as the old ones, e.g. after a restart."""
        found = []
        for path in checkpoint_paths:
            mtimes = state.get_checkpoint_mtimes([path])
            if mtimes:
                found.append((path, mtimes[0]))
        self.set_last_checkpoints_with_time(found)

    def _record_last_checkpoint(self, path: str) -> None:
        if not self.saver_def.max_to_keep:
            return
        self._last_checkpoints = [p for p in self._last_checkpoints if p[0] != path]
        self._last_checkpoints.append((path, time.time()))
        if len(self._last_checkpoints) > self.saver_def.max_to_keep:
            self._checkpoints_to_be_deleted.append(self._last_checkpoints.pop(0))

    def _delete_old_checkpoints(self, meta_graph_suffix: str) -> None:
        if not self._checkpoints_to_be_deleted:
            return
        path, when = self._checkpoints_to_be_deleted.pop(0)
        if when > self._next_checkpoint_time:
            self._next_checkpoint_time += self.saver_def.keep_checkpoint_every_n_hours * 3600
            return
        logging.info("Deleting checkpoint %s (max_to_keep=%d)", path, self.saver_def.max_to_keep)
        try:
            state.remove_checkpoint(path, self.saver_def.version, meta_graph_suffix)
        except Exception as e:  # the new checkpoint is safe; an old one that stays is no reason to stop
            logging.warning("Ignoring: %s", e)

    # Saving -----------------------------------------------------------------------------------------

    def save(
        self, sess, save_path, global_step=None, latest_filename=None, meta_graph_suffix="meta", write_meta_graph=True,
        write_state=True, strip_default_attrs=False, save_debug_info=False,
    ):  # fmt: skip
        """Saves the variables and returns the path to give to `restore`; None where there are none.

        Args:
          sess: a session whose variables are initialised.
          save_path: the prefix of the files; its folder is made where it is missing.
          global_step: appended to the path as '-N': an int, a tensor, a tensor's name or a variable.
          latest_filename: the name of the state file in the same folder; 'checkpoint' where None.
          meta_graph_suffix: the suffix of the graph's file.
          write_meta_graph: whether to write it.
          write_state: whether to write the state file (and delete old checkpoints).
          strip_default_attrs: leaves attributes with their default value out of the graph's file.
          save_debug_info: also writes where in the program each op was made, to a '.debug' file.

        Raises TypeError where sess is no session, ValueError where latest_filename has a folder in it
        or is save_path, RuntimeError before `build`.
        """
        if not self._is_built:
            raise RuntimeError("`build()` should be called before save if defer_build==True")
        latest_filename = latest_filename or "checkpoint"
        if self._write_version != V2:
            for line in _V1_WARNING.splitlines():
                logging.warning(line)
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        save_path = os.fspath(save_path)
        path = self._numbered(sess, save_path, global_step, latest_filename)
        if not (hasattr(sess, "run") and hasattr(sess, "graph")):
            raise TypeError(f"'sess' must be a Session; {sess}")
        saved = None if self._is_empty else self._run_save(sess, save_path, path)
        if write_meta_graph:
            with sess.graph.as_default():
                self.export_meta_graph(
                    state.meta_graph_filename(path, meta_graph_suffix=meta_graph_suffix),
                    strip_default_attrs=strip_default_attrs,
                    save_debug_info=save_debug_info,
                )
        if saved is not None and write_state:
            self._record_last_checkpoint(saved)
            state.update_checkpoint_state(
                save_dir=os.path.dirname(save_path),
                model_checkpoint_path=saved,
                all_model_checkpoint_paths=self.last_checkpoints,
                latest_filename=latest_filename,
                save_relative_paths=self._save_relative_paths,
            )
            self._delete_old_checkpoints(meta_graph_suffix)
        return saved

    def _numbered(self, sess, save_path: str, global_step, latest_filename: str) -> str:
        if global_step is None:
            if os.path.basename(save_path) == latest_filename and not self._sharded:
                raise ValueError(f"'latest_filename' collides with 'save_path': '{latest_filename}' and '{save_path}'")
            return save_path
        if not isinstance(global_step, numbers.Integral):
            from tinytf.train import training_util

            global_step = training_util.global_step(sess, global_step)
        return f"{save_path}-{int(global_step):08d}" if self._pad_step_number else f"{save_path}-{int(global_step)}"

    def _run_save(self, sess, save_path: str, path: str) -> str:
        try:
            with trust.fed_paths([path]):
                saved = sess.run(self.saver_def.save_tensor_name, {self.saver_def.filename_tensor_name: path})
        except (errors.FailedPreconditionError, errors.NotFoundError, errors.AlreadyExistsError) as e:
            folder = os.path.dirname(save_path)  # it is made where it can be, but not for variables without a value
            if "uninitialized" not in e.message and folder and not os.path.isdir(folder) and "://" not in folder:
                raise ValueError(f"Parent directory of {save_path} doesn't exist, can't save.") from e
            raise
        saved = saved.item() if hasattr(saved, "item") else saved
        return saved.decode() if isinstance(saved, bytes) else saved

    def export_meta_graph(
        self, filename=None, collection_list=None, as_text=False, export_scope=None, clear_devices=False,
        clear_extraneous_savers=False, strip_default_attrs=False, save_debug_info=False,
    ):  # fmt: skip
        """The MetaGraphDef of the default graph with this Saver; written to `filename` where given.

        Arguments as those of `tf.train.export_meta_graph`.
        """
        return export_meta_graph(
            filename=filename,
            graph_def=get_default_graph().as_graph_def(add_shapes=True),
            saver_def=self.saver_def,
            collection_list=collection_list,
            as_text=as_text,
            export_scope=export_scope,
            clear_devices=clear_devices,
            clear_extraneous_savers=clear_extraneous_savers,
            strip_default_attrs=strip_default_attrs,
            save_debug_info=save_debug_info,
        )

    @staticmethod
    def _add_collection_def(meta_graph_def, key, export_scope=None) -> None:
        meta_graph.add_collection_def(meta_graph_def, key, export_scope=export_scope)

    # Restoring --------------------------------------------------------------------------------------

    def restore(self, sess, save_path) -> None:
        """Sets the variables to their saved values; they need not be initialised before.

        `save_path` is what `save` returned.  Nothing is assigned unless everything fits.  Raises
        ValueError where there is no checkpoint, NotFoundError where there is not even its folder or for a name that is not in it,
        InvalidArgumentError for a shape or dtype that differs, DataLossError for a damaged file.
        """
        if self._is_empty:
            return
        if save_path is None:
            raise ValueError(
                "Can't load save_path when it is None. (tf.train.latest_checkpoint returns None where its folder holds no checkpoint.)"
            )
        path = save_path.decode() if isinstance(save_path, bytes) else os.fspath(save_path)
        if not state.checkpoint_exists(path):
            hint = checkpoint_paths.explain_nothing_there(path)
            message = f"The passed save_path is not a valid checkpoint: {path}" + (f"\n{hint}" if hint else "")
            folder = os.path.dirname(files.local_path(path))
            if folder and not os.path.isdir(folder):
                raise errors.NotFoundError(None, None, f"{folder}; No such file or directory. {message}")
            raise ValueError(message)
        logging.info("Restoring parameters from %s", path)
        if checkpoint_paths.strip_file_suffix(path) and not os.path.exists(path + ".index"):
            raise errors.DataLossError(
                None, None, f"Unable to open table file {path}: not an sstable (bad magic number)\n{checkpoint_paths.explain_suffix(path)}"
            )
        reader = open_checkpoint(path)
        if self._check_fits(sess.graph, path, reader):
            with trust.fed_paths([path]), io_ops.reading_with(path, reader):
                sess.run(self.saver_def.restore_op_name, {self.saver_def.filename_tensor_name: path})
        else:
            self._restore_object_based(sess, path)

    def _check_fits(self, graph, path: str, reader) -> bool:
        """Raises where the checkpoint does not fit; False where it is object-based and its names are no variables'."""
        if self._targets[0] is not graph:
            self._targets = graph, restore_check.find_targets(graph, self.saver_def.restore_op_name)
        found = restore_check.compare(self._targets[1], reader)
        if not found:
            return True
        if found.missing:
            if restore_check.is_object_based(reader):
                return False
            raise _restore_error(
                errors.NotFoundError, found.missing[0].restore_op, "a Variable name or other graph key that is missing",
                restore_check.describe_missing(found, reader, path),
            )  # fmt: skip
        raise _restore_error(
            errors.InvalidArgumentError, found.mismatched[0][0].restore_op, "a mismatch between the current graph and the graph",
            restore_check.describe_mismatched(found, path),
        )  # fmt: skip

    def _restore_object_based(self, sess, path: str) -> None:
        logging.warning(
            "Restoring an object-based checkpoint using a name-based saver. This may be somewhat fragile, and will re-build "
            "the Saver. Instead, consider loading object-based checkpoints using tf.train.Checkpoint()."
        )
        with sess.graph.as_default():
            self._object_restore_saver = object_based.saver_from_object_based_checkpoint(
                path, var_list=self._var_list, builder=self._builder, cached_saver=self._object_restore_saver
            )
        self._object_restore_saver.restore(sess, path)


_NAME_FIELDS = ("filename_tensor_name", "save_tensor_name", "restore_op_name")


def _restore_error(kind, op, cause: str, message: str):
    return kind(
        op.node_def, op,
        f"Restoring from checkpoint failed. This is most likely due to {cause} from the checkpoint. Please ensure that you have "
        f"not altered the graph expected based on the checkpoint. Original error:\n\n{message}",
    )  # fmt: skip


def _get_saver_or_default():
    """The saver of the SAVERS collection; one for all variables, added to it, where it is empty."""
    savers = get_collection(GraphKeys.SAVERS)
    if savers:
        if len(savers) > 1:
            raise RuntimeError(
                f"More than one item in collection {GraphKeys.SAVERS}. Please indicate which one to use by passing it to the constructor."
            )
        return savers[0]
    saver = Saver(sharded=True, allow_empty=True)
    add_to_collection(GraphKeys.SAVERS, saver)
    return saver


def export_meta_graph(
    filename=None, meta_info_def=None, graph_def=None, saver_def=None, collection_list=None, as_text=False, graph=None,
    export_scope=None, clear_devices=False, clear_extraneous_savers=False, strip_default_attrs=False, save_debug_info=False,
    **kwargs,
):  # fmt: skip
    """The MetaGraphDef of a graph: its nodes, its collections, its saver.  Written to `filename` where given.

    Args:
      filename: a path, or None.
      meta_info_def: a MetaInfoDef to start from.
      graph_def: the nodes; those of `graph` where None.
      saver_def: the saver's SaverDef.
      collection_list: the collections to export; all where None.
      as_text: writes text format.
      graph: the default graph where None.
      export_scope: exports only the nodes of this name scope, their names without it.
      clear_devices: leaves devices out.
      clear_extraneous_savers: leaves the nodes of other savers out.
      strip_default_attrs: leaves attributes with their default value out.
      save_debug_info: also writes where each op was made.

    Follows `tf.train.export_meta_graph` of TF 1.15.
    """
    return meta_graph.export_scoped_meta_graph(
        filename=filename,
        meta_info_def=meta_info_def,
        graph_def=graph_def,
        saver_def=saver_def,
        collection_list=collection_list,
        as_text=as_text,
        graph=graph or get_default_graph(),
        export_scope=export_scope,
        clear_devices=clear_devices,
        clear_extraneous_savers=clear_extraneous_savers,
        strip_default_attrs=strip_default_attrs,
        save_debug_info=save_debug_info,
        **kwargs,
    )[0]


def import_meta_graph(meta_graph_or_file, clear_devices=False, import_scope=None, **kwargs):
    """Adds the graph and the collections of a MetaGraphDef (or its file) to the default graph.

    Args:
      meta_graph_or_file: a MetaGraphDef, or the path of a `.meta` file (binary or text).
      clear_devices: leaves devices out.
      import_scope: a name scope to put everything into.
      **kwargs: of `import_scoped_meta_graph`: input_map, unbound_inputs_col_name, restore_collections_predicate.

    Returns: a Saver for the variables, or None where there are none.

    What comes from a file can only compute: see `tinytf.graph.trust`.
    Follows `tf.train.import_meta_graph` of TF 1.15.
    """
    return _import_meta_graph_with_return_elements(meta_graph_or_file, clear_devices, import_scope, **kwargs)[0]


def _import_meta_graph_with_return_elements(
    meta_graph_or_file, clear_devices=False, import_scope=None, return_elements=None, **kwargs
):
    meta_graph_def = meta_graph.as_meta_graph_def(meta_graph_or_file)
    imported_vars, elements = meta_graph.import_scoped_meta_graph_with_return_elements(
        meta_graph_def, clear_devices=clear_devices, import_scope=import_scope, return_elements=return_elements, **kwargs
    )
    return _saver_of(meta_graph_def, import_scope, imported_vars), elements


def _saver_of(meta_graph_def, import_scope, imported_vars):
    if not meta_graph_def.HasField("saver_def"):
        if variables._all_saveable_objects(scope=import_scope):
            return Saver()
        logging.info("Saver not created because there are no variables in the graph to restore")
        return None
    scope = import_scope
    for name, variable in imported_vars.items():
        scope = variable.name[: -len(name)]  # where the import really went
        break
    saver_def = protos.SaverDef()
    saver_def.CopyFrom(meta_graph_def.saver_def)
    return Saver(saver_def=saver_def, name=scope)


collection_protos.register_proto_function(
    GraphKeys.SAVERS, proto_type=protos.SaverDef, to_proto=Saver.to_proto, from_proto=Saver.from_proto
)
