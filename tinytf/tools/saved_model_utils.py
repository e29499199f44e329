"""What is in a SavedModel's folder: its tag sets, and the MetaGraphDef of one.

Follows `tensorflow.python.tools.saved_model_utils` of TF 1.15.
"""

from __future__ import annotations

from tinytf.saved_model.loader import maybe_saved_model_directory, parse_saved_model


def read_saved_model(saved_model_dir):
    """The SavedModel message of a folder; IOError where there is none."""
    if not maybe_saved_model_directory(saved_model_dir):
        raise OSError(f"SavedModel file does not exist at: {saved_model_dir}")
    return parse_saved_model(saved_model_dir)


def get_saved_model_tag_sets(saved_model_dir) -> list:
    """The list of tags of each graph in the model."""
    return [list(m.meta_info_def.tags) for m in read_saved_model(saved_model_dir).meta_graphs]


def get_meta_graph_def(saved_model_dir, tag_set: str):
    """The MetaGraphDef with exactly these tags, given with commas between; RuntimeError where there is none."""
    wanted = set(tag_set.split(","))
    for meta_graph_def in read_saved_model(saved_model_dir).meta_graphs:
        if set(meta_graph_def.meta_info_def.tags) == wanted:
            return meta_graph_def
    raise RuntimeError(f"MetaGraphDef associated with tag-set {tag_set} could not be found in SavedModel")
