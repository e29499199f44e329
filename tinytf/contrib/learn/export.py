"""The saved model of an estimator of tf.contrib.learn."""

from __future__ import annotations

import os

from tinytf import gfile
from tinytf.contrib.learn import saved_model_export_utils
from tinytf.contrib.learn.estimators.constants import COLLECTION_DEF_KEY_FOR_INPUT_FEATURE_KEYS
from tinytf.contrib.learn.model_fn import ModeKeys
from tinytf.estimator.export_outputs import timestamped_export_dir
from tinytf.graph.default_graph import add_to_collection, get_collection
from tinytf.graph.graph import Graph, GraphKeys
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.state import resources, variables
from tinytf.run.session import Session
from tinytf.saved_model import tag_constants
from tinytf.saved_model.builder import SavedModelBuilder
from tinytf.train.saver import Saver
from tinytf.train.training_util import create_global_step


def export_savedmodel(
    estimator, base, serving_input_fn, default_output_alternative_key, assets_extra, as_text, checkpoint_path, strip_default_attrs
) -> bytes:
    """Writes the model for serving into a new folder of `base`; the path, as bytes."""
    if serving_input_fn is None:
        raise ValueError("serving_input_fn must be defined.")
    checkpoint_path = checkpoint_path or estimator._trained()
    export_dir = timestamped_export_dir(base)
    unfinished = os.path.join(os.path.dirname(export_dir), "temp-" + os.path.basename(export_dir))
    builder = SavedModelBuilder(unfinished)
    with Graph().as_default() as graph:
        create_global_step(graph)
        inputs, features = saved_model_export_utils.get_input_alternatives(serving_input_fn())
        for key in features:
            add_to_collection(COLLECTION_DEF_KEY_FOR_INPUT_FEATURE_KEYS, key)
        ops = estimator._call_model_fn(features, None, ModeKeys.INFER)
        outputs, default = saved_model_export_utils.get_output_alternatives(ops, default_output_alternative_key)
        init_op = control_flow_ops.group(
            variables.local_variables_initializer(),
            resources.initialize_resources(resources.shared_resources()),
            resources.initialize_tables(),
        )
        signatures = saved_model_export_utils.build_all_signature_defs(inputs, outputs, default)
        with Session("") as session:
            saver = ops.scaffold.saver if ops.scaffold is not None and ops.scaffold.saver is not None else Saver(sharded=True)
            saver.restore(session, checkpoint_path)
            builder.add_meta_graph_and_variables(
                session, (tag_constants.SERVING,), signature_def_map=signatures,
                assets_collection=get_collection(GraphKeys.ASSET_FILEPATHS), main_op=init_op, strip_default_attrs=strip_default_attrs,
            )  # fmt: skip
    for relative, source in (assets_extra or {}).items():
        target = os.path.join(unfinished, "assets.extra", os.fsdecode(relative))
        gfile.MakeDirs(os.path.dirname(target))
        gfile.Copy(source, target)
    builder.save(as_text)
    gfile.Rename(unfinished, export_dir)
    return os.fsencode(export_dir)
