"""tf.keras has the initializers, with Keras' defaults, and says what to use for the rest."""

import pytest

import tinytf as tf


def test_names_and_configs_make_initializers():
    k = tf.keras.initializers
    assert k.get("normal").get_config() == {"mean": 0.0, "stddev": 0.05, "seed": None, "dtype": "float32"}
    assert k.get("he_normal").get_config()["scale"] == 2.0
    assert k.get(None) is None and k.get(k.zeros) is k.zeros
    made = k.TruncatedNormal(1.0, seed=3)
    assert k.deserialize(k.serialize(made)).get_config() == made.get_config()
    for bad, words in ((3, "Could not interpret"), ("nothing", "Unknown initializer")):
        with pytest.raises(ValueError, match=words):
            k.get(bad)


def test_the_rest_of_keras_is_not_here():
    with pytest.raises(AttributeError, match="tf.layers"):
        tf.keras.layers
