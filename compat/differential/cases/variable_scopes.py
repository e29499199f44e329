"""Variable scopes and get_variable: names, reuse, defaults, getters, creators, templates."""

from __future__ import annotations


def _names(tf, *variables):
    names = [v.name for v in (variables or tf.global_variables())]
    return lambda session: names


def _one(tf):
    return tf.ones_initializer()


def case_names(tf):
    with tf.variable_scope("a") as a:
        tf.get_variable("x", initializer=tf.constant([1.0, 2.0]))
        with tf.variable_scope("b"):
            tf.get_variable("x", initializer=3.0)
            tf.add(1, 2)
    with tf.variable_scope(a, reuse=True):
        tf.get_variable("x", [2])
        tf.add(1, 2)
    with tf.variable_scope("a", reuse=tf.AUTO_REUSE):
        tf.get_variable("x", [2])
        tf.add(1, 2)
        tf.get_variable("i", [2], tf.int32)
    with tf.variable_scope(None, "d"):
        tf.get_variable("q", initializer=1.0)
    with tf.variable_scope(None, "d"):
        tf.get_variable("q", initializer=1.0)
        with tf.variable_scope(a, auxiliary_name_scope=False):
            tf.add(1, 2)
            tf.get_variable("deep", [1], initializer=_one(tf))
    with tf.variable_scope("", reuse=tf.AUTO_REUSE):
        tf.get_variable("top", initializer=1.0)
        tf.add(1, 2)
    with tf.variable_scope("aux", auxiliary_name_scope=False):
        tf.add(1, 2)
        tf.get_variable("v", initializer=1.0)
    return _names(tf)


def case_reenter_by_original_name(tf):
    with tf.variable_scope("a") as a:
        pass
    with tf.variable_scope(a), tf.name_scope(a.original_name_scope):
        tf.add(1, 2)
    with tf.variable_scope(a.name):
        tf.add(1, 2)
    return lambda session: [a.name, a.original_name_scope]


def case_same_object_twice(tf):
    scope = tf.variable_scope("a", reuse=tf.AUTO_REUSE)
    for _ in range(2):
        with scope:
            v = tf.get_variable("v", initializer=1.0)
            tf.add(v, 1.0)
    return _names(tf)


def case_defaults(tf):
    with tf.variable_scope(
        "a", initializer=tf.constant_initializer(3.0), regularizer=lambda t: tf.reduce_sum(t), dtype=tf.float64
    ):
        v = tf.get_variable("v", [2])
        with tf.variable_scope("b", initializer=_one(tf), regularizer=tf.no_regularizer):
            w = tf.get_variable("w", [2])
        r = tf.get_variable("r", [2], use_resource=True)
    losses = tf.losses.get_regularization_losses() if hasattr(tf, "losses") else tf.get_collection("regularization_losses")
    start = tf.global_variables_initializer()

    def run(session):
        session.run(start)
        return session.run([v, w, r] + losses)

    return run


def case_setters(tf):
    with tf.variable_scope("a") as scope:
        scope.set_initializer(_one(tf))
        scope.set_dtype(tf.float64)
        scope.set_use_resource(True)
        v = tf.get_variable("v", [2])
        scope.reuse_variables()
        same = tf.get_variable("v", [2]) is v
        facts = [scope.name, str(scope.reuse), scope.dtype.name, v.op.type, str(same)]
    return lambda session: facts


def case_local(tf):
    tf.get_local_variable("l", [2], initializer=tf.zeros_initializer())
    return _names(tf, *tf.local_variables())


def case_custom_getter(tf):
    def outer(getter, name, *args, **kwargs):
        return tf.identity(getter(name, *args, **kwargs), name="outer")

    def inner(getter, name, *args, **kwargs):
        return getter(name + "_inner", *args, **kwargs)

    with tf.variable_scope("a", custom_getter=outer):
        tf.get_variable("x", initializer=1.0)
        with tf.variable_scope("b", custom_getter=inner):
            tf.get_variable("y", initializer=1.0)
        tf.get_variable("z", initializer=1.0, custom_getter=inner)
    return _names(tf)


def case_creator(tf):
    def creator(next_creator, **kwargs):
        kwargs["name"] = "made_" + (kwargs.get("name") or "x")
        return next_creator(**kwargs)

    with tf.variable_creator_scope(creator):
        tf.Variable(1.0, name="v")
        tf.get_variable("q", initializer=1.0)
    return _names(tf)


def case_template(tf):
    def scaled(x, shift):
        return x * tf.get_variable("w", [], initializer=tf.constant_initializer(2.0)) + shift

    t = tf.make_template("t", scaled, shift=1.0)
    results = [t(1.0), t(3.0)]
    results.append(tf.make_template("t", scaled, shift=1.0)(3.0))
    u = tf.make_template("u", scaled, create_scope_now_=True, shift=2.0)
    with tf.variable_scope("inside"):
        results += [u(1.0), t(1.0), tf.make_template("t", scaled, shift=1.0)(5.0)]
    start = tf.global_variables_initializer()

    def run(session):
        session.run(start)
        return session.run(results)

    return run


def case_loop_makes_the_variable_outside(tf):
    def body(i, x):
        return i + 1, x + tf.get_variable("w", initializer=tf.constant(2.0))

    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        loop = tf.while_loop(lambda i, x: i < 3, body, [tf.constant(0), tf.constant(1.0)])
    start = tf.global_variables_initializer()

    def run(session):
        session.run(start)
        return session.run(loop)

    return run


# fixed_size_partitioner of a length that does not divide; by size; by number
def case_partitioners(tf):
    with tf.variable_scope("a", partitioner=tf.fixed_size_partitioner(3, axis=1)):
        tf.get_variable("v", [2, 7], initializer=_one(tf))
    with tf.variable_scope("b", partitioner=tf.min_max_variable_partitioner(max_partitions=3, min_slice_size=8)):
        tf.get_variable("v", [5, 2], initializer=_one(tf))
    with tf.variable_scope("c", partitioner=tf.variable_axis_size_partitioner(16)):
        tf.get_variable("v", [5, 2], initializer=_one(tf))
    tf.create_partitioned_variables([4, 2], [2, 1], _one(tf), name="d")
    shapes = [[v.name, v.get_shape().as_list()] for v in tf.global_variables()]
    return lambda session: [str(s) for s in shapes]


def _fails(build):
    def case(tf):
        build(tf)
        return tf.constant(1)

    return case


def _already(tf):
    tf.get_variable("x", [2])
    tf.get_variable("x", [2])


def _absent(tf):
    with tf.variable_scope("a", reuse=True):
        tf.get_variable("x", [2])


def _other_shape(tf):
    tf.get_variable("x", [2])
    with tf.variable_scope("", reuse=True):
        tf.get_variable("x", [3])


def _other_dtype(tf):
    tf.get_variable("x", [2])
    with tf.variable_scope("", reuse=True):
        tf.get_variable("x", [2], tf.int32)


def _two_axes(tf):
    tf.get_variable("x", [2, 2], partitioner=lambda shape, dtype: [2, 2])


def cases():
    """What get_variable and variable_scope refuse."""
    for name, build in {
        "already_there": _already,
        "not_there": _absent,
        "other_shape": _other_shape,
        "other_dtype": _other_dtype,
        "two_axes": _two_axes,
        "shape_and_constant": lambda tf: tf.get_variable("x", [2], initializer=tf.constant([1.0, 2.0])),
        "no_shape": lambda tf: tf.get_variable("x"),
        "dtype_of_constant": lambda tf: tf.get_variable("x", dtype=tf.int32, initializer=1.0),
        "no_name": lambda tf: tf.variable_scope(None),
        "bad_reuse": lambda tf: tf.variable_scope("a", reuse="yes"),
        "bad_scope": lambda tf: tf.variable_scope(3).__enter__(),
        "reuse_of_default_name": lambda tf: tf.variable_scope(None, "a", reuse=True).__enter__(),
        "string_without_initializer": lambda tf: tf.get_variable("x", [2], tf.complex64),
    }.items():
        yield "fails_" + name, _fails(build)


def case_devices_of_slots(tf):
    v, r = tf.get_variable("v", [2]), tf.get_variable("r", [2], use_resource=True)
    with tf.device("/cpu:0"):
        train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(v * r))
        other = tf.constant(1.0)
        with tf.colocate_with(v):
            with tf.colocate_with(other):
                inside = tf.get_variable("inside", [2], regularizer=tf.reduce_sum)

    def run(session):
        session.run(inside.initializer)
        return []

    assert train is not None
    return run
