"""`tf.function` in graph mode: one op calls the trace, its gradient is another call, variables are lifted out."""

import numpy as np
import pytest

import tinytf as tf


def _library(prefix):
    return [f for f in tf.get_default_graph().as_graph_def().library.function if f.signature.name.startswith(prefix)]


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_a_call_is_one_op_and_a_second_call_of_the_same_types_another_of_the_same_function(graph):
    traces = []

    @tf.function
    def double(x):
        traces.append(x)
        return x * 2.0

    first, second = double(tf.constant(1.0)), double(tf.constant(3.0))
    third = double(tf.constant([1.0, 2.0]))
    assert [first.op.type, second.op.type] == ["PartitionedCall"] * 2 and len(traces) == 2
    assert first.op.get_attr("f").name == second.op.get_attr("f").name != third.op.get_attr("f").name
    with tf.Session() as sess:
        assert sess.run([first, second]) == [2.0, 6.0]


def test_a_gradient_makes_the_call_hand_out_what_the_gradient_needs():
    x, y = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    product = tf.function(lambda a, b: a * b + 1.0)(x, y)
    assert len(product.op.outputs) == 1
    grads = tf.gradients(product, [x, y])
    assert len(product.op.outputs) == 3 and product.op.get_attr("f").name.startswith("__forward_")
    with tf.Session() as sess:
        dx, dy = sess.run(grads)
    np.testing.assert_array_equal(dx, [3.0, 4.0])
    np.testing.assert_array_equal(dy, [1.0, 2.0])


def test_second_gradients():
    x = tf.constant(3.0)
    y = tf.function(lambda a: a * a * a)(x)
    (first,) = tf.gradients(y, x)
    (second,) = tf.gradients(first, x)
    with tf.Session() as sess:
        assert sess.run([first, second]) == [27.0, 18.0]


def test_variables_of_the_first_call_are_made_outside(graph):
    made = []

    @tf.function
    def scaled(x):
        if not made:
            made.append(tf.Variable(3.0, name="w"))
        return x * made[0]

    result = scaled(tf.constant(2.0))
    assert [v.name for v in tf.global_variables()] == ["w:0"] and made[0].graph is graph
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(result) == 6.0
    (grad,) = tf.gradients(result, made[0])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(grad) == 2.0


def test_variables_of_every_call_are_an_error():
    with pytest.raises(ValueError, match="non-first call"):
        tf.function(lambda x: tf.Variable(1.0) * x)(tf.ones([]))


def test_effects_happen_in_the_order_of_the_program():
    v = tf.Variable(1.0, use_resource=True)

    @tf.function
    def step(x):
        v.assign_add(x)
        read = v.read_value()
        v.assign(read * 10.0)
        return read

    read = step(tf.constant(2.0))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(read) == 3.0 and sess.run(v) == 30.0


def test_structures_come_back_as_they_were_returned():
    @tf.function
    def several(d, k=2):
        return {"a": d["x"] * k, "b": (None, [d["y"]])}

    result = several({"x": tf.constant(2.0), "y": np.float32(5.0)}, k=3)
    with tf.Session() as sess:
        assert sess.run(result["a"]) == 6.0 and sess.run(result["b"][1][0]) == 5.0 and result["b"][0] is None


SIGNATURE = (tf.TensorSpec([None, 2], tf.float32),)


@pytest.mark.parametrize(
    "args, error, text",
    [
        ((np.ones([3, 3], np.float32),), ValueError, "Python inputs incompatible with input_signature"),
        ((), ValueError, "Structure of Python function inputs does not match"),
        ((np.ones([2, 2], np.float32), 1), TypeError, "only pass arguments covered by it"),
    ],
)
def test_arguments_must_fit_the_input_signature(args, error, text):
    with pytest.raises(error, match=text):
        tf.function(lambda x: x, input_signature=SIGNATURE)(*args)


def test_one_concrete_function_for_an_input_signature():
    f = tf.function(lambda x: {"sum": tf.reduce_sum(x)}, input_signature=SIGNATURE)
    concrete = f.get_concrete_function()
    assert concrete.output_shapes == {"sum": tf.TensorShape([])} and concrete.inputs[0].shape.as_list() == [None, 2]
    total = concrete(tf.constant([[1.0, 2.0]]))["sum"]
    with tf.Session() as sess:
        assert sess.run([total, f([[3.0, 4.0]])["sum"]]) == [3.0, 7.0]
    with pytest.raises(TypeError, match="at most 1 positional"):
        concrete(1, 2)


def test_a_method_is_traced_for_each_instance():
    class Adder:
        def __init__(self, n):
            self.n = n

        @tf.function
        def add(self, x):
            return x + self.n

    one, two = Adder(1), Adder(2)
    with tf.Session() as sess:
        assert sess.run([one.add(tf.constant(5)), two.add(tf.constant(5)), one.add(tf.constant(6))]) == [6, 7, 7]


def test_without_results_it_returns_the_operation():
    v = tf.Variable(1.0, use_resource=True)
    op = tf.function(lambda x: [v.assign(x), None][1])(tf.constant(4.0))
    assert op.type == "StatefulPartitionedCall" and op.name == "PartitionedFunctionCall"
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(op)
        assert sess.run(v) == 4.0
