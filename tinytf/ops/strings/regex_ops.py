"""Regular expressions: RegexReplace, RegexFullMatch.

They are run by Python's `re`, in RE2's syntax: a malicious pattern can take exponential time.
"""

from __future__ import annotations

import re

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input, with_rank
from tinytf.ops.array.shape_ops import show
from tinytf.ops.strings.re2_syntax import SyntaxNotOfRE2, translate
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
    """`pattern` for text: RE2 reads UTF-8, and so do we; bytes that are none are surrogates then."""
    try:
        return re.compile(translate(pattern.decode("utf-8")), re.ASCII)
    except UnicodeDecodeError:
        reason = "invalid UTF-8"
    except (SyntaxNotOfRE2, re.error, OverflowError, RecursionError) as error:
        reason = str(error)
    raise _invalid(op, f"Invalid pattern: {pattern.decode('utf-8', 'replace')}, error: {reason}")


def _rewrite(rewrite: str, count: int) -> list:
    """The text and the numbers of groups that RE2's rewrite text asks for.

    At a group that is not there RE2 stops: what stands before it is put in.
    """
    pieces: list = [""]
    at = 0
    while at < len(rewrite):
        c = rewrite[at]
        at += 1
        if c == "\\":
            c = rewrite[at : at + 1]
            at += 1
            if c.isascii() and c.isdigit() and int(c) <= count:
                pieces += [int(c), ""]
                continue
            if c != "\\":
                break
        pieces[-1] += c
    return pieces


def _replaced(pattern, pieces, text: str, everywhere: bool) -> str:
    """`text` with its matches replaced; no empty match stands directly behind another match."""
    out, at, last_end = [], 0, -1
    while at <= len(text):
        match = pattern.search(text, at)
        if match is None:
            break
        out.append(text[at : match.start()])
        at = match.end()
        if match.end() == match.start() == last_end:
            out.append(text[at : at + 1])
            at += 1
            continue
        last_end = at
        out.extend(p if isinstance(p, str) else match.group(p) or "" for p in pieces)
        if not everywhere:
            break
    out.append(text[at:])
    return "".join(out)


def _replacer(op, pattern, rewrite, everywhere):
    compiled = _compile(op, pattern)
    pieces = _rewrite(rewrite.decode(*_UTF8), compiled.groups)
    return each(lambda s: _replaced(compiled, pieces, s.decode(*_UTF8), everywhere).encode(*_UTF8))


def _matcher(op, pattern):
    compiled = _compile(op, pattern)
    return each(lambda s: compiled.fullmatch(s.decode(*_UTF8)) is not None, bool)


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
_same_shape_op("StaticRegexFullMatch(input: string) -> (output: bool); pattern: string", lambda op: _matcher(op, op.attr("pattern")))


_same_shape_op(
    "RegexFullMatch(input: string, pattern: string) -> (output: bool)",
    lambda op: lambda x, pattern: _matcher(op, _scalar(op, "Pattern", pattern))(x),
)
