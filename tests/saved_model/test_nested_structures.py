"""Structures as StructuredValue messages, what a graph is for, and the outputs of exported graphs by the names of both."""

import collections

import pytest

import tinytf as tf
from tinytf.estimator import export_outputs
from tinytf.saved_model import mode_keys
from tinytf.saved_model.nested_structure_coder import NotEncodableError, StructureCoder

Point = collections.namedtuple("Point", "x y")


@pytest.mark.parametrize(
    "structure",
    [
        [], (), {}, None, True, 3, 2.5, "text", tf.float32, tf.TensorShape([1, None]), tf.TensorShape(None),
        [1, (2, {"a": [None, "b"]})], tf.TensorSpec([2, None], tf.int64, "x"), [tf.TensorSpec([1], tf.string)],
        tf.SparseTensorSpec([10, None], tf.float32), tf.RaggedTensorSpec([2, None], tf.int32),
    ],
)  # fmt: skip
def test_a_structure_comes_back_from_its_message(structure):
    coder = StructureCoder()
    decoded = coder.decode_proto(coder.encode_structure(structure))
    assert type(decoded) is type(structure)
    assert decoded == structure or isinstance(structure, tf.TensorShape) and decoded.as_proto() == structure.as_proto()


def test_a_named_tuple_keeps_its_names():
    decoded = StructureCoder().decode_proto(StructureCoder().encode_structure(Point(1, [2.0])))
    assert type(decoded).__name__ == "Point" and decoded._asdict() == {"x": 1, "y": [2.0]}


def test_what_no_message_stands_for_is_refused():
    assert not StructureCoder().can_encode([object()])
    with pytest.raises(NotEncodableError, match="No encoder"):
        StructureCoder().encode_structure({"a": object()})


def test_a_mode_has_two_names():
    values = mode_keys.ModeKeyMap(predict=3, eval=1)
    assert values["infer"] == values["predict"] == 3 and values["test"] == 1 and len(values) == 2
    with pytest.raises(ValueError, match="Invalid mode"):
        values["serve"]
    with pytest.raises(ValueError, match="Multiple keys"):
        mode_keys.ModeKeyMap(test=0, eval=1)


@pytest.mark.parametrize(("mode", "key"), [("train", "train"), ("test", "eval"), ("eval", "eval"), ("infer", "serving_default")])
def test_outputs_of_a_mode(mode, key):
    with tf.Graph().as_default():
        x = tf.constant([1.0])
        outputs = export_outputs.export_outputs_for_mode(mode, predictions={"y": x}, loss=x, metrics={"m": (x, x)})
        assert list(outputs) == [key]
        names = set(outputs[key].as_signature_def({"x": x}).outputs)
    assert names == ({"y"} if key == "serving_default" else {"loss", "predictions/y", "metrics/m/value", "metrics/m/update_op"})
