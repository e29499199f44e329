"""Strings to code points, characters and n-grams, and back."""

import numpy as np
import pytest

import tinytf as tf


def run(fetches):
    with tf.Session() as sess:
        return sess.run(fetches)


DECODED = [
    (b"a\xc3\xa9", "UTF-8", {}, [97, 0xE9]),
    ("a\U0001f600".encode("utf-16-be"), "UTF-16-BE", {}, [97, 0x1F600]),
    (b"\xff\xfea\0", "UTF-16", {}, [97]),  # the mark says: little end first
    (b"\0a", "UTF-16", {}, [97]),  # without one, big end first
    (b"\x81\x41", "SHIFT-JIS", {}, [0x3001]),
    (b"\x80\x81", "windows-1252", {}, [0x20AC, 0x81]),
    (b"a\xffb", "UTF-8", {}, [97, 0xFFFD, 98]),
    (b"a\xe4\xbd", "UTF-8", {"replacement_char": 63}, [97, 63]),  # one for a character that was begun
    (b"a\xffb", "UTF-8", {"errors": "ignore"}, [97, 98]),
    (b"a\x01", "UTF-8", {"replace_control_characters": True}, [97, 0xFFFD]),
]


@pytest.mark.parametrize("text, encoding, how, expected", DECODED)
def test_code_points_of_a_string(text, encoding, how, expected):
    assert run(tf.strings.unicode_decode(text, encoding, **how)).tolist() == expected


def test_offsets_are_bytes_and_count_what_was_left_out():
    codes, offsets = tf.strings.unicode_decode_with_offsets(["h\u00e9\xff".encode("latin1"), "h\u00e9!".encode()], "UTF-8", errors="ignore")
    assert run([codes, offsets])[0].to_list() == [[104], [104, 0xE9, 33]]
    assert run(offsets).to_list() == [[0], [0, 1, 3]]


@pytest.mark.parametrize("how, words", [({"input_encoding": "UTF-8", "errors": "strict"}, "Invalid formatting"), ({"input_encoding": "no-such"}, "no-such")])
def test_what_cannot_be_decoded_is_an_error(how, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        run(tf.strings.unicode_decode([b"a\xff"], **how))


def test_much_that_is_malformed_takes_no_longer_than_what_is_not():
    assert run(tf.strings.unicode_decode(b"\xff" * 20000, "UTF-8")).shape == (20000,)


def test_two_surrogates_make_one_character_and_one_alone_none():
    encoded = tf.strings.unicode_encode([0xD83D, 0xDE00, 0xD800], "UTF-8")
    assert run(encoded) == "\U0001f600\ufffd".encode()


def test_splitting_and_encoding_are_each_other_s_opposite():
    text = "h\u00e9llo \u4e16\U0001f600".encode()
    codes = tf.strings.unicode_decode([text, b""], "UTF-8")
    assert run(tf.strings.unicode_encode(codes, "UTF-8")).tolist() == [text, b""]
    assert run(tf.strings.unicode_split(text, "UTF-8")).tolist() == [c.encode() for c in text.decode()]


def test_scripts_have_the_numbers_of_icu():
    codes = [ord("a"), ord("\u03b1"), ord("\u0430"), ord("\u4e16"), ord("1"), -1, 0x110000, 0x10FFFF]
    assert run(tf.strings.unicode_script(codes)).tolist() == [25, 14, 8, 17, 0, -1, -1, 103]


NGRAMS = [
    ({"ngram_width": 2}, [[b"a b", b"b c"], []]),
    ({"ngram_width": [1, 2], "separator": "|"}, [[b"a", b"b", b"c", b"a|b", b"b|c"], [b"d"]]),
    ({"ngram_width": 2, "pad_values": ("<", ">")}, [[b"< a", b"a b", b"b c", b"c >"], [b"< d", b"d >"]]),
    ({"ngram_width": 3, "preserve_short_sequences": True}, [[b"a b c"], [b"d"]]),
]


@pytest.mark.parametrize("how, expected", NGRAMS)
def test_ngrams(how, expected):
    assert run(tf.strings.ngrams(tf.ragged.constant([["a", "b", "c"], ["d"]]), **how)).to_list() == expected


def test_strings_are_split_to_whatever_rank():
    split = tf.strings.split([["a b", "c"], ["", "d e f"]], result_type="RaggedTensor")
    assert run(split).to_list() == [[[b"a", b"b"], [b"c"]], [[], [b"d", b"e", b"f"]]]
    assert run(tf.string_split(["a b", "c"], result_type="RaggedTensor")).to_list() == [[b"a", b"b"], [b"c"]]
    assert run(tf.strings.bytes_split([b"ab", b""])).to_list() == [[b"a", b"b"], []]
    assert isinstance(run(tf.strings.split(["a b"])), tf.SparseTensorValue)
    with pytest.raises(ValueError, match="result_type"):
        tf.strings.split(["a"], result_type="list")


def test_a_ragged_variant_of_other_types_is_refused():
    variant = tf.raw_ops.RaggedTensorToVariant(rt_nested_splits=[np.int64([0, 1])], rt_dense_values=[1], batched_input=False)
    back = tf.raw_ops.RaggedTensorFromVariant(encoded_ragged=variant, input_ragged_rank=1, output_ragged_rank=1, Tvalues=tf.float32, Tsplits=tf.int64)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected values Tensor dtype"):
        run(back.output_dense_values)
