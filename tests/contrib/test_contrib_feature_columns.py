"""tf.contrib.layers' columns: what they refuse, how they are named and ordered, and what they make of features."""

import numpy as np
import pytest

import tinytf as tf

layers = tf.contrib.layers


def words():
    return tf.SparseTensor([[0, 0], [1, 0], [1, 1]], ["a", "b", "c"], [2, 2])


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetches):
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.tables_initializer()])
        return sess.run(fetches)


KEYS = layers.sparse_column_with_keys("w", ["a", "b", "c"])
AGE = layers.real_valued_column("age")
PAIR = layers.real_valued_column("pair", dimension=2)


@pytest.mark.parametrize(
    "column, name",
    [
        (layers.one_hot_column(KEYS), "w_one_hot"),
        (layers.embedding_column(KEYS, 2), "w_embedding"),
        (layers.bucketized_column(AGE, [1.0]), "age_bucketized"),
        (layers.crossed_column([KEYS, layers.sparse_column_with_hash_bucket("b", 9)], 10), "b_X_w"),
        (layers.weighted_sparse_column(KEYS, "m"), "w_weighted_by_m"),
        (layers.scattered_embedding_column("w", 9, 2, 7), "w_scattered_embedding"),
    ],
)
def test_a_column_is_named_after_what_it_is_made_of(column, name):
    assert column.name == name


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: layers.sparse_column_with_hash_bucket("a", 0), ValueError, "bucket_size must be at least 1"),
        (lambda: layers.sparse_column_with_hash_bucket("a", 3, dtype=tf.float32), ValueError, "dtype must be string or integer"),
        (lambda: layers.sparse_column_with_vocabulary_file("a", "file"), ValueError, "vocab_size should be defined"),
        (lambda: layers.real_valued_column("a", dimension=0), ValueError, "dimension must be greater than 0"),
        (lambda: layers.real_valued_column("a", default_value="x"), TypeError, "default_value must be compatible with dtype"),
        (lambda: layers.real_valued_column("a", 2, default_value=[1]), ValueError, "length of default_value must be equal to dimension"),
        (lambda: layers.bucketized_column(KEYS, [1]), TypeError, "must be an instance of _RealValuedColumn"),
        (lambda: layers.bucketized_column(AGE, [2, 1]), ValueError, "boundaries must be a sorted list"),
        (lambda: layers.crossed_column([KEYS], 10), ValueError, "must contain at least 2 elements"),
        (lambda: layers.crossed_column([AGE, KEYS], 10), TypeError, "columns must be a set of _SparseColumn"),
        (lambda: layers.embedding_column(KEYS, 2, tensor_name_in_ckpt="w"), ValueError, "Must specify both"),
        (lambda: layers.check_feature_columns([AGE, layers.real_valued_column("age")]), ValueError, "Duplicate feature column key"),
    ],
)
def test_what_a_column_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_the_input_layer_sets_columns_side_by_side_by_their_keys():
    features = {"w": words(), "age": tf.constant([[1.5], [3.0]]), "pair": tf.constant([[0.0, 5.0], [2.0, 1.0]])}
    ranges = layers.bucketized_column(PAIR, [1.0, 4.0])
    made = layers.input_from_feature_columns(features, [AGE, layers.one_hot_column(KEYS), ranges])
    np.testing.assert_allclose(run(made), [[1, 0, 0, 0, 0, 1, 1, 0, 0, 1.5], [0, 1, 0, 0, 1, 0, 0, 1, 1, 3]])


def test_sparse_columns_are_not_for_a_network():
    with pytest.raises(ValueError, match="Error creating input layer for column: w.\n.*use embedding_column or one_hot_column"):
        layers.input_from_feature_columns({"w": words()}, [KEYS])


def test_a_weighted_sum_has_a_variable_for_each_column_and_a_bias():
    cross = layers.crossed_column([KEYS, layers.sparse_column_with_hash_bucket("v", 5)], 20)
    features = {"w": words(), "v": words(), "age": tf.constant([2.0, 3.0])}
    total, variables, bias = layers.weighted_sum_from_feature_columns(features, [KEYS, AGE, cross], 1, scope="linear")
    assert {column.name: variable[0].op.name for column, variable in variables.items()} == {
        "w": "linear/w/weights", "age": "linear/age/weight", "v_X_w": "linear/v_X_w/weights",
    }  # fmt: skip
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.tables_initializer()])
        sess.run([bias.assign([0.5]), variables[AGE][0].assign([[10.0]]), variables[KEYS][0].assign([[1.0], [2.0], [4.0]])])
        np.testing.assert_allclose(sess.run(total), [[21.5], [36.5]])


def test_shared_embeddings_have_one_variable():
    other = layers.sparse_column_with_keys("v", ["a", "b", "c"])
    both = layers.shared_embedding_columns([KEYS, other], 2)
    made = layers.input_from_feature_columns({"w": words(), "v": words()}, both)
    assert [v.op.name for v in tf.trainable_variables()] == ["input_from_feature_columns/v_shared_embedding/v_w_shared_embedding"]
    left, right = np.split(run(made), 2, axis=1)
    np.testing.assert_array_equal(left, right)


def test_columns_of_both_kinds_may_be_mixed():
    features = {"w": words(), "age": tf.constant([[1.5], [3.0]])}
    made = tf.feature_column.input_layer(features, [AGE, layers.one_hot_column(KEYS), layers.bucketized_column(AGE, [2.0])])
    np.testing.assert_allclose(run(made), [[1.5, 1, 0, 1, 0, 0], [3, 0, 1, 0, 1, 1]])
