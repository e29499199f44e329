"""tf.keras.datasets.reuters: news of 46 topics as lists of word numbers; from Keras's reuters.npz. Follows TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf.keras.datasets import files, word_lists


def load_data(
    path="reuters.npz", num_words=None, skip_top=0, maxlen=None, test_split=0.2, seed=113, start_char=1, oov_char=2, index_from=3, **kwargs
):
    """((x_train, y_train), (x_test, y_test)); the texts are arrays of lists."""
    num_words = word_lists.old_name(num_words, kwargs)
    texts, labels = files.shuffled(seed, *files.load_arrays(files.find(path), "x", "y"))
    texts, labels = word_lists.prepared(texts, labels, num_words, skip_top, maxlen, start_char, oov_char, index_from)
    at = int(len(texts) * (1 - test_split))
    return (files.ragged(texts[:at]), np.array(labels[:at])), (files.ragged(texts[at:]), np.array(labels[at:]))


def get_word_index(path="reuters_word_index.json") -> dict:
    """{word: number}"""
    return word_lists.word_index(path)
