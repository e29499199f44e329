"""Optimizers, dense and sparse, reference and resource variables; learning rates; moving averages."""

from __future__ import annotations

import numpy as np

TABLE = {
    "gradient_descent": lambda t: t.GradientDescentOptimizer(0.1),
    "momentum": lambda t: t.MomentumOptimizer(0.1, 0.9),
    "nesterov": lambda t: t.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "adam": lambda t: t.AdamOptimizer(0.01),
    "adagrad": lambda t: t.AdagradOptimizer(0.1),
    "adadelta": lambda t: t.AdadeltaOptimizer(1.0),
    "rmsprop": lambda t: t.RMSPropOptimizer(0.01, momentum=0.5),
    "rmsprop_centered": lambda t: t.RMSPropOptimizer(0.01, momentum=0.5, centered=True),
    "ftrl": lambda t: t.FtrlOptimizer(0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02),
    "ftrl_shrinkage": lambda t: t.FtrlOptimizer(0.1, l2_shrinkage_regularization_strength=0.1, l1_regularization_strength=0.01),
    "ftrl_power": lambda t: t.FtrlOptimizer(0.1, learning_rate_power=-0.7),
    "proximal": lambda t: t.ProximalGradientDescentOptimizer(0.1, 0.01, 0.02),
    "proximal_l2": lambda t: t.ProximalGradientDescentOptimizer(0.1, 0.0, 0.02),
    "proximal_adagrad": lambda t: t.ProximalAdagradOptimizer(0.1, 0.1, 0.01, 0.02),
    "proximal_adagrad_plain": lambda t: t.ProximalAdagradOptimizer(0.1),
    "adagrad_da": lambda t: t.AdagradDAOptimizer(
        0.1, t.get_or_create_global_step(), l1_regularization_strength=0.01, l2_regularization_strength=0.02
    ),
    "adagrad_da_plain": lambda t: t.AdagradDAOptimizer(0.1, t.get_or_create_global_step()),
}
FEATURES = np.array([[1, 2, 3], [0.5, -1, 2], [0, 1, 1], [1, 0, -1]])
START = np.arange(6).reshape(3, 2) / 10 - 0.25


def _steps(tf, train, fetches, feed=None, count=4):
    start = tf.global_variables_initializer()

    def run(session):
        session.run(start)
        seen = []
        for _ in range(count):
            session.run(train, feed)
            seen.append(session.run(fetches, feed))
        return seen

    return run


def _dense(name, dtype="float32", resource=False):
    def case(tf):
        w = tf.get_variable("w", initializer=START.astype(dtype), use_resource=resource)
        b = tf.get_variable("b", [2], dtype, initializer=tf.zeros_initializer(), use_resource=resource)
        x = tf.placeholder(dtype, [None, 3])
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - 1))
        step = tf.train.get_or_create_global_step()
        optimizer = TABLE[name](tf.train)
        train = optimizer.minimize(loss, global_step=step)
        return _steps(tf, train, [loss, w, b, step] + optimizer.variables(), {x: FEATURES})

    case.ulps = 64
    return case


def _sparse(name, dtype="float32", resource=False):
    def case(tf):
        table = np.arange(12).reshape(6, 2) / 10 - 0.25
        e = tf.get_variable("e", initializer=table.astype(dtype), use_resource=resource)
        ids = tf.placeholder(tf.int32, [4])
        rows = tf.nn.embedding_lookup(e, ids)
        loss = tf.reduce_sum(tf.square(rows - 1) * np.array([[1], [2], [3], [4]], dtype))
        optimizer = TABLE[name](tf.train)
        train = optimizer.minimize(loss)
        return _steps(tf, train, [loss, e] + optimizer.variables(), {ids: [1, 4, 1, 0]}, 3)

    case.ulps = 64
    return case


def case_apply_after_clipping(tf):
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="w")
    u = tf.Variable([1.0, 1.0])
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    pairs = optimizer.compute_gradients(tf.reduce_sum(w * w), [w, u], gate_gradients=optimizer.GATE_GRAPH)
    clipped = [(tf.clip_by_value(g, -1.0, 1.0), v) for g, v in pairs if g is not None]
    return _steps(tf, optimizer.apply_gradients(clipped, name="train"), [w])


def case_two_optimizers(tf):
    w = tf.Variable([1.0, 2.0], name="w")
    u = tf.Variable([3.0, 4.0], name="u")
    loss = tf.reduce_sum(w * u)
    first = tf.train.AdamOptimizer(0.1, name="A").minimize(loss, var_list=[w])
    second = tf.train.AdamOptimizer(0.1).minimize(loss, var_list=[u])
    return _steps(tf, [first, second], [w, u])


def case_same_optimizer_twice(tf):
    w = tf.Variable([1.0, 2.0], name="w")
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    a = optimizer.minimize(tf.reduce_sum(w * w))
    b = optimizer.minimize(tf.reduce_sum(w))
    return _steps(tf, [a], [w, optimizer.get_slot(w, "momentum")]) if b is not None else None


def case_constraint(tf):
    w = tf.get_variable("w", initializer=tf.constant([1.0, -1.0]), constraint=lambda t: tf.clip_by_value(t, 0.0, 0.9))
    r = tf.get_variable("r", initializer=tf.constant([1.0, -1.0]), constraint=tf.abs, use_resource=True)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w * w + r * r))
    return _steps(tf, train, [w, r])


def case_callable_and_tensor_rates(tf):
    w = tf.Variable([1.0, 2.0])
    rate = tf.placeholder_with_default(0.5, [])
    a = tf.train.GradientDescentOptimizer(rate).minimize(tf.reduce_sum(w * w))
    b = tf.train.AdamOptimizer(lambda: 0.25).minimize(tf.reduce_sum(w))
    return _steps(tf, [a], [w]) if b is not None else None


def case_step_as_resource(tf):
    w = tf.Variable([1.0, 2.0])
    step = tf.get_variable("step", initializer=0, trainable=False, use_resource=True)
    return _steps(tf, tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w), global_step=step), [w, step])


def case_slots(tf):
    w = tf.Variable([1.0, 2.0], name="w")
    optimizer = tf.train.AdamOptimizer()
    optimizer.minimize(tf.reduce_sum(w))
    names = [optimizer.get_name()] + optimizer.get_slot_names() + [v.name for v in optimizer.variables()]
    return lambda session: names + [optimizer.get_slot(w, "v").name, str(optimizer.get_slot(w, "x"))]


def case_slots_of_slices(tf):
    p = tf.get_variable("p", initializer=tf.ones([5, 2]), partitioner=tf.fixed_size_partitioner(2))
    optimizer = tf.train.AdamOptimizer()
    optimizer.minimize(tf.reduce_sum(tf.identity(p)))
    return lambda session: [str(v.to_proto()) for v in optimizer.variables()]


def case_own_optimizer(tf):
    class Sign(tf.train.Optimizer):
        def __init__(self):
            super(Sign, self).__init__(False, "Sign")

        def _apply_dense(self, grad, var):
            return var.assign_sub(tf.sign(grad) * 0.5).op

    w = tf.Variable([1.0, -2.0])
    return _steps(tf, Sign().minimize(tf.reduce_sum(w * w)), [w])


def case_train_op_collection(tf):
    w = tf.Variable(1.0)
    tf.train.GradientDescentOptimizer(0.1).minimize(w * w)
    names = [op.name for op in tf.get_collection(tf.GraphKeys.TRAIN_OP)]
    return lambda session: names


def case_rates(tf):
    step = tf.placeholder(tf.int32, [])
    t = tf.train
    rates = [
        t.exponential_decay(0.1, step, 10, 0.5),
        t.exponential_decay(0.1, step, 10, 0.5, staircase=True, name="stairs"),
        t.natural_exp_decay(0.1, step, 10, 0.5),
        t.inverse_time_decay(0.1, step, 10, 0.5, staircase=True),
        t.polynomial_decay(0.1, step, 20, 0.01, 2.0),
        t.polynomial_decay(0.1, step, 20, 0.01, 2.0, cycle=True),
        t.piecewise_constant(step, [3, 10], [1.0, 0.5, 0.1]),
        t.cosine_decay(0.1, step, 20),
        t.cosine_decay_restarts(0.1, step, 5),
        t.linear_cosine_decay(0.1, step, 20),
    ]
    return lambda session: [session.run(rates, {step: k}) for k in (0, 3, 7, 10, 25)]


case_rates.ulps = 16


def case_noisy_rate(tf):
    tf.set_random_seed(3)
    return tf.train.noisy_linear_cosine_decay(0.1, 5, 20)


def case_rate_of_variable(tf):
    step = tf.Variable(7, trainable=False)
    return _steps(tf, step.assign_add(1), [tf.train.exponential_decay(0.1, step, 10, 0.5)])


def case_moving_averages(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.Variable(3.0, name="w")
    n = tf.Variable(0, trainable=False, name="n")
    averages = tf.train.ExponentialMovingAverage(0.9, num_updates=n)
    with tf.control_dependencies([v.assign_add([1.0, 1.0]), n.assign_add(1)]):
        train = averages.apply([v, w])
    names = [averages.average_name(w), averages.average_name(n), averages.name]
    names += sorted("%s=%s" % (k, x.name) for k, x in averages.variables_to_restore().items())
    run = _steps(tf, train, [v, averages.average(v), averages.average(w)])
    return lambda session: [run(session), names]


def case_moving_average_of_tensor(tf):
    tf.set_random_seed(1)
    x = tf.random_normal([2])
    averages = tf.train.ExponentialMovingAverage(0.9, zero_debias=True)
    return _steps(tf, averages.apply([x]), [averages.average(x)])


def _fails(build):
    def case(tf):
        build(tf, tf.Variable([1.0, 2.0]))
        return tf.constant(1)

    return case


def cases():
    """Each optimizer in each form; what they refuse."""
    for name in TABLE:
        yield name, _dense(name)
        yield name + "_sparse", _sparse(name)
        yield name + "_resource", _dense(name, resource=True)
        yield name + "_sparse_resource", _sparse(name, resource=True)
        for case, function in ((name + "_double", _dense(name, "float64")), (name + "_sparse_double", _sparse(name, "float64"))):
            if name.startswith("proximal"):
                function.why_different = "TensorFlow forgets to cast the rates and refuses doubles; here they work"
            yield case, function
    refused = {
        "no_gradients": lambda tf, v: tf.train.AdamOptimizer().minimize(tf.constant(1.0)),
        "no_variables": lambda tf, v: tf.train.AdamOptimizer().minimize(tf.reduce_sum(v), var_list=[]),
        "no_pairs": lambda tf, v: tf.train.AdamOptimizer().apply_gradients([]),
        "only_none": lambda tf, v: tf.train.AdamOptimizer().apply_gradients([(None, v)]),
        "bad_gradient": lambda tf, v: tf.train.AdamOptimizer().apply_gradients([(object(), v)]),
        "bad_gate": lambda tf, v: tf.train.AdamOptimizer().minimize(tf.reduce_sum(v), gate_gradients=7),
        "integer_loss": lambda tf, v: tf.train.AdamOptimizer().minimize(tf.cast(tf.reduce_sum(v), tf.int32)),
        "adagrad_zero": lambda tf, v: tf.train.AdagradOptimizer(0.1, initial_accumulator_value=0.0),
        "ftrl_power": lambda tf, v: tf.train.FtrlOptimizer(0.1, learning_rate_power=1.0),
        "average_of_integer": lambda tf, v: tf.train.ExponentialMovingAverage(0.9).apply([tf.Variable(1)]),
        "piecewise_lengths": lambda tf, v: tf.train.piecewise_constant(tf.constant(1), [1, 2], [1.0, 2.0]),
        "piecewise_dtypes": lambda tf, v: tf.train.piecewise_constant(tf.constant(1.0), [1], [1.0, 2.0]),
        "no_name": lambda tf, v: tf.train.GradientDescentOptimizer(0.1, name=""),
    }
    for name, build in refused.items():
        yield "fails_" + name, _fails(build)


def case_dynamic_loss_scale(tf):
    experimental = tf.train.experimental
    v = tf.get_variable("v", initializer=1.0)
    opt = experimental.MixedPrecisionLossScaleOptimizer(tf.train.GradientDescentOptimizer(0.1), experimental.DynamicLossScale(16.0, 2, 2.0))
    train = opt.minimize(v * 2.0)

    def run(session):
        session.run(tf.global_variables_initializer())
        seen = []
        for _ in range(3):
            session.run(train)
            seen.append(session.run(tf.global_variables()))
        return seen

    return run


def case_fixed_loss_scale(tf):
    v = tf.get_variable("v", initializer=1.0)
    opt = tf.train.experimental.enable_mixed_precision_graph_rewrite(tf.train.MomentumOptimizer(0.1, 0.9), 8)
    train = opt.minimize(v * 2.0)
    tf.train.experimental.disable_mixed_precision_graph_rewrite()

    def run(session):
        session.run(tf.global_variables_initializer())
        session.run(train)
        return session.run(v)

    return run
