"""tf.contrib.framework's questions about a graph."""

import tinytf as tf


def test_placeholders_and_the_scope_of_a_graph():
    framework = tf.contrib.framework
    with tf.Graph().as_default() as graph:
        a = tf.placeholder(tf.float32, name="a")
        with tf.name_scope("s"):
            b = tf.placeholder(tf.int32)
            assert framework.get_name_scope() == "s"
        tf.constant(1)
        assert framework.get_placeholders(graph) == [a, b]
        assert framework.convert_to_tensor_or_sparse_tensor(a) is a
        with tf.Session() as session:
            assert session.run(framework.argsort(tf.constant([3, 1, 2]))).tolist() == [1, 2, 0]
