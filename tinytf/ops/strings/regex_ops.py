"""Regular expressions: RegexReplace, RegexFullMatch.  `re2` reads and runs the patterns."""

from __future__ import annotations

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input, with_rank
from tinytf.ops.array.shape_ops import show
from tinytf.ops.strings import re2
from tinytf.ops.strings.re2_syntax import SyntaxNotOfRE2
from tinytf.ops.strings.string_kernels import each

_UTF8 = "utf-8", "surrogateescape"


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _same_shape(op):
    for parameter in op.inputs[1:]:
        with_rank(parameter.dims, 0)
    return same_as_input(op)


def _same_shape_op(signature, kernel):
    op(signature, shape=_same_shape, kernel=kernel, gradient=NOT_DIFFERENTIABLE)


def _compile(op, pattern: bytes):
    try:
        return re2.compile(pattern)
    except SyntaxNotOfRE2 as error:
        raise _invalid(op, f"Invalid pattern: {pattern.decode('utf-8', 'replace')}, error: {error}") from None


def _rewrite(rewrite: bytes, count: int, everywhere: bool):
    """The text and the numbers of groups that RE2's rewrite text asks for; a group that is not there is empty.

    Behind a backslash with nothing to it RE2 stops.  Everywhere, what stands before it is put in; once only, nothing is
    replaced: None.
    """
    pieces: list = [b""]
    at = 0
    while at < len(rewrite):
        c = rewrite[at : at + 1]
        at += 1
        if c == b"\\":
            c = rewrite[at : at + 1]
            at += 1
            if c.isdigit():
                pieces += [int(c), b""] if int(c) <= count else []
                continue
            if c != b"\\":
                return pieces if everywhere else None
        pieces[-1] += c
    return pieces


def _character(text, at: int):
    """The character at a place of a text; of bytes that are no UTF-8 the first one."""
    if isinstance(text, str):
        return text[at : at + 1]
    for size in (1, 2, 3, 4):
        try:
            text[at : at + size].decode("utf-8", "surrogatepass")
            return text[at : at + size]
        except UnicodeDecodeError:
            pass
    return text[at : at + 1]


def _replaced(pattern, pieces, text: bytes, everywhere: bool) -> bytes:
    """`text` with its matches replaced; no empty match stands directly behind another match."""
    if pieces is None:
        return text
    readable, search = pattern.searcher(text, max((p for p in pieces if isinstance(p, int)), default=0))
    if isinstance(readable, str):
        pieces = [p if isinstance(p, int) else p.decode(*_UTF8) for p in pieces]
    out, at, last_end = [], 0, -1
    while at <= len(readable):
        spans = search(at)
        if spans is None:
            break
        start, end = spans[0]
        out.append(readable[at:start])
        at = end
        if end == start == last_end:
            out.append(_character(readable, at))
            at += max(1, len(out[-1]))
            continue
        last_end = at
        out.extend(readable[slice(*spans[p])] if isinstance(p, int) else p for p in pieces)
        if not everywhere:
            break
    out.append(readable[at:])
    return b"".join(out) if readable is text else "".join(out).encode(*_UTF8)


def _replacer(op, pattern, rewrite, everywhere):
    compiled = _compile(op, pattern)
    pieces = _rewrite(rewrite, compiled.groups, everywhere)
    return each(lambda s: _replaced(compiled, pieces, s, everywhere))


def _matcher(op, pattern):
    return each(_compile(op, pattern).matches, bool)


def _scalar(op, what, text):
    if text.ndim:
        raise _invalid(op, f"{what} must be scalar, but received {show(text.shape)}")
    return text.item()


def _replace_kernel(op):
    every = op.attr("replace_global")
    return lambda x, pattern, rewrite: _replacer(op, _scalar(op, "Pattern", pattern), _scalar(op, "Rewrite", rewrite), every)(x)


_same_shape_op(
    "StaticRegexReplace(input: string) -> (output: string); pattern: string; rewrite: string; replace_global: bool = true",
    lambda op: _replacer(op, op.attr("pattern"), op.attr("rewrite"), op.attr("replace_global")),
)
_same_shape_op(
    "RegexReplace(input: string, pattern: string, rewrite: string) -> (output: string); replace_global: bool = true",
    _replace_kernel,
)
_same_shape_op(
    "StaticRegexFullMatch(input: string) -> (output: bool); pattern: string", lambda op: _matcher(op, op.attr("pattern"))
)


_same_shape_op(
    "RegexFullMatch(input: string, pattern: string) -> (output: bool)",
    lambda op: lambda x, pattern: _matcher(op, _scalar(op, "Pattern", pattern))(x),
)
