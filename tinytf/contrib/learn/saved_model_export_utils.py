"""Saved models of the estimators of tf.contrib.learn: signatures and strategies of exporting.  Follows TF 1.15."""

from __future__ import annotations

import os
import shutil
from typing import Any, NamedTuple

from tinytf import dtypes
from tinytf.contrib.layers.feature_column import create_feature_spec_for_parsing
from tinytf.contrib.learn.estimators.constants import ProblemType
from tinytf.contrib.learn.estimators.prediction_key import PredictionKey
from tinytf.contrib.learn.input_fn_utils import InputFnOps, build_parsing_serving_input_fn
from tinytf.estimator.estimator import Estimator as CoreEstimator
from tinytf.estimator.export import build_parsing_serving_input_receiver_fn
from tinytf.estimator.fn_args import fn_args
from tinytf.saved_model import signature_constants, signature_def_utils

DEFAULT_INPUT_ALTERNATIVE_KEY = "default_input_alternative"
_FALLBACK_OUTPUT_KEY = "default_output_alternative"


class ExportStrategy(NamedTuple):
    """How an Experiment exports: a name (of the folder) and a function of (estimator, folder)."""

    name: str
    export_fn: Any
    strip_default_attrs: Any = None

    def export(self, estimator, export_path, checkpoint_path=None, eval_result=None):
        """Calls the function with those of the arguments that it takes."""
        names = fn_args(self.export_fn)
        given = {"checkpoint_path": checkpoint_path, "eval_result": eval_result, "strip_default_attrs": self.strip_default_attrs}
        if "eval_result" not in names and "checkpoint_path" not in names:
            return self.export_fn(estimator, export_path)
        taken = {name: value for name, value in given.items() if name in names and not (name == "strip_default_attrs" and value is None)}
        return self.export_fn(estimator, export_path, **taken)


def build_standardized_signature_def(input_tensors, output_tensors, problem_type):
    """The signature of a classification, a regression or, for what is neither, of a prediction."""
    if len(input_tensors) == 1 and problem_type in (ProblemType.CLASSIFICATION, ProblemType.LOGISTIC_REGRESSION):
        (examples,) = input_tensors.values()
        scores = output_tensors.get(PredictionKey.SCORES)
        scores = output_tensors.get(PredictionKey.PROBABILITIES) if scores is None else scores
        classes = output_tensors.get(PredictionKey.CLASSES)
        if classes is not None and classes.dtype != dtypes.string:
            classes = None
        if scores is None and classes is None and len(output_tensors) == 1:
            (only,) = output_tensors.values()
            scores, classes = (None, only) if only.dtype == dtypes.string else (only, None)
        if scores is not None or classes is not None:
            return signature_def_utils.classification_signature_def(examples, classes, scores)
    if problem_type == ProblemType.LINEAR_REGRESSION and len(input_tensors) == 1 and len(output_tensors) == 1:
        return signature_def_utils.regression_signature_def(*input_tensors.values(), *output_tensors.values())
    return signature_def_utils.predict_signature_def(input_tensors, output_tensors)


def get_input_alternatives(input_ops):
    """({name of the inputs: inputs}, features) of what an input function gives."""
    alternatives = {DEFAULT_INPUT_ALTERNATIVE_KEY: input_ops.default_inputs} if isinstance(input_ops, InputFnOps) else {}
    features = input_ops[0]
    if not features:
        raise ValueError("Features must be defined.")
    return alternatives, features


def get_output_alternatives(model_fn_ops, default_output_alternative_key=None):
    """({name: (problem type, outputs)}, the name of those that are meant where none is named)."""
    found = model_fn_ops.output_alternatives
    wanted = default_output_alternative_key
    if not found:
        if wanted:
            raise ValueError("Requested default_output_alternative: {}, but available output_alternatives are: []".format(wanted))
        outputs = model_fn_ops.predictions
        outputs = outputs if isinstance(outputs, dict) else {PredictionKey.GENERIC: outputs}
        return {_FALLBACK_OUTPUT_KEY: (ProblemType.UNSPECIFIED, outputs)}, _FALLBACK_OUTPUT_KEY
    if wanted:
        if wanted not in found:
            raise ValueError(
                "Requested default_output_alternative: {}, but available output_alternatives are: {}".format(wanted, sorted(found))
            )
        return found, wanted
    if len(found) == 1:
        return found, next(iter(found))
    raise ValueError("Please specify a default_output_alternative.  Available output_alternatives are: {}".format(sorted(found)))


def build_all_signature_defs(input_alternatives, output_alternatives, actual_default_output_alternative_key) -> dict:
    """{"input:output": signature} of all pairs, and the default one."""
    signatures = {
        "%s:%s" % (input_key, output_key or "None"): build_standardized_signature_def(inputs, outputs, problem_type)
        for input_key, inputs in input_alternatives.items()
        for output_key, (problem_type, outputs) in output_alternatives.items()
    }
    inputs = input_alternatives.get(DEFAULT_INPUT_ALTERNATIVE_KEY)
    if not inputs:
        raise ValueError("A default input_alternative must be provided.")
    problem_type, outputs = output_alternatives[actual_default_output_alternative_key]
    default = signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
    signatures[default] = build_standardized_signature_def(inputs, outputs, problem_type)
    return signatures


def garbage_collect_exports(export_dir_base, exports_to_keep) -> None:
    """Deletes the oldest exports, so that so many are left; none where that is None."""
    if exports_to_keep is not None:
        base = os.fsdecode(export_dir_base)
        versions = sorted(name for name in os.listdir(base) if name.isdigit() and len(name) == 10)
        for name in versions[:-exports_to_keep]:
            shutil.rmtree(os.path.join(base, name), ignore_errors=True)


def make_export_strategy(
    serving_input_fn, default_output_alternative_key=None, assets_extra=None, as_text=False, exports_to_keep=5, strip_default_attrs=None
) -> ExportStrategy:
    """Exports a saved model into the folder Servo, and keeps the newest."""

    def export_fn(estimator, export_dir_base, checkpoint_path=None, strip_default_attrs=False):
        options = {} if isinstance(estimator, CoreEstimator) else {"default_output_alternative_key": default_output_alternative_key}
        if not options and default_output_alternative_key is not None:
            raise ValueError(
                "default_output_alternative_key is not supported in core Estimator. Given: {}".format(default_output_alternative_key)
            )
        made = estimator.export_savedmodel(
            export_dir_base, serving_input_fn, assets_extra=assets_extra, as_text=as_text, checkpoint_path=checkpoint_path,
            strip_default_attrs=strip_default_attrs, **options,
        )  # fmt: skip
        garbage_collect_exports(export_dir_base, exports_to_keep)
        return made

    return ExportStrategy("Servo", export_fn, strip_default_attrs)


def make_parsing_export_strategy(
    feature_columns, default_output_alternative_key=None, assets_extra=None, as_text=False, exports_to_keep=5, target_core=False,
    strip_default_attrs=None,
) -> ExportStrategy:  # fmt: skip
    """The same, with inputs that are serialized Examples of these columns."""
    build = build_parsing_serving_input_receiver_fn if target_core else build_parsing_serving_input_fn
    return make_export_strategy(
        build(create_feature_spec_for_parsing(feature_columns)), default_output_alternative_key, assets_extra, as_text, exports_to_keep,
        strip_default_attrs,
    )  # fmt: skip
