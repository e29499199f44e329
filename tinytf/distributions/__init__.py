"""tf.distributions: probability distributions as objects that build graph. A list of names."""

from __future__ import annotations

from tinytf.distributions.continuous import Laplace, Normal, StudentT, Uniform  # noqa: F401
from tinytf.distributions.dirichlet import Dirichlet, DirichletMultinomial, Multinomial  # noqa: F401
from tinytf.distributions.discrete import Bernoulli, Categorical  # noqa: F401
from tinytf.distributions.distribution import (  # noqa: F401
    FULLY_REPARAMETERIZED,
    NOT_REPARAMETERIZED,
    Distribution,
    ReparameterizationType,
)
from tinytf.distributions.gamma import Beta, Exponential, Gamma  # noqa: F401
from tinytf.distributions.kullback_leibler import RegisterKL, kl_divergence  # noqa: F401
