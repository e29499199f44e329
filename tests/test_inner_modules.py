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
        ("training.evaluation", "_evaluate_once _StopAfterNEvalsHook _get_or_create_eval_step"),
        ("training.input", "_as_tensor_list _as_original_type maybe_batch"),
        ("training.warm_starting_util", "_infer_var_name _get_var_info _warm_start_var_with_vocab"),
        ("training.summary_io", "SummaryWriterCache summary_iterator"),
        ("training.basic_session_run_hooks", "SummaryWriterCache SecondOrStepTimer"),
        ("framework.auto_control_deps", "AutomaticControlDependencies automatic_control_dependencies op_is_stateful"),
        ("training.slot_creator", "create_slot create_zeros_slot"),
        ("training.moving_averages", "assign_moving_average ExponentialMovingAverage"),
        ("training.saving.saveable_object", "SaveableObject SaveSpec"),
        ("training.tracking.base", "Trackable VARIABLE_VALUE_KEY"),
        ("training.saver_test_utils", "CheckpointedOp"),
        ("saved_model.utils_impl", "get_variables_path build_tensor_info"),
        ("saved_model.loader_impl", "SavedModelLoader parse_saved_model"),
        ("ops.variables", "VariableV1 PartitionedVariable"),
        ("ops.variable_scope", "variable"),
        ("ops.array_ops", "squeeze_v2 boolean_mask_v2 zeros_like_v2 gather_nd_v2 repeat_with_axis"),
        ("ops.check_ops", "assert_equal_v2 assert_less_v2 assert_rank_in_v2 assert_shapes_v2 assert_type_v2"),
        ("ops.control_flow_ops", "while_loop_v2 cond_for_tf_v2 case_v2 tuple_v2"),
        ("ops.ctc_ops", "ctc_loss_v2 ctc_loss_dense dense_labels_to_sparse ctc_state_log_probs _sum_states _scan"),
        ("ops.lookup_ops", "StaticHashTableV1 StaticVocabularyTableV1 DenseHashTable MutableHashTable lookup_table_find_v2"),
        ("ops.math_ops", "argmax_v2 scalar_mul_v2 count_nonzero_v2 sparse_segment_sum_v2 bincount_v1"),
        ("ops.sparse_ops", "sparse_add_v2 sparse_split_v2 sparse_reduce_max_v2 sparse_eye sparse_expand_dims"),
        ("ops.string_ops", "substr_v2 string_length_v2 reduce_join_v2 string_split_v2 substr_deprecated"),
        ("ops.spectral_ops_test_util", "fft_kernel_label_map"),
        ("ops.stateless_random_ops", "stateless_random_uniform stateless_random_normal stateless_truncated_normal stateless_multinomial"),
        ("kernel_tests.random.util", "test_moment_matching chi_squared normal_cdf anderson_darling test_truncated_normal"),
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


def test_spellings_of_tensorflow_2_give_the_same_numbers():
    from tensorflow.python.ops import array_ops, check_ops, math_ops, sparse_ops, string_ops

    sparse = tf.SparseTensor([[0, 1]], [5.0], [2, 2])
    with tf.Session() as sess:
        assert sess.run(array_ops.squeeze_v2([[1, 2]], [0])).tolist() == [1, 2]
        assert sess.run(array_ops.boolean_mask_v2([[1, 2]], [True, False], 1)).tolist() == [[1]]
        assert sess.run(array_ops.batch_to_space_v2([[[[1.0]]], [[[2.0]]]], [1, 2], [[0, 0], [0, 0]])).ravel().tolist() == [1, 2]
        assert sess.run(math_ops.argmax_v2([3, 9, 1])) == 1
        assert sess.run(string_ops.substr_v2("hello", 1, 3, "BYTE", "s")) == b"ell"
        assert sess.run(string_ops.string_split_v2(["a b", " c"])).values.tolist() == [b"a", b"b", b"c"]
        assert sess.run(sparse_ops.sparse_reduce_max_v2(sparse, 0, output_is_sparse=True)).values.tolist() == [5.0]
        assert check_ops.assert_type_v2(tf.constant(1), tf.int32, "message") is None


def test_a_constant_of_tensorflow_2_fills_no_shape():
    from tensorflow.python.framework import constant_op

    assert constant_op.constant(1, shape=[2]).shape == [2] and constant_op.constant_v1([1, 2], shape=[4]).shape == [4]
    with pytest.raises(TypeError, match="Expected Tensor's shape"):
        constant_op.constant([1, 2], shape=[4])


def test_initializers_of_tensorflow_2_take_the_dtype_when_they_are_called():
    from tensorflow.python.ops import init_ops_v2

    seeded = [init_ops_v2.RandomNormal(seed=1), init_ops_v2.Orthogonal(seed=1), init_ops_v2.GlorotUniform(seed=1), init_ops_v2.he_normal(seed=1)]
    with tf.Session() as sess:
        for make in seeded:
            first, second = sess.run([make([3, 3], tf.float64), make([3, 3], tf.float64)])
            assert first.dtype == np.float64 and np.array_equal(first, second)
        assert sess.run(init_ops_v2.constant_initializer([1, 2])([2])).tolist() == [1, 2]
        assert sess.run(init_ops_v2.Identity(2.0)((2, 2))).tolist() == [[2, 0], [0, 2]]
    assert init_ops_v2.GlorotUniform(seed=3).get_config() == {"seed": 3}
    with pytest.raises(ValueError, match="Expected numeric or boolean dtype"):
        init_ops_v2.Ones()([2], tf.string)


def test_statistics_tell_samples_of_a_distribution_from_others():
    from tensorflow.python.kernel_tests.random import util

    class Uniform:
        def moment(self, n):
            return 1.0 / (n + 1)

    samples = np.random.RandomState(0).rand(4000)
    assert max(util.test_moment_matching(samples, 3, Uniform())) < 4 < max(util.test_moment_matching(samples**2, 3, Uniform()))
    assert util.chi_squared(samples, 20) < 60 < util.chi_squared(samples**2, 20)
    normal = np.random.RandomState(0).randn(2000)
    assert util.anderson_darling(normal) < 2.5 < util.anderson_darling(1.2 * normal)


def test_quantized_numbers_are_given_out_as_integers():
    with tf.Session() as sess:
        for stored, quantized in ((tf.uint8, tf.quint8), (tf.int8, tf.qint8), (tf.int32, tf.qint32)):
            given = sess.run(tf.bitcast(tf.constant([1, 2], stored), quantized))
            assert given.dtype == stored.as_numpy_dtype and given.tolist() == [1, 2]
