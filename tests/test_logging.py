"""tf.logging: levels, counts, and the logger that programs configure."""

import logging

import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def _level():
    before = tf.logging.get_verbosity()
    yield
    tf.logging.set_verbosity(before)


def test_levels(caplog):
    tf.logging.set_verbosity(tf.logging.WARN)
    tf.logging.info("hidden")
    tf.logging.warn("a %d", 1)
    tf.logging.set_verbosity("INFO")
    tf.logging.info("b")
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [("WARNING", "a 1"), ("INFO", "b")]
    assert tf.logging.get_verbosity() == tf.logging.INFO == logging.INFO
    assert tf.get_logger() is logging.getLogger("tensorflow")


def test_counted_messages(caplog):
    for _ in range(5):
        tf.logging.log_first_n(tf.logging.ERROR, "first", 2)
        tf.logging.log_every_n(tf.logging.ERROR, "every", 3)
    assert [r.getMessage() for r in caplog.records].count("first") == 2
    assert [r.getMessage() for r in caplog.records].count("every") == 2


def test_the_caller_is_named(caplog):
    tf.logging.error("here")
    assert caplog.records[-1].filename == "test_logging.py"
