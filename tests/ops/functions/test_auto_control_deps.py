"""Ops with effects run in the order in which they were written, also where only a context says so."""

import pytest

import tinytf as tf
from tinytf.ops.functions.auto_control_deps import AutomaticControlDependencies, automatic_control_dependencies


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def variable_and_session():
    v = tf.get_variable("v", initializer=1.0, use_resource=True)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return v, session


def test_effects_come_in_order_before_what_is_returned():
    v, session = variable_and_session()
    with AutomaticControlDependencies() as context:
        v.assign(v + 1)
        v.assign(2 * v)
        result = context.mark_as_return(v.read_value())
    with session:
        assert session.run(result) == 4


@pytest.mark.parametrize("taken, expected", [(True, 2.0), (False, 10.0)])
def test_an_effect_in_a_branch_comes_before_the_read_behind_it(taken, expected):
    v, session = variable_and_session()
    p = tf.placeholder(tf.bool)

    def grow():
        v.assign(v + 4)
        return 1.0

    with AutomaticControlDependencies() as context:
        tf.cond(p, lambda: 0.0, grow)
        v.assign(v * 2)
        result = context.mark_as_return(v.read_value())
    with session:
        assert session.run(result, {p: taken}) == expected


def test_a_function_in_automatic_order():
    v, session = variable_and_session()

    @automatic_control_dependencies
    def step():
        v.assign_add(1.0)
        return {"v": v.read_value()}

    with session:
        assert session.run(step()) == {"v": 2.0}
