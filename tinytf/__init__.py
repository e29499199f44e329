"""tinytf: the graph, Session and Saver of TensorFlow 1.15 in plain Python, on NumPy and protobuf.

    import tinytf as tf

This module is the list of what `tf.` holds, and nothing is imported before it is asked for.
`_NAMES` says which module a name lives in (`new=old` when it is called differently there);
`_NAMESPACES` are the modules that are themselves a part of the public surface (`tf.nn`, `tf.train`, …).
"""

from __future__ import annotations

import importlib as _importlib
import sys as _sys
import types as _types

__version__ = "1.15.5"  # the TensorFlow whose behaviour this is; scripts look at it
VERSION = __version__
__git_version__ = "tinytf"
__compiler_version__ = "numpy"
__cxx11_abi_flag__ = __monolithic_build__ = 0
newaxis = None

_NAMES = {
    # ---- what every room needs: types, shapes, schemas
    "tinytf.dtypes": """
        DType as_dtype QUANTIZED_DTYPES
        float16 half float32 float64 double bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64
        bool string complex64 complex128 qint8 quint8 qint16 quint16 qint32 resource variant""",
    "tinytf.shapes": "TensorShape Dimension dimension_value dimension_at_index",
    "tinytf.protos": """
        GraphDef NodeDef AttrValue NameAttrList SummaryMetadata Summary HistogramProto Event SessionLog LogMessage
        ConfigProto GPUOptions GraphOptions OptimizerOptions RunOptions RunMetadata MetaGraphDef TensorInfo""",
    "tinytf.version": """
        GIT_VERSION COMPILER_VERSION CXX11_ABI_FLAG MONOLITHIC_BUILD GRAPH_DEF_VERSION GRAPH_DEF_VERSION_MIN_CONSUMER
        GRAPH_DEF_VERSION_MIN_PRODUCER""",
    "tinytf.errors": "OpError",
    "tinytf.libraries": "load_file_system_library load_library load_op_library",
    "tinytf.logging": "get_logger",
    # ---- graph
    "tinytf.graph.graph": "Graph",
    "tinytf.graph.default_graph": """
        get_default_graph reset_default_graph name_scope control_dependencies device container colocate_with add_to_collection
        add_to_collections get_collection get_collection_ref""",
    "tinytf.graph.keys": "GraphKeys",
    "tinytf.graph.framework_ops": "op_scope",
    "tinytf.graph.tensor": "Tensor",
    "tinytf.graph.operation": "Operation",
    "tinytf.graph.indexed_slices": "IndexedSlices",
    "tinytf.graph.module": "Module",
    "tinytf.graph.tensor_util": "is_tensor get_static_value=constant_value",
    "tinytf.graph.type_spec": "TypeSpec",
    "tinytf.graph.tensor_spec": "TensorSpec",
    "tinytf.graph.composite_specs": "SparseTensorSpec IndexedSlicesSpec",
    "tinytf.graph.sparse_tensor": "SparseTensor SparseTensorValue convert_to_tensor_or_sparse_tensor",
    "tinytf.ragged.tensor": "RaggedTensor",
    "tinytf.ragged.spec": "RaggedTensorSpec",
    "tinytf.data.experimental.optional": "OptionalSpec",
    "tinytf.graph.convert": """
        convert_to_tensor convert_to_tensor_or_indexed_slices register_tensor_conversion_function=register_conversion""",
    "tinytf.graph.default_session": "get_default_session",
    "tinytf.graph.device": "DeviceSpec",
    "tinytf.graph.importer": "import_graph_def",
    # ---- run
    "tinytf.run.session": "Session InteractiveSession",
    # ---- ops: constants, placeholders, state
    "tinytf.ops.array.constant": "constant fill zeros ones zeros_like ones_like",
    "tinytf.ops.array.placeholder": "placeholder placeholder_with_default sparse_placeholder",
    "tinytf.ops.state.state_ops": """
        assign assign_add assign_sub count_up_to scatter_update scatter_add scatter_sub scatter_mul scatter_div
        scatter_min scatter_max scatter_nd_update scatter_nd_add scatter_nd_sub batch_scatter_update""",
    # ---- ops: gradients
    "tinytf.ops.autodiff.gradients": "gradients hessians UnconnectedGradients",
    "tinytf.ops.autodiff.gradient_aggregation": "AggregationMethod",
    "tinytf.ops.autodiff.gradient_registry": "RegisterGradient NotDifferentiable NoGradient=NotDifferentiable no_gradient=NotDifferentiable",
    # ---- ops: math
    "tinytf.ops.math.arithmetic": """
        accumulate_n add add_n atan2 maximum minimum multiply pow scalar_mul squared_difference subtract""",
    "tinytf.ops.math.division": """
        div div_no_nan divide floor_div floordiv floormod=mod mod realdiv truediv truncatediv truncatemod""",
    "tinytf.ops.math.unary": """
        abs acos acosh asin asinh atan atanh ceil cos cosh exp expm1 floor is_finite is_inf is_nan log log1p
        log_sigmoid negative reciprocal rint round rsqrt sigmoid sign sin sinh sqrt square tan tanh""",
    "tinytf.ops.math.complex_ops": "angle complex conj imag real",
    "tinytf.ops.math.cast": """
        cast saturate_cast to_bfloat16 to_complex64 to_complex128 to_double to_float to_int32 to_int64""",
    "tinytf.ops.math.comparison": """
        equal greater greater_equal less less_equal logical_and logical_not logical_or logical_xor not_equal""",
    "tinytf.ops.array.select": "where where_v2",
    "tinytf.ops.math.reductions": """
        count_nonzero reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod
        reduce_sum""",
    "tinytf.ops.math.argmax": "arg_max arg_min argmax argmin",
    "tinytf.ops.math.cumulative": "cumprod cumsum",
    "tinytf.ops.math.histogram": "bincount histogram_fixed_width histogram_fixed_width_bins",
    "tinytf.ops.array.ranges": "lin_space linspace range unravel_index",
    "tinytf.ops.array.fingerprints": "fingerprint",
    "tinytf.ops.math.matmul": "matmul sparse_matmul",
    "tinytf.ops.math.contractions": "cross tensordot",
    "tinytf.ops.math.einsum": "einsum",
    "tinytf.ops.math.special": "betainc digamma erf erfc igamma igammac lbeta lgamma polygamma zeta",
    "tinytf.ops.math.segment": """
        segment_max segment_mean segment_min segment_prod segment_sum unsorted_segment_max unsorted_segment_mean
        unsorted_segment_min unsorted_segment_prod unsorted_segment_sqrt_n unsorted_segment_sum""",
    "tinytf.ops.sparse.sparse_segment": "sparse_segment_mean sparse_segment_sqrt_n sparse_segment_sum",
    "tinytf.ops.math.clip": "clip_by_average_norm clip_by_global_norm clip_by_norm clip_by_value global_norm",
    "tinytf.ops.linalg.matrix_diag": """
        diag diag_part eye matrix_band_part matrix_diag matrix_diag_part matrix_set_diag trace""",
    "tinytf.ops.linalg.linalg": """
        cholesky matrix_determinant matrix_inverse matrix_solve matrix_square_root matrix_triangular_solve qr
        self_adjoint_eig self_adjoint_eigvals svd""",
    "tinytf.ops.linalg.linalg_functions": "cholesky_solve matrix_solve_ls norm",
    "tinytf.ops.signal.fft": "fft fft2d fft3d ifft ifft2d ifft3d",
    # ---- ops: names from before 1.0 (tf.mul, tf.sub, …)
    "tinytf.ops.pre_1_0": """
        mul sub neg inv select pack unpack listdiff complex_abs batch_matmul batch_fft batch_fft2d batch_fft3d batch_ifft batch_ifft2d
        batch_ifft3d batch_cholesky batch_cholesky_solve batch_matrix_band_part batch_matrix_determinant
        batch_matrix_diag batch_matrix_diag_part batch_matrix_set_diag batch_matrix_inverse batch_matrix_solve
        batch_matrix_solve_ls batch_matrix_transpose batch_matrix_triangular_solve batch_self_adjoint_eig
        batch_self_adjoint_eigvals batch_svd""",
    # ---- ops: arrays
    "tinytf.graph.tensor_proto": "make_tensor_proto make_ndarray",
    "tinytf.ops.array.shape_ops": """
        identity identity_n stop_gradient ensure_shape guarantee_const shape shape_n size rank reshape expand_dims
        squeeze bitcast broadcast_to broadcast_dynamic_shape broadcast_static_shape""",
    "tinytf.ops.array.concat_split": "stack parallel_stack unstack concat split",
    "tinytf.ops.array.slicing": "slice strided_slice",
    "tinytf.ops.array.transpose": "transpose matrix_transpose invert_permutation reverse reverse_v2=reverse reverse_sequence roll",
    "tinytf.ops.array.gather_scatter": """
        gather gather_nd batch_gather scatter_nd tensor_scatter_update tensor_scatter_nd_update=tensor_scatter_update
        tensor_scatter_add tensor_scatter_nd_add=tensor_scatter_add tensor_scatter_sub
        tensor_scatter_nd_sub=tensor_scatter_sub""",
    "tinytf.ops.array.partition": "dynamic_partition dynamic_stitch",
    "tinytf.ops.array.tile_pad": "tile pad",
    "tinytf.ops.array.masks": "one_hot boolean_mask sequence_mask meshgrid repeat",
    "tinytf.ops.state.critical_section_ops": "CriticalSection",
    "tinytf.ops.state.session_ops": "get_session_handle get_session_tensor delete_session_tensor",
    "tinytf.ops.array.sort_ops": "sort argsort",
    "tinytf.ops.array.unique": "unique unique_with_counts setdiff1d searchsorted",
    "tinytf.ops.math.confusion_matrix": "confusion_matrix",
    "tinytf.ops.array.space_batch": """
        space_to_batch_nd batch_to_space_nd space_to_batch batch_to_space space_to_depth depth_to_space
        required_space_to_batch_paddings""",
    "tinytf.ops.array.patches": "extract_image_patches extract_volume_patches edit_distance",
    "tinytf.ops.quantized.quantized_ops": "dequantize quantize=quantize_floats quantize_v2 quantized_concat",
    "tinytf.ops.quantized.fake_quant": """
        fake_quant_with_min_max_args fake_quant_with_min_max_args_gradient fake_quant_with_min_max_vars
        fake_quant_with_min_max_vars_gradient fake_quant_with_min_max_vars_per_channel
        fake_quant_with_min_max_vars_per_channel_gradient""",
    "tinytf.ops.math.check_ops": """
        assert_equal assert_none_equal assert_less assert_less_equal assert_greater assert_greater_equal assert_near
        assert_negative assert_positive assert_non_negative assert_non_positive assert_rank assert_rank_at_least
        assert_rank_in assert_integer assert_type assert_scalar assert_proper_iterable assert_same_float_dtype
        is_numeric_tensor is_non_decreasing is_strictly_increasing""",
    # ---- ops: random
    "tinytf.ops.sparse.sparse_to_dense": "sparse_to_dense",
    "tinytf.ops.random.random_seed": "set_random_seed get_seed",
    "tinytf.ops.random.random_ops": """
        random_normal truncated_normal random_uniform random_shuffle random_crop multinomial random_gamma
        random_poisson""",
    "tinytf.ops.state.init_ops": """
        zeros_initializer ones_initializer constant_initializer random_uniform_initializer random_normal_initializer
        truncated_normal_initializer uniform_unit_scaling_initializer variance_scaling_initializer
        glorot_uniform_initializer glorot_normal_initializer orthogonal_initializer""",
    # ---- ops: control flow, queues, TensorArray
    "tinytf.ops.control_flow.cond": "cond case switch_case",
    "tinytf.ops.control_flow.while_loop": "while_loop",
    "tinytf.ops.control_flow.control_flow_ops": "group tuple no_op Assert",
    "tinytf.ops.lists.tensor_array_ops": "TensorArray",
    "tinytf.ops.control_flow.map_ops": "map_fn foldl foldr scan",
    "tinytf.ops.autodiff.custom_gradient": "custom_gradient recompute_grad grad_pass_through",
    "tinytf.ops.queues.queue_ops": "QueueBase FIFOQueue PaddingFIFOQueue RandomShuffleQueue PriorityQueue",
    "tinytf.ops.queues.accumulator_ops": "ConditionalAccumulatorBase ConditionalAccumulator SparseConditionalAccumulator",
    "tinytf.ops.files.reader_ops": "ReaderBase TextLineReader WholeFileReader FixedLengthRecordReader TFRecordReader IdentityReader",
    # ---- ops: sparse tensors
    "tinytf.ops.sparse.sparse_ops": """
        sparse_tensor_to_dense sparse_to_indicator sparse_concat sparse_split sparse_slice sparse_retain
        sparse_reorder sparse_reshape sparse_reset_shape sparse_transpose sparse_fill_empty_rows sparse_merge sparse_add
        sparse_tensor_dense_matmul sparse_softmax sparse_maximum sparse_minimum sparse_reduce_sum sparse_mask
        sparse_reduce_sum_sparse sparse_reduce_max sparse_reduce_max_sparse""",
    "tinytf.ops.sparse.sparse_serialize": "serialize_sparse serialize_many_sparse deserialize_many_sparse",
    "tinytf.ops.state.lookup_ops": "tables_initializer initialize_all_tables",
    # ---- ops: strings, parsing, images, files
    "tinytf.ops.control_flow.timestamp": "timestamp",
    "tinytf.ops.autodiff.gradient_tape": "GradientTape",
    "tinytf.ops.functions.def_function": "function",
    "tinytf.ops.functions.wrap_function": "wrap_function",
    "tinytf.ops.control_flow.script_ops": "py_func numpy_function py_function Print print=print_v2",
    "tinytf.ops.math.numerics": "check_numerics verify_tensor_all_finite add_check_numerics_ops",
    "tinytf.ops.files.parsing_ops": """
        decode_raw decode_csv decode_compressed parse_tensor serialize_tensor read_file write_file matching_files""",
    "tinytf.ops.files.parsing_examples": """
        VarLenFeature FixedLenFeature FixedLenSequenceFeature SparseFeature parse_example parse_single_example
        parse_single_sequence_example""",
    "tinytf.ops.files.proto_ops": "decode_json_example",
    "tinytf.ops.strings.string_ops": """
        string_join string_split as_string string_to_number substr reduce_join regex_replace string_to_hash_bucket
        string_to_hash_bucket_fast string_to_hash_bucket_strong encode_base64 decode_base64 string_strip""",
    # ---- ops: summaries, under their names from before 1.0
    "tinytf.ops.files.summary_ops": """
        scalar_summary histogram_summary image_summary audio_summary merge_summary merge_all_summaries""",
    # ---- variables and scopes
    "tinytf.ops.state.variables": """
        Variable VariableSynchronization VariableAggregation init_scope global_variables all_variables local_variables
        model_variables trainable_variables moving_average_variables variables_initializer initialize_variables
        global_variables_initializer initialize_all_variables local_variables_initializer initialize_local_variables
        is_variable_initialized assert_variables_initialized report_uninitialized_variables""",
    "tinytf.ops.state.variable_scope": """
        variable_scope get_variable get_local_variable get_variable_scope AUTO_REUSE VariableScope no_regularizer
        variable_op_scope variable_creator_scope""",
    "tinytf.ops.state.template": "make_template",
    "tinytf.ops.state.partitioned_variables": """
        variable_axis_size_partitioner min_max_variable_partitioner fixed_size_partitioner
        create_partitioned_variables""",
    # ---- compatibility switches of TF 2
    "tinytf.switches": """
        disable_v2_behavior disable_eager_execution disable_v2_tensorshape disable_resource_variables
        enable_resource_variables resource_variables_enabled disable_control_flow_v2 control_flow_v2_enabled
        disable_tensor_equality executing_eagerly enable_eager_execution enable_v2_behavior enable_v2_tensorshape
        enable_control_flow_v2 enable_tensor_equality""",
    "tinytf.as_tensorflow": "install uninstall",
}

_NAMESPACES = """
    app audio autograph bitwise compat config contrib data debugging dtypes errors estimator examples feature_column flags gfile
    distribute distributions experimental graph_util image initializers io keras layers linalg logging lookup losses manip math metrics nest nn
    profiler python_io quantization queue ragged random raw_ops resource_loader saved_model sets signal sparse spectral strings
    summary sysconfig test train user_ops version
    """.split()


def _table():
    """{public name: (module, name there)}"""
    table = {}
    for module, names in _NAMES.items():
        for name in names.split():
            public, _, there = name.partition("=")
            table[public] = module, there or public
    return table


_TABLE = _table()


def __getattr__(name):
    if name in _TABLE:
        module, there = _TABLE[name]
        value = getattr(_importlib.import_module(module), there)
    elif name in _NAMESPACES:
        from tinytf.missing import namespace

        value = namespace(name)
    else:
        from tinytf.missing import missing_symbol

        raise missing_symbol("tf", name, __dir__())
    globals()[name] = value
    return value


class _Namespace(_types.ModuleType):
    def __setattr__(self, name, value):
        """Python sets `tinytf.train` here when anything imports tinytf.train: from then on it names what it lacks."""
        if name in _NAMESPACES and isinstance(value, _types.ModuleType):
            from tinytf.missing import name_missing

            name_missing(value, "tf." + name)
        super().__setattr__(name, value)


_sys.modules[__name__].__class__ = _Namespace


def __dir__():
    return sorted({name for name in globals() if name[0] != "_"} | set(_TABLE) | set(_NAMESPACES))
