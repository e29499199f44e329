"""TensorFlow's random numbers: the Philox4x32-10 generator and the distributions drawn from it, in NumPy.

A generator is a 64-bit key and a 128-bit counter; each counter value gives four 32-bit words.  An op draws
from its counter on and then skips what it reserved, so the n-th run of an op has numbers of its own
wherever the work is split.  Fixed distributions use counters one after the other; those that reject (the
truncated normal, gamma, Poisson) give each group of outputs a range of counters, of which it uses what it needs.

    counter  = | c0 | c1 | c2 | c3 |     c2, c3 start as the second seed
    key      = | k0 | k1 |               the first seed
    10 times:  (c0, c1, c2, c3) = (hi(B c2) ^ c1 ^ k0, lo(B c2), hi(A c0) ^ c3 ^ k1, lo(A c0)),  k += (W0, W1)
"""

from __future__ import annotations

import os
import sys
import threading

import numpy as np

_FACTORS = np.array([[0xCD9E8D57], [0xD2511F53]], np.uint64)  # B, A
_W = (0x9E3779B9, 0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_LOW, _HIGH = (0, 1) if sys.byteorder == "little" else (1, 0)  # the halves of a product
_BLOCK = 8192  # counters at a time: the arrays of a round stay in the cache
_GROUP_RESERVE = 256  # what a distribution that rejects reserves for each output


class Philox:
    """A generator: the key, and the counter as one integer of 128 bits."""

    __slots__ = ("key", "counter", "_lock")

    def __init__(self, seed: int, seed2: int):
        if seed == 0 and seed2 == 0:  # not seeded
            seed, seed2 = (int.from_bytes(os.urandom(8), "little") for _ in range(2))
        self.key = (seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF)
        self.counter = (seed2 & 0xFFFFFFFFFFFFFFFF) << 64
        self._lock = threading.Lock()  # the threads that fill queues may share an op

    def reserve(self, count: int) -> tuple:
        """(key, counter) to draw from; the generator goes on `count` counters later."""
        with self._lock:
            start = self.counter
            self.counter = (start + count) & ((1 << 128) - 1)
        return self.key, start

    def reserve_outputs(self, outputs: int) -> tuple:
        """As `reserve`, with the generous 256 counters an output that most ops of TensorFlow take."""
        return self.reserve(outputs * _GROUP_RESERVE)


def stateless(seed) -> tuple:
    """(key, counter) from the two numbers of a stateless op's seed, scrambled by a first draw."""
    seed0, seed1 = (int(s) & 0xFFFFFFFFFFFFFFFF for s in seed)
    mixed = words(((0x3EC8F720, 0x02461E29), seed0 | seed1 << 64), 1)[0]
    m0, m1, m2, m3 = (int(m) for m in mixed)
    return (m0, m1), (m2 | m3 << 32) << 64


def _rounds(key, x, y, out) -> None:
    """Writes the four words of each counter into `out` [n, 4] uint32; `x` holds c2 and c0, `y` c1 and c3 (uint32 [2, n], or [2, 1]).

    The two products of a round are one call; their halves are read where they lie.
    """
    k0, k1 = key
    keys = np.array([((k0 + i * _W[0]) & 0xFFFFFFFF, (k1 + i * _W[1]) & 0xFFFFFFFF) for i in range(10)], np.uint32)
    products = np.empty((2,) + x.shape, np.uint64)  # this round's and the last one's, which `y` still reads
    for i, k in enumerate(keys[:, :, None]):
        product = np.multiply(x, _FACTORS, out=products[i & 1], dtype=np.uint64)
        parts = product.view(np.uint32)
        np.bitwise_xor(parts[:, _HIGH::2], y, out=x)
        np.bitwise_xor(x, k, out=x)
        x, y = x[::-1], parts[:, _LOW::2]  # the new c0 stands where c2 was
    out[:, 0], out[:, 1], out[:, 2], out[:, 3] = x[1], y[0], x[0], y[1]


def words(state, count: int) -> np.ndarray:
    """The words of `count` counters one after the other: uint32 [count, 4]."""
    key, counter = state
    out = np.empty((count, 4), np.uint32)
    start = 0
    while start < count:
        # Up to the next carry only the lowest word changes.
        size = min(_BLOCK, count - start, 0x100000000 - (counter & 0xFFFFFFFF))
        c0, c1, c2, c3 = ((counter >> s) & 0xFFFFFFFF for s in (0, 32, 64, 96))
        x = np.empty((2, size), np.uint32)
        x[0], x[1] = c2, np.arange(c0, c0 + size, dtype=np.uint64)
        _rounds(key, x, np.array([[c1], [c3]], np.uint32), out[start : start + size])
        start += size
        counter = (counter + size) & ((1 << 128) - 1)
    return out


def words_at(state, offsets: np.ndarray) -> np.ndarray:
    """The words of the counters at `offsets` (uint64) from the state's: uint32 [len(offsets), 4]."""
    key, counter = state
    out = np.empty((len(offsets), 4), np.uint32)
    base, high = np.uint64(counter & 0xFFFFFFFFFFFFFFFF), counter >> 64
    for start in range(0, len(offsets), _BLOCK):
        part = offsets[start : start + _BLOCK]
        low = base + part
        upper = np.uint64(high) + (low < part)
        x, y = np.empty((2, len(part)), np.uint32), np.empty((2, len(part)), np.uint32)
        x[0], x[1] = upper & _MASK, low & _MASK
        y[0], y[1] = low >> _SHIFT, upper >> _SHIFT
        _rounds(key, x, y, out[start : start + _BLOCK])
    return out


# --- numbers from words ----------------------------------------------------------------------------------


def to_float(bits: np.ndarray) -> np.ndarray:
    """float32 in [0, 1): 23 bits as the mantissa of a number in [1, 2), minus 1."""
    mantissa = bits & np.uint32(0x7FFFFF)
    mantissa |= np.uint32(0x3F800000)
    result = mantissa.view(np.float32)
    result -= np.float32(1)
    return result


def to_double(high: np.ndarray, low: np.ndarray) -> np.ndarray:
    """float64 in [0, 1): 20 bits of `high` and all of `low` as the mantissa."""
    mantissa = (high & np.uint32(0xFFFFF)).astype(np.uint64)
    mantissa <<= _SHIFT
    mantissa |= low
    mantissa |= np.uint64(0x3FF << 52)
    result = mantissa.view(np.float64)
    result -= 1.0
    return result


def to_half(bits: np.ndarray) -> np.ndarray:
    """float16 in [0, 1): 10 bits as the mantissa."""
    mantissa = (bits & np.uint32(0x3FF)).astype(np.uint16)
    mantissa |= np.uint16(15 << 10)
    return mantissa.view(np.float16) - np.float16(1)


# The C library computes float logarithms, sines and cosines in double with the short polynomials below (from
# ARM's optimized routines) and rounds once; computing them so is what makes normals TensorFlow's, bit for bit.
_LOG_TABLE = [float.fromhex(h) for h in """
    0x1.661ec79f8f3bep+0 -0x1.57bf7808caadep-2 0x1.571ed4aaf883dp+0 -0x1.2bef0a7c06ddbp-2
    0x1.49539f0f010bp+0 -0x1.01eae7f513a67p-2 0x1.3c995b0b80385p+0 -0x1.b31d8a68224e9p-3
    0x1.30d190c8864a5p+0 -0x1.6574f0ac07758p-3 0x1.25e227b0b8eap+0 -0x1.1aa2bc79c81p-3
    0x1.1bb4a4a1a343fp+0 -0x1.a4e76ce8c0e5ep-4 0x1.12358f08ae5bap+0 -0x1.1973c5a611cccp-4
    0x1.0953f419900a7p+0 -0x1.252f438e10c1ep-5 0x1p+0 0x0p+0
    0x1.e608cfd9a47acp-1 0x1.aa5aa5df25984p-5 0x1.ca4b31f026aap-1 0x1.c5e53aa362eb4p-4
    0x1.b2036576afce6p-1 0x1.526e57720db08p-3 0x1.9c2d163a1aa2dp-1 0x1.bc2860d22477p-3
    0x1.886e6037841edp-1 0x1.1058bc8a07ee1p-2 0x1.767dcf5534862p-1 0x1.4043057b6ee09p-2""".split()]  # fmt: skip
_LOG_INVERSE, _LOG_VALUE = np.array(_LOG_TABLE[0::2]), np.array(_LOG_TABLE[1::2])
_LOG_POLY = [float.fromhex(h) for h in "-0x1.00ea348b88334p-2 0x1.5575b0be00b6ap-2 -0x1.ffffef20a4123p-2".split()]
_SIN = [float.fromhex(h) for h in "-0x1.555545995a603p-3 0x1.1107605230bc4p-7 -0x1.994eb3774cf24p-13".split()]
_COS = [float.fromhex(h) for h in
        "-0x1.ffffffd0c621cp-2 0x1.55553e1068f19p-5 -0x1.6c087e89a359dp-10 0x1.99343027bf8c3p-16".split()]  # fmt: skip
_LN2 = float.fromhex("0x1.62e42fefa39efp-1")
_HALF_PI = float.fromhex("0x1.921FB54442D18p0")


def log_float(x: np.ndarray) -> np.ndarray:
    """Natural logarithm of float32 in (0, 1], as the C library's logf."""
    bits = x.view(np.int32)
    shifted = bits - np.int32(0x3F330000)
    entry = (shifted >> 19) & 15
    exponent = shifted >> 23
    z = (bits - (shifted & np.int32(-0x800000))).view(np.float32).astype(np.float64)
    r = z * _LOG_INVERSE[entry]
    r -= 1.0
    y0 = exponent * _LN2
    y0 += _LOG_VALUE[entry]
    r2 = r * r
    y = r * _LOG_POLY[1]
    y += _LOG_POLY[2]
    y += _LOG_POLY[0] * r2
    y *= r2
    y0 += r
    y += y0
    return y.astype(np.float32)


def sincos_float(x: np.ndarray) -> tuple:
    """(sine, cosine) of float32 in [0, 2 pi), as the C library's sincosf."""
    x = x.astype(np.float64)
    quadrant = np.rint(x * (1.0 / _HALF_PI))
    x -= quadrant * _HALF_PI
    quadrant = quadrant.astype(np.int8)
    x2 = x * x
    x4 = x2 * x2
    x3 = x2 * x
    sine = x3 * _SIN[0]
    sine += x
    high = x2 * _SIN[2]
    high += _SIN[1]
    x3 *= x2
    high *= x3
    sine += high
    cosine = x2 * _COS[0]
    cosine += 1.0
    cosine += x4 * _COS[1]
    np.multiply(x2, _COS[3], out=high)
    high += _COS[2]
    x4 *= x2
    high *= x4
    cosine += high
    sine, cosine = sine.astype(np.float32), cosine.astype(np.float32)
    odd = (quadrant & 1).astype(bool)
    swapped = np.where(odd, cosine, sine)
    cosine = np.where(odd, sine, cosine)
    # Signs by quadrant: sine + + - -, cosine + - - +.
    swapped.view(np.uint32)[...] ^= (quadrant & 2).astype(np.uint32) << np.uint32(30)
    cosine.view(np.uint32)[...] ^= ((quadrant + 1) & 2).astype(np.uint32) << np.uint32(30)
    return swapped, cosine


def box_muller_float(x0, x1, out0, out1) -> None:
    """Two float32 normals from two words: the sine and the cosine at a random radius."""
    u1 = to_float(x0)
    np.maximum(u1, np.float32(1e-7), out=u1)
    angle = (to_float(x1).astype(np.float64) * (2 * np.pi)).astype(np.float32)
    radius = log_float(u1)
    radius *= np.float32(-2)
    np.sqrt(radius, out=radius)
    sine, cosine = sincos_float(angle)
    np.multiply(sine, radius, out=out0)
    np.multiply(cosine, radius, out=out1)


def box_muller_double(x0, x1, x2, x3, out0, out1) -> None:
    """Two float64 normals from four words."""
    radius = np.sqrt(-2.0 * np.log(np.maximum(to_double(x0, x1), 1e-7)))
    angle = 2 * np.pi * to_double(x2, x3)
    np.multiply(np.sin(angle), radius, out=out0)
    np.multiply(np.cos(angle), radius, out=out1)


def _counters(outputs: int, per_counter: int) -> int:
    return -(-outputs // per_counter)


def uniform(state, count: int, dtype) -> np.ndarray:
    """`count` numbers in [0, 1) of float16, float32 or float64."""
    dtype = np.dtype(dtype)
    if dtype == np.float64:
        return _double_uniform(state, count)
    drawn = words(state, _counters(count, 4)).reshape(-1)[:count]
    return to_half(drawn) if dtype == np.float16 else to_float(drawn)


def _double_uniform(state, count):
    drawn = words(state, _counters(count, 2)).reshape(-1, 2)[:count]
    return to_double(drawn[:, 0], drawn[:, 1])


def full_int(state, count: int, dtype) -> np.ndarray:
    """`count` integers of the whole range of a type of 32 or 64 bits."""
    dtype = np.dtype(dtype)
    if dtype.itemsize == 4:
        return words(state, _counters(count, 4)).reshape(-1)[:count].view(dtype)
    pairs = words(state, _counters(count, 2)).reshape(-1, 2)[:count].astype(np.uint64)
    return (pairs[:, 0] | pairs[:, 1] << _SHIFT).view(dtype)


def uniform_int(state, count: int, low, high, dtype) -> np.ndarray:
    """`count` integers in [low, high) of a type of 32 or 64 bits."""
    dtype = np.dtype(dtype)
    bits = full_int(state, count, np.uint32 if dtype.itemsize == 4 else np.uint64)
    bits = bits % bits.dtype.type((int(high) - int(low)) & int(np.iinfo(bits.dtype).max))
    bits += np.array(int(low), dtype).view(bits.dtype)  # wraps, as the addition of signed numbers does
    return bits.view(dtype)


def normal(state, count: int, dtype) -> np.ndarray:
    """`count` standard normals of float16, float32 or float64."""
    dtype = np.dtype(dtype)
    if dtype == np.float64:
        drawn = words(state, _counters(count, 2))
        result = np.empty((len(drawn), 2))
        box_muller_double(*drawn.T, result[:, 0], result[:, 1])
        return result.reshape(-1)[:count]
    total = _counters(count, 4)
    key, counter = state
    result = np.empty((total, 2, 2), np.float32)
    for start in range(0, total, _BLOCK):
        size = min(_BLOCK, total - start)
        drawn = words((key, counter + start), size).reshape(size, 2, 2)
        part = result[start : start + size]
        box_muller_float(drawn[..., 0], drawn[..., 1], part[..., 0], part[..., 1])
    return result.reshape(-1)[:count].astype(dtype, copy=False)


def truncated_normal(state, count: int, dtype) -> np.ndarray:
    """`count` standard normals within two standard deviations: each group draws until it is full."""
    dtype = np.dtype(dtype)
    wide = dtype == np.float64
    per_group, stride = (2, _GROUP_RESERVE // 2) if wide else (4, _GROUP_RESERVE)
    groups = _counters(count, per_group)
    result = np.empty((groups, per_group), np.float64 if wide else np.float32)
    for start in range(0, groups, _BLOCK):
        _fill_truncated(state, start, result[start : start + _BLOCK], stride, wide)
    return result.reshape(-1)[:count].astype(dtype, copy=False)


def _fill_truncated(state, first, result, stride, wide):
    groups, per_group = result.shape
    numbers = np.arange(first, first + groups, dtype=np.uint64) * np.uint64(stride)
    _normals_at(state, numbers, result, wide)
    # Most groups are full at once; the others keep what is good, in order, and draw again.
    pending = np.flatnonzero(~(np.abs(result) < 2).all(axis=1))
    values, filled, turn = result[pending], np.zeros(groups, np.int64), 0
    while len(pending):
        kept = np.abs(values) < 2
        place = filled[pending][:, None] + np.cumsum(kept, axis=1) - 1
        kept &= place < per_group
        rows = np.broadcast_to(pending[:, None], kept.shape)
        result[rows[kept], place[kept]] = values[kept]
        filled[pending] = np.minimum(place[:, -1] + 1, per_group)
        pending = pending[filled[pending] < per_group]
        turn += 1
        values = np.empty((len(pending), per_group), result.dtype)
        _normals_at(state, numbers[pending] + np.uint64(turn), values, wide)


def _normals_at(state, offsets, out, wide):
    """The normals of one counter each."""
    drawn = words_at(state, offsets)
    if wide:
        box_muller_double(*drawn.T, out[:, 0], out[:, 1])
    else:
        drawn, pairs = drawn.reshape(-1, 2, 2), out.reshape(-1, 2, 2)
        box_muller_float(drawn[..., 0], drawn[..., 1], pairs[..., 0], pairs[..., 1])
