"""Saving and loading the weights of a model, as an object-based checkpoint of TensorFlow."""

from __future__ import annotations

import os

from tinytf.checkpoint.state import update_checkpoint_state
from tinytf.keras import backend
from tinytf.train.object_checkpoint import TrackableSaver
from tinytf.train.object_graph import ObjectGraphView


def _refuse_hdf5(what: str, filepath: str, instead: str) -> None:
    if filepath.endswith((".h5", ".keras", ".hdf5")):
        raise NotImplementedError(f"tf.keras.Model.{what}: HDF5 needs h5py. {instead}")


class WeightsMixin:
    """save_weights and load_weights of tf.keras.Model of TF 1.15; HDF5 files are named errors."""

    def _saver(self) -> TrackableSaver:
        saver = self.__dict__.get("_trackable_saver")
        if saver is None:
            saver = self.__dict__["_trackable_saver"] = TrackableSaver(ObjectGraphView(self))
        return saver

    def save_weights(self, filepath, overwrite=True, save_format=None) -> None:
        """Writes the weights, and the optimizer's variables, as the checkpoint `filepath`."""
        filepath = os.fspath(filepath)
        _refuse_hdf5("save_weights", filepath + (".h5" if save_format == "h5" else ""), "Use a path without .h5: a TensorFlow checkpoint")
        if not self.weights:
            raise ValueError(f"Unable to save the weights of {self.name}: the model has none yet. Call it, or build it.")
        if not overwrite and os.path.exists(filepath + ".index"):
            raise FileExistsError(f"{filepath} exists already, and overwrite=False")
        self._saver().save(filepath, session=backend.get_session())
        update_checkpoint_state(os.path.dirname(filepath) or ".", filepath, save_relative_paths=True)

    def load_weights(self, filepath, by_name=False):
        """Reads the weights from a checkpoint that save_weights (here or in TensorFlow) wrote; the status of the restore."""
        filepath = os.fspath(filepath)
        if by_name:
            raise NotImplementedError("tf.keras.Model.load_weights(by_name=True): it reads HDF5 only, which needs h5py")
        _refuse_hdf5("load_weights", filepath, "Load a TensorFlow checkpoint")
        status = self._saver().restore(filepath)
        status.assert_nontrivial_match()
        status.run_restore_ops(session=backend.get_session())
        return status
