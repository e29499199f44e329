"""Modules of `tensorflow.python` that programs import and tinytf has nothing of.

A program may import them, as many do for one line that they never reach; to use a name of theirs is an error
that says so.  Listed by package; what tinytf has stands in `module_paths.PYTHON_PATHS`.
"""

from __future__ import annotations

_MODULES = """
.: autograph compiler debug grappler keras module pywrap_tensorflow_internal tpu
autograph: converters core impl lang operators pyct utils
autograph.converters: arg_defaults asserts break_statements call_trees conditional_expressions continue_statements
  control_flow directives function_scopes list_comprehensions lists logical_expressions return_statements slices
autograph.core: ag_ctx config config_lib converter converter_testing function_wrappers naming
  unsupported_features_checker
autograph.impl: conversion
autograph.lang: directives special_functions
autograph.operators: control_flow data_structures exceptions logical py_builtins slices special_values symbols
autograph.pyct: anno ast_util cfg common_transformers compiler errors inspect_utils origin_info parser
  pretty_printer qual_names static_analysis templates testing transformer
autograph.pyct.common_transformers: anf
autograph.pyct.static_analysis: activity annos liveness reaching_definitions
autograph.pyct.testing: basic_definitions decorators
autograph.utils: ag_logging context_managers misc py_func tensor_list tensors testing type_check
compiler: tensorrt xla
compiler.tensorrt: test trt_convert
compiler.tensorrt.test: tf_trt_integration_test_base
compiler.xla: jit xla
data.experimental.ops: distribute map_defun snapshot
debug: cli lib wrappers
debug.cli: analyzer_cli base_ui cli_config cli_shared cli_test_utils command_parser curses_ui curses_widgets
  debugger_cli_common evaluator offline_analyzer profile_analyzer_cli readline_ui tensor_format ui_factory
debug.lib: common debug_data debug_gradients debug_graphs debug_utils grpc_debug_server grpc_debug_test_server
  grpc_tensorflow_server profiling session_debug_testlib source_remote source_utils
debug.wrappers: dumping_wrapper framework grpc_wrapper hooks local_cli_wrapper
distribute: all_reduce central_storage_strategy cluster_resolver combinations cross_device_ops cross_device_utils
  device_util distribute_config distribute_coordinator_context distribute_lib estimator_training experimental
  input_lib input_ops mirrored_strategy model_collection model_combinations multi_worker_test_base multi_worker_util
  numpy_dataset one_device_strategy parameter_server_strategy reduce_util saved_model_test_base
  shared_variable_creator single_loss_example step_fn strategy_combinations strategy_test_lib summary_op_util
  tpu_strategy values
distribute.cluster_resolver: cluster_resolver gce_cluster_resolver kubernetes_cluster_resolver
  slurm_cluster_resolver tfconfig_cluster_resolver tpu_cluster_resolver
distribute.model_collection: model_collection_base simple_models
eager: cancellation core execute execution_callbacks executor forwardprop graph_only_ops imperative_grad
  lift_to_graph monitoring profiler profiler_client remote tape test
estimator: gc head hooks keras tools
estimator.canned: boosted_trees_utils kmeans rnn saved_model_estimator
estimator.head: base_head binary_class_head head_utils multi_class_head multi_head multi_label_head regression_head sequential_head
estimator.hooks: fake_summary_writer hooks
feature_column: dense_features dense_features_v2 feature_column feature_column_lib feature_column_v2
  sequence_feature_column serialization utils
framework: convert_to_constants func_graph kernels
  op_callbacks tensor_like type_spec
grappler: cluster item tf_optimizer
keras: activations applications backend backend_config callbacks callbacks_v1 constraints datasets distribute engine
  estimator initializers keras_parameterized layers losses metrics mixed_precision model_subclassing_test_util
  models ops optimizer_v2 optimizers premade preprocessing regularizers saving testing_utils utils wrappers
keras.applications: densenet imagenet_utils inception_resnet_v2 inception_v3 mobilenet mobilenet_v2 nasnet resnet
  resnet_v2 vgg16 vgg19 xception
keras.distribute: distributed_training_utils keras_correctness_test_base multi_worker_testing_utils
  multi_worker_training_state
keras.engine: base_layer base_layer_utils base_preprocessing_layer base_preprocessing_layer_v1 data_adapter
  input_layer input_spec network node partial_batch_padding_handler saving sequential training training_arrays
  training_distributed training_eager training_generator training_utils training_v2 training_v2_utils
keras.layers: advanced_activations convolutional convolutional_recurrent core cudnn_recurrent dense_attention
  embeddings kernelized local merge noise normalization normalization_v2 pooling preprocessing recurrent
  recurrent_v2 rnn_cell_wrapper_v2 serialization wrappers
keras.layers.preprocessing: normalization normalization_v1 preprocessing_test_utils
keras.mixed_precision: experimental
keras.mixed_precision.experimental: autocast_variable loss_scale_optimizer policy test_util
keras.optimizer_v2: adadelta adagrad adam adamax ftrl gradient_descent learning_rate_schedule nadam optimizer_v2
  rmsprop
keras.premade: linear wide_deep
keras.preprocessing: image sequence text
keras.saving: hdf5_format model_config save saved_model saved_model_experimental saving_utils
keras.saving.saved_model: constants load save serialized_attributes utils
keras.utils: conv_utils data_utils generic_utils io_utils kernelized_utils layer_utils losses_utils metrics_utils
  mode_keys multi_gpu_utils np_utils tf_utils vis_utils
keras.wrappers: scikit_learn
module: module
ops: batch_ops clustering_ops collective_ops critical_section_ops gradient_checker_v2 list_ops nccl_ops op_selector parallel_for
  sdca_ops spectral_ops_test_util tensor_forest_ops
  while_v2_indexed_slices_rewriter
ops.distributions: bernoulli beta bijector bijector_impl bijector_test_util categorical dirichlet
  dirichlet_multinomial distribution distributions exponential gamma identity_bijector kullback_leibler laplace
  multinomial normal special_math student_t transformed_distribution uniform util
ops.linalg: adjoint_registrations cholesky_registrations inverse_registrations matmul_registrations
  registrations_util solve_registrations
ops.parallel_for: control_flow_ops gradients pfor test_util
ops.ragged: ragged_config
platform: control_imports remote_utils self_check status_bar
profiler: internal profile_context
profiler.internal: flops_registry
saved_model: function_deserialization function_serialization load load_v1_in_v2 nested_structure_coder revived_types
  signature_serialization
saved_model.model_utils: export_output export_utils mode_keys
tools: import_pb_to_tensorboard module_util print_selective_registration_header selective_registration_header_lib
tpu: _tpu_estimator_embedding async_checkpoint bfloat16 datasets device_assignment error_handling feature_column
  feature_column_v2 functional ops preempted_hook profiler session_support tensor_tracer tensor_tracer_flags
  tensor_tracer_report topology tpu tpu_config tpu_context tpu_embedding tpu_embedding_gradient tpu_estimator
  tpu_feed tpu_function tpu_optimizer tpu_sharding tpu_strategy_util tpu_system_metadata training_loop util
tpu.ops: tpu_ops
training: distribute experimental
training.experimental: loss_scale loss_scale_optimizer mixed_precision mixed_precision_global_state
training.tracking: data_structures layer_utils python_state
util: all_util compat_internal deprecation_wrapper dispatch example_parser_configuration future_api is_in_graph_mode
  lock_util memory module_wrapper serialization
"""


def _paths(text: str) -> frozenset:
    """'package.module' of every module listed."""
    found, package = set(), ""
    for word in text.split():
        if word.endswith(":"):
            package = word[:-1].strip(".")
        else:
            found.add(f"{package}.{word}" if package else word)
    return frozenset(found)


IMPORTABLE = _paths(_MODULES)
