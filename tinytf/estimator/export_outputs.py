"""tf.estimator.export: the outputs of a saved model, and the inputs that it is fed by."""

from __future__ import annotations

import os
import time

from tinytf import dtypes, gfile, logging
from tinytf.graph.default_graph import control_dependencies
from tinytf.graph.operation import Operation
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.constant import constant
from tinytf.saved_model import mode_keys, signature_constants, signature_def_utils, tag_constants

_DEFAULT = signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
EXPORT_TAG_MAP = mode_keys.ModeKeyMap(infer=[tag_constants.SERVING], train=[tag_constants.TRAINING], eval=[tag_constants.EVAL])
SIGNATURE_KEY_MAP = mode_keys.ModeKeyMap(infer=_DEFAULT, train="train", eval="eval")


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
        key = _key(key, what)
        if not isinstance(value, Tensor):
            raise ValueError(f"{what} output value must be a Tensor; got {value}.")
        named[key] = value
    return named


def _key(key, what) -> str:
    key = "/".join(key) if isinstance(key, tuple) else key
    if not isinstance(key, str):
        raise ValueError(f"{what} output key must be a string; got {key}.")
    return key


def _prefixed(outputs, prefix) -> dict:
    return {key if key.startswith(prefix) else prefix + "/" + key: value for key, value in outputs.items()}


class _SupervisedOutput(ExportOutput):
    """Loss, predictions and metrics of a graph that is exported for training or evaluation."""

    LOSS_NAME, PREDICTIONS_NAME, METRICS_NAME = "loss", "predictions", "metrics"
    METRIC_VALUE_SUFFIX, METRIC_UPDATE_SUFFIX = "value", "update_op"

    def __init__(self, loss=None, predictions=None, metrics=None):
        self.loss = None if loss is None else _prefixed(_named_tensors(loss, "loss", "loss"), "loss")
        self.predictions = None
        if predictions is not None:
            self.predictions = _prefixed(_named_tensors(predictions, "predictions", "predictions"), "predictions")
        self.metrics = None if metrics is None else _metric_tensors(metrics)

    def as_signature_def(self, receiver_tensors):
        """A signature of inputs, loss, predictions and metrics."""
        return self._signature_def(receiver_tensors, self.loss, self.predictions, self.metrics)


class TrainOutput(_SupervisedOutput):
    """What a graph for training gives.  Follows TrainOutput of saved_model/model_utils/export_output.py of TF 1.15."""

    _signature_def = staticmethod(signature_def_utils.supervised_train_signature_def)


class EvalOutput(_SupervisedOutput):
    """What a graph for evaluation gives.  Follows EvalOutput of saved_model/model_utils/export_output.py of TF 1.15."""

    _signature_def = staticmethod(signature_def_utils.supervised_eval_signature_def)


def _metric_tensors(metrics) -> dict:
    outputs = {}
    for key, metric in (metrics if isinstance(metrics, dict) else {"metrics": metrics}).items():
        value, update = metric if isinstance(metric, tuple) else (metric.result(), metric.updates[0])
        key = _key(key, "metrics")
        key = key if key.startswith("metrics") else "metrics/" + key
        if not isinstance(value, Tensor):
            raise ValueError(f"{key} output value must be a Tensor; got {value}.")
        if not isinstance(update, (Tensor, Operation)):
            raise ValueError(f"{key} update_op must be a Tensor or Operation; got {update}.")
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
    return with_default_output(export_outputs)


def with_default_output(export_outputs: dict) -> dict:
    """The outputs, where the only one is the default too; ValueError where none of several is the default."""
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
    output = (TrainOutput if train else EvalOutput)(spec.loss, spec.predictions, spec.eval_metric_ops)
    return {"train" if train else "eval": output}


def export_outputs_for_mode(mode, serving_export_outputs=None, predictions=None, loss=None, metrics=None) -> dict:
    """{signature name: ExportOutput} of a graph for a mode, by either of its names; ValueError for what is none."""
    if mode_keys.is_predict(mode):
        return get_export_outputs(serving_export_outputs, predictions)
    if mode_keys.is_train(mode):
        return {"train": TrainOutput(loss=loss, predictions=predictions, metrics=metrics)}
    if mode_keys.is_eval(mode):
        return {"eval": EvalOutput(loss=loss, predictions=predictions, metrics=metrics)}
    raise ValueError("Invalid mode key: {}.".format(mode))


def signature_defs(receiver_tensors, export_outputs, alternatives=None, serving_only=True) -> dict:
    """{signature name: SignatureDef} of those outputs that the inputs fit."""
    if not isinstance(export_outputs, dict):
        raise ValueError(f"export_outputs must be a dict and not{type(export_outputs)}")
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


def temp_export_dir(timestamped: bytes | str) -> bytes:
    """The folder beside `timestamped` that an export is written to before it gets its name."""
    folder, name = os.path.split(os.fsdecode(timestamped))
    return os.fsencode(os.path.join(folder, "temp-" + name))


def timestamped_export_dir(base) -> str:
    """A folder below `base` that does not exist yet, called by the seconds since 1970."""
    for _ in range(10):
        path = os.path.join(os.fsdecode(base), str(int(time.time())))
        if not gfile.Exists(path):
            return path
        time.sleep(1)
        logging.warning("Directory %s already exists; retrying", path)
    raise RuntimeError("Failed to obtain a unique export directory name after 10 attempts.")
