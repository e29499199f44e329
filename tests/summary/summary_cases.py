"""Summaries to make, in TensorFlow (compat/make_golden_summaries.py) and in tinytf (test_summary_ops.py)."""

import numpy as np


def cases(tf):
    """Yields (name, function that builds a summary)."""
    random = np.random.RandomState(0)
    normal = (random.randn(50) * 10).astype(np.float32)
    sound = ((random.rand(2, 5, 2) - 0.5) * 3).astype(np.float32)
    edges = np.array([[-1, 1, 0.00001525, 0.5, -0.5, 0.25, 1.5 / 32768, -1.5 / 32768, 2.5 / 32768]], np.float32)
    s = tf.summary
    yield "scalar", lambda: s.scalar("a b", tf.constant(2.5))
    yield "scalar of an integer", lambda: s.scalar("/i", 3)
    yield "scalar with a family", lambda: s.scalar("i", 3.0, family="fam")
    yield "histogram", lambda: s.histogram("h", normal)
    yield "histogram of zeros", lambda: s.histogram("h", np.zeros(5))
    yield "histogram of nothing", lambda: s.histogram("h", np.zeros(0, np.float32))
    yield "histogram of integers", lambda: s.histogram("h", np.array([1, 2, 2, -5]))
    yield "histogram of extremes", lambda: s.histogram("h", np.array([1e30, -1e30, 1e-15, 1e20]))
    yield "audio", lambda: s.audio("au", sound, 44100.0)
    yield "audio of one channel, rounded", lambda: s.audio("au", edges, 8000, max_outputs=1)
    yield "text", lambda: s.text("t", tf.constant(["a", "b"]))
    yield "tensor", lambda: s.tensor_summary("ts", np.arange(6, dtype=np.float32), summary_description="d", display_name="n")
    yield "tensor of integers", lambda: s.tensor_summary("ts", np.arange(3), family="f")
    yield "merged", lambda: s.merge([s.scalar("m1", 1.0), s.scalar("m2", 2.0)])


def images():
    """{name: (array, max_outputs)}"""
    random = np.random.RandomState(1)
    broken = random.rand(1, 2, 2, 3).astype(np.float32)
    broken[0, 0, 1, 2], broken[0, 1, 0, 0] = np.nan, np.inf
    return {
        "bytes": (random.randint(0, 256, (2, 3, 2, 3)).astype(np.uint8), 3),
        "one of two": (random.rand(2, 2, 2, 1).astype(np.float32), 1),
        "negative": (random.randn(1, 2, 3, 4).astype(np.float32), 3),
        "black": (np.zeros((1, 2, 2, 1), np.float32), 3),
        "three of four": (random.randn(4, 1, 2, 3), 3),
        "half": (random.rand(1, 2, 2, 3).astype(np.float16), 3),
        "not finite": (broken, 3),
    }
