"""Bijectors: invertible functions that know the determinants of their Jacobians, to transform distributions by.

What a subclass fills in is `_forward`, `_inverse` and one of the two `_…_log_det_jacobian`. Results are kept by the tensor they were
computed of, so that the log density of a sample needs no inverse.
"""

from __future__ import annotations

import contextlib
import re

import numpy as np

from tinytf import dtypes
from tinytf.distributions.static_values import maybe_get_static_value
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor_util import is_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.shapes import TensorShape
from tinytf.util.object_identity import Reference


class _Mapping:
    """A pair x, y = forward(x), either of which may be unknown yet, and the log determinants of the inverse by number of event axes."""

    def __init__(self, x=None, y=None):
        self.x, self.y, self.ildj_map = x, y, {}


def _snake_case(name: str) -> str:
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()


def _min_event_ndims(name, given) -> int:
    if not isinstance(given, int):
        raise TypeError("Expected {} to be of type int, got {}".format(name, type(given).__name__))
    if given < 0:
        raise ValueError("{} must be a non-negative integer.".format(name))
    return given


class Bijector:
    """The base of all bijectors. Follows tensorflow.python.ops.distributions.bijector.Bijector of TF 1.15."""

    def __init__(
        self,
        graph_parents=None,
        is_constant_jacobian=False,
        validate_args=False,
        dtype=None,
        forward_min_event_ndims=None,
        inverse_min_event_ndims=None,
        name=None,
    ):
        if type(self) is Bijector:
            raise TypeError("Can't instantiate abstract class Bijector with abstract methods __init__")
        self._graph_parents = graph_parents or []
        if forward_min_event_ndims is None and inverse_min_event_ndims is None:
            raise ValueError("Must specify at least one of `forward_min_event_ndims` and `inverse_min_event_ndims`.")
        forward = inverse_min_event_ndims if forward_min_event_ndims is None else forward_min_event_ndims
        inverse = forward_min_event_ndims if inverse_min_event_ndims is None else inverse_min_event_ndims
        self._forward_min_event_ndims = _min_event_ndims("forward_min_event_ndims", forward)
        self._inverse_min_event_ndims = _min_event_ndims("inverse_min_event_ndims", inverse)
        self._is_constant_jacobian, self._constant_ildj_map = is_constant_jacobian, {}
        self._validate_args, self._dtype = validate_args, dtype
        self._from_y: dict = {}
        self._from_x: dict = {}
        self._name = name or _snake_case(type(self).__name__.lstrip("_"))
        for i, parent in enumerate(self._graph_parents):
            if parent is None or not is_tensor(parent):
                raise ValueError("Graph parent item %d is not a Tensor; %s." % (i, parent))

    # What it is ---------------------------------------------------------------------------------

    @property
    def graph_parents(self) -> list:
        """The tensors it was made of."""
        return self._graph_parents

    @property
    def forward_min_event_ndims(self) -> int:
        """The least number of axes that forward works on."""
        return self._forward_min_event_ndims

    @property
    def inverse_min_event_ndims(self) -> int:
        """The least number of axes that inverse works on."""
        return self._inverse_min_event_ndims

    @property
    def is_constant_jacobian(self) -> bool:
        """Whether the Jacobian is the same everywhere."""
        return self._is_constant_jacobian

    @property
    def _is_injective(self) -> bool:
        """Whether the inverse is one value; else it is a tuple."""
        return True

    @property
    def validate_args(self) -> bool:
        """Whether arguments are checked when they run."""
        return self._validate_args

    @property
    def dtype(self):
        """The dtype of what it takes; None for any."""
        return self._dtype

    @property
    def name(self) -> str:
        """The name scope of its tensors."""
        return self._name

    @contextlib.contextmanager
    def _name_scope(self, name=None, values=None):
        with name_scope(self.name), name_scope(name, values=[*(values or ()), *self.graph_parents]) as scope:
            yield scope

    # Shapes of events ---------------------------------------------------------------------------

    def _forward_event_shape_tensor(self, input_shape):
        return input_shape

    def forward_event_shape_tensor(self, input_shape, name="forward_event_shape_tensor"):
        """The shape, as a tensor, of forward of an event."""
        with self._name_scope(name, [input_shape]):
            return self._forward_event_shape_tensor(convert_to_tensor(input_shape, dtype=dtypes.int32, name="input_shape"))

    def _forward_event_shape(self, input_shape):
        return input_shape

    def forward_event_shape(self, input_shape):
        """The static shape of forward of an event."""
        return self._forward_event_shape(TensorShape(input_shape))

    def _inverse_event_shape_tensor(self, output_shape):
        return output_shape

    def inverse_event_shape_tensor(self, output_shape, name="inverse_event_shape_tensor"):
        """The shape, as a tensor, of inverse of an event."""
        with self._name_scope(name, [output_shape]):
            return self._inverse_event_shape_tensor(convert_to_tensor(output_shape, dtype=dtypes.int32, name="output_shape"))

    def _inverse_event_shape(self, output_shape):
        return TensorShape(output_shape)

    def inverse_event_shape(self, output_shape):
        """The static shape of inverse of an event."""
        return self._inverse_event_shape(output_shape)

    # Both ways ----------------------------------------------------------------------------------

    def _forward(self, x):
        raise NotImplementedError("forward not implemented.")

    def _call_forward(self, x, name, **kwargs):
        with self._name_scope(name, [x]):
            x = self._converted(x, "x")
            if not self._is_injective:
                return self._forward(x, **kwargs)
            known = self._lookup(x=x, kwargs=kwargs)
            if known.y is None:
                self._cache(known, kwargs, y=self._forward(x, **kwargs))
            return known.y

    def forward(self, x, name="forward"):
        """y of x."""
        return self._call_forward(x, name)

    def _inverse(self, y):
        raise NotImplementedError("inverse not implemented")

    def _call_inverse(self, y, name, **kwargs):
        with self._name_scope(name, [y]):
            y = self._converted(y, "y")
            if not self._is_injective:
                return self._inverse(y, **kwargs)
            known = self._lookup(y=y, kwargs=kwargs)
            if known.x is None:
                self._cache(known, kwargs, x=self._inverse(y, **kwargs))
            return known.x

    def inverse(self, y, name="inverse"):
        """x of y; a tuple of all of them, where several have this y."""
        return self._call_inverse(y, name)

    # Log determinants of Jacobians --------------------------------------------------------------

    def _inverse_log_det_jacobian(self, y):
        raise NotImplementedError("inverse_log_det_jacobian not implemented.")

    def _call_inverse_log_det_jacobian(self, y, event_ndims, name, **kwargs):
        with self._name_scope(name, [y]):
            if event_ndims in self._constant_ildj_map:
                return self._constant_ildj_map[event_ndims]
            y = self._converted(y, "y")
            with control_dependencies(self._check_valid_event_ndims(self.inverse_min_event_ndims, event_ndims)):
                if not self._is_injective:
                    parts = self._inverse_log_det_jacobian(y, **kwargs)
                    least = self.inverse_min_event_ndims
                    return tuple(self._reduce_jacobian_det_over_event(y, part, least, event_ndims) for part in parts)
                known = self._lookup(y=y, kwargs=kwargs)
                if event_ndims not in known.ildj_map:
                    x, ildj = None, None
                    try:
                        ildj = self._inverse_log_det_jacobian(y, **kwargs)
                        ildj = self._reduce_jacobian_det_over_event(y, ildj, self.inverse_min_event_ndims, event_ndims)
                    except NotImplementedError as missing:
                        try:
                            x = self._inverse(y, **kwargs) if known.x is None else known.x
                            ildj = -self._forward_log_det_jacobian(x, **kwargs)
                            ildj = self._reduce_jacobian_det_over_event(x, ildj, self.forward_min_event_ndims, event_ndims)
                        except NotImplementedError:
                            raise missing from None
                    self._cache(known, kwargs, x=x, ildj=(event_ndims, ildj))
                return known.ildj_map[event_ndims]

    def inverse_log_det_jacobian(self, y, event_ndims, name="inverse_log_det_jacobian"):
        """log|det(dx/dy)|, added up over `event_ndims` axes."""
        return self._call_inverse_log_det_jacobian(y, event_ndims, name)

    def _forward_log_det_jacobian(self, x):
        raise NotImplementedError("forward_log_det_jacobian not implemented.")

    def _call_forward_log_det_jacobian(self, x, event_ndims, name, **kwargs):
        if not self._is_injective:
            raise NotImplementedError("forward_log_det_jacobian cannot be implemented for non-injective transforms.")
        with self._name_scope(name, [x]):
            with control_dependencies(self._check_valid_event_ndims(self.forward_min_event_ndims, event_ndims)):
                if event_ndims in self._constant_ildj_map:
                    return -1.0 * self._constant_ildj_map[event_ndims]
                x = self._converted(x, "x")
                known = self._lookup(x=x, kwargs=kwargs)
                if event_ndims not in known.ildj_map:
                    y, ildj = None, None
                    try:
                        ildj = -self._forward_log_det_jacobian(x, **kwargs)
                        ildj = self._reduce_jacobian_det_over_event(x, ildj, self.forward_min_event_ndims, event_ndims)
                    except NotImplementedError as missing:
                        try:
                            y = self._forward(x, **kwargs) if known.y is None else known.y
                            ildj = self._inverse_log_det_jacobian(y, **kwargs)
                            ildj = self._reduce_jacobian_det_over_event(y, ildj, self.inverse_min_event_ndims, event_ndims)
                        except NotImplementedError:
                            raise missing from None
                    self._cache(known, kwargs, y=y, ildj=(event_ndims, ildj))
                return -known.ildj_map[event_ndims]

    def forward_log_det_jacobian(self, x, event_ndims, name="forward_log_det_jacobian"):
        """log|det(dy/dx)|, added up over `event_ndims` axes."""
        return self._call_forward_log_det_jacobian(x, event_ndims, name)

    def _reduce_jacobian_det_over_event(self, y, ildj, min_event_ndims, event_ndims):
        """The log determinant of all `event_ndims` axes, given that of the last `min_event_ndims`."""
        rank = array_ops.rank(y)
        sizes = array_ops.shape(y)[rank - event_ndims : rank - min_event_ndims]
        ones = array_ops.ones(sizes, ildj.dtype)
        reduced = math_ops.reduce_sum(ones * ildj, axis=self._get_event_reduce_dims(min_event_ndims, event_ndims))
        known = self._maybe_get_static_event_ndims(event_ndims)
        if known is not None and y.shape.ndims is not None and ildj.shape.ndims is not None:
            added = y.shape[y.shape.ndims - known : y.shape.ndims - min_event_ndims]
            whole = array_ops.broadcast_static_shape(ildj.shape, added)
            reduced.set_shape(whole[: whole.ndims - (known - min_event_ndims)])
        return reduced

    def _get_event_reduce_dims(self, min_event_ndims, event_ndims):
        known = self._maybe_get_static_event_ndims(event_ndims)
        if known is None:
            return math_ops.range(-(event_ndims - min_event_ndims), 0)
        return [-axis for axis in range(1, known - min_event_ndims + 1)]

    def _check_valid_event_ndims(self, min_event_ndims, event_ndims) -> list:
        event_ndims = convert_to_tensor(event_ndims, name="event_ndims")
        if not event_ndims.dtype.is_integer:
            raise ValueError("Expected integer dtype, got dtype {}".format(event_ndims.dtype))
        known, checks = public_constant_value(event_ndims), []
        if known is not None:
            if event_ndims.shape.ndims != 0:
                raise ValueError("Expected scalar event_ndims, got shape {}".format(event_ndims.shape))
            if min_event_ndims > known:
                raise ValueError("event_ndims ({}) must be larger than min_event_ndims ({})".format(known, min_event_ndims))
        elif self.validate_args:
            checks.append(check_ops.assert_greater_equal(event_ndims, min_event_ndims))
        if event_ndims.shape.is_fully_defined():
            if event_ndims.shape.ndims != 0:
                raise ValueError("Expected scalar shape, got ndims {}".format(event_ndims.shape.ndims))
        elif self.validate_args:
            checks.append(check_ops.assert_rank(event_ndims, 0, message="Expected scalar."))
        return checks

    def _maybe_get_static_event_ndims(self, event_ndims):
        known = maybe_get_static_value(event_ndims)
        if not isinstance(known, (np.generic, np.ndarray)):
            return known
        if known.dtype not in (np.int32, np.int64):
            raise ValueError("Expected integer dtype, got dtype {}".format(known.dtype))
        if known.ndim:
            raise ValueError("Expected a scalar integer, got {}".format(known))
        return int(known)

    # What is known already ----------------------------------------------------------------------

    def _converted(self, value, name):
        value = convert_to_tensor(value, name=name)
        self._maybe_assert_dtype(value)
        return value

    def _maybe_assert_dtype(self, x) -> None:
        if self.dtype is not None and self.dtype.base_dtype != x.dtype.base_dtype:
            raise TypeError("Input had dtype %s but expected %s." % (self.dtype, x.dtype))

    def _lookup(self, x=None, y=None, kwargs=None) -> _Mapping:
        kept, value = (self._from_x, x) if y is None else (self._from_y, y)
        return kept.get(_key(value, kwargs)) or _Mapping(x, y)

    def _cache(self, known: _Mapping, kwargs, x=None, y=None, ildj=None) -> None:
        """Notes what was found out: x, y or (number of event axes, log determinant)."""
        if x is not None:
            known.x = x
        if y is not None:
            known.y = y
        if ildj is not None:
            event_ndims, value = ildj
            known.ildj_map[event_ndims] = value
            if self.is_constant_jacobian:
                self._constant_ildj_map[event_ndims] = value
        if known.x is not None:
            self._from_x[_key(known.x, kwargs)] = known
        if known.y is not None:
            self._from_y[_key(known.y, kwargs)] = known


def _key(value, kwargs):
    return (Reference(value), *_as_tuple(sorted(kwargs.items())))


def _as_tuple(items):
    return tuple(map(_as_tuple, items)) if isinstance(items, (list, tuple)) else items
