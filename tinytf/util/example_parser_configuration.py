"""`tensorflow.python.util.example_parser_configuration`: what a ParseExample node parses, as a message."""

from __future__ import annotations

from tinytf import protos
from tinytf.graph.tensor_proto import make_tensor_proto
from tinytf.shapes import TensorShape


def extract_example_parser_configuration(parse_example_op, sess):
    """The ExampleParserConfiguration of a ParseExample operation; its keys and default values are computed in `sess`.

    Follows extract_example_parser_configuration of TF 1.15.
    """
    sparse_count, dense_count = parse_example_op.get_attr("Nsparse"), parse_example_op.get_attr("Ndense")
    sparse_types, dense_types = parse_example_op.get_attr("sparse_types"), parse_example_op.get_attr("Tdense")
    dense_shapes = parse_example_op.get_attr("dense_shapes")
    for name, values, attr, count in (
        ("sparse_types", sparse_types, "Nsparse", sparse_count),
        ("dense_types", dense_types, "Ndense", dense_count),
        ("dense_shapes", dense_shapes, "Ndense", dense_count),
    ):
        if len(values) != count:
            raise ValueError("len(%s) attribute does not match %s attribute (%d vs %d)" % (name, attr, len(values), count))
    fetched = sess.run(list(parse_example_op.inputs[2:]))  # after the examples and their names
    sparse_keys, dense_keys = fetched[:sparse_count], fetched[sparse_count : sparse_count + dense_count]
    defaults = fetched[sparse_count + dense_count :]

    config = protos.ExampleParserConfiguration()
    outputs = [tensor.name for tensor in parse_example_op.outputs]
    for i, key in enumerate(dense_keys):
        feature = config.feature_map[_text(key)].fixed_len_feature
        feature.default_value.CopyFrom(make_tensor_proto(defaults[i]))
        feature.shape.CopyFrom(TensorShape(dense_shapes[i]).as_proto())
        feature.dtype = dense_types[i].as_datatype_enum
        feature.values_output_tensor_name = outputs[3 * sparse_count + i]
    for i, key in enumerate(sparse_keys):
        feature = config.feature_map[_text(key)].var_len_feature
        feature.dtype = sparse_types[i].as_datatype_enum
        feature.indices_output_tensor_name = outputs[i]
        feature.values_output_tensor_name = outputs[sparse_count + i]
        feature.shapes_output_tensor_name = outputs[2 * sparse_count + i]
    return config


def _text(key) -> str:
    return key.decode("utf-8") if isinstance(key, bytes) else str(key)
