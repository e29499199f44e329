"""Arrays to `TensorProto` and back, with the bytes that TensorFlow 1.15 writes.

Where the bytes lie: one element, booleans, halves, complex numbers and strings stand in the
typed fields (`float_val`, `int_val`, …); more than one element of any other type is the raw
little-endian `tensor_content`.  A typed field may be shorter than the shape: its last value
fills the rest.  Nothing is compressed.

`make_tensor_proto` and `make_ndarray` are `tf.make_tensor_proto` and `tf.make_ndarray` of
TF 1.15; `decode` is the same as `make_ndarray` without the copy.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, protos
from tinytf.graph.tensor import Tensor
from tinytf.shapes import Dimension, as_shape

_CONTENT = frozenset(
    [
        dtypes.float32, dtypes.float64, dtypes.int32, dtypes.uint8, dtypes.int16, dtypes.int8, dtypes.int64,
        dtypes.qint8, dtypes.quint8, dtypes.qint16, dtypes.quint16, dtypes.qint32, dtypes.uint32, dtypes.uint64,
    ]
)  # fmt: skip
_FIELD = {
    dtypes.float32: "float_val",
    dtypes.float64: "double_val",
    dtypes.float16: "half_val",
    dtypes.bfloat16: "half_val",
    dtypes.int64: "int64_val",
    dtypes.uint32: "uint32_val",
    dtypes.uint64: "uint64_val",
    dtypes.bool: "bool_val",
    dtypes.complex64: "scomplex_val",
    dtypes.complex128: "dcomplex_val",
    dtypes.string: "string_val",
    **dict.fromkeys(
        [
            dtypes.int32, dtypes.int16, dtypes.int8, dtypes.uint8, dtypes.uint16,
            dtypes.qint8, dtypes.quint8, dtypes.qint16, dtypes.quint16, dtypes.qint32,
        ],
        "int_val",
    ),
}  # fmt: skip
_PLAIN_SCALARS = {
    (int, None): (dtypes.int32, "int_val"),
    (int, dtypes.int32): (dtypes.int32, "int_val"),
    (float, None): (dtypes.float32, "float_val"),
    (float, dtypes.float32): (dtypes.float32, "float_val"),
    (int, dtypes.float32): (dtypes.float32, "float_val"),
    (bool, None): (dtypes.bool, "bool_val"),
    (bool, dtypes.bool): (dtypes.bool, "bool_val"),
}
_MOST_BYTES = 1 << 31
_FLOAT32_MAX = float(np.finfo(np.float32).max)


def make_tensor_proto(values, dtype=None, shape=None, verify_shape=False, allow_broadcast=False):
    """A `TensorProto` of `values` (a number, string, list, array or array-like).

    Python floats become float32 and python ints int32 (int64 where 32 bits do not hold them)
    unless `dtype` is given.  With a `shape` of more elements than `values` has, the last value
    fills the rest; `verify_shape` demands equal shapes instead, `allow_broadcast` lets only a
    scalar fill.  Raises TypeError for what is no element of `dtype`, ValueError for ragged lists,
    None and too many elements.  Follows `tf.make_tensor_proto` of TF 1.15.
    """
    if allow_broadcast and verify_shape:
        raise ValueError("allow_broadcast and verify_shape are not both allowed.")
    if isinstance(values, protos.TensorProto):
        return values
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype).base_dtype
    if shape is None:
        fast = _plain_scalar(values, dtype)
        if fast is not None:
            return fast
    array, given = _as_array(values, dtype, shape)
    np_type = dtypes.as_dtype(array.dtype) if dtype is None or not dtype.is_quantized else dtype
    if dtype is not None and dtype != np_type:
        raise TypeError(f"Incompatible types: {dtype} vs. {array.dtype}. Value is {values}")
    dims, same_size = _fit_shape(array, shape, verify_shape, allow_broadcast)
    proto = protos.TensorProto(dtype=np_type.as_datatype_enum, tensor_shape=as_shape(dims).as_proto())
    if same_size and array.size > 1 and np_type in _CONTENT:
        if array.nbytes >= _MOST_BYTES:
            raise ValueError("Cannot create a tensor proto whose content is larger than 2GB.")
        if array.dtype.byteorder == ">":
            array = array.astype(array.dtype.newbyteorder("<"))
        proto.tensor_content = array.tobytes()
    elif np_type == dtypes.string:
        proto.string_val.extend(_string_values(given, array))
    else:
        _append(proto, np_type, array)
    return proto


def _plain_scalar(values, dtype):
    """The common case, without a detour through NumPy; None where it is not so plain."""
    found = _PLAIN_SCALARS.get((type(values), dtype))
    if found is None:
        return None
    np_type, field = found
    if field == "int_val" and not -(2**31) <= values < 2**31:
        return None
    if field == "float_val" and not -_FLOAT32_MAX <= values <= _FLOAT32_MAX:
        return None
    proto = protos.TensorProto(dtype=np_type.as_datatype_enum)
    proto.tensor_shape.SetInParent()
    getattr(proto, field).append(values)
    return proto


def _as_array(values, dtype, shape):
    """(`values` as an array of `dtype`, the nested list it came from or None)."""
    if _is_array_like(values):
        array = np.asarray(values)
        if dtype is not None and dtype.is_numpy_compatible and array.dtype != dtype.as_numpy_dtype:
            array = _cast(array, dtype)
        return array, None
    if values is None:
        raise ValueError("None values not supported.")
    np_type = dtype.as_numpy_dtype if dtype is not None and dtype.is_numpy_compatible else None
    if shape is not None and 0 in [int(d) for d in shape]:
        return np.empty([int(d) for d in shape], dtype=np_type or np.float32), values
    _check_elements(values, dtype)
    wanted = _list_dims(values)
    try:
        array = _to_numpy(values, np_type)
    except ValueError as e:
        if "inhomogeneous" not in str(e) and "setting an array element" not in str(e):
            raise
        raise ValueError(f"Argument must be a dense tensor: {values} - got shape {_regular_dims(values)}, but wanted {wanted}.") from None
    if list(array.shape) != wanted and not (dtype is not None and dtype.is_quantized):
        raise ValueError(
            f"Argument must be a dense tensor: {values} - got shape {list(array.shape)}, but wanted {wanted}."
        )
    if dtype is None:
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        elif array.dtype == np.int64:
            small = array.astype(np.int32)
            if np.array_equal(small, array):
                array = small
    return array, values


def _cast(array, dtype):
    """As `astype`; a bfloat16 that NumPy knows only as its 16 bits is rounded to nearest even."""
    np_dtype = np.dtype(dtype.as_numpy_dtype)
    if dtype != dtypes.bfloat16 or not np_dtype.fields:
        with np.errstate(all="ignore"):
            return array.astype(np_dtype)
    bits = np.ascontiguousarray(array, dtype=np.float32).view(np.uint32)
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)
    rounded = np.where(np.isnan(bits.view(np.float32)), np.uint32(0x7FC0), rounded)
    return rounded.astype(np.uint16).view(np_dtype).reshape(np.shape(array))


def _to_numpy(values, np_type):
    if np_type is not None and np.dtype(np_type) == np.dtype(dtypes.bfloat16.as_numpy_dtype):
        return _cast(np.array(values, dtype=np.float32), dtypes.bfloat16)
    try:
        with np.errstate(over="ignore"):
            return np.array(values, dtype=np_type)
    except OverflowError:
        # NumPy 2 refuses numbers that do not fit; the NumPy of TF 1.15 wrapped them around.
        return np.array(values, dtype=np.int64).astype(np_type)


def _is_array_like(values) -> bool:
    if isinstance(values, (np.ndarray, np.generic)):
        return True
    if isinstance(values, (list, tuple, int, float, str, bytes)):
        return False
    if isinstance(values, Tensor):  # it offers __array__ only to say that it is none
        return False
    if callable(getattr(values, "__array__", None)) or isinstance(getattr(values, "__array_interface__", None), dict):
        return True
    try:
        memoryview(values)
    except TypeError:
        return False
    return True


def _list_dims(values) -> list:
    dims = []
    while isinstance(values, (list, tuple)):
        dims.append(len(values))
        if not values:
            break
        values = values[0]
    return dims


_INTEGRAL = (int, np.integer, Dimension)
_REAL = (int, float, np.integer, np.floating)


def _check_elements(values, dtype) -> None:
    """Raise TypeError for an element that `dtype` cannot be made of."""
    if dtype is None or not dtype.is_numpy_compatible:
        allowed = None
    elif dtype.is_quantized:
        return _check_quantized(values, dtype)
    elif dtype.is_bool:
        allowed = (bool,)
    elif dtype.is_integer:
        allowed = _INTEGRAL
    elif dtype.is_floating:
        allowed = _REAL
    elif dtype.is_complex:
        allowed = _REAL + (complex, np.complexfloating)
    else:
        allowed = (str, bytes)
    bad = _find_element(values, allowed)
    if bad is None:
        return
    bad = bad[0]
    if allowed is None:
        raise TypeError("List of Tensors when single Tensor expected")
    raise TypeError(f"Expected {dtype.name}, got {bad!r} of type '{type(bad).__name__}' instead.")


def _find_element(values, allowed):
    """The first element that is not of an allowed type, as a 1-tuple (it may be None itself)."""
    if isinstance(values, (list, tuple)):
        for v in values:
            found = _find_element(v, allowed)
            if found is not None:
                return found
        return None
    if isinstance(values, dict):
        return _find_element([values[k] for k in sorted(values)], allowed)
    if allowed is None:
        return (values,) if isinstance(values, Tensor) else None
    return None if isinstance(values, allowed) else (values,)


def _check_quantized(values, dtype) -> None:
    # The elements of quantized types are written as 1-tuples, e.g. (12,).
    if isinstance(values, tuple):
        bad = _find_element(values, _INTEGRAL)
        if bad is not None:
            raise TypeError(f"Expected {dtype.name}, got {bad[0]!r} of type '{type(bad[0]).__name__}' instead.")
    elif isinstance(values, list):
        for v in values:
            _check_quantized(v, dtype)
    else:
        raise TypeError(f"Expected {dtype.name}, got {values!r} of type '{type(values).__name__}' instead.")


def _fit_shape(array, shape, verify_shape, allow_broadcast):
    """(dims of the tensor, whether the array has that many elements)."""
    if shape is None:
        return array.shape, True
    dims = [int(d) for d in shape]
    size = 1
    for d in dims:
        size *= d
    if allow_broadcast:
        if array.shape not in ((1,), ()) and array.size != size:
            raise TypeError(f"Expected Tensor's shape: {tuple(dims)}, got {array.shape}.")
    else:
        if verify_shape and array.shape != tuple(dims):
            raise TypeError(f"Expected Tensor's shape: {tuple(dims)}, got {array.shape}.")
        if array.size > size:
            raise ValueError(f"Too many elements provided. Needed at most {size}, but received {array.size}")
    return dims, size == array.size


def _string_values(given, array) -> list:
    """The strings as bytes; from the list itself where there is one, as NumPy trims trailing zeros."""
    elements = array.ravel().tolist() if given is None else _flatten(given)
    try:
        return [_as_bytes(x) for x in elements]
    except TypeError:
        source = array if given is None else given
        raise TypeError(
            f"Failed to convert object of type {type(source)} to Tensor. Contents: {source}. "
            "Consider casting elements to a supported type."
        ) from None


def _flatten(values) -> list:
    if isinstance(values, (list, tuple)):
        return [x for v in values for x in _flatten(v)]
    return [values]


def _as_bytes(x) -> bytes:
    if isinstance(x, bytes):
        return bytes(x)
    if isinstance(x, str):
        return x.encode("utf-8")
    raise TypeError(f"Expected binary or unicode string, got {x!r}")


def _append(proto, np_type, array) -> None:
    field = _FIELD.get(np_type)
    if field is None:
        raise TypeError(f"Element type not supported in TensorProto: {np_type.name}")
    flat = np.ascontiguousarray(array).ravel()
    if field == "half_val":
        flat = flat.view(np.uint16)
    elif field == "scomplex_val":
        flat = flat.view(np.float32)
    elif field == "dcomplex_val":
        flat = flat.view(np.float64)
    elif flat.dtype.fields:
        flat = flat[flat.dtype.names[0]]
    getattr(proto, field).extend(flat.tolist())


def make_ndarray(tensor):
    """The array that a `TensorProto` holds: a writable copy.  Strings are objects of type bytes.

    Raises TypeError for a dtype without elements (resource, variant), ValueError where shape and
    content disagree.  Follows `tf.make_ndarray` of TF 1.15.
    """
    array = decode(tensor)
    return array if array.flags.writeable else array.copy()


_SPLAT_SIZE = 1 << 24  # elements that are stored one by one: more of the same value are not


def decode(tensor):
    """The array that a `TensorProto` holds, read-only where it shares the proto's bytes.

    One value that stands for many takes the memory of one: a file of 50 bytes may claim any shape.
    """
    np_type = dtypes.as_dtype(tensor.dtype).base_dtype
    field = _FIELD.get(np_type)
    if field is None:
        raise TypeError(f"Unsupported tensor type: {np_type.name}")
    dims, size = [], 1
    for d in tensor.tensor_shape.dim:
        if d.size < 0:
            raise ValueError(f"A TensorProto with the negative dimension {d.size} is no tensor.")
        dims.append(d.size)
        size *= d.size
    np_dtype = np.dtype(np_type.as_numpy_dtype)
    content = tensor.tensor_content
    if content:
        if np_type == dtypes.string:
            return _to_objects(_content_strings(content, size), dims)
        if len(content) != size * np_dtype.itemsize:
            raise ValueError(
                f"A TensorProto of shape {dims} and type {np_type.name} takes {size * np_dtype.itemsize} bytes; "
                f"its tensor_content has {len(content)}."
            )
        return np.frombuffer(content, dtype=np_dtype).reshape(dims)
    values = getattr(tensor, field)
    if np_type == dtypes.string:
        if len(values) <= 1 and size > _SPLAT_SIZE:
            return np.broadcast_to(_to_objects(list(values) or [b""], []), dims)
        values = list(values[:size])
        values += [values[-1] if values else b""] * (size - len(values))
        return _to_objects(values, dims)
    raw = _decode_field(values, field, np_dtype)
    if raw.size > size:
        raise ValueError(f"A TensorProto of shape {dims} has {size} elements; {raw.size} values were given.")
    if raw.size <= 1 and size > _SPLAT_SIZE:
        return np.broadcast_to(raw.reshape(()) if raw.size else np.zeros((), np_dtype), dims)
    if raw.size == 0:
        return np.zeros(dims, np_dtype)
    if raw.size != size:
        full = np.full(size, raw[-1], np_dtype)
        full[: raw.size] = raw
        raw = full
    return raw.reshape(dims)


def _decode_field(values, field, np_dtype):
    if field == "half_val":
        return np.array(values, dtype=np.uint32).astype(np.uint16).view(np_dtype)
    if field == "scomplex_val":
        return np.array(values, dtype=np.float32).view(np.complex64)
    if field == "dcomplex_val":
        return np.array(values, dtype=np.float64).view(np.complex128)
    if field == "int_val":
        plain = np_dtype[0] if np_dtype.fields else np_dtype
        return np.array(values, dtype=np.int64).astype(plain).view(np_dtype)
    return np.array(values, dtype=np_dtype)


def _to_objects(values, dims):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(dims)


def _content_strings(content: bytes, count: int) -> list:
    """Strings in `tensor_content`: their lengths as varints, then their bytes."""
    lengths, at = [], 0
    while len(lengths) < count:
        value = shift = 0
        while True:
            if at >= len(content) or shift > 28:
                raise ValueError("The string lengths of a TensorProto are cut off.")
            byte = content[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        lengths.append(value)
    if sum(lengths) != len(content) - at:
        raise ValueError("The string lengths of a TensorProto do not add up to its content.")
    out = []
    for n in lengths:
        out.append(content[at : at + n])
        at += n
    return out


MakeNdarray = make_ndarray


def _regular_dims(values) -> list:
    """The dims down to where lists of one level differ in length."""
    dims, level = [], [values]
    while level and all(isinstance(v, (list, tuple)) for v in level) and len({len(v) for v in level}) == 1:
        dims.append(len(level[0]))
        level = [item for v in level for item in v]
    return dims


def encode_content(array: np.ndarray, np_type) -> bytes:
    """A serialized TensorProto with all elements in `tensor_content`, as TensorFlow's C++ writes tensors (AsProtoTensorContent)."""
    proto = protos.TensorProto(dtype=np_type.as_datatype_enum)
    for d in array.shape:
        proto.tensor_shape.dim.add(size=d)
    if np_type == dtypes.string:
        strings = array.ravel().tolist()
        proto.tensor_content = b"".join([_varint(len(s)) for s in strings]) + b"".join(strings)
    else:
        proto.tensor_content = np.ascontiguousarray(array).tobytes()
    return proto.SerializeToString()


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
