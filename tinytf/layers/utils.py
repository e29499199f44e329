"""Arguments of convolution and pooling layers, brought into one form."""

from __future__ import annotations

from tinytf.layers.smart_cond import known_value as constant_value  # noqa: F401  (what tf.layers.utils has)
from tinytf.layers.smart_cond import smart_cond  # noqa: F401

_FORMATS = {("channels_last", 3): "NWC", ("channels_last", 4): "NHWC", ("channels_last", 5): "NDHWC",
            ("channels_first", 3): "NCW", ("channels_first", 4): "NCHW", ("channels_first", 5): "NCDHW"}  # fmt: skip


def convert_data_format(data_format: str, ndim: int) -> str:
    """('channels_last', 4) -> 'NHWC'."""
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError("Invalid data_format:", data_format)
    if not 3 <= ndim <= 5:
        raise ValueError("Input rank not supported:", ndim)
    return _FORMATS[data_format, ndim]


def normalize_tuple(value, n: int, name: str) -> tuple:
    """An int, or n ints, as a tuple of n."""
    if isinstance(value, int):
        return (value,) * n
    message = f"The `{name}` argument must be a tuple of {n} integers. Received: {value}"
    try:
        result = tuple(value)
    except TypeError:
        raise ValueError(message) from None
    if len(result) != n:
        raise ValueError(message)
    for item in result:
        try:
            int(item)
        except (ValueError, TypeError):
            raise ValueError(f"{message} including element {item} of type {type(item)}") from None
    return result


def normalize_data_format(value) -> str:
    """'channels_last' (the default) or 'channels_first'."""
    value = "channels_last" if value is None else value.lower()
    if value not in ("channels_first", "channels_last"):
        raise ValueError(f'The `data_format` argument must be one of "channels_first", "channels_last". Received: {value}')
    return value


def normalize_padding(value):
    """'valid', 'same' or 'causal'; a list stays."""
    if isinstance(value, (list, tuple)):
        return value
    padding = value.lower()
    if padding not in ("valid", "same", "causal"):
        raise ValueError(f'The `padding` argument must be a list/tuple or one of "valid", "same" (or "causal", only for `Conv1D). Received: {padding}')  # noqa: E501
    return padding


def conv_output_length(length, size, padding, stride, dilation=1):
    """How many positions a window has; None where the length is unknown."""
    if length is None:
        return None
    assert padding in ("same", "valid", "full", "causal")
    window = (size - 1) * dilation + 1
    positions = {"same": length, "causal": length, "valid": length - window + 1, "full": length + window - 1}[padding]
    return (positions + stride - 1) // stride


def conv_input_length(length, size, padding, stride):
    """The length that a convolution makes `length` of; None where it is unknown."""
    if length is None:
        return None
    assert padding in ("same", "valid", "full")
    pad = {"same": size // 2, "valid": 0, "full": size - 1}[padding]
    return (length - 1) * stride - 2 * pad + size


def deconv_output_length(length, size, padding, stride=0, output_padding=None, dilation=1):
    """The length (an int or a tensor) that a transposed convolution gives."""
    if length is None:
        return None
    size = size + (size - 1) * (dilation - 1)
    if output_padding is None:
        if padding == "full":
            return length * stride - (stride + size - 2)
        return length * stride + max(size - stride, 0) if padding == "valid" else length * stride
    pad = {"same": size // 2, "valid": 0, "full": size - 1}[padding]
    return (length - 1) * stride + size - 2 * pad + output_padding
