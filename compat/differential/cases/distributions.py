"""tf.distributions: graphs, samples, functions of values, statistics, divergences."""

from __future__ import annotations


def _families(tf):
    D = tf.distributions
    return {
        "normal": (lambda: D.Normal(0.0, [1.0, 2.0, 3.0]), [0.3, -1.0, 2.5]),
        "uniform": (lambda: D.Uniform(0.0, [1.0, 2.0, 3.0]), [0.3, -1.0, 2.5]),
        "bernoulli_probs": (lambda: D.Bernoulli(probs=[0.1, 0.2, 0.7]), [0.0, 1.0, 1.0]),
        "bernoulli_logits": (lambda: D.Bernoulli(logits=[0.1, -2.0, 3.0], dtype=tf.float32), [[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]]),
        "categorical_logits": (lambda: D.Categorical(logits=[[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]]), [2, 0]),
        "categorical_probs": (lambda: D.Categorical(probs=[0.1, 0.2, 0.7], dtype=tf.int64), [1, 2]),
        "gamma": (lambda: D.Gamma([0.5, 1.0, 3.0], [1.0, 2.0, 3.0]), [0.3, 1.0, 2.5]),
        "beta": (lambda: D.Beta([0.5, 1.0, 3.0], [1.0, 2.0, 3.0]), [0.3, 0.1, 0.9]),
        "exponential": (lambda: D.Exponential([1.0, 2.0, 3.0]), [0.3, 1.0, 2.5]),
        "laplace": (lambda: D.Laplace(0.5, [1.0, 2.0, 3.0]), [0.3, -1.0, 2.5]),
        "student_t": (lambda: D.StudentT([0.5, 1.5, 3.0], 0.0, [1.0, 2.0, 3.0]), [0.3, -1.0, 2.5]),
        "dirichlet": (lambda: D.Dirichlet([1.0, 2.0, 3.0]), [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]),
        "multinomial": (lambda: D.Multinomial(4.0, probs=[0.2, 0.3, 0.5]), [[1.0, 1.0, 2.0], [0.0, 0.0, 4.0]]),
        "dirichlet_multinomial": (lambda: D.DirichletMultinomial(4.0, [1.0, 2.0, 3.0]), [[1.0, 1.0, 2.0], [0.0, 0.0, 4.0]]),
    }


_OF_VALUES = ["prob", "log_prob", "cdf", "log_cdf", "survival_function", "log_survival_function"]
_STATISTICS = ["entropy", "mean", "variance", "stddev", "covariance", "mode", "batch_shape_tensor", "event_shape_tensor"]


def _case(family, methods):
    def case(tf):
        make, value = _families(tf)[family]
        d = make()
        results = []
        for method in methods:
            try:
                if method == "sample":
                    results += [d.sample(seed=3), d.sample(2, seed=4), d.sample([2, 1], seed=5)]
                elif method == "kl":
                    results.append(tf.distributions.kl_divergence(d, make()))
                elif method in _OF_VALUES:
                    results.append(getattr(d, method)(tf.constant(value)))
                else:
                    results.append(getattr(d, method)())
            except NotImplementedError as error:
                results.append(tf.constant(str(error)))
        return results

    case.ulps = 64
    return case


def cases():
    """(name, function) of each family and group of methods."""
    for family in _families(type("", (), {"distributions": None})):
        yield family + "_values", _case(family, _OF_VALUES)
        yield family + "_statistics", _case(family, _STATISTICS)
        yield family + "_sample_kl", _case(family, ["sample", "kl"])


def case_normal_quantile(tf):
    return tf.distributions.Normal(1.0, 2.0).quantile([0.0, 0.001, 0.2, 0.5, 0.9, 0.9999999, 1.0])


def case_log_cdf_far(tf):
    return tf.distributions.Normal(0.0, 1.0).log_cdf([-100.0, -11.0, -9.0, 4.0, 6.0, 30.0])


case_log_cdf_far.ulps = 64


def case_checked_parameters(tf):
    return tf.distributions.Normal(0.0, tf.placeholder_with_default([-1.0], [1]), validate_args=True).mean()


def case_names_and_text(tf):
    with tf.name_scope("outer"):
        a, b = tf.distributions.Normal([0.0, 1.0], 1.0), tf.distributions.Normal(0.0, 1.0, name="mine")
    text = [str(a), repr(b), a.name, str(a.copy(scale=2.0).scale.name), str(a.cross_entropy(b).name)]
    return tf.constant(text)


def case_no_divergence(tf):
    return tf.distributions.kl_divergence(tf.distributions.Normal(0.0, 1.0), tf.distributions.Laplace(0.0, 1.0))


def case_both_logits_and_probs(tf):
    return tf.distributions.Bernoulli(0.1, 0.2)
