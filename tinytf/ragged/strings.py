"""String functions whose results are ragged: split, characters, code points, n-grams."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.strings import string_ops
from tinytf.ragged import arrays, math
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, is_ragged

# ---- pieces


def _of_sparse(pieces) -> RaggedTensor:
    return RaggedTensor.from_value_rowids(pieces.values, pieces.indices[:, 0], pieces.dense_shape[0], validate=False)


def string_bytes_split(input, name=None):
    """The bytes of each string, as strings of length 1.  Follows `tf.strings.bytes_split` of TF 1.15."""
    with name_scope(name, "StringsByteSplit", [input]):
        input = convert_to_tensor_or_ragged_tensor(input, name="input")
        if isinstance(input, RaggedTensor):
            return input.with_flat_values(string_bytes_split(input.flat_values))
        rank = input.shape.ndims
        if rank is None:
            raise ValueError("input must have a statically-known rank.")
        if rank == 0:
            return string_bytes_split(array_ops.stack([input]))[0]
        if rank == 1:
            indices, values, shape = make("StringSplit", input, "", skip_empty=False)
            return RaggedTensor.from_value_rowids(values, indices[:, 0], shape[0], validate=False)
        return string_bytes_split(RaggedTensor.from_tensor(input))


def string_split_v2(input, sep=None, maxsplit=-1, name=None):
    """The pieces of each string between `sep` (white space if None).  Follows `tf.compat.v2.strings.split` of TF 1.15."""
    with name_scope(name, "StringSplit", [input]):
        input = convert_to_tensor_or_ragged_tensor(input, dtype=dtypes.string, name="input")
        if isinstance(input, RaggedTensor):
            return input.with_flat_values(string_split_v2(input.flat_values, sep, maxsplit))
        rank = input.shape.ndims
        if rank == 0:
            return string_split_v2(array_ops.stack([input]), sep, maxsplit)[0]
        if rank is None or rank == 1:
            return _of_sparse(string_ops.string_split_v2(input, sep=sep, maxsplit=maxsplit))
        return string_split_v2(RaggedTensor.from_tensor(input), sep, maxsplit)


def as_result(pieces, result_type):
    """The pieces, a SparseTensor or a RaggedTensor, as `result_type` names one of the two."""
    if result_type not in ("RaggedTensor", "SparseTensor"):
        raise ValueError("result_type must be 'RaggedTensor' or 'SparseTensor'.")
    if isinstance(pieces, RaggedTensor):
        return pieces.to_sparse() if result_type == "SparseTensor" else pieces
    return pieces if result_type == "SparseTensor" else _of_sparse(pieces)


# Under the names that tensorflow.python.ops.ragged.ragged_string_ops has for them.
string_split, strings_split_v1 = string_ops.string_split, string_ops.strings_split


def reduce_join(inputs, axis=None, keepdims=None, separator="", name=None):
    """The strings along `axis` joined.  What `tf.strings.reduce_join` of ragged tensors is in TF 2."""
    return math.ragged_reduce_aggregate(
        string_ops.reduce_join, string_ops.unsorted_segment_join, inputs, axis, keepdims, separator, name or "RaggedSegmentJoin"
    )


# ---- code points


def unicode_encode(input, output_encoding, errors="replace", replacement_char=65533, name=None):
    """Strings of the code points in the last dimension.  Follows `tf.strings.unicode_encode` of TF 1.15."""
    with name_scope(name, "UnicodeEncode", [input]):
        codes = convert_to_tensor_or_ragged_tensor(input)
        rank = codes.shape.ndims

        def encode(codes):
            return unicode_encode(codes, output_encoding, errors, replacement_char)

        if rank is None:
            raise ValueError("Rank of input_tensor must be statically known.")
        if is_ragged(codes):
            if codes.flat_values.shape.ndims > 1:
                return codes.with_flat_values(encode(codes.flat_values))
            if codes.ragged_rank > 1:
                return codes.with_values(encode(codes.values))
            return make(
                "UnicodeEncode", codes.values, codes.row_splits, output_encoding=output_encoding, errors=errors,
                replacement_char=replacement_char,
            )  # fmt: skip
        if rank == 2:
            return encode(RaggedTensor.from_tensor(codes))
        if rank > 2:
            rows = array_ops.reshape(codes, array_ops.stack([-1, array_ops.shape(codes)[-1]]))
            return array_ops.reshape(encode(rows), codes.shape[:-1])
        if rank == 0:
            raise ValueError("input_tensor's rank must be at least 1.")
        splits = array_ops.stack([0, array_ops.shape(codes, out_type=dtypes.int32)[0]])
        return array_ops.reshape(encode(RaggedTensor.from_row_splits(codes, splits, validate=False)), [])


def unicode_decode(input, input_encoding, errors="replace", replacement_char=0xFFFD, replace_control_characters=False, name=None):
    """The code points of each string.  Follows `tf.strings.unicode_decode` of TF 1.15."""
    with name_scope(name, "UnicodeDecode", [input]):
        return _decode(input, input_encoding, errors, replacement_char, replace_control_characters, with_offsets=False)


def unicode_decode_with_offsets(
    input, input_encoding, errors="replace", replacement_char=0xFFFD, replace_control_characters=False, name=None
):
    """The code points of each string, and at which byte each begins.  Follows `tf.strings.unicode_decode_with_offsets` of TF 1.15."""
    with name_scope(name, "UnicodeDecodeWithOffsets", [input]):
        return _decode(input, input_encoding, errors, replacement_char, replace_control_characters, with_offsets=True)


def unicode_split(input, input_encoding, errors="replace", replacement_char=0xFFFD, name=None):
    """The characters of each string, as strings.  Follows `tf.strings.unicode_split` of TF 1.15."""
    with name_scope(name, "UnicodeSplit", [input]):
        codes = _decode(input, input_encoding, errors, replacement_char, False, with_offsets=False)
        return unicode_encode(arrays.expand_dims(codes, -1), input_encoding, errors, replacement_char)


def unicode_split_with_offsets(input, input_encoding, errors="replace", replacement_char=0xFFFD, name=None):
    """The characters of each string, and at which byte each begins.  Follows `tf.strings.unicode_split_with_offsets` of TF 1.15."""
    with name_scope(name, "UnicodeSplitWithOffsets", [input]):
        codes, offsets = _decode(input, input_encoding, errors, replacement_char, False, with_offsets=True)
        return unicode_encode(arrays.expand_dims(codes, -1), input_encoding, errors, replacement_char), offsets


def _decode(input, input_encoding, errors, replacement_char, replace_control_characters, with_offsets):
    input = convert_to_tensor_or_ragged_tensor(input, name="input")
    rank = input.shape.ndims
    if rank is None:
        raise ValueError("Rank of `input` must be statically known.")
    if rank > 1:
        if not is_ragged(input):
            input = RaggedTensor.from_tensor(input, ragged_rank=rank - 1)
        elif input.ragged_rank < rank - 1:
            input = input.with_flat_values(RaggedTensor.from_tensor(input.flat_values, ragged_rank=rank - input.ragged_rank + 1))
    flat = array_ops.reshape(input.flat_values if is_ragged(input) else input, [-1])
    splits, *results = make(
        "UnicodeDecodeWithOffsets" if with_offsets else "UnicodeDecode", flat, input_encoding=input_encoding, errors=errors,
        replacement_char=replacement_char, replace_control_characters=replace_control_characters,
    )  # fmt: skip

    def in_rows(values):
        if rank == 0:
            return values
        rows = RaggedTensor.from_row_splits(values, splits, validate=False)
        return input.with_flat_values(rows) if rank > 1 else rows

    results = [in_rows(values) for values in results]
    return tuple(results) if with_offsets else results[0]


# ---- n-grams


def ngrams(data, ngram_width, separator=" ", pad_values=None, padding_width=None, preserve_short_sequences=False, name=None):
    """Each `ngram_width` strings that follow one another in the last dimension, joined.  Follows `tf.strings.ngrams` of TF 1.15."""
    with name_scope(name, "StringNGrams", [data]):
        left_pad, right_pad = _pads(pad_values)
        if padding_width is not None and padding_width < 1:
            raise ValueError("padding_width must be greater than 0.")
        if padding_width is not None and pad_values is None:
            raise ValueError("pad_values must be provided if padding_width is set.")
        data = convert_to_tensor_or_ragged_tensor(data, name="data", dtype=dtypes.string)
        dense_shape = None
        if isinstance(data, Tensor):
            dense_shape = array_ops.concat([array_ops.shape(data)[:-1], [-1]], axis=0)
            rank = data.shape.ndims
            if rank is None:
                raise ValueError("Rank of data must be known.")
            if rank == 0:
                raise ValueError("Data must have rank>0")
            if rank == 1:
                rows = RaggedTensor.from_row_starts(data, [0], validate=False)
                return ngrams(rows, ngram_width, separator, pad_values, padding_width, preserve_short_sequences, name)[0]
            data = RaggedTensor.from_tensor(data, ragged_rank=rank - 1)
        if data.ragged_rank > 1:
            inner = ngrams(data.values, ngram_width, separator, pad_values, padding_width, preserve_short_sequences, name)
            output = data.with_values(inner)
        else:
            widths = list(ngram_width) if isinstance(ngram_width, (list, tuple)) else [ngram_width]
            if any(width < 1 for width in widths):
                raise ValueError(f"All ngram_widths must be greater than 0. Got {ngram_width}")
            if pad_values is None:
                padding_width = 0
            elif padding_width is None:
                padding_width = -1
            values, splits = make(
                "StringNGrams", data.flat_values, data.row_splits, separator=separator, ngram_widths=widths, left_pad=left_pad,
                right_pad=right_pad, pad_width=padding_width, preserve_short_sequences=preserve_short_sequences,
            )  # fmt: skip
            output = RaggedTensor.from_row_splits(values, splits, validate=False)
        return output if dense_shape is None else array_ops.reshape(output.flat_values, dense_shape)


def _pads(pad_values) -> tuple:
    """(what stands before, what behind the strings)."""
    if pad_values is None:
        return "", ""
    pads = pad_values if isinstance(pad_values, (list, tuple)) else (pad_values, pad_values)
    if not all(isinstance(pads[i], (str, bytes)) for i in (0, 1)):
        raise TypeError("pad_values must be a string, tuple of strings, or None.")
    return pads[0], pads[1]
