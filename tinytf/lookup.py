"""`tf.lookup`: lookup tables."""

from __future__ import annotations

import types

from tinytf.ops.state.lookup_ops import (  # noqa: F401
    DenseHashTable,
    KeyValueTensorInitializer,
    StaticHashTable,
    StaticVocabularyTable,
    TextFileIndex,
    TextFileInitializer,
)

experimental = types.SimpleNamespace(DenseHashTable=DenseHashTable)
del DenseHashTable
