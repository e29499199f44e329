"""tf.contrib.signal: what became tf.signal.  Follows the module of this name of TF 1.15."""

from tinytf.ops.signal.framing import frame, overlap_and_add  # noqa: F401
from tinytf.ops.signal.mel import linear_to_mel_weight_matrix, mfccs_from_log_mel_spectrograms  # noqa: F401
from tinytf.ops.signal.short_time import inverse_stft, inverse_stft_window_fn, stft  # noqa: F401
from tinytf.ops.signal.windows import hamming_window, hann_window  # noqa: F401
