"""Partitioned variables: one large variable kept as slices, and the functions that say how to slice.

A partitioner is a function of (shape, dtype) that gives the number of slices along each axis; at most one
axis may be sliced.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tinytf import dtypes
from tinytf.graph.convert import register_conversion
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import shape_ops
from tinytf.shapes import TensorShape


class PartitionedVariable:
    """The slices of a variable, usable where a tensor is: they are concatenated.

    Follows PartitionedVariable of TF 1.15.
    """

    def __init__(self, name, shape, dtype, variable_list, partitions):
        for what, value in (("variable_list", variable_list), ("partitions", partitions)):
            if not isinstance(value, (list, tuple)):
                raise TypeError("%s is not a list or tuple: %s" % (what, value))
        if not all(p >= 1 for p in partitions):
            raise ValueError("partition values must be positive: %s" % (partitions,))
        if not variable_list:
            raise ValueError("variable_list may not be empty")
        if not all(v._get_save_slice_info() is not None for v in variable_list):
            raise ValueError(
                "All variables must have a save_slice_info available: %s" % [v.name for v in variable_list]
            )
        if len(shape) != len(partitions):
            raise ValueError("len(shape) != len(partitions): %s vs. %s" % (shape, partitions))
        for v in variable_list:
            if TensorShape(v._get_save_slice_info().full_shape) != TensorShape(shape):
                raise ValueError(
                    "All variables' full shapes must match shape: %s; but full shapes were: %s"
                    % (shape, [v._get_save_slice_info().full_shape])
                )
        self._variable_list = sorted(variable_list, key=lambda v: v._get_save_slice_info().var_offset)
        self._name, self._shape, self._dtype, self._partitions = name, shape, dtype, partitions

    def __iter__(self):
        return iter(self._variable_list)

    def __len__(self):
        axes = self._partition_axes()
        if len(axes) > 1:
            raise ValueError("Cannot get a length for %d > 1 partition axes" % len(axes))
        return len(self._variable_list)

    @property
    def name(self) -> str:
        """The name of the whole, without ':0'."""
        return self._name

    @property
    def dtype(self):
        """The dtype of the value."""
        return self._dtype

    @property
    def shape(self):
        """The shape of the whole."""
        return self._shape

    @property
    def _distribute_strategy(self):
        return None

    def get_shape(self):
        """The shape of the whole."""
        return self._shape

    def _get_variable_list(self):
        return self._variable_list

    def _get_partitions(self):
        return self._partitions

    def _partition_axes(self) -> list:
        return [i for i, p in enumerate(self._partitions) if p > 1] or [0]

    def _one_axis(self, doing):
        axes = self._partition_axes()
        if len(axes) > 1:
            raise NotImplementedError(
                "Cannot %s along more than one dimension: %s.  Multi-axis partitions are not supported" % (doing, axes)
            )
        return axes[0]

    def as_tensor(self):
        """The slices, concatenated."""
        from tinytf.ops.array import array_ops

        with control_dependencies(None):
            if len(self._variable_list) == 1:
                with name_scope(None):
                    return shape_ops.identity(self._variable_list[0], name=self._name)
            axis = self._one_axis("concatenate")
            with name_scope(self._name + "/ConcatPartitions/"):
                whole = array_ops.concat(self._variable_list, axis)
            with name_scope(None):
                return shape_ops.identity(whole, name=self._name)

    def _apply(self, method, value, use_locking, name, read_value):
        from tinytf.ops.array import array_ops

        axis = self._one_axis("do assign action")
        if isinstance(value, list):
            if len(value) != len(self._variable_list):
                raise AssertionError("%d values for %d slices" % (len(value), len(self._variable_list)))
            values = value
        elif isinstance(value, PartitionedVariable):
            values = list(value)
        else:
            sizes = [v.get_shape().as_list()[axis] for v in self._variable_list]
            values = array_ops.split(value, sizes, axis=axis)
        done = [
            getattr(v, method)(part, use_locking=use_locking, name=name, read_value=read_value)
            for v, part in zip(self._variable_list, values)
        ]
        return done if read_value else [getattr(d, "op", d) for d in done]

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Assigns each slice its part of `value`; gives a list, one for each slice."""
        return self._apply("assign", value, use_locking, name, read_value)

    def assign_add(self, value, use_locking=False, name=None, read_value=True):
        """Adds its part of `value` to each slice; gives a list, one for each slice."""
        return self._apply("assign_add", value, use_locking, name, read_value)

    def assign_sub(self, value, use_locking=False, name=None, read_value=True):
        """Subtracts its part of `value` from each slice; gives a list, one for each slice."""
        return self._apply("assign_sub", value, use_locking, name, read_value)


def _to_tensor(variable, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(
            "Incompatible type conversion requested to type '%s' for variable of type '%s'"
            % (dtype.name, variable.dtype.name)
        )
    if as_ref:
        raise NotImplementedError("PartitionedVariable doesn't support being used as a reference.")
    return variable.as_tensor()


register_conversion(PartitionedVariable, _to_tensor)


# --- how to slice ----------------------------------------------------------------------------------------


def call_partitioner(partitioner, shape, dtype):
    """What the partitioner says, checked: one number an axis, at most one above 1."""
    if not shape.is_fully_defined():
        raise ValueError(
            "Shape of a new partitioned variable must be fully defined, but instead was %s." % (shape,)
        )
    if shape.ndims < 1:
        raise ValueError("A partitioned Variable must have rank at least 1, shape: %s" % shape)
    slicing = partitioner(shape=shape, dtype=dtype)
    if not isinstance(slicing, Sequence):
        raise ValueError("Partitioner must return a sequence, but saw: %s" % slicing)
    if len(slicing) != shape.ndims:
        raise ValueError(
            "Partitioner returned a partition list that does not match the Variable's rank: %s vs. %s"
            % (slicing, shape)
        )
    if any(p < 1 for p in slicing):
        raise ValueError("Partitioner returned zero partitions for some axes: %s" % slicing)
    if sum(p > 1 for p in slicing) > 1:
        raise ValueError(
            "Can only slice a variable along one dimension: shape: %s, partitioning: %s" % (shape, slicing)
        )
    return slicing


def sliced_axis(slicing) -> tuple:
    """(axis, number of slices)."""
    for axis, count in enumerate(slicing):
        if count > 1:
            return axis, count
    return 0, 1


def iter_slices(full_shape, count, axis):
    """(offset, shape) of each slice; the first slices take what does not divide evenly."""
    smallest, excess = divmod(full_shape[axis], count)
    offset = [0] * len(full_shape)
    for i in range(count):
        shape = list(full_shape)
        shape[axis] = smallest + (i < excess)
        yield list(offset), shape
        offset[axis] += shape[axis]


def variable_axis_size_partitioner(max_shard_bytes, axis=0, bytes_per_string_element=16, max_shards=None):
    """A partitioner that keeps each slice along `axis` below `max_shard_bytes`.

    Follows tf.variable_axis_size_partitioner of TF 1.15.
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError("Both max_shard_bytes and bytes_per_string_element must be positive.")
    if max_shards and max_shards < 1:
        raise ValueError("max_shards must be positive.")

    def partitioner(shape, dtype):
        if not isinstance(shape, TensorShape):
            raise ValueError("shape is not a TensorShape: %s" % shape)
        if not shape.is_fully_defined():
            raise ValueError("shape is not fully defined: %s" % shape)
        if not isinstance(dtype, dtypes.DType):
            raise ValueError("dtype is not a DType: %s" % dtype)
        element = bytes_per_string_element if dtype.base_dtype == dtypes.string else dtype.size
        length = shape.as_list()[axis]
        slice_bytes = shape.num_elements() / length * element
        shards = int(math.ceil(length / max(1, math.floor(max_shard_bytes / slice_bytes))))
        result = [1] * shape.ndims
        result[axis] = min(max_shards, shards) if max_shards else shards
        return result

    return partitioner


def min_max_variable_partitioner(max_partitions=1, axis=0, min_slice_size=256 << 10, bytes_per_string_element=16):
    """A partitioner with at most `max_partitions` slices of at least `min_slice_size` bytes.

    Follows tf.min_max_variable_partitioner of TF 1.15.
    """

    def partitioner(shape, dtype):
        if axis >= len(shape):
            raise ValueError("Can not partition variable along axis %d when shape is only %s" % (axis, shape))
        element = bytes_per_string_element if dtype.base_dtype == dtypes.string else dtype.size
        wanted = int(math.ceil(shape.num_elements() * element / min_slice_size))
        result = [1] * len(shape)
        result[axis] = max(1, min(shape.as_list()[axis], max_partitions, wanted))
        return result

    return partitioner


def fixed_size_partitioner(num_shards, axis=0):
    """A partitioner that makes `num_shards` slices along `axis`.  Follows tf.fixed_size_partitioner of TF 1.15."""

    def partitioner(shape, **unused):
        result = [1] * len(shape)
        result[axis] = min(num_shards, shape.as_list()[axis])
        return result

    return partitioner


def create_partitioned_variables(
    shape, slicing, initializer, dtype=dtypes.float32, trainable=True, collections=None, name=None, reuse=None
) -> list:
    """The slices of a new partitioned variable.  Follows tf.create_partitioned_variables of TF 1.15."""
    from tinytf.ops.state import variable_scope

    if len(shape) != len(slicing):
        raise ValueError(
            "The 'shape' and 'slicing' of a partitioned Variable must have the length: shape: %s, slicing: %s"
            % (shape, slicing)
        )
    if len(shape) < 1:
        raise ValueError("A partitioned Variable must have rank at least 1: shape: %s" % shape)
    with variable_scope.variable_scope(name, "PartitionedVariable", reuse=reuse):
        return list(
            variable_scope._get_partitioned_variable(
                name=None,
                shape=shape,
                dtype=dtype,
                initializer=initializer,
                trainable=trainable,
                partitioner=lambda **unused: slicing,
                collections=collections,
            )
        )
