"""Texts as lists of word numbers, which imdb and reuters share."""

from __future__ import annotations

import json

from tinytf.keras.datasets import files


def prepared(texts, labels, num_words, skip_top, maxlen, start_char, oov_char, index_from):
    """The texts with their start mark, numbers moved on by `index_from`, and rare or all too common words replaced."""
    if start_char is not None:
        texts = [[start_char] + [word + index_from for word in text] for text in texts]
    elif index_from:
        texts = [[word + index_from for word in text] for text in texts]
    if maxlen:
        kept = [(text, label) for text, label in zip(texts, labels) if len(text) < maxlen]
        texts, labels = [text for text, _ in kept], [label for _, label in kept]
        if not texts:
            raise ValueError("After filtering for sequences shorter than maxlen=%s, no sequence was kept. Increase maxlen." % maxlen)
    if not num_words:
        num_words = max(max(text) for text in texts)
    if oov_char is not None:
        texts = [[word if skip_top <= word < num_words else oov_char for word in text] for text in texts]
    else:
        texts = [[word for word in text if skip_top <= word < num_words] for text in texts]
    return texts, labels


def old_name(num_words, arguments: dict):
    """`num_words`, under its old name, too."""
    num_words = arguments.pop("nb_words", num_words)
    if arguments:
        raise TypeError("Unrecognized keyword arguments: " + str(arguments))
    return num_words


def word_index(path: str) -> dict:
    """{word: number}"""
    with open(files.find(path), encoding="utf-8") as stream:
        return json.load(stream)
