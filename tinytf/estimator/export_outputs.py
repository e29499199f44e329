"""tf.estimator.export: the outputs of a saved model, and the inputs that it is fed by."""

from __future__ import annotations

import os
import time

from tinytf import dtypes, gfile, logging
from tinytf.graph.default_graph import control_dependencies
from tinytf.graph.operation import Operation
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.constant import constant
from tinytf.saved_model import signature_constants, signature_def_utils

_DEFAULT = signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY


class ExportOutput:
    """What a signature of a saved model gives out.  Follows `tf.estimator.export.ExportOutput` of TF 1.15."""

    def as_signature_def(self, receiver_tensors: dict):
        """The SignatureDef from these inputs; ValueError where they do not fit."""
        raise NotImplementedError("as_signature_def of %s" % type(self).__name__)


def _one_string(receiver_tensors, kind):
    tensors = list(receiver_tensors.values())
    if len(tensors) != 1 or tensors[0].dtype.base_dtype != dtypes.string:
        raise ValueError(f"{kind} input must be a single string Tensor; got {receiver_tensors}")
    return tensors[0]


class ClassificationOutput(ExportOutput):
    """Scores (floats), class names (strings) or both.  Follows `tf.estimator.export.ClassificationOutput` of TF 1.15."""

    def __init__(self, scores=None, classes=None):
        if scores is not None and not (isinstance(scores, Tensor) and scores.dtype.is_floating):
            raise ValueError(f"Classification scores must be a float32 Tensor; got {scores}")
        if classes is not None and not (isinstance(classes, Tensor) and classes.dtype.base_dtype == dtypes.string):
            raise ValueError(f"Classification classes must be a string Tensor; got {classes}")
        if scores is None and classes is None:
            raise ValueError("At least one of scores and classes must be set.")
        self.scores, self.classes = scores, classes

    def as_signature_def(self, receiver_tensors):
        """A classification signature; its input is one string tensor."""
        examples = _one_string(receiver_tensors, "Classification")
        return signature_def_utils.classification_signature_def(examples, self.classes, self.scores)


class RegressionOutput(ExportOutput):
    """A float tensor.  Follows `tf.estimator.export.RegressionOutput` of TF 1.15."""

    def __init__(self, value):
        if not (isinstance(value, Tensor) and value.dtype.is_floating):
            raise ValueError(f"Regression output value must be a float32 Tensor; got {value}")
        self.value = value

    def as_signature_def(self, receiver_tensors):
        """A regression signature; its input is one string tensor."""
        return signature_def_utils.regression_signature_def(_one_string(receiver_tensors, "Regression"), self.value)


class PredictOutput(ExportOutput):
    """Any tensors: a dict, or one that is then called "output".  Follows `tf.estimator.export.PredictOutput` of TF 1.15."""

    def __init__(self, outputs):
        self.outputs = _named_tensors(outputs, "output", "Prediction")

    def as_signature_def(self, receiver_tensors):
        """A predict signature."""
        return signature_def_utils.predict_signature_def(receiver_tensors, self.outputs)


def _named_tensors(outputs, single_name, what) -> dict:
    outputs = outputs if isinstance(outputs, dict) else {single_name: outputs}
    named = {}
    for key, value in outputs.items():
        key = "/".join(key) if isinstance(key, tuple) else key
        if not isinstance(key, str):
            raise ValueError(f"{what} output key must be a string; got {key}.")
        if not isinstance(value, Tensor):
            raise ValueError(f"{what} output value must be a Tensor; got {value}.")
        named[key] = value
    return named


def _prefixed(outputs, prefix) -> dict:
    return {key if key.startswith(prefix) else prefix + "/" + key: value for key, value in outputs.items()}


class _SupervisedOutput(ExportOutput):
    """Loss, predictions and metrics of a graph that is exported for training or evaluation."""

    def __init__(self, build, loss=None, predictions=None, metrics=None):
        self._build = build
        self.loss = None if loss is None else _prefixed(_named_tensors(loss, "loss", "loss"), "loss")
        self.predictions = None
        if predictions is not None:
            self.predictions = _prefixed(_named_tensors(predictions, "predictions", "predictions"), "predictions")
        self.metrics = None if metrics is None else _metric_tensors(metrics)

    def as_signature_def(self, receiver_tensors):
        return self._build(receiver_tensors, self.loss, self.predictions, self.metrics)


def _metric_tensors(metrics) -> dict:
    outputs = {}
    for key, (value, update) in metrics.items():
        key = key if key.startswith("metrics") else "metrics/" + key
        if isinstance(update, Operation):
            with control_dependencies([update]):
                update = constant([], name="metric_op_wrapper")
        outputs[key + "/value"], outputs[key + "/update_op"] = value, update
    return outputs


def get_export_outputs(export_outputs, predictions) -> dict:
    """{signature name: ExportOutput} with a default one; TypeError or ValueError for what is none."""
    if export_outputs is None:
        export_outputs = {_DEFAULT: PredictOutput(predictions)}
    if not isinstance(export_outputs, dict):
        raise TypeError(f"export_outputs must be dict, given: {export_outputs}")
    for output in export_outputs.values():
        if not isinstance(output, ExportOutput):
            raise TypeError(f"Values in export_outputs must be ExportOutput objects. Given: {export_outputs}")
    if len(export_outputs) == 1:
        export_outputs.setdefault(_DEFAULT, next(iter(export_outputs.values())))
    elif export_outputs and _DEFAULT not in export_outputs:
        raise ValueError(
            "Multiple export_outputs were provided, but none of them is specified as the default.  Do this by naming one of "
            "them with signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY."
        )
    return export_outputs


def outputs_of_spec(spec) -> dict:
    """{signature name: ExportOutput} of an EstimatorSpec of any mode."""
    from tinytf.estimator.mode_keys import ModeKeys

    if spec.mode == ModeKeys.PREDICT:
        return get_export_outputs(spec.export_outputs, spec.predictions)
    train = spec.mode == ModeKeys.TRAIN
    build = signature_def_utils.supervised_train_signature_def if train else signature_def_utils.supervised_eval_signature_def
    return {"train" if train else "eval": _SupervisedOutput(build, spec.loss, spec.predictions, spec.eval_metric_ops)}


def signature_defs(receiver_tensors, export_outputs, alternatives=None, serving_only=True) -> dict:
    """{signature name: SignatureDef} of those outputs that the inputs fit."""
    found, excluded = {}, {}
    named = [("", receiver_tensors)] + [(f"{name or 'None'}:", tensors) for name, tensors in (alternatives or {}).items()]
    for prefix, tensors in named:
        tensors = tensors if isinstance(tensors, dict) else {"input": tensors}
        for key, output in export_outputs.items():
            name = prefix + (key or "None")
            try:
                found[name] = output.as_signature_def(tensors)
            except ValueError as error:
                excluded[name] = str(error)
    for name, reason in excluded.items():
        logging.info("Signature EXCLUDED from export because it cannot be served via TensorFlow Serving APIs: '%s' : %s", name, reason)
    if not found:
        logging.warning("Export includes no signatures!")
    elif _DEFAULT not in found and serving_only:
        logging.warning("Export includes no default signature!")
    if serving_only:
        found = {name: signature for name, signature in found.items() if signature_def_utils.is_valid_signature(signature)}
    return found


def timestamped_export_dir(base) -> str:
    """A folder below `base` that does not exist yet, called by the seconds since 1970."""
    for _ in range(10):
        path = os.path.join(os.fsdecode(base), str(int(time.time())))
        if not gfile.Exists(path):
            return path
        time.sleep(1)
        logging.warning("Directory %s already exists; retrying", path)
    raise RuntimeError("Failed to obtain a unique export directory name after 10 attempts.")
