"""The functions on strings: joined, split, cut, matched, hashed, read as numbers and written."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import constant as constants
from tinytf.ops.array import shape_ops  # noqa: F401  (registers the ops)
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.strings import regex_ops, string_kernels  # noqa: F401  (registers the ops)
from tinytf.util.dispatch import add_dispatch_support


@add_dispatch_support
def string_join(inputs, separator="", name=None) -> Tensor:
    """String tensors joined element by element; scalars broadcast.  Follows `tf.string_join` of TF 1.15."""
    return make("StringJoin", inputs, separator=separator, name=name)


def string_split(source, sep=None, skip_empty=True, delimiter=None, result_type="SparseTensor", name=None):
    """The pieces of each string of a vector, between any of the bytes of `sep` (a space if None).

    A SparseTensor, or a RaggedTensor where `result_type` says so.  Follows `tf.string_split` of TF 1.15.
    """
    with name_scope(name, "StringSplit", [source]):
        delimiter = deprecated_argument("sep", sep, "delimiter", delimiter)
        delimiter = convert_to_tensor(" " if delimiter is None else delimiter, dtype=dtypes.string)
        source = convert_to_tensor(source, dtype=dtypes.string)
        pieces = SparseTensor(*make("StringSplit", source, delimiter, skip_empty=skip_empty))
        if result_type == "SparseTensor":
            return pieces
        from tinytf.ragged import strings

        return strings.as_result(pieces, result_type)


def string_split_v2(source, sep=None, maxsplit=-1) -> SparseTensor:
    """The pieces of each string of a vector, as Python's `str.split`.  Follows string_ops.string_split_v2 of TF 1.15."""
    separator = convert_to_tensor("" if sep is None else sep, dtype=dtypes.string)
    source = convert_to_tensor(source, dtype=dtypes.string)
    return SparseTensor(*make("StringSplitV2", source, separator, maxsplit=maxsplit))


def strings_split(input=None, sep=None, maxsplit=-1, result_type="SparseTensor", source=None, name=None):
    """The pieces of each string, as Python's `str.split`.  Follows `tf.strings.split` of TF 1.15.

    A SparseTensor, or a RaggedTensor where `result_type` says so.
    """
    input = deprecated_argument("input", input, "source", source)
    with name_scope(name, "StringSplit", [input]):
        if isinstance(input, (Tensor, str, bytes, list, tuple, np.ndarray)):
            input = convert_to_tensor(input, dtype=dtypes.string, name="input")
            if result_type == "SparseTensor" and input.dims is not None and len(input.dims) == 1:
                return string_split_v2(input, sep=sep, maxsplit=maxsplit)
        from tinytf.ragged import strings, tensor

        input = tensor.convert_to_tensor_or_ragged_tensor(input, dtype=dtypes.string, name="input")
        return strings.as_result(strings.string_split_v2(input, sep=sep, maxsplit=maxsplit), result_type)


@add_dispatch_support
def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None) -> Tensor:
    """Each element written as a string, as C's printf does.  Follows `tf.as_string` of TF 1.15."""
    return make(
        "AsString", input, precision=precision, scientific=scientific, shortest=shortest, width=width, fill=fill, name=name
    )


@add_dispatch_support
def string_to_number(string_tensor=None, out_type=dtypes.float32, name=None, input=None) -> Tensor:
    """Each string read as a number; InvalidArgumentError where one is none.  Follows `tf.string_to_number` of TF 1.15."""
    string_tensor = deprecated_argument("input", input, "string_tensor", string_tensor)
    return make("StringToNumber", string_tensor, out_type=dtypes.as_dtype(out_type), name=name)


@add_dispatch_support
def substr(input, pos, len, name=None, unit="BYTE") -> Tensor:
    """`len` bytes (or UTF-8 characters) of each string from `pos`.  Follows `tf.substr` of TF 1.15."""
    return make("Substr", input, pos, len, unit=unit, name=name)


def reduce_join(
    inputs, axis=None, keep_dims=None, separator="", name=None, reduction_indices=None, keepdims=None
) -> Tensor:
    """The strings along `axis` (all, from the last dimension on, if None) joined.  Follows `tf.reduce_join` of TF 1.15."""
    keepdims = deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims)
    axis = deprecated_argument("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(None, "ReduceJoin", [inputs, axis]):
        inputs = convert_to_tensor(inputs)
        if axis is None:
            if inputs.dims is not None:
                axis = constants.small_constant(np.arange(len(inputs.dims) - 1, -1, -1), dtype=dtypes.int32)
            else:
                from tinytf.ops.math import math_ops

                axis = math_ops.range(shape_ops.rank(inputs) - 1, -1, -1)
        return make("ReduceJoin", inputs, axis, keep_dims=bool(keepdims), separator=separator, name=name)


@add_dispatch_support
def regex_replace(input, pattern, rewrite, replace_global=True, name=None) -> Tensor:
    """Each string with the matches of `pattern` (or only the first) replaced.  Follows `tf.regex_replace` of TF 1.15."""
    if isinstance(pattern, (str, bytes)) and isinstance(rewrite, (str, bytes)):
        return make(
            "StaticRegexReplace", input, pattern=pattern, rewrite=rewrite, replace_global=replace_global, name=name
        )
    return make("RegexReplace", input, pattern, rewrite, replace_global=replace_global, name=name)


@add_dispatch_support
def regex_full_match(input, pattern, name=None) -> Tensor:
    """Whether each whole string matches `pattern`.  Follows `tf.strings.regex_full_match` of TF 1.15."""
    if isinstance(pattern, (str, bytes)):
        return make("StaticRegexFullMatch", input, pattern=pattern, name=name)
    return make("RegexFullMatch", input, pattern, name=name)


@add_dispatch_support
def string_to_hash_bucket(string_tensor=None, num_buckets=None, name=None, input=None) -> Tensor:
    """A bucket in [0, num_buckets) for each string.  Follows `tf.string_to_hash_bucket` of TF 1.15."""
    string_tensor = deprecated_argument("input", input, "string_tensor", string_tensor)
    return make("StringToHashBucket", string_tensor, num_buckets=num_buckets, name=name)


@add_dispatch_support
def string_to_hash_bucket_fast(input, num_buckets, name=None) -> Tensor:
    """A bucket for each string, by FarmHash.  Follows `tf.string_to_hash_bucket_fast` of TF 1.15."""
    return make("StringToHashBucketFast", input, num_buckets=num_buckets, name=name)


@add_dispatch_support
def string_to_hash_bucket_strong(input, num_buckets, key, name=None) -> Tensor:
    """A bucket for each string, by SipHash with the two integers of `key`."""
    return make("StringToHashBucketStrong", input, num_buckets=num_buckets, key=key, name=name)


@add_dispatch_support
def encode_base64(input, pad=False, name=None) -> Tensor:
    """Each string in web-safe base64.  Follows `tf.encode_base64` of TF 1.15."""
    return make("EncodeBase64", input, pad=pad, name=name)


@add_dispatch_support
def decode_base64(input, name=None) -> Tensor:
    """Each string decoded from web-safe base64, padded or not.  Follows `tf.decode_base64` of TF 1.15."""
    return make("DecodeBase64", input, name=name)


@add_dispatch_support
def string_strip(input, name=None) -> Tensor:
    """Each string without white space around it.  Follows `tf.string_strip` of TF 1.15."""
    return make("StringStrip", input, name=name)


@add_dispatch_support
def string_length(input, name=None, unit="BYTE") -> Tensor:
    """The bytes (or UTF-8 characters) of each string.  Follows `tf.strings.length` of TF 1.15."""
    return make("StringLength", input, unit=unit, name=name)


@add_dispatch_support
def string_lower(input, encoding="", name=None) -> Tensor:
    """Each string in lower case.  Follows `tf.strings.lower` of TF 1.15."""
    return make("StringLower", input, encoding=encoding, name=name)


@add_dispatch_support
def string_upper(input, encoding="", name=None) -> Tensor:
    """Each string in upper case.  Follows `tf.strings.upper` of TF 1.15."""
    return make("StringUpper", input, encoding=encoding, name=name)


def string_format(template, inputs, placeholder="{}", summarize=3, name=None) -> Tensor:
    """`template` with its placeholders replaced by the values of `inputs`.  Follows `tf.strings.format` of TF 1.15."""
    if isinstance(inputs, Tensor) or hasattr(inputs, "_as_graph_element"):
        inputs = [inputs]
    if template.count(placeholder) != len(inputs):
        raise ValueError(
            f"{template.count(placeholder)} placeholder(s) in template does not match {len(inputs)} tensor(s) provided as input"
        )
    return make("StringFormat", inputs, template=template, placeholder=placeholder, summarize=summarize, name=name)


def unsorted_segment_join(inputs, segment_ids, num_segments, separator="", name=None) -> Tensor:
    """The strings with the same segment number joined.  Follows `tf.strings.unsorted_segment_join` of TF 1.15."""
    return make("UnsortedSegmentJoin", inputs, segment_ids, num_segments, separator=separator, name=name)


# ---- with the arguments of TF 2


def substr_v2(input, pos, len, unit="BYTE", name=None) -> Tensor:
    """`len` bytes (or UTF-8 characters) of each string from `pos`."""
    return substr(input, pos, len, name, unit)


def string_length_v2(input, unit="BYTE", name=None) -> Tensor:
    """The bytes (or UTF-8 characters) of each string."""
    return string_length(input, name, unit)


@add_dispatch_support
def reduce_join_v2(inputs, axis=None, keepdims=False, separator="", name=None) -> Tensor:
    """The strings along `axis` joined."""
    return reduce_join(inputs, axis=axis, keepdims=keepdims, separator=separator, name=name)
