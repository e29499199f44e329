"""The inputs of exported models: functions that give the features and the tensors that they are fed by.

Follows input_fn_utils of tf.contrib.learn of TF 1.15.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tinytf import dtypes
from tinytf.ops.array.placeholder import placeholder
from tinytf.ops.files.parsing_examples import parse_example


class InputFnOps(NamedTuple):
    """Features, labels (None when serving), and {name: tensor} to be fed."""

    features: Any
    labels: Any
    default_inputs: Any


def build_parsing_serving_input_fn(feature_spec, default_batch_size=None):
    """An input function that parses serialized Examples."""

    def input_fn():
        serialized = placeholder(dtypes.string, [default_batch_size], name="input_example_tensor")
        return InputFnOps(parse_example(serialized, feature_spec), None, {"examples": serialized})

    return input_fn


def build_default_serving_input_fn(features, default_batch_size=None):
    """An input function of placeholders like these features."""

    def input_fn():
        inputs = {
            name: placeholder(t.dtype, [default_batch_size] + t.get_shape().as_list()[1:], name=t.op.name) for name, t in features.items()
        }
        return InputFnOps(inputs, None, inputs)

    return input_fn
