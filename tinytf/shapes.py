"""Static shapes: `TensorShape` and `Dimension`, either of which may be unknown.

Inside the house a shape is plain data, `dims`: a tuple of int or None, or None for unknown rank.
`TensorShape` is what the user sees of it.  Follows `tf.TensorShape` of TF 1.15 (V1 behaviour:
indexing gives a `Dimension`).
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, protos


class Dimension:
    """One dimension: its size, or None where it is unknown."""

    __slots__ = ("_value",)

    def __init__(self, value):
        if isinstance(value, Dimension):
            value = value._value
        if value is not None:
            if isinstance(value, dtypes.DType):
                raise TypeError(f"Cannot convert {value!r} to Dimension")
            text = isinstance(value, (str, bytes))
            if not text and not hasattr(value, "__int__"):
                raise ValueError(f"Ambiguous dimension: {value}")
            given, value = value, int(value)
            if not text and value != given:
                raise ValueError(f"Ambiguous dimension: {given}")
            if value < 0:
                raise ValueError(f"Dimension {value} must be >= 0")
        self._value = value

    @property
    def value(self):
        """The size, or None."""
        return self._value

    def is_compatible_with(self, other) -> bool:
        """Whether both may be the same size."""
        other = as_dimension(other)
        return self._value is None or other._value is None or self._value == other._value

    def assert_is_compatible_with(self, other) -> None:
        """Raises ValueError unless both may be the same size."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {other} are not compatible")

    def merge_with(self, other) -> Dimension:
        """The dimension that both describe; ValueError where they differ."""
        other = as_dimension(other)
        self.assert_is_compatible_with(other)
        return other if self._value is None else Dimension(self._value)

    def __eq__(self, other):
        try:
            other = as_dimension(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or other._value is None:
            return None
        return self._value == other._value

    def __ne__(self, other):
        same = self.__eq__(other)
        return same if same is None or same is NotImplemented else not same

    def __hash__(self):
        return hash(self._value)

    def __int__(self):
        return self._value

    def __index__(self):
        return self._value

    def __bool__(self):
        return bool(self._value)

    def __repr__(self):
        return f"Dimension({self._value!r})"

    def __str__(self):
        return "?" if self._value is None else str(self._value)

    def __reduce__(self):
        return Dimension, (self._value,)


def _dimension_operator(name, combine):
    """Arithmetic and comparison of sizes: unknown where either side is."""

    def operator(self, other):
        try:
            a, b = self._value, as_dimension(other)._value
        except (TypeError, ValueError):
            return NotImplemented
        if a is None or b is None:
            return Dimension(None) if name not in _COMPARISONS else None
        result = combine(a, b)
        return result if name in _COMPARISONS else Dimension(result)

    operator.__name__ = name
    setattr(Dimension, name, operator)


_COMPARISONS = ("__lt__", "__le__", "__gt__", "__ge__")
for _name, _combine in {
    "__add__": lambda a, b: a + b,
    "__radd__": lambda a, b: b + a,
    "__sub__": lambda a, b: a - b,
    "__rsub__": lambda a, b: b - a,
    "__mul__": lambda a, b: a * b,
    "__rmul__": lambda a, b: b * a,
    "__floordiv__": lambda a, b: a // b,
    "__rfloordiv__": lambda a, b: b // a,
    "__div__": lambda a, b: a // b,
    "__mod__": lambda a, b: a % b,
    "__rmod__": lambda a, b: b % a,
    "__lt__": lambda a, b: a < b,
    "__le__": lambda a, b: a <= b,
    "__gt__": lambda a, b: a > b,
    "__ge__": lambda a, b: a >= b,
}.items():
    _dimension_operator(_name, _combine)


def _no_true_division(self, other):
    raise TypeError(
        f"unsupported operand type(s) for /: 'Dimension' and '{type(other).__name__}', please use // instead"
    )


def _no_true_division_by(self, other):
    raise TypeError(
        f"unsupported operand type(s) for /: '{type(other).__name__}' and 'Dimension', please use // instead"
    )


Dimension.__truediv__ = _no_true_division  # type: ignore[attr-defined, operator]
Dimension.__rtruediv__ = _no_true_division_by  # type: ignore[attr-defined, operator]


def as_dimension(value) -> Dimension:
    """`value` as a `Dimension`."""
    return value if isinstance(value, Dimension) else Dimension(value)


def dimension_value(dimension):
    """The int or None in a Dimension or an int.  Follows `tf.compat.dimension_value`."""
    return dimension.value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape, index) -> Dimension:
    """Dimension `index` of a shape of any rank.  Follows `tf.compat.dimension_at_index`."""
    shape = as_shape(shape)
    return Dimension(None) if shape.rank is None else shape.dims[index]


class TensorShape:
    """A static shape: unknown rank, or a list of dimensions each known or unknown.

    Args:
      dims: None (unknown rank), an int, an iterable of ints/None/Dimension, another shape, or a TensorShapeProto.
    """

    __slots__ = ("_dims",)
    _v2_behavior = False  # dimensions are `Dimension`s, as in all of 1.x: tests ask

    def __init__(self, dims):
        self._dims = as_dims(dims)

    @classmethod
    def _of(cls, dims: tuple | None) -> TensorShape:
        """Wraps dims that are known to be well formed."""
        shape = cls.__new__(cls)
        shape._dims = dims
        return shape

    @property
    def dims(self):
        """A list of Dimension, or None for unknown rank."""
        return None if self._dims is None else [Dimension(d) for d in self._dims]

    @property
    def rank(self):
        """The number of dimensions, or None."""
        return None if self._dims is None else len(self._dims)

    @property
    def ndims(self):
        """The number of dimensions, or None."""
        return self.rank

    def __len__(self):
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self):
        return self._dims is not None

    def __iter__(self):
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter([Dimension(d) for d in self._dims])

    def __getitem__(self, key):
        if self._dims is not None:
            if isinstance(key, slice):
                return TensorShape._of(self._dims[key])
            return Dimension(self._dims[key])
        if not isinstance(key, slice):
            return Dimension(None)
        start, stop = key.start or 0, key.stop
        if key.step not in (None, 1):
            raise ValueError("Steps are not yet handled")
        if stop is None:
            return unknown_shape()
        if start < 0 or stop < 0:
            return unknown_shape()
        return TensorShape._of((None,) * max(0, stop - start))

    def num_elements(self):
        """The number of elements, or None where the shape is not fully known."""
        if not self.is_fully_defined():
            return None
        total = 1
        for d in self._dims:
            total *= d
        return total

    def is_fully_defined(self) -> bool:
        """Whether the rank and every dimension are known."""
        return self._dims is not None and None not in self._dims

    def assert_is_fully_defined(self) -> None:
        """Raises ValueError unless fully defined."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def as_list(self):
        """A list of int or None; ValueError for unknown rank."""
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def as_proto(self):
        """The TensorShapeProto."""
        return dims_to_proto(self._dims)

    def is_compatible_with(self, other) -> bool:
        """Whether some concrete shape fits both."""
        a, b = self._dims, as_dims(other)
        if a is None or b is None:
            return True
        return len(a) == len(b) and all(x is None or y is None or x == y for x, y in zip(a, b))

    def assert_is_compatible_with(self, other) -> None:
        """Raises ValueError unless some concrete shape fits both."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are incompatible")

    def is_subtype_of(self, other) -> bool:
        """Whether every shape that fits this fits `other`."""
        other = as_dims(other)
        if other is None:
            return True
        return (
            self._dims is not None
            and len(self._dims) == len(other)
            and all(y is None or x == y for x, y in zip(self._dims, other))
        )

    def most_specific_compatible_shape(self, other) -> TensorShape:
        """The most specific shape that both fit into."""
        a, b = self._dims, as_dims(other)
        if a is None or b is None or len(a) != len(b):
            return unknown_shape()
        return TensorShape._of(tuple(x if x == y else None for x, y in zip(a, b)))

    def merge_with(self, other) -> TensorShape:
        """The shape that both describe; ValueError where they contradict."""
        a, b = self._dims, as_dims(other)
        if a is None:
            return TensorShape._of(b)
        if b is None:
            return self
        if not self.is_compatible_with(b):
            raise ValueError(f"Shapes {self} and {as_shape(b)} are not compatible")
        return TensorShape._of(tuple(y if x is None else x for x, y in zip(a, b)))

    def concatenate(self, other) -> TensorShape:
        """This shape's dimensions followed by those of `other`."""
        other = as_dims(other)
        if self._dims is None or other is None:
            return unknown_shape()
        return TensorShape._of(self._dims + other)

    def assert_same_rank(self, other) -> None:
        """Raises ValueError where both ranks are known and differ."""
        other = as_shape(other)
        if self.rank is not None and other.rank is not None and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_has_rank(self, rank) -> None:
        """Raises ValueError unless the rank is, or may be, `rank`."""
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def with_rank(self, rank) -> TensorShape:
        """This shape, known to have `rank` dimensions; ValueError where it has not."""
        try:
            return self.merge_with(unknown_shape(ndims=rank))
        except ValueError:
            raise ValueError(f"Shape {self} must have rank {rank}") from None

    def with_rank_at_least(self, rank) -> TensorShape:
        """This shape; ValueError where it has fewer than `rank` dimensions."""
        if self.rank is not None and self.rank < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank) -> TensorShape:
        """This shape; ValueError where it has more than `rank` dimensions."""
        if self.rank is not None and self.rank > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return as_shape(other).concatenate(self)

    def __eq__(self, other):
        try:
            other = as_dims(other)
        except (TypeError, ValueError):
            return NotImplemented
        return self._dims == other

    def __ne__(self, other):
        try:
            other = as_shape(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self.rank is None or other.rank is None:
            raise ValueError("The inequality of unknown TensorShapes is undefined.")
        return self._dims != other._dims

    def __hash__(self):
        return hash(self._dims)

    def __repr__(self):
        return f"TensorShape({None if self._dims is None else [Dimension(d) for d in self._dims]!r})"

    def __str__(self):
        return dims_to_string(self._dims)

    def __reduce__(self):
        return TensorShape, (self._dims,)


MOST_DIMS = 254  # that a tensor of TensorFlow can have


def _dims_of_proto(shape) -> tuple:
    if len(shape.dim) > MOST_DIMS:
        raise ValueError(f"Shape has {len(shape.dim)} dimensions, at most {MOST_DIMS} are possible")
    dims, size = tuple([None if d.size == -1 else d.size for d in shape.dim]), 1
    for d in dims:
        if d is not None:
            if d < 0:
                raise ValueError(f"Shape {dims_to_string(dims)} has dimensions below -1")
            size *= d or 1
    if size >= 1 << 63:
        raise ValueError(f"Shape {dims_to_string(dims)} is too large (more than 2**63 - 1 entries)")
    return dims


def as_dims(shape) -> tuple | None:
    """`shape` in any spelling as a tuple of int or None, or None for unknown rank."""
    if shape is None:
        return None
    if type(shape) is TensorShape:
        return shape._dims
    if isinstance(shape, protos.TensorShapeProto) or type(shape).__name__ == "TensorShapeProto":
        if shape.unknown_rank:
            return None
        return _dims_of_proto(shape)
    if isinstance(shape, (int, np.integer, Dimension)):
        return (Dimension(shape).value,)
    if isinstance(shape, (str, bytes)):
        raise TypeError(f"A string has ambiguous TensorShape, please wrap in a list or convert to an int: {shape!s}")
    try:
        sizes = list(shape)
    except TypeError:
        return (Dimension(shape).value,)
    return tuple([d if type(d) is int and d >= 0 else Dimension(d).value for d in sizes])


def dims_to_string(dims: tuple | None) -> str:
    """How TensorFlow prints a shape: `(2, ?)`, `(3,)`, `<unknown>`."""
    if dims is None:
        return "<unknown>"
    if len(dims) == 1:
        return f"({'?' if dims[0] is None else dims[0]},)"
    return "(" + ", ".join("?" if d is None else str(d) for d in dims) + ")"


def in_brackets(dims: tuple | None, unknown: str = "?") -> str:
    """Dims as the messages of kernels and shape rules print them: [2,?]; `unknown` for those of an unknown rank."""
    return unknown if dims is None else "[" + ",".join("?" if d is None else str(d) for d in dims) + "]"


def dims_to_proto(dims: tuple | None):
    """The TensorShapeProto of dims."""
    proto = protos.TensorShapeProto()
    if dims is None:
        proto.unknown_rank = True
    else:
        for d in dims:
            proto.dim.add().size = -1 if d is None else d
    return proto


def as_shape(shape) -> TensorShape:
    """`shape` as a `TensorShape`."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def unknown_shape(ndims=None, **kwargs) -> TensorShape:
    """A shape of unknown rank, or of `ndims` unknown dimensions."""
    ndims = kwargs.pop("rank", ndims)
    return TensorShape._of(None if ndims is None else (None,) * ndims)


def scalar() -> TensorShape:
    """The shape of a scalar."""
    return TensorShape._of(())


def vector(length) -> TensorShape:
    """The shape of a vector."""
    return TensorShape([length])


def matrix(rows, cols) -> TensorShape:
    """The shape of a matrix."""
    return TensorShape([rows, cols])
