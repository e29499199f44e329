"""A batch of distributions as one distribution of larger events."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.distributions.distribution import Distribution
from tinytf.distributions.kullback_leibler import RegisterKL, kl_divergence
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.shapes import TensorShape


def _first_size(shape_tensor):
    """How many axes a shape, given as a tensor, has: a number where it is known."""
    known = shape_tensor.shape.with_rank_at_least(1).as_list()[0] if shape_tensor.shape.ndims is not None else None
    return array_ops.shape(shape_tensor)[0] if known is None else known


class Independent(Distribution):
    """The last axes of the batch of a distribution become axes of its events. Follows tf.contrib.distributions.Independent of TF 1.15."""

    def __init__(self, distribution, reinterpreted_batch_ndims=None, validate_args=False, name=None):
        parameters = dict(locals())
        name = name or "Independent" + distribution.name
        self._distribution = distribution
        with name_scope(name) as name:
            if reinterpreted_batch_ndims is None:
                reinterpreted_batch_ndims = self._all_axes_but_one()
            moved = convert_to_tensor(reinterpreted_batch_ndims, dtype=dtypes.int32, name="reinterpreted_batch_ndims")
            self._static_moved = public_constant_value(moved)
            self._moved = moved if self._static_moved is None else self._static_moved
            super().__init__(
                distribution.dtype,
                distribution.reparameterization_type,
                validate_args,
                distribution.allow_nan_stats,
                parameters,
                [moved] + distribution._graph_parents,
                name,
            )
            self._runtime_assertions = self._make_runtime_assertions(moved, validate_args)

    @property
    def distribution(self):
        """The distribution of the batch."""
        return self._distribution

    @property
    def reinterpreted_batch_ndims(self):
        """How many axes of the batch became axes of events."""
        return self._moved

    def _all_axes_but_one(self):
        ndims = self._distribution.batch_shape.ndims
        if ndims is None:
            return math_ops.maximum(0, array_ops.shape(self._distribution.batch_shape_tensor())[0] - 1)
        return np.maximum(0, ndims - 1)

    def _make_runtime_assertions(self, moved, validate_args) -> list:
        ndims = self._distribution.batch_shape.ndims
        if ndims is not None and self._static_moved is not None:
            if self._static_moved > ndims:
                raise ValueError("reinterpreted_batch_ndims({}) cannot exceed distribution.batch_ndims({})".format(self._static_moved, ndims))
            return []
        if not validate_args:
            return []
        ndims = _first_size(self._distribution.batch_shape_tensor())
        message = "reinterpreted_batch_ndims cannot exceed distribution.batch_ndims"
        return [check_ops.assert_less_equal(moved, ndims, message=message)]

    def _batch_shape_tensor(self):
        with control_dependencies(self._runtime_assertions):
            shape = self.distribution.batch_shape_tensor()
            return shape[: _first_size(shape) - self.reinterpreted_batch_ndims]

    def _split(self):
        """The static shape of the batch, cut where the events begin; None where that is not known."""
        shape = self.distribution.batch_shape
        if self._static_moved is None or shape.ndims is None:
            return None
        cut = shape.ndims - self._static_moved
        return shape[:cut], shape[cut:]

    def _batch_shape(self):
        parts = self._split()
        return TensorShape(None) if parts is None else parts[0]

    def _event_shape_tensor(self):
        with control_dependencies(self._runtime_assertions):
            shape = self.distribution.batch_shape_tensor()
            moved = shape[_first_size(shape) - self.reinterpreted_batch_ndims :]
            return array_ops.concat([moved, self.distribution.event_shape_tensor()], axis=0)

    def _event_shape(self):
        parts = self._split()
        return TensorShape(None) if parts is None else parts[1].concatenate(self.distribution.event_shape)

    def _sample_n(self, n, seed=None):
        with control_dependencies(self._runtime_assertions):
            return self.distribution.sample(sample_shape=n, seed=seed)

    def _log_prob(self, x):
        with control_dependencies(self._runtime_assertions):
            return self._reduce_sum(self.distribution.log_prob(x))

    def _entropy(self):
        with control_dependencies(self._runtime_assertions):
            return self._reduce_sum(self.distribution.entropy())

    def _mean(self):
        with control_dependencies(self._runtime_assertions):
            return self.distribution.mean()

    def _variance(self):
        with control_dependencies(self._runtime_assertions):
            return self.distribution.variance()

    def _stddev(self):
        with control_dependencies(self._runtime_assertions):
            return self.distribution.stddev()

    def _mode(self):
        with control_dependencies(self._runtime_assertions):
            return self.distribution.mode()

    def _reduce_sum(self, statistic):
        axes = math_ops.range(self._moved) if self._static_moved is None else np.arange(self._static_moved)
        return math_ops.reduce_sum(statistic, axis=-1 - axes)


@RegisterKL(Independent, Independent)
def _kl_independent(a, b, name="kl_independent"):
    p, q = a.distribution, b.distribution
    if a.event_shape.is_fully_defined() and b.event_shape.is_fully_defined():
        if a.event_shape != b.event_shape:
            raise ValueError("Event shapes do not match.")
        if p.event_shape != q.event_shape:
            raise NotImplementedError("KL between Independents with different event shapes not supported.")
        axes = [-axis - 1 for axis in range(a.event_shape.ndims - p.event_shape.ndims)]
        return math_ops.reduce_sum(kl_divergence(p, q, name=name), axis=axes)
    checks = [
        check_ops.assert_equal(a.event_shape_tensor(), b.event_shape_tensor()),
        check_ops.assert_equal(p.event_shape_tensor(), q.event_shape_tensor()),
    ]
    with control_dependencies(checks):
        moved = array_ops.shape(a.event_shape_tensor()[0]) - array_ops.shape(p.event_shape_tensor()[0])
        axes = math_ops.range(-moved - 1, -1, 1)
        return math_ops.reduce_sum(kl_divergence(p, q, name=name), axis=axes)
