"""`tensorflow.python.util.tf_export`: decorators that give TensorFlow's own symbols public names; here they do nothing."""

from __future__ import annotations


def tf_export(*names, **options):
    """A decorator that changes nothing."""
    return lambda symbol: symbol


keras_export = estimator_export = tf_export
