"""Defun: Python functions in the graph's library."""

import pytest

import tinytf as tf
from tinytf.graph.defun import Defun


def test_a_function_is_called_by_an_op_of_its_name():
    with tf.Graph().as_default(), tf.Session() as sess:

        @Defun(tf.float32)
        def minus_one(x):
            return x - 1

        @Defun(tf.float32, func_name="pair")
        def twice(x):
            return minus_one(minus_one(x)), x

        a, b = twice(tf.constant(3.0), name="call")
        assert (a.op.type, a.op.name) == ("pair", "call")
        assert sess.run([a, b]) == [1, 3]
        graph_def = tf.get_default_graph().as_graph_def()
    assert sorted(f.signature.name for f in graph_def.library.function) == sorted([minus_one.name, "pair"])
    assert minus_one.name.startswith("minus_one_")
    with tf.Graph().as_default(), tf.Session() as sess:
        (again,) = tf.import_graph_def(graph_def, return_elements=["call:0"])
        assert sess.run(again) == 1
        used = [o.name for o in tf.train.export_meta_graph().meta_info_def.stripped_op_list.op]
    assert used == ["Const", "Sub"]


def test_types_captures_and_gradient():
    with tf.Graph().as_default(), tf.Session() as sess:
        c = tf.constant(10.0)

        @Defun()
        def plus_c(x):
            return x + c

        assert sess.run([plus_c(tf.constant(1.0)), plus_c(tf.constant(2.0))]) == [11, 12]

        @Defun(tf.float32, python_grad_func=lambda op, dy: dy * 7)
        def same(x):
            return x

        x = tf.constant(1.0)
        assert sess.run(tf.gradients(same(x), x)) == [7]
        with pytest.raises(ValueError, match="Expected number of arguments"):
            same()
