"""tf.contrib.distributions and its bijectors: graphs, samples, functions of values, statistics."""

from __future__ import annotations

import numpy as np

_PAIR = np.array([[0.3, -0.4], [1.0, 2.0]], np.float32)


def _families(D):
    """{name: (a function that makes it, a value, its functions of values, its statistics)}."""
    b = D.bijectors
    some, all_of_them = "prob log_prob", "prob log_prob cdf log_cdf survival_function log_survival_function"
    return {
        "mvn_diag": (lambda: D.MultivariateNormalDiag([1.0, 2.0], [0.5, 2.0]), [0.0, 1.0], some, "mean variance stddev entropy covariance"),
        "mvn_multiplier": (lambda: D.MultivariateNormalDiag([1.0, 2.0], scale_identity_multiplier=2.0), [0.0, 1.0], some, "variance"),
        "mvn_softplus": (lambda: D.MultivariateNormalDiagWithSoftplusScale([1.0, 2.0], [0.5, 2.0]), [0.0, 1.0], some, "stddev"),
        "mvn_tril": (lambda: D.MultivariateNormalTriL([1.0, 2.0], [[1.0, 0.0], [0.5, 2.0]], True), [0.0, 1.0], some, "covariance stddev"),
        "mvn_full": (lambda: D.MultivariateNormalFullCovariance([1.0, 2.0], [[1.0, 0.5], [0.5, 2.0]]), [0.0, 1.0], some, "variance"),
        "mvn_low_rank": (
            lambda: D.MultivariateNormalDiagPlusLowRank([1.0, 2.0], [1.0, 0.5], scale_perturb_factor=[[1.0], [2.0]]),
            [0.0, 1.0], some, "variance covariance",
        ),
        "one_hot": (
            lambda: D.OneHotCategorical(probs=[[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]]),
            [[0, 1, 0], [1, 0, 0]], some, "variance mode entropy covariance",
        ),
        "relaxed_one_hot": (lambda: D.RelaxedOneHotCategorical(0.5, [1.0, 2.0, 0.5]), [0.2, 0.5, 0.3], some, ""),
        "relaxed_bernoulli": (lambda: D.RelaxedBernoulli(0.5, probs=[0.1, 0.6]), [0.2, 0.5], "prob log_prob cdf log_cdf", ""),
        "logistic": (lambda: D.Logistic([1.0, 2.0], 3.0), [0.2, 0.5], all_of_them, "mean stddev mode entropy"),
        "cauchy": (lambda: D.Cauchy([1.0, 2.0], 3.0), [0.2, 0.5], all_of_them + " quantile", "mean stddev mode entropy"),
        "half_normal": (lambda: D.HalfNormal([1.0, 2.0]), [0.2, 0.5], "prob cdf quantile", "mean mode entropy variance"),
        "poisson": (lambda: D.Poisson([1.0, 2.0]), [2.0, 5.0], "prob log_prob cdf log_cdf", "mean mode variance"),
        "geometric": (lambda: D.Geometric(probs=[0.1, 0.2]), [2.0, 0.0], "prob log_prob cdf", "mean mode variance entropy"),
        "negative_binomial": (lambda: D.NegativeBinomial(5.0, probs=[0.1, 0.2]), [2.0, 0.0], "prob log_prob cdf", "mean mode variance"),
        "chi2": (lambda: D.Chi2([3.0, 2.5]), [2.0, 1.0], "prob log_prob cdf", "mean mode variance entropy"),
        "inverse_gamma": (lambda: D.InverseGamma([3.0, 1.5], [1.0, 2.0]), [2.0, 1.0], "prob cdf", "mean mode variance entropy"),
        "vector_deterministic": (lambda: D.VectorDeterministic([3.0, 1.5], 0.1, 0.1, True), [3.0, 1.4], "prob", "mean variance entropy"),
        "independent": (
            lambda: D.Independent(D.Normal(np.zeros([2, 3], np.float32), [1.0, 2.0, 3.0])),
            np.ones([2, 3], np.float32), some, "mean stddev entropy",
        ),
        "mixture": (
            lambda: D.Mixture(D.Categorical(probs=[0.3, 0.7]), [D.Normal(0.0, 1.0), D.Normal(3.0, 2.0)]),
            1.5, "prob log_prob cdf log_cdf", "mean stddev variance entropy_lower_bound",
        ),
        "mixture_same_family": (
            lambda: D.MixtureSameFamily(D.Categorical(probs=[0.3, 0.7]), D.Normal([0.0, 3.0], [1.0, 2.0])),
            1.5, "prob log_prob cdf log_cdf", "mean stddev variance",
        ),
        "log_normal": (lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), b.Exp(), name="ln"), [1.0, 2.0], all_of_them + " quantile", ""),
        "overridden_shapes": (
            lambda: D.TransformedDistribution(D.Normal([0.0, 1.0], [1.0, 2.0]), b.AffineScalar(1.0, 2.0), event_shape=[3]),
            np.ones([2, 3], np.float32), some, "entropy",
        ),
    }  # fmt: skip


def _distribution_case(name):
    def case(tf):
        tf.set_random_seed(7)  # TensorFlow's MixtureSameFamily takes no notice of the seed of a draw
        make, value, functions, statistics = _families(tf.contrib.distributions)[name]
        d = make()
        results = [d.sample(3, seed=5), d.sample([2, 3], seed=6), d.batch_shape_tensor(), d.event_shape_tensor()]
        results += [getattr(d, function)(value) for function in functions.split()]
        return results + [getattr(d, statistic)() for statistic in statistics.split()]

    case.ulps = 64
    return case


def _bijectors(b):
    return {
        "exp": lambda: b.Exp(),
        "sigmoid": lambda: b.Sigmoid(),
        "softplus": lambda: b.Softplus(hinge_softness=0.5),
        "softsign": lambda: b.Softsign(validate_args=True),
        "gumbel": lambda: b.Gumbel(0.5, 2.0),
        "affine": lambda: b.Affine([1.0, 2.0], scale_tril=[[1.0, 0.0], [0.5, 1.0]], scale_diag=[1.0, 1.0], scale_identity_multiplier=0.5),
        "affine_low_rank": lambda: b.Affine(scale_identity_multiplier=2.0, scale_perturb_factor=[[1.0], [0.5]]),
        "permute": lambda: b.Permute([1, 0]),
        "softmax_centered": lambda: b.SoftmaxCentered(),
        "chain": lambda: b.Chain([b.Exp(), b.Invert(b.Affine([1.0, 2.0], scale_diag=[1.0, 2.0])), b.Permute([1, 0])]),
    }


def _bijector_case(name):
    def case(tf):
        bijector = _bijectors(tf.contrib.distributions.bijectors)[name]()
        x = tf.constant(_PAIR)
        y = bijector.forward(x)
        again = tf.identity(y)
        return [
            y, bijector.inverse(y), bijector.inverse(again), bijector.forward_log_det_jacobian(x, 1),
            bijector.inverse_log_det_jacobian(y, 1), bijector.inverse_log_det_jacobian(again, 1),
        ]  # fmt: skip

    case.ulps = 64
    return case


def cases():
    """(name, function) of each distribution and bijector."""
    for name in _families(type("", (), {"bijectors": None})):
        yield name, _distribution_case(name)
    for name in _bijectors(None):
        yield "bijector_" + name, _bijector_case(name)


def case_divergences(tf):
    D = tf.contrib.distributions
    diag = D.MultivariateNormalDiag([1.0, 2.0], [0.5, 2.0])
    tril = D.MultivariateNormalTriL([1.0, 2.0], [[1.0, 0.0], [0.5, 2.0]])
    independent = [D.Independent(D.Normal([0.0, 1.0], scale), 1) for scale in (1.0, 2.0)]
    return [
        D.kl_divergence(diag, D.MultivariateNormalDiag([0.0, 0.0], [1.0, 1.0])), D.kl_divergence(diag, tril), tril.kl_divergence(diag),
        D.kl_divergence(D.OneHotCategorical([1.0, 2.0, 0.5]), D.OneHotCategorical([1.0, 1.0, 0.5])), D.kl_divergence(*independent),
    ]  # fmt: skip


def case_masked_autoregressive_flow(tf):
    D, b = tf.contrib.distributions, tf.contrib.distributions.bijectors
    layers = []
    for _ in range(2):
        layers += [b.MaskedAutoregressiveFlow(b.masked_autoregressive_default_template([4, 4])), b.BatchNormalization(), b.Permute([1, 0])]
    base = D.MultivariateNormalDiag(loc=tf.zeros([2]), scale_diag=tf.ones([2]))
    flow = D.TransformedDistribution(base, b.Chain(list(reversed(layers[:-1]))))
    loss = -tf.reduce_mean(flow.log_prob(tf.constant(_PAIR)))
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)

    def run(sess):
        tf.set_random_seed(1)
        for variable in tf.trainable_variables():
            sess.run(variable.assign(0.1 * tf.ones_like(variable)))
        sess.run(tf.variables_initializer([v for v in tf.global_variables() if v not in tf.trainable_variables()]))
        before = sess.run(loss)
        sess.run(step)
        return [before, sess.run(loss)]

    return run


case_masked_autoregressive_flow.ulps = 64


def case_real_nvp(tf):
    D, b = tf.contrib.distributions, tf.contrib.distributions.bijectors
    tf.set_random_seed(7)
    flow = D.TransformedDistribution(D.MultivariateNormalDiag(loc=[0.0, 0.0, 0.0]), b.RealNVP(2, b.real_nvp_default_template([8])))
    x = flow.sample(4, seed=3)
    results = [x, flow.log_prob(x), flow.log_prob(tf.zeros([2, 3]))]

    def run(sess):
        sess.run(tf.global_variables_initializer())
        return sess.run(results)

    return run


case_real_nvp.ulps = 64


def case_matrices_of_vectors(tf):
    D = tf.contrib.distributions
    return [
        D.fill_triangular([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), D.fill_triangular([[1.0, 2.0, 3.0]] * 2, upper=True),
        D.fill_triangular_inverse([[1.0, 2.0], [3.0, 4.0]]), D.tridiag([1.0, 2.0], [1.0, 2.0, 3.0], [4.0, 5.0]),
        D.softplus_inverse([1e-9, 1.0, 50.0]), D.reduce_weighted_logsumexp([[1.0, 2.0]], [[1.0, -0.5]], axis=1, return_sign=True),
        D.matrix_diag_transform([[1.0, 2.0], [3.0, 4.0]], tf.exp),
    ]  # fmt: skip


case_matrices_of_vectors.ulps = 64
