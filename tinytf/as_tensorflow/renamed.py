"""Names of TensorFlow's private modules that are called differently here."""

from __future__ import annotations

# By module path below `tensorflow.python`: `theirs=ours`.
RENAMED = {
    "ops.init_ops": "_compute_fans=compute_fans _assert_float_dtype=floating",
    "ops.init_ops_v2": "_compute_fans=compute_fans _assert_float_dtype=floating",
    "estimator.canned.optimizers": "get_optimizer_instance=optimizer_of",
    "framework.smart_cond": "smart_constant_value=known_value",
    "client.session": "BaseSession=Session",
    "framework.constant_op": "constant_v1=constant constant=small_constant",
    "framework.device": "MergeDevice=merge_device merge_device=merge_device",
    "framework.ops": "convert_to_tensor_v2=convert_to_tensor internal_convert_to_tensor=convert_to_tensor device_v2=device "
    "internal_convert_n_to_tensor=convert_n_to_tensor _NodeDef=new_node_def "
    "internal_convert_to_tensor_or_composite=convert_to_tensor_or_composite "
    "internal_convert_n_to_tensor_or_composite=convert_n_to_tensor_or_composite no_gradient=NotDifferentiable",
    "keras.engine.network": "Network=Model",
    "data.ops.dataset_ops": """
        DatasetV1=Dataset DatasetV2=Dataset DatasetV1Adapter=Dataset get_legacy_output_types=get_output_types
        get_legacy_output_shapes=get_output_shapes get_legacy_output_classes=get_output_classes""",
    "data.ops.iterator_ops": "IteratorV2=Iterator",
    "data.ops.readers": """
        TextLineDatasetV1=TextLineDataset TextLineDatasetV2=TextLineDataset TFRecordDatasetV1=TFRecordDataset
        TFRecordDatasetV2=TFRecordDataset FixedLengthRecordDatasetV1=FixedLengthRecordDataset
        FixedLengthRecordDatasetV2=FixedLengthRecordDataset""",
    "data.util.structure": """
        normalize_element=normalize are_compatible=compatible from_tensor_list=from_wire from_compatible_tensor_list=from_wire
        to_tensor_list=to_wire to_batched_tensor_list=to_wire_rows convert_legacy_structure=from_legacy""",
    "data.experimental.ops.interleave_ops": """
        sample_from_datasets_v1=sample_from_datasets choose_from_datasets_v1=choose_from_datasets""",
    "data.experimental.ops.readers": "CsvDatasetV1=CsvDataset make_csv_dataset_v1=make_csv_dataset",
    "lib.io.file_io": """
        create_dir_v2=mkdir delete_file_v2=remove delete_recursively_v2=rmtree file_exists_v2=exists get_matching_files_v2=glob
        is_directory_v2=isdir list_directory_v2=listdir recursive_create_dir_v2=makedirs""",
    "ops.while_v2": "_get_graph=forward_graph",
    "ops.boosted_trees_ops": """
        calculate_best_feature_split=boosted_trees_calculate_best_feature_split
        calculate_best_gains_per_feature=boosted_trees_calculate_best_gains_per_feature center_bias=boosted_trees_center_bias
        create_quantile_stream_resource=boosted_trees_create_quantile_stream_resource
        example_debug_outputs=boosted_trees_example_debug_outputs
        get_bucket_boundaries=boosted_trees_quantile_stream_resource_get_bucket_boundaries
        is_quantile_resource_initialized=is_boosted_trees_quantile_stream_resource_initialized
        make_quantile_summaries=boosted_trees_make_quantile_summaries make_stats_summary=boosted_trees_make_stats_summary
        predict=boosted_trees_predict quantile_add_summaries=boosted_trees_quantile_stream_resource_add_summaries
        quantile_flush=boosted_trees_quantile_stream_resource_flush
        quantile_resource_deserialize=boosted_trees_quantile_stream_resource_deserialize
        quantile_resource_handle_op=boosted_trees_quantile_stream_resource_handle_op
        sparse_calculate_best_feature_split=boosted_trees_sparse_calculate_best_feature_split
        training_predict=boosted_trees_training_predict update_ensemble=boosted_trees_update_ensemble
        update_ensemble_v2=boosted_trees_update_ensemble_v2""",
    "ops.control_flow_util": """
        CheckInputFromValidContext=check_input_from_valid_context GetContainingWhileContext=containing_while_context
        GetLoopConstantEnter=loop_constant_enter GetOutputContext=output_context GetWhileContext=while_context
        IsCondSwitch=is_cond_switch IsContainingContext=is_containing IsLoopConstantEnter=is_loop_constant_enter
        IsLoopEnter=is_loop_enter IsLoopExit=is_loop_exit IsLoopSwitch=is_loop_switch IsMerge=is_merge IsSwitch=is_switch
        OpInContext=op_in_context IsInWhileLoop=is_in_while_loop IsInCond=is_in_cond IsLoopMerge=is_loop_merge
        IsCondMerge=is_cond_merge GetContainingCondContext=containing_cond_context IsInXLAContext=is_in_xla_context
        GetContainingXLAContext=containing_xla_context EnableControlFlowV2=enable_control_flow_v2""",
    "ops.control_flow_ops": "_Identity=identity _Enter=enter _NextIteration=next_iteration _SwitchRefOrTensor=switch_ref_or_tensor",
    "ops.ctc_ops": "_get_dim=_dim _ctc_state_trans=state_transitions _ilabel_to_state=labels_to_states _state_to_olabel=states_to_labels "
    "_state_to_olabel_unique=states_to_unique_labels _sum_states=sum_states _forward_backward_log=forward_backward_log _scan=scan",
    "ops.distributions.kullback_leibler": "_DIVERGENCES=_divergences",
    "ops.distributions.util": "_is_known_unsigned_by_dtype=is_unsigned _is_known_signed_by_dtype=is_signed _is_known_dtype=is_known "
    "_largest_integer_by_dtype=largest_integer _smallest_integer_by_dtype=smallest_integer _is_integer_like_by_dtype=is_integer_like",
    "ops.gradients_util": "IsTrainable=is_trainable",
    "ops.gradients_impl": "IsTrainable=is_trainable gradients_v2=gradients HessiansV2=hessians _hessian_vector_product=hessian_vector_product",
    "saved_model.model_utils.export_utils": "build_all_signature_defs=signature_defs get_timestamped_export_dir=timestamped_export_dir "
    "get_temp_export_dir=temp_export_dir _maybe_add_default_serving_output=with_default_output",
    "ops.nn_impl": "_compute_sampled_logits=sampled_logits _count_nonzero=count_nonzero",
    "ops.nn_ops": "max_pool_with_argmax_v1=max_pool_with_argmax dilation2d_v1=dilation2d conv3d_v1=conv3d xw_plus_b_v1=xw_plus_b "
    "convolution_internal=convolution_v2 softmax_cross_entropy_with_logits_v2_helper=softmax_cross_entropy_with_logits_v2 _get_sequence=sequence",
    "ops.confusion_matrix": "confusion_matrix_v1=confusion_matrix",
    "ops.image_ops_impl": "resize_image_with_pad_v1=resize_image_with_pad crop_and_resize_v1=crop_and_resize",
    "ops.image_ops": "resize_image_with_pad_v1=resize_image_with_pad crop_and_resize_v1=crop_and_resize",
    "feature_column.feature_column": "_LazyBuilder=LazyBuilder _transform_features=transform_features _to_sparse_input_and_drop_ignore_values=to_sparse "
    "_NumericColumn=NumericColumn _BucketizedColumn=BucketizedColumn _CategoricalColumn=CategoricalColumn "
    "_CrossedColumn=CrossedColumn _DenseColumn=DenseColumn _EmbeddingColumn=EmbeddingColumn _FeatureColumn=FeatureColumn "
    "_HashedCategoricalColumn=HashedCategoricalColumn _IdentityCategoricalColumn=IdentityCategoricalColumn "
    "_IndicatorColumn=IndicatorColumn _SharedEmbeddingColumn=SharedEmbeddingColumn "
    "_VocabularyFileCategoricalColumn=VocabularyFileCategoricalColumn "
    "_VocabularyListCategoricalColumn=VocabularyListCategoricalColumn _WeightedCategoricalColumn=WeightedCategoricalColumn "
    "_bucketized_column=bucketized_column _categorical_column_with_hash_bucket=categorical_column_with_hash_bucket "
    "_categorical_column_with_identity=categorical_column_with_identity "
    "_categorical_column_with_vocabulary_file=categorical_column_with_vocabulary_file "
    "_categorical_column_with_vocabulary_list=categorical_column_with_vocabulary_list _crossed_column=crossed_column "
    "_embedding_column=embedding_column _indicator_column=indicator_column _numeric_column=numeric_column "
    "_weighted_categorical_column=weighted_categorical_column",
    "feature_column.feature_column_v2": "FeatureTransformationCache=Cache _transform_features_v2=transform_features "
    "_to_sparse_input_and_drop_ignore_values=to_sparse make_parse_example_spec_v2=make_parse_example_spec",
    "layers.convolutional": "Convolution1D=Conv1D Convolution2D=Conv2D Convolution3D=Conv3D SeparableConvolution2D=SeparableConv2D "
    "Convolution2DTranspose=Conv2DTranspose Deconvolution2D=Conv2DTranspose Deconv2D=Conv2DTranspose Convolution3DTranspose=Conv3DTranspose "
    "Deconvolution3D=Conv3DTranspose Deconv3D=Conv3DTranspose convolution1d=conv1d convolution2d=conv2d convolution3d=conv3d "
    "separable_convolution2d=separable_conv2d convolution2d_transpose=conv2d_transpose deconvolution2d=conv2d_transpose "
    "deconv2d=conv2d_transpose convolution3d_transpose=conv3d_transpose deconvolution3d=conv3d_transpose deconv3d=conv3d_transpose",
    "keras.optimizer_v2.optimizer_v2": "OptimizerV2=Optimizer",
    "keras.utils.losses_utils": "ReductionV2=Reduction",
    "layers.core": "FullyConnected=Dense fully_connected=dense",
    "layers.normalization": "BatchNorm=BatchNormalization batch_norm=batch_normalization",
    "layers.pooling": "AvgPool2D=AveragePooling2D MaxPool2D=MaxPooling2D max_pool2d=max_pooling2d avg_pool2d=average_pooling2d",
    "ops.array_ops": "repeat_with_axis=repeat",
    "ops.lookup_ops": "StaticHashTableV1=StaticHashTable StaticVocabularyTableV1=StaticVocabularyTable "
    "InitializableLookupTableBase=StaticHashTable InitializableLookupTableBaseV1=StaticHashTable",
    "ops.parsing_ops": "decode_raw_v1=decode_raw",
    "ops.string_ops": "string_split=string_split_bytes substr_deprecated=substr string_to_number_v1=string_to_number string_to_hash_bucket_v1=string_to_hash_bucket",
    "ops.math_ops": "_as_indexed_slices=as_indexed_slices _as_indexed_slices_list=as_indexed_slices_list bincount_v1=bincount " + " ".join("reduce_%s_v1=reduce_%s" % (r, r) for r in "all any logsumexp max mean min prod sum".split()),
    "ops.rnn": "_transpose_batch_time=transpose_batch_time _best_effort_input_batch_size=batch_size_of_time_major _rnn_step=rnn_step",
    "ops.rnn_cell_impl": "_concat=joined_shape _zero_state_tensors=zero_state_tensors _RNNCellWrapperV1=_Wrapper",
    "ops.resource_variable_ops": "BaseResourceVariable=ResourceVariable",
    "ops.summary_op_util": "collect=_collect",
    "ops.template": "make_template_internal=make_template",
    "ops.variable_scope": "variable=Variable _pure_variable_scope=_PureVariableScope variable_creator_scope_v1=variable_creator_scope "
    "_VariableStore=VariableStore",
    "ops.variables": "Variable=VariableV2 VariableV1=Variable",
    "training.checkpoint_management": "update_checkpoint_state_internal=update_checkpoint_state",
    "training.basic_session_run_hooks": "SummaryWriterCache=FileWriterCache",
    "training.summary_io": "SummaryWriterCache=FileWriterCache",
    "training.evaluation": "_evaluate_once=evaluate_once _StopAfterNEvalsHook=StopAfterNEvalsHook "
    "_get_or_create_eval_step=get_or_create_eval_step",
    "training.input": "_as_tensor_list=_as_list _as_original_type=_as_given",
    "training.warm_starting_util": "_infer_var_name=_name_of _get_grouped_variables=_grouped",
    "training.tracking.base": "PythonStringStateSaveable=PythonStateSaveable",
    "training.tracking.util": "CheckpointV1=Checkpoint",
    "platform.googletest": "GetTempDir=get_temp_dir",
}
