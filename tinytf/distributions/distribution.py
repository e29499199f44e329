"""What all distributions share: names, shapes, and the methods that a subclass fills in by `_sample_n`, `_log_prob`, `_mean` …"""

from __future__ import annotations

import contextlib

import numpy as np

from tinytf import dtypes
from tinytf.distributions.static_values import pick_vector
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor_util import is_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.shapes import TensorShape


class ReparameterizationType:
    """Whether samples are differentiable functions of the parameters."""

    def __init__(self, rep_type):
        self._rep_type = rep_type

    def __repr__(self):
        return f"<Reparameteriation Type: {self._rep_type}>"  # TensorFlow's spelling


FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")


class Distribution:
    """The base of all distributions. Follows tf.distributions.Distribution of TF 1.15."""

    def __init__(self, dtype, reparameterization_type, validate_args, allow_nan_stats, parameters=None, graph_parents=None, name=None):
        for i, parent in enumerate(graph_parents or ()):
            if not is_tensor(parent):
                raise ValueError("Graph parent item %d is not a Tensor; %s." % (i, parent))
        if not name or name[-1] != "/":
            with name_scope(name or type(self).__name__) as name:
                pass
        self._dtype, self._reparameterization_type = dtype, reparameterization_type
        self._validate_args, self._allow_nan_stats = validate_args, allow_nan_stats
        self._parameters = parameters or {}
        self._graph_parents, self._name = graph_parents or [], name

    # What it is ---------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name scope of its tensors, with a slash at the end."""
        return self._name

    @property
    def dtype(self):
        """The dtype of samples."""
        return self._dtype

    @property
    def parameters(self) -> dict:
        """What it was made with."""
        return {name: value for name, value in self._parameters.items() if name != "self" and not name.startswith("__")}

    @property
    def reparameterization_type(self):
        """Whether samples are differentiable functions of the parameters."""
        return self._reparameterization_type

    @property
    def allow_nan_stats(self) -> bool:
        """Whether an undefined mean or mode is NaN (else an error)."""
        return self._allow_nan_stats

    @property
    def validate_args(self) -> bool:
        """Whether parameters and values are checked when they run."""
        return self._validate_args

    def copy(self, **override):
        """The same kind of distribution with other parameters."""
        return type(self)(**dict(self.parameters, **override))

    @classmethod
    def param_shapes(cls, sample_shape, name="DistributionParamShapes") -> dict:
        """{parameter: the shape, as a tensor, that gives samples of `sample_shape`}."""
        with name_scope(name, values=[sample_shape]):
            return cls._param_shapes(sample_shape)

    @classmethod
    def param_static_shapes(cls, sample_shape) -> dict:
        """{parameter: the static shape that gives samples of `sample_shape`}."""
        shape = TensorShape(sample_shape).as_list()
        return {name: TensorShape(public_constant_value(s).tolist()) for name, s in cls.param_shapes(shape).items()}

    @classmethod
    def _param_shapes(cls, sample_shape):
        raise NotImplementedError("param_shapes not implemented")

    def __str__(self):
        parts = [f'"{self.name}"']
        shapes = [("batch_shape", self.batch_shape), ("event_shape", self.event_shape)]
        parts += [f"{name}={shape}" for name, shape in shapes if shape.ndims is not None]
        return f"tfp.distributions.{type(self).__name__}({', '.join(parts)}, dtype={self.dtype.name})"

    def __repr__(self):
        shapes = f"batch_shape={self.batch_shape} event_shape={self.event_shape} dtype={self.dtype.name}"
        return f"<tfp.distributions.{type(self).__name__} '{self.name}' {shapes}>"

    @contextlib.contextmanager
    def _name_scope(self, name=None, values=None):
        with name_scope(self.name), name_scope(name, values=[*(values or ()), *self._graph_parents]) as scope:
            yield scope

    # Shapes -------------------------------------------------------------------------------------

    @property
    def batch_shape(self):
        """The static shape of one draw's independent distributions."""
        return self._batch_shape()

    @property
    def event_shape(self):
        """The static shape of one event."""
        return self._event_shape()

    def _shape_tensor(self, static, dynamic, name, label):
        with self._name_scope(name):
            if static.is_fully_defined():
                return convert_to_tensor(static.as_list(), dtype=dtypes.int32, name=label)
            return dynamic()

    def batch_shape_tensor(self, name="batch_shape_tensor"):
        """The batch shape as a tensor."""
        return self._shape_tensor(self.batch_shape, self._batch_shape_tensor, name, "batch_shape")

    def event_shape_tensor(self, name="event_shape_tensor"):
        """The event shape as a tensor."""
        return self._shape_tensor(self.event_shape, self._event_shape_tensor, name, "event_shape")

    def _is_scalar(self, static, dynamic, name, label):
        with self._name_scope(name):
            scalar = self._is_scalar_helper(static, dynamic)
            return convert_to_tensor(scalar, name=label)

    def _is_scalar_helper(self, static_shape, dynamic_shape_fn):
        if static_shape.ndims is not None:
            return static_shape.ndims == 0
        shape = dynamic_shape_fn()
        if shape.shape.is_fully_defined():
            return shape.shape.as_list() == [0]
        return math_ops.equal(array_ops.shape(shape)[0], 0)

    def is_scalar_event(self, name="is_scalar_event"):
        """Whether an event is one number."""
        return self._is_scalar(self.event_shape, self.event_shape_tensor, name, "is_scalar_event")

    def is_scalar_batch(self, name="is_scalar_batch"):
        """Whether it is one distribution."""
        return self._is_scalar(self.batch_shape, self.batch_shape_tensor, name, "is_scalar_batch")

    # Samples ------------------------------------------------------------------------------------

    def _call_sample_n(self, sample_shape, seed, name, **kwargs):
        with self._name_scope(name, values=[sample_shape]):
            sample_shape = convert_to_tensor(sample_shape, dtype=dtypes.int32, name="sample_shape")
            sample_shape, n = self._expand_sample_shape_to_vector(sample_shape, "sample_shape")
            samples = self._sample_n(n, seed, **kwargs)
            rest = array_ops.shape(samples)[1:]
            samples = array_ops.reshape(samples, array_ops.concat([sample_shape, rest], 0))
            return self._set_sample_static_shape(samples, sample_shape)

    def sample(self, sample_shape=(), seed=None, name="sample"):
        """Draws: a tensor of shape sample_shape + batch_shape + event_shape."""
        return self._call_sample_n(sample_shape, seed, name)

    def _set_sample_static_shape(self, x, sample_shape):
        first, ndims = _constant_value_as_shape(sample_shape), x.shape.ndims
        drawn, batch, event = first.ndims, self.batch_shape.ndims, self.event_shape.ndims
        if ndims is None and None not in (drawn, batch, event):
            x.set_shape([None] * (drawn + batch + event))
            ndims = x.shape.ndims
        if ndims is None:
            return x
        if event is not None:
            x.set_shape(TensorShape([None] * (ndims - event)).concatenate(self.event_shape))
        if batch is not None and (drawn is not None or event is not None):
            before = ndims - batch - event if event is not None else drawn
            x.set_shape(_within(ndims, before, self.batch_shape))
        if drawn is not None:
            x.set_shape(_within(ndims, 0, first))
        return x

    def _expand_sample_shape_to_vector(self, x, name):
        """(x as a vector, the product of its elements: a number where it is known)."""
        known = public_constant_value(x)
        product = math_ops.reduce_prod(x) if known is None else np.prod(known, dtype=x.dtype.as_numpy_dtype)
        rank = x.shape.ndims
        if rank is None:
            one, shape = np.array([1], np.int32), array_ops.shape
            return array_ops.reshape(x, pick_vector(math_ops.equal(array_ops.rank(x), 0), one, shape(x))), product
        if rank == 0:
            vector = array_ops.reshape(x, [1]) if known is None else convert_to_tensor(np.array([known], x.dtype.as_numpy_dtype), name=name)
            return vector, product
        if rank != 1:
            raise ValueError("Input is neither scalar nor vector.")
        return x, product

    # Functions of values: `_call_…` takes what a ConditionalDistribution hands on to its own functions ------------------

    def _of_value(self, name, value, *ways):
        """The first of `ways` that the subclass has; `ways` are functions of the converted value."""
        with self._name_scope(name, values=[value]):
            value = convert_to_tensor(value, name="value", preferred_dtype=self.dtype)
            return _first_that_is_there(*[lambda way=way: way(value) for way in ways])

    def _missing(self, method):
        raise NotImplementedError(f"{method} is not implemented: {type(self).__name__}")

    def _call_prob(self, value, name, **kwargs):
        return self._of_value(name, value, lambda v: self._prob(v, **kwargs), lambda v: math_ops.exp(self._log_prob(v, **kwargs)))

    def prob(self, value, name="prob"):
        """The density, or the probability of a discrete value."""
        return self._call_prob(value, name)

    def _call_log_prob(self, value, name, **kwargs):
        return self._of_value(name, value, lambda v: self._log_prob(v, **kwargs), lambda v: math_ops.log(self._prob(v, **kwargs)))

    def log_prob(self, value, name="log_prob"):
        """The log of prob."""
        return self._call_log_prob(value, name)

    def _call_cdf(self, value, name, **kwargs):
        return self._of_value(name, value, lambda v: self._cdf(v, **kwargs), lambda v: math_ops.exp(self._log_cdf(v, **kwargs)))

    def cdf(self, value, name="cdf"):
        """The probability of at most `value`."""
        return self._call_cdf(value, name)

    def _call_log_cdf(self, value, name, **kwargs):
        return self._of_value(name, value, lambda v: self._log_cdf(v, **kwargs), lambda v: math_ops.log(self._cdf(v, **kwargs)))

    def log_cdf(self, value, name="log_cdf"):
        """The log of cdf."""
        return self._call_log_cdf(value, name)

    def _call_survival_function(self, value, name, **kwargs):
        return self._of_value(name, value, lambda v: self._survival_function(v, **kwargs), lambda v: 1.0 - self.cdf(v, **kwargs))

    def survival_function(self, value, name="survival_function"):
        """1 - cdf."""
        return self._call_survival_function(value, name)

    def _call_log_survival_function(self, value, name, **kwargs):
        def from_cdf(v):
            return math_ops.log1p(-self.cdf(v, **kwargs))

        return self._of_value(name, value, lambda v: self._log_survival_function(v, **kwargs), from_cdf)

    def log_survival_function(self, value, name="log_survival_function"):
        """The log of 1 - cdf."""
        return self._call_log_survival_function(value, name)

    def _call_quantile(self, value, name, **kwargs):
        return self._of_value(name, value, lambda v: self._quantile(v, **kwargs))

    def quantile(self, value, name="quantile"):
        """The inverse of cdf."""
        return self._call_quantile(value, name)

    # Statistics ---------------------------------------------------------------------------------

    def entropy(self, name="entropy"):
        """Its entropy in nats."""
        with self._name_scope(name):
            return self._entropy()

    def mean(self, name="mean"):
        """Its mean."""
        with self._name_scope(name):
            return self._mean()

    def variance(self, name="variance"):
        """The variance of each coordinate."""
        with self._name_scope(name):
            return _first_that_is_there(self._variance, lambda: math_ops.square(self._stddev()))

    def stddev(self, name="stddev"):
        """The standard deviation of each coordinate."""
        with self._name_scope(name):
            return _first_that_is_there(self._stddev, lambda: math_ops.sqrt(self._variance()))

    def covariance(self, name="covariance"):
        """The covariance of the coordinates of an event."""
        with self._name_scope(name):
            return self._covariance()

    def mode(self, name="mode"):
        """The most probable value."""
        with self._name_scope(name):
            return self._mode()

    def cross_entropy(self, other, name="cross_entropy"):
        """The entropy of this plus the divergence from `other`."""
        from tinytf.distributions.kullback_leibler import cross_entropy

        with self._name_scope(name):
            return cross_entropy(self, other, allow_nan_stats=self.allow_nan_stats)

    def kl_divergence(self, other, name="kl_divergence"):
        """KL(this || other)."""
        from tinytf.distributions.kullback_leibler import kl_divergence

        with self._name_scope(name):
            return kl_divergence(self, other, allow_nan_stats=self.allow_nan_stats)


def _first_that_is_there(way, *others):
    """The result of the first function that a subclass has; the error names the first."""
    try:
        return way()
    except NotImplementedError as error:
        for other in others:
            try:
                return other()
            except NotImplementedError:
                pass
        raise error


def _absent(method):
    def absent(self, *_):
        return self._missing(method)

    absent.__name__ = "_" + method
    return absent


for _method in (
    "prob", "log_prob", "cdf", "log_cdf", "survival_function", "log_survival_function", "quantile", "entropy", "mean", "variance", "stddev",
    "covariance", "mode", "sample_n", "batch_shape", "event_shape", "batch_shape_tensor", "event_shape_tensor",
):  # fmt: skip
    setattr(Distribution, "_" + _method, _absent(_method))


def _constant_value_as_shape(sizes):
    known = public_constant_value(sizes)
    return TensorShape(None if known is None else known.tolist())


def _within(ndims, before, shape):
    """A shape of `ndims` axes of which those of `shape`, `before` others precede them, are known."""
    return TensorShape([None] * before).concatenate(shape).concatenate([None] * (ndims - before - shape.ndims))
