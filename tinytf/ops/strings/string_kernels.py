"""The ops on strings: StringJoin, StringSplit, AsString, StringToNumber, Substr, ReduceJoin, hashes, base64.

A string tensor is an object array of bytes.
"""

from __future__ import annotations

import base64
import binascii
import re

import numpy as np

from tinytf import errors
from tinytf.graph.constant_value import constant_size, constant_value
from tinytf.graph.function_hash import hash64
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import (
    broadcast_dims,
    merge_dim,
    merge_dims,
    merge_each,
    same_as_input,
    with_rank,
    with_rank_at_least,
)
from tinytf.ops.array.shape_ops import show
from tinytf.ops.strings.string_hashes import fingerprint64, siphash

# ---- one string to one value


def objects(values, dims):
    """An object array of `values` (a list), of shape `dims`."""
    out = np.empty(len(values), object)
    out[:] = values
    return out.reshape(dims)


def each(function, dtype=object):
    """A kernel that applies `function` to every element."""

    def kernel(x, *_):
        return objects([function(s) for s in x.ravel().tolist()], x.shape).astype(dtype, copy=False)

    return kernel


def _same_shape_op(signature, kernel):
    op(signature, shape=same_as_input, kernel=kernel, gradient=NOT_DIFFERENTIABLE)


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


_INTEGER = re.compile(rb"\s*-?0*(\d*)(?<=\d)\s*")
_DECIMAL = re.compile(rb"\s*[+-]?(\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|nan)\s*", re.I)
_HEXADECIMAL = re.compile(rb"\s*[+-]?0x[0-9a-f]+\s*", re.I)


def parse_number(text: bytes, np_type):
    """The number that `text` is, ValueError where it is none or does not fit."""
    kind = np.dtype(np_type)
    if kind.kind in "iu":
        digits = _INTEGER.fullmatch(text)
        if digits is None or len(digits.group(1)) > 20:  # before Python takes long to read a million of them
            raise ValueError(text)
        value, info = int(text), np.iinfo(kind)
        if not info.min <= value <= info.max:
            raise ValueError(text)
        return kind.type(value)
    if len(text) >= 32:  # TensorFlow reads no longer ones
        raise ValueError(text)
    if text.isspace():
        return kind.type(0)
    if _HEXADECIMAL.fullmatch(text):
        return kind.type(int(text, 16))
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    with np.errstate(over="ignore"):
        return kind.type(float(text))


def _to_number_kernel(op):
    out = np.dtype(op.attr("out_type").as_numpy_dtype)

    def number(s):
        try:
            return parse_number(s, out)
        except ValueError:
            shown = s.decode("utf-8", "replace")
            raise _invalid(op, f"StringToNumberOp could not correctly convert string: {shown}") from None

    return each(number, out)


_same_shape_op(
    "StringToNumber(string_tensor: string) -> (output: out_type); out_type: {float, double, int32, int64} = float",
    _to_number_kernel,
)


def _as_string_kernel(op):
    dtype = op.attr("T")
    fill = op.attr("fill").decode()
    width, precision = op.attr("width"), op.attr("precision")
    if len(fill) > 1:
        raise _invalid(op, "Fill string must be one or fewer characters")
    if fill and fill not in " +-0#":
        raise _invalid(op, f'Fill argument not supported: "{fill}"')
    if (dtype.is_bool or dtype.is_integer) and (op.attr("scientific") or op.attr("shortest")):
        raise _invalid(op, f"scientific and shortest format not supported for datatype {dtype.name}")
    if op.attr("scientific") and op.attr("shortest"):
        raise _invalid(op, "Cannot select both scientific and shortest notation")
    if (dtype.is_bool or dtype.is_integer) and precision >= 0:
        raise _invalid(op, f"precision not supported for datatype {dtype.name}")
    form = "%" + fill + (str(width) if width > -1 else "")
    if dtype.is_bool:
        return each(lambda b: b"true" if b else b"false")
    if dtype.is_integer:
        form += "d"
    else:
        form += (f".{precision}" if precision > -1 else "") + ("e" if op.attr("scientific") else "g" if op.attr("shortest") else "f")
    # C pads what is no number with blanks, whatever the fill.
    blank_form = form.replace("%0", "%") if fill == "0" else form

    def write(v):
        return (form if np.isfinite(v) else blank_form) % v

    if dtype.is_complex:
        return each(lambda z: f"({write(z.real)},{write(z.imag)})".encode())
    return each(lambda v: write(v).encode())


_same_shape_op(
    "AsString(input: T) -> (output: string); T: {int8, int16, int32, int64, complex64, complex128, float, double, bool}; "
    "precision: int = -1; scientific: bool = false; shortest: bool = false; width: int = -1; fill: string = ''",
    _as_string_kernel,
)
_same_shape_op("StringStrip(input: string) -> (output: string)", lambda op: each(lambda s: s.strip(b" \t\n\v\f\r")))


def _length_kernel(op):
    if op.attr("unit") == b"UTF8_CHAR":
        # Every byte that does not continue a character starts one.
        return each(lambda s: sum(1 for b in s if b & 0xC0 != 0x80), np.int32)
    return each(len, np.int32)


_same_shape_op("StringLength(input: string) -> (output: int32); unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'", _length_kernel)


def _case_kernel(method):
    def kernel(op):
        encoding = op.attr("encoding")
        if encoding == b"utf-8":
            return each(lambda s: getattr(s.decode("utf-8", "replace"), method)().encode())
        if encoding:
            raise _invalid(op, f"only utf-8 or '' (no encoding) is supported, received {encoding.decode()}")
        return each(lambda s: getattr(s, method)())  # on bytes: ASCII letters only

    return kernel


_same_shape_op("StringLower(input: string) -> (output: string); encoding: string = ''", _case_kernel("lower"))
_same_shape_op("StringUpper(input: string) -> (output: string); encoding: string = ''", _case_kernel("upper"))


def _encode64_kernel(op):
    pad = op.attr("pad")

    def encode(s):
        text = base64.urlsafe_b64encode(s)
        return text if pad else text.rstrip(b"=")

    return each(encode)


def _decode64_kernel(op):
    def decode(s):
        if len(s) % 4 == 1:
            raise _invalid(op, "Base64 string length cannot be 1 modulo 4.")
        bare = re.sub(rb"(?<!=)={1,2}\Z", b"", s) if len(s) % 4 == 0 else s
        try:
            if re.search(b"[=+/]", bare):
                raise ValueError(s)
            return base64.b64decode(bare + b"=" * (-len(bare) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _invalid(op, "Invalid character found in base64.") from None

    return each(decode)


_same_shape_op("EncodeBase64(input: string) -> (output: string); pad: bool = false", _encode64_kernel)
_same_shape_op("DecodeBase64(input: string) -> (output: string)", _decode64_kernel)

def _bucket_kernel(hash_of):
    def kernel(op):
        buckets = op.attr("num_buckets")
        return each(lambda s: hash_of(s) % buckets, np.int64)

    return kernel


def _strong_kernel(op):
    key, buckets = op.attr("key"), op.attr("num_buckets")
    if len(key) != 2:
        raise _invalid(op, "Key must have 2 elements")
    low, high = (k & (1 << 64) - 1 for k in key)
    return each(lambda s: siphash(s, low, high) % buckets, np.int64)


_same_shape_op("StringToHashBucket(string_tensor: string) -> (output: int64); num_buckets: int >= 1", _bucket_kernel(hash64))
_same_shape_op("StringToHashBucketFast(input: string) -> (output: int64); num_buckets: int >= 1", _bucket_kernel(fingerprint64))
_same_shape_op(
    "StringToHashBucketStrong(input: string) -> (output: int64); num_buckets: int >= 1; key: list(int)", _strong_kernel
)

# ---- several strings to one


def _join_shape(op):
    dims = ()
    for t in op.inputs:
        if t.dims is None:
            return [None]
        if t.dims:
            dims = merge_dims(dims or None, t.dims)
    return [dims]


def _join_kernel(op):
    separator = op.attr("separator")

    def join(*parts):
        dims = next((p.shape for p in parts if p.ndim), ())
        for p in parts:
            if p.ndim and p.shape != dims:
                raise _invalid(op, f"Input shapes do not match: {show(dims)} vs. {show(p.shape)}")
        rows = [np.broadcast_to(p, dims).ravel().tolist() for p in parts]
        return objects([separator.join(row) for row in zip(*rows)], dims)

    return join


op("StringJoin(inputs: N*string) -> (output: string); N: int >= 1; separator: string = ''",
   shape=_join_shape, kernel=_join_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _reduce_join_shape(op):
    dims, axes, keep = op.inputs[0].dims, constant_value(op.inputs[1]), op.attr("keep_dims")
    if dims is None:
        return [None]
    if axes is None:
        return [(None,) * len(dims) if keep else None]
    gone = set()
    for a in axes.ravel().tolist():
        if not -len(dims) <= a < len(dims):
            raise ValueError(f"Invalid reduction dimension {a} for input with {len(dims)} dimensions.")
        gone.add(a % len(dims))
    if keep:
        return [tuple([1 if i in gone else d for i, d in enumerate(dims)])]
    return [tuple([d for i, d in enumerate(dims) if i not in gone])]


def _reduce_join_kernel(op):
    separator, keep = op.attr("separator"), op.attr("keep_dims")

    def reduce_join(x, axes):
        rank, gone = x.ndim, []
        for a in axes.ravel().tolist():
            if not -rank <= a < rank:
                raise errors.OutOfRangeError(op.node_def, op, f"Invalid reduction dimension {a} for input with {rank} dimension(s)")
            if a % rank in gone:
                raise _invalid(op, f"Duplicate reduction dimension {a}")
            gone.append(a % rank)
        kept = [i for i in range(rank) if i not in gone]
        dims = [x.shape[i] for i in kept]
        count = int(np.prod([x.shape[i] for i in gone], dtype=np.int64))
        # The dimension named first varies fastest.
        rows = x.transpose(kept + gone[::-1]).reshape(-1, count) if x.size else np.empty((int(np.prod(dims)), 0), object)
        joined = objects([separator.join(row) for row in rows.tolist()], dims)
        return joined.reshape([1 if i in gone else d for i, d in enumerate(x.shape)]) if keep else joined

    return reduce_join


op("ReduceJoin(inputs: string, reduction_indices: int32) -> (output: string); keep_dims: bool = false; separator: string = ''",
   shape=_reduce_join_shape, kernel=_reduce_join_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _segment_join_shape(op):
    data, ids, count = op.inputs[0].dims, op.inputs[1].dims, constant_size(op, 2)
    if data is None or ids is None:
        return [None]
    with_rank_at_least(data, len(ids))
    for a, b in zip(data, ids):
        merge_dim(a, b)
    return [(count,) + data[len(ids) :]]


def _segment_join_kernel(op):
    separator = op.attr("separator")

    def segment_join(x, ids, count):
        if ids.ndim > x.ndim:
            raise errors.OutOfRangeError(op.node_def, op, f"Invalid segment_id rank {ids.ndim} for input with {x.ndim} dimension(s)")
        for i, (segment_size, size) in reversed(list(enumerate(zip(ids.shape, x.shape)))):
            if segment_size != size:
                raise _invalid(op, f"Segment dimension is {segment_size} while input dimension is {size} in rank {i}")
        rest = x.shape[ids.ndim :]
        rows = x.reshape((ids.size, -1))
        parts = [[[] for _ in range(rows.shape[1])] for _ in range(int(count))]
        for i, row in zip(ids.ravel().tolist(), rows.tolist()):
            if not 0 <= i < int(count):
                raise _invalid(op, "segment_ids are not allowed to exceed num_segments or to have negative values.")
            for place, s in zip(parts[i], row):
                place.append(s)
        return objects([separator.join(p) for row in parts for p in row], (int(count),) + rest)

    return segment_join


op("UnsortedSegmentJoin(inputs: string, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: string); "
   "separator: string = ''; Tindices: {int32, int64}; Tnumsegments: {int32, int64} = int32",
   shape=_segment_join_shape, kernel=_segment_join_kernel)  # fmt: skip


def _format_kernel(op):
    from tinytf.ops.control_flow.summarize import summarize

    template, mark, limit = op.attr("template"), op.attr("placeholder"), op.attr("summarize")

    def form(*values):
        pieces = template.split(mark)
        out = [pieces[0]]
        for piece, value in zip(pieces[1:], values):
            out += [_bracketed(np.asarray(value), limit, summarize).encode("utf-8"), piece]
        return objects([b"".join(out)], ())

    return form


def _bracketed(value, limit, summarize) -> str:
    """Nested lists in brackets, the first and the last `limit` of each."""
    if value.ndim == 0:
        text = summarize(value, -1)
        return f'"{text}"' if value.dtype == object else text
    n = len(value)
    if limit < 0 or n <= 2 * limit:
        shown = [_bracketed(value[i : i + 1].reshape(value.shape[1:]), limit, summarize) for i in range(n)]
    else:
        first = [_bracketed(value[i : i + 1].reshape(value.shape[1:]), limit, summarize) for i in range(limit)]
        last = [_bracketed(value[i : i + 1].reshape(value.shape[1:]), limit, summarize) for i in range(n - limit, n)]
        shown = first + ["..."] + last
    return "[" + ("\n " if value.ndim > 1 else " ").join(shown) + "]"


op("StringFormat(inputs: T) -> (output: string); T: list(type) >= 0; template: string = '%s'; placeholder: string = '%s'; "
   "summarize: int = 3",
   shape=lambda op: [()], kernel=_format_kernel)  # fmt: skip

# ---- parts of strings


def _substr_shape(op):
    pos, length = op.inputs[1].dims, op.inputs[2].dims
    if pos is not None and length is not None:
        merge_each(with_rank(pos, len(length)), length)
    return [broadcast_dims(op.inputs[0].dims, pos)]


def _char_starts(s: bytes) -> list:
    return [i for i, b in enumerate(s) if b & 0xC0 != 0x80] + [len(s)]


def _substr_kernel(op):
    chars = op.attr("unit") == b"UTF8_CHAR"

    def cut(s, pos, length, place):
        starts = _char_starts(s) if chars else None
        size = len(starts) - 1 if chars else len(s)
        start = pos + size if pos < 0 else pos
        if not 0 <= start <= size:
            shown = "" if chars else f" b'{s.decode('latin1')}'"
            raise _invalid(op, f"pos {pos} out of range for string{shown} at index {place()}")
        if chars:
            return s[starts[start] : starts[min(start + max(length, 0), size)]]
        return s[start : start + length] if length >= 0 else s[start:]

    def substr(x, pos, length):
        if pos.shape != length.shape:
            raise _invalid(op, f"pos and len should have the same shape, got: {show(pos.shape)} vs. {show(length.shape)}")
        stretched = x.ndim and pos.ndim and x.shape != pos.shape
        try:
            x, pos, length = np.broadcast_arrays(x, pos, length)
        except ValueError:
            raise _invalid(op, f"Incompatible shapes: {show(x.shape)} vs. {show(pos.shape)}") from None

        def place_of(i):
            if not stretched or x.ndim != 2:
                return i
            row, column = divmod(i, x.shape[1])
            return row if chars else f"({row}, {column})"

        rows = zip(x.ravel().tolist(), pos.ravel().tolist(), length.ravel().tolist())
        return objects([cut(s, p, n, lambda i=i: place_of(i)) for i, (s, p, n) in enumerate(rows)], x.shape)

    return substr


op("Substr(input: string, pos: T, len: T) -> (output: string); T: {int32, int64}; unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'",
   shape=_substr_shape, kernel=_substr_kernel)  # fmt: skip


def _sparse_rows(rows):
    """(indices, values, shape) of a list of lists of strings."""
    indices = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    values = [s for row in rows for s in row]
    widest = max(map(len, rows), default=0)
    return (
        np.array(indices, np.int64).reshape(-1, 2),
        objects(values, (len(values),)),
        np.array([len(rows), widest], np.int64),
    )


def _split_kernel(op):
    skip_empty = op.attr("skip_empty")

    def split(x, delimiter):
        if x.ndim != 1:
            raise _invalid(op, f"input must be a vector, got shape: {show(x.shape)}")
        if delimiter.ndim:
            raise _invalid(op, f"delimiter must be a scalar, got shape: {show(delimiter.shape)}")
        chars = delimiter.item()
        # Every byte of the delimiter splits; without any, every byte of the string stands alone.
        pattern = re.compile(b"[" + re.escape(chars) + b"]") if chars else None
        rows = []
        for s in x.tolist():
            parts = [s[i : i + 1] for i in range(len(s))] if pattern is None else pattern.split(s) if s else []
            rows.append([p for p in parts if p] if skip_empty else parts)
        return _sparse_rows(rows)

    return split


def _pieces(text: bytes, separator: bytes, limit: int) -> list:
    """As `bytes.split`, but that with a limit of 0 the text stays as it is, and what remains at the limit is a piece, though empty."""
    if limit == 0:
        return [text]
    if separator:
        return text.split(separator, limit)
    pieces = text.split(None, limit)
    return [*pieces, b""] if len(pieces) == limit else pieces


def _split_v2_kernel(op):
    limit = op.attr("maxsplit")

    def split(x, separator):
        if x.ndim != 1:
            raise _invalid(op, f"input must be a vector, got shape: {show(x.shape)}")
        if separator.ndim:
            raise _invalid(op, f"sep must be a scalar, got shape: {show(separator.shape)}")
        return _sparse_rows([_pieces(s, separator.item(), limit) for s in x.tolist()])

    return split


def _split_shape(op):
    with_rank(op.inputs[0].dims, 1)
    with_rank(op.inputs[1].dims, 0)
    return [(None, 2), (None,), (2,)]


op("StringSplit(input: string, delimiter: string) -> (indices: int64, values: string, shape: int64); skip_empty: bool = true",
   shape=_split_shape, kernel=_split_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("StringSplitV2(input: string, sep: string) -> (indices: int64, values: string, shape: int64); maxsplit: int = -1",
   shape=_split_shape, kernel=_split_v2_kernel)  # fmt: skip
