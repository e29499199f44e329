"""Layers of the columns of tf.contrib.layers: the input of a network, and weighted sums.  Follows TF 1.15."""

from __future__ import annotations

from tinytf import dtypes, logging, nest
from tinytf.contrib.framework.variables import model_variable
from tinytf.contrib.layers import feature_column as fc
from tinytf.contrib.layers.crossed_columns import _BucketizedColumn, _CrossedColumn
from tinytf.contrib.layers.dense_columns import (
    _EmbeddingColumn,
    _OneHotColumn,
    _RealValuedColumn,
    _RealValuedVarLenColumn,
    _ScatteredEmbeddingColumn,
    embeddings_from_arguments,
    restore_from_checkpoint,
    variable_list,
)
from tinytf.contrib.layers.inner_flatten import inner_flatten
from tinytf.contrib.layers.sparse_columns import _WeightedSparseColumn
from tinytf.graph.graph import GraphKeys
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.files.parsing_examples import parse_example, parse_single_sequence_example
from tinytf.ops.math import math_ops
from tinytf.ops.nn import embedding, nn_basic
from tinytf.ops.sparse import sparse_ops
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import variable_scope


class _Transformer:
    """Transforms each column once."""

    def __init__(self, columns_to_tensors):
        self._columns_to_tensors = columns_to_tensors

    def transform(self, feature_column):
        """What the column makes of the features."""
        logging.debug("Transforming feature_column %s", feature_column)
        if feature_column not in self._columns_to_tensors:
            feature_column.insert_transformed_feature(self._columns_to_tensors)
        return self._columns_to_tensors[feature_column]


def _by_key(feature_columns) -> list:
    return sorted(set(feature_columns), key=lambda column: column.key)


def check_feature_columns(feature_columns) -> None:
    """ValueError for two columns of the same key."""
    if isinstance(feature_columns, dict):
        raise ValueError("Expected feature_columns to be iterable, found dict.")
    seen = set()
    for column in feature_columns:
        if column.key in seen:
            raise ValueError(
                "Duplicate feature column key found for column: {}. This usually means that the column is almost identical to another column, "
                "and one must be discarded.".format(column.name)
            )
        seen.add(column.key)


def _with_global_variables(collections):
    return list(dict.fromkeys(list(collections) + [GraphKeys.GLOBAL_VARIABLES])) if collections else collections


def _with_rank(tensor, column_name, output_rank):
    """One dimension more, or the last ones joined."""
    rank = tensor.get_shape().ndims
    if rank is None and isinstance(tensor, SparseTensor):
        rank = tensor.dense_shape.get_shape().as_list()[0]
    where = "Error while processing column {}. ".format(column_name)
    if rank is None:
        raise ValueError(where + "Rank of input Tensor can not be None.")
    if output_rank > rank + 1:
        raise ValueError(
            where + "Rank of input Tensor ({}) should be the same as output_rank ({}). For example, sequence data should typically be "
            "3 dimensional (rank 3) while non-sequence data is typically 2 dimensional (rank 2).".format(rank, output_rank)
        )
    if output_rank < rank:
        return inner_flatten(tensor, output_rank)
    if output_rank == rank:
        return tensor
    if isinstance(tensor, SparseTensor):
        return sparse_ops.sparse_reshape(tensor, array_ops.concat([tensor.dense_shape, [1]], 0))
    return array_ops.expand_dims(tensor, -1)


def input_from_feature_columns(
    columns_to_tensors, feature_columns, weight_collections=None, trainable=True, scope=None, cols_to_outs=None
):
    """[batch, numbers]: what the columns give for these features, side by side.

    Follows tf.contrib.layers.input_from_feature_columns of TF 1.15.
    """
    return _input_of_rank(
        columns_to_tensors, feature_columns, weight_collections, trainable, scope, 2, "input_from_feature_columns", cols_to_outs
    )


def sequence_input_from_feature_columns(columns_to_tensors, feature_columns, weight_collections=None, trainable=True, scope=None):
    """[batch, time, numbers]: the same for sequences.  Follows tf.contrib.layers.sequence_input_from_feature_columns of TF 1.15."""
    for column in feature_columns:
        if not isinstance(column, (_OneHotColumn, _EmbeddingColumn, _RealValuedColumn, _RealValuedVarLenColumn)):
            raise ValueError("FeatureColumn type {} is not currently supported for sequence data.".format(type(column).__name__))
    for column in _with_parents(feature_columns):
        if isinstance(column, (_ScatteredEmbeddingColumn, _BucketizedColumn, _CrossedColumn)):
            raise ValueError(
                "Column {} is of type {}, which is not currently supported for sequences.".format(column.name, type(column).__name__)
            )
    return _input_of_rank(
        columns_to_tensors, feature_columns, weight_collections, trainable, scope, 3, "sequence_input_from_feature_columns"
    )


def _with_parents(columns) -> list:
    found = list(columns)
    for column in found:
        if isinstance(column, (_WeightedSparseColumn, _OneHotColumn, _EmbeddingColumn)):
            parents = [column.sparse_id_column]
        else:
            parents = list(getattr(column, "columns", ())) + [c for c in [getattr(column, "source_column", None)] if c is not None]
        found.extend(parent for parent in parents if parent not in found)
    return found


def _input_of_rank(
    columns_to_tensors, feature_columns, weight_collections, trainable, scope, output_rank, default_name, cols_to_outs=None
):
    features = dict(columns_to_tensors)
    check_feature_columns(feature_columns)
    if cols_to_outs is not None and not isinstance(cols_to_outs, dict):
        raise ValueError("cols_to_outs must be a dict unless None")
    weight_collections = _with_global_variables(weight_collections)
    with variable_scope(scope, default_name=default_name, values=features.values()):
        outputs, transformer = [], _Transformer(features)
        for column in _by_key(feature_columns):
            with variable_scope(None, default_name=column.name, values=features.values()):
                tensor = transformer.transform(column)
                if output_rank == 3:
                    tensor = nest.map_structure(lambda t, name=column.name: _with_rank(t, name, output_rank), tensor)
                outputs.append(_input_of_column(column, tensor, weight_collections, trainable, output_rank))
                if cols_to_outs is not None:
                    cols_to_outs[column] = outputs[-1]
        return array_ops.concat(outputs, output_rank - 1)


def _input_of_column(column, tensor, weight_collections, trainable, output_rank):
    try:
        arguments = column._deep_embedding_lookup_arguments(tensor)
    except NotImplementedError as no_embedding:
        try:
            return column._to_dnn_input_layer(tensor, weight_collections, trainable, output_rank=output_rank)
        except ValueError as error:
            message = "Error creating input layer for column: {}.\n{}, {}".format(column.name, error, no_embedding)
            raise ValueError(message) from None
    return embeddings_from_arguments(column, arguments, weight_collections, trainable, output_rank=output_rank)


# Weighted sums ----------------------------------------------------------------------------------


def weighted_sum_from_feature_columns(columns_to_tensors, feature_columns, num_outputs, weight_collections=None, trainable=True, scope=None):
    """A linear model of the columns: ([batch, num_outputs], {column: its variables}, the bias).

    Follows tf.contrib.layers.weighted_sum_from_feature_columns of TF 1.15.
    """
    features = dict(columns_to_tensors)
    check_feature_columns(feature_columns)
    with variable_scope(scope, default_name="weighted_sum_from_feature_columns", values=features.values()):
        sums, variables, transformer = [], {}, _Transformer(features)
        for column in _by_key(feature_columns):
            tensor = transformer.transform(column)
            try:
                variable, weighted = _weighted(column, tensor, features, num_outputs, trainable, weight_collections)
            except ValueError as error:
                raise ValueError("Error creating weighted sum for column: {}.\n{}".format(column.name, error)) from error
            sums.append(array_ops.reshape(weighted, shape=(-1, num_outputs)))
            variables[column] = variable
            restore_from_checkpoint(column._checkpoint_path(), variable)
        total = math_ops.add_n(sums)
        bias = _bias(num_outputs, trainable, weight_collections)
        return nn_basic.bias_add(total, bias), variables, bias


def _weighted(column, tensor, features, num_outputs, trainable, collections):
    """(the column's variables, [batch, num_outputs])."""
    try:
        arguments = column._wide_embedding_lookup_arguments(tensor)
    except NotImplementedError:
        with variable_scope(None, default_name=column.name, values=features.values()):
            numbers = _with_rank(column._to_dense_tensor(tensor), column.name, 2)
            shape = [numbers.get_shape()[1], num_outputs]
            weight = model_variable(
                "weight", shape=shape, initializer=init_ops.zeros_initializer(), trainable=trainable, collections=collections
            )
            return [weight], math_ops.matmul(numbers, weight, name="matmul")
    with variable_scope(None, default_name=column.name, values=features.values()):
        variable = _weights(arguments.vocab_size, num_outputs, arguments.initializer, trainable, collections)
        weighted = embedding.safe_embedding_lookup_sparse(
            variable, arguments.input_tensor, sparse_weights=arguments.weight_tensor, combiner=arguments.combiner,
            name=column.name + "_weights",
        )  # fmt: skip
        return variable, weighted


def _weights(size, num_outputs, initializer, trainable, collections) -> list:
    return variable_list(
        model_variable(
            "weights", shape=[size, num_outputs], dtype=dtypes.float32, initializer=initializer, trainable=trainable, collections=collections
        )
    )


def _bias(num_outputs, trainable, collections):
    return model_variable(
        "bias_weight", shape=[num_outputs], initializer=init_ops.zeros_initializer(), trainable=trainable,
        collections=_with_global_variables(collections),
    )  # fmt: skip


def joint_weighted_sum_from_feature_columns(
    columns_to_tensors, feature_columns, num_outputs, weight_collections=None, trainable=True, scope=None
):
    """The same for columns of ids, with all weights in one variable: (sum, [variable], bias).

    Follows tf.contrib.layers.joint_weighted_sum_from_feature_columns of TF 1.15.
    """
    features = dict(columns_to_tensors)
    check_feature_columns(feature_columns)
    with variable_scope(scope, default_name="joint_weighted_sum_from_feature_columns", values=features.values()):
        transformer, lookups = _Transformer(features), []
        for column in _by_key(feature_columns):
            tensor = transformer.transform(column)
            try:
                lookups.append(column._wide_embedding_lookup_arguments(tensor))
            except NotImplementedError:
                raise NotImplementedError(
                    "Real-valued columns are not supported. Use weighted_sum_from_feature_columns instead, or bucketize these columns."
                ) from None
        variable, total = _joint(lookups, features, num_outputs, trainable, weight_collections)
        bias = _bias(num_outputs, trainable, weight_collections)
        return nn_basic.bias_add(total, bias), variable, bias


def _joint(lookups, features, num_outputs, trainable, collections):
    use = "Please use weighted_sum_from_feature_columns instead."
    size, parts = 0, []
    for lookup in lookups:
        assert lookup.weight_tensor is None, "Joint sums for weighted sparse columns are not supported. " + use
        assert lookup.combiner == "sum", "Combiners other than sum are not supported for joint sums. " + use
    assert lookups, "At least one column must be in the model."
    for lookup in lookups:
        ids = lookup.input_tensor
        parts.append(SparseTensor(ids.indices, ids.values + size, ids.dense_shape))
        size += lookup.vocab_size
    joined = sparse_ops.sparse_concat(1, parts)
    with variable_scope(None, default_name="linear_weights", values=features.values()):
        variable = _weights(size, num_outputs, init_ops.zeros_initializer(), trainable, collections)
        return variable, embedding.safe_embedding_lookup_sparse(variable, joined, combiner="sum", name="_weights")


# Reading and transforming -----------------------------------------------------------------------


def parse_feature_columns_from_examples(serialized, feature_columns, name=None, example_names=None) -> dict:
    """The features that the columns need, read from serialized Examples, and the transformed columns."""
    check_feature_columns(feature_columns)
    tensors = parse_example(serialized, fc.create_feature_spec_for_parsing(feature_columns), name=name, example_names=example_names)
    transformer = _Transformer(tensors)
    for column in _by_key(feature_columns):
        transformer.transform(column)
    return tensors


def parse_feature_columns_from_sequence_examples(
    serialized, context_feature_columns, sequence_feature_columns, name=None, example_name=None
):
    """The context and the sequence features that the columns need, read from one serialized SequenceExample."""
    try:
        serialized = array_ops.reshape(serialized, [])
    except ValueError as error:
        raise ValueError(
            "serialized must contain as single sequence example. Batching must be done after parsing for sequence examples. "
            "Error: {}".format(error)
        ) from error
    context, sequences = context_feature_columns or [], sequence_feature_columns or []
    check_feature_columns(context)
    check_feature_columns(sequences)
    context_spec = fc.create_feature_spec_for_parsing(context)
    sequence_spec = fc.create_sequence_feature_spec_for_parsing(sequences)
    return parse_single_sequence_example(serialized, context_spec, sequence_spec, example_name, name)


def transform_features(features, feature_columns) -> dict:
    """{column: what it makes of the features}."""
    check_feature_columns(feature_columns)
    tensors = dict(features)
    transformer = _Transformer(tensors)
    for column in _by_key(feature_columns):
        transformer.transform(column)
    return {key: tensor for key, tensor in tensors.items() if key in feature_columns}


def infer_real_valued_columns(features) -> list:
    """A real-valued column for each feature, or one for the tensor that is all of them."""
    if not isinstance(features, dict):
        return [_real_valued("", features)]
    return [_real_valued(key, value) for key, value in features.items()]


def _real_valued(name, tensor):
    define = "Please define corresponding FeatureColumn for tensor {} {}."
    if isinstance(tensor, SparseTensor):
        raise ValueError("SparseTensor is not supported for auto detection. " + define, name, tensor)
    if not (tensor.dtype.is_integer or tensor.dtype.is_floating):
        raise ValueError("Non integer or non floating types are not supported for auto detection. " + define, name, tensor)
    dimension = 1
    for size in tensor.get_shape().as_list()[1:]:
        dimension *= size
    return fc.real_valued_column(name, dimension=dimension, dtype=tensor.dtype)
