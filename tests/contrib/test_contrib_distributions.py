"""tf.contrib.distributions beyond TensorFlow's own numbers (tests/ops/test_against_tensorflow.py): what holds of any bijector and distribution."""

import numpy as np
import pytest

import tinytf as tf
from tinytf.test import bijectors as checks

SCALAR_BIJECTORS = {
    "exp": (lambda b: b.Exp(), -2.0, 1.5),
    "sigmoid": (lambda b: b.Sigmoid(), -3.0, 3.0),
    "softplus": (lambda b: b.Softplus(), -2.0, 4.0),
    "softsign": (lambda b: b.Softsign(), -3.0, 3.0),
    "square": (lambda b: b.Square(), 0.1, 2.0),
    "power": (lambda b: b.PowerTransform(0.2), -1.0, 1.5),
    "affine": (lambda b: b.AffineScalar(0.5, -2.0), -1.0, 3.0),
    "inverted chain": (lambda b: b.Invert(b.Chain([b.Exp(), b.AffineScalar(1.0, 2.0)])), 0.5, 3.0),
}
VECTOR_BIJECTORS = {
    "affine": lambda b: b.Affine([1.0, 2.0], scale_tril=[[1.0, 0.0], [0.5, 2.0]]),
    "permute": lambda b: b.Permute([1, 0]),
    "operator": lambda b: b.AffineLinearOperator([1.0, 2.0], tf.linalg.LinearOperatorDiag([2.0, 3.0])),
    "chain": lambda b: b.Chain([b.AffineScalar(1.0, 2.0), b.Permute([1, 0]), b.Affine(scale_diag=[1.0, 2.0])]),
}


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        tf.set_random_seed(1)
        yield opened


@pytest.mark.parametrize("name", SCALAR_BIJECTORS)
def test_a_bijector_of_numbers_is_monotonic_and_knows_its_slope(name):
    make, lower, upper = SCALAR_BIJECTORS[name]
    checks.assert_scalar_congruency(make(tf.contrib.distributions.bijectors), lower, upper, n=4000, rtol=0.05)


@pytest.mark.parametrize("name", VECTOR_BIJECTORS)
def test_a_bijector_of_vectors_goes_there_and_back(name):
    x = np.array([[1.0, -2.0], [0.5, 3.0]], np.float32)
    checks.assert_bijective_and_finite(VECTOR_BIJECTORS[name](tf.contrib.distributions.bijectors), x, x + 1.0, event_ndims=1, rtol=1e-4)


def test_the_log_density_of_a_sample_computes_no_inverse():
    d = tf.contrib.distributions
    log_normal = d.TransformedDistribution(d.Normal(0.0, 1.0), d.bijectors.Exp())
    sample = log_normal.sample(3)
    before = len(tf.get_default_graph().get_operations())
    log_normal.log_prob(sample)
    added = [op.type for op in tf.get_default_graph().get_operations()[before:]]
    assert added.count("Log") == 2  # of the scale and of the Jacobian: none of the inverse


def test_a_mixture_has_the_density_of_its_parts(session):
    d = tf.contrib.distributions
    parts = [d.Normal(0.0, 1.0), d.Normal(3.0, 2.0)]
    mixture = d.Mixture(d.Categorical(probs=[0.3, 0.7]), parts)
    same = d.MixtureSameFamily(d.Categorical(probs=[0.3, 0.7]), d.Normal([0.0, 3.0], [1.0, 2.0]))
    first, second, of_mixture, of_same = session.run([p.prob(1.5) for p in parts] + [mixture.prob(1.5), same.prob(1.5)])
    np.testing.assert_allclose([of_mixture, of_same], [0.3 * first + 0.7 * second] * 2, rtol=1e-5)


def test_events_of_independent_sum_their_log_densities(session):
    d = tf.contrib.distributions
    base = d.Normal([0.0, 1.0], [1.0, 2.0])
    whole = d.Independent(base, reinterpreted_batch_ndims=1)
    parts, total = session.run([base.log_prob([0.5, 0.5]), whole.log_prob([0.5, 0.5])])
    assert whole.event_shape == [2] and whole.batch_shape == []
    np.testing.assert_allclose(total, parts.sum(), rtol=1e-6)


def test_a_gradient_goes_through_a_relaxed_sample(session):
    logits = tf.constant([1.0, 2.0, 0.5])
    sample = tf.contrib.distributions.RelaxedOneHotCategorical(0.5, logits=logits).sample(seed=1)
    drawn, gradient = session.run([sample, tf.gradients(sample[0], logits)[0]])
    np.testing.assert_allclose(drawn.sum(), 1.0, rtol=1e-5)
    assert np.abs(gradient).max() > 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda d: d.Poisson(), "exactly one of `rate` and `log_rate`"),
        (lambda d: d.Mixture(d.Normal(0.0, 1.0), [d.Normal(0.0, 1.0)]), "cat must be a Categorical"),
        (lambda d: d.Independent(d.Normal(0.0, 1.0), 1), "cannot exceed distribution.batch_ndims"),
        (lambda d: d.bijectors.Permute([0, 0]), "exactly one of each"),
        (lambda d: d.bijectors.Exp().forward_log_det_jacobian(1.0, event_ndims=-1), "must be larger than min_event_ndims"),
        (lambda d: d.TransformedDistribution(d.Normal([0.0], 1.0), batch_shape=[2]), "base distribution not scalar"),
    ],
)
def test_what_cannot_be_made_says_why(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make(tf.contrib.distributions)
