"""`tf.saved_model.Builder`: writes a SavedModel, a folder with graphs, signatures, variables and assets.

    export_dir/saved_model.pb                                  (or .pbtxt)
    export_dir/variables/variables.index, .data-00000-of-00001
    export_dir/assets/…
"""

from __future__ import annotations

import os

from tinytf import logging, protos
from tinytf.graph import graph_io
from tinytf.graph.default_graph import add_to_collection, get_collection
from tinytf.graph.operation import Operation
from tinytf.ops.state import variables
from tinytf.saved_model import assets, constants, signature_def_utils
from tinytf.saved_model.assets import (  # noqa: F401  (where TensorFlow has them)
    _asset_path_from_tensor,
    copy_assets_to_destination_dir,
    get_asset_filename_to_add,
)
from tinytf.train.saver import Saver


class _SavedModelBuilder:
    """Builds a SavedModel whose assets, init op and train op stand in its MetaGraphDefs, not in collections of the graph.

    `SavedModelBuilder` is the public one.  Follows `_SavedModelBuilder` of TF 1.15.
    """

    def __init__(self, export_dir):
        self._saved_model = protos.SavedModel(saved_model_schema_version=constants.SAVED_MODEL_SCHEMA_VERSION)
        self._export_dir = os.fspath(export_dir.decode() if isinstance(export_dir, bytes) else export_dir)
        if os.path.exists(self._export_dir):
            if os.listdir(self._export_dir):
                raise AssertionError(
                    "Export directory already exists, and isn't empty. Please choose a different export directory, or delete all "
                    f"the contents of the specified directory: {self._export_dir}"
                )
        else:
            os.makedirs(self._export_dir)
        self._has_saved_variables = False

    def add_meta_graph_and_variables(
        self, sess, tags, signature_def_map=None, assets_list=None, clear_devices=False, init_op=None, train_op=None,
        strip_default_attrs=False, saver=None,
    ):  # fmt: skip
        """Adds the session's graph under `tags` and saves its variables; arguments as those of the public builder."""
        self._check_first()
        signatures = _with_ops(signature_def_map, init_op, train_op)
        saver = self._save_variables(sess, saver)
        self._add(saver, tags, signatures, clear_devices, strip_default_attrs, assets_list)
        self._has_saved_variables = True

    def add_meta_graph(
        self, tags, signature_def_map=None, assets_list=None, clear_devices=False, init_op=None, train_op=None, saver=None
    ):
        """Adds the default graph under `tags`, for the variables that are saved already."""
        self._check_not_first()
        signatures = _with_ops(signature_def_map, init_op, train_op)
        self._add(saver or _saver(), tags, signatures, clear_devices, False, assets_list)

    def save(self, as_text=False) -> bytes:
        """Writes `saved_model.pb` (or `.pbtxt`) and returns its path."""
        name = constants.SAVED_MODEL_FILENAME_PBTXT if as_text else constants.SAVED_MODEL_FILENAME_PB
        path = graph_io.write_graph(self._saved_model, self._export_dir, name, as_text=as_text)
        logging.info("SavedModel written to: %s", path)
        return path.encode()

    def _check_first(self) -> None:
        if self._has_saved_variables:
            raise AssertionError(
                "Graph state including variables and assets has already been saved. Please invoke `add_meta_graph()` instead."
            )

    def _check_not_first(self) -> None:
        if not self._has_saved_variables:
            raise AssertionError(
                "Graph state including variables and assets has not been saved yet. Please invoke "
                "`add_meta_graph_and_variables()` first."
            )

    def _save_variables(self, sess, saver) -> Saver:
        folder = os.path.join(self._export_dir, constants.VARIABLES_DIRECTORY)
        os.makedirs(folder, exist_ok=True)
        saver = saver or _saver()
        saver.save(sess, os.path.join(folder, constants.VARIABLES_FILENAME), write_meta_graph=False, write_state=False)
        return saver

    def _add(self, saver, tags, signatures, clear_devices, strip_default_attrs, asset_tensors=None) -> None:
        meta_graph_def = saver.export_meta_graph(clear_devices=clear_devices, strip_default_attrs=strip_default_attrs)
        if asset_tensors is not None:
            assets.save_assets(self._export_dir, asset_tensors, lambda asset: meta_graph_def.asset_file_def.add().CopyFrom(asset))
        meta_graph_def.meta_info_def.tags.extend(tags)
        for key, signature in signatures.items():
            meta_graph_def.signature_def[key].CopyFrom(signature)
        self._saved_model.meta_graphs.add().CopyFrom(meta_graph_def)


class SavedModelBuilder(_SavedModelBuilder):
    """Builds a SavedModel in `export_dir`: AssertionError where that is a folder with something in it.

    Call `add_meta_graph_and_variables` once, `add_meta_graph` for further graphs of the same
    variables, then `save`.  Follows `tf.saved_model.Builder` of TF 1.15.
    """

    def add_meta_graph_and_variables(
        self, sess, tags, signature_def_map=None, assets_collection=None, legacy_init_op=None, clear_devices=False,
        main_op=None, strip_default_attrs=False, saver=None,
    ):  # fmt: skip
        """Adds the session's graph under `tags` and saves its variables.

        Args:
          sess: a session whose variables have values.
          tags: names to load the graph by, e.g. [tf.saved_model.tag_constants.SERVING].
          signature_def_map: {key: SignatureDef}.
          assets_collection: constant string tensors that hold paths of files to copy into the model.
          legacy_init_op: an older name of main_op.
          clear_devices: leaves devices out.
          main_op: an op to run after loading.
          strip_default_attrs: leaves attributes with their default value out.
          saver: a Saver; one for all variables where None.
        """
        self._check_first()
        _check_signatures(signature_def_map or {})
        self._add_collections(assets_collection, main_op or legacy_init_op)
        saver = self._save_variables(sess, saver)
        self._add(saver, tags, signature_def_map or {}, clear_devices, strip_default_attrs)
        self._has_saved_variables = True

    def add_meta_graph(
        self, tags, signature_def_map=None, assets_collection=None, legacy_init_op=None, clear_devices=False, main_op=None,
        strip_default_attrs=False, saver=None,
    ):  # fmt: skip
        """Adds the default graph under `tags`, for the variables that are saved already; arguments as above."""
        self._check_not_first()
        _check_signatures(signature_def_map or {})
        self._add_collections(assets_collection, main_op or legacy_init_op)
        self._add(saver or _saver(), tags, signature_def_map or {}, clear_devices, strip_default_attrs)

    def _add_collections(self, asset_tensors, main_op) -> None:
        assets.save_assets(self._export_dir, asset_tensors, lambda asset: add_to_collection(constants.ASSETS_KEY, _pack(asset)))
        if main_op is None:
            return
        if not isinstance(main_op, Operation):
            raise TypeError(f"main_op needs to be an Operation: {main_op!r}")
        for key in (constants.MAIN_OP_KEY, constants.LEGACY_INIT_OP_KEY):
            if get_collection(key):
                raise ValueError(f"Graph already contains one or more main ops under the collection {key}.")
        add_to_collection(constants.MAIN_OP_KEY, main_op)


Builder = SavedModelBuilder


def _with_ops(signature_def_map, init_op, train_op) -> dict:
    """The signatures, and those that name the init op and the train op."""
    signatures = dict(signature_def_map or {})
    _check_signatures(signatures)
    for op, key in ((init_op, constants.INIT_OP_SIGNATURE_KEY), (train_op, constants.TRAIN_OP_SIGNATURE_KEY)):
        if op is not None:
            signatures[key] = signature_def_utils.op_signature_def(op, key)
    return signatures


def _saver() -> Saver:
    return Saver(variables._all_saveable_objects(), sharded=True, allow_empty=True)


def _check_signatures(signatures: dict) -> None:
    for signature in signatures.values():
        for infos in (signature.inputs, signature.outputs):
            for key in infos:
                _check_tensor_info(infos[key])
    for key, what in ((constants.INIT_OP_SIGNATURE_KEY, "initialization"), (constants.TRAIN_OP_SIGNATURE_KEY, "the train op")):
        if key in signatures:
            raise KeyError(f'SignatureDef map key "{key}" is reserved for {what}. Please use a different key.')


def _check_tensor_info(info) -> None:
    encoding = info.WhichOneof("encoding")
    if encoding is None:
        raise AssertionError(
            "All TensorInfo protos used in the SignatureDefs must have one of the 'encoding' fields (e.g., name or coo_sparse) "
            f"set: {info}"
        )
    if encoding == "composite_tensor":
        for component in info.composite_tensor.components:
            _check_tensor_info(component)
    elif info.dtype == 0:
        raise AssertionError(f"All TensorInfo protos used in the SignatureDefs must have the dtype field set: {info}")


def _pack(message):
    any_type = type(protos.MetaGraphDef().collection_def["x"].any_list.value.add())
    packed = any_type()
    packed.type_url = "type.googleapis.com/" + message.DESCRIPTOR.full_name
    packed.value = message.SerializeToString()
    return packed
