"""Side effects on tensors that are in use, and registries."""

import pytest

import tinytf as tf
from tinytf.ops.control_flow.subscribe import subscribe
from tinytf.util.registry import Registry


def test_who_takes_a_tensor_waits_for_the_side_effect():
    with tf.Graph().as_default() as graph, tf.Session() as session:
        seen = []
        c = tf.add(tf.constant(1), tf.constant(2), name="c")
        d = tf.negative(c, name="d")
        with tf.control_dependencies([c]):
            e = tf.constant(5, name="e")

        def effect(tag):
            return lambda t: [tf.py_func(lambda x: seen.append((tag, int(x))), [t], [])]

        shared = subscribe(c, effect("a"))
        assert shared.op.name == "c/subscription/Identity" and d.op.inputs[0] is shared and e.op.control_inputs == [shared.op]
        assert subscribe({"x": [c]}, effect("b")) == {"x": [shared]} and subscribe(shared, effect("c")) is shared
        assert session.run([d, e]) == [-3, 5] and sorted(seen) == [("a", 3), ("b", 3), ("c", 3)]
        assert graph.get_operation_by_name("c/subscription/PyFunc").inputs[0] is c
        with pytest.raises(TypeError, match="has invalid type"):
            subscribe(3, effect("d"))


def test_a_name_is_registered_once():
    registry = Registry("thing")
    registry.register(dict)
    assert registry.lookup("dict") is dict and list(registry.list()) == ["dict"]
    with pytest.raises(KeyError, match="Registering two thing with name 'dict'! .Previous registration was in test_a_name"):
        registry.register(dict)
    with pytest.raises(LookupError, match="thing registry has no entry for: other"):
        registry.lookup("other")
