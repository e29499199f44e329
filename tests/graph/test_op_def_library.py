"""Ops by name, and the words in which a call that does not fit its signature is refused."""

import pytest

import tinytf as tf
from tinytf import protos
from tinytf.graph.op_def_library import OpDefLibrary, get_registered_ops, register_op_list
from tinytf.test import test_ops

apply_op = test_ops._op_def_lib.apply_op


@pytest.fixture(autouse=True)
def _fresh():
    with tf.Graph().as_default():
        yield


def test_an_op_is_applied_by_the_names_of_its_arguments():
    op = apply_op("TypeListTwice", a=["foo", True], b=["bar", False], name="z")
    assert (op.name, [t.op.name for t in op.inputs], op.get_attr("T")) == ("z", ["z/a_0", "z/a_1", "z/b_0", "z/b_1"], [tf.string, tf.bool])
    assert apply_op("ReservedInput", input_=7).type == "ReservedInput"
    a, b = apply_op("MixedStruct", n_a=2)
    assert len(a) == 2 and b.dtype == tf.float32


@pytest.mark.parametrize(
    "op_type, arguments, error, message",
    [
        ("Nope", {}, RuntimeError, "Unrecognized Op name Nope"),
        ("Simple", {}, TypeError, "No argument for input a"),
        ("Simple", {"a": 6, "y": 1, "x": 2}, TypeError, "apply_op() got unexpected keyword arguments: x, y"),
        ("Polymorphic", {"a": 6, "T": tf.int32}, TypeError, "Should not specify value for inferred attr 'T'."),
        ("PolymorphicOut", {}, TypeError, "No argument for attr T"),
        ("PolymorphicOut", {"T": None}, TypeError, "Expected DataType for argument 'T' not None."),
        ("OutTypeList", {"T": tf.int32}, TypeError, "Expected list for attr T"),
        ("AttrEnumList", {"a": ["pears"]}, ValueError, "Attr 'a' of 'AttrEnumList' Op passed string 'pears' not in: \"apples\", \"oranges\"."),
        ("AttrShape", {"a": "ABC"}, TypeError, "Error converting a to a TensorShape: A string has ambiguous TensorShape, please wrap in a "
         "list or convert to an int: ABC"),
        ("FuncAttr", {"f": 3}, TypeError, "Don't know how to convert 3 to a func for argument f"),
        ("NIntsIn", {"a": [38, "bar"]}, TypeError, "Tensors in list passed to 'a' of 'NIntsIn' Op have types [int32, string] that do not "
         "match expected type int32."),
        ("NPolymorphicIn", {"a": [38, None]}, TypeError, "Tensors in list passed to 'a' of 'NPolymorphicIn' Op have types [int32, <NOT "
         "CONVERTIBLE TO TENSOR>] that don't all match."),
        ("NInPolymorphicTwice", {"a": [1], "b": ["x"]}, TypeError, "Tensors in list passed to 'b' of 'NInPolymorphicTwice' Op have types "
         "[string] that do not match type int32 inferred from earlier arguments."),
        ("InPolymorphicTwice", {"a": [], "b": [1]}, TypeError, "Don't know how to infer type variable from empty input list passed to input "
         "'a' of 'InPolymorphicTwice' Op."),
        ("TypeListTwice", {"a": ["x", True], "b": ["y", 6]}, TypeError, "Input 'b' of 'TypeListTwice' Op has type list of string, int32 that "
         "does not match type list string, bool of argument 'a'."),
        ("TypeListRestrict", {"a": [True, 12]}, TypeError, "Value passed to parameter 'a' has DataType int32 not in list of allowed values: "
         "string, bool"),
    ],
)  # fmt: skip
def test_what_does_not_fit(op_type, arguments, error, message):
    with pytest.raises(error) as raised:
        apply_op(op_type, **arguments)
    assert str(raised.value) == message


def test_an_op_def_that_contradicts_itself():
    library = OpDefLibrary()
    bad = protos.OpDef(name="Bad")
    bad.output_arg.add(name="a", type_attr="T")
    with pytest.raises(TypeError, match="Inconsistent OpDef for 'Bad', missing attr 'T'"):
        library.add_op(bad)
    bad.attr.add(name="T", type="int")
    with pytest.raises(TypeError, match="Attr 'T' of 'Bad' used as a type_attr but has type int"):
        library.add_op(bad)
    with pytest.raises(RuntimeError, match="Op name NoOp registered twice"):
        library.add_op(protos.OpDef(name="NoOp"))


def test_the_registry_of_ops():
    ops = get_registered_ops()
    assert ops["MatMul"].input_arg[1].name == "b" and "Mystery" not in ops
    register_op_list(protos.OpList(op=[ops["MatMul"]]))
    with pytest.raises(ValueError, match="Registered op_def for MatMul"):
        register_op_list(protos.OpList(op=[protos.OpDef(name="MatMul")]))
