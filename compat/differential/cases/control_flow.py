"""cond, case, while_loop, TensorArray, map_fn and their kin: graphs and gradients."""

from __future__ import annotations

import numpy as np


def _initialized(tf, fetches, feed=None):
    def run(session):
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed)

    return run


# Conditionals -----------------------------------------------------------------------------------


def case_cond(tf):
    x, y = tf.constant(2.0), tf.constant(5.0)
    r = tf.cond(x < y, lambda: x + y, lambda: x - y)
    return [r] + tf.gradients(r, [x, y])


def case_cond_of_tuples(tf):
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.constant([2.0, 3.0])
    r = tf.cond(p, lambda: (x * 2.0, x), lambda: (x * 3.0, tf.constant([1.0, 1.0])), name="c")
    return list(r) + tf.gradients(r[0], x), {p: False}


def case_cond_in_cond(tf):
    p, q = tf.placeholder(tf.bool, [], name="p"), tf.placeholder(tf.bool, [], name="q")
    x, w = tf.constant([2.0, 3.0]), tf.constant([2.0, 1.0])
    r = tf.cond(p, lambda: tf.cond(q, lambda: x * w, lambda: x - w), lambda: x * 3.0)
    return [r] + tf.gradients(r, [x, w]), {p: True, q: True}


def case_cond_unknown_shape(tf):
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.placeholder(tf.float32, name="x")
    r = tf.cond(p, lambda: x * 2.0, lambda: x * x)
    return [r] + tf.gradients(r, [x]), {p: False, x: [1.0, 2.0]}


def case_cond_assigns(tf):
    p, v = tf.placeholder(tf.bool, [], name="p"), tf.Variable(1.0)
    r = tf.cond(p, lambda: tf.assign(v, 3.0), lambda: v + 1.0)
    return _initialized(tf, r, {p: False})


def case_cond_of_ops(tf):
    p, v = tf.placeholder(tf.bool, [], name="p"), tf.Variable(1.0)
    r = tf.cond(p, lambda: tf.group(tf.assign(v, 3.0)), lambda: tf.no_op())

    def run(session):
        session.run(tf.global_variables_initializer())
        values = []
        for value in (False, True):
            session.run(r, {p: value})
            values.append(session.run(v))
        return values

    return run


def case_cond_variables(tf):
    p, v = tf.placeholder(tf.bool, [], name="p"), tf.Variable(2.0, name="v")
    w = tf.get_variable("w", [], initializer=tf.constant_initializer(3.0), use_resource=True)
    y = tf.cond(p, lambda: v * w, lambda: w * w)
    return _initialized(tf, [y] + tf.gradients(y, [v, w]), {p: True})


def case_cond_slices(tf):
    p, e = tf.placeholder(tf.bool, [], name="p"), tf.constant(np.ones((4, 2), np.float32))
    y = tf.cond(p, lambda: tf.gather(e, [0, 1]), lambda: tf.gather(e, [2, 3]))
    return [y, tf.convert_to_tensor(tf.gradients(y, e)[0])], {p: True}


def case_cond_of_bool(tf):
    return tf.cond(True, lambda: 1, lambda: 2)


def case_cond_dtypes_differ(tf):
    return tf.cond(tf.constant(True), lambda: tf.constant(1), lambda: tf.constant(2.0))


def case_cond_returns_none(tf):
    return tf.cond(tf.constant(True), lambda: None, lambda: tf.constant(2.0))


def case_cond_old_names(tf):
    return tf.cond(tf.constant(True), fn1=lambda: [tf.constant(1)], fn2=lambda: [tf.constant(2)])


def case_case(tf):
    x = tf.placeholder(tf.int32, [], name="x")
    pairs = [(tf.less(x, 1), lambda: tf.constant(17)), (tf.greater(x, 5), lambda: tf.constant(31))]
    return tf.case(pairs, default=lambda: tf.constant(-1)), {x: 7}


def case_case_exclusive(tf):
    x = tf.placeholder(tf.int32, [], name="x")
    pairs = [(tf.less(x, 1), lambda: tf.constant(17)), (tf.greater(x, 5), lambda: tf.constant(31))]
    return tf.case(pairs, exclusive=True), {x: 0}


def case_value_of_a_branch_used_outside(tf):
    leak = []
    tf.cond(tf.constant(True), lambda: leak.append(tf.constant(1) * 2) or leak[0], lambda: tf.constant(2))
    return leak[0] + 1


# Loops ------------------------------------------------------------------------------------------


def case_while(tf):
    return tf.while_loop(lambda i: i < 10, lambda i: i + 1, [tf.constant(0)])


def case_while_invariant(tf):
    x, w = tf.constant([1.0, 2.0]), tf.constant([2.0, 3.0])
    r = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * w), [tf.constant(0), x])[1]
    return [r] + tf.gradients(r, [x, w])


def case_while_maximum_iterations(tf):
    return tf.while_loop(lambda i: i < 10, lambda i: i + 1, [tf.constant(0)], maximum_iterations=4)


def case_while_shape_invariants(tf):
    i, x = tf.constant(0), tf.constant([[1.0]])
    shapes = [i.get_shape(), tf.TensorShape([None, 1])]
    return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, tf.concat([a, a], 0)), [i, x], shape_invariants=shapes)[1]


def case_while_shape_changes(tf):
    i, x = tf.constant(0), tf.constant([[1.0]])
    return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, tf.concat([a, a], 0)), [i, x])[1]


def case_while_unknown_shape(tf):
    x, w = tf.placeholder(tf.float32, [None], name="x"), tf.placeholder(tf.float32, [None], name="w")
    r = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, tf.tanh(a * w) + x), [tf.constant(0), x])[1]
    return [r] + tf.gradients(r, [x, w]), {x: [1.0, 2.0], w: [0.5, 0.2]}


def case_while_cond(tf):
    x = tf.constant(1.5)

    def body(i, a):
        return i + 1, tf.cond(a > 3.0, lambda: a * 0.5, lambda: a * x * a)

    r = tf.while_loop(lambda i, a: i < 5, body, [tf.constant(0), x])[1]
    return [r] + tf.gradients(r, [x])


def case_while_cond_unknown_shape(tf):
    x = tf.placeholder(tf.float32, [None], name="x")

    def body(i, a):
        return i + 1, tf.cond(tf.reduce_sum(a) > 3.0, lambda: a * 0.5, lambda: a * x * a)

    r = tf.while_loop(lambda i, a: i < 5, body, [tf.constant(0), x])[1]
    return [r] + tf.gradients(r, [x]), {x: [1.0, 1.5]}


def _nested(tf, x, w):
    def body(i, a):
        _, b = tf.while_loop(lambda j, b: j < i, lambda j, b: (j + 1, b * w), [tf.constant(0), a])
        return i + 1, b + x

    r = tf.while_loop(lambda i, a: i < 4, body, [tf.constant(0), x])[1]
    return [r] + tf.gradients(r, [x, w])


def case_while_in_while(tf):
    return _nested(tf, tf.constant(1.1), tf.constant(1.2))


def case_while_in_while_unknown_shape(tf):
    x, w = tf.placeholder(tf.float32, [None], name="x"), tf.placeholder(tf.float32, [None], name="w")
    return _nested(tf, x, w), {x: [1.0, 2.0], w: [0.5, 1.2]}


def case_while_in_cond(tf):
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.constant(1.1)

    def loop():
        return tf.while_loop(lambda j, b: j < 3, lambda j, b: (j + 1, b * x), [tf.constant(0), x])[1]

    r = tf.cond(p, loop, lambda: x * 2.0)
    return [r] + tf.gradients(r, x), {p: True}


def case_while_exits_without_gradient(tf):
    x, y = tf.constant(1.1), tf.constant(2.0)
    r = tf.while_loop(lambda i, a, b: i < 4, lambda i, a, b: (i + 1, a * a * x, b * a), [tf.constant(0), x, y])
    return [r[1]] + tf.gradients(r[1], [x]) + tf.gradients(r[2], [x, y])


def case_while_no_back_prop(tf):
    x = tf.constant(1.1)
    r = tf.while_loop(lambda i, a: i < 4, lambda i, a: (i + 1, a * a), [tf.constant(0), x], back_prop=False)[1]
    assert tf.gradients(r, x) == [None]
    return r


def case_while_gradient_inside(tf):
    def body(i, a):
        return i + 1, a - 0.1 * tf.gradients(a * a, a)[0]

    return tf.while_loop(lambda i, a: i < 4, body, [tf.constant(0), tf.constant(1.1)])[1]


def case_while_gradient_of_initial_value(tf):
    x = tf.constant(1.1)

    def body(i, a):
        return i + 1, a - 0.1 * tf.gradients(a * a, x)[0]

    return tf.while_loop(lambda i, a: i < 4, body, [tf.constant(0), x])[1]


def case_while_control_dependencies(tf):
    x, n, c = tf.constant(1.1), tf.no_op(name="n"), tf.constant(3.0, name="c")

    def body(i, a):
        with tf.control_dependencies([c]):
            b = tf.identity(a)
        with tf.control_dependencies([n]):
            k = tf.constant(2.0)
        return i + 1, b * k

    with tf.control_dependencies([n]):
        return tf.while_loop(lambda i, a: i < 4, body, [tf.constant(0), x])[1]


def case_while_variables(tf):
    v = tf.Variable(2.0, name="v")
    w = tf.get_variable("w", [], initializer=tf.constant_initializer(3.0), use_resource=True)
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * v + w), [tf.constant(0), tf.constant(1.0)])[1]
    return _initialized(tf, [y] + tf.gradients(y, [v, w]))


def case_while_slices(tf):
    e = tf.constant(np.arange(8, dtype=np.float32).reshape(4, 2))
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a + tf.gather(e, [i])), [tf.constant(0), tf.zeros([1, 2])])[1]
    return [y, tf.convert_to_tensor(tf.gradients(y, e)[0])]


def case_while_dict(tf):
    start = {"b": tf.constant(1.0), "a": tf.constant(2.0)}
    r = tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, {"a": s["b"] + 1.0, "b": s["a"] * 2.0}), [tf.constant(0), start])
    return [r[1]["a"], r[1]["b"]]


def case_value_of_a_loop_used_outside(tf):
    leak = []
    tf.while_loop(lambda i: i < 3, lambda i: leak.append(i * 2) or i + 1, [tf.constant(0)])
    return leak[0] + 1


def case_value_of_a_loop_used_in_another(tf):
    leak = []
    tf.while_loop(lambda i: i < 3, lambda i: leak.append(i * 2) or i + 1, [tf.constant(0)])
    return tf.while_loop(lambda i: i < 3, lambda i: i + leak[0], [tf.constant(0)])


def case_while_no_variables(tf):
    return tf.while_loop(lambda: True, lambda: [], [])


def case_while_assigns(tf):
    v = tf.Variable([1.0, 2.0], name="v")

    def body(i):
        with tf.control_dependencies([tf.assign_add(v, [1.0, 10.0])]):
            return i + 1

    i = tf.while_loop(lambda i: i < 3, body, [tf.constant(0)])
    with tf.control_dependencies([i]):
        return _initialized(tf, v.read_value())


def case_while_cond_assigns(tf):
    v = tf.Variable(1.0, name="v")
    w = tf.get_variable("w", [], initializer=tf.constant_initializer(3.0), use_resource=True)

    def body(i, a):
        done = tf.cond(i > 1, lambda: tf.assign_add(v, a), lambda: w.assign_add(a).op and tf.identity(a))
        return i + 1, a + done

    r = tf.while_loop(lambda i, a: i < 4, body, [tf.constant(0), tf.constant(1.0)])[1]

    def run(session):
        session.run(tf.global_variables_initializer())
        return [session.run(r), session.run([v, w])]

    return run


def case_while_one_iteration_at_a_time(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    loop = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, tf.tanh(a * x)),
        [tf.constant(0), x],
        parallel_iterations=1,
        swap_memory=True,
        name="slow",
    )
    return [loop[1]] + tf.gradients(loop[1], x), {x: [1.0, 2.0]}


def case_while_colocated_gradients(tf):
    x, p = tf.placeholder(tf.float32, [None], name="x"), tf.placeholder_with_default(True, [], name="p")

    def body(i, a):
        return i + 1, tf.cond(p, lambda: tf.tanh(a) * x, lambda: a)

    r = tf.while_loop(lambda i, a: i < 3, body, [tf.constant(0), x])[1]
    return tf.gradients(r, x, colocate_gradients_with_ops=True), {x: [1.0, 2.0]}


def case_while_gated_tree_gradients(tf):
    x = tf.constant([1.0, 2.0])
    r = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * x + tf.sin(a) * a), [tf.constant(0), x])[1]
    method = tf.AggregationMethod.EXPERIMENTAL_TREE
    return tf.gradients(r, x, gate_gradients=True, aggregation_method=method)


def case_while_resource_rows(tf):
    e = tf.get_variable("e", initializer=np.arange(8, dtype=np.float32).reshape(4, 2), use_resource=True)
    start = [tf.constant(0), tf.zeros([1, 2])]
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a + tf.gather(e, [i]) * a + 1.0), start)[1]
    return _initialized(tf, [y, tf.convert_to_tensor(tf.gradients(y, e)[0])])


def case_while_slices_variable(tf):
    slices = tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([1]))
    r = tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, tf.IndexedSlices(s.values * 2.0, s.indices)), [tf.constant(0), slices])
    return [r[1].values, r[1].indices]


def case_while_sparse_variable(tf):
    sparse = tf.SparseTensor([[0, 1]], [1.0], [2, 2])
    r = tf.while_loop(
        lambda i, s: i < 3, lambda i, s: (i + 1, tf.SparseTensor(s.indices, s.values * 2.0, s.dense_shape)), [tf.constant(0), sparse]
    )
    return [r[1].values, r[1].indices]


def case_while_summaries(tf):
    def body(i):
        tf.summary.scalar("i", i)
        return i + 1

    return tf.while_loop(lambda i: i < 3, body, [tf.constant(0)])


def case_while_second_order(tf):
    x = tf.constant(1.1)
    r = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * a), [tf.constant(0), x])[1]
    return tf.gradients(tf.gradients(r, x)[0], x)


def case_while_random(tf):
    tf.set_random_seed(3)
    return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a + tf.random_uniform([2])), [tf.constant(0), tf.zeros([2])])[1]


def case_cond_second_order(tf):
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.constant([2.0, 3.0])
    y = tf.cond(p, lambda: x * x * x, lambda: x * 3.0)
    first = tf.gradients(y, x)[0]
    return [first] + tf.gradients(first, x), {p: True}


def case_cond_in_while_in_cond(tf):
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.placeholder(tf.float32, [None], name="x")

    def loop():
        def body(i, a):
            return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: a * x, lambda: tf.cond(p, lambda: a + x, lambda: a))

        return tf.while_loop(lambda i, a: i < 4, body, [tf.constant(0), x])[1]

    r = tf.cond(p, loop, lambda: x * 2.0)
    return [r] + tf.gradients(r, x), {p: True, x: [1.0, 2.0]}


def case_three_loops_deep(tf):
    x = tf.placeholder(tf.float32, [None], name="x")

    def level(depth, a):
        if not depth:
            return tf.sin(a) * x
        return tf.while_loop(lambda i, b: i < 2, lambda i, b: (i + 1, level(depth - 1, b) + a), [tf.constant(0), a])[1]

    r = level(3, x)
    return [r] + tf.gradients(r, x), {x: [0.5, 0.2]}


# TensorArrays and what is built on them ---------------------------------------------------------


def case_tensor_array_unstack(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    y = tf.TensorArray(tf.float32, 2).unstack(x).read(0) * 2.0
    return [y] + tf.gradients(y, x)


def case_tensor_array_write(tf):
    x = tf.constant([1.0, 2.0])
    array = tf.TensorArray(tf.float32, 3, clear_after_read=False).write(0, x).write(1, x * x).write(2, x + 1.0)
    s, c = array.stack(), array.concat()
    return [s, c, array.size()] + tf.gradients([s, c], x)


def case_tensor_array_split(tf):
    x = tf.constant(np.arange(6, dtype=np.float32))
    y = tf.TensorArray(tf.float32, 3, infer_shape=False).split(x * x, [1, 2, 3]).read(1)
    return [y] + tf.gradients(y, x)


def case_tensor_array_gather(tf):
    x = tf.constant(np.arange(6, dtype=np.float32).reshape(3, 2))
    array = tf.TensorArray(tf.float32, 3, dynamic_size=True, clear_after_read=False).scatter([2, 0, 1], x * 2.0)
    y = array.gather([0, 2])
    return [y] + tf.gradients(y, x)


def case_tensor_array_read_twice(tf):
    array = tf.TensorArray(tf.float32, 1).write(0, 1.0)
    first = array.read(0)
    with tf.control_dependencies([first]):
        return array.read(0)


def case_tensor_array_shapes_differ(tf):
    return tf.TensorArray(tf.float32, 2).write(0, [1.0]).write(1, [1.0, 2.0]).stack()


def case_tensor_array_in_loop(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    n, w = tf.shape(x)[0], tf.constant([0.5, 2.0])
    inputs, outputs = tf.TensorArray(tf.float32, n).unstack(x), tf.TensorArray(tf.float32, n)

    def body(i, s, outputs):
        s = tf.tanh(inputs.read(i) * w + s)
        return i + 1, s, outputs.write(i, s)

    y = tf.while_loop(lambda i, *_: i < n, body, [0, tf.zeros([2]), outputs])[2].stack()
    return [y] + tf.gradients(y, [x, w]), {x: np.ones((3, 2))}


def case_map_fn(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    y = tf.map_fn(lambda row: row * row, x)
    return [y] + tf.gradients(y, x)


def case_map_fn_of_tuples(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.map_fn(lambda rows: (tf.reduce_sum(rows[0]), rows[1]), (x, x), dtype=(tf.float32, tf.float32))
    return list(y), {x: np.ones((3, 2))}


def case_fold(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    left = tf.foldl(lambda a, b: a * b, x)
    right = tf.foldr(lambda a, b: a - b, x, initializer=tf.constant(1.0))
    return [left, right, tf.foldr(lambda a, b: a - b, x)] + tf.gradients(left, x)


def case_scan(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    y = tf.scan(lambda a, b: a * b, x)
    z = tf.scan(lambda a, b: a + b, x, initializer=tf.constant(2.0), reverse=True)
    return [y, z] + tf.gradients([y, z], x)


def case_scan_unknown_length(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.scan(lambda a, b: a * 0.5 + b, x)
    return [y] + tf.gradients(y, x), {x: np.ones((3, 2))}


def case_map_fn_in_map_fn(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.map_fn(lambda row: tf.map_fn(lambda e: e * e, row), x, parallel_iterations=1, name="outer")
    return [y] + tf.gradients(y, x), {x: np.ones((2, 3))}


def case_scan_of_tuples(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    y = tf.scan(lambda a, row: (a[0] + row, a[1] * 2.0), x, initializer=(tf.zeros([2]), tf.constant(1.0)), back_prop=False)
    return list(y)


def case_tensor_array_of_other_gradients(tf):
    x = tf.constant([1.0, 2.0])
    array = tf.TensorArray(tf.float32, 2, clear_after_read=False).unstack(x)
    a, b = array.read(0) * 3.0, array.read(0) * array.read(1)
    return tf.gradients(a, x) + tf.gradients(b, x) + tf.gradients([a, b], x)


def case_tensor_array_gradient_scope(tf):
    x = tf.constant([1.0, 2.0])
    y = tf.TensorArray(tf.float32, 2).unstack(x).read(0)
    return tf.gradients(y, x, name="mine")


def case_map_fn_of_scalar(tf):
    return tf.map_fn(lambda e: e, tf.constant(1.0))


# group, tuple, Assert ---------------------------------------------------------------------------


def case_group_and_tuple(tf):
    a, b = tf.constant(1.0), tf.constant(2.0)
    tied = tf.tuple([a, None, b, tf.group(a, b, name="g")])
    with tf.device("/cpu:0"):
        c = tf.constant(3.0)
    tf.group(a, [c])
    tf.group()
    return [tied[0], tied[2]]


def case_group_of_number(tf):
    return tf.group(1)


def case_assert_fails(tf):
    a = tf.constant(1.0)
    with tf.control_dependencies([tf.Assert(a > 2.0, [a, "hello", tf.range(5)])]):
        return tf.identity(a)


def case_assert_of_strings(tf):
    a = tf.constant(3.0)
    with tf.control_dependencies([tf.Assert(a > 2.0, ["x", 3])]):
        return tf.identity(a)


for _name, _case in list(globals().items()):
    if _name.startswith("case_"):
        _case.ulps = 64  # what is summed over iterations is summed in another order


def case_ref_select(tf):
    index = tf.placeholder(tf.int32)
    a, b, c = (tf.Variable(v, use_resource=False) for v in ([[1, 2]], [[5, 6]], [[2], [1]]))
    picked, unlike = tf.raw_ops.RefSelect(index=index, inputs=[a, b]), tf.raw_ops.RefSelect(index=index, inputs=[a, c])
    shapes = [picked.shape.as_list(), unlike.shape.ndims]
    write = tf.assign(picked, [[9, 9]])

    def run(session):
        session.run(tf.global_variables_initializer())
        found = [str(shapes), session.run(write, {index: 1}), session.run([a, b]), session.run(picked + 1, {index: 0})]
        try:
            session.run(picked, {index: 2})
        except tf.errors.InvalidArgumentError as error:
            found.append("Index must be in the range [0, 2) but got 2" in str(error))
        return found

    return run
