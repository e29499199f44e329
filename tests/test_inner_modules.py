"""Modules of `tensorflow.python` that have no public name, and that programs and TensorFlow's own unit tests use."""

import unittest
from unittest import mock

import numpy as np
import pytest

import tinytf as tf
from tinytf import generated_ops


@pytest.fixture(autouse=True)
def installed():
    tf.install()
    tf.reset_default_graph()
    yield
    tf.uninstall()


def test_gen_ops_take_inputs_then_attributes():
    from tensorflow.python.ops import gen_lookup_ops, gen_math_ops

    assert gen_math_ops.mat_mul([[1.0]], [[2.0]], False, True, name="m").op.attr("transpose_b") is True
    table = gen_lookup_ops.mutable_hash_table_v2(key_dtype=tf.string, value_dtype=tf.float32)
    exported = gen_lookup_ops.lookup_table_export_v2(table, tf.string, tf.float32)
    assert exported.keys.dtype == tf.string and exported.values.dtype == tf.float32
    with pytest.raises(TypeError, match="missing required"):
        gen_math_ops.mat_mul([[1.0]])


@pytest.mark.parametrize("op_type, name", [("FIFOQueueV2", "fifo_queue_v2"), ("Conv2D", "conv2d"), ("L2Loss", "l2_loss")])
def test_snake_case(op_type, name):
    assert generated_ops.snake_case(op_type) == name


@pytest.mark.parametrize(
    "module, names",
    [
        ("training.saver", "BaseSaverBuilder BulkSaverBuilder object_graph_key_mapping time"),
        ("training.checkpoint_management", "meta_graph_filename CheckpointManager latest_checkpoint"),
        ("training.slot_creator", "create_slot create_zeros_slot"),
        ("training.moving_averages", "assign_moving_average ExponentialMovingAverage"),
        ("training.saving.saveable_object", "SaveableObject SaveSpec"),
        ("training.tracking.base", "Trackable VARIABLE_VALUE_KEY"),
        ("training.saver_test_utils", "CheckpointedOp"),
        ("saved_model.utils_impl", "get_variables_path build_tensor_info"),
        ("saved_model.loader_impl", "SavedModelLoader parse_saved_model"),
        ("ops.variables", "VariableV1 PartitionedVariable"),
        ("ops.variable_scope", "variable"),
        ("ops.init_ops", "Zeros RandomNormal"),
        ("ops.control_flow_ops", "CondContext WhileContext"),
        ("framework.ops", "_NodeDef RegisterShape RegisterStatistics name_from_scope_name NullContextmanager uid register_proto_function get_collection_proto_type"),
        ("framework.meta_graph", "stripped_op_list_for_graph ops_used_by_graph_def strip_graph_default_valued_attrs"),
        ("framework.tensor_util", "constant_value_as_shape ShapeEquals is_tensor"),
        ("framework.registry", "Registry"),
        ("framework.op_def_library", "OpDefLibrary"),
        ("framework.function_def_to_graph", "function_def_to_graph_def"),
        ("tools.saved_model_utils", "read_saved_model get_meta_graph_def"),
        ("tools.optimize_for_inference_lib", "node_from_map values_from_const"),
        ("summary.plugin_asset", "get_plugin_asset"),
        ("framework.test_util", "run_deprecated_v1 run_in_graph_and_eager_modes assert_ops_in_graph TensorFlowTestCase"),
        ("eager.context", "executing_eagerly graph_mode DEVICE_PLACEMENT_SILENT"),
        ("framework.type_spec", "TypeSpec type_spec_from_value"),
        ("framework.common_shapes", "scalar_shape broadcast_shape get2d_conv_output_size"),
        ("framework.device_spec", "DeviceSpecV1 DeviceSpecV2"),
        ("framework.smart_cond", "smart_cond smart_case smart_constant_value"),
        ("ops.control_flow_ops", "_Enter ref_switch loop_cond XLAControlFlowContext"),
        ("ops.control_flow_util", "IsInWhileLoop IsCondMerge GetContainingCondContext ENABLE_CONTROL_FLOW_V2"),
        ("ops.gradient_checker_v2", "compute_gradient max_error"),
        ("ops.session_ops", "TensorHandle get_session_handle"),
        ("platform.test", "Benchmark benchmark_config"),
        ("util.tf_inspect", "getargspec getfullargspec currentframe"),
        ("util.deprecation", "deprecated silence"),
    ],
)
def test_inner_names(module, names):
    import importlib

    found = importlib.import_module("tensorflow.python." + module)
    assert [name for name in names.split() if not hasattr(found, name)] == []


def test_what_is_set_on_a_module_holds_for_tinytf():
    from tensorflow.python.platform import tf_logging

    with mock.patch.object(tf_logging, "warning") as warning:
        tf.logging.warning("seen")
    assert warning.called and tf.logging.warning is tf_logging.warning is not warning


def test_eager_mode_is_a_reason_to_skip():
    from tensorflow.python.eager import context

    assert not context.executing_eagerly()
    with pytest.raises(unittest.SkipTest) as caught:
        context.eager_mode()
    assert isinstance(caught.value, NotImplementedError)


def test_decorators_of_modes():
    from tensorflow.python.framework import test_util

    class Test(tf.test.TestCase):
        @test_util.run_in_graph_and_eager_modes
        def testBoth(self):
            self.assertEqual(3, self.evaluate(tf.constant(1) + 2))

        @test_util.run_v1_only("b/1")
        def testFirst(self):
            pass

        @test_util.run_v2_only
        def testSecond(self):
            raise AssertionError

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Test).run(result)
    assert result.wasSuccessful() and len(result.skipped) == 1 + 1  # test_session is one that skips itself


def test_a_saver_saves_an_op_of_ones_own(tmp_path):
    from tensorflow.python.training import saver_test_utils

    v = saver_test_utils.CheckpointedOp(name="v")
    saver = tf.train.Saver({"v": v.saveable})
    with tf.Session() as sess:
        sess.run(v.insert("k1", 30.0))
        path = saver.save(sess, str(tmp_path / "model"))
    with tf.Session() as sess:
        saver.restore(sess, path)
        assert sess.run([v.keys(), v.values()]) == [np.array([b"k1"], object), np.float32([30])]


def test_registry_and_kernels():
    from tensorflow.contrib.util import make_tensor_proto
    from tensorflow.python.framework import kernels, registry

    things = registry.Registry("thing")
    things.register("x", "a")
    assert things.lookup(b"a") == "x" and list(things.list()) == ["a"]
    with pytest.raises(KeyError, match="Registering two thing with name 'a'! .Previous registration was in test_registry"):
        things.register("y", "a")
    with pytest.raises(LookupError, match="thing registry has no entry for: b"):
        things.lookup("b")
    assert len(kernels.get_registered_kernels_for_op("MatMul").kernel) == 1
    assert not kernels.get_registered_kernels_for_op("Mystery").kernel
    assert make_tensor_proto([1.0]).dtype == tf.float32.as_datatype_enum
