"""`RaggedTensor`: rows of different lengths, as the tensor of all values and the tensor of the splits between rows.

What makes one of lists, dense or sparse tensors stands in `constants` and `conversion`; what computes with them in the
other files of this package, called through the ordinary functions of `tf` (see `dispatch`).
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.composite_tensor import CompositeTensor
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ragged import partitions, segment_ids
from tinytf.ragged.partitions import INDEX_TYPES
from tinytf.ragged.util import get_positive_axis
from tinytf.ragged.value import RaggedTensorValue
from tinytf.run.fetches import register_session_run_conversion_functions
from tinytf.shapes import TensorShape, dimension_at_index


class RaggedTensor(CompositeTensor):
    """A tensor some of whose dimensions have rows of different lengths.  Follows `tf.RaggedTensor` of TF 1.15.

    `values` are those of all rows, a Tensor or another RaggedTensor; row i of them lies between row_splits[i] and
    row_splits[i + 1].  What it was made from (lengths, row numbers) is kept for those who ask for it again.
    """

    def __init__(self, values, row_splits, cached_row_lengths=None, cached_value_rowids=None, cached_nrows=None, internal=False):
        if not internal:
            raise ValueError(
                "RaggedTensor constructor is private; please use one of the factory methods instead (e.g., RaggedTensor.from_row_lengths())"
            )
        if not isinstance(row_splits, Tensor):
            raise TypeError(f"Row-partitioning argument must be a Tensor, got {row_splits!r}")
        if not isinstance(values, (RaggedTensor, Tensor)):
            raise TypeError(f"values must be a Tensor or RaggedTensor, got {values!r}")
        if row_splits.dtype not in INDEX_TYPES:
            raise ValueError("Row-partitioning argument must be int32 or int64")
        row_splits.shape.assert_has_rank(1)
        values.shape.with_rank_at_least(1)
        row_splits.set_shape([None])
        if isinstance(values, RaggedTensor):
            assert row_splits.dtype == values.row_splits.dtype
        for cached in (cached_row_lengths, cached_value_rowids, cached_nrows):
            if cached is not None:
                if not isinstance(cached, Tensor):
                    raise TypeError("Cached value must be a Tensor or None.")
                if cached.dtype not in INDEX_TYPES:
                    raise TypeError("Cached value must be int32 or int64.")
        self._values, self._row_splits = values, row_splits
        self._cached_row_lengths, self._cached_value_rowids, self._cached_nrows = cached_row_lengths, cached_value_rowids, cached_nrows

    # ---- made of values and what says where rows end: see `partitions`

    from_value_rowids = classmethod(partitions.from_value_rowids)
    from_row_splits = classmethod(partitions.from_row_splits)
    from_row_lengths = classmethod(partitions.from_row_lengths)
    from_row_starts = classmethod(partitions.from_row_starts)
    from_row_limits = classmethod(partitions.from_row_limits)
    from_nested_value_rowids = classmethod(partitions.from_nested_value_rowids)
    from_nested_row_splits = classmethod(partitions.from_nested_row_splits)
    from_nested_row_lengths = classmethod(partitions.from_nested_row_lengths)

    # ---- what it is made of ------------------------------------------------------------------------

    @property
    def dtype(self):
        """The dtype of the values."""
        return self._values.dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape; the size of a ragged dimension is None."""
        rows = dimension_at_index(self._row_splits.shape, 0) - 1
        return TensorShape([rows, None]).concatenate(self._values.shape[1:])

    def get_shape(self) -> TensorShape:
        """The static shape; the size of a ragged dimension is None."""
        return self.shape

    @property
    def ragged_rank(self) -> int:
        """The number of ragged dimensions."""
        return self._values.ragged_rank + 1 if isinstance(self._values, RaggedTensor) else 1

    @property
    def values(self):
        """The values of all rows: a Tensor, or a RaggedTensor with one ragged dimension less."""
        return self._values

    @property
    def row_splits(self):
        """Where rows begin and end in `values`."""
        return self._row_splits

    @property
    def flat_values(self):
        """The innermost values: a Tensor."""
        values = self._values
        while isinstance(values, RaggedTensor):
            values = values.values
        return values

    @property
    def nested_row_splits(self) -> tuple:
        """The row splits of each ragged dimension, outermost first."""
        return tuple(ragged.row_splits for ragged in self._levels())

    def _levels(self) -> list:
        """This, its values, their values …, as far as they are ragged."""
        levels, ragged = [], self
        while isinstance(ragged, RaggedTensor):
            levels.append(ragged)
            ragged = ragged.values
        return levels

    def value_rowids(self, name=None) -> Tensor:
        """The row of each value."""
        if self._cached_value_rowids is not None:
            return self._cached_value_rowids
        with name_scope(name, "RaggedValueRowIds", [self]):
            return segment_ids.row_splits_to_segment_ids(self.row_splits)

    def nested_value_rowids(self, name=None) -> tuple:
        """The row of each value, for each ragged dimension, outermost first."""
        with name_scope(name, "RaggedNestedValueRowIds", [self]):
            return tuple(ragged.value_rowids() for ragged in self._levels())

    def nrows(self, out_type=None, name=None) -> Tensor:
        """The number of rows, a scalar."""
        out_type = self._row_splits.dtype if out_type is None else dtypes.as_dtype(out_type)
        if self._cached_nrows is not None:
            return math_ops.cast(self._cached_nrows, out_type)
        with name_scope(name, "RaggedNRows", [self]):
            return array_ops.shape(self.row_splits, out_type=out_type)[0] - 1

    def row_starts(self, name=None) -> Tensor:
        """Where each row begins in `values`."""
        with name_scope(name, "RaggedRowStarts", [self]):
            return self.row_splits[:-1]

    def row_limits(self, name=None) -> Tensor:
        """Where each row ends in `values`."""
        with name_scope(name, "RaggedRowLimits", [self]):
            return self.row_splits[1:]

    def row_lengths(self, axis=1, name=None):
        """The lengths of the rows along `axis`: for an inner axis a RaggedTensor."""
        if self._cached_row_lengths is not None:
            return self._cached_row_lengths
        with name_scope(name, "RaggedRowLengths", [self]):
            axis = get_positive_axis(axis, self.shape.ndims)
            if axis == 0:
                return self.nrows()
            if axis == 1:
                return self.row_splits[1:] - self.row_splits[:-1]
            if isinstance(self.values, RaggedTensor):
                return self.with_values(self.values.row_lengths(axis - 1))
            shape = array_ops.shape(self.values, out_type=self._row_splits.dtype)
            return self.with_values(array_ops.ones(shape[: axis - 1], self._row_splits.dtype) * shape[axis - 1])

    def nested_row_lengths(self, name=None) -> tuple:
        """The row lengths of each ragged dimension, outermost first."""
        with name_scope(name, "RaggedNestedRowLengths", [self]):
            return tuple(ragged.row_lengths() for ragged in self._levels())

    def bounding_shape(self, axis=None, name=None, out_type=None) -> Tensor:
        """The shape of the smallest dense tensor that holds this, or the entry of it for `axis`."""
        out_type = self._row_splits.dtype if out_type is None else dtypes.as_dtype(out_type)
        with name_scope(name, "RaggedBoundingBox", [self, axis]):
            nested_splits, flat_values = self.nested_row_splits, self.flat_values
            if isinstance(axis, int):
                if axis == 0:
                    return array_ops.shape(nested_splits[0], out_type=out_type)[0] - 1
                if axis == 1:
                    return math_ops.maximum(math_ops.reduce_max(self.row_lengths()), 0)
            splits_shape = array_ops.shape(self.row_splits, out_type=out_type)
            values_shape = array_ops.shape(flat_values, out_type=out_type)
            longest = [splits_shape[0] - 1]
            longest += [math_ops.maximum(math_ops.reduce_max(splits[1:] - splits[:-1]), 0) for splits in nested_splits]
            ragged_dimensions = array_ops.stack(longest)
            box = array_ops.concat([ragged_dimensions, values_shape[1:]], axis=0)
            return box if axis is None else array_ops.gather(box, axis)

    # ---- the same rows with other values, or splits of another type ------------------------------------

    def with_values(self, new_values) -> RaggedTensor:
        """The same rows of other values."""
        new_values.shape.with_rank_at_least(1)
        self.values.shape[:1].assert_is_compatible_with(new_values.shape[:1])
        if isinstance(new_values, RaggedTensor) and self._row_splits.dtype != new_values.row_splits.dtype:
            raise ValueError(
                "self and new_values have mismatched row_splits dtypes; use RaggedTensor.with_row_splits_dtype() to convert "
                "them to compatible dtypes."
            )
        return RaggedTensor(new_values, self._row_splits, self._cached_row_lengths, self._cached_value_rowids, self._cached_nrows, internal=True)

    def with_flat_values(self, new_values) -> RaggedTensor:
        """The same rows, and rows of rows, of other innermost values."""
        if isinstance(self._values, RaggedTensor):
            return self.with_values(self._values.with_flat_values(new_values))
        return self.with_values(new_values)

    def with_row_splits_dtype(self, dtype) -> RaggedTensor:
        """This with all splits of type int32 or int64."""
        dtype = dtypes.as_dtype(dtype)
        if dtype not in INDEX_TYPES:
            raise ValueError("dtype must be int32 or int64")
        if self._row_splits.dtype == dtype:
            return self
        row_splits = math_ops.cast(self._row_splits, dtype)
        values = self._values.with_row_splits_dtype(dtype) if isinstance(self._values, RaggedTensor) else self._values
        lengths, ids = self._cached_row_lengths, self._cached_value_rowids
        lengths = None if lengths is None else math_ops.cast(lengths, dtype)
        ids = None if ids is None else math_ops.cast(ids, dtype)
        # The number of rows keeps its type: who asks for it says which it wants.
        return RaggedTensor(values, row_splits, lengths, ids, self._cached_nrows, internal=True)

    # ---- from and to dense, sparse and variant tensors -------------------------------------------------

    @classmethod
    def from_tensor(cls, tensor, lengths=None, padding=None, ragged_rank=1, name=None, row_splits_dtype=dtypes.int64) -> RaggedTensor:
        """The rows of a dense tensor, whole, or of `lengths`, or without the `padding` at their ends."""
        from tinytf.ragged import conversion

        return conversion.ragged_from_tensor(tensor, lengths, padding, ragged_rank, name, row_splits_dtype)

    def to_tensor(self, default_value=None, name=None) -> Tensor:
        """A dense tensor as large as the longest rows, with `default_value` (0) behind the shorter ones."""
        from tinytf.ragged import conversion

        return conversion.ragged_to_tensor(self, default_value, name)

    @classmethod
    def from_sparse(cls, st_input, name=None, row_splits_dtype=dtypes.int64) -> RaggedTensor:
        """The rows of a SparseTensor of rank 2 whose entries stand at the left of their rows, without gaps."""
        from tinytf.ragged import conversion

        return conversion.ragged_from_sparse(st_input, name, row_splits_dtype)

    def to_sparse(self, name=None):
        """The SparseTensor of the values."""
        from tinytf.ragged import conversion

        return conversion.ragged_to_sparse(self, name)

    @classmethod
    def _from_variant(cls, variant, dtype, output_ragged_rank, input_ragged_rank=None, name=None) -> RaggedTensor:
        from tinytf.ragged import conversion

        return conversion.ragged_from_variant(variant, dtype, output_ragged_rank, input_ragged_rank, name)

    def _to_variant(self, batched_input=False, name=None) -> Tensor:
        from tinytf.ragged import conversion

        return conversion.ragged_to_variant(self, batched_input, name)

    def to_list(self):
        """Only tensors that have a value can become lists: run the graph, and call it on the RaggedTensorValue."""
        raise ValueError(
            "RaggedTensor.to_list() is only supported in eager mode; in graph mode, evaluate the RaggedTensor first and then "
            "use RaggedTensorValue.to_list()."
        )

    # ---- as a value of Python and of the graph ---------------------------------------------------------

    def __repr__(self):
        return f"tf.RaggedTensor(values={self._values}, row_splits={self._row_splits})"

    def _is_eager(self) -> bool:
        return False

    def __getitem__(self, key):
        from tinytf.ragged import getitem

        return getitem.ragged_tensor_getitem(self, key)

    def _as_graph_element(self):
        return self.flat_values

    @property
    def _type_spec(self):
        from tinytf.ragged.spec import RaggedTensorSpec

        return RaggedTensorSpec(self.shape, self.dtype, self.ragged_rank, self._row_splits.dtype)

    def _shape_invariant_to_type_spec(self, shape):
        from tinytf.ragged.spec import RaggedTensorSpec

        return RaggedTensorSpec(shape, self.dtype, self.ragged_rank, self._row_splits.dtype)

    def consumers(self) -> list:
        """The operations that take one of the parts."""
        return self._consumers()


def is_ragged(value) -> bool:
    """Whether `value` is a RaggedTensor or a RaggedTensorValue."""
    return isinstance(value, (RaggedTensor, RaggedTensorValue))


def convert_to_tensor_or_ragged_tensor(value, dtype=None, preferred_dtype=None, name=None):
    """`value` as a Tensor, or as a RaggedTensor where it is ragged."""
    if isinstance(value, RaggedTensor):
        if dtype and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
            raise ValueError(f"Tensor conversion requested dtype {dtypes.as_dtype(dtype).name} for RaggedTensor with dtype {value.dtype.name}: {value!r}")
        return value
    if isinstance(value, RaggedTensorValue):
        with name_scope(name, "ConvertToTensorOrRaggedTensor", []):
            flat_values = convert_to_tensor(value.flat_values, dtype=dtype, preferred_dtype=preferred_dtype, name="flat_values")
            return RaggedTensor.from_nested_row_splits(flat_values, value.nested_row_splits, validate=False)
    return convert_to_tensor(value, dtype=dtype, preferred_dtype=preferred_dtype, name=name)


def match_row_splits_dtypes(*tensors, **kwargs):
    """The tensors, as their row splits have one type; with `return_dtype=True`, (that type, the tensors)."""
    return_dtype = kwargs.pop("return_dtype", False)
    if kwargs:
        raise ValueError(f"Unexpected keyword args {kwargs!r}")
    found = {t.row_splits.dtype for t in tensors if isinstance(t, RaggedTensor)}
    if len(found) > 1:
        raise ValueError(
            "Input RaggedTensors have mismatched row_splits dtypes; use RaggedTensor.with_row_splits_dtype() to convert them "
            "to compatible dtypes."
        )
    return (found.pop() if found else dtypes.int64, tensors) if return_dtype else tensors


# ---- fetched and fed -----------------------------------------------------------------------------------


def _parts(ragged):
    return [*ragged.nested_row_splits, ragged.flat_values]


def _value_of(parts) -> RaggedTensorValue:
    *splits, value = parts
    for row_splits in reversed(splits):
        value = RaggedTensorValue(value, row_splits)
    return value


register_session_run_conversion_functions(
    RaggedTensor,
    lambda ragged: (_parts(ragged), _value_of),
    lambda key, value: list(zip(_parts(key), _parts(value))),
    _parts,
)
