"""Devices, colocation and what `init_scope` lifts out: where ops and variables say that they are."""

import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _on(device, name):
    with tf.device(device):
        return tf.constant(1.0, name=name)


def test_of_nested_colocations_the_outermost_has_the_last_word_on_the_device():
    a, b, none = _on("/cpu:0", "a"), _on("/gpu:0", "b"), tf.constant(1.0, name="none")
    with tf.colocate_with(a), tf.colocate_with(b):
        assert tf.identity(none).device == "/device:CPU:0"
    with tf.colocate_with(none), tf.colocate_with(b):
        assert tf.identity(none).device == "/device:GPU:0"


def test_device_scopes_outside_of_a_colocation_do_not_apply_inside():
    none = tf.constant(1.0)
    with tf.device("/job:ps"):
        with tf.colocate_with(none):
            assert tf.identity(none).device == ""
            with tf.device("/gpu:1"):
                assert tf.identity(none).device == "/device:GPU:1"
        with tf.colocate_with(None, ignore_existing=True):
            assert tf.identity(none).device == ""
        assert tf.identity(none).device == "/job:ps"


@pytest.mark.parametrize("use_resource", [False, True])
def test_variables_are_under_the_devices_of_the_scope_that_a_colocation_set_aside(use_resource):
    none = tf.constant(1.0)
    with tf.device("/gpu:1"), tf.colocate_with(none):
        v = tf.get_variable("v", [2], use_resource=use_resource)
        assert v.device == "/device:GPU:1" and v.initial_value.device == ""


def test_a_device_scope_within_the_colocation_comes_first():
    none = tf.constant(1.0)
    with tf.device("/gpu:1"), tf.colocate_with(none), tf.device("/cpu:3"):
        assert tf.get_variable("v", [2]).device == "/device:CPU:3"


@pytest.mark.parametrize("use_resource", [False, True])
def test_slots_are_on_the_device_of_the_optimizer_where_their_variable_has_none(use_resource):
    v = tf.get_variable("v", [2], use_resource=use_resource)
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    with tf.device("/gpu:0"):
        optimizer.minimize(tf.reduce_sum(v * v))
    assert v.device == "" and optimizer.get_slot(v, "momentum").device == "/device:GPU:0"


def test_what_a_resource_variable_caches_is_on_its_caching_device():
    with tf.device("/job:ps"):
        v = tf.get_variable("v", [2], use_resource=True, caching_device="/cpu:5")
    assert v.value().device == "/device:CPU:5" and v.handle.device == "/job:ps"
