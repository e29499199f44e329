"""tf.keras.preprocessing.sequence: sequences of unequal length as one array."""

from __future__ import annotations

import numpy as np

from tinytf.keras.preprocessing.windows import TimeseriesGenerator, make_sampling_table, skipgrams  # noqa: F401


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0):
    """Sequences cut and padded to one length. Follows tf.keras.preprocessing.sequence.pad_sequences of TF 1.15."""
    if not hasattr(sequences, "__len__"):
        raise ValueError("`sequences` must be iterable.")
    for what, kind in ((truncating, "Truncating"), (padding, "Padding")):
        if what not in ("pre", "post"):
            raise ValueError(f'{kind} type "{what}" not understood')
    maxlen = max(len(s) for s in sequences) if maxlen is None else maxlen
    inner = next((np.asarray(s).shape[1:] for s in sequences if len(s)), ())
    result = np.full((len(sequences), maxlen) + inner, value, dtype=dtype)
    for row, sequence in zip(result, sequences):
        if not len(sequence):
            continue
        kept = sequence[-maxlen:] if truncating == "pre" else sequence[:maxlen]
        kept = np.asarray(kept, dtype=dtype)
        if padding == "post":
            row[: len(kept)] = kept
        else:
            row[-len(kept) :] = kept
    return result
