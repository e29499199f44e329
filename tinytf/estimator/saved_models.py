"""Writes an Estimator's model as a SavedModel."""

from __future__ import annotations

import os

from tinytf import errors, gfile
from tinytf.estimator.export_outputs import outputs_of_spec, signature_defs, timestamped_export_dir
from tinytf.estimator.mode_keys import ModeKeys
from tinytf.graph.default_graph import add_to_collection, get_collection
from tinytf.graph.graph import Graph, GraphKeys
from tinytf.ops.random.random_seed import set_random_seed
from tinytf.saved_model import constants, tag_constants
from tinytf.saved_model.builder import SavedModelBuilder
from tinytf.train.saver import Saver
from tinytf.train.scaffold import Scaffold

_TAGS = {ModeKeys.PREDICT: [tag_constants.SERVING], ModeKeys.TRAIN: [tag_constants.TRAINING], ModeKeys.EVAL: ["eval"]}


def export(estimator, base, receiver_fns, assets_extra, as_text, checkpoint_path, strip_default_attrs) -> bytes:
    """Writes a graph for each mode into a new folder, which gets its name when it is complete; the path, as bytes."""
    export_dir = timestamped_export_dir(base)
    unfinished = os.path.join(os.path.dirname(export_dir), "temp-" + os.path.basename(export_dir))
    builder = SavedModelBuilder(unfinished)
    modes = [mode for mode in (ModeKeys.TRAIN, ModeKeys.EVAL, ModeKeys.PREDICT) if receiver_fns.get(mode)]
    if not modes:
        raise ValueError(f"No valid modes for exporting found. Got {receiver_fns.keys()}.")
    for mode in modes:
        save_variables = mode == modes[0]
        _add_graph(builder, estimator, mode, receiver_fns[mode], checkpoint_path, save_variables, strip_default_attrs)
    builder.save(as_text)
    for relative, source in (assets_extra or {}).items():
        target = os.path.join(unfinished, "assets.extra", os.fsdecode(relative))
        gfile.MakeDirs(os.path.dirname(target))
        gfile.Copy(source, target)
    gfile.Rename(unfinished, export_dir)
    return os.fsencode(export_dir)


def _add_graph(builder, estimator, mode, receiver_fn, checkpoint_path, save_variables, strip_default_attrs) -> None:
    from tinytf.run.session import Session

    config = estimator.config
    with Graph().as_default() as graph:
        estimator._create_and_assert_global_step(graph)
        set_random_seed(config.tf_random_seed)
        receiver = receiver_fn()
        spec = estimator._call_model_fn(receiver.features, getattr(receiver, "labels", None), mode, config)
        alternatives = getattr(receiver, "receiver_tensors_alternatives", None)
        serving = mode == ModeKeys.PREDICT
        signatures = signature_defs(receiver.receiver_tensors, outputs_of_spec(spec), alternatives, serving_only=serving)
        with Session(config=config.session_config) as session:
            local_init_op = spec.scaffold.local_init_op
            if local_init_op is None:
                local_init_op = Scaffold.default_local_init_op()
            saver = spec.scaffold.saver or Saver(sharded=True)
            try:
                saver.restore(session, checkpoint_path)
            except errors.NotFoundError as error:
                raise ValueError(
                    "Could not load all requested variables from checkpoint. Please make sure your model_fn does not expect "
                    f"variables that were not saved in the checkpoint.\n\nEncountered error with mode `{mode}` while restoring "
                    f"checkpoint from: `{checkpoint_path}`: {error}"
                ) from error
            if spec.train_op is not None:
                add_to_collection(constants.TRAIN_OP_KEY, spec.train_op)
            settings = {
                "tags": _TAGS[mode],
                "signature_def_map": signatures,
                "assets_collection": get_collection(GraphKeys.ASSET_FILEPATHS),
                "main_op": local_init_op,
                "saver": saver,
                "strip_default_attrs": strip_default_attrs,
            }
            if save_variables:
                builder.add_meta_graph_and_variables(session, **settings)
            else:
                builder.add_meta_graph(**settings)
