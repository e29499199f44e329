"""Columns as a layer of Keras, and as a layer whose variables several calls share."""

from __future__ import annotations

from tinytf.feature_column import layers
from tinytf.feature_column.cache import Cache
from tinytf.feature_column.columns import DenseColumn
from tinytf.feature_column.face import StateManager
from tinytf.feature_column.normalize import check_batch_sizes, normalized
from tinytf.feature_column.sequence_columns import SEQUENCE_KINDS, SequenceDenseColumn
from tinytf.feature_column.serialization import deserialize_feature_columns, serialize_feature_columns
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.keras.base_layer import Layer
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops
from tinytf.ops.state.template import make_template
from tinytf.ops.state.variable_scope import _PureVariableScope, get_variable
from tinytf.shapes import TensorShape


class _LayerVariables(StateManager):
    """Makes the variables of columns in a layer."""

    def __init__(self, layer):
        self._layer, self._variables = layer, {}

    def create_variable(
        self, feature_column, name, shape, dtype=None, trainable=True, use_resource=True, initializer=None
    ):
        """Makes a variable for a column; ValueError where it has one of that name."""
        if (feature_column, name) in self._variables:
            raise ValueError("Variable already exists.")
        trainable = self._layer.trainable and trainable
        variable = get_variable(name, shape=shape, dtype=dtype, initializer=initializer, trainable=trainable, use_resource=use_resource)
        self._layer._track(variable)
        self._variables[feature_column, name] = variable
        return variable

    def get_variable(self, feature_column, name):
        """The variable of that name of a column."""
        if (feature_column, name) not in self._variables:
            raise ValueError("Variable does not exist.")
        return self._variables[feature_column, name]


class DenseFeatures(Layer):
    """[batch, numbers]: what dense columns give for a dict of features, side by side. Follows tf.keras.layers.DenseFeatures of TF 1.15."""

    _kinds, _what = DenseColumn, str(DenseColumn)

    def __init__(self, feature_columns, trainable=True, name=None, **kwargs):
        super().__init__(trainable=trainable, name=name, **kwargs)
        what = "{}. You can wrap a categorical column with an embedding_column or indicator_column".format(self._what)
        self._feature_columns = normalized(feature_columns, self._kinds, what)
        self._state_manager = _LayerVariables(self)

    def build(self, input_shape=None):
        """Makes the embeddings."""
        for column in self._feature_columns:
            with _PureVariableScope(self.name), _PureVariableScope(column.name):
                column.create_state(self._state_manager)
        self.built = True

    def call(self, features, cols_to_output_tensors=None):
        """The numbers; `cols_to_output_tensors`, a dict, gets each column's part."""
        if not isinstance(features, dict):
            raise ValueError("We expected a dictionary here. Instead we got: ", features)
        cache, parts = Cache(features), []
        for column in self._feature_columns:
            with name_scope(column.name):
                tensor = column.get_dense_tensor(cache, self._state_manager)
                parts.append(layers.as_rows(tensor, column))
                if cols_to_output_tensors is not None:
                    cols_to_output_tensors[column] = parts[-1]
        check_batch_sizes(parts, self._feature_columns)
        return array_ops.concat(parts, -1)

    def compute_output_shape(self, input_shape):
        """[batch, numbers of all columns]."""
        size = sum(column.variable_shape.num_elements() for column in self._feature_columns)
        return TensorShape([input_shape[0], size])

    def get_config(self):
        """How it is made again."""
        return {**super().get_config(), "feature_columns": serialize_feature_columns(self._feature_columns)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The layer that a config describes."""
        columns = deserialize_feature_columns(config["feature_columns"], custom_objects=custom_objects)
        return cls(**{**config, "feature_columns": columns})


class SequenceFeatures(DenseFeatures):
    """([batch, time, numbers], lengths) of columns of sequences. Follows tf.keras.experimental.SequenceFeatures of TF 1.15."""

    _kinds, _what = SEQUENCE_KINDS, str(SequenceDenseColumn)

    def call(self, features):
        """The numbers and the lengths, which must be the same for all columns."""
        if not isinstance(features, dict):
            raise ValueError("We expected a dictionary here. Instead we got: ", features)
        cache, parts, lengths = Cache(features), [], []
        for column in self._feature_columns:
            with name_scope(column.name):
                tensor, length = column.get_sequence_dense_tensor(cache, self._state_manager)
                shape = array_ops.shape(tensor)
                parts.append(array_ops.reshape(tensor, shape=(shape[0], shape[1], column.variable_shape.num_elements())))
                lengths.append(length)
        check_batch_sizes(lengths, self._feature_columns)
        length = all_equal(lengths)
        check_batch_sizes(parts, self._feature_columns)
        return array_ops.concat(parts, -1), length

    def compute_output_shape(self, input_shape):
        """[batch, time, numbers of all columns]."""
        return TensorShape([input_shape[0], input_shape[1], super().compute_output_shape(input_shape)[1]])


def all_equal(tensors):
    """The first of tensors that must be equal when they run."""
    with name_scope(None, "assert_all_equal", values=tensors):
        if len(tensors) == 1:
            return tensors[0]
        with control_dependencies([check_ops.assert_equal(tensors[0], other) for other in tensors[1:]]):
            return array_ops.identity(tensors[0])


class InputLayer:
    """input_layer with variables that its calls share. Follows InputLayer of feature_column.py of TF 1.15."""

    def __init__(
        self, feature_columns, weight_collections=None, trainable=True, cols_to_vars=None, name="feature_column_input_layer",
        create_scope_now=True,
    ):  # fmt: skip
        self._feature_columns, self._trainable, self._cols_to_vars = feature_columns, trainable, cols_to_vars
        self._weight_collections, self._name = weight_collections, name
        self._template = make_template(name, layers.concatenated, create_scope_now_=create_scope_now)
        self._scope = self._template.variable_scope

    def __call__(self, features):
        return self._template(
            features=features,
            feature_columns=self._feature_columns,
            weight_collections=self._weight_collections,
            trainable=self._trainable,
            cols_to_vars=self._cols_to_vars,
        )

    name = property(lambda self: self._name, doc="The name of its scope.")
    variables = property(lambda self: self._template.variables, doc="The embeddings.")
    weights = property(lambda self: self._template.weights, doc="The embeddings.")
    trainable_variables = property(lambda self: self._template.trainable_variables, doc="Those that are trained.")
    trainable_weights = property(lambda self: self._template.trainable_weights, doc="Those that are trained.")
    non_trainable_variables = property(lambda self: self._template.non_trainable_variables, doc="Those that are not trained.")
    non_trainable_weights = property(lambda self: self._template.non_trainable_weights, doc="Those that are not trained.")
