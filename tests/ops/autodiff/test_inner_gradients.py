"""What TensorFlow's own tests of gradients and embeddings reach for, below the public names."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.ops.autodiff.custom_gradient import get_dependent_variables, get_variable_by_name
from tinytf.ops.nn.embedding import _embedding_lookup_and_transform


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize("use_resource", [False, True])
def test_variables_between_tensors(use_resource):
    with tf.variable_scope("v", use_resource=use_resource):
        a, b, fixed = tf.get_variable("a", []), tf.get_variable("b", []), tf.get_variable("c", [], trainable=False)
    x = tf.constant(1.0)
    y = x * a + fixed
    z = y * b
    assert get_dependent_variables([x], [y]) == [a] and get_dependent_variables([y], [z]) == [b]
    assert set(get_dependent_variables([x], [z])) == {a, b} and get_dependent_variables([x], [x]) == []
    assert get_variable_by_name("v/c") is fixed
    with pytest.raises(ValueError, match="Unsuccessful at finding variable v/d"):
        get_variable_by_name("v/d")


@pytest.mark.parametrize("ids", [2, [5, 0, 0], [[1, 2], [4, 5]]])
@pytest.mark.parametrize("slices, strategy", [(1, "mod"), (2, "mod"), (3, "div")])
def test_rows_are_transformed_slice_by_slice(ids, slices, strategy):
    table = np.random.RandomState(0).rand(6, 3) + 2
    parts = np.array_split(table, slices) if strategy == "div" else [table[i::slices] for i in range(slices)]
    found = _embedding_lookup_and_transform(parts, ids, strategy, max_norm=2.0, transform_fn=lambda rows: tf.norm(rows, axis=1))
    with tf.Session() as session:
        result = session.run(found)
    assert result.shape == np.shape(ids) == tuple(found.shape.as_list()) and np.allclose(result, 2.0)
