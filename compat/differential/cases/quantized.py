"""Quantized tensors, sorting, fingerprints, windows of volumes."""

from __future__ import annotations

import numpy as np

X = np.array([-1.2, 0, 0.1, 0.5, 2.49, 2.51, 3, 6, 7], np.float32)
PLAIN = {"quint8": "uint8", "qint8": "int8", "quint16": "uint16", "qint16": "int16"}


def cases():
    for name in PLAIN:
        for mode in ("MIN_COMBINED", "MIN_FIRST", "SCALED"):

            def case(tf, name=name, mode=mode):
                made = []
                for low, high in ((0.0, 6.0), (-3.0, 5.0), (2.0, 2.0)):
                    q, a, b = tf.quantize_v2(X, low, high, getattr(tf, name), mode=mode)
                    made += [tf.bitcast(q, getattr(tf, PLAIN[name])), a, b, tf.dequantize(q, a, b, mode=mode)]
                return made

            case.ulps = 4
            yield "%s_%s" % (name, mode), case


def case_concat(tf):
    a = tf.quantization.quantize(np.float32([[1, 2], [3, 4]]), 0.0, 10.0, tf.quint8)
    b = tf.quantization.quantize(np.float32([[-1, 2], [3, -4]]), -5.0, 5.0, tf.quint8)
    both, same = tf.quantization.quantized_concat(0, [a[0], b[0]], [a[1], b[1]], [a[2], b[2]]), tf.quantization.quantized_concat(1, [a[0]] * 2, [a[1]] * 2, [a[2]] * 2)
    return [tf.bitcast(both[0], tf.uint8), both[1], both[2], tf.bitcast(same[0], tf.uint8)]


def case_sort(tf):
    x = np.array([[3, 1, 2], [6, 5, 4]], np.float32)
    u = tf.placeholder(tf.float32)
    made = [tf.sort(x), tf.sort([3, 1, 2]), tf.sort(x, axis=0, direction="DESCENDING"), tf.argsort(x, axis=0), tf.argsort(x, direction="DESCENDING")]
    return made + [tf.sort(u, axis=-2), tf.sort(u, axis=1)], {u: x}


def case_sort_upwards(tf):
    return tf.sort([1], direction="up")


def case_unravel(tf):
    return [tf.unravel_index([5, 3], [2, 3]), tf.unravel_index(4, [2, 3])]


def case_fingerprint(tf):
    return [tf.fingerprint(["a", "b"]), tf.fingerprint([[1, 2], [3, 4]]), tf.fingerprint([["a", "b"], ["c", "d"]]), tf.fingerprint(np.float64([1, 2]))]


def case_volumes(tf):
    x = np.arange(2 * 4 * 5 * 3 * 2, dtype=np.float32).reshape(2, 4, 5, 3, 2)
    return [tf.extract_volume_patches(x, [1, 2, 2, 2, 1], [1, 2, 1, 2, 1], padding) for padding in ("VALID", "SAME")]


def case_normalize(tf):
    x = np.array([[3.0, 4.0], [6.0, 8.0]], np.float32)
    return [tf.linalg.normalize(x), tf.linalg.normalize(x, axis=1), tf.linalg.normalize(x, ord=1, axis=0), tf.gather_nd(x, [[0], [1]], batch_dims=1)]
