"""What train_and_evaluate exports."""

from __future__ import annotations

import os
import shutil

from tinytf import logging


class Exporter:
    """Called after each evaluation.  Follows `tf.estimator.Exporter` of TF 1.15."""

    @property
    def name(self) -> str:
        """The folder's name below model_dir/export."""
        raise NotImplementedError

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Exports, or does not and returns None."""
        raise NotImplementedError


class _SavedModels(Exporter):
    def __init__(self, name, serving_input_receiver_fn, assets_extra=None, as_text=False):
        self._name, self._receiver_fn = name, serving_input_receiver_fn
        self._assets_extra, self._as_text = assets_extra, as_text

    @property
    def name(self):
        """The folder's name below model_dir/export."""
        return self._name

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Exports a saved model; its path."""
        return estimator.export_saved_model(
            export_path, self._receiver_fn, assets_extra=self._assets_extra, as_text=self._as_text,
            checkpoint_path=checkpoint_path,
        )  # fmt: skip


class FinalExporter(_SavedModels):
    """Exports once, at the end.  Follows `tf.estimator.FinalExporter` of TF 1.15."""

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Exports at the end; its path, else None."""
        if not is_the_final_export:
            return None
        logging.info("Performing the final export in the end of training.")
        return super().export(estimator, export_path, checkpoint_path, eval_result, is_the_final_export)


class LatestExporter(_SavedModels):
    """Exports each time and keeps the newest `exports_to_keep`.  Follows `tf.estimator.LatestExporter` of TF 1.15."""

    def __init__(self, name, serving_input_receiver_fn, assets_extra=None, as_text=False, exports_to_keep=5):
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        if exports_to_keep is not None and exports_to_keep <= 0:
            raise ValueError("`exports_to_keep`, if provided, must be positive number")
        self._exports_to_keep = exports_to_keep

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Exports, and deletes the oldest exports."""
        made = super().export(estimator, export_path, checkpoint_path, eval_result, is_the_final_export)
        if self._exports_to_keep is not None:
            versions = sorted(name for name in os.listdir(export_path) if name.isdigit() and len(name) == 10)
            for name in versions[: -self._exports_to_keep]:
                shutil.rmtree(os.path.join(export_path, name), ignore_errors=True)
        return made
