"""tf.keras.datasets.imdb: film reviews, good or bad, as lists of word numbers; from Keras's imdb.npz. Follows TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf.keras.datasets import files, word_lists


def load_data(path="imdb.npz", num_words=None, skip_top=0, maxlen=None, seed=113, start_char=1, oov_char=2, index_from=3, **kwargs):
    """((x_train, y_train), (x_test, y_test)); the reviews are arrays of lists."""
    num_words = word_lists.old_name(num_words, kwargs)
    x_train, y_train, x_test, y_test = files.load_arrays(files.find(path), "x_train", "y_train", "x_test", "y_test")
    x_train, y_train = files.shuffled(seed, x_train, y_train)
    x_test, y_test = files.reordered(x_test, y_test)
    texts, labels = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    texts, labels = word_lists.prepared(texts, labels, num_words, skip_top, maxlen, start_char, oov_char, index_from)
    at = len(x_train)
    return (files.ragged(texts[:at]), np.array(labels[:at])), (files.ragged(texts[at:]), np.array(labels[at:]))


def get_word_index(path="imdb_word_index.json") -> dict:
    """{word: number}"""
    return word_lists.word_index(path)
