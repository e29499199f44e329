"""Saving and loading the weights of a model: an object-based checkpoint of TensorFlow, or an HDF5 file."""

from __future__ import annotations

import os

from tinytf.checkpoint.state import update_checkpoint_state
from tinytf.errors import DataLossError
from tinytf.keras import backend, hdf5
from tinytf.keras.hdf5_weights import (
    load_weights_from_hdf5_group,
    load_weights_from_hdf5_group_by_name,
    save_weights_to_hdf5_group,
)
from tinytf.keras.progress import ask_to_proceed_with_overwrite
from tinytf.train.object_checkpoint import TrackableSaver
from tinytf.train.object_graph import ObjectGraphView

_FORMATS = {"tensorflow": "tf", "tf": "tf", "hdf5": "h5", "h5": "h5", "keras": "h5"}


def _is_hdf5_path(filepath: str) -> bool:
    return filepath.endswith((".h5", ".keras", ".hdf5"))


def _format(filepath: str, save_format) -> str:
    if save_format is None:
        return "h5" if _is_hdf5_path(filepath) else "tf"
    found = _FORMATS.get(save_format.lower().strip())
    if found is None:
        raise ValueError('Unknown format "%s". Was expecting one of {"tf", "h5"}.' % save_format)
    if found == "tf" and _is_hdf5_path(filepath):
        raise ValueError(
            'save_weights got save_format="tf"/"tensorflow", but the filepath ("%s") looks like an HDF5 file. Omit the ".h5"/".keras" '
            "when saving in TensorFlow format." % filepath
        )
    return found


class WeightsMixin:
    """save_weights and load_weights of tf.keras.Model of TF 1.15."""

    def _saver(self) -> TrackableSaver:
        saver = self.__dict__.get("_trackable_saver")
        if saver is None:
            saver = self.__dict__["_trackable_saver"] = TrackableSaver(ObjectGraphView(self))
        return saver

    def save_weights(self, filepath, overwrite=True, save_format=None) -> None:
        """Writes the weights: to the HDF5 file `filepath` where it ends in .h5, else as a checkpoint, with the optimizer's variables."""
        filepath = os.fspath(filepath)
        self._check_weights()
        save_format = _format(filepath, save_format)
        written = filepath + ".index" if save_format == "tf" else filepath
        if save_format == "h5":
            h5py = hdf5.h5py_module("save_weights")
        if not overwrite and os.path.isfile(written) and not ask_to_proceed_with_overwrite(written):
            return
        if save_format == "h5":
            with h5py.File(filepath, "w") as file:
                save_weights_to_hdf5_group(file, self.layers)
            return
        self._saver().save(filepath, session=backend.get_session())
        update_checkpoint_state(os.path.dirname(filepath) or ".", filepath, save_relative_paths=True)

    def load_weights(self, filepath, by_name=False):
        """Reads the weights of a checkpoint, and gives the status of the restore, or of an HDF5 file.

        `by_name` (HDF5 only) reads the layers whose names are in the file, where otherwise their order counts.
        """
        filepath = os.fspath(filepath)
        if not _is_hdf5_path(filepath) and not hdf5.is_hdf5(filepath):
            return self._load_checkpoint(filepath, by_name)
        if not self.built and not self.weights:
            raise NotImplementedError(
                "Unable to load weights saved in HDF5 format into a subclassed Model which has not created its variables yet. Call the "
                "Model first, then load the weights."
            )
        self._check_weights()
        with hdf5.h5py_module("load_weights").File(filepath, "r") as file:
            group = file["model_weights"] if "layer_names" not in file.attrs and "model_weights" in file else file
            (load_weights_from_hdf5_group_by_name if by_name else load_weights_from_hdf5_group)(group, self.layers)
        return None

    def _load_checkpoint(self, filepath, by_name):
        if by_name:
            raise NotImplementedError(
                "Weights may only be loaded based on topology into Models when loading TensorFlow-formatted weights (got by_name=True to "
                "load_weights)."
            )
        try:
            status = self._saver().restore(filepath)
        except DataLossError as error:
            if os.path.isfile(filepath):
                raise OSError("%s is neither a checkpoint of TensorFlow nor an HDF5 file" % filepath) from error
            raise
        status.assert_nontrivial_match()
        status.run_restore_ops(session=backend.get_session())
        return status

    def _check_weights(self) -> None:
        if not self.weights and self.layers and not self.built:
            raise ValueError(
                "Weights for model %s have not yet been created. Weights are created when the Model is first called on inputs or "
                "`build()` is called with an `input_shape`." % self.name
            )
