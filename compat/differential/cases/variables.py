"""Variables: the nodes they are made of, what writes to them, and what goes wrong."""

from __future__ import annotations

import numpy as np


def _run(*fetches):
    """Initialises, then runs the fetches one after the other."""

    def case(tf, init):
        def run(session):
            session.run(init)
            return [session.run(f) for f in fetches]

        return run

    return case


def _start(tf, *fetches):
    return _run(*fetches)(tf, tf.global_variables_initializer())


def case_kinds_of_initial_values(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.Variable(lambda: tf.constant(3), dtype=tf.int32, name="w")
    x = tf.Variable(7)
    y = tf.Variable(np.ones([2, 3]), trainable=False)
    z = tf.Variable(tf.zeros([3]), validate_shape=False, name="z")
    b = tf.Variable(True)
    s = tf.Variable([b"a", b"b"])
    return _start(tf, [v, w, x, y, z, b, s])


def case_scopes_devices_dependencies(tf):
    with tf.name_scope("s"):
        a = tf.Variable(1.0, name="a")
        b = tf.Variable(1.0, name="a")
    with tf.control_dependencies([a.op]):
        c = tf.Variable(1.0, name="c")
        d = c.read_value()
    with tf.device("/cpu:0"):
        e = tf.Variable(lambda: tf.constant(1.0), name="d", caching_device="/cpu:0")
    return _start(tf, [a, b, c, d, e])


def case_assign(tf):
    v = tf.Variable([1.0, 2.0])
    return _start(tf, v.assign([3.0, 4.0]), v.assign_add([1.0, 1.0]), tf.assign_sub(v, [0.5, 0.25]), v.assign(v * 2.0).op, v)


def case_assign_other_shape(tf):
    v = tf.Variable([1.0, 2.0], validate_shape=False)
    return _start(tf, tf.assign(v, [1.0, 2.0, 3.0], validate_shape=False), v)


def case_assign_wrong_static_shape(tf):
    return tf.Variable([1.0, 2.0]).assign([1.0, 2.0, 3.0])


def case_assign_wrong_shape(tf):
    v = tf.Variable([1.0, 2.0])
    p = tf.placeholder(tf.float32)
    a = v.assign(p)
    init = tf.global_variables_initializer()

    def run(session):
        session.run(init)
        return session.run(a, {p: [1.0, 2.0, 3.0]})

    return run


def case_assign_wrong_dtype(tf):
    return tf.Variable([1.0, 2.0]).assign(tf.constant([1, 2]))


def case_assign_add_wrong_shape(tf):
    v = tf.Variable([1.0, 2.0])
    p = tf.placeholder(tf.float32)
    a = v.assign_add(p)
    init = tf.global_variables_initializer()

    def run(session):
        session.run(init)
        return session.run(a, {p: [1.0, 2.0, 3.0]})

    return run


def case_assign_to_no_variable(tf):
    return tf.assign(tf.constant(1.0), 2.0)


def case_read_uninitialized(tf):
    return tf.Variable(1.0, name="v") + 1.0


def case_write_uninitialized(tf):
    return tf.Variable(1.0, name="v").assign_add(1.0)


def case_read_uninitialized_resource(tf):
    return tf.Variable(1.0, name="v", use_resource=True) + 1.0


def case_no_initial_value(tf):
    return tf.Variable()


def case_unknown_shape(tf):
    return tf.Variable(tf.placeholder(tf.float32))


def case_bad_collections(tf):
    return tf.Variable(1.0, collections="mine")


def case_bad_constraint(tf):
    return tf.Variable(1.0, constraint=3)


def case_count_up_to(tf):
    v = tf.Variable(0)
    r = tf.Variable(0, use_resource=True)
    up, rup = v.count_up_to(2), r.count_up_to(2)
    return _start(tf, up, up, rup, rup, [v, r])


def case_count_up_to_end(tf):
    v = tf.Variable(2)
    return _start(tf, v.count_up_to(2))


def case_resource(tf):
    r = tf.Variable([1.0, 2.0], name="r", use_resource=True)
    w = tf.Variable(lambda: tf.constant(3), dtype=tf.int32, name="w", use_resource=True)
    a = r.assign([1.0, 1.0])
    b = r.assign_add([2.0, 2.0], name="aa")
    c = r.assign_sub([2.0, 3.0], read_value=False)
    with tf.control_dependencies([r.assign([3.0, 3.0])]):
        d = tf.constant(1)
    fetches = [a, b, c, d, r + 1.0, tf.identity(r), r.sparse_read([0]), r.gather_nd([[1]]), r.read_value(), r.value(), w]
    fetches += [tf.scatter_add(r, [0], [1.0]), tf.scatter_nd_add(r, [[0]], [1.0]), r.is_initialized()]
    return _start(tf, *fetches)


def case_is_initialized(tf):
    v = tf.Variable(1.0)
    r = tf.Variable(1.0, use_resource=True)
    flags = [tf.is_variable_initialized(v), tf.is_variable_initialized(r)]
    report = tf.report_uninitialized_variables()
    init = v.initializer

    def run(session):
        before = session.run(flags + [report])
        session.run(init)
        return before + session.run(flags + [report])

    return run


def case_report_of_none(tf):
    return tf.report_uninitialized_variables([])


def case_assert_initialized(tf):
    tf.Variable(1.0)
    tf.Variable([1.0])
    return tf.assert_variables_initialized()


def case_initial_value_of_another(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.Variable(v.initialized_value() * 2.0, name="w")
    return _start(tf, [v, w])


def case_lists(tf):
    a = tf.Variable(1.0)
    b = tf.Variable(1.0, trainable=False)
    c = tf.Variable(1.0, collections=[tf.GraphKeys.LOCAL_VARIABLES])
    d = tf.Variable(1.0, collections=["x"], trainable=True)
    names = [
        [v.name for v in found]
        for found in (tf.global_variables(), tf.local_variables(), tf.trainable_variables(), tf.all_variables())
    ]
    tf.local_variables_initializer()
    tf.variables_initializer([a, d], name="some")
    tf.variables_initializer([])
    return lambda session: names + [v.op.name for v in (a, b, c, d)]


def case_protos(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    r = tf.get_variable("r", [2], use_resource=True)
    again = tf.Variable.from_proto(v.to_proto())
    texts = [str(v.to_proto()), str(r.to_proto()), again.name, repr(v), repr(r), v.dtype.name, r.dtype.name]
    return lambda session: texts


def case_fetch_with_update(tf):
    w = tf.Variable([1.0, 2.0])
    t = w.assign_add([1.0, 1.0])
    return _start(tf, [t.op, w, w.value()], [t.op, w])


def case_control_dependency_sees_the_write(tf):
    w = tf.Variable([1.0, 2.0])
    with tf.control_dependencies([w.assign_add([1.0, 1.0])]):
        b = w * 2.0
    return _start(tf, b, b)


def case_load(tf):
    v = tf.Variable([1.0, 2.0])
    init = tf.global_variables_initializer()

    def run(session):
        session.run(init)
        v.load([5.0, 6.0], session)
        return v.eval(session)

    return run


def case_slices(tf):
    v = tf.Variable(np.arange(6.0).reshape(2, 3))
    r = tf.Variable(np.arange(6.0).reshape(2, 3), use_resource=True)
    return _start(tf, v[0], v[1, 1:].assign([8.0, 9.0]), r[:, 0], v[0, 0].assign(7.0), v)


def case_partitioned(tf):
    with tf.variable_scope("part", partitioner=tf.fixed_size_partitioner(2)):
        p = tf.get_variable("q", [5, 3], initializer=tf.ones_initializer())
        q = tf.get_variable("q2", initializer=tf.constant(np.arange(15.0).reshape(5, 3)), dtype=tf.float64)
    whole = tf.identity(p) + tf.cast(q, tf.float32)
    texts = [str(x.to_proto()) for x in list(p)]
    start = tf.global_variables_initializer()
    a = p.assign(np.zeros([5, 3], np.float32))

    def run(session):
        session.run(start)
        return [session.run(whole), texts, session.run(a), session.run(whole)]

    return run


def _scatter(op, dtype, resource):
    def case(tf):
        start = np.arange(1, 13).reshape(4, 3).astype(dtype)
        v = tf.get_variable("v", initializer=start, use_resource=resource)
        rows = np.array([[2, 3, 4], [5, 6, 7], [2, 2, 2]]).astype(dtype)
        f = getattr(tf, "scatter_" + op)
        fetches = [f(v, [0, 2, 0] if op != "update" else [0, 2, 1], rows), f(v, [1, 3], np.array(2, dtype)), f(v, 2, rows[0])]
        fetches.append(f(v, tf.constant([[0, 1], [2, 3]], tf.int64), np.ones([2, 2, 3], dtype)))
        return _start(tf, *fetches)

    return case


def _scatter_nd(op, resource):
    def case(tf):
        v = tf.get_variable("v", initializer=np.arange(12.0).reshape(4, 3), dtype=tf.float64, use_resource=resource)
        f = getattr(tf, "scatter_nd_" + op)
        rows = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
        return _start(tf, f(v, [[0], [2]], rows), f(v, [[0, 1], [3, 2]], [7.0, 8.0]), f(v, [[[1]]], [[[1.0, 1.0, 1.0]]]))

    return case


def _bad_scatter(indices, updates):
    def case(tf):
        v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
        return _start(tf, tf.scatter_update(v, indices, updates))

    return case


def cases():
    """All scatters."""
    for op in ("update", "add", "sub", "mul", "div", "min", "max"):
        for dtype in ("float32", "float64", "int32", "int64"):
            yield "scatter_%s_%s" % (op, dtype), _scatter(op, dtype, False)
        yield "scatter_%s_resource" % op, _scatter(op, "float32", True)
    for op in ("update", "add", "sub"):
        for resource in (False, True):
            yield "scatter_nd_%s_%s" % (op, resource), _scatter_nd(op, resource)
    yield "scatter_out_of_range", _bad_scatter([0, 2], [[1.0, 1.0], [2.0, 2.0]])
    yield "scatter_negative", _bad_scatter([-1], [[1.0, 1.0]])
    yield "scatter_wrong_updates", _bad_scatter([0, 1], [[1.0, 1.0]])
