"""The wire schema: all of it loads, in a pool of its own, and behaves as generated messages do."""
import pickle
import re

import pytest
from google.protobuf import text_format

from tinytf import protos
from tinytf.protos.schema_parser import enum_names, parse


def test_every_name_loads():
    names = [name for name in dir(protos) if name[0].isupper()]
    assert len(names) > 200
    for name in names:
        assert getattr(protos, name) is not None


def test_an_unknown_message_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="NoSuchDef"):
        protos.NoSuchDef  # noqa: B018


def test_no_message_shares_its_name_with_an_enum():
    """The parser tells enums from messages by their simple names."""
    protos.GraphDef  # noqa: B018  (reads the schema texts)
    for file, text in protos._texts.items():
        messages = set(re.findall(r"^ *message (\w+)", text, re.MULTILINE))
        assert not messages & protos._enums, file


@pytest.mark.parametrize(
    "message, field, number",
    [
        ("NodeDef", "attr", 5),
        ("GraphDef", "library", 2),
        ("GraphDef", "versions", 4),
        ("TensorProto", "tensor_content", 4),
        ("BundleEntryProto", "crc32c", 6),
        ("SavedSlice", "data", 3),
        ("MetaGraphDef", "collection_def", 4),
        ("VariableDef", "synchronization", 8),
        ("Event", "file_version", 3),
        ("ConfigProto", "graph_options", 10),
    ],
)
def test_field_numbers(message, field, number):
    assert getattr(protos, message).DESCRIPTOR.fields_by_name[field].number == number


def test_text_format_round_trip():
    meta = protos.MetaGraphDef()
    node = meta.graph_def.node.add(name="a", op="Const")
    node.attr["dtype"].type = protos.DT_FLOAT
    node.attr["value"].tensor.CopyFrom(protos.TensorProto(dtype=protos.DT_FLOAT, float_val=[1, 2.5]))
    node.attr["list"].list.i.extend([1, -2])
    meta.collection_def["variables"].bytes_list.value.append(b"\x00\xff")
    meta.saver_def.version = protos.SaverDef.V2
    assert text_format.Parse(text_format.MessageToString(meta), protos.MetaGraphDef()) == meta
    assert protos.MetaGraphDef.FromString(meta.SerializeToString()) == meta


def test_any_lives_in_the_private_pool():
    collection = protos.CollectionDef()
    collection.any_list.value.add().Pack(protos.SaverDef(filename_tensor_name="save/Const:0"))
    saver_def = protos.SaverDef()
    assert collection.any_list.value[0].Unpack(saver_def)
    assert saver_def.filename_tensor_name == "save/Const:0"


def test_enums_and_nested_messages():
    assert protos.DataType.Name(1) == "DT_FLOAT"
    assert protos.DataType.Value("DT_STRING") == protos.DT_STRING == 7
    assert protos.Code.Name(3) == "INVALID_ARGUMENT"
    assert protos.OptimizerOptions.GlobalJitLevel.Value("OFF") == -1
    assert protos.AttrValue.ListValue(i=[1]).i == [1]


def test_messages_pickle():
    graph_def = protos.GraphDef(node=[protos.NodeDef(name="a")])
    assert pickle.loads(pickle.dumps(graph_def)) == graph_def


def test_the_parser_names_what_it_does_not_understand():
    with pytest.raises(ValueError, match="service"):
        parse("x.proto", 'syntax = "proto3"; service S {}', set())
    assert enum_names("enum A {\n}\nmessage B {\n  enum C {\n") == {"A", "C"}
