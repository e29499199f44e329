"""tf.contrib.distributions: tf.distributions, before it was in TensorFlow's core."""

from __future__ import annotations


def __getattr__(name):
    from tinytf.missing import namespace

    return getattr(namespace("distributions"), name)
