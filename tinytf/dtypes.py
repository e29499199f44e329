"""The element types of tensors: `tf.float32`, `tf.int64`, `tf.string`, … as `DType` objects.

A `DType` knows its number in the wire schema (`types.proto`), its NumPy type, and its
reference twin: the output of a `VariableV2` is `float32_ref`, a place rather than a value.

NumPy lacks some of the types.  A bfloat16 is NumPy's own where the package `ml_dtypes` is
imported by it (numpy calls it "bfloat16"), else a one-field record of its 16 bits, as the
quantized integers are records of theirs: the bits survive, arithmetic on them does not exist.
Follows `tf.DType` of TF 1.15.
"""

from __future__ import annotations

import builtins

import numpy as np

try:
    from ml_dtypes import bfloat16 as _bfloat16_type  # type: ignore[import-not-found]

    _np_bfloat16 = np.dtype(_bfloat16_type)
except ImportError:
    _np_bfloat16 = np.dtype([("bfloat16", np.uint16)])

_REF_OFFSET = 100  # types.proto: DT_FLOAT_REF = DT_FLOAT + 100


class DType:
    """The type of the elements of a tensor; made once each, compared by identity or equality."""

    __slots__ = ("_enum", "_name", "_np", "_ref", "_base")

    def __new__(cls, type_enum, name: str | None = None, np_type=None, base: DType | None = None):
        """The type of this number in the wire schema: `DType(1)` is tf.float32 (with a name, a new one; for this module)."""
        if name is not None:
            return super().__new__(cls)
        found = _BY_ENUM.get(int(type_enum))
        if found is None:
            raise TypeError(f"type_enum is not a valid types_pb2.DataType: {type_enum}")
        return found

    def __init__(self, type_enum: int, name: str | None = None, np_type=None, base: DType | None = None):
        if name is None:
            return  # one that is there already
        self._enum = type_enum
        self._name = name
        self._np = np_type
        self._base = base or self
        self._ref: DType = self

    @property
    def name(self) -> str:
        """E.g. 'float32', or 'float32_ref' for a reference."""
        return self._name

    @property
    def as_datatype_enum(self) -> int:
        """The number of this type in the wire schema (`tf.DataType`)."""
        return self._enum

    @property
    def as_numpy_dtype(self):
        """The NumPy scalar type, e.g. `np.float32`; `np.object_` for strings and resources."""
        return self._np

    @property
    def base_dtype(self) -> DType:
        """The type without "reference"."""
        return self._base

    @property
    def real_dtype(self) -> DType:
        """The type of the real part: float32 for complex64, otherwise the type itself."""
        return {"complex64": float32, "complex128": float64}.get(self._base._name, self)

    @property
    def _is_ref_dtype(self) -> builtins.bool:
        return self._base is not self

    @property
    def _as_ref(self) -> DType:
        return self._ref

    @property
    def is_bool(self) -> builtins.bool:
        """Whether this is tf.bool."""
        return self._base._name == "bool"

    @property
    def is_floating(self) -> builtins.bool:
        """Whether this is a real floating point type."""
        return self._base._name in ("float16", "float32", "float64", "bfloat16")

    @property
    def is_integer(self) -> builtins.bool:
        """Whether this is a (non-quantized) integer type."""
        return self._base._name in _INTEGERS

    @property
    def is_complex(self) -> builtins.bool:
        """Whether this is complex64 or complex128."""
        return self._base._name in ("complex64", "complex128")

    @property
    def is_quantized(self) -> builtins.bool:
        """Whether this is one of qint8, quint8, qint16, quint16, qint32."""
        return self._base._name in _QUANTIZED

    @property
    def is_unsigned(self) -> builtins.bool:
        """Whether this is an unsigned integer."""
        return self._base._name in ("uint8", "uint16", "uint32", "uint64")

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """Whether NumPy can hold such elements."""
        return self._base._name not in ("resource", "variant")

    @property
    def size(self) -> int:
        """Bytes an element takes; of a string, those of the pointer to it."""
        if self._base._name in ("resource", "variant"):
            return 1
        return np.dtype(self._np).itemsize

    @property
    def min(self):
        """The smallest value of the type."""
        return self._limit("min")

    @property
    def max(self):
        """The largest value of the type."""
        return self._limit("max")

    @property
    def limits(self):
        """(min, max) of the range that images of this type use: (0, 1) for floats."""
        try:
            low, high = dtype_range[self._np]
        except (KeyError, TypeError):
            raise ValueError(f"{self} does not have defined limits.") from None
        return max(0, low), high

    def _limit(self, which: str):
        if self.is_quantized or self._base._name in ("bool", "string", "resource", "variant", "complex64", "complex128"):
            raise TypeError(f"Cannot find {which}imum value of {self}.")
        if self._base._name == "bfloat16":
            bound = float.fromhex("0x1.FEp127")
            return bound if which == "max" else -bound
        info = np.finfo if self.is_floating else np.iinfo
        return getattr(info(self._np), which)

    def is_compatible_with(self, other) -> builtins.bool:
        """Whether a tensor of type `other` may stand where this type is asked for."""
        other = as_dtype(other)
        return self._enum in (other._enum, other.base_dtype._enum)

    def __eq__(self, other) -> builtins.bool:
        if self is other:
            return True
        if other is None:
            return False
        try:
            return self._enum == as_dtype(other)._enum
        except TypeError:
            return False

    def __ne__(self, other) -> builtins.bool:
        return not self == other

    def __hash__(self) -> int:
        return self._enum

    def __int__(self) -> int:
        return self._enum

    def __repr__(self) -> str:
        return "tf." + self._name

    def __str__(self) -> str:
        return f"<dtype: {self._name!r}>"

    def __reduce__(self):
        return as_dtype, (self._name,)


def _record(name: str, np_type):
    return np.dtype([(name, np_type)])


_QUANTIZED = ("qint8", "quint8", "qint16", "quint16", "qint32")
_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")

# types.proto, in the order of its numbers.
float32 = DType(1, "float32", np.float32)
float64 = DType(2, "float64", np.float64)
int32 = DType(3, "int32", np.int32)
uint8 = DType(4, "uint8", np.uint8)
int16 = DType(5, "int16", np.int16)
int8 = DType(6, "int8", np.int8)
string = DType(7, "string", np.object_)
complex64 = DType(8, "complex64", np.complex64)
int64 = DType(9, "int64", np.int64)
bool = DType(10, "bool", np.bool_)
qint8 = DType(11, "qint8", _record("qint8", np.int8))
quint8 = DType(12, "quint8", _record("quint8", np.uint8))
qint32 = DType(13, "qint32", _record("qint32", np.int32))
bfloat16 = DType(14, "bfloat16", _np_bfloat16 if _np_bfloat16.fields else _np_bfloat16.type)
qint16 = DType(15, "qint16", _record("qint16", np.int16))
quint16 = DType(16, "quint16", _record("quint16", np.uint16))
uint16 = DType(17, "uint16", np.uint16)
complex128 = DType(18, "complex128", np.complex128)
float16 = DType(19, "float16", np.float16)
resource = DType(20, "resource", np.object_)
variant = DType(21, "variant", np.object_)
uint32 = DType(22, "uint32", np.uint32)
uint64 = DType(23, "uint64", np.uint64)
double = float64
half = float16

ALL = (
    float32, float64, int32, uint8, int16, int8, string, complex64, int64, bool, qint8, quint8, qint32, bfloat16,
    qint16, quint16, uint16, complex128, float16, resource, variant, uint32, uint64,
)  # fmt: skip

_BY_ENUM: dict = {}
_BY_NAME: dict = {}
_BY_NUMPY: dict = {}
for _t in ALL:
    _r = DType(_t._enum + _REF_OFFSET, _t._name + "_ref", _t._np, _t)
    _t._ref = _r
    _r._ref = _r
    for _d in (_t, _r):
        _BY_ENUM[_d._enum] = _d
        _BY_NAME[_d._name] = _d
        globals()[_d._name] = _d
    if _t._name not in ("resource", "variant"):
        _BY_NUMPY[np.dtype(_t._np)] = _t
_BY_NAME.update(half=float16, float=float32, double=float64, half_ref=float16._ref, float_ref=float32._ref)
_BY_NAME.update(double_ref=float64._ref)
half_ref, double_ref = float16._ref, float64._ref
TF_VALUE_DTYPES = frozenset(ALL)
_TYPE_TO_STRING = {enum: t._name for enum, t in _BY_ENUM.items()}

# The values that images of a type have.
dtype_range = {
    np.bool_: (False, True), np.float32: (-1, 1), np.float64: (-1, 1),
    **{t._np: (int(np.iinfo(t._np).min), int(np.iinfo(t._np).max)) for t in (uint8, uint16, uint32, uint64, int8, int16, int32, int64)},
}  # fmt: skip

# The short names that op signatures use (`float`, `half`, `double` as in types.proto).
SIGNATURE_NAMES = {
    **{t._name: t for t in ALL if t._name not in ("float16", "float32", "float64")},
    "float": float32,
    "double": float64,
    "half": float16,
}

_PYTHON_TYPES = {float: float32, int: int32, type(True): bool, object: string}
_LOOKUP: dict = {}


def as_dtype(type_value) -> DType:
    """The `DType` that `type_value` means: a DType, a NumPy type, a name, or a number of the wire schema.

    Raises TypeError where it means none.  Follows `tf.as_dtype` of TF 1.15.
    """
    if type(type_value) is DType:
        return type_value
    try:
        found = _LOOKUP.get(type_value)
    except TypeError:
        found = None
    if found is not None:
        return found
    found = _find(type_value)
    if found is None:
        raise TypeError(f"Cannot convert value {type_value!r} to a TensorFlow DType.")
    try:
        _LOOKUP[type_value] = found
    except TypeError:  # an unhashable spelling, e.g. a list describing a record
        pass
    return found


def _find(value) -> DType | None:
    if isinstance(value, str):
        found = _BY_NAME.get(value)
        if found is not None:
            return found
    elif isinstance(value, (int, np.integer)) and not isinstance(value, (type(True), np.bool_)):
        return _BY_ENUM.get(int(value))
    elif isinstance(value, type) and value in _PYTHON_TYPES:
        return _PYTHON_TYPES[value]
    try:
        np_type = np.dtype(value)
    except TypeError:
        return None
    if isinstance(value, type) and value.__module__ == "builtins" and value in (list, tuple, dict):  # NumPy takes them for object
        return None
    if np_type.kind in "SU":
        return string
    if value is None:
        return None
    return _BY_NUMPY.get(np_type.newbyteorder("=") if np_type.fields is None else np_type)


def as_numpy_dtype(type_value):
    """The `np.dtype` of a DType or of anything `as_dtype` takes."""
    return np.dtype(as_dtype(type_value).as_numpy_dtype)


# The sets that gradients and resource variables ask about.
QUANTIZED_DTYPES = frozenset([qint8, quint8, qint16, quint16, qint32] + [t._ref for t in (qint8, quint8, qint16, quint16, qint32)])


def __getattr__(name):
    if name in ("as_string", "cast", "complex", "saturate_cast"):  # tf.dtypes.cast and its kin are ops, which live above
        import tinytf

        return getattr(tinytf, name)
    raise AttributeError("module %r has no attribute %r" % (__name__, name))
