"""Patterns have the syntax of RE2, also where it is not Python's."""

import pytest

import tinytf as tf
from tinytf.ops.strings import re2
from tinytf.ops.strings.re2_syntax import SyntaxNotOfRE2, parse


def run(fetches):
    with tf.Session() as sess:
        return sess.run(fetches)


MATCHES = [
    ("(?i)ab", b"aB"), ("x(?i)ab", b"xAB"), ("(?i:a)B", b"AB"), ("(?s)a..", b"ab\n"), ("(?m)a$\nb", b"a\nb"), (r"ab\z", b"ab"), ("a|ab", b"ab"),
    (r"\pL+", "\u00e9\u0416".encode()), (r"\p{Cyrillic}", "\u0416".encode()), (r"\P{Greek}", "\u0416".encode()), (r"[\p{Lu}a]+", b"aB"),
    ("[[:digit:]]+", b"12"), ("[[:^alpha:]]", b"_"), (r"\Qa.b\E", b"a.b"), (r"\x{e9}", "\u00e9".encode()), (r"\001", b"\1"), ("a[]]", b"a]"),
    ("x{,5}", b"x{,5}"), ("(?U)a+", b"aa"), (r"\C", b"\xff"), ("(?P<name>a)", b"a"),
    ("(?i)\u00e9k", "\u00c9\u212a".encode()), (r"\C\C", "\u00e9".encode()), ("[^a]", b"\xed\xa0\x80"), ("a(?i)*", b"aaa"), ("(|a)*", b"aa"),
]  # fmt: skip
NO_MATCHES = [("a$", b"a\n"), (".", b"\n"), (".", b"\xff"), ("[^a]", b"\xff"), (r"\w", "\u00e9".encode()), ("(?:(?i)a)b", b"AB")]


@pytest.mark.parametrize("pattern, text", MATCHES)
def test_it_matches_what_re2_matches(pattern, text):
    assert run(tf.strings.regex_full_match(text, pattern))


@pytest.mark.parametrize("pattern, text", NO_MATCHES)
def test_it_matches_nothing_else(pattern, text):
    assert not run(tf.strings.regex_full_match(text, pattern))


WRONG = [
    ("(", "missing ): ("), ("(?", "invalid perl operator: (?"), ("a)", "missing ): a)"), ("[a", "missing ]: [a"), ("a**", "bad repetition operator: **"), ("a++", "bad repetition operator: ++"),
    ("*", "no argument for repetition operator: *"), ("(?=a)", "invalid perl operator: (?="), (r"\1", r"invalid escape sequence: \1"),
    ("[z-a]", "invalid character class range: z-a"), ("a{1001}", "invalid repetition size: {1001}"), ("(?P<n", "invalid named capture group: (?P<n"),
    ("(a{11}){100}", "invalid repetition size: {100}"), ("{2,1}?", "invalid repetition size: {2,1}?"),
    (r"\x{110000}", r"invalid escape sequence: \x{110000"), (r"\pL{1000}", "pattern too large - compile failed"),
    (r"\pX", r"invalid character class range: \pX"), ("a\\", "trailing \\"),
]  # fmt: skip


@pytest.mark.parametrize("pattern, reason", WRONG)
def test_a_wrong_pattern_is_refused_in_re2_s_words(pattern, reason):
    with pytest.raises(SyntaxNotOfRE2) as error:
        re2.compile(pattern.encode())
    assert str(error.value) == reason
    with pytest.raises(tf.errors.InvalidArgumentError, match="Invalid pattern"):
        run(tf.strings.regex_full_match("a", pattern))


REPLACED = [
    ("aab", "(|a)*", r"<\0>", b"<aa>b<>"),  # as RE2 repeats what may be empty
    ("aab", "(|a)+", r"<\0>", b"<>a<>a<>b<>"),
    ("baab", "(a*)*", r"<\1>", b"<>b<aa>b<>"),
    (b"\xff\xc3\xa9", "", "-", b"-\xff-\xc3\xa9-"),
    (b"\xc3\xa9", r"\C", "-", b"--"),
    ("baac", "a*", "-", b"-b-c-"),  # no empty match right behind another
    ("aab", "(a)(b)", r"\2\1", b"aba"),
    ("aab", "a+", r"<\0>", b"<aa>b"),
    ("ab", "a", r"x\9y", b"xyb"),  # a group that is not there is empty
    ("ab", "a", r"x\qy", b"xb"),  # what stands before an escape that is none
    ("a.b", r"\.", r"\\", b"a\\b"),
]


@pytest.mark.parametrize("text, pattern, rewrite, expected", REPLACED)
def test_matches_are_replaced(text, pattern, rewrite, expected):
    assert run(tf.strings.regex_replace(text, pattern, rewrite)) == expected


HOSTILE = ["(a*)*", "(a|a)*", "(a|aa)+", "(.*a){20}", "(a?){50}a{50}", "(x+x+)+y", "a*" * 30, "((a{1,5}){1,5}){1,5}", r"(\w+\s*)+:", "(?:(?:a|b)*c?)*"]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_no_pattern_takes_time_without_end(pattern):
    text = b"a" * 3000 + b"!"
    assert not run(tf.strings.regex_full_match(text, pattern))
    assert run(tf.strings.regex_replace(text, f"({pattern})$", r"[\1]")).endswith((b"!", b"[]"))


PATTERNS = ["a+b", "(a|ab)(c|bcd)(d*)", "^a.c$", r"(?m)^(\w+)\s", r"\bx(y)?", "(?i)[k-s]+", "[^a-z]+?b"]
TEXTS = [b"aab", b"abcd", b"abc\nabd x", "xy k\u212a \u00e9S".encode(), b"aa12b"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_automaton_finds_what_python_s_re_finds(pattern):
    """Both are used: the one for patterns that could take the other long."""
    fast, sure = (re2.Pattern(*parse(pattern)) for _ in range(2))
    sure._python = None
    assert fast._python is not None
    for text in TEXTS:
        assert fast.matches(text) == sure.matches(text)
        readable, search = fast.searcher(text, fast.groups)
        found = search(0)
        as_bytes = found and [tuple(len(readable[:place].encode()) if place >= 0 else -1 for place in span) for span in found]
        assert as_bytes == sure.searcher(text, sure.groups)[1](0)


SPLIT = [(-1, [b"a", b"b"]), (0, [b" a b "]), (1, [b"a", b"b "]), (2, [b"a", b"b", b""])]


@pytest.mark.parametrize("limit, pieces", SPLIT)
def test_what_remains_at_the_limit_of_a_split_is_a_piece(limit, pieces):
    assert run(tf.strings.split([" a b "], maxsplit=limit).values).tolist() == pieces


@pytest.mark.parametrize("text", ["YQ=", "YWJj====", "Y", "YQ!=", "+WI", "/WI"])
def test_base64_is_padded_rightly_or_not_at_all(text):
    with pytest.raises(tf.errors.InvalidArgumentError):
        run(tf.decode_base64(text))


NO_NUMBERS = [("+3", tf.int32), ("9" * 5000, tf.int64), ("-" + "0" * 40, tf.float32), ("0x" + "f" * 400, tf.float64), ("1_0", tf.float32)]


@pytest.mark.parametrize("text, dtype", NO_NUMBERS)
def test_what_tensorflow_takes_for_no_number(text, dtype):
    with pytest.raises(tf.errors.InvalidArgumentError, match="could not correctly convert"):
        run(tf.string_to_number(text, dtype))
