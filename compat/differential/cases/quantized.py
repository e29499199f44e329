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


def quantized_pair(tf, a, b, range_a, range_b):
    """Two arrays as unsigned 8 bit tensors, and the four bounds as the ops take them."""
    qa = tf.quantization.quantize(np.float32(a), *range_a, tf.quint8)
    qb = tf.quantization.quantize(np.float32(b), *range_b, tf.quint8)
    return qa[0], qb[0], qa[1], qa[2], qb[1], qb[2]


def shown(tf, made):
    """A quantized result as plain numbers, with its range."""
    plain = {tf.quint8: tf.uint8, tf.qint32: tf.int32}
    return [tf.bitcast(made[0], plain[made[0].dtype]), *made[1:]]


IMAGE = (np.arange(2 * 5 * 5 * 3) * 7 % 23 - 9).reshape(2, 5, 5, 3) / 2
FILTER = (np.arange(3 * 3 * 3 * 4) * 5 % 19 - 8).reshape(3, 3, 3, 4) / 4


def case_nn_convolution(tf):
    raw, made = tf.raw_ops, []
    for padding, stride in (("SAME", 1), ("VALID", 2)):
        x, w, *ranges = quantized_pair(tf, IMAGE, FILTER, (-6.0, 8.0), (-3.0, 3.0))
        y = raw.QuantizedConv2D(
            input=x, filter=w, min_input=ranges[0], max_input=ranges[1], min_filter=ranges[2], max_filter=ranges[3],
            strides=[1, stride, stride, 1], padding=padding,
        )  # fmt: skip
        small = raw.QuantizeDownAndShrinkRange(input=y[0], input_min=y[1], input_max=y[2], out_type=tf.quint8)
        asked = raw.RequantizationRange(input=y[0], input_min=y[1], input_max=y[2])
        again = raw.Requantize(
            input=y[0], input_min=y[1], input_max=y[2], requested_output_min=-100.0, requested_output_max=90.0, out_type=tf.quint8
        )
        made += shown(tf, y) + shown(tf, small) + shown(tf, again) + list(asked)
        for pool in (raw.QuantizedMaxPool, raw.QuantizedAvgPool):
            made += shown(tf, pool(input=small[0], min_input=small[1], max_input=small[2], ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding=padding))
        for relu in (raw.QuantizedRelu, raw.QuantizedRelu6):
            made += shown(tf, relu(features=small[0], min_features=small[1], max_features=small[2]))
    return made


case_nn_convolution.ulps = 4


def case_nn_matmul_and_bias(tf):
    raw = tf.raw_ops
    a, b, *ranges = quantized_pair(tf, IMAGE.reshape(15, 10), IMAGE.reshape(10, 15), (-5.0, 7.0), (-6.0, 6.0))
    y = raw.QuantizedMatMul(a=a, b=b, min_a=ranges[0], max_a=ranges[1], min_b=ranges[2], max_b=ranges[3])
    turned = raw.QuantizedMatMul(a=a, b=b, min_a=ranges[0], max_a=ranges[1], min_b=ranges[2], max_b=ranges[3], transpose_a=True, transpose_b=True)
    x, bias, *ranges = quantized_pair(tf, IMAGE, [1.0, -2.0, 0.5], (-6.0, 8.0), (-3.0, 2.0))
    total = raw.QuantizedBiasAdd(
        input=x, bias=bias, min_input=ranges[0], max_input=ranges[1], min_bias=ranges[2], max_bias=ranges[3], out_type=tf.qint32
    )
    small = raw.QuantizeDownAndShrinkRange(input=total[0], input_min=total[1], input_max=total[2], out_type=tf.quint8)
    shape = raw.QuantizedReshape(tensor=small[0], shape=[10, -1], input_min=small[1], input_max=small[2])
    return shown(tf, y) + shown(tf, turned) + shown(tf, total) + shown(tf, small) + shown(tf, shape)


case_nn_matmul_and_bias.ulps = 4


def case_nn_products(tf):
    x, y, *ranges = quantized_pair(tf, IMAGE, IMAGE[::-1], (-6.0, 8.0), (-5.0, 9.0))
    return shown(tf, tf.raw_ops.QuantizedMul(x=x, y=y, min_x=ranges[0], max_x=ranges[1], min_y=ranges[2], max_y=ranges[3]))


case_nn_products.ulps = 4
