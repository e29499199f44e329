"""tf.keras.preprocessing: texts, pairs of words, windows of series."""

import numpy as np
import pytest

import tinytf as tf

text, sequence = tf.keras.preprocessing.text, tf.keras.preprocessing.sequence


def test_words_are_numbered_by_how_often_they_come():
    tokenizer = text.Tokenizer(num_words=5, oov_token="<o>")
    tokenizer.fit_on_texts(["The cat sat on the mat", "the dog, the log!"])
    assert tokenizer.word_index == {"<o>": 1, "the": 2, "cat": 3, "sat": 4, "on": 5, "mat": 6, "dog": 7, "log": 8}
    assert tokenizer.texts_to_sequences(["the cat ran to the dog"]) == [[2, 3, 1, 1, 2, 1]]
    assert tokenizer.sequences_to_texts([[2, 3, 9]]) == ["the cat <o>"]
    again = text.tokenizer_from_json(tokenizer.to_json())
    assert again.word_index == tokenizer.word_index and again.texts_to_sequences(["on the mat"]) == [[1, 2, 1]]


@pytest.mark.parametrize(
    "mode, row", [("binary", [0, 0, 1, 1, 0]), ("count", [0, 0, 2, 1, 0]), ("freq", [0, 0, 0.6667, 0.3333, 0]), ("tfidf", [0, 0, 0.8649, 0.6931, 0])]
)
def test_rows_of_texts(mode, row):
    tokenizer = text.Tokenizer(num_words=5, oov_token="<o>")
    tokenizer.fit_on_texts(["The cat sat on the mat", "the dog, the log!"])
    np.testing.assert_allclose(tokenizer.texts_to_matrix(["the the cat"], mode)[0], row, atol=1e-4)


def test_words_and_their_hashes():
    assert text.text_to_word_sequence("Hi, you! a-b") == ["hi", "you", "a", "b"]
    assert text.hashing_trick("a b c", 10, "md5") == [2, 5, 8]


def test_windows_of_a_series():
    windows = sequence.TimeseriesGenerator(np.arange(20), np.arange(20), 5, sampling_rate=2, batch_size=4)
    samples, targets = windows[0]
    assert len(windows) == 4 and samples.tolist() == [[0, 2, 4], [1, 3, 5], [2, 4, 6], [3, 5, 7]] and targets.tolist() == [5, 6, 7, 8]
    with pytest.raises(ValueError, match="is disallowed"):
        sequence.TimeseriesGenerator(np.arange(5), np.arange(5), 6)


def test_pairs_of_near_words_and_of_random_ones():
    couples, labels = sequence.skipgrams([1, 2, 3, 4], 6, window_size=1, seed=1)
    assert len(couples) == 12 and sum(labels) == 6
    assert {tuple(c) for c, label in zip(couples, labels) if label} == {(1, 2), (2, 1), (2, 3), (3, 2), (3, 4), (4, 3)}
    np.testing.assert_allclose(sequence.make_sampling_table(5), [0.00315, 0.00315, 0.00548, 0.00742, 0.00913], atol=1e-5)
