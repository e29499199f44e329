"""WAV files, spectrograms and Mel cepstra."""

import numpy as np

SOUND = ((np.arange(1600) * 37 % 101 - 50).reshape(800, 2) / 64).astype(np.float32)


def case_wav_there_and_back(tf):
    contents = tf.audio.encode_wav(SOUND * 1.6, 8000)
    made = [contents]
    for channels, samples in ((-1, -1), (1, 100), (3, 900)):
        made.append(tuple(tf.audio.decode_wav(contents, desired_channels=channels, desired_samples=samples)))
    return made


def case_not_a_wav(tf):
    return tf.audio.decode_wav(tf.constant(b"RIFX0000WAVE"))[0]


case_not_a_wav.message_has = "Header mismatch: Expected RIFF but found"


def case_spectrogram_and_mfcc(tf):
    made = []
    for window, stride, squared in ((64, 32, True), (100, 50, True), (48, 17, False)):
        spectrogram = tf.raw_ops.AudioSpectrogram(input=SOUND[:, :1], window_size=window, stride=stride, magnitude_squared=squared)
        made += [spectrogram, tf.raw_ops.Mfcc(spectrogram=spectrogram, sample_rate=8000, filterbank_channel_count=20, dct_coefficient_count=8)]
    made.append(tf.raw_ops.AudioSpectrogram(input=SOUND[:10, :1], window_size=64, stride=32))
    return made


case_spectrogram_and_mfcc.ulps = 64
