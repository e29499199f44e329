"""The tensors of the golden checkpoints, the same on every NumPy: compat/golden_checkpoints.py has real TensorFlow
write them, the tests compare what tinytf reads and writes.  NumPy only: TensorFlow 1.15 imports this, too.

A case is a list of (name, dtype, shape_and_slice, array); arrays of types that NumPy lacks hold their bits.
"""

import numpy as np

BITS = {"qint8": "i1", "quint8": "u1", "qint16": "i2", "quint16": "u2", "qint32": "i4", "bfloat16": "u2"}
NUMPY_TYPES = [
    "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool",
    "complex64", "complex128",
]  # fmt: skip
NOT_IN_V1 = ("uint32", "uint64", "qint16", "quint16", "bfloat16")
SHAPES = [(), (3,), (0,), (2, 0, 3), (2, 3, 4), (1, 1, 1, 5)]


def values(dtype, shape, random):
    count = int(np.prod(shape, dtype=int))
    if dtype == "string":
        out = np.empty(count, object)
        for i in range(count):
            out[i] = random.randint(0, 256, random.choice([0, 1, 5, 300])).astype(np.uint8).tobytes()
        return out.reshape(shape)
    if dtype == "bool":
        return (random.randint(0, 2, count) == 1).reshape(shape)
    if dtype.startswith("float"):
        return (random.randint(-1000, 1000, count) / 8.0).astype(dtype).reshape(shape)
    if dtype.startswith("complex"):
        return (random.randint(-99, 99, count) + 1j * random.randint(-99, 99, count)).astype(dtype).reshape(shape)
    base = np.dtype(BITS.get(dtype, dtype))
    return random.randint(0, 256, count * base.itemsize).astype(np.uint8).view(base).reshape(shape)


def types(version=2):
    random = np.random.RandomState(1)
    case = []
    for dtype in NUMPY_TYPES + sorted(BITS) + ["string"]:
        for i, shape in enumerate(SHAPES):
            array = values(dtype, shape, random)
            if version == 2 or dtype not in NOT_IN_V1:
                case.append(("%s/shape%d" % (dtype, i), dtype, "", array))
    return case


def slices(version=2):
    random = np.random.RandomState(2)
    p = values("float32", (10, 6), random)
    q = values("int32", (9, 200), random)
    s = values("string", (4,), random)
    return [
        ("p", "float32", "10 6 0,4:-", p[:4]),
        ("p", "float32", "10 6 4,3:-", p[4:7]),
        ("q", "int32", "9 200 0,5:0,100", q[:5, :100]),
        ("p", "float32", "10 6 7,3:-", p[7:]),
        ("whole", "float32", "10 6 -:-", p),
        ("q", "int32", "9 200 0,5:100,100", q[:5, 100:]),
        ("q", "int32", "9 200 5,4:-", q[5:]),
        ("s", "string", "4 0,1", s[:1]),
        ("s", "string", "4 1,3", s[1:]),
        ("plain", "float64", "", np.float64(1.5)),
    ]


def whole_of_slices():
    random = np.random.RandomState(2)
    p, q, s = values("float32", (10, 6), random), values("int32", (9, 200), random), values("string", (4,), random)
    return {"p": p, "q": q, "s": s, "whole": p, "plain": np.float64(1.5)}


def tutorial(version=2):
    return [
        ("v1", "float32", "", np.array([[0.25, -1.5]], np.float32)),
        ("v2", "float32", "", np.arange(6, dtype=np.float32).reshape(2, 3)),
    ]


def many(version=2):
    """An index of several blocks, keys that share beginnings, names of many lengths."""
    return [
        ("scope_%d/layer%d/kernel%s" % (i % 13, i, "x" * (i % 50)), "float32", "", np.full((i % 7,), i, np.float32))
        for i in range(9000)
    ]


def large(version=2):
    """Values larger than a block."""
    random = np.random.RandomState(3)
    return [
        ("large/a", "float64", "", values("float64", (300, 300), random)),
        ("large/b", "float32", "", values("float32", (700, 300), random)),
        ("c", "int32", "", np.int32(4)),
        ("large/i", "int32", "", values("int32", (100000,), random)),
        ("large/s", "string", "", values("string", (3000,), random)),
    ]


SMALL = {"tutorial": tutorial, "types": types, "slices": slices}  # kept as files
BY_DIGEST = {"many": many, "large": large}  # kept as SHA-256
