"""Functions get the arguments that they name."""

import pytest

import tinytf as tf
from tinytf.estimator.fn_args import call_logit_fn


def test_a_logit_fn_gets_what_it_names():
    with tf.Graph().as_default():
        logits = tf.zeros([2])
        assert call_logit_fn(lambda features, mode: features[mode], {"infer": logits}, "infer", {}, None) is logits
        heads = call_logit_fn(lambda features, params: {params["name"]: features}, logits, "train", {"name": "a"}, None)
        assert heads == {"a": logits}
        for wrong in ("nothing", [logits], {1: logits}):
            with pytest.raises(ValueError, match="logit_fn should return a Tensor or a dictionary"):
                call_logit_fn(lambda features, wrong=wrong: wrong, logits, "train", {}, None)
