"""`tf.saved_model.load`: a SavedModel's graph, variables and assets into a session."""

from __future__ import annotations

import os

from tinytf import logging, protos
from tinytf.graph import graph_io
from tinytf.graph.default_graph import get_collection
from tinytf.ops.state import variables
from tinytf.saved_model import constants, signature_def_utils
from tinytf.train.saver import Saver, _import_meta_graph_with_return_elements


def _text(path) -> str:
    return path.decode() if isinstance(path, bytes) else os.fspath(path)


def maybe_saved_model_directory(export_dir) -> bool:
    """Whether a folder holds a SavedModel."""
    folder = _text(export_dir)
    names = (constants.SAVED_MODEL_FILENAME_PBTXT, constants.SAVED_MODEL_FILENAME_PB)
    return any(os.path.exists(os.path.join(folder, name)) for name in names)


def contains_saved_model(export_dir) -> bool:
    """Whether a folder holds a SavedModel.  Follows `tf.saved_model.contains_saved_model`."""
    return maybe_saved_model_directory(export_dir)


def parse_saved_model(export_dir):
    """The SavedModel message of a folder; IOError where there is none or it does not parse."""
    folder = _text(export_dir)
    for name in (constants.SAVED_MODEL_FILENAME_PB, constants.SAVED_MODEL_FILENAME_PBTXT):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return graph_io.read_message(path, protos.SavedModel)
    raise OSError(
        f"SavedModel file does not exist at: {folder}/{{{constants.SAVED_MODEL_FILENAME_PBTXT}|{constants.SAVED_MODEL_FILENAME_PB}}}"
    )


def get_asset_tensors(export_dir, meta_graph_def, import_scope=None) -> dict:
    """{tensor name: path} of the assets; ValueError for a name that leads out of the assets folder."""
    assets = list(meta_graph_def.asset_file_def)
    if not assets and constants.ASSETS_KEY in meta_graph_def.collection_def:
        for packed in meta_graph_def.collection_def[constants.ASSETS_KEY].any_list.value:
            assets.append(protos.AssetFileDef.FromString(packed.value))
    folder = os.path.join(_text(export_dir), constants.ASSETS_DIRECTORY)
    found = {}
    for asset in assets:
        name = asset.tensor_info.name
        if os.path.isabs(asset.filename) or ".." in asset.filename.replace("\\", "/").split("/"):
            raise ValueError(f"The SavedModel names an asset outside of its own folder: {asset.filename!r}")
        found[f"{import_scope}/{name}" if import_scope else name] = os.path.join(folder, asset.filename)
    return found


def _from_collection(meta_graph_def, key):
    if key not in meta_graph_def.collection_def:
        return None
    names = meta_graph_def.collection_def[key].node_list.value
    if len(names) != 1:
        raise RuntimeError(f"Expected exactly one SavedModel init op. Found: {names}")
    return get_collection(key)[0]


def _from_signature(meta_graph_def, key, import_scope):
    if key not in meta_graph_def.signature_def:
        return None
    return signature_def_utils.load_op_from_signature_def(meta_graph_def.signature_def[key], key, import_scope)


def get_init_op(meta_graph_def, import_scope=None):
    """The op to run after restoring, or None."""
    return (
        _from_signature(meta_graph_def, constants.INIT_OP_SIGNATURE_KEY, import_scope)
        or _from_collection(meta_graph_def, constants.MAIN_OP_KEY)
        or _from_collection(meta_graph_def, constants.LEGACY_INIT_OP_KEY)
    )


def get_train_op(meta_graph_def, import_scope=None):
    """The train op of a SavedModel, or None."""
    found = _from_signature(meta_graph_def, constants.TRAIN_OP_SIGNATURE_KEY, import_scope)
    return _from_collection(meta_graph_def, constants.TRAIN_OP_KEY) if found is None else found


def load(sess, tags, export_dir, import_scope=None, **saver_kwargs):
    """Loads the graph with these tags into a session: nodes, variables, tables.  Returns its MetaGraphDef.

    RuntimeError where no graph has exactly these tags, IOError where there is no SavedModel.
    What comes from the file can only compute: see `tinytf.graph.trust`.
    Follows `tf.saved_model.load` of TF 1.15.
    """
    return SavedModelLoader(export_dir).load(sess, tags, import_scope, **saver_kwargs)


class SavedModelLoader:
    """The steps of `load`, one by one.  Follows SavedModelLoader of TF 1.15."""

    def __init__(self, export_dir):
        self._export_dir = _text(export_dir)
        self._variables_path = os.path.join(self._export_dir, constants.VARIABLES_DIRECTORY, constants.VARIABLES_FILENAME)
        self._saved_model = parse_saved_model(export_dir)

    @property
    def export_dir(self) -> str:
        """The folder."""
        return self._export_dir

    @property
    def variables_path(self) -> str:
        """The prefix of the variables' checkpoint."""
        return self._variables_path

    @property
    def saved_model(self):
        """The SavedModel message."""
        return self._saved_model

    def get_meta_graph_def_from_tags(self, tags):
        """The MetaGraphDef whose tags are exactly these; RuntimeError where there is none."""
        available = [set(m.meta_info_def.tags) for m in self._saved_model.meta_graphs]
        for meta_graph_def, found in zip(self._saved_model.meta_graphs, available):
            if found == set(tags):
                return meta_graph_def
        raise RuntimeError(
            f"MetaGraphDef associated with tags {str(tags).strip('[]')} could not be found in SavedModel. To inspect available "
            f"tag-sets in the SavedModel, please use the SavedModel CLI: `saved_model_cli`\navailable_tags: {available}"
        )

    def load_graph(self, graph, tags, import_scope=None, **saver_kwargs):
        """Imports the graph: (Saver or None, return elements)."""
        meta_graph_def = self.get_meta_graph_def_from_tags(tags)
        with graph.as_default():
            return _import_meta_graph_with_return_elements(meta_graph_def, import_scope=import_scope, **saver_kwargs)

    def restore_variables(self, sess, saver, import_scope=None) -> None:
        """Restores the variables; ValueError where there are some and no saver."""
        with sess.graph.as_default():
            if saver is None and not variables._all_saveable_objects(scope=import_scope):
                logging.info("The specified SavedModel has no variables; no checkpoints were restored.")
            elif isinstance(saver, Saver):
                saver.restore(sess, self._variables_path)
            else:
                raise ValueError(
                    "No tf.train.Saver object was passed to the function SavedModelLoader.restore_variables. Since there are "
                    "variables in the graph, a saver is required."
                )

    def run_init_ops(self, sess, tags, import_scope=None) -> None:
        """Runs the op that fills tables and such, with the assets' paths fed."""
        meta_graph_def = self.get_meta_graph_def_from_tags(tags)
        with sess.graph.as_default():
            assets = get_asset_tensors(self._export_dir, meta_graph_def, import_scope)
            init_op = get_init_op(meta_graph_def, import_scope)
            if init_op is not None:
                sess.run([init_op], feed_dict=assets)

    def load(self, sess, tags, import_scope=None, **saver_kwargs):
        """All steps; returns the MetaGraphDef."""
        with sess.graph.as_default():
            saver, _ = self.load_graph(sess.graph, tags, import_scope, **saver_kwargs)
            self.restore_variables(sess, saver, import_scope)
            self.run_init_ops(sess, tags, import_scope)
        return self.get_meta_graph_def_from_tags(tags)
