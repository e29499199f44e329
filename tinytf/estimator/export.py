"""tf.estimator.export: the inputs that a saved model is fed by, and its outputs."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import dtypes
from tinytf.estimator.export_outputs import (  # noqa: F401
    ClassificationOutput,
    ExportOutput,
    PredictOutput,
    RegressionOutput,
)
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.state.variables import Variable

_NAMES = {"feature": "feature", "label": "label", "receiver_tensor": "input", "receiver_tensors_alternative": "input"}


def _check_tensor(tensor, name, what):
    if not isinstance(tensor, (Tensor, SparseTensor, Variable)):
        raise ValueError(f"{what}{' ' + str(name) if name else ''} must be a Tensor or SparseTensor.")


def _checked(tensors, what, int_keys=False) -> dict:
    if tensors is None:
        raise ValueError(f"{what}s must be defined.")
    tensors = tensors if isinstance(tensors, dict) else {_NAMES[what]: tensors}
    for name, tensor in tensors.items():
        if not isinstance(name, (str, int) if int_keys else str):
            raise ValueError(f"{what} keys must be strings{' or ints' if int_keys else ''}: {name}.")
        _check_tensor(tensor, name, what)
    return tensors


class _Serving(NamedTuple):
    features: Any
    receiver_tensors: dict
    receiver_tensors_alternatives: Any


class ServingInputReceiver(_Serving):
    """The features that a saved model's graph computes from the tensors that it is fed.

    Each is a tensor or a dict of tensors.  Follows `tf.estimator.export.ServingInputReceiver` of TF 1.15.
    """

    __slots__ = ()

    def __new__(cls, features, receiver_tensors, receiver_tensors_alternatives=None):
        features = _checked(features, "feature", int_keys=True)
        receiver_tensors = _checked(receiver_tensors, "receiver_tensor")
        if receiver_tensors_alternatives is not None:
            if not isinstance(receiver_tensors_alternatives, dict):
                raise ValueError(f"receiver_tensors_alternatives must be a dict: {receiver_tensors_alternatives}.")
            receiver_tensors_alternatives = {
                name: _checked(tensors, "receiver_tensors_alternative")
                for name, tensors in receiver_tensors_alternatives.items()
            }
        return super().__new__(cls, features, receiver_tensors, receiver_tensors_alternatives)


class TensorServingInputReceiver(_Serving):
    """Like ServingInputReceiver, for models whose features are one tensor.

    Follows `tf.estimator.export.TensorServingInputReceiver` of TF 1.15.
    """

    __slots__ = ()

    def __new__(cls, features, receiver_tensors, receiver_tensors_alternatives=None):
        if features is None:
            raise ValueError("features must be defined.")
        _check_tensor(features, None, "feature")
        checked = ServingInputReceiver(features, receiver_tensors, receiver_tensors_alternatives)
        return super().__new__(cls, features, checked.receiver_tensors, checked.receiver_tensors_alternatives)


class _Supervised(NamedTuple):
    features: Any
    labels: Any
    receiver_tensors: dict


class SupervisedInputReceiver(_Supervised):
    """Features and labels, for graphs that are exported to be trained or evaluated.

    Follows `tf.estimator.experimental` receivers of TF 1.15.
    """

    __slots__ = ()

    def __new__(cls, features, labels, receiver_tensors):
        _checked(features, "feature", int_keys=True)
        _checked(labels, "label", int_keys=True)
        return super().__new__(cls, features, labels, _checked(receiver_tensors, "receiver_tensor"))


def build_parsing_serving_input_receiver_fn(feature_spec, default_batch_size=None):
    """A function whose receiver parses serialized tf.Examples (a placeholder "input_example_tensor").

    Follows `tf.estimator.export.build_parsing_serving_input_receiver_fn` of TF 1.15.
    """

    def serving_input_receiver_fn():
        from tinytf.ops.array.placeholder import placeholder
        from tinytf.ops.files.parsing_examples import parse_example

        serialized = placeholder(dtypes.string, shape=[default_batch_size], name="input_example_tensor")
        return ServingInputReceiver(parse_example(serialized, feature_spec), {"examples": serialized})

    return serving_input_receiver_fn


def _placeholder_like(tensor, batch_size):
    from tinytf.ops.array.placeholder import placeholder
    from tinytf.shapes import TensorShape

    shape = TensorShape([batch_size]).concatenate(tensor.get_shape()[1:])
    return placeholder(tensor.dtype.base_dtype, shape=shape, name=tensor.op.name)


def _placeholders_like(tensors, batch_size) -> dict:
    return {name: _placeholder_like(tensor, batch_size) for name, tensor in tensors.items()}


def build_raw_serving_input_receiver_fn(features, default_batch_size=None):
    """A function whose receiver has a placeholder for each feature, as large as `features` says, but for the batch.

    Follows `tf.estimator.export.build_raw_serving_input_receiver_fn` of TF 1.15.
    """

    def serving_input_receiver_fn():
        placeholders = _placeholders_like(features, default_batch_size)
        return ServingInputReceiver(placeholders, placeholders)

    return serving_input_receiver_fn


def build_raw_supervised_input_receiver_fn(features, labels, default_batch_size=None):
    """The same with labels; ValueError where names are common.

    Follows `tf.estimator.experimental.build_raw_supervised_input_receiver_fn` of TF 1.15.
    """
    named_features = features if isinstance(features, dict) else {"input": features}
    named_labels = labels if isinstance(labels, dict) else {"label": labels}
    common = set(named_features) & set(named_labels)
    if common:
        raise ValueError(f"Features and labels must have distinct keys. Found overlapping keys: {common}")

    def supervised_input_receiver_fn():
        x = _placeholders_like(named_features, default_batch_size)
        y = _placeholders_like(named_labels, default_batch_size)
        one_x, one_y = x if isinstance(features, dict) else x["input"], y if isinstance(labels, dict) else y["label"]
        return SupervisedInputReceiver(one_x, one_y, {**x, **y})

    return supervised_input_receiver_fn
