"""64-bit hashes of strings that TensorFlow's hash buckets use, on Python integers.

`fingerprint64` is FarmHash (its "na" variant), stable for ever; `siphash` is SipHash-2-4, keyed, for strings that an
enemy may choose.  The third is `tinytf.graph.function_hash.hash64`.
"""

from __future__ import annotations

_M = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _rotate(x: int, by: int) -> int:
    """Right rotation."""
    return ((x >> by) | (x << (64 - by))) & _M


def _word(s: bytes, at: int) -> int:
    return int.from_bytes(s[at : at + 8], "little")


def _half(s: bytes, at: int) -> int:
    return int.from_bytes(s[at : at + 4], "little")


def _mix(u: int, v: int, mul: int) -> int:
    a = ((u ^ v) * mul) & _M
    a ^= a >> 47
    b = ((v ^ a) * mul) & _M
    b ^= b >> 47
    return (b * mul) & _M


def _shift_mix(v: int) -> int:
    return v ^ (v >> 47)


def _short(s: bytes) -> int:
    n = len(s)
    if n >= 8:
        mul = (_K2 + n * 2) & _M
        a = (_word(s, 0) + _K2) & _M
        b = _word(s, n - 8)
        c = (_rotate(b, 37) * mul + a) & _M
        d = ((_rotate(a, 25) + b) * mul) & _M
        return _mix(c, d, mul)
    if n >= 4:
        return _mix((n + (_half(s, 0) << 3)) & _M, _half(s, n - 4), (_K2 + n * 2) & _M)
    if n:
        y = s[0] + (s[n >> 1] << 8)
        z = n + (s[-1] << 2)
        return (_shift_mix(((y * _K2) & _M) ^ ((z * _K0) & _M)) * _K2) & _M
    return _K2


def _middle(s: bytes) -> int:
    n = len(s)
    mul = (_K2 + n * 2) & _M
    first = _K1 if n <= 32 else _K2
    a = (_word(s, 0) * first) & _M
    b = _word(s, 8)
    c = (_word(s, n - 8) * mul) & _M
    d = (_word(s, n - 16) * _K2) & _M
    y = (_rotate((a + b) & _M, 43) + _rotate(c, 30) + d) & _M
    z = _mix(y, (a + _rotate((b + _K2) & _M, 18) + c) & _M, mul)
    if n <= 32:
        return z
    e = (_word(s, 16) * mul) & _M
    f = _word(s, 24)
    g = ((y + _word(s, n - 32)) * mul) & _M
    h = ((z + _word(s, n - 24)) * mul) & _M
    return _mix(
        (_rotate((e + f) & _M, 43) + _rotate(g, 30) + h) & _M, (e + _rotate((f + a) & _M, 18) + g) & _M, mul
    )


def _weak(s: bytes, at: int, a: int, b: int) -> tuple:
    w, x, y, z = (_word(s, at + i) for i in (0, 8, 16, 24))
    a = (a + w) & _M
    b = _rotate((b + a + z) & _M, 21)
    c = a
    a = (a + x + y) & _M
    return (a + z) & _M, (b + _rotate(a, 44) + c) & _M


def fingerprint64(s: bytes) -> int:
    """FarmHash's Fingerprint64."""
    n = len(s)
    if n <= 16:
        return _short(s)
    if n <= 64:
        return _middle(s)
    x = 81
    y = (81 * _K1 + 113) & _M
    z = (_shift_mix((y * _K2 + 113) & _M) * _K2) & _M
    v, w = (0, 0), (0, 0)
    x = (x * _K2 + _word(s, 0)) & _M
    end = (n - 1) // 64 * 64

    def block(at, mul, last):
        nonlocal x, y, z, v, w
        x = (_rotate((x + y + v[0] + _word(s, at + 8)) & _M, 37) * mul) & _M
        y = (_rotate((y + v[1] + _word(s, at + 48)) & _M, 42) * mul) & _M
        x ^= (w[1] * (9 if last else 1)) & _M
        y = (y + v[0] * (9 if last else 1) + _word(s, at + 40)) & _M
        z = (_rotate((z + w[0]) & _M, 33) * mul) & _M
        v = _weak(s, at, (v[1] * mul) & _M, (x + w[0]) & _M)
        w = _weak(s, at + 32, (z + w[1]) & _M, (y + _word(s, at + 16)) & _M)
        z, x = x, z

    for at in range(0, end, 64):
        block(at, _K1, False)
    mul = (_K1 + ((z & 0xFF) << 1)) & _M
    w = ((w[0] + ((n - 1) & 63)) & _M, w[1])
    v = ((v[0] + w[0]) & _M, v[1])
    w = ((w[0] + v[0]) & _M, w[1])
    block(n - 64, mul, True)
    return _mix((_mix(v[0], w[0], mul) + _shift_mix(y) * _K0 + z) & _M, (_mix(v[1], w[1], mul) + x) & _M, mul)


def siphash(s: bytes, key0: int, key1: int) -> int:
    """SipHash-2-4 with the 128-bit key (key0, key1)."""
    v0, v1 = key0 ^ 0x736F6D6570736575, key1 ^ 0x646F72616E646F6D
    v2, v3 = key0 ^ 0x6C7967656E657261, key1 ^ 0x7465646279746573

    def rounds(count):
        nonlocal v0, v1, v2, v3
        for _ in range(count):
            v0 = (v0 + v1) & _M
            v1 = _rotate(v1, 51) ^ v0
            v0 = _rotate(v0, 32)
            v2 = (v2 + v3) & _M
            v3 = _rotate(v3, 48) ^ v2
            v0 = (v0 + v3) & _M
            v3 = _rotate(v3, 43) ^ v0
            v2 = (v2 + v1) & _M
            v1 = _rotate(v1, 47) ^ v2
            v2 = _rotate(v2, 32)

    whole = len(s) - len(s) % 8
    for at in range(0, whole, 8):
        m = _word(s, at)
        v3 ^= m
        rounds(2)
        v0 ^= m
    m = ((len(s) & 0xFF) << 56) | int.from_bytes(s[whole:], "little")
    v3 ^= m
    rounds(2)
    v0 ^= m
    v2 ^= 0xFF
    rounds(4)
    return v0 ^ v1 ^ v2 ^ v3
