"""Mixtures whose components are the last axis of one batch."""

from __future__ import annotations

import numpy as np

from tinytf.contrib.distributions.mixture_dimensions import pad_mixture_dimensions
from tinytf.distributions.distribution import NOT_REPARAMETERIZED, Distribution
from tinytf.distributions.static_values import pick_vector
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ops.nn.softmax import log_softmax


def _last(shape):
    return None if shape.ndims is None else shape.with_rank_at_least(1).as_list()[-1]


class MixtureSameFamily(Distribution):
    """One element of a batch of distributions, as a categorical one says. Follows tf.contrib.distributions.MixtureSameFamily of TF 1.15."""

    def __init__(self, mixture_distribution, components_distribution, validate_args=False, allow_nan_stats=True, name="MixtureSameFamily"):
        parameters = dict(locals())
        with name_scope(name) as name:
            self._mixture_distribution, self._components_distribution = mixture_distribution, components_distribution
            event = components_distribution.event_shape_tensor()
            size = event.shape.as_list()[0]
            self._event_ndims = array_ops.shape(event)[0] if size is None else size
            self._runtime_assertions = self._checks(validate_args)
            super().__init__(
                components_distribution.dtype,
                NOT_REPARAMETERIZED,
                validate_args,
                allow_nan_stats,
                parameters,
                mixture_distribution._graph_parents + components_distribution._graph_parents,
                name,
            )

    def _checks(self, validate_args) -> list:
        mixture, components, checks = self._mixture_distribution, self._components_distribution, []
        if not mixture.dtype.is_integer:
            raise ValueError("`mixture_distribution.dtype` ({}) is not over integers".format(mixture.dtype.name))
        if mixture.event_shape.ndims not in (None, 0):
            raise ValueError("`mixture_distribution` must have scalar `event_dim`s")
        batch, of_components = mixture.batch_shape, components.batch_shape.with_rank_at_least(1)[:-1]
        if batch.is_fully_defined() and of_components.is_fully_defined():
            if batch.ndims != 0 and batch != of_components:
                raise ValueError(
                    "`mixture_distribution.batch_shape` (`{}`) is not compatible with `components_distribution.batch_shape` (`{}`)".format(
                        batch.as_list(), of_components.as_list()
                    )
                )
        elif validate_args:
            batch, of_components = mixture.batch_shape_tensor(), components.batch_shape_tensor()[:-1]
            message = "`mixture_distribution.batch_shape` is not compatible with `components_distribution.batch_shape`"
            wanted = pick_vector(mixture.is_scalar_batch(), of_components, batch)
            checks.append(check_ops.assert_equal(wanted, of_components, message=message))
        count, of_batch = _last(mixture.logits.shape), _last(components.batch_shape)
        if count is not None and of_batch is not None and count != of_batch:
            raise ValueError(
                "`mixture_distribution components` ({}) does not equal `components_distribution.batch_shape[-1]` ({})".format(count, of_batch)
            )
        if validate_args:
            count, of_batch = array_ops.shape(mixture.logits)[-1], components.batch_shape_tensor()[-1]
            message = "`mixture_distribution components` does not equal `components_distribution.batch_shape[-1:]`"
            checks.append(check_ops.assert_equal(count, of_batch, message=message))
        elif count is None:
            count = array_ops.shape(mixture.logits)[-1]
        self._num_components = count
        return checks

    @property
    def mixture_distribution(self):
        """The distribution of components."""
        return self._mixture_distribution

    @property
    def components_distribution(self):
        """The batch of components."""
        return self._components_distribution

    def _batch_shape_tensor(self):
        with control_dependencies(self._runtime_assertions):
            return self.components_distribution.batch_shape_tensor()[:-1]

    def _batch_shape(self):
        return self.components_distribution.batch_shape.with_rank_at_least(1)[:-1]

    def _event_shape_tensor(self):
        with control_dependencies(self._runtime_assertions):
            return self.components_distribution.event_shape_tensor()

    def _event_shape(self):
        return self.components_distribution.event_shape

    def _sample_n(self, n, seed=None):
        # TensorFlow's draws take no notice of `seed`
        with control_dependencies(self._runtime_assertions):
            x = self.components_distribution.sample(n)
            kind = x.dtype.as_numpy_dtype
            mask = array_ops.one_hot(
                indices=self.mixture_distribution.sample(n),
                depth=self._num_components,
                on_value=np.ones([], dtype=kind),
                off_value=np.zeros([], dtype=kind),
            )
            return math_ops.reduce_sum(x * self._padded(mask), axis=-1 - self._event_ndims)

    def _padded(self, probs):
        return pad_mixture_dimensions(probs, self, self.mixture_distribution, self._event_shape().ndims)

    def _log_prob(self, x):
        with control_dependencies(self._runtime_assertions):
            log_prob = self.components_distribution.log_prob(self._pad_sample_dims(x))
            weights = log_softmax(self.mixture_distribution.logits, axis=-1)
            return math_ops.reduce_logsumexp(log_prob + weights, axis=-1)

    def _log_cdf(self, x):
        log_cdf = self.components_distribution.log_cdf(self._pad_sample_dims(x))
        weights = log_softmax(self.mixture_distribution.logits, axis=-1)
        return math_ops.reduce_logsumexp(log_cdf + weights, axis=-1)

    def _mean(self):
        with control_dependencies(self._runtime_assertions):
            probs = self._padded(self.mixture_distribution.probs)
            return math_ops.reduce_sum(probs * self.components_distribution.mean(), axis=-1 - self._event_ndims)

    def _variance(self):
        with control_dependencies(self._runtime_assertions):
            # the law of total variance
            probs, axis = self._padded(self.mixture_distribution.probs), -1 - self._event_ndims
            within = math_ops.reduce_sum(probs * self.components_distribution.variance(), axis=axis)
            squares = math_ops.squared_difference(self.components_distribution.mean(), self._pad_sample_dims(self._mean()))
            return within + math_ops.reduce_sum(probs * squares, axis=axis)

    def _covariance(self):
        if self.event_shape.ndims != 1:
            raise NotImplementedError("covariance is not implemented")
        with control_dependencies(self._runtime_assertions):
            probs = self._padded(self._padded(self.mixture_distribution.probs))
            within = math_ops.reduce_sum(probs * self.components_distribution.covariance(), axis=-3)
            difference = self.components_distribution.mean() - self._pad_sample_dims(self._mean())
            outer = difference[..., None, :] * difference[..., None]
            return within + math_ops.reduce_sum(probs * outer, axis=-3)

    def _pad_sample_dims(self, x):
        """x with an axis of size 1 where that of the components is."""
        with name_scope("pad_sample_dims", values=[x]):
            ndims = x.shape.ndims if x.shape.ndims is not None else array_ops.rank(x)
            shape, cut = array_ops.shape(x), ndims - self._event_ndims
            return array_ops.reshape(x, shape=array_ops.concat([shape[:cut], [1], shape[cut:]], axis=0))
