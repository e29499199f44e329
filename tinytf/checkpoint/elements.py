"""The elements of tensors as bytes: which types there are, how long they are, arrays in and out.

In files all numbers are little endian, in row-major order.  A string element has no fixed size.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.checkpoint import slices

CHUNK = 4 << 20  # bytes copied at a time where an array cannot be written as it lies in memory
STRING = dtypes.string.as_datatype_enum
_OPAQUE = (dtypes.resource.as_datatype_enum, dtypes.variant.as_datatype_enum)

# number in the wire schema -> NumPy type, for all types with elements of a fixed size
NUMPY = {t.as_datatype_enum: np.dtype(t.as_numpy_dtype) for t in dtypes.ALL if np.dtype(t.as_numpy_dtype) != np.dtype(object)}
_MAX_NUMPY_RANK = 64 if int(np.__version__.split(".")[0]) >= 2 else 32
_ENUM_OF: dict = {}


def enum_of(array: np.ndarray) -> int:
    """The number of an array's type in the wire schema; InvalidArgumentError where TensorFlow has no such type."""
    enum = _ENUM_OF.get(array.dtype)
    if enum is None:
        try:
            enum = dtypes.as_dtype(array.dtype).base_dtype.as_datatype_enum
        except TypeError:
            raise errors.InvalidArgumentError(
                None, None, f"an array of {array.dtype} cannot be saved: TensorFlow has no such type"
            ) from None
        _ENUM_OF[array.dtype] = enum
    return enum


def type_name(enum: int) -> str:
    """`float`, `double`, `half`, `int32` …: how TensorFlow's runtime names types in messages."""
    if enum == 0:
        return "INVALID"
    try:
        name = dtypes.as_dtype(enum).name
    except TypeError:
        return f"unknown dtype enum ({enum})"
    return {"float32": "float", "float64": "double", "float16": "half", "float32_ref": "float_ref"}.get(name, name)


def dtype_of(enum: int, what: str, where) -> dtypes.DType:
    """The DType of a number in the wire schema; the error that `where` makes for one that is none. `what` names the tensor."""
    try:
        return dtypes.as_dtype(enum)
    except TypeError:
        raise where(f"{what} has the unknown dtype {enum}") from None


def shape_from_proto(proto, where) -> tuple:
    """The dims of a TensorShapeProto, checked.

    Args:
      where: makes the error: `where(reason) -> exception`.
    """
    if proto.unknown_rank:
        raise where("Invalid tensor shape: its rank is unknown")
    if len(proto.dim) > slices.MAX_RANK:
        raise where(f"Invalid tensor shape: {len(proto.dim)} dimensions, at most {slices.MAX_RANK} are possible")
    shape = tuple([d.size for d in proto.dim])
    count = 1
    for size in shape:
        count *= size
        if size < 0 or count >= 1 << 63:
            raise where(f"Invalid tensor shape: {slices.shape_string(shape)}")
    return shape


def count_of(shape: tuple) -> int:
    """The number of elements."""
    count = 1
    for size in shape:
        count *= size
    return count


def check_type(enum: int, what: str, where) -> None:
    """Raises unless tensors of this type can be handed out as arrays; `what` names the tensor."""
    if enum in NUMPY or enum == STRING:
        return
    if enum in _OPAQUE:
        raise errors.UnimplementedError(
            None, None, f"{what} is a {dtypes.as_dtype(enum).name}, which is a live object of a TensorFlow runtime, not an array"
        )
    raise where(f"{what} has the unknown dtype {enum}")


def reshape(array: np.ndarray, shape: tuple) -> np.ndarray:
    """`array` in its shape; UnimplementedError for what NumPy cannot hold."""
    if len(shape) == 1:
        return array
    if len(shape) > _MAX_NUMPY_RANK:
        raise errors.UnimplementedError(
            None, None, f"a tensor of {len(shape)} dimensions: NumPy holds at most {_MAX_NUMPY_RANK}"
        )
    try:
        return array.reshape(shape)
    except ValueError as e:  # e.g. [0, 2^62, 2^62]: no elements, but sizes that NumPy multiplies all the same
        raise errors.UnimplementedError(None, None, f"a tensor of shape {slices.shape_string(shape)}: {e}") from None


def as_array(value) -> np.ndarray:
    """`value` as an array that can be saved."""
    if isinstance(value, np.ndarray):
        return value
    array = np.asarray(value)
    # NumPy's own strings lose zero bytes at their end.
    return np.asarray(value, object) if array.dtype.kind in "SU" else array


def strings_of(array: np.ndarray) -> list:
    """The elements of a string array as bytes, in row-major order."""
    flat = array.reshape(-1).tolist()
    for i, element in enumerate(flat):
        if type(element) is not bytes:
            if isinstance(element, str):
                flat[i] = element.encode("utf-8", "surrogateescape")
            elif isinstance(element, (bytes, bytearray, memoryview)):
                flat[i] = bytes(element)
            else:
                raise errors.InvalidArgumentError(
                    None, None, f"element {i} of a string tensor is a {type(element).__name__}, neither bytes nor str"
                )
    return flat


def pieces(array: np.ndarray):
    """The bytes of a numeric array as file order wants them: uint8 arrays, the memory itself wherever that will do."""
    if array.size == 0:
        return
    if array.dtype.byteorder == ">" or (array.dtype.byteorder == "=" and not np.little_endian):
        little = array.dtype.newbyteorder("<")
        for part in _rows(array):
            yield _bytes_of(part.astype(little))
    elif array.flags.c_contiguous:
        yield _bytes_of(array)
    else:
        for part in _rows(array):
            yield _bytes_of(np.ascontiguousarray(part))


def _bytes_of(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1).view(np.uint8)


def _rows(array: np.ndarray):
    """Parts of at most CHUNK bytes in row-major order."""
    if array.nbytes <= CHUNK or array.ndim == 0:
        yield array
        return
    row_bytes = array.nbytes // array.shape[0]
    if row_bytes > CHUNK:
        for row in array:
            yield from _rows(row)
        return
    step = max(1, CHUNK // row_bytes)
    for begin in range(0, array.shape[0], step):
        yield array[begin : begin + step]
