"""String ops: join, split, numbers, regular expressions, hashes, base64, UTF-8."""

from __future__ import annotations

import numpy as np
from table import op_case

WORDS = np.array([b"a", b"bc"], object)
HASHED = [
    "", "a", "abc", "abcd", "abcdefg", "abcdefgh", "0123456789abcdef", "0123456789abcdefg", "x" * 32, "y" * 33, "z" * 64,
    "w" * 65, "v" * 127, "u" * 128, "t" * 200, "q" * 1000, "".join(map(chr, range(32, 120))),
]  # fmt: skip


def case_join(tf):
    s = tf.placeholder(tf.string, [None])
    x = tf.constant([["a", "bb"], ["ccc", "d"]])
    made = [tf.string_join(["a", s, "-x"]), tf.string_join([s, s], separator=", ", name="j"), tf.reduce_join(x), tf.reduce_join(x, 0)]
    made += [tf.reduce_join(x, 1, separator="."), tf.reduce_join(x, [0, 1]), tf.reduce_join(x, [1, 0], keep_dims=True), tf.reduce_join(s, -1, name="rj")]
    return made + [tf.strings.unsorted_segment_join(["a", "b", "c"], [1, 0, 1], 3, separator=":")], {s: WORDS}


def case_split(tf):
    made = [tf.string_split(["a b  c", "", "d"]), tf.string_split(["a,b;c"], ",;"), tf.string_split(["a,,c"], ",", skip_empty=False)]
    made += [tf.string_split(["abc"], ""), tf.strings.split(["a b  c", " x"]), tf.strings.split(["a,b,,c"], ",", maxsplit=2)]
    return [part for m in made for part in (m.indices, m.values, m.dense_shape)]


def case_as_string(tf):
    made = [tf.as_string([1, -2]), tf.as_string([1.5, 2e-9]), tf.as_string([1.5, 1e20], precision=3, width=8, fill="0")]
    made += [tf.as_string([1e-5, 2.5], scientific=True), tf.as_string([1e-5, 2.5], shortest=True), tf.as_string([True])]
    return made + [tf.as_string(np.complex64([1 + 2j])), tf.as_string([5], width=4, fill="-"), tf.as_string(np.int8([7]))]


def case_to_number(tf):
    return [tf.string_to_number(["1.5", " -2e3 ", "inf"]), tf.string_to_number(["12", "-7"], tf.int32), tf.string_to_number("5", tf.int64)]


def case_parts(tf):
    s = tf.placeholder(tf.string, [None])
    made = [tf.substr(["hello", "world"], 1, 3), tf.substr(["hello", "world"], [1, -2], [3, 1]), tf.substr("h\u00e9llo", 1, 2, unit="UTF8_CHAR")]
    made += [tf.substr(s, 0, 100), tf.string_strip(["  a b\n"]), tf.strings.length(["abc", "\u00e9"]), tf.strings.length(["abc", "\u00e9"], unit="UTF8_CHAR")]
    made += [tf.strings.lower(["AbC"]), tf.strings.upper(["AbC\u00e9"]), tf.strings.upper(["AbC\u00e9"], encoding="utf-8")]
    return made, {s: WORDS}


def case_regex(tf):
    s = tf.placeholder(tf.string, [None])
    made = [tf.regex_replace(s, "a", "b"), tf.regex_replace(["aXbXc"], "(X)(.)", r"[\2\1\0]", replace_global=False)]
    made += [tf.strings.regex_full_match(["abc", "x"], "a.c"), tf.strings.regex_full_match(["\u00e9"], "."), tf.regex_replace(["abc"], tf.constant("b"), "z")]
    return made, {s: WORDS}


# What RE2 does in a way of its own: repeats of what may be empty, single bytes, case, groups that are not there; and what `re` takes long for.
PATTERNS = [
    "(|a)*", "(|a)+", "(a*)*", "(a|b*)*", "(b?|a)*?", r"\C", r"\B", "(?i)[k-s]", "(?i)\u00e9", "(?U)(a+)(b*)", "(?m)^(.)$", "[^a-z]+", r"(\w+\s*)+b",
    "(a|ab)(c|bcd)(d*)", "(a?){3}", r"\pL+", "x*", "(.*a){12}", "[^\\pL]", "(?s:.)(?-s:.)",
]  # fmt: skip
SUBJECTS = ["", "aab", "abcd", "K\u212a\u017f \u00e9\u00c9", b"a\xffb\xed\xa0\x80", "ab\nba\n", "xx aa bb" * 20]


def case_regex_of_re2(tf):
    made = [tf.regex_replace(SUBJECTS, p, r"<\1|\0|\7>") for p in PATTERNS] + [tf.regex_replace(SUBJECTS, "b", r"x\q", replace_global=g) for g in (True, False)]
    return made + [tf.strings.regex_full_match(SUBJECTS, p) for p in PATTERNS]


def case_encodings(tf):
    made = [tf.encode_base64(["a", "ab", "\xff?"]), tf.encode_base64("abc1", pad=True), tf.decode_base64(tf.encode_base64(["hello"]))]
    return made + [tf.strings.unicode_transcode(["a\u00e9"], "UTF-8", "UTF-16-BE")]


def case_hashes(tf):
    n = 2**62 - 1
    made = [tf.string_to_hash_bucket_fast(HASHED, n), tf.string_to_hash_bucket(HASHED, n), tf.string_to_hash_bucket_strong(HASHED, n, [123, 2**40 + 7])]
    return made + [tf.string_to_hash_bucket_fast(HASHED, 10)]


def case_format(tf):
    return [tf.strings.format("x {} y {}", [tf.range(8), tf.constant("q")]), tf.strings.format("{}", tf.constant([[1.5, 2], [3, 4]])), tf.strings.format("{}", tf.constant(["a"]))]


WRONG_RUN = {
    "number": lambda tf, s: tf.string_to_number(s),
    "integer": lambda tf, s: tf.string_to_number(s, tf.int32),
    "substr": lambda tf, s: tf.substr(s, 10, 1),
    "base64": lambda tf, s: tf.decode_base64(s),
    "plus": lambda tf, s: tf.string_to_number(tf.string_join(["+", tf.substr(s, 0, 1)]), tf.int32),
    "long_number": lambda tf, s: tf.string_to_number(tf.string_join(["0" * 40, s])),
    "repetition": lambda tf, s: tf.regex_replace(s, "(a{11}){100}", "a"),
    "pattern": lambda tf, s: tf.regex_replace(s, "(", "a"),
    "join": lambda tf, s: tf.string_join([s, tf.placeholder_with_default(["a", "b", "c"], None)]),
}


def cases():
    for name, build in WRONG_RUN.items():
        yield "wrong_run_" + name, op_case(build, [np.array([b"a!", b"12x"], object)], gradient=False, placeholders=True)
