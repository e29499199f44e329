"""A distribution of the values of a bijector.

The base may be a scalar distribution that is drawn for a whole batch, or for all elements of an event: `batch_shape` and
`event_shape` override its own. What is known of these shapes is decided while the graph is built.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.distributions.distribution import Distribution
from tinytf.distributions.identity_bijector import Identity
from tinytf.distributions.static_values import maybe_get_static_value, pick_vector
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor_util import constant_value_as_shape
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops


def _static_value(x):
    return public_constant_value(convert_to_tensor(x))


def _logical_and(*conditions):
    known = [_static_value(c) for c in conditions]
    if any(value is not None and not bool(value) for value in known):
        return constant(False)
    if all(value is not None for value in known):
        return constant(True)
    return math_ops.logical_and(*conditions) if len(conditions) == 2 else math_ops.reduce_all(conditions)


def _logical_equal(x, y):
    known_x, known_y = _static_value(x), _static_value(y)
    if known_x is None or known_y is None:
        return math_ops.equal(x, y)
    return constant(np.array_equal(known_x, known_y))


def _logical_not(x):
    known = _static_value(x)
    return math_ops.logical_not(x) if known is None else constant(np.logical_not(known))


def _concat_vectors(*vectors):
    known = [_static_value(x) for x in vectors]
    if any(value is None for value in known):
        return array_ops.concat(vectors, 0)
    return constant([element for vector in known for element in vector])


def _pick_scalar_condition(pred, if_true, if_false):
    known = _static_value(pred)
    if known is None:
        return array_ops.where_v2(pred, if_true, if_false)
    return if_true if known else if_false


def _ones_like(x):
    if x.shape.is_fully_defined():
        return array_ops.ones(x.shape.as_list(), dtype=x.dtype)
    return array_ops.ones_like(x)


def _ndims_from_shape(shape):
    if shape.shape.ndims not in (None, 1):
        raise ValueError("input is not a valid shape: not 1D")
    if not shape.dtype.is_integer:
        raise TypeError("input is not a valid shape: wrong dtype")
    if shape.shape.is_fully_defined():
        return constant(shape.shape.as_list()[0])
    return array_ops.shape(shape)[0]


def _is_scalar_from_shape(shape):
    return _logical_equal(_ndims_from_shape(shape), 0)


def _may_hold_elements(vector) -> bool:
    known = public_constant_value(vector)
    return known is None or known.size != 0


class TransformedDistribution(Distribution):
    """The distribution of bijector.forward(x), x of another distribution. Follows tf.contrib.distributions.TransformedDistribution of TF 1.15."""

    def __init__(self, distribution, bijector=None, batch_shape=None, event_shape=None, validate_args=False, name=None):
        parameters = dict(locals())
        name = name or (("" if bijector is None else bijector.name) + distribution.name)
        with name_scope(name, values=[event_shape, batch_shape]) as name:
            self._zero = constant(0, dtype=dtypes.int32, name="zero")
            self._empty = constant([], dtype=dtypes.int32, name="empty")
            if bijector is None:
                bijector = Identity(validate_args=validate_args)
            self._override_batch_shape = self._validated_override(batch_shape, distribution.is_scalar_batch(), validate_args, "batch_shape")
            self._is_batch_override = _logical_not(_logical_equal(_ndims_from_shape(self._override_batch_shape), self._zero))
            self._is_maybe_batch_override = _may_hold_elements(self._override_batch_shape)
            self._override_event_shape = self._validated_override(event_shape, distribution.is_scalar_event(), validate_args, "event_shape")
            self._is_event_override = _logical_not(_logical_equal(_ndims_from_shape(self._override_event_shape), self._zero))
            self._is_maybe_event_override = _may_hold_elements(self._override_event_shape)
            # The axes of an event that overrides a scalar's come to stand behind the batch's by a rotation.
            self._needs_rotation = _logical_and(
                self._is_event_override, _logical_not(self._is_batch_override), _logical_not(distribution.is_scalar_batch())
            )
            override_event_ndims = _ndims_from_shape(self._override_event_shape)
            self._rotate_ndims = _pick_scalar_condition(self._needs_rotation, override_event_ndims, 0)
            self._reduce_event_indices = math_ops.range(self._rotate_ndims - override_event_ndims, self._rotate_ndims)
        self._distribution, self._bijector = distribution, bijector
        super().__init__(
            dtype=distribution.dtype,
            reparameterization_type=distribution.reparameterization_type,
            validate_args=validate_args,
            allow_nan_stats=distribution.allow_nan_stats,
            parameters=parameters,
            graph_parents=distribution._graph_parents + bijector.graph_parents,
            name=name,
        )

    @property
    def distribution(self):
        """The distribution of x."""
        return self._distribution

    @property
    def bijector(self):
        """What makes y of x."""
        return self._bijector

    def _event_shape_tensor(self):
        base = pick_vector(self._is_event_override, self._override_event_shape, self.distribution.event_shape_tensor())
        return self.bijector.forward_event_shape_tensor(base)

    def _event_shape(self):
        override = constant_value_as_shape(self._override_event_shape)
        return self.bijector.forward_event_shape(override if self._is_maybe_event_override else self.distribution.event_shape)

    def _batch_shape_tensor(self):
        return pick_vector(self._is_batch_override, self._override_batch_shape, self.distribution.batch_shape_tensor())

    def _batch_shape(self):
        override = constant_value_as_shape(self._override_batch_shape)
        return override if self._is_maybe_batch_override else self.distribution.batch_shape

    # Samples: drawn of the base, reshaped, and transformed last, so that the bijector's cache knows x of each y ---------------

    def _sample_n(self, n, seed=None, **distribution_kwargs):
        sample_shape = _concat_vectors(
            pick_vector(self._needs_rotation, self._empty, [n]),
            self._override_batch_shape,
            self._override_event_shape,
            pick_vector(self._needs_rotation, [n], self._empty),
        )
        return self._maybe_rotate_dims(self.distribution.sample(sample_shape=sample_shape, seed=seed, **distribution_kwargs))

    def _call_sample_n(self, sample_shape, seed, name, bijector_kwargs=None, distribution_kwargs=None):
        with self._name_scope(name, values=[sample_shape]):
            sample_shape = convert_to_tensor(sample_shape, dtype=dtypes.int32, name="sample_shape")
            sample_shape, n = self._expand_sample_shape_to_vector(sample_shape, "sample_shape")
            x = self._sample_n(n, seed, **(distribution_kwargs or {}))
            rest = array_ops.shape(x)[1:]
            x = array_ops.reshape(x, array_ops.concat([sample_shape, rest], 0))
            return self._set_sample_static_shape(self.bijector.forward(x, **(bijector_kwargs or {})), sample_shape)

    # Functions of values ------------------------------------------------------------------------

    def _of_fibers(self, y, of_one, bijector_kwargs):
        """[of_one(x, log determinant)] of each x that gives y; the number of axes of an event."""
        x = self.bijector.inverse(y, **bijector_kwargs)
        event_ndims = self._maybe_get_static_event_ndims()
        ildj = self.bijector.inverse_log_det_jacobian(y, event_ndims=event_ndims, **bijector_kwargs)
        fibers = [(x, ildj)] if self.bijector._is_injective else zip(x, ildj)
        return [of_one(self._maybe_rotate_dims(x, rotate_right=True), ildj, event_ndims) for x, ildj in fibers]

    def _log_prob(self, y, bijector_kwargs=None, distribution_kwargs=None):
        def of_one(x, ildj, event_ndims):
            log_prob = self.distribution.log_prob(x, **(distribution_kwargs or {}))
            if self._is_maybe_event_override:
                log_prob = math_ops.reduce_sum(log_prob, self._reduce_event_indices)
            log_prob = self._with_determinant(log_prob, ildj)
            return self._with_batch_shape(log_prob, y, event_ndims)

        parts = self._of_fibers(y, of_one, bijector_kwargs or {})
        return parts[0] if self.bijector._is_injective else math_ops.reduce_logsumexp(array_ops.stack(parts), axis=0)

    def _prob(self, y, bijector_kwargs=None, distribution_kwargs=None):
        def of_one(x, ildj, event_ndims):
            prob = self.distribution.prob(x, **(distribution_kwargs or {}))
            if self._is_maybe_event_override:
                prob = math_ops.reduce_prod(prob, self._reduce_event_indices)
            prob = self._times_determinant(prob, ildj)
            return self._with_batch_shape(prob, y, event_ndims)

        parts = self._of_fibers(y, of_one, bijector_kwargs or {})
        return parts[0] if self.bijector._is_injective else sum(parts)

    def _with_determinant(self, log_prob, ildj):
        return log_prob + math_ops.cast(ildj, log_prob.dtype)

    def _times_determinant(self, prob, ildj):
        return prob * math_ops.exp(math_ops.cast(ildj, prob.dtype))

    def _with_batch_shape(self, result, y, event_ndims):
        if self._is_maybe_event_override and isinstance(event_ndims, int):
            result.set_shape(array_ops.broadcast_static_shape(y.shape.with_rank_at_least(1)[:-event_ndims], self.batch_shape))
        return result

    def _of_inverse(self, name, y, bijector_kwargs, distribution_kwargs):
        """A function of the base, at the one x that gives y."""
        self._need_one_to_one(name)
        x = self.bijector.inverse(y, **(bijector_kwargs or {}))
        return getattr(self.distribution, name)(x, **(distribution_kwargs or {}))

    def _need_one_to_one(self, name) -> None:
        if self._is_maybe_event_override:
            raise NotImplementedError("%s is not implemented when overriding event_shape" % name)
        if not self.bijector._is_injective:
            raise NotImplementedError("%s is not implemented when bijector is not injective." % name)

    def _log_cdf(self, y, bijector_kwargs=None, distribution_kwargs=None):
        return self._of_inverse("log_cdf", y, bijector_kwargs, distribution_kwargs)

    def _cdf(self, y, bijector_kwargs=None, distribution_kwargs=None):
        return self._of_inverse("cdf", y, bijector_kwargs, distribution_kwargs)

    def _log_survival_function(self, y, bijector_kwargs=None, distribution_kwargs=None):
        return self._of_inverse("log_survival_function", y, bijector_kwargs, distribution_kwargs)

    def _survival_function(self, y, bijector_kwargs=None, distribution_kwargs=None):
        return self._of_inverse("survival_function", y, bijector_kwargs, distribution_kwargs)

    def _quantile(self, value, bijector_kwargs=None, distribution_kwargs=None):
        self._need_one_to_one("quantile")
        x = self.distribution.quantile(value, **(distribution_kwargs or {}))
        return self.bijector.forward(x, **(bijector_kwargs or {}))

    def _entropy(self):
        if not self.bijector.is_constant_jacobian:
            raise NotImplementedError("entropy is not implemented")
        if not self.bijector._is_injective:
            raise NotImplementedError("entropy is not implemented when bijector is not injective.")
        entropy = self.distribution.entropy()
        if self._is_maybe_event_override:
            count = math_ops.reduce_prod(self._override_event_shape)
            entropy *= math_ops.cast(count, dtype=entropy.dtype.base_dtype)
        if self._is_maybe_batch_override:
            ones = _ones_like(self._override_batch_shape)
            entropy = array_ops.reshape(entropy, array_ops.concat([ones, self.distribution.batch_shape_tensor()], 0))
            multiples = array_ops.concat([self._override_batch_shape, _ones_like(self.distribution.batch_shape_tensor())], 0)
            entropy = array_ops.tile(entropy, multiples)
        shape = array_ops.concat([self.batch_shape_tensor(), self.event_shape_tensor()], 0)
        dummy = array_ops.zeros(shape=shape, dtype=self.dtype)
        event_ndims = self.event_shape.ndims if self.event_shape.ndims is not None else array_ops.size(self.event_shape_tensor())
        ildj = self.bijector.inverse_log_det_jacobian(dummy, event_ndims=event_ndims)
        entropy -= math_ops.cast(ildj, entropy.dtype)
        entropy.set_shape(self.batch_shape)
        return entropy

    # Overriding shapes --------------------------------------------------------------------------

    def _validated_override(self, override_shape, base_is_scalar, validate_args, name):
        override_shape = convert_to_tensor([] if override_shape is None else override_shape, dtype=dtypes.int32, name=name)
        override_is_scalar = _is_scalar_from_shape(override_shape)
        if public_constant_value(override_is_scalar):
            return self._empty
        checks = []
        if override_shape.shape.ndims is not None:
            if override_shape.shape.ndims != 1:
                raise ValueError("shape override must be a vector")
        elif validate_args:
            checks.append(check_ops.assert_rank(override_shape, 1, message="shape override must be a vector"))
        known = public_constant_value(override_shape)
        if known is not None:
            if (known <= 0).any():
                raise ValueError("shape override must have positive elements")
        elif validate_args:
            checks.append(check_ops.assert_positive(override_shape, message="shape override must have positive elements"))
        both = _logical_and(_logical_not(base_is_scalar), _logical_not(override_is_scalar))
        if public_constant_value(both) is not None:
            if public_constant_value(both):
                raise ValueError("base distribution not scalar")
        elif validate_args:
            checks.append(check_ops.assert_equal(both, False, message="base distribution not scalar"))
        return control_flow_ops.with_dependencies(checks, override_shape) if checks else override_shape

    def _maybe_rotate_dims(self, x, rotate_right=False):
        needed = public_constant_value(self._needs_rotation)
        if needed is not None and not needed:
            return x
        ndims = array_ops.rank(x)
        n = ndims - self._rotate_ndims if rotate_right else self._rotate_ndims
        return array_ops.transpose(x, _concat_vectors(math_ops.range(n, ndims), math_ops.range(0, n)))

    def _maybe_get_static_event_ndims(self):
        if self.event_shape.ndims is not None:
            return self.event_shape.ndims
        ndims = array_ops.size(self.event_shape_tensor())
        known = maybe_get_static_value(ndims)
        return ndims if known is None else known
