"""tf.gradients where no TensorFlow is needed to say what is right; the graphs are in test_against_tensorflow."""

import numpy as np
import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetches, feed=None):
    with tf.Session() as session:
        return session.run(fetches, feed)


def numeric(y, x, at, eps=1e-3):
    """The gradient of sum(y) by finite differences."""
    result = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        ends = []
        for sign in (1, -1):
            moved = at.copy()
            moved[i] += sign * eps
            ends.append(run(y, {x: moved}).sum())
        result[i] = (ends[0] - ends[1]) / (2 * eps)
    return result


def loop_with_branch(x):
    def body(i, a):
        return i + 1, tf.cond(tf.reduce_sum(a) > 2.0, lambda: a * 0.5 * x, lambda: a + x * x)

    return tf.while_loop(lambda i, a: i < 5, body, [tf.constant(0), x])[1]


def loop_in_loop(x):
    def body(i, a):
        _, b = tf.while_loop(lambda j, b: j < i, lambda j, b: (j + 1, tf.sin(b) * x), [tf.constant(0), a])
        return i + 1, b + a

    return tf.while_loop(lambda i, a: i < 3, body, [tf.constant(0), x])[1]


def written_and_read(x):
    array = tf.TensorArray(x.dtype, 3, clear_after_read=False).unstack(tf.stack([x, x * x, tf.exp(x)]))
    return array.read(1) * array.read(2) + array.stack()[0] + array.concat()[:2]


def running_product(x):
    return tf.scan(lambda a, b: a * b, x) + tf.foldl(lambda a, b: a + b * b, x) + tf.map_fn(tf.sin, x)


@pytest.mark.parametrize("function", [loop_with_branch, loop_in_loop, written_and_read, running_product])
@pytest.mark.parametrize("shape", [[2], None])
def test_gradient_is_the_slope(function, shape):
    if shape is None and function is not loop_with_branch:
        shape = [None]
    x = tf.placeholder(tf.float64, shape)
    y = function(x)
    at = np.array([0.3, 0.7])
    (gradient,) = tf.gradients(y, x)
    np.testing.assert_allclose(run(gradient, {x: at}), numeric(y, x, at), rtol=1e-5)


def test_a_registered_name_is_taken():
    tf.RegisterGradient("TestTwice")(lambda op, grad: grad)
    with pytest.raises(KeyError, match="TestTwice"):
        tf.RegisterGradient("TestTwice")(lambda op, grad: grad)
    with pytest.raises(TypeError):
        tf.RegisterGradient(5)


def test_not_differentiable_by_name(graph):
    tf.NotDifferentiable("TestStops")
    x = tf.constant(1.0)
    with graph.gradient_override_map({"Identity": "TestStops"}):
        y = tf.identity(x)
    assert tf.gradients(y, x) == [None]


def test_wrong_number_of_gradients(graph):
    tf.RegisterGradient("TestTooMany")(lambda op, grad: (grad, grad))
    x = tf.constant(1.0)
    with graph.gradient_override_map({"Identity": "TestTooMany"}):
        y = tf.identity(x)
    with pytest.raises(ValueError, match="Num gradients 2 generated for op"):
        tf.gradients(y, x)


def test_wrong_shape_of_gradient(graph):
    tf.RegisterGradient("TestShape")(lambda op, grad: tf.zeros([5]))
    x = tf.constant([1.0, 2.0])
    with graph.gradient_override_map({"Identity": "TestShape"}):
        y = tf.identity(x)
    with pytest.raises(ValueError, match="Incompatible shapes between op input and calculated input gradient"):
        tf.gradients(y, x)


def test_custom_gradient_and_pass_through():
    x = tf.constant([1.0, 2.0])
    tf.get_variable_scope().set_use_resource(True)  # TF asks for it, whether there are variables or not
    y = tf.grad_pass_through(tf.round)(x * 1.4)
    assert run(tf.gradients(y, x)[0]).tolist() == pytest.approx([1.4, 1.4])
    z = tf.recompute_grad(lambda t: tf.square(t) * 3.0)(x)
    assert run([z] + tf.gradients(z, x))[1].tolist() == [6.0, 12.0]
    with pytest.raises(ValueError, match="keywords"):
        tf.custom_gradient(lambda t: (t, lambda dy: dy))(t=x)


def test_gradient_of_variables_in_custom_gradient():
    @tf.custom_gradient
    def f(x):
        v = tf.get_variable("v", initializer=3.0, use_resource=True)
        return x * v, lambda dy, variables: ([dy * 10.0], [dy * 100.0 for _ in variables])

    x = tf.constant(2.0)
    y = f(x)
    grads = tf.gradients(y, [x, tf.trainable_variables()[0]])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run([y] + grads) == [6.0, 10.0, 100.0]


def test_loops_without_context_say_what_to_do():
    tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2.0), [tf.constant(0), tf.constant(1.0, name="x")])
    definition = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        y = graph.get_tensor_by_name("while/Exit_1:0")
        assert run(y) == 8.0
        with pytest.raises(ValueError, match="import_meta_graph"):
            tf.gradients(y, graph.get_tensor_by_name("x:0"))
