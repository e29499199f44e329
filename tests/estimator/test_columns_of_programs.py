"""Columns asked by TensorFlow's names, columns that a program defines, columns as dicts and as layers."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.feature_column import columns, serialization
from tinytf.feature_column.cache import Cache, LazyBuilder
from tinytf.feature_column.dense_features import DenseFeatures, InputLayer

fc = tf.feature_column
FEATURES = {"a": [[0], [2]], "n": [[1.0], [5.0]]}


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def _numbers(tensor):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(tensor)


def _embedding():
    rows = [[1.0, 2.0], [3.0, 5.0], [7.0, 11.0]]
    return fc.embedding_column(fc.categorical_column_with_identity("a", 3), 2, initializer=tf.constant_initializer(rows))


class _Doubled(columns.DenseColumn):
    """A column as programs write them: with TensorFlow's methods."""

    name = "doubled"
    variable_shape = tf.TensorShape([1])

    def transform_feature(self, transformation_cache, state_manager):
        return 2.0 * transformation_cache.get("n", state_manager)

    def get_dense_tensor(self, transformation_cache, state_manager):
        return transformation_cache.get(self, state_manager)


class _OldDoubled(columns.DenseColumn):
    name = "old_doubled"
    variable_shape = tf.TensorShape([1])

    def _transform_feature(self, inputs):
        return 2.0 * inputs.get("n")

    def _get_dense_tensor(self, inputs, weight_collections=None, trainable=None):
        return inputs.get(self)


@pytest.mark.parametrize("column", [_Doubled(), _OldDoubled()])
def test_a_program_may_define_columns(column):
    assert _numbers(fc.input_layer(FEATURES, [column])).tolist() == [[2.0], [10.0]]


def test_a_column_answers_to_both_of_its_interfaces():
    column = fc.numeric_column("n")
    assert column._get_dense_tensor(LazyBuilder(FEATURES)).shape == column.get_dense_tensor(Cache(FEATURES), None).shape == [2, 1]
    assert column._parse_example_spec == column.parse_example_spec and column._variable_shape == [1]


def test_a_feature_that_is_no_column_is_an_error_that_says_what_may_be_asked():
    with pytest.raises(TypeError, match='either a "str" or "_FeatureColumn"'):
        LazyBuilder(FEATURES).get(5)


@pytest.mark.parametrize(
    "column",
    [
        fc.numeric_column("n", shape=(2,), default_value=3.0),
        fc.bucketized_column(fc.numeric_column("n"), [0.0, 1.0]),
        fc.crossed_column([fc.bucketized_column(fc.numeric_column("n"), [0.0, 1.0]), "d"], 10),
        fc.weighted_categorical_column(fc.categorical_column_with_hash_bucket("a", 3), "w"),
        fc.indicator_column(fc.categorical_column_with_vocabulary_list("v", ["a", "b"])),
    ],
)
def test_a_column_is_what_its_dict_says(column):
    assert serialization.deserialize_feature_column(serialization.serialize_feature_column(column)) == column


@pytest.mark.parametrize(
    ("config", "message"),
    [({}, "Improper config"), ({"class_name": "No", "config": {}}, "Unknown"), ({"class_name": "NumericColumn", "config": {}}, "Invalid config")],
)
def test_a_dict_that_is_no_column_is_refused(config, message):
    with pytest.raises(ValueError, match=message):
        serialization.deserialize_feature_column(config)


@pytest.mark.parametrize("make", [DenseFeatures, InputLayer])
def test_the_calls_of_a_layer_share_its_embeddings(make):
    layer = make([_embedding(), fc.numeric_column("n")])
    first, second = layer(FEATURES), layer(FEATURES)
    assert len(tf.global_variables()) == len(layer.trainable_variables) == 1
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        a, b = sess.run([first, second])
    np.testing.assert_array_equal(a, [[1.0, 2.0, 1.0], [7.0, 11.0, 5.0]])
    np.testing.assert_array_equal(a, b)


def _sequences():
    places = [[0, 0], [1, 0], [1, 1]]
    return {"a": tf.SparseTensor(places, tf.constant([2, 0, 1], tf.int64), [3, 2]), "n": tf.SparseTensor(places, [2.0, 0.0, 1.0], [3, 2])}


def test_columns_of_sequences_give_numbers_of_each_time_and_lengths():
    rows = [[1.0, 2.0], [3.0, 5.0], [7.0, 11.0]]
    ids = fc.sequence_categorical_column_with_identity("a", 3)
    layer = tf.keras.experimental.SequenceFeatures(
        [fc.embedding_column(ids, 2, initializer=tf.constant_initializer(rows)), fc.sequence_numeric_column("n")]
    )
    numbers, lengths = _numbers(layer(_sequences()))
    assert lengths.tolist() == [1, 2, 0]
    assert numbers[1].tolist() == [[1.0, 2.0, 0.0], [3.0, 5.0, 1.0]] and not numbers[2].any()


@pytest.mark.parametrize(
    ("layer", "column", "message"),
    [
        (DenseFeatures, fc.indicator_column(fc.sequence_categorical_column_with_identity("a", 3)), "must not be of type Sequence"),
        (tf.keras.experimental.SequenceFeatures, _embedding(), "must be of type SequenceCategoricalColumn"),
    ],
)
def test_a_layer_refuses_columns_of_the_other_kind(layer, column, message):
    with pytest.raises(ValueError, match=message):
        layer([column])(_sequences())


def test_the_input_layer_of_sequences_makes_its_variables_in_its_scope():
    ids = tf.contrib.feature_column.sequence_categorical_column_with_identity("a", 3)
    numbers, lengths = tf.contrib.feature_column.sequence_input_layer(_sequences(), [fc.embedding_column(ids, 2)])
    assert [v.name for v in tf.global_variables()] == ["sequence_input_layer/a_embedding/embedding_weights:0"]
    assert _numbers(lengths).tolist() == [1, 2, 0] and numbers.shape.as_list()[-1] == 2
