"""`tf.saved_model.simple_save`."""

from __future__ import annotations

from tinytf.graph.default_graph import get_collection
from tinytf.graph.graph import GraphKeys
from tinytf.saved_model import builder, signature_constants, signature_def_utils, tag_constants


def simple_save(session, export_dir, inputs, outputs, legacy_init_op=None) -> None:
    """Writes a SavedModel for serving, with one prediction signature.

    `inputs` and `outputs`: {name: tensor}; `legacy_init_op`: an op to run after loading.
    Follows `tf.saved_model.simple_save` of TF 1.15.
    """
    signature = signature_def_utils.predict_signature_def(inputs, outputs)
    b = builder.SavedModelBuilder(export_dir)
    b.add_meta_graph_and_variables(
        session,
        tags=[tag_constants.SERVING],
        signature_def_map={signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY: signature},
        assets_collection=get_collection(GraphKeys.ASSET_FILEPATHS),
        main_op=legacy_init_op,
        clear_devices=True,
    )
    b.save()
