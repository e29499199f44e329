"""tf.contrib.framework.python.ops.audio_ops: what speech models are fed with.  A list of names."""

from __future__ import annotations

from tinytf.ops.signal.audio_ops import audio_spectrogram, decode_wav, encode_wav, mfcc  # noqa: F401
