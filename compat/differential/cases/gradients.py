"""tf.gradients itself: names, order, aggregation, what may be given and what goes wrong."""

from __future__ import annotations

import numpy as np

METHODS = ["ADD_N", "EXPERIMENTAL_TREE", "EXPERIMENTAL_ACCUMULATE_N"]


def case_of_one(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    return tf.gradients(x * x + tf.sin(x), x)


def case_of_several(tf):
    x, z = tf.constant(2.0), tf.constant(3.0)
    return tf.gradients([tf.exp(x * z) + x, x - z], [x, z])


def case_grad_ys(tf):
    x = tf.constant([1.0, 2.0])
    return tf.gradients(x * 3.0, x, grad_ys=tf.constant([5.0, 6.0]))


def case_grad_ys_of_some(tf):
    x = tf.constant([1.0, 2.0])
    return tf.gradients([x * 3.0, x * x], [x], grad_ys=[[5.0, 6.0], None])


def case_grad_ys_slices(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    slices = tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([1]), tf.constant([2, 2]))
    return tf.gradients(x + 1.0, x, grad_ys=slices)[0].values


def case_grad_ys_too_few(tf):
    x = tf.constant([1.0, 2.0])
    return tf.gradients([x * 3.0, x * x], [x], grad_ys=[x])


def case_grad_ys_wrong_dtype(tf):
    x = tf.constant([1.0, 2.0])
    return tf.gradients(x * 3.0, x, grad_ys=tf.constant(["a", "b"]))


def case_unknown_shape(tf):
    x = tf.placeholder(tf.float32, name="x")
    return tf.gradients(x * x, x), {x: np.float32([1, 2])}


def case_unconnected_zero(tf):
    x, z = tf.constant([1.0, 2.0]), tf.constant(1.0)
    return tf.gradients(x * 3.0, [x, z], unconnected_gradients="zero")


def case_unconnected_bad(tf):
    x = tf.constant([1.0, 2.0])
    return tf.gradients(x * 3.0, x, unconnected_gradients="one")


def case_unconnected_none(tf):
    x = tf.constant(1.0)
    assert tf.gradients(tf.constant(1.0), x) == [None]
    assert tf.gradients(tf.cast(x, tf.int32), x) == [None]
    return x


def _by_method(method):
    def case(tf):
        x = tf.constant([1.0, 2.0])
        y = x * x + tf.sin(x) + tf.exp(x)
        return tf.gradients(y, x, aggregation_method=getattr(tf.AggregationMethod, method))

    return case


def case_aggregation_bad(tf):
    x = tf.constant([1.0, 2.0])
    return tf.gradients(x * x, x, aggregation_method=7)


def case_stop_gradients(tf):
    x = tf.constant(2.0)
    y = x * 3.0
    return tf.gradients(y * y * x, [x, y], stop_gradients=[y])


def case_colocate(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.constant(np.ones((3, 2), np.float32), name="w")
    y = tf.matmul(x, w)
    return tf.gradients(tf.reduce_sum(y * y), [w, y], colocate_gradients_with_ops=True), {x: np.ones((2, 3))}


def case_gate(tf):
    x, w = tf.constant([1.0, 2.0], name="x"), tf.constant([1.0, 2.0], name="w")
    y = x * w
    return tf.gradients(tf.reduce_sum(y * y), [w, x], gate_gradients=True)


def case_override_map(tf):
    x = tf.constant([1.0, 2.0])
    with tf.get_default_graph().gradient_override_map({"Relu": "Sigmoid"}):
        y = tf.nn.relu(x)
    return tf.gradients(tf.sin(y), x)


def case_slices_summed(tf):
    rows = tf.constant(np.arange(12, dtype=np.float32).reshape(4, 3))
    y, z = tf.gather(rows, [0, 2]), tf.gather(rows, [1, 1])
    return tf.convert_to_tensor(tf.gradients(tf.reduce_sum(y) + tf.reduce_sum(z * z), rows)[0])


def case_slices_and_tensor_summed(tf):
    rows = tf.constant(np.arange(12, dtype=np.float32).reshape(4, 3))
    y, z = tf.gather(rows, [0, 2]), rows * rows
    return tf.gradients(tf.reduce_sum(y) + tf.reduce_sum(z * z), rows)


def case_complex_needs_grad_ys(tf):
    x = tf.constant(1 + 2j)
    return tf.gradients(x * x, x)


def case_no_gradient_defined(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.get_default_graph().gradient_override_map({"Square": "nobody registered this"}):
        y = tf.square(x)
    return tf.gradients(y, x)


def case_second(tf):
    x = tf.constant(3.0)
    first = tf.gradients(x * x * x, x)[0]
    return tf.gradients(first, x)


def case_names(tf):
    x = tf.constant(3.0)
    y = x * x
    with tf.name_scope("train"):
        return tf.gradients(y, x) + tf.gradients(y, x, name="mine") + tf.gradients(y, x)


def case_hessians(tf):
    x = tf.constant([3.0, 4.0])
    return tf.hessians(tf.reduce_sum(x * x * x), x)


def case_fan_out(tf):
    x = tf.placeholder(tf.float32, [2, 2])
    w = tf.constant(np.ones((2, 2), np.float32))
    h = x
    for _ in range(3):
        h = tf.tanh(tf.matmul(h, w) + x)
    return tf.gradients(tf.reduce_mean(h), [w, x]), {x: np.ones((2, 2))}


def case_custom_gradient(tf):
    @tf.custom_gradient
    def exp_times_100(x):
        return tf.exp(x), lambda dy: dy * 100.0

    x = tf.constant(1.0)
    y = exp_times_100(x)
    return [y] + tf.gradients(y * 2.0, x)


case_custom_gradient.same_graph = False  # the name of the gradient has a number that grows with every op of the process


def case_registered_gradient(tf):
    if not hasattr(tf, "_differential_sign"):  # a process registers a name once
        tf._differential_sign = True
        tf.RegisterGradient("DifferentialSign")(lambda op, grad: grad * tf.abs(op.outputs[0]))
    x = tf.constant([-1.0, 0.0, 2.0])
    with tf.get_default_graph().gradient_override_map({"Sign": "DifferentialSign"}):
        y = tf.sign(x)
    return tf.gradients(y * 3.0, x)


def cases():
    for method in METHODS:
        yield "aggregation_" + method.lower(), _by_method(method)


for _name, _case in list(globals().items()):
    if _name.startswith("case_"):
        _case.ulps = 128  # sums in another order


def case_gradient_tape(tf):
    v = tf.get_variable("v", initializer=[0.5, 0.25], use_resource=True)
    x = tf.constant([0.5, -0.25])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.tanh(v * x + v) * tf.gather(v, [0, 1]))
        (first,) = tape.gradient(y, [x])
    second = tape.gradient(first, [x, v])

    def run(session):
        session.run(v.initializer)
        return session.run([first, second])

    return run
