"""tf.contrib.learn.preprocessing: texts as lists of word numbers."""

from __future__ import annotations

import collections
import pickle
import re

import numpy as np

from tinytf import gfile

_TOKEN = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+", re.UNICODE)


def tokenizer(iterator):
    """Yields the words of each text.  Follows `tf.contrib.learn.preprocessing.tokenizer` of TF 1.15."""
    for text in iterator:
        yield _TOKEN.findall(text)


class CategoricalVocabulary:
    """Numbers for words; 0 is the unknown one.  Follows `tf.contrib.learn.preprocessing.CategoricalVocabulary` of TF 1.15."""

    def __init__(self, unknown_token="<UNK>", support_reverse=True):
        self._unknown_token, self._support_reverse = unknown_token, support_reverse
        self._mapping = {unknown_token: 0}
        self._words = [unknown_token]
        self._freq = collections.defaultdict(int)
        self._freeze = False

    def __len__(self):
        return len(self._mapping)

    def freeze(self, freeze=True) -> None:
        """From now on new words are unknown."""
        self._freeze = freeze

    def get(self, category) -> int:
        """The word's number, a new one where it is new."""
        if category not in self._mapping:
            if self._freeze:
                return 0
            self._mapping[category] = len(self._mapping)
            self._words.append(category)
        return self._mapping[category]

    def add(self, category, count=1) -> None:
        """Counts a word."""
        if self.get(category) > 0:
            self._freq[category] += count

    def trim(self, min_frequency, max_frequency=-1) -> None:
        """Keeps words that occur more often than `min_frequency` (and less than `max_frequency`), numbered by frequency."""
        ordered = sorted(self._freq.items(), key=lambda item: (isinstance(item[0], str), item[0]))
        ordered = sorted(ordered, key=lambda item: item[1], reverse=True)
        kept = [(w, n) for w, n in ordered if n > min_frequency and not 0 < max_frequency <= n]
        self._words = [self._unknown_token] + [word for word, _ in kept]
        self._mapping = {word: i for i, word in enumerate(self._words)}
        self._freq = dict(kept)

    def reverse(self, class_id) -> str:
        """The word of a number."""
        if not self._support_reverse:
            raise ValueError("This vocabulary wasn't initialized with support_reverse to support reverse() function.")
        return self._words[class_id]


class VocabularyProcessor:
    """Texts to arrays of `max_document_length` word numbers, 0 where they are shorter or a word is unknown.

    Words that occur no more than `min_frequency` times are unknown.
    Follows `tf.contrib.learn.preprocessing.VocabularyProcessor` of TF 1.15.
    """

    def __init__(self, max_document_length, min_frequency=0, vocabulary=None, tokenizer_fn=None):
        self.max_document_length, self.min_frequency = max_document_length, min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents, unused_y=None) -> VocabularyProcessor:
        """Learns the words."""
        for tokens in self._tokenizer(raw_documents):
            for token in tokens:
                self.vocabulary_.add(token)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents, unused_y=None):
        """Learns the words and yields the arrays."""
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents):
        """Yields an array for each text."""
        for tokens in self._tokenizer(raw_documents):
            numbers = np.zeros(self.max_document_length, np.int64)
            for i, token in enumerate(tokens[: self.max_document_length]):
                numbers[i] = self.vocabulary_.get(token)
            yield numbers

    def reverse(self, documents):
        """Yields the text of each array."""
        for numbers in documents:
            yield " ".join(self.vocabulary_.reverse(number) for number in numbers)

    def save(self, filename) -> None:
        """Writes it as a pickle."""
        with gfile.GFile(filename, "wb") as f:
            f.write(pickle.dumps(self))

    @classmethod
    def restore(cls, filename) -> VocabularyProcessor:
        """Reads a pickle: only from files that you trust, since a pickle runs code."""
        with gfile.GFile(filename, "rb") as f:
            return pickle.loads(f.read())
