"""Arrays to TensorProto and back: where the bytes lie, and what a proto that lies gets."""

import numpy as np
import pytest

import tinytf as tf
from tinytf import protos
from tinytf.graph.tensor_proto import decode, make_ndarray, make_tensor_proto

FIELDS = [
    (np.float32(2.5), "float_val", [2.5]),
    (np.float64(2.5), "double_val", [2.5]),
    (np.int32(7), "int_val", [7]),
    (np.uint8(7), "int_val", [7]),
    (np.int64(7), "int64_val", [7]),
    (np.uint32(7), "uint32_val", [7]),
    (np.uint64(7), "uint64_val", [7]),
    (np.array([True, False]), "bool_val", [True, False]),
    (np.float16([1, 2]), "half_val", [15360, 16384]),
    (np.uint16([1, 2]), "int_val", [1, 2]),
    (np.complex64([1 + 2j]), "scomplex_val", [1, 2]),
    (np.array([b"a", b"b\0"], object), "string_val", [b"a", b"b\0"]),
]


@pytest.mark.parametrize("value, field, expected", FIELDS)
def test_single_elements_and_the_types_without_raw_bytes_use_typed_fields(value, field, expected):
    proto = make_tensor_proto(value)
    assert list(getattr(proto, field)) == expected
    assert not proto.tensor_content
    np.testing.assert_array_equal(make_ndarray(proto), value)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "uint8", "int16", "int32", "int64", "uint32", "uint64"])
def test_several_elements_are_raw_bytes(dtype):
    value = np.arange(6, dtype=dtype).reshape(2, 3)
    proto = make_tensor_proto(value)
    assert proto.tensor_content == value.tobytes()
    np.testing.assert_array_equal(make_ndarray(proto), value)
    big_endian = value.astype(value.dtype.newbyteorder(">"))
    assert make_tensor_proto(big_endian).tensor_content == value.tobytes()


def test_the_last_value_fills_a_larger_shape():
    proto = make_tensor_proto([1, 2], shape=[2, 3])
    assert list(proto.int_val) == [1, 2]
    assert make_ndarray(proto).tolist() == [[1, 2, 2], [2, 2, 2]]


@pytest.mark.parametrize(
    "value, dtype", [(1, "int32"), (2**40, "int64"), (1.5, "float32"), (True, "bool"), ("a", "string"), (1j, "complex128"), ([], "float32")]
)
def test_python_values_become_the_smaller_types(value, dtype):
    assert make_tensor_proto(value).dtype == getattr(tf, dtype).as_datatype_enum


def test_a_decoded_copy_may_be_written_to_the_shared_bytes_not():
    proto = make_tensor_proto([1.0, 2.0])
    make_ndarray(proto)[0] = 5
    assert not decode(proto).flags.writeable


def _proto(dims, dtype=1, **fields):
    proto = protos.TensorProto(dtype=dtype, **fields)
    for d in dims:
        proto.tensor_shape.dim.add(size=d)
    return proto


LIES = {
    "negative dimension": _proto([-2], tensor_content=b"12345678"),
    "too few bytes": _proto([3], tensor_content=b"12345678"),
    "too many bytes": _proto([1], tensor_content=b"12345678"),
    "a huge shape with a little content": _proto([1 << 40, 1 << 40], tensor_content=b"1234"),
    "more values than the shape has": _proto([1], float_val=[1, 2]),
    "strings cut off": _proto([2], dtype=7, tensor_content=b"\x05\xff"),
    "strings that do not add up": _proto([2], dtype=7, tensor_content=b"\x01\x09ab"),
}


@pytest.mark.parametrize("lie", sorted(LIES))
def test_a_proto_that_lies_is_refused(lie):
    with pytest.raises(ValueError):
        make_ndarray(LIES[lie])


def test_strings_in_raw_content_are_read():
    assert make_ndarray(_proto([2], dtype=7, tensor_content=b"\x01\x02abc")).tolist() == [b"a", b"bc"]


def test_a_dtype_without_elements_is_a_type_error():
    with pytest.raises(TypeError):
        make_ndarray(_proto([], dtype=20))
