"""What train_and_evaluate exports."""

from __future__ import annotations

import os
import shutil

from tinytf import gfile, logging
from tinytf.estimator.fn_args import fn_args
from tinytf.estimator.keys import MetricKeys
from tinytf.summary.event_file import summary_iterator


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
        _keep_newest(export_path, self._exports_to_keep)
        return made


def _keep_newest(export_path, exports_to_keep) -> None:
    """Deletes the older exports: those whose folders bear smaller times."""
    if exports_to_keep is None or not os.path.isdir(export_path):
        return
    versions = sorted(name for name in os.listdir(export_path) if name.isdigit() and len(name) == 10)
    for name in versions[:-exports_to_keep]:
        shutil.rmtree(os.path.join(export_path, name), ignore_errors=True)


def _loss_smaller(best_eval_result, current_eval_result) -> bool:
    for name, result in (("best_eval_result", best_eval_result), ("current_eval_result", current_eval_result)):
        if not result or MetricKeys.LOSS not in result:
            raise ValueError(f"{name} cannot be empty or no loss is found in it.")
    return best_eval_result[MetricKeys.LOSS] > current_eval_result[MetricKeys.LOSS]


class BestExporter(_SavedModels):
    """Exports when an evaluation is better than all before it, those in `event_file_pattern` below model_dir included.

    `compare_fn(best_eval_result, current_eval_result)` says whether it is; by default, whether the loss is smaller.
    Follows `tf.estimator.BestExporter` of TF 1.15.
    """

    def __init__(
        self, name="best_exporter", serving_input_receiver_fn=None, event_file_pattern="eval/*.tfevents.*",
        compare_fn=_loss_smaller, assets_extra=None, as_text=False, exports_to_keep=5,
    ):  # fmt: skip
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        if compare_fn is None:
            raise ValueError("`compare_fn` must not be None.")
        self._compare_fn = _checked_compare_fn(compare_fn)
        if exports_to_keep is not None and exports_to_keep <= 0:
            raise ValueError("`exports_to_keep`, if provided, must be a positive number. Got %s" % exports_to_keep)
        self._exports_to_keep, self._event_file_pattern = exports_to_keep, event_file_pattern
        self._model_dir = self._best = None

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Exports the best so far; its path, else None."""
        if self._model_dir != estimator.model_dir and self._event_file_pattern:
            logging.info("Loading best metric from event files.")
            self._model_dir = estimator.model_dir
            self._best = self._best_of_events(os.path.join(self._model_dir, self._event_file_pattern))
        if self._best is not None and not self._compare_fn(best_eval_result=self._best, current_eval_result=eval_result):
            return None
        logging.info("Performing best model export.")
        self._best = eval_result
        made = super().export(estimator, export_path, checkpoint_path, eval_result, is_the_final_export)
        _keep_newest(export_path, self._exports_to_keep)
        return made

    def _best_of_events(self, pattern):
        best = None
        for path in gfile.Glob(pattern):
            for event in summary_iterator(path):
                found = {v.tag: v.simple_value for v in event.summary.value if v.HasField("simple_value")}
                if found and (best is None or self._compare_fn(best, found)):
                    best = found
        return best


def _checked_compare_fn(compare_fn):
    names = set(fn_args(compare_fn))
    for name in ("best_eval_result", "current_eval_result"):
        if name not in names:
            raise ValueError(f"compare_fn ({compare_fn}) must include {name} argument.")
    unexpected = list(names - {"best_eval_result", "current_eval_result"})
    if unexpected:
        raise ValueError(f"compare_fn ({compare_fn}) has following not expected args: {unexpected}")
    return compare_fn
