"""tf.keras.preprocessing.text: words as numbers.  Follows TF 1.15 (keras_preprocessing 1.1)."""

from __future__ import annotations

import collections
import hashlib
import json
import warnings

import numpy as np

_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(text, filters=_FILTERS, lower=True, split=" ") -> list:
    """The words of a text: what is between `split`, once the characters of `filters` are split, too."""
    if lower:
        text = text.lower()
    text = text.translate({ord(character): split for character in filters})
    return [word for word in text.split(split) if word]


def one_hot(text, n, filters=_FILTERS, lower=True, split=" ") -> list:
    """Each word's hash, from 1 to n - 1: Python's own, which differs from process to process."""
    return hashing_trick(text, n, hash, filters, lower, split)


def hashing_trick(text, n, hash_function=None, filters=_FILTERS, lower=True, split=" ") -> list:
    """Each word's hash, from 1 to n - 1; `hash_function` may be "md5", which is the same everywhere."""
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = lambda word: int(hashlib.md5(word.encode()).hexdigest(), 16)  # noqa: E731
    return [hash_function(word) % (n - 1) + 1 for word in text_to_word_sequence(text, filters, lower, split)]


class Tokenizer:
    """Numbers the words of texts by how often they come, from 1; 0 is for padding.

    Args:
      num_words: numbers from here on are left out, or become the one of `oov_token`.
      char_level: characters instead of words.
      oov_token: stands for words that it has not seen; its number is 1.
    """

    def __init__(
        self, num_words=None, filters=_FILTERS, lower=True, split=" ", char_level=False, oov_token=None, document_count=0, **kwargs
    ):
        if "nb_words" in kwargs:
            warnings.warn("The `nb_words` argument in `Tokenizer` has been renamed `num_words`.", stacklevel=2)
            num_words = kwargs.pop("nb_words")
        if kwargs:
            raise TypeError("Unrecognized keyword arguments: " + str(kwargs))
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.document_count = char_level, oov_token, document_count
        self.word_counts = collections.OrderedDict()
        self.word_docs = collections.defaultdict(int)
        self.index_docs = collections.defaultdict(int)
        self.word_index: dict = {}
        self.index_word: dict = {}

    def _words(self, text):
        if not self.char_level and not isinstance(text, list):
            return text_to_word_sequence(text, self.filters, self.lower, self.split)
        if not self.lower:
            return text
        return [part.lower() for part in text] if isinstance(text, list) else text.lower()

    def fit_on_texts(self, texts) -> None:
        """Counts the words of texts, or of lists of words, and numbers them."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        ordered = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        if self.oov_token is not None:
            ordered.insert(0, self.oov_token)
        self.word_index = {word: i for i, word in enumerate(ordered, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences) -> None:
        """Counts in how many sequences each number is, for sequences_to_matrix."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for i in set(sequence):
                self.index_docs[i] += 1

    def texts_to_sequences(self, texts) -> list:
        """The numbers of the words of each text."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts):
        """The same, text by text."""
        unknown = self.word_index.get(self.oov_token)
        for text in texts:
            numbers = (self.word_index.get(word) for word in self._words(text))
            known = (unknown if i is None or self.num_words and i >= self.num_words else i for i in numbers)
            yield [i for i in known if i is not None]

    def sequences_to_texts(self, sequences) -> list:
        """The words of each sequence of numbers, between spaces."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences):
        """The same, sequence by sequence."""
        unknown = self.index_word.get(self.word_index.get(self.oov_token))
        for sequence in sequences:
            words = (unknown if self.num_words and i >= self.num_words else self.index_word.get(i, unknown) for i in sequence)
            yield " ".join(word for word in words if word is not None)

    def texts_to_matrix(self, texts, mode="binary"):
        """A row for each text, as sequences_to_matrix."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode=mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        """[sequences, words]: whether ("binary"), how often ("count"), in what share ("freq"), or how tellingly ("tfidf") it has them."""
        if self.num_words:
            size = self.num_words
        elif self.word_index:
            size = len(self.word_index) + 1
        else:
            raise ValueError("Specify a dimension (`num_words` argument), or fit on some text data first.")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Fit the Tokenizer on some data before using tfidf mode.")
        matrix = np.zeros((len(sequences), size))
        for row, sequence in zip(matrix, sequences):
            for i, count in collections.Counter(i for i in sequence if i < size).items():
                if mode == "count":
                    row[i] = count
                elif mode == "freq":
                    row[i] = count / len(sequence)
                elif mode == "binary":
                    row[i] = 1
                elif mode == "tfidf":
                    row[i] = (1 + np.log(count)) * np.log(1 + self.document_count / (1 + self.index_docs.get(i, 0)))
                else:
                    raise ValueError("Unknown vectorization mode:", mode)
        return matrix

    def get_config(self) -> dict:
        """Its arguments, and what it has learned as JSON."""
        learned = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        arguments = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        config = {name: getattr(self, name) for name in arguments}
        config.update((name, json.dumps(getattr(self, name))) for name in learned)
        return config

    def to_json(self, **kwargs) -> str:
        """Its class and config, for tokenizer_from_json."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string) -> Tokenizer:
    """The Tokenizer that to_json wrote."""
    config = json.loads(json_string)["config"]
    learned = {name: json.loads(config.pop(name)) for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")}
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = collections.OrderedDict(learned["word_counts"])
    tokenizer.word_docs.update(learned["word_docs"])
    tokenizer.index_docs.update((int(i), count) for i, count in learned["index_docs"].items())
    tokenizer.index_word = {int(i): word for i, word in learned["index_word"].items()}
    tokenizer.word_index = learned["word_index"]
    return tokenizer
