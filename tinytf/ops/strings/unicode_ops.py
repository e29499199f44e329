"""Strings and code points: UnicodeDecode, UnicodeEncode, UnicodeTranscode, UnicodeScript; and StringNGrams."""

from __future__ import annotations

import codecs
import re
import threading

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input, with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.strings.string_kernels import each, objects
from tinytf.util.dispatch import add_dispatch_support


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


# ---- one string to code points

# The codecs of Python that ICU, as TensorFlow carries it, has too; it also ignores case and punctuation in their names.
_CODECS = {
    "utf-8", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le", "utf-7", "ascii", "cp852", "cp866", "cp949",
    "cp950", "cp932", "big5", "big5hkscs", "gb2312", "gbk", "gb18030", "hz", "shift_jis", "euc_jp", "euc_kr", "iso2022_jp",
    "iso2022_kr", "koi8-r", "mac-roman", "tis-620", *(f"cp125{i}" for i in range(8)), *(f"iso8859-{i}" for i in range(1, 16)),
}  # fmt: skip
_BYTE_ORDER_MARKS = {"utf-16": (2, b"\xff\xfe", b"\xfe\xff"), "utf-32": (4, b"\xff\xfe\0\0", b"\0\0\xfe\xff")}
_WIDTHS = {"utf-16": 2, "utf-32": 4}  # bytes of a unit, by the first letters of the codec
_MARK = 0xDC80  # stands for bytes that are no character: a surrogate, which no decoder gives


class _Spans(threading.local):
    """How many bytes each mark of the string being decoded stands for."""

    def __init__(self):
        self.lengths: list = []
        self.keeps_controls = False


_spans = _Spans()


def _mark(error):
    byte = error.object[error.start]
    if _spans.keeps_controls and byte < 0xA0:  # in the code pages of Windows these stand for themselves
        return chr(byte), error.start + 1
    _spans.lengths.append(error.end - error.start)
    return chr(_MARK), error.end


codecs.register_error("tinytf.unicode_ops.mark", _mark)


def _codec(op, encoding: bytes) -> str:
    name = encoding.decode("utf-8", "replace")
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = ""
    if found not in _CODECS:
        raise _invalid(op, f"Could not create converter for input encoding: {name}")
    return found


def code_points(text: bytes, codec: str):
    """(code points, whether each stands for bytes that are no character, how many bytes each takes)."""
    skipped = 0
    if codec in _BYTE_ORDER_MARKS:
        size, little, big = _BYTE_ORDER_MARKS[codec]
        order = "le" if text[:size] == little else "be"
        skipped = size if text[:size] in (little, big) else 0
        codec = f"{codec}-{order}"
    _spans.lengths, _spans.keeps_controls = [], codec.startswith("cp125")
    decoded = text[skipped:].decode(codec, "tinytf.unicode_ops.mark")
    codes = np.frombuffer(decoded.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int32)
    bad = codes == _MARK
    lengths = _lengths(decoded, codes, codec)
    lengths[bad] = _spans.lengths
    if len(lengths):
        lengths[0] += skipped
    return codes, bad, lengths


def _lengths(decoded, codes, codec) -> np.ndarray:
    if codec == "utf-8":
        return 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000).astype(np.int64)
    width = _WIDTHS.get(codec[:6])
    if width == 2:
        return 2 + 2 * (codes >= 0x10000).astype(np.int64)
    if width == 4:
        return np.full(len(codes), 4, np.int64)
    return np.array([1 if code == _MARK else len(c.encode(codec, "replace")) for c, code in zip(decoded, codes)], np.int64)


class _Policy:
    """What becomes of malformed input, by the attributes of an op."""

    def __init__(self, op):
        self.errors, self.replacement = op.attr("errors"), op.attr("replacement_char")
        if not 0 <= self.replacement <= 0x10FFFF:
            raise _invalid(op, "replacement_char out of unicode codepoint range")
        self.op = op
        self.codec = _codec(op, op.attr("input_encoding"))
        self.controls = op.attr("replace_control_characters")

    def decode(self, text: bytes, strict_controls=False):
        """(code points, how many bytes each takes, which of them remain)."""
        codes, bad, lengths = code_points(text, self.codec)
        replaced = bad | (codes <= 0x1F) if self.controls else bad
        if self.errors == b"strict" and (replaced if strict_controls else bad).any():
            raise _invalid(self.op, "Invalid formatting on input string")
        keep = ~replaced if self.errors == b"ignore" else np.ones(len(codes), bool)
        return np.where(replaced, np.int32(self.replacement), codes), lengths, keep


def _decode_kernel(with_offsets):
    def kernel(op):
        policy = _Policy(op)
        splits_type = np.dtype(op.attr("Tsplits").as_numpy_dtype)

        def decode(x):
            rows, offsets = [], []
            for text in x.ravel().tolist():
                codes, lengths, keep = policy.decode(text)
                rows.append(codes[keep])
                offsets.append((np.cumsum(lengths) - lengths)[keep])
            splits = np.zeros(len(rows) + 1, splits_type)
            np.cumsum([len(row) for row in rows], out=splits[1:])
            values = np.concatenate(rows) if rows else np.empty(0, np.int32)
            if not with_offsets:
                return splits, values
            return splits, values, np.concatenate(offsets).astype(np.int64) if rows else np.empty(0, np.int64)

        return decode

    return kernel


def _decode_shape(count):
    def shape(op):
        dims = op.inputs[0].dims
        known = dims is not None and None not in dims
        return [((int(np.prod(dims, dtype=np.int64)) + 1 if known else None),)] + [(None,)] * count

    return shape


_ERRORS = (
    "errors: {'strict', 'replace', 'ignore'} = 'replace'; replacement_char: int = 65533; replace_control_characters: bool = false"
)
op("UnicodeDecode(input: string) -> (row_splits: Tsplits, char_values: int32); input_encoding: string; "
   f"{_ERRORS}; Tsplits: {{int32, int64}} = int64",
   shape=_decode_shape(1), kernel=_decode_kernel(with_offsets=False))  # fmt: skip
op("UnicodeDecodeWithOffsets(input: string) -> (row_splits: Tsplits, char_values: int32, char_to_byte_starts: int64); "
   f"input_encoding: string; {_ERRORS}; Tsplits: {{int32, int64}} = int64",
   shape=_decode_shape(2), kernel=_decode_kernel(with_offsets=True))  # fmt: skip

# ---- code points to one string

_SURROGATES = re.compile("[\ud800-\udfff]")


def _encoder(target: bytes):
    """A function from code points to bytes; lone surrogates stay, but for UTF-8, which has none."""
    codec = {b"UTF-8": "utf-8", b"UTF-16-BE": "utf-16-be", b"UTF-32-BE": "utf-32-be"}[target]

    def encode(codes) -> bytes:
        # By way of UTF-16, in which two surrogates may make one character.
        text = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        if codec == "utf-8":
            return _SURROGATES.sub("\ufffd", text).encode(codec)
        return text.encode(codec, "surrogatepass")

    return encode


def _encode_kernel(op):
    policy, replacement = op.attr("errors"), op.attr("replacement_char")
    if not 0 <= replacement <= 0x10FFFF:
        raise _invalid(op, "replacement_char out of unicode codepoint range")
    encode = _encoder(op.attr("output_encoding"))

    def unicode_encode(values, splits):
        if splits.ndim != 1 or not splits.size:
            raise _invalid(op, "input_splits must be a vector with at least one element")
        if splits.min() < 0 or splits.max() > values.size:
            raise _invalid(op, f"input_splits points outside of the {values.size} values")
        bad = (values < 0) | (values > 0x10FFFF)
        if bad.any():
            if policy == b"strict":
                raise _invalid(op, "Code point value out of valid Unicode range.")
            values = np.where(bad, np.int32(replacement), values)
        keep = ~bad if policy == b"ignore" else None
        rows = []
        for start, limit in zip(splits[:-1], splits[1:]):
            codes = values[start:limit]
            rows.append(encode(codes if keep is None else codes[keep[start:limit]]))
        return objects(rows, (len(rows),))

    return unicode_encode


def _encode_shape(op):
    with_rank(op.inputs[0].dims, 1)
    splits = with_rank(op.inputs[1].dims, 1)
    return [(None if splits is None or splits[0] is None else splits[0] - 1,)]


op("UnicodeEncode(input_values: int32, input_splits: Tsplits) -> (output: string); errors: {'ignore', 'replace', 'strict'} = 'replace'; "
   "output_encoding: {'UTF-8', 'UTF-16-BE', 'UTF-32-BE'}; replacement_char: int = 65533; Tsplits: {int32, int64} = int64",
   shape=_encode_shape, kernel=_encode_kernel)  # fmt: skip

# ---- one string to another


def _transcode_kernel(op):
    policy = _Policy(op)
    encode = _encoder(op.attr("output_encoding"))

    def transcode(text):
        codes, _, keep = policy.decode(text, strict_controls=True)
        return encode(codes[keep])

    return each(transcode)


op(f"UnicodeTranscode(input: string) -> (output: string); input_encoding: string; output_encoding: {{'UTF-8', 'UTF-16-BE', 'UTF-32-BE'}}; {_ERRORS}",
   shape=same_as_input, kernel=_transcode_kernel)  # fmt: skip


def unicode_transcode(
    input, input_encoding, output_encoding, errors="replace", replacement_char=65533, replace_control_characters=False,
    name=None,
) -> Tensor:  # fmt: skip
    """Each string from one encoding to another.  Follows `tf.strings.unicode_transcode` of TF 1.15."""
    return make(
        "UnicodeTranscode", input, input_encoding=input_encoding, output_encoding=output_encoding, errors=errors,
        replacement_char=replacement_char, replace_control_characters=replace_control_characters, name=name,
    )  # fmt: skip


# ---- scripts


def _script_kernel(op):
    from tinytf.ops.strings.unicode_scripts import RUNS

    runs = [run.split(":") for run in RUNS.split()]
    starts = np.array([int(start, 16) for start, _ in runs])
    scripts = np.array([int(script, 16) for _, script in runs], np.int32)

    def script(codes):
        found = scripts[np.maximum(np.searchsorted(starts, codes, side="right") - 1, 0)]
        return np.where((codes < 0) | (codes > 0x10FFFF), np.int32(-1), found)

    return script


op("UnicodeScript(input: int32) -> (output: int32)", shape=same_as_input, kernel=_script_kernel)


@add_dispatch_support
def unicode_script(input, name=None) -> Tensor:
    """The number ICU gives to the script of each code point.  Follows `tf.strings.unicode_script` of TF 1.15."""
    return make("UnicodeScript", input, name=name)


# ---- n-grams


def _ngrams_kernel(op):
    separator, left, right = op.attr("separator"), op.attr("left_pad"), op.attr("right_pad")
    widths, wanted_pad, preserve_short = op.attr("ngram_widths"), op.attr("pad_width"), op.attr("preserve_short_sequences")

    def pad_of(width):
        return min(width - 1 if wanted_pad < 0 else wanted_pad, width - 1)

    def grams(data, start, count, width):
        """`count` n-grams of the strings from `start` on."""
        pad = pad_of(width)
        for i in range(count):
            before, behind = max(0, pad - i), max(0, pad - (count - (i + 1)))
            tokens = width - before - behind
            first = start + (0 if before else i - pad)
            # Of an empty row TensorFlow takes the string that stands before it.
            taken = data[first : first + tokens] if tokens > 0 else data[max(first - 1, 0) : first]
            yield separator.join([left] * before + taken + [right] * behind)

    def string_ngrams(data, splits):
        data = data.tolist()
        for split in splits.tolist():
            if not 0 <= split <= len(data):
                raise _invalid(op, f"Invalid split value {split}, must be in [0,{len(data)}]")
        result, ends = [], [0]
        for start, limit in zip(splits[:-1].tolist(), splits[1:].tolist()):
            before, length = len(result), limit - start
            for width in widths:
                count = max(0, length + 2 * pad_of(width) - width + 1)
                result.extend(grams(data, start, count, width))
            if preserve_short and len(result) == before and length > 0:
                # The whole row, with the padding that was asked for, is one n-gram.
                result.extend(grams(data, start, 1, length + 2 * wanted_pad))
            ends.append(len(result))
        return objects(result, (len(result),)), np.array(ends[: splits.size], splits.dtype)

    return string_ngrams


def _ngrams_shape(op):
    with_rank(op.inputs[0].dims, 1)
    splits = with_rank(op.inputs[1].dims, 1)
    return [(None,), splits if splits is not None else (None,)]


op("StringNGrams(data: string, data_splits: Tsplits) -> (ngrams: string, ngrams_splits: Tsplits); separator: string; "
   "ngram_widths: list(int) >= 0; left_pad: string; right_pad: string; pad_width: int; preserve_short_sequences: bool; "
   "Tsplits: {int32, int64} = int64",
   shape=_ngrams_shape, kernel=_ngrams_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
