"""V1: the values of a tensor as a TensorProto holds them: repeated fields of protocol buffers.

    float, double, complex     5, 6, 9, 12    the numbers as they lie in memory (complex: real and imaginary part in turn)
    int8 … int32, uint8, uint16, qint8, quint8, qint32    7     varints; negative ones are 64-bit two's complement
    half                       13             varints of the 16 bits
    int64                      10             varints
    bool                       11             a byte each
    string                     8              one field a string

The TensorProto in a V1 file has neither dtype nor shape: those stand in the file's first entry.
Numbers of fixed size go between file and array without being touched; varints are coded by NumPy,
a few hundred thousand at a time.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.checkpoint import elements
from tinytf.checkpoint.coding import get_varint, put_varint

_VARINTS, _FIXED, _STRINGS = "varints", "fixed", "strings"


def _fields() -> dict:
    table = {"float32": 5, "float64": 6, "complex64": 9, "complex128": 12, "int64": 10, "bool": 11, "float16": 13, "string": 8}
    table.update(dict.fromkeys(["int8", "int16", "int32", "uint8", "uint16", "qint8", "quint8", "qint32"], 7))
    return {dtypes.as_dtype(name).as_datatype_enum: field for name, field in table.items()}


# dtype number -> field of TensorProto; the types that TensorFlow 1.15 can save in V1
FIELD = _fields()
_READ_FIELD = {  # what TensorFlow 2 might add
    **FIELD,
    dtypes.uint32.as_datatype_enum: 16,
    dtypes.uint64.as_datatype_enum: 17,
    dtypes.qint16.as_datatype_enum: 7,
    dtypes.quint16.as_datatype_enum: 7,
    dtypes.bfloat16.as_datatype_enum: 13,
}
# The most bytes that one element is estimated to take, as TensorFlow reckons before it serializes.
_AT_MOST = {
    "float32": 4, "float64": 8, "int32": 10, "uint8": 2, "int16": 10, "int8": 10, "complex64": 8, "int64": 10, "bool": 1,
    "qint8": 10, "quint8": 2, "qint32": 10, "uint16": 3, "complex128": 16, "float16": 3, "string": 10,
}  # fmt: skip
_PART = 1 << 16  # elements coded at a time


def bytes_at_most(enum: int) -> int:
    """TensorFlow's estimate of the bytes an element takes."""
    return _AT_MOST[dtypes.as_dtype(enum).name]


def _kind(enum: int) -> str:
    if enum == elements.STRING:
        return _STRINGS
    return _FIXED if _READ_FIELD[enum] in (5, 6, 9, 12) else _VARINTS


def encode(enum: int, array: np.ndarray) -> tuple:
    """(size, pieces): the TensorProto that holds the values of `array`, as an iterable of buffers of that total size."""
    kind = _kind(enum)
    if kind == _STRINGS:
        out = b"".join([b"\x42" + put_varint(len(s)) + s for s in elements.strings_of(array)])
        return len(out), [out]
    if array.size == 0:
        return 0, []
    if kind == _FIXED:
        payload = array.nbytes
        pieces = elements.pieces(array)
    else:
        payload = sum(_varint_sizes(part).sum() for part in _integers(array))
        pieces = (_put_varints(part) for part in _integers(array))
    before = head(enum, int(payload))
    return len(before) + int(payload), _chain(before, pieces)


def head(enum: int, payload: int) -> bytes:
    """What stands before the `payload` bytes of numbers."""
    return put_varint(FIELD[enum] << 3 | 2) + put_varint(payload)


def is_fixed(enum: int) -> bool:
    """Whether the numbers stand in the file as they lie in memory."""
    return _kind(enum) == _FIXED


def _chain(head, pieces):
    yield head
    yield from pieces


def _integers(array: np.ndarray):
    """The elements as uint64, as their varints see them, a part at a time."""
    if array.dtype == np.float16 or array.dtype.fields or array.dtype.kind == "V":
        base = array.dtype[0] if array.dtype.fields else np.dtype(np.uint16)
        array = np.ascontiguousarray(array).view(base)
    flat = array.reshape(-1)
    for begin in range(0, flat.size, _PART):
        part = flat[begin : begin + _PART]
        yield part.astype(np.int64 if part.dtype.kind == "i" else np.uint64).view(np.uint64)


def _varint_sizes(values: np.ndarray) -> np.ndarray:
    sizes = np.ones(values.shape, np.int64)
    top = int(values.max())
    for k in range(1, 10):
        if top >> (7 * k) == 0:
            break
        sizes += values >= np.uint64(1 << (7 * k))
    return sizes


def _put_varints(values: np.ndarray) -> bytes:
    if int(values.max()) < 0x80:
        return values.astype(np.uint8).tobytes()
    sizes = _varint_sizes(values)
    width = int(sizes.max())
    columns = np.empty((values.size, width), np.uint8)
    for k in range(width):
        columns[:, k] = (values >> np.uint64(7 * k)) & np.uint64(0x7F)
    place = np.arange(width)
    columns |= (place < sizes[:, None] - 1).astype(np.uint8) << 7
    return columns[place < sizes[:, None]].tobytes()


def decode(enum: int, count: int, proto) -> np.ndarray:
    """The `count` values in a serialized TensorProto (a memoryview), as a flat array.

    Raises ValueError where there are more or fewer, or the message is malformed.  An array of fixed-size
    numbers may be a read-only view of `proto`.
    """
    field = _READ_FIELD.get(enum)
    if field is None:
        raise ValueError(f"values of dtype {enum} cannot be in a V1 checkpoint")
    kind = _kind(enum)
    found = [part for number, part in walk(proto) if number == field and (kind == _STRINGS or type(part) is int or len(part))]
    if kind == _STRINGS:
        if any(type(part) is int for part in found):
            raise ValueError("a string is not length-delimited")
        if len(found) != count:
            raise ValueError(f"it holds {len(found)} values, its shape wants {count}")
        out = np.empty(count, object)
        for i, part in enumerate(found):
            out[i] = bytes(part)
        return out
    if kind == _FIXED:
        numpy_type = elements.NUMPY[enum].newbyteorder("<")
        held = sum(8 if type(part) is int else len(part) for part in found)
        if any(type(part) is int for part in found) or held != count * numpy_type.itemsize:
            raise ValueError(f"it holds {held} bytes of values, its shape wants {count * numpy_type.itemsize}")
        data = found[0] if len(found) == 1 else b"".join(found)
        return np.frombuffer(data, numpy_type).astype(elements.NUMPY[enum], copy=False)
    unpacked = [part for part in found if type(part) is int]
    if unpacked:  # one field a value: legal, though nobody writes it
        packed = b"".join([put_varint(part) if type(part) is int else bytes(part) for part in found])
    else:
        packed = found[0] if len(found) == 1 else b"".join(found)
    return _get_varints(packed, count, elements.NUMPY[enum])


def _get_varints(data, count: int, numpy_type) -> np.ndarray:
    coded = np.frombuffer(data, np.uint8)
    if coded.size < count:  # before anything of the claimed size is allocated
        raise ValueError(f"it holds at most {coded.size} values, its shape wants {count}")
    if numpy_type.fields:
        base = numpy_type[0]
    elif numpy_type == np.float16 or numpy_type.kind in "V" or numpy_type.name == "bfloat16":
        base = np.dtype(np.uint16)
    else:
        base = numpy_type
    out = np.empty(count, base)
    done = pos = 0
    while pos < coded.size:
        part = coded[pos : pos + 8 * _PART]
        ends = np.flatnonzero(part < 0x80)
        if not ends.size:
            raise ValueError("a varint is cut off or too long")
        if ends.size == part.size:
            values = part.astype(np.uint64)
        else:
            starts = np.empty_like(ends)
            starts[0] = 0
            starts[1:] = ends[:-1] + 1
            sizes = ends - starts + 1
            width = int(sizes.max())
            if width > 10:
                raise ValueError("a varint is longer than 10 bytes")
            values = np.zeros(ends.size, np.uint64)
            for k in range(width):
                at = np.minimum(starts + k, ends)
                digits = (part[at] & 0x7F).astype(np.uint64) << np.uint64(7 * k)
                values |= np.where(k < sizes, digits, np.uint64(0))
        if done + values.size > count:
            raise ValueError(f"it holds more values than the {count} that its shape wants")
        out[done : done + values.size] = values != 0 if base == np.bool_ else values.astype(base)
        done += values.size
        pos += int(ends[-1]) + 1
    if done != count:
        raise ValueError(f"it holds {done} values, its shape wants {count}")
    return out.view(numpy_type) if base != numpy_type else out


def walk(message):
    """The (field number, content) of each field: an int for varints, a piece of `message` for all others.

    Raises ValueError where a field reaches past the end.
    """
    pos, end = 0, len(message)
    while pos < end:
        tag, pos = get_varint(message, pos, end)
        number, wire = tag >> 3, tag & 7
        if number == 0:
            raise ValueError("a field has the number 0")
        if wire == 0:
            value, pos = get_varint(message, pos, end)
            yield number, value
            continue
        if wire == 2:
            size, pos = get_varint(message, pos, end)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"a field has the wire type {wire}")
        if pos + size > end:
            raise ValueError(f"field {number} of {size} bytes reaches past the end of its message")
        yield number, message[pos : pos + size]
        pos += size


def messages(message, wanted: int):
    """The contents of the field `wanted`, which holds bytes or messages; ValueError where it holds numbers, or one is malformed."""
    for number, content in walk(message):
        if number == wanted:
            if type(content) is int:
                raise ValueError(f"field {wanted} holds a number")
            yield content
