"""Restoring by name from a checkpoint that `tf.train.Checkpoint` or Keras wrote (its keys are paths of objects)."""

from __future__ import annotations

from tinytf import errors
from tinytf.checkpoint.reader import object_graph
from tinytf.ops.state import variables
from tinytf.train.saveable import validate_and_slice_inputs


def object_graph_key_mapping(checkpoint_path: str) -> dict:
    """{variable name: key in the checkpoint} of an object-based checkpoint; NotFoundError where it is none."""
    return {a.full_name: a.checkpoint_key for node in object_graph(checkpoint_path).nodes for a in node.attributes}


def saver_from_object_based_checkpoint(checkpoint_path, var_list=None, builder=None, names_to_keys=None, cached_saver=None):
    """A Saver that reads variables by name from an object-based checkpoint.

    Raises ValueError where the checkpoint is none, NotFoundError for variables that it lacks.
    """
    from tinytf.train.saver import Saver

    if names_to_keys is None:
        try:
            names_to_keys = object_graph_key_mapping(checkpoint_path)
        except errors.NotFoundError:
            raise ValueError(f"Checkpoint in {checkpoint_path} not an object-based checkpoint.") from None
    if var_list is None:
        var_list = variables._all_saveable_objects()
    saveables = validate_and_slice_inputs(var_list)
    current = {spec.name for saveable in saveables for spec in saveable.specs}
    missing, extra = current - set(names_to_keys), set(names_to_keys) - current
    if missing:
        raise errors.NotFoundError(
            None, None,
            f"\n\nExisting variables not in the checkpoint: {', '.join(sorted(missing))}\n\n"
            f"Variables names when this checkpoint was written which don't exist now: {', '.join(sorted(extra))}\n\n"
            f"({len(current & set(names_to_keys))} variable name(s) did match)\n\n"
            "Could not find some variables in the checkpoint (see names above). It was written by tf.train.Checkpoint or "
            "tf.keras.Model.save_weights and is read here by variable names. Names may have changed (a missing '_1'), or variables "
            "are new: construct Saver(var_list=…) with those that existed, as a dictionary where names differ.",
        )  # fmt: skip
    for saveable in saveables:
        for spec in saveable.specs:
            spec.name = names_to_keys[spec.name]
    return cached_saver if cached_saver is not None else Saver(saveables)
