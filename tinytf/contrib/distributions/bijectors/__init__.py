"""tf.contrib.distributions.bijectors: invertible functions to transform distributions by. A list of names."""

from __future__ import annotations

from tinytf.contrib.distributions.bijectors.affine import Affine, AffineLinearOperator, AffineScalar  # noqa: F401
from tinytf.contrib.distributions.bijectors.autoregressive import (  # noqa: F401
    MaskedAutoregressiveFlow,
    masked_autoregressive_default_template,
    masked_dense,
)
from tinytf.contrib.distributions.bijectors.batch_normalization import BatchNormalization  # noqa: F401
from tinytf.contrib.distributions.bijectors.chain import Chain, Invert  # noqa: F401
from tinytf.contrib.distributions.bijectors.conditional import ConditionalBijector, Inline  # noqa: F401
from tinytf.contrib.distributions.bijectors.elementwise import (  # noqa: F401
    AbsoluteValue,
    Exp,
    Gumbel,
    PowerTransform,
    Sigmoid,
    Softplus,
    Softsign,
    Square,
)
from tinytf.contrib.distributions.bijectors.permute import Permute  # noqa: F401
from tinytf.contrib.distributions.bijectors.real_nvp import RealNVP, real_nvp_default_template  # noqa: F401
from tinytf.contrib.distributions.bijectors.reshape import Reshape  # noqa: F401
from tinytf.contrib.distributions.bijectors.softmax_centered import SoftmaxCentered  # noqa: F401
from tinytf.contrib.distributions.bijectors.triangular import FillTriangular, ScaleTriL, TransformDiagonal  # noqa: F401
from tinytf.distributions.bijector import Bijector  # noqa: F401
from tinytf.distributions.identity_bijector import Identity  # noqa: F401
