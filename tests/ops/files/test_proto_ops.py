"""Protobuf messages as tensors, and Examples written as JSON."""

import numpy as np
import pytest
from google.protobuf import descriptor_pb2

import tinytf as tf
from tinytf import protos
from tinytf.ops.files import proto_wire


def run(fetches):
    with tf.Session() as sess:
        return sess.run(fetches)


def source():
    """A FileDescriptorSet of one message, M."""
    file = descriptor_pb2.FileDescriptorProto(name="m.proto", package="p")
    message = file.message_type.add(name="M")
    for number, (name, kind, label) in enumerate([("i", 5, 3), ("s", 9, 1), ("f", 2, 3), ("sub", 11, 3)], 1):
        message.field.add(name=name, number=number, type=kind, label=label, type_name=".p.M" if kind == 11 else None)
    message.field[1].default_value = "none"
    return b"bytes://" + descriptor_pb2.FileDescriptorSet(file=[file]).SerializeToString()


def test_what_is_encoded_is_decoded():
    values = [np.int32([[1, -2], [0, 0]]), [["x"], [""]], np.float32([[0.5], [0]]), [[b"\x08\x05"], [b""]]]
    encoded = tf.io.encode_proto([[2, 1, 1, 1], [0, 0, 0, 0]], values, ["i", "s", "f", "sub"], "p.M", source())
    sizes, found = tf.io.decode_proto(encoded, "p.M", ["i", "s", "f", "sub"], [tf.int32, tf.string, tf.float32, tf.string], source())
    sizes, found = run([sizes, found])
    assert sizes.tolist() == [[2, 1, 1, 1], [0, 0, 0, 0]]
    assert found[0].tolist() == [[1, -2], [0, 0]]
    assert found[1].tolist() == [[b"x"], [b"none"]]  # what is absent has its default
    assert found[3].tolist() == [[b"\x08\x05"], [b""]]


def test_the_messages_of_tensorflow_are_known():
    step = protos.Event(step=7, wall_time=1.5).SerializeToString()
    _, (number,) = tf.io.decode_proto([step], "tensorflow.Event", ["step"], [tf.int64])
    assert run(number).tolist() == [[7]]


def test_packed_and_single_values_may_mix_and_text_is_read():
    _, (packed,) = tf.io.decode_proto([b"\x0a\x02\x05\x06\x08\x07"], "p.M", ["i"], [tf.int32], source())
    _, (text,) = tf.io.decode_proto(["i: 3 i: 4"], "p.M", ["i"], [tf.int32], source(), message_format="text")
    assert run(packed).tolist() == [[5, 6, 7]]
    assert run(text).tolist() == [[3, 4]]


WRONG = [
    ({"message_type": "p.N"}, "No descriptor found"),
    ({"field_names": ["x"]}, "Unknown field: x"),
    ({"output_types": [tf.float32]}, "Unexpected output type"),
    ({"descriptor_source": b"bytes://\xff"}, "file descriptor set"),
    ({"descriptor_source": "no/such/file"}, "file descriptor set"),
]


@pytest.mark.parametrize("change, words", WRONG)
def test_what_does_not_fit_is_an_error(change, words):
    arguments = {"message_type": "p.M", "field_names": ["i"], "output_types": [tf.int32], "descriptor_source": source(), **change}
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        run(tf.io.decode_proto([b""], **arguments).values)


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\x05\x01", b"\x00\x01", b"\x0b\x08\x01", b"\x0b" * 200, b"\x0c", b"\x0d\x01"])
def test_bytes_that_are_no_message_are_data_loss(data):
    with pytest.raises(proto_wire.Malformed):
        proto_wire.read(data, {})
    with pytest.raises(tf.errors.DataLossError):
        run(tf.io.decode_proto([data], "p.M", ["i"], [tf.int32], source()).values)


def test_an_imported_graph_reads_no_descriptor_file(tmp_path):
    path = tmp_path / "descriptors"
    path.write_bytes(source()[len(b"bytes://") :])
    found = tf.io.decode_proto([b"\x08\x05"], "p.M", ["i"], [tf.int32], str(path)).values[0]
    assert run(found).tolist() == [[5]]
    graph_def = found.graph.as_graph_def()
    with tf.Graph().as_default():
        (imported,) = tf.import_graph_def(graph_def, return_elements=[found.name])
        with pytest.raises(tf.errors.PermissionDeniedError):
            run(imported)


def test_json_examples_are_examples():
    serialized = run(tf.io.decode_json_example('{"features": {"feature": {"a": {"int64List": {"value": ["1", 2]}}}}}'))
    assert list(protos.Example.FromString(serialized).features.feature["a"].int64_list.value) == [1, 2]
    with pytest.raises(tf.errors.InvalidArgumentError, match="Error while parsing JSON"):
        run(tf.io.decode_json_example("{"))


def test_the_steps_of_sequences_are_padded_to_the_longest():
    def sequence(*steps):
        features = [protos.Feature(float_list=protos.FloatList(value=step)) for step in steps]
        lists = {"d": protos.FeatureList(feature=features)}
        return protos.SequenceExample(feature_lists=protos.FeatureLists(feature_list=lists)).SerializeToString()

    batch = [sequence([1, 2], [3, 4]), sequence([5, 6])]
    _, found, lengths = tf.io.parse_sequence_example(batch, sequence_features={"d": tf.FixedLenSequenceFeature([2], tf.float32)})
    assert run(found["d"]).tolist() == [[[1, 2], [3, 4]], [[5, 6], [0, 0]]]
    assert run(lengths["d"]).tolist() == [2, 1]
