"""Regular expressions: RegexReplace, RegexFullMatch.

They are Python's `re`, not RE2: the common syntax is the same, `\\1` in a rewrite too, but a malicious pattern can
take exponential time.
"""

from __future__ import annotations

import re

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input, with_rank
from tinytf.ops.string_kernels import each

_NOT_OF_RE2 = re.compile(rb"(?<!\\)(\(\?(?:=|!|<=|<!|>))")  # looking around


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


def _same_shape(op):
    for parameter in op.inputs[1:]:
        with_rank(parameter.dims, 0)
    return same_as_input(op)


def _same_shape_op(signature, kernel):
    op(signature, shape=_same_shape, kernel=kernel, gradient=NOT_DIFFERENTIABLE)


def _compile(op, pattern: bytes):
    """`pattern` for text and for bytes: RE2 reads UTF-8, and lets bytes that are none pass."""
    foreign = _NOT_OF_RE2.search(pattern)
    if foreign:
        raise _invalid_pattern(op, pattern, f"invalid perl operator: {foreign.group(1).decode()}")
    try:
        try:
            text = re.compile(pattern.decode("utf-8"), re.ASCII)
        except UnicodeDecodeError:
            text = None
        return text, re.compile(pattern)
    except re.error as error:
        raise _invalid_pattern(op, pattern, _in_words_of_re2(pattern.decode("latin1"), error)) from None


def _invalid_pattern(op, pattern, what):
    return _invalid(op, f"Invalid pattern: {pattern.decode('utf-8', 'replace')}, error: {what}")


def _in_words_of_re2(pattern: str, error) -> str:
    """What RE2 says of a pattern that `re` does not take."""
    at = error.pos or 0
    if "character set" in error.msg:
        return f"missing ]: {pattern[pattern.rindex('[', 0, at + 1) :]}"
    if "subpattern" in error.msg or "unbalanced parenthesis" in error.msg:
        return f"missing ): {pattern}"
    if "nothing to repeat" in error.msg:
        return f"no argument for repetition operator: {pattern[at : at + 1]}"
    if "min repeat" in error.msg:
        return f"invalid repetition size: {re.match('[{][^}]*[}]?', pattern[pattern.rindex('{', 0, at + 1) :]).group()}"
    if "escape" in error.msg:
        return f"invalid escape sequence: {pattern[at : at + 2]}" if pattern[at + 1 :] else "trailing \\"
    return str(error)


def _rewrite(op, rewrite: bytes, count: int):
    """RE2's rewrite text as Python's."""

    def group(match):
        c = match.group(1)
        if c == b"\\":
            return b"\\\\"
        if not c.isdigit() or int(c) > count:
            raise _invalid(op, f"Invalid rewrite: {rewrite.decode('utf-8', 'replace')}")
        return b"\\g<" + c + b">"

    return re.sub(rb"\\(.)", group, rewrite, flags=re.S)


def _replacer(op, pattern, rewrite, everywhere):
    text, raw = _compile(op, pattern)
    rewrite = _rewrite(op, rewrite, raw.groups)
    count = 0 if everywhere else 1

    def replace(s):
        if text is not None:
            try:
                return text.sub(rewrite.decode("utf-8"), s.decode("utf-8"), count=count).encode("utf-8")
            except UnicodeDecodeError:
                pass
        return raw.sub(rewrite, s, count=count)

    return each(replace)


def _matcher(op, pattern):
    text, raw = _compile(op, pattern)

    def matches(s):
        if text is not None:
            try:
                return text.fullmatch(s.decode("utf-8")) is not None
            except UnicodeDecodeError:
                pass
        return raw.fullmatch(s) is not None

    return each(matches, bool)


_same_shape_op(
    "StaticRegexReplace(input: string) -> (output: string); pattern: string; rewrite: string; replace_global: bool = true",
    lambda op: _replacer(op, op.attr("pattern"), op.attr("rewrite"), op.attr("replace_global")),
)
_same_shape_op(
    "RegexReplace(input: string, pattern: string, rewrite: string) -> (output: string); replace_global: bool = true",
    lambda op: lambda x, pattern, rewrite: _replacer(op, pattern.item(), rewrite.item(), op.attr("replace_global"))(x),
)
_same_shape_op("StaticRegexFullMatch(input: string) -> (output: bool); pattern: string", lambda op: _matcher(op, op.attr("pattern")))
_same_shape_op(
    "RegexFullMatch(input: string, pattern: string) -> (output: bool)",
    lambda op: lambda x, pattern: _matcher(op, pattern.item())(x),
)
