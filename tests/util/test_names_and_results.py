"""Inner modules of tensorflow.python.util: public names of symbols, results to use, messages compared, modules before modules."""

import gc
import sys
import types
from unittest import TestCase, mock

import pytest

import tinytf as tf
from tinytf import protos
from tinytf.util import decorator_utils, module_wrapper, proto_compare, tf_decorator, tf_export, tf_should_use
from tinytf.util.example_parser_configuration import extract_example_parser_configuration


def _function():
    def f():
        """Says nothing."""

    return f


def test_a_symbol_is_told_its_public_names():
    f = _function()
    assert tf_export.tf_export("name", v1=["old", "name"])(f) is f
    assert tf_export.get_v2_names(f) == ["name"] and tf_export.get_v1_names(f) == ["old", "name"]
    assert tf_export.get_canonical_name_for_symbol(f) == "name"
    with pytest.raises(tf_export.SymbolAlreadyExposedError):
        tf_export.tf_export("other")(f)


def test_a_name_of_another_package_is_refused():
    with pytest.raises(tf_export.InvalidSymbolNameError):
        tf_export.tf_export("estimator.Estimator")
    with pytest.raises(tf_export.InvalidSymbolNameError):
        tf_export.estimator_export("Estimator")


def test_a_constant_is_noted_on_its_module(monkeypatch):
    module = types.ModuleType("constants_of_a_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    tf_export.tf_export("A", "B").export_constant(module.__name__, "VALUE")
    assert tf_export.get_v1_constants(module) == tf_export.get_v2_constants(module) == [(("A", "B"), "VALUE")]


@pytest.mark.parametrize(("use", "told"), [(lambda x: None, True), (lambda x: x.name, False), (lambda x: x.mark_used(), False)])
def test_a_result_that_nobody_uses_is_logged_when_it_goes(use, told):
    @tf_should_use.should_use_result
    def made():
        return tf.constant(0, name="unused")

    with tf.Graph().as_default(), mock.patch.object(tf_should_use.tf_logging, "error") as error:
        result = made()
        use(result)
        del result
        gc.collect()
    assert any("unused:0" in call.args[0] for call in error.call_args_list) == told


def test_messages_are_equal_but_for_the_last_digits_of_floats():
    a, b = (protos.AttrValue(f=value) for value in (1.00000001, 1.0))
    graphs = [protos.GraphDef(node=[protos.NodeDef(name="n", attr={"a": attr})]) for attr in (a, b)]
    proto_compare.assertProtoEqual(TestCase(), *graphs, normalize_numbers=True)
    proto_compare.assertProtoEqual(TestCase(), 'node { name: "n" attr { key: "a" value { f: 1.0 } } }', graphs[1])
    assert proto_compare.ProtoEq(graphs[1], graphs[1]) and not proto_compare.ProtoEq(graphs[1], protos.GraphDef())
    with pytest.raises(AssertionError):
        proto_compare.assertProtoEqual(TestCase(), graphs[0], protos.GraphDef())


def test_a_module_may_load_its_parts_when_they_are_asked_for():
    module = types.ModuleType("wrapped")
    module.here = 1
    wrapper = module_wrapper.TFModuleWrapper(module, "test", public_apis={"path": ("os", "path")}, deprecation=False)
    assert wrapper.here == 1 and wrapper.path is __import__("os").path and "path" in dir(wrapper)
    wrapper.new = 2
    assert module.new == 2
    with pytest.raises(AttributeError):
        wrapper.nothing  # noqa: B018


def test_a_property_may_be_of_a_class():
    class Thing:
        @decorator_utils.classproperty
        def title(cls):
            return cls.__name__

    assert Thing.title == Thing().title == "Thing"


def test_another_target_takes_the_place_of_a_decorated_one():
    first, second = _function(), _function()
    wrapper = tf_decorator.make_decorator(first, lambda: None)
    assert tf_decorator.rewrap(wrapper, first, second) is wrapper
    assert tf_decorator.unwrap(wrapper)[1] is second
    assert tf_decorator.rewrap(first, first, second) is second


def test_what_a_parser_parses_is_told_as_a_message():
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        tf.parse_example(
            tf.placeholder(tf.string, [1]), {"x": tf.FixedLenFeature([1], tf.float32, 33.0), "y": tf.VarLenFeature(tf.string)}
        )
        config = extract_example_parser_configuration(graph.get_operation_by_name("ParseExample/ParseExample"), sess)
    assert config.feature_map["x"].fixed_len_feature.default_value.float_val[0] == 33.0
    assert config.feature_map["y"].var_len_feature.shapes_output_tensor_name == "ParseExample/ParseExample:2"
