"""tf.contrib.distributions: tf.distributions, and those of several variables, of mixtures, relaxed and transformed ones.

Names are imported when they are first asked for; what is not listed here is tf.distributions'.
"""

from __future__ import annotations

import importlib

_NAMES = {
    "contrib.distributions.bijectors": "bijectors",
    "contrib.distributions.conditional": "ConditionalDistribution ConditionalTransformedDistribution",
    "contrib.distributions.counts": "Binomial Geometric NegativeBinomial Poisson",
    "contrib.distributions.deterministic": "Deterministic VectorDeterministic",
    "contrib.distributions.gamma_kin": "Chi2 Chi2WithAbsDf InverseGamma InverseGammaWithSoftplusConcentrationRate",
    "contrib.distributions.independent": "Independent",
    "contrib.distributions.location_scale": "Cauchy HalfNormal Logistic",
    "contrib.distributions.mixture": "Mixture",
    "contrib.distributions.mixture_same_family": "MixtureSameFamily",
    "contrib.distributions.multivariate_normal": """
        MultivariateNormalDiag MultivariateNormalDiagPlusLowRank MultivariateNormalDiagWithSoftplusScale
        MultivariateNormalFullCovariance MultivariateNormalLinearOperator MultivariateNormalTriL""",
    "contrib.distributions.one_hot": "ExpRelaxedOneHotCategorical OneHotCategorical RelaxedBernoulli RelaxedOneHotCategorical",
    "distributions.matrices": "fill_triangular fill_triangular_inverse matrix_diag_transform tridiag",
    "distributions.softplus_parameters": """
        BetaWithSoftplusConcentration ExponentialWithSoftplusRate GammaWithSoftplusConcentrationRate LaplaceWithSoftplusScale
        NormalWithSoftplusScale StudentTWithAbsDfSoftplusScale""",
    "distributions.transformed_distribution": "TransformedDistribution",
    "distributions.util": "reduce_weighted_logsumexp softplus_inverse",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name):
    from tinytf.missing import namespace

    if name not in _MODULE_OF:
        return getattr(namespace("distributions"), name)
    module = importlib.import_module("tinytf." + _MODULE_OF[name])
    value = module if name == "bijectors" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__():
    from tinytf.missing import namespace

    return sorted({*_MODULE_OF, *dir(namespace("distributions"))})
