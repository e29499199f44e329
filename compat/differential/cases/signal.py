"""tf.signal: frames, windows, short-time transforms, cosine transforms, the mel scale."""

from __future__ import annotations

import numpy as np

WAVE = np.sin(np.arange(40) * 0.3).astype(np.float32)


def case_frame(tf):
    s = tf.placeholder(tf.float32, [None])
    u = tf.placeholder(tf.float32)
    two = tf.constant(WAVE.reshape(2, 20))
    made = [tf.signal.frame(s, 6, 4), tf.signal.frame(two, 5, 3, pad_end=True, pad_value=-1), tf.signal.frame(two, 2, 1, axis=0)]
    made += [tf.signal.frame(s, tf.placeholder_with_default(6, []), 4), tf.signal.frame(u, 3, 2, pad_end=True), tf.gradients(made[1], two)]
    return made, {s: WAVE, u: WAVE.reshape(4, 10)}


def case_overlap_and_add(tf):
    s = tf.placeholder(tf.float32, [None, 4])
    x = tf.constant(WAVE.reshape(2, 5, 4))
    return [tf.signal.overlap_and_add(x, 2), tf.signal.overlap_and_add(x, 4), tf.signal.overlap_and_add(s, 3)], {s: WAVE.reshape(10, 4)}


def case_windows(tf):
    n = tf.placeholder(tf.int32, [])
    made = [f(k, periodic=p) for f in (tf.signal.hann_window, tf.signal.hamming_window) for k in (1, 5, 6) for p in (True, False)]
    return [made, tf.signal.hann_window(n), tf.signal.hamming_window(8, dtype=tf.float64)], {n: 7}


def case_stft(tf):
    s = tf.placeholder(tf.float32, [None])
    spectra = tf.signal.stft(s, 8, 4)
    made = [spectra, tf.signal.inverse_stft(spectra, 8, 4), tf.signal.stft(WAVE.reshape(2, 20), 6, 3, fft_length=16, window_fn=None, pad_end=True)]
    made += [tf.signal.inverse_stft(spectra, 8, 4, window_fn=tf.signal.inverse_stft_window_fn(4)), tf.signal.stft(s, tf.placeholder_with_default(6, []), 2)]
    made += [tf.signal.inverse_stft(spectra, 6, 3, fft_length=8)]
    return made, {s: WAVE}


def case_dct(tf):
    x = WAVE.reshape(4, 10)
    made = [tf.signal.dct(x, type=t) for t in (1, 2, 3)] + [tf.spectral.dct(x, norm="ortho"), tf.signal.idct(x, norm="ortho"), tf.signal.idct(x, type=3)]
    return made + [tf.signal.dct(x, n=6), tf.signal.dct(x, n=12), tf.signal.dct(tf.placeholder_with_default(x, [None, None]))]


def case_mel(tf):
    weights = tf.signal.linear_to_mel_weight_matrix(5, 17)
    return [weights, tf.signal.linear_to_mel_weight_matrix(4, 9, tf.constant(16000.0), dtype=tf.float64), tf.signal.mfccs_from_log_mel_spectrograms(WAVE.reshape(4, 10))]


def case_bad_dct(tf):
    return tf.signal.dct(WAVE, type=4)


for _case in (case_stft, case_dct, case_mel, case_windows, case_overlap_and_add):
    _case.ulps = 16
