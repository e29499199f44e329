"""subscribe: effects on tensors of a finished graph."""

import pytest

import tinytf as tf
from tinytf.ops.subscribe import subscribe


def test_consumers_and_control_edges_take_the_new_tensor():
    seen = []
    with tf.Graph().as_default(), tf.Session() as sess:
        c = tf.add(1, 1, name="c")
        with tf.control_dependencies([c]):
            d = tf.constant(42)
        n = tf.negative(c)
        new = subscribe(c, lambda t: tf.py_func(lambda v: seen.append(int(v)) or v, [t], [t.dtype]))
        assert (new.op.name, n.op.inputs[0], d.op.control_inputs) == ("c/subscription/Identity", new, [new.op])
        assert sess.run([n, d]) == [-2, 42] and seen == [2]
        again = subscribe({"x": [c]}, lambda t: tf.py_func(lambda v: seen.append("second") or v, [t], [t.dtype]))
        assert again == {"x": [new]}
        sess.run(n)
    assert sorted(map(str, seen)) == ["2", "2", "second"]


def test_what_is_no_tensor():
    with pytest.raises(TypeError, match="has invalid type"):
        subscribe("x", lambda t: [])
