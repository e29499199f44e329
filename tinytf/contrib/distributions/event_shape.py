"""Which axes of a tensor are draws, which are the batch and which are the event."""

from __future__ import annotations

import contextlib

from tinytf import dtypes
from tinytf.distributions.static_values import pick_vector, rotate_transpose
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops


def _all_known(*tensors) -> bool:
    return all(public_constant_value(x) is not None for x in tensors)


def _is_zero(ndims):
    """(the number of axes, whether that is 0): (None, a tensor) where it is not known."""
    known = public_constant_value(ndims)
    return (None, math_ops.equal(ndims, 0)) if known is None else (known, known == 0)


class DistributionShape:
    """Numbers of axes of batches and events. Follows _DistributionShape of contrib/distributions/python/ops/shape.py of TF 1.15."""

    def __init__(self, batch_ndims=None, event_ndims=None, validate_args=False, name="DistributionShape"):
        if batch_ndims is None:
            raise ValueError("batch_ndims cannot be None")
        if event_ndims is None:
            raise ValueError("event_ndims cannot be None")
        self._validate_args, self._name = validate_args, name
        with name_scope(name), name_scope("init"):
            self._batch_ndims = self._checked(convert_to_tensor(batch_ndims, name="batch_ndims"))
            self._batch_ndims_static, self._batch_ndims_is_0 = _is_zero(self._batch_ndims)
            self._event_ndims = self._checked(convert_to_tensor(event_ndims, name="event_ndims"))
            self._event_ndims_static, self._event_ndims_is_0 = _is_zero(self._event_ndims)

    @property
    def batch_ndims(self):
        """The number of axes of the batch."""
        return self._batch_ndims

    @property
    def event_ndims(self):
        """The number of axes of an event."""
        return self._event_ndims

    @contextlib.contextmanager
    def _name_scope(self, name, values):
        with name_scope(self._name), name_scope(name, values=[*values, self.batch_ndims, self.event_ndims]) as scope:
            yield scope

    def _checked(self, ndims):
        if ndims.dtype.base_dtype != dtypes.int32:
            raise TypeError("%s.dtype=%s is not %s" % (ndims.name, ndims.dtype, dtypes.int32))
        known = public_constant_value(ndims)
        if ndims.shape.ndims is not None and known is not None:
            if ndims.shape.ndims != 0:
                raise ValueError("%s.ndims=%d is not 0 (scalar)" % (ndims.name, ndims.shape.ndims))
            if known < 0:
                raise ValueError("%s.value=%d cannot be negative" % (ndims.name, known))
            return ndims
        if not self._validate_args:
            return ndims
        return control_flow_ops.with_dependencies([check_ops.assert_rank(ndims, 0), check_ops.assert_non_negative(ndims)], ndims)

    def get_ndims(self, x, name="get_ndims"):
        """The number of axes of x, as a tensor."""
        with self._name_scope(name, [x]):
            x = convert_to_tensor(x, name="x")
            if x.shape.ndims is None:
                return array_ops.rank(x, name="ndims")
            return convert_to_tensor(x.shape.ndims, dtype=dtypes.int32, name="ndims")

    def get_sample_ndims(self, x, name="get_sample_ndims"):
        """The number of axes of x that are draws."""
        with self._name_scope(name, [x]):
            ndims = self.get_ndims(x, name=name)
            if _all_known(ndims, self.batch_ndims, self.event_ndims):
                ndims = public_constant_value(ndims)
                draws = ndims - self._batch_ndims_static - self._event_ndims_static
                if draws < 0:
                    raise ValueError(
                        "expected batch_ndims(%d) + event_ndims(%d) <= ndims(%d)" % (self._batch_ndims_static, self._event_ndims_static, ndims)
                    )
                return convert_to_tensor(draws, name="sample_ndims")
            with name_scope(name="sample_ndims"):
                draws = ndims - self.batch_ndims - self.event_ndims
                if self._validate_args:
                    draws = control_flow_ops.with_dependencies([check_ops.assert_non_negative(draws)], draws)
            return draws

    def get_shape(self, x, name="get_shape"):
        """The shapes of the draws, of the batch and of an event of x, as tensors."""

        def part(before, size, name):
            before = before or [array_ops.zeros([], dtype=dtypes.int32, name="zero")]
            if x.shape.ndims is not None and _all_known(size, *before):
                start = sum(public_constant_value(ndims) for ndims in before)
                sizes = x.shape[start : start + public_constant_value(size)].as_list()
                if None not in sizes:
                    return convert_to_tensor(sizes, dtype=dtypes.int32, name=name)
            return array_ops.slice(array_ops.shape(x), [sum(before)], [size])

        with self._name_scope(name, [x]):
            x = convert_to_tensor(x, name="x")
            draws = self.get_sample_ndims(x, name=name)
            return (
                part([], draws, "sample_shape"),
                part([draws], self.batch_ndims, "batch_shape"),
                part([draws, self.batch_ndims], self.event_ndims, "event_shape"),
            )

    def make_batch_of_event_sample_matrices(self, x, expand_batch_dim=True, name="make_batch_of_event_sample_matrices"):
        """(x as a batch of matrices with a draw a column, the shape of the draws)."""
        with self._name_scope(name, [x]):
            x = convert_to_tensor(x, name="x")
            sample_shape, batch_shape, event_shape = self.get_shape(x)
            event_shape = pick_vector(self._event_ndims_is_0, [1], event_shape)
            if expand_batch_dim:
                batch_shape = pick_vector(self._batch_ndims_is_0, [1], batch_shape)
            x = array_ops.reshape(x, shape=array_ops.concat([[-1], batch_shape, event_shape], 0))
            return rotate_transpose(x, shift=-1), sample_shape

    def undo_make_batch_of_event_sample_matrices(
        self, x, sample_shape, expand_batch_dim=True, name="undo_make_batch_of_event_sample_matrices"
    ):
        """What make_batch_of_event_sample_matrices made the matrices of."""
        with self._name_scope(name, [x, sample_shape]):
            x = convert_to_tensor(x, name="x")
            sample_shape = convert_to_tensor(sample_shape, name="sample_shape")
            x = rotate_transpose(x, shift=1)
            if _all_known(self.batch_ndims, self.event_ndims):
                axes = [-1] if self._event_ndims_is_0 else []
                if self._batch_ndims_is_0 and expand_batch_dim:
                    axes.append(1)
                if axes:
                    x = array_ops.squeeze(x, axis=axes)
                _, batch_shape, event_shape = self.get_shape(x)
            else:
                sizes = x.shape.as_list() if x.shape.is_fully_defined() else array_ops.shape(x)
                batch_shape = sizes[1 : 1 + self.batch_ndims]
                expanded = math_ops.logical_and(expand_batch_dim, self._batch_ndims_is_0)
                start = array_ops.where_v2(expanded, 2, 1 + self.batch_ndims)
                event_shape = sizes[start : start + self.event_ndims]
            return array_ops.reshape(x, shape=array_ops.concat([sample_shape, batch_shape, event_shape], 0))
