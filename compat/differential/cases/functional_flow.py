"""Conditionals and loops made of functions: If, Case and While, in the functions of datasets and by enable_control_flow_v2."""

import numpy as np


def with_v2(build):
    """The case with `tf.enable_control_flow_v2()` while it builds its graph."""

    def case(tf):
        tf.enable_control_flow_v2()
        try:
            return build(tf)
        finally:
            tf.disable_control_flow_v2()

    return case


def all_elements(tf, dataset):
    iterator = dataset.make_initializable_iterator()
    following = iterator.get_next()

    def run(session):
        session.run(iterator.initializer)
        found = []
        while True:
            try:
                found.append(session.run(following))
            except tf.errors.OutOfRangeError:
                return found

    return run


def case_cond_in_map(tf):
    with tf.name_scope("outside"):
        factor = tf.constant(2.0, name="factor")

    def function(x):
        return tf.cond(x > 1.0, lambda: tf.cond(x > 2.0, lambda: factor * factor, lambda: x), lambda: x + 1.0)

    return all_elements(tf, tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0]).map(function))


def case_random_cond_in_map(tf):
    tf.set_random_seed(3)

    def function(image):
        image = tf.image.random_flip_left_right(image)
        return tf.cond(tf.random_uniform([]) < 0.5, lambda: image + tf.random_uniform([]), lambda: image)

    images = np.arange(48, dtype=np.float32).reshape(4, 2, 2, 3)
    return all_elements(tf, tf.data.Dataset.from_tensor_slices(images).map(function))


def case_assert_in_map(tf):
    def function(x):
        with tf.control_dependencies([tf.Assert(x > 0.0, [x])]):
            return tf.identity(x)

    return all_elements(tf, tf.data.Dataset.from_tensor_slices([1.0, 2.0]).map(function))


def case_loops_in_map(tf):
    def function(x):
        total = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2.0), [0, x[0]])[1]
        return total, tf.map_fn(lambda y: y * y, x), tf.foldl(lambda a, y: a + y, x)

    return all_elements(tf, tf.data.Dataset.from_tensor_slices([[1.0, 2.0], [3.0, 4.0]]).map(function))


def case_switch_case(tf):
    v = tf.get_variable("v", initializer=3.0, use_resource=True)
    x = tf.constant(2.0)
    index = tf.placeholder_with_default(1, [])
    result = tf.switch_case(index, {1: lambda: tf.sin(x) * v, 0: lambda: x * x}, default=lambda: v + 1.0)
    grads = tf.gradients(result, [x, v])

    def run(session):
        session.run(v.initializer)
        return [session.run([result, grads], {index: i}) for i in (-1, 0, 1, 2, 3)]

    return run


def second_derivatives(tf, y, x):
    first = tf.gradients(y, x)
    return [y, first, tf.gradients(first, x)]


@with_v2
def case_cond(tf):
    x = tf.constant(2.0, name="x")
    taken = tf.placeholder_with_default(True, [])
    made = second_derivatives(tf, tf.cond(taken, lambda: tf.exp(x) * x, lambda: x + 1.0), x)
    return lambda session: [session.run(made, {taken: t}) for t in (True, False)]


@with_v2
def case_cond_sparse_gradient(tf):
    v = tf.get_variable("v", initializer=np.ones((3, 2), np.float32), use_resource=True)
    taken = tf.placeholder_with_default(True, [])
    y = tf.cond(taken, lambda: tf.nn.embedding_lookup(v, [0, 1]) * 3.0, lambda: v[:2] + 1.0)
    grad = tf.convert_to_tensor(tf.gradients(y, v)[0])

    def run(session):
        session.run(v.initializer)
        return [session.run([y, grad], {taken: t}) for t in (True, False)]

    return run


@with_v2
def case_while(tf):
    x = tf.constant(2.0, name="x")
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * x), [0, x])[1]
    return second_derivatives(tf, y, x)


@with_v2
def case_while_with_variable(tf):
    v = tf.get_variable("v", initializer=[1.0, 3.0], use_resource=True)
    x = tf.constant(2.0, name="x")
    y = tf.while_loop(lambda a: tf.reduce_sum(a) < 100.0, lambda a: a * a + v[0] + tf.gather(v, 1), [x], maximum_iterations=5)
    grads = [tf.convert_to_tensor(g) for g in tf.gradients(y, [x, v])]

    def run(session):
        session.run(v.initializer)
        return session.run([y, grads])

    return run


@with_v2
def case_cond_in_while(tf):
    x = tf.constant(2.0, name="x")
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, tf.cond(a > 3.0, lambda: a * x, lambda: a + x)), [0, x])[1]
    return y, tf.gradients(y, x)


@with_v2
def case_while_in_while(tf):
    n = tf.constant(3.0)

    def power(i):
        return tf.while_loop(lambda c, _: c > 0, lambda c, v: (c - 1.0, v * n), [i, tf.constant(1.0)])[1]

    y = tf.while_loop(lambda i, _: i >= 0, lambda i, total: (i - 1.0, total + power(i)), [tf.constant(5.0), tf.constant(0.0)])[1]
    return y, tf.gradients(y, n)


@with_v2
def case_scan(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    squares, products = tf.map_fn(lambda e: e * e, x), tf.scan(lambda a, e: a * e, x)
    return squares, products, tf.gradients(squares, x), tf.gradients(products, x)


@with_v2
def case_dynamic_rnn(tf):
    tf.set_random_seed(1)
    x = tf.constant(np.linspace(-1.0, 1.0, 24, dtype=np.float32).reshape(2, 3, 4))
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(5), x, dtype=tf.float32, sequence_length=[2, 3])
    grads = tf.gradients(tf.reduce_sum(outputs), tf.trainable_variables())

    def run(session):
        session.run(tf.global_variables_initializer())
        return session.run([outputs, state, grads])

    return run


case_dynamic_rnn.ulps = 64


def case_cond_different_results(tf):
    tf.enable_control_flow_v2()
    try:
        return tf.cond(tf.constant(True), lambda: tf.constant(1.0), lambda: tf.constant(1))
    finally:
        tf.disable_control_flow_v2()


case_cond_different_results.message_has = "true_fn and false_fn arguments to tf.cond must have the same number, type"


def case_while_shape_changes(tf):
    tf.enable_control_flow_v2()
    try:
        return tf.while_loop(lambda v: tf.size(v) < 5, lambda v: tf.concat([v, v], 0), [tf.constant([1.0])])
    finally:
        tf.disable_control_flow_v2()


case_while_shape_changes.message_has = "enters the loop with shape"


def case_dataset_of_dataset_function_captures(tf):
    """Arguments that functions capture from two graphs around them, each used twice."""
    a = tf.constant(3.0, name="a")

    def function(x):
        return tf.data.Dataset.from_tensors(x).map(lambda y: y * a + x + a)

    return all_elements(tf, tf.data.Dataset.from_tensor_slices([1.0, 2.0]).flat_map(function))
