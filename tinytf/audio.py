"""tf.audio: WAV files.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

from tinytf.ops.signal.audio_ops import decode_wav, encode_wav  # noqa: F401
