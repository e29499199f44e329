"""`RaggedTensorDynamicShape`: the shape of a ragged tensor, known when the graph runs; and broadcasting to one."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor_util import constant_value
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.control_flow_ops import Assert
from tinytf.ops.math import math_ops
from tinytf.ragged import arrays, util
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, is_ragged
from tinytf.shapes import dimension_value


class RaggedTensorDynamicShape:
    """A scalar (uniform) or a vector of row lengths (ragged) for each partitioned dimension, and the inner dimensions.

    Follows tensorflow.python.ops.ragged.ragged_tensor_shape of TF 1.15.  The first partitioned dimension is uniform,
    the last is ragged; `inner_dim_sizes` is a vector.
    """

    def __init__(self, partitioned_dim_sizes, inner_dim_sizes, dim_size_dtype=None):
        assert isinstance(partitioned_dim_sizes, (list, tuple))
        with name_scope(None, "RaggedTensorDynamicShape", (partitioned_dim_sizes, inner_dim_sizes)):
            sizes = tuple(
                convert_to_tensor(size, name=f"partitioned_dimension_size_{i}") for i, size in enumerate(partitioned_dim_sizes)
            )
            inner_dim_sizes = convert_to_tensor(inner_dim_sizes, name="inner_dim_sizes")
            for axis, size in enumerate(sizes):
                if size.shape.ndims is None:
                    raise ValueError(f"rank of partitioned_dim_sizes[{axis}] is unknown")
                size.shape.with_rank_at_most(1)
            if sizes and sizes[0].shape.ndims == 1:
                raise ValueError("outermost partitioned dimension must be uniform")
            if sizes and sizes[-1].shape.ndims == 0:
                raise ValueError("innermost partitioned dimension must be ragged")
            inner_dim_sizes.shape.assert_has_rank(1)
            if dim_size_dtype is None:
                found = {size.dtype for size in sizes if size.shape.ndims == 1}
                if len(found) > 1:
                    raise ValueError("partitioned_dim_sizes must have matching dtypes")
                dim_size_dtype = found.pop() if found else dtypes.int64
            self._partitioned_dim_sizes = tuple(math_ops.cast(size, dim_size_dtype) for size in sizes)
            self._inner_dim_sizes = math_ops.cast(inner_dim_sizes, dim_size_dtype)

    def __repr__(self):
        return f"RaggedTensorDynamicShape(partitioned_dim_sizes={self._partitioned_dim_sizes!r}, inner_dim_sizes={self._inner_dim_sizes!r})"

    @staticmethod
    def from_dim_sizes(dim_sizes) -> RaggedTensorDynamicShape:
        """The shape of a scalar or vector for each dimension; those after the last vector are the inner ones."""
        with name_scope(None, "RaggedTensorDynamicShapeFromDimensionSizes", [dim_sizes]):
            dim_sizes = tuple(convert_to_tensor(size, preferred_dtype=dtypes.int64, name="dim_sizes") for size in dim_sizes)
            inner = 0
            for dim, size in enumerate(dim_sizes):
                if size.shape.ndims == 1:
                    inner = dim + 1
                elif size.shape.ndims != 0:
                    raise ValueError("Each dim_size must be a scalar or a vector")
            return RaggedTensorDynamicShape(dim_sizes[:inner], dim_sizes[inner:])

    @classmethod
    def from_tensor(cls, rt_input, dim_size_dtype=None) -> RaggedTensorDynamicShape:
        """The shape of a ragged or dense tensor."""
        with name_scope(None, "RaggedTensorDynamicShapeFromTensor", [rt_input]):
            rt_input = convert_to_tensor_or_ragged_tensor(rt_input)
            if not is_ragged(rt_input):
                return cls([], array_ops.shape(rt_input))
            sizes = (rt_input.nrows(), *rt_input.nested_row_lengths())
            return RaggedTensorDynamicShape(sizes, array_ops.shape(rt_input.flat_values)[1:], dim_size_dtype=dim_size_dtype)

    def dimension_size(self, axis):
        """The size of a dimension: a scalar, or a vector of row lengths."""
        if not isinstance(axis, int):
            raise TypeError("axis must be an integer")
        count = len(self._partitioned_dim_sizes)
        return self._partitioned_dim_sizes[axis] if axis < count else self._inner_dim_sizes[axis - count]

    def is_ragged(self, axis) -> bool:
        """Whether the rows along `axis` may differ in length."""
        if not isinstance(axis, int):
            raise TypeError("axis must be an integer")
        if axis < 0:
            raise ValueError("Negative axis values are not supported")
        if self.rank is not None and axis >= self.rank:
            raise ValueError(f"Expected axis={axis} < rank={self.rank}")
        return 0 < axis < len(self._partitioned_dim_sizes) and self._partitioned_dim_sizes[axis].shape.ndims == 1

    @property
    def rank(self):
        """The number of dimensions, None if it is not known."""
        inner = dimension_value(self._inner_dim_sizes.shape[0])
        return None if inner is None else len(self._partitioned_dim_sizes) + inner

    @property
    def partitioned_dim_sizes(self) -> tuple:
        """The sizes of the partitioned dimensions."""
        return self._partitioned_dim_sizes

    @property
    def inner_dim_sizes(self):
        """The sizes of the inner dimensions, a vector."""
        return self._inner_dim_sizes

    @property
    def num_partitioned_dimensions(self) -> int:
        """The number of partitioned dimensions."""
        return len(self._partitioned_dim_sizes)

    @property
    def num_inner_dimensions(self):
        """The number of inner dimensions, None if it is not known."""
        return dimension_value(self._inner_dim_sizes.shape[0])

    @property
    def dim_size_dtype(self):
        """The type of all sizes."""
        return self._inner_dim_sizes.dtype

    def broadcast_to_rank(self, rank) -> RaggedTensorDynamicShape:
        """This with dimensions of size 1 before it, `rank` in all."""
        if self.rank is None:
            raise ValueError("Unable to broadcast: self.rank is unknown")
        more = rank - self.rank
        if more < 0:
            raise ValueError("Unable to broadcast: rank=%d must be greater than self.rank=%d." % (rank, self.rank))
        if more == 0:
            return self
        if self._partitioned_dim_sizes:
            return RaggedTensorDynamicShape((1,) * more + self._partitioned_dim_sizes, self._inner_dim_sizes)
        inner = array_ops.concat([array_ops.ones([more], self.dim_size_dtype), self.inner_dim_sizes], axis=0)
        return RaggedTensorDynamicShape([], inner)

    def broadcast_dimension(self, axis, lengths) -> RaggedTensorDynamicShape:
        """This with dimension `axis` as long as `lengths` (a scalar or row lengths) say, where it has size 1."""
        lengths = util.convert_to_int_tensor(lengths, name="lengths", dtype=self.dim_size_dtype)
        if lengths.shape.ndims is None:
            raise ValueError("lengths must have a known rank.")
        if lengths.shape.ndims > 1:
            raise ValueError("lengths must be a scalar or vector")
        is_scalar = lengths.shape.ndims == 0
        if self.is_ragged(axis):
            if is_scalar:
                condition = math_ops.equal(lengths, 1)
            else:
                condition = math_ops.reduce_all(math_ops.equal(lengths, self.dimension_size(axis)))
        else:
            size = self.dimension_size(axis)
            if is_scalar:
                condition = math_ops.equal(lengths, 1) | math_ops.equal(size, 1) | math_ops.equal(size, lengths)
            else:
                condition = math_ops.equal(size, 1)
        message = ["Unable to broadcast: dimension size mismatch in dimension", axis, "lengths=", lengths, "dim_size=", self.dimension_size(axis)]
        check = Assert(condition, data=message, summarize=10)
        with control_dependencies([check]):
            if axis < self.num_partitioned_dimensions:
                if self.is_ragged(axis):
                    return RaggedTensorDynamicShape(self._partitioned_dim_sizes, array_ops.identity(self.inner_dim_sizes))
                return self._broadcast_uniform(axis, lengths)
            if is_scalar:
                return self._broadcast_inner_to_uniform(axis, lengths)
            if axis == 0:
                raise ValueError("Unable to broadcast: outermost dimension must be uniform.")
            return self._broadcast_inner_to_ragged(axis, lengths)

    def num_slices_in_dimension(self, axis):
        """How many slices there are along `axis`, in all rows together."""
        if axis < 0:
            return constant(1, dtype=self.dim_size_dtype)
        if self.is_ragged(axis):
            return math_ops.reduce_sum(self._partitioned_dim_sizes[axis])
        return self.dimension_size(axis) * self.num_slices_in_dimension(axis - 1)

    def _broadcast_uniform(self, axis, lengths):
        """A uniform partitioned dimension; the row lengths of those inside it are repeated."""
        size = self.dimension_size(axis)
        sizes = list(self._partitioned_dim_sizes[:axis])
        if lengths.shape.ndims == 0:
            lengths = array_ops.where(math_ops.equal(size, 1), lengths, size)
            repeats = array_ops.where(math_ops.equal(size, 1), lengths, 1)
            splits = array_ops.stack([0, self.num_slices_in_dimension(axis)])
        else:
            splits = math_ops.range(array_ops.size(lengths, out_type=self.dim_size_dtype) + 1)
            repeats = lengths
        sizes.append(lengths)
        for inner in self._partitioned_dim_sizes[axis + 1 :]:
            if inner.shape.ndims == 0:
                sizes.append(inner)
                splits *= inner
            else:
                sizes.append(util.repeat_ranges(inner, splits, repeats))
                splits = array_ops.gather(util.lengths_to_splits(inner), splits)
        return RaggedTensorDynamicShape(sizes, self._inner_dim_sizes)

    def _broadcast_inner_to_uniform(self, axis, length):
        size = self.dimension_size(axis)
        at = axis - self.num_partitioned_dimensions
        inner = array_ops.concat(
            [
                self._inner_dim_sizes[:at],
                [array_ops.where(math_ops.equal(size, 1), length, size)],
                self._inner_dim_sizes[at + 1 :],
            ],
            axis=0,
        )
        return RaggedTensorDynamicShape(self._partitioned_dim_sizes, inner)

    def _broadcast_inner_to_ragged(self, axis, lengths):
        at = axis - self.num_partitioned_dimensions
        sizes = (*self._partitioned_dim_sizes, *(self._inner_dim_sizes[i] for i in range(at)), lengths)
        return RaggedTensorDynamicShape(sizes, self._inner_dim_sizes[at + 1 :])

    def with_dim_size_dtype(self, dtype) -> RaggedTensorDynamicShape:
        """This with sizes of type int32 or int64."""
        if dtype not in (dtypes.int32, dtypes.int64):
            raise ValueError("dtype must be int32 or int64")
        if self.dim_size_dtype == dtype:
            return self
        sizes = [math_ops.cast(size, dtype) for size in self._partitioned_dim_sizes]
        return RaggedTensorDynamicShape(sizes, math_ops.cast(self._inner_dim_sizes, dtype))


def broadcast_dynamic_shape(shape_x, shape_y) -> RaggedTensorDynamicShape:
    """The shape that both broadcast to."""
    if not isinstance(shape_x, RaggedTensorDynamicShape):
        raise TypeError("shape_x must be a RaggedTensorDynamicShape")
    if not isinstance(shape_y, RaggedTensorDynamicShape):
        raise TypeError("shape_y must be a RaggedTensorDynamicShape")
    if shape_x.rank is None or shape_y.rank is None:
        raise ValueError("Unable to broadcast: unknown rank")
    rank = max(shape_x.rank, shape_y.rank)
    shape_x = shape_x.broadcast_to_rank(rank)
    shape_y = shape_y.broadcast_to_rank(rank)
    for axis in range(rank):
        shape_x = shape_x.broadcast_dimension(axis, shape_y.dimension_size(axis))
        shape_y = shape_y.broadcast_dimension(axis, shape_x.dimension_size(axis))
    return shape_x


def broadcast_to(rt_input, shape, broadcast_inner_dimensions=True):
    """`rt_input` as a tensor of shape `shape`; its inner dimensions only if asked for."""
    if not isinstance(shape, RaggedTensorDynamicShape):
        raise TypeError("shape must be a RaggedTensorDynamicShape")
    rt_input = convert_to_tensor_or_ragged_tensor(rt_input)
    if shape.num_partitioned_dimensions:
        return _broadcast_to_ragged(rt_input, shape, broadcast_inner_dimensions)
    if isinstance(rt_input, RaggedTensor):
        raise ValueError("Incompatible with shape: ragged rank mismatch")
    return array_ops.broadcast_to(rt_input, shape.inner_dim_sizes) if broadcast_inner_dimensions else rt_input


def _broadcast_to_ragged(rt_input, shape, broadcast_inner_dimensions):
    if isinstance(rt_input, RaggedTensor) and rt_input.row_splits.dtype != shape.dim_size_dtype:
        raise ValueError(
            "rt_input and dst_shape have different row_split dtypes; use RaggedTensor.with_row_splits_dtype() or "
            "RaggedTensorDynamicShape.with_dim_size_dtype() to convert to a compatible dtype."
        )
    if rt_input.shape.ndims is None or shape.rank is None:
        raise ValueError("Unable to broadcast: unknown rank")
    if rt_input.shape.ndims > shape.rank:
        raise ValueError("Incompatible with shape: rank mismatch")
    if isinstance(rt_input, RaggedTensor) and rt_input.ragged_rank >= shape.num_partitioned_dimensions:
        raise ValueError("Incompatible with shape: ragged rank mismatch")
    source = RaggedTensorDynamicShape.from_tensor(rt_input).broadcast_to_rank(shape.rank)
    rt_input = _partitioned_as(_with_rank(rt_input, shape), shape)
    multiples = [1] * shape.rank
    for axis in range(shape.num_partitioned_dimensions):
        if not source.is_ragged(axis) and not shape.is_ragged(axis):
            source_size, size = source.dimension_size(axis), shape.dimension_size(axis)
            if constant_value(source_size) in (1, None) and constant_value(size) != 1:
                multiples[axis] = array_ops.where(math_ops.equal(source_size, 1), size, 1)
    if not all(isinstance(m, int) and m == 1 for m in multiples):
        rt_input = arrays.tile(rt_input, array_ops.stack(multiples, axis=0))
    if broadcast_inner_dimensions:
        wanted = array_ops.concat([[-1], shape.inner_dim_sizes], axis=0)
        rt_input = rt_input.with_flat_values(array_ops.reshape(rt_input.flat_values, wanted))
    for axis in range(shape.num_partitioned_dimensions):
        if not source.is_ragged(axis) and shape.is_ragged(axis):
            rt_input = _tile_axis(rt_input, axis, shape.dimension_size(axis), shape.dim_size_dtype)
    return rt_input


def _with_rank(rt_input, shape):
    """`rt_input` with as many dimensions as `shape`: new ones of size 1 before it."""
    more = shape.rank - rt_input.shape.ndims
    if more > 0:
        if rt_input.shape.ndims < shape.num_inner_dimensions + 1:
            rt_input = array_ops.reshape(rt_input, array_ops.concat([[-1], shape.inner_dim_sizes], axis=0))
        for _ in range(shape.rank - rt_input.shape.ndims):
            if is_ragged(rt_input):
                nrows = rt_input.nrows()
            else:
                nrows = array_ops.shape(rt_input, out_type=shape.dim_size_dtype)[0]
            rt_input = RaggedTensor.from_row_lengths(rt_input, [nrows], validate=False)
    return rt_input


def _partitioned_as(rt_input, shape):
    """`rt_input` as a ragged tensor with the partitioned dimensions of `shape`."""
    if not is_ragged(rt_input):
        return RaggedTensor.from_tensor(
            rt_input, ragged_rank=shape.num_partitioned_dimensions - 1, row_splits_dtype=shape.dim_size_dtype
        )
    missing = rt_input.flat_values.shape.ndims - 1 - shape.num_inner_dimensions
    if missing > 0:
        values = RaggedTensor.from_tensor(rt_input.flat_values, ragged_rank=missing, row_splits_dtype=shape.dim_size_dtype)
        rt_input = rt_input.with_flat_values(values)
    return rt_input


def _tile_axis(rt_input, axis, repeats, row_splits_dtype):
    """Rows of size 1 along `axis`, each repeated as often as `repeats` says."""
    assert axis > 0
    if not is_ragged(rt_input):
        rt_input = RaggedTensor.from_tensor(rt_input, ragged_rank=1, row_splits_dtype=row_splits_dtype)
    if axis > 1:
        return rt_input.with_values(_tile_axis(rt_input.values, axis - 1, repeats, row_splits_dtype))
    nested_splits, nested_lengths = rt_input.nested_row_splits, rt_input.nested_row_lengths()
    splits = nested_splits[0]
    lengths = [repeats]
    for i in range(1, len(nested_lengths)):
        lengths.append(util.repeat_ranges(nested_lengths[i], splits, repeats))
        splits = array_ops.gather(nested_splits[i], splits)
    values = util.repeat_ranges(rt_input.flat_values, splits, repeats)
    return RaggedTensor.from_nested_row_lengths(values, lengths, validate=False)
