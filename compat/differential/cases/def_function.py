"""tf.function in graph mode: calls, gradients, variables, structures and AutoGraph."""

from __future__ import annotations

import numpy as np


def case_call_and_gradient(tf):
    @tf.function
    def both(x, y):
        return x * y + 1.0, tf.reduce_sum(x)

    a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    y, total = both(a, b)
    return [y, total] + tf.gradients([y, total], [a, b])


def case_second_gradient(tf):
    x = tf.constant(3.0)
    y = tf.function(lambda a: a * a * a)(x)
    (first,) = tf.gradients(y, x)
    return [first] + tf.gradients(first, x)


def case_variables(tf):
    v = tf.Variable(2.0, use_resource=True, name="v")
    made = []

    @tf.function
    def scaled(x):
        if not made:
            made.append(tf.Variable(3.0, name="w"))
        v.assign_add(1.0)
        return x * made[0] * v

    x = tf.placeholder(tf.float32, [None])
    y = scaled(x)
    grads = tf.gradients(y, [x, v, made[0]])

    def run(session):
        session.run(tf.global_variables_initializer())
        return session.run([y, grads], {x: [1.0, 2.0]})

    return run


def case_structures(tf):
    @tf.function
    def several(d, k=2, **named):
        sparse = tf.SparseTensor([[0]], [d["a"]], [3])
        return {"product": d["a"] * k, "more": (d["b"][0], None), "sparse": sparse, "named": named["z"]}

    result = several({"a": tf.constant(1.0), "b": [np.ones(2, np.float32)]}, 3, z=tf.constant(2))
    return [result["product"], result["more"][0], result["sparse"].values, result["named"]]


def case_signature(tf):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="inp"), tf.TensorSpec([], tf.int32)])
    def shifted(p, q):
        return {"a": p + tf.cast(q, tf.float32), "b": [q, 3]}

    concrete = shifted.get_concrete_function()
    first, second = shifted([1.0, 2.0], 4), concrete(inp=tf.constant([1.0]), q=tf.constant(3))
    return [first["a"], first["b"], second["a"], second["b"]]


def case_nested_in_scope(tf):
    v = tf.Variable(2.0, use_resource=True, name="v")

    @tf.function
    def inner(x):
        return x * v

    @tf.function
    def outer(x):
        with tf.name_scope("scope"):
            return inner(x) + tf.random.uniform([], seed=1)

    with tf.name_scope("outside"):
        y = outer(tf.constant(3.0))

    def run(session):
        session.run(v.initializer)
        return session.run(y)

    return run


def case_without_results(tf):
    v = tf.Variable(1.0, use_resource=True, name="v")

    @tf.function
    def store(x):
        v.assign(x)

    op = store(tf.constant(3.0))

    def run(session):
        session.run(v.initializer)
        session.run(op)
        return session.run(v)

    return run


def case_autograph_if(tf):
    @tf.function
    def absolute(x):
        if tf.reduce_sum(x) > 0.0:
            y = x * 2.0
        else:
            y = -x
        return y

    x = tf.constant([1.0, -3.0])
    y = absolute(x)
    return [y] + tf.gradients(y, x)


def case_autograph_loops(tf):
    @tf.function
    def total(n):
        found = 0
        for i in range(n):
            if i > 3:
                found += i
        while found > 10:
            found = found - 7
        return found

    return total(tf.constant(8))


case_autograph_loops.same_graph = False  # TensorFlow orders what goes round a loop by hash


def case_autograph_in_map(tf):
    def parse(v):
        if v > 3:
            v = v * 10
        else:
            v = v + 100
        return v

    element = tf.data.Dataset.range(6).map(parse).make_one_shot_iterator().get_next()
    return lambda session: [session.run(element) for _ in range(6)]


def case_bad_signature(tf):
    return tf.function(lambda x: x, input_signature=(tf.TensorSpec([None, 2], tf.float32),))(tf.ones([3, 3]))
