"""tf.distributions beyond TensorFlow's own numbers (tests/ops/test_against_tensorflow.py): laws that any right implementation keeps."""

import numpy as np
import pytest

import tinytf as tf

CONTINUOUS = {
    "normal": lambda d: d.Normal(1.0, 2.0),
    "laplace": lambda d: d.Laplace(1.0, 2.0),
    "student_t": lambda d: d.StudentT(5.0, 1.0, 2.0),
    "uniform": lambda d: d.Uniform(-1.0, 3.0),
    "gamma": lambda d: d.Gamma(2.0, 3.0),
    "beta": lambda d: d.Beta(2.0, 3.0),
    "exponential": lambda d: d.Exponential(0.5),
}
COUNTS = {
    "bernoulli": lambda d: d.Bernoulli(probs=0.3),
    "categorical": lambda d: d.Categorical(probs=[0.2, 0.3, 0.5]),
}


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        tf.set_random_seed(1)
        yield opened


@pytest.mark.parametrize("name", CONTINUOUS)
def test_the_density_is_the_slope_of_the_distribution_function(name, session):
    d = CONTINUOUS[name](tf.distributions)
    x = np.linspace(0.1, 0.9, 9).astype("float32")
    above, below, density = session.run([d.cdf(x + 1e-2), d.cdf(x - 1e-2), d.prob(x)])
    np.testing.assert_allclose((above - below) / 2e-2, density, rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_samples_have_the_mean_and_deviation(name, session):
    d = CONTINUOUS[name](tf.distributions)
    samples, mean, deviation = session.run([d.sample(20000, seed=1), d.mean(), d.stddev()])
    np.testing.assert_allclose([samples.mean(), samples.std()], [mean, deviation], rtol=0.08, atol=0.03)


@pytest.mark.parametrize("name", COUNTS)
def test_probabilities_add_up(name, session):
    d = COUNTS[name](tf.distributions)
    values = [0, 1] if name == "bernoulli" else [0, 1, 2]
    assert abs(sum(session.run([d.prob(v) for v in values])) - 1) < 1e-6


@pytest.mark.parametrize(
    "pair",
    [
        lambda d: (d.Normal(0.0, 1.0), d.Normal(1.0, 2.0)),
        lambda d: (d.Gamma(2.0, 1.0), d.Gamma(3.0, 2.0)),
        lambda d: (d.Beta(2.0, 3.0), d.Beta(1.0, 2.0)),
    ],
)
def test_the_divergence_is_the_mean_log_ratio(pair, session):
    a, b = pair(tf.distributions)
    samples = a.sample(40000, seed=3)
    measured, exact = session.run([tf.reduce_mean(a.log_prob(samples) - b.log_prob(samples)), tf.distributions.kl_divergence(a, b)])
    assert abs(measured - exact) < 0.03
    assert abs(session.run(tf.distributions.kl_divergence(a, a.copy()))) < 1e-5


def test_samples_of_dirichlet_and_multinomial(session):
    d = tf.distributions
    p, counts, mixed = session.run([
        d.Dirichlet([1.0, 2.0, 3.0]).sample(5), d.Multinomial(7.0, probs=[0.2, 0.3, 0.5]).sample(4), d.DirichletMultinomial(7.0, [1.0, 2.0]).sample(3)
    ])  # fmt: skip
    np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-5)
    assert (counts.sum(-1) == 7).all() and (mixed.sum(-1) == 7).all() and counts.shape == (4, 3)


def test_gradients_flow_through_samples(session):
    scale = tf.constant(2.0)
    assert session.run(tf.gradients(tf.distributions.Normal(0.0, scale).sample(seed=1), scale)[0]) != 0


def test_arguments_are_checked_where_that_is_wanted(session):
    d = tf.distributions.Normal(0.0, tf.placeholder_with_default(-1.0, []), validate_args=True)
    with pytest.raises(tf.errors.InvalidArgumentError):
        session.run(d.mean())


def test_quantile_undoes_cdf(session):
    d = tf.distributions.Normal(1.0, 2.0)
    x = np.linspace(-8, 8, 33).astype("float32")
    np.testing.assert_allclose(session.run(d.quantile(d.cdf(x)))[4:-6], x[4:-6], rtol=1e-3, atol=1e-3)
