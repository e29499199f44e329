"""`tf.saved_model.signature_def_utils`: signatures, which say what goes into a model and what comes out."""

from __future__ import annotations

from tinytf import dtypes, errors, protos
from tinytf.graph.tensor import Tensor
from tinytf.saved_model import signature_constants as keys
from tinytf.saved_model import utils

_STRING, _FLOAT = dtypes.string.as_datatype_enum, dtypes.float32.as_datatype_enum


def build_signature_def(inputs=None, outputs=None, method_name=None):
    """The SignatureDef of {key: TensorInfo} inputs and outputs and a method name.  Follows TF 1.15."""
    signature = protos.SignatureDef()
    for key, info in (inputs or {}).items():
        signature.inputs[key].CopyFrom(info)
    for key, info in (outputs or {}).items():
        signature.outputs[key].CopyFrom(info)
    if method_name is not None:
        signature.method_name = method_name
    return signature


def _info(tensor, what: str, dtype: int, kind: str):
    if not isinstance(tensor, Tensor) and what.endswith("examples"):
        raise ValueError(f"{what} must be a {kind} Tensor.")
    info = utils.build_tensor_info(tensor)
    if info.dtype != dtype:
        raise ValueError(f"{what} must be a {kind} Tensor.")
    return info


def regression_signature_def(examples, predictions):
    """A regression signature: serialized examples (string) to predictions (float32).  ValueError where they are not."""
    if examples is None:
        raise ValueError("Regression examples cannot be None.")
    if predictions is None:
        raise ValueError("Regression predictions cannot be None.")
    return build_signature_def(
        {keys.REGRESS_INPUTS: _info(examples, "Regression examples", _STRING, "string")},
        {keys.REGRESS_OUTPUTS: _info(predictions, "Regression output", _FLOAT, "float")},
        keys.REGRESS_METHOD_NAME,
    )


def classification_signature_def(examples, classes, scores):
    """A classification signature: serialized examples to classes (string) and scores (float32), one of which may be None."""
    if examples is None:
        raise ValueError("Classification examples cannot be None.")
    if classes is None and scores is None:
        raise ValueError("Classification classes and scores cannot both be None.")
    inputs = {keys.CLASSIFY_INPUTS: _info(examples, "Classification examples", _STRING, "string")}
    outputs = {}
    if classes is not None:
        outputs[keys.CLASSIFY_OUTPUT_CLASSES] = _info(classes, "Classification classes", _STRING, "string")
    if scores is not None:
        outputs[keys.CLASSIFY_OUTPUT_SCORES] = _info(scores, "Classification scores", _FLOAT, "float")
    return build_signature_def(inputs, outputs, keys.CLASSIFY_METHOD_NAME)


def predict_signature_def(inputs, outputs):
    """A prediction signature: {key: tensor} inputs to {key: tensor} outputs.  ValueError where either is empty."""
    if not inputs:
        raise ValueError("Prediction inputs cannot be None or empty.")
    if not outputs:
        raise ValueError("Prediction outputs cannot be None or empty.")
    return build_signature_def(
        {k: utils.build_tensor_info(t) for k, t in inputs.items()},
        {k: utils.build_tensor_info(t) for k, t in outputs.items()},
        keys.PREDICT_METHOD_NAME,
    )


def _supervised(method_name, inputs, loss, predictions, metrics):
    if not inputs:
        raise ValueError(f"{method_name} inputs cannot be None or empty.")
    outputs = {k: utils.build_tensor_info(t) for found in (loss, predictions, metrics) if found is not None for k, t in found.items()}
    return build_signature_def({k: utils.build_tensor_info(t) for k, t in inputs.items()}, outputs, method_name)


def supervised_train_signature_def(inputs, loss, predictions=None, metrics=None):
    """A training signature: {key: tensor} of inputs, loss, predictions and metrics."""
    return _supervised(keys.SUPERVISED_TRAIN_METHOD_NAME, inputs, loss, predictions, metrics)


def supervised_eval_signature_def(inputs, loss, predictions=None, metrics=None):
    """An evaluation signature: {key: tensor} of inputs, loss, predictions and metrics."""
    return _supervised(keys.SUPERVISED_EVAL_METHOD_NAME, inputs, loss, predictions, metrics)


def is_valid_signature(signature_def) -> bool:
    """Whether this is a complete prediction, regression or classification signature."""
    if signature_def is None:
        return False
    return (
        _is_valid_classification_signature(signature_def)
        or _is_valid_regression_signature(signature_def)
        or _is_valid_predict_signature(signature_def)
    )


def _is_valid_predict_signature(signature_def) -> bool:
    return bool(signature_def.method_name == keys.PREDICT_METHOD_NAME and len(signature_def.inputs) and len(signature_def.outputs))


def _has_only(infos, wanted: dict) -> bool:
    """Whether these TensorInfos are of the wanted keys and dtypes only, one at least."""
    return bool(len(infos)) and all(key in wanted and infos[key].dtype == wanted[key] for key in infos)


def _is_valid_regression_signature(signature_def) -> bool:
    return (
        signature_def.method_name == keys.REGRESS_METHOD_NAME
        and _has_only(signature_def.inputs, {keys.REGRESS_INPUTS: _STRING})
        and _has_only(signature_def.outputs, {keys.REGRESS_OUTPUTS: _FLOAT})
    )


def _is_valid_classification_signature(signature_def) -> bool:
    return (
        signature_def.method_name == keys.CLASSIFY_METHOD_NAME
        and _has_only(signature_def.inputs, {keys.CLASSIFY_INPUTS: _STRING})
        and _has_only(signature_def.outputs, {keys.CLASSIFY_OUTPUT_CLASSES: _STRING, keys.CLASSIFY_OUTPUT_SCORES: _FLOAT})
    )


def op_signature_def(op, key):
    """A signature that names an operation under `key`."""
    return build_signature_def(outputs={key: utils.build_tensor_info_from_op(op)})


def load_op_from_signature_def(signature_def, key, import_scope=None):
    """The operation that `op_signature_def` named; NotFoundError where the graph has it not."""
    try:
        return utils.get_element_from_tensor_info(signature_def.outputs[key], import_scope=import_scope)
    except KeyError:
        raise errors.NotFoundError(
            None, None, f"The {key} could not be found in the graph. Please make sure the SavedModel was created by the internal "
            "_SavedModelBuilder. If you are using the public API, please make sure the SignatureDef in the SavedModel does not contain "
            f'the key "{key}".',
        ) from None
