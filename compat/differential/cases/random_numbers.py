"""Random ops and initializers: the numbers themselves, over several runs."""

from __future__ import annotations

import numpy as np


def _twice(*tensors):
    return lambda session: [session.run(list(tensors)), session.run(list(tensors))]


def case_graph_seed(tf):
    tf.set_random_seed(42)
    made = [tf.random_normal([3, 4]), tf.random_uniform([5]), tf.truncated_normal([5]), tf.random_normal([3], seed=7)]
    return _twice(*made)


def case_op_seed(tf):
    return _twice(tf.random_normal([3], seed=7), tf.random_uniform([3], seed=7), tf.random_uniform([3], seed=0))


def case_zero_seeds(tf):
    tf.set_random_seed(0)
    return _twice(tf.random_uniform([3], seed=0))


def case_negative_seed(tf):
    tf.set_random_seed(-5)
    return _twice(tf.random_uniform([3], seed=2**40))


def case_dynamic_shape(tf):
    shape = tf.placeholder(tf.int32, [None])
    x = tf.random_normal(shape, seed=1)
    y = tf.random_uniform(tf.shape(x), seed=3, dtype=tf.float64)
    return [x, y], {shape: [2, 3]}


def case_scalar_and_empty(tf):
    return _twice(tf.random_normal([], seed=1), tf.random_uniform([0, 3], seed=1), tf.truncated_normal((2, 0), seed=1))


def case_shuffle(tf):
    x = np.arange(24)
    made = [tf.random_shuffle(x, seed=1), tf.random_shuffle(x.reshape(8, 3), seed=1), tf.random_shuffle([[1, 2]], seed=1)]
    return _twice(*made)


def case_multinomial(tf):
    logits = tf.constant([[1.0, 2.0, 3.0], [0.0, -1.0, 5.0]])
    made = [tf.multinomial(logits, 7, seed=3), tf.multinomial(logits, 3, seed=3, output_dtype=tf.int32)]
    return _twice(*(made + [tf.random.categorical(tf.cast(logits, tf.float64), 5, seed=4), tf.multinomial(logits, 0, seed=1)]))


def case_multinomial_impossible_class(tf):
    return _twice(tf.multinomial([[0.0, -np.inf, 1.0]], 20, seed=3))


def case_gamma(tf):
    made = [tf.random_gamma([3], [0.3, 1.0, 2.5], seed=5), tf.random_gamma([2], 2.0, beta=[1.0, 4.0], seed=5)]
    return _twice(*made)


def case_poisson(tf):
    made = [tf.random_poisson([0.5, 5.0, 30.0], [4], seed=5), tf.random_poisson(3.0, [2, 2], dtype=tf.int32, seed=5)]
    return _twice(*made)


def case_crop(tf):
    return _twice(tf.random_crop(np.arange(100).reshape(10, 10), [3, 4], seed=5))


def case_crop_too_large(tf):
    return tf.random_crop(np.arange(4).reshape(2, 2), [3, 3], seed=5)


def case_stateless(tf):
    r = tf.random
    made = [r.stateless_uniform([5], [1, 2]), r.stateless_normal([5], [1, 2]), r.stateless_truncated_normal([5], [1, 2])]
    made += [r.stateless_uniform([5], [1, 2], 0, 9, tf.int32), r.stateless_multinomial([[1.0, 2.0]], 5, [1, 2])]
    return _twice(*(made + [r.stateless_uniform([3], tf.constant([-1, 2**40]), -1, 1, tf.float64)]))


def case_uniform_int_bounds(tf):
    low, high = tf.placeholder(tf.int32, []), tf.placeholder(tf.int32, [])
    return tf.random_uniform([3], low, high, tf.int32, seed=1), {low: 3, high: 3}


def case_uniform_int_no_maximum(tf):
    return tf.random_uniform([3], dtype=tf.int32)


def case_uniform_bad_dtype(tf):
    return tf.random_uniform([3], dtype=tf.string)


def case_negative_shape(tf):
    shape = tf.placeholder(tf.int32, [1])
    return tf.random_uniform(shape), {shape: [-1]}


def _draw(function, dtype, shape):
    def case(tf):
        return _twice(getattr(tf, function)(shape, dtype=tf.as_dtype(dtype), seed=11))

    case.ulps = 4
    return case


def _uniform_int(dtype, low, high):
    def case(tf):
        return _twice(tf.random_uniform([50], low, high, tf.as_dtype(dtype), seed=11))

    return case


def _initializer(make, shape, dtype=None):
    def case(tf):
        tf.set_random_seed(3)
        initializer = make(tf)
        config = str(sorted(initializer.get_config().items(), key=str)) if hasattr(initializer, "get_config") else ""
        v = tf.get_variable("v", shape, dtype or tf.float32, initializer=initializer)
        start = tf.global_variables_initializer()

        def run(session):
            session.run(start)
            return [session.run(v), config]

        return run

    case.ulps = 4
    return case


def cases():
    """All dtypes and sizes; all initializers."""
    for function in ("random_uniform", "random_normal", "truncated_normal"):
        for dtype in ("float16", "float32", "float64"):
            for shape in ([1], [2], [3], [5], [4, 4], [2, 3, 5], [1001]):
                yield "%s_%s_%s" % (function, dtype, "x".join(map(str, shape))), _draw(function, dtype, shape)
    for dtype, low, high in (
        ("int32", 0, 10), ("int32", -5, 5), ("int32", -(2**31), 2**31 - 1), ("int64", 0, 10), ("int64", -(2**62), 2**62),
    ):  # fmt: skip
        yield "uniform_%s_%d_%d" % (dtype, low, high), _uniform_int(dtype, low, high)
    table = {
        "zeros": lambda tf: tf.zeros_initializer(),
        "ones": lambda tf: tf.ones_initializer(),
        "constant": lambda tf: tf.constant_initializer(3),
        "constant_array": lambda tf: tf.constant_initializer(np.arange(12)),
        "constant_few": lambda tf: tf.constant_initializer([1.0, 2.0]),
        "constant_many": lambda tf: tf.constant_initializer(np.arange(13)),
        "constant_verified": lambda tf: tf.constant_initializer([1.0, 2.0], verify_shape=True),
        "uniform": lambda tf: tf.random_uniform_initializer(-1, 1),
        "normal": lambda tf: tf.random_normal_initializer(stddev=0.1),
        "truncated": lambda tf: tf.truncated_normal_initializer(mean=1.0, stddev=0.1, seed=4),
        "unit_scaling": lambda tf: tf.uniform_unit_scaling_initializer(1.5),
        "scaling": lambda tf: tf.variance_scaling_initializer(),
        "scaling_out": lambda tf: tf.variance_scaling_initializer(2.0, "fan_out", "untruncated_normal"),
        "scaling_uniform": lambda tf: tf.variance_scaling_initializer(2.0, "fan_avg", "uniform"),
        "glorot_uniform": lambda tf: tf.glorot_uniform_initializer(),
        "glorot_normal": lambda tf: tf.glorot_normal_initializer(),
        "he_normal": lambda tf: tf.initializers.he_normal(),
        "he_uniform": lambda tf: tf.initializers.he_uniform(seed=3),
        "lecun_normal": lambda tf: tf.initializers.lecun_normal(),
        "lecun_uniform": lambda tf: tf.initializers.lecun_uniform(),
        "orthogonal": lambda tf: tf.orthogonal_initializer(gain=2.0),
        "identity": lambda tf: tf.initializers.identity(2.0),
        "class": lambda tf: tf.zeros_initializer,
        "none": lambda tf: None,
    }
    for name, make in table.items():
        yield "initializer_" + name, _initializer(make, [3, 4])
    for name in ("glorot_uniform", "he_normal", "scaling_out", "orthogonal", "none", "unit_scaling"):
        yield "initializer_%s_4d" % name, _initializer(table[name], [2, 2, 3, 4])
    yield "initializer_glorot_1d", _initializer(table["glorot_uniform"], [5])
    yield "initializer_int", _initializer(table["none"], [5], "int32")
    yield "initializer_bad_scale", _initializer(lambda tf: tf.variance_scaling_initializer(0.0), [2])
    yield "initializer_bad_mode", _initializer(lambda tf: tf.variance_scaling_initializer(mode="x"), [2])
    yield "initializer_bad_dtype", _initializer(lambda tf: tf.random_normal_initializer(dtype=tf.int32), [2])
    yield "initializer_identity_3d", _initializer(table["identity"], [2, 2, 2])


def case_gradient_of_gamma(tf):
    alpha = tf.constant([[1.5, 2.0, 7.0]])
    drawn = tf.random.gamma([2], alpha, seed=3)
    return [drawn] + tf.gradients(drawn, alpha)


case_gradient_of_gamma.ulps = 64  # of TensorFlow's series, in float32


def case_generator(tf):
    generator = tf.random.experimental.Generator.from_seed(1234)
    draws = [
        generator.normal([5]), generator.normal([2, 2], dtype=tf.float64), generator.uniform([7]), generator.uniform([4], -5, 100, dtype=tf.int64),
        generator.uniform([4], 0, 100, dtype=tf.int32), generator.uniform_full_int([4]), generator.uniform_full_int([3], dtype=tf.int32),
        generator.truncated_normal([6]), generator.make_seeds(3), generator.binomial([8], [10.0], [0.3]),
        generator.binomial([2, 3], [500.0, 20.0], [0.4, 0.9], dtype=tf.float64), generator.key,
    ]  # fmt: skip
    state = generator.state.read_value()

    def run(session):
        session.run(generator.state.initializer)
        return [session.run(tensor) for draw in draws for tensor in (draw, state)]

    return run


case_generator.same_graph = True


def case_generator_skips_and_resets(tf):
    generator = tf.random.experimental.Generator.from_key_counter(5, [1, 2], 1)
    state = generator.state.read_value()
    skip = tf.raw_ops.RngSkip(resource=generator.state.handle, algorithm=1, delta=7)
    generator.reset_from_seed([3, 4])
    reset = [op for op in tf.get_default_graph().get_operations() if op.type == "AssignVariableOp"][-1]
    other = tf.random.experimental.Generator.from_non_deterministic_state()
    any_ints = tf.raw_ops.NonDeterministicInts(shape=[2, 3], dtype=tf.int32)

    def run(session):
        session.run([generator.state.initializer, other.state.initializer])
        session.run(skip)
        skipped = session.run(state)
        session.run(reset)
        return skipped, session.run(state), session.run(other.state.read_value()).shape, session.run(any_ints).shape

    return run


def case_gamma_gradient(tf):
    alpha = tf.constant([[0.5, 3.0], [10.0, 1.0]])
    return tf.gradients(tf.random_gamma([5], alpha, beta=2.0, seed=1), alpha)


case_gamma_gradient.ulps = 64
case_gamma_gradient.same_graph = True


def case_gamma_sample_gradient(tf):
    alpha = np.array([[0.01], [0.5], [1.0], [5.0], [100.0]])
    sample = alpha * [0.01, 0.5, 1.0, 2.0, 20.0]
    return tf.raw_ops.RandomGammaGrad(alpha=alpha, sample=sample), tf.raw_ops.IgammaGradA(a=alpha, x=sample)


case_gamma_sample_gradient.ulps = 1e5
