"""Optimizers of tf.contrib.opt around others, and outside of the graph. (Single updates: compat/differential, contrib_parts.)"""

import sys
import types

import numpy as np
import pytest

import tinytf as tf


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def test_averages_are_saved_under_the_names_of_their_variables(tmp_path):
    v = tf.Variable([1.0, 2.0], name="v")
    optimizer = tf.contrib.opt.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(1.0), average_decay=0.5)
    with pytest.raises(RuntimeError, match="before creating the swapping_saver"):
        optimizer.swapping_saver()
    train = optimizer.apply_gradients([(tf.constant([0.5, 0.5]), v)])
    swapping, plain = optimizer.swapping_saver(), tf.train.Saver()
    with pytest.raises(ValueError, match="Variable to swap v/ExponentialMovingAverage is not part"):
        optimizer.swapping_saver([v])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        path = swapping.save(session, str(tmp_path / "model"))
        plain.restore(session, path)
        assert session.run(v).tolist() == [0.75, 1.75]  # the average of [1, 2] and [0.5, 1.5]
        swapping.restore(session, path)
        assert session.run(v).tolist() == [0.5, 1.5]


class OneStep(tf.contrib.opt.ExternalOptimizerInterface):
    def _minimize(self, initial_val, loss_grad_func, step_callback, optimizer_kwargs, **others):
        _, gradient = loss_grad_func(initial_val)
        step_callback(initial_val)
        return initial_val - optimizer_kwargs["rate"] * gradient


def test_an_optimizer_outside_of_the_graph_sets_all_variables_at_its_end():
    a, b = tf.Variable(1.0), tf.Variable([[2.0, 3.0]])
    loss, seen = a * a + tf.reduce_sum(b * b), []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        optimizer = OneStep(loss, rate=0.25)
        optimizer.minimize(fetches=[loss], loss_callback=seen.append, step_callback=lambda x: seen.append(x.tolist()))
        assert session.run([a, b])[0] == 0.5 and session.run(b).tolist() == [[1.0, 1.5]]
    assert seen == [14.0, [1.0, 2.0, 3.0]]


def test_scipy_is_asked_for_when_it_is_used(monkeypatch):
    v = tf.Variable([3.0, 4.0])
    loss = tf.reduce_sum(tf.square(v))
    asked = {}

    def minimize(function, x, **arguments):
        asked.update(arguments)
        value, gradient = function(x)
        assert (value, gradient.tolist(), gradient.dtype) == (25.0, [6.0, 8.0], np.float64)
        constraint = arguments["constraints"][0]
        asked["constraint"] = constraint["type"], float(constraint["fun"](x)), constraint["jac"](x).tolist()
        return Result(x=np.zeros(2))

    class Result(dict):
        message, fun, nit = "done", 0.0, 1

    package, module = types.ModuleType("scipy"), types.ModuleType("scipy.optimize")
    module.minimize, package.optimize = minimize, module
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(loss, equalities=[v[0] - 1.0], var_to_bounds={v: (0, [5, 6])}, options={"maxiter": 3})
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        monkeypatch.setitem(sys.modules, "scipy", None)
        monkeypatch.setitem(sys.modules, "scipy.optimize", None)
        with pytest.raises(ImportError, match="needs SciPy"):
            optimizer.minimize(session)
        monkeypatch.setitem(sys.modules, "scipy", package)
        monkeypatch.setitem(sys.modules, "scipy.optimize", module)
        optimizer.minimize(session)
        assert session.run(v).tolist() == [0.0, 0.0]
    assert asked["method"] == "L-BFGS-B" and asked["options"] == {"maxiter": 3} and asked["bounds"] == [(0, 5), (0, 6)]
    assert asked["constraint"] == ("eq", 2.0, [1.0, 0.0])
