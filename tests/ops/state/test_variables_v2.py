"""The Variable of TensorFlow's own modules makes resource variables, and every variable is one of it."""

import tinytf as tf
from tinytf.ops.state.variables_v2 import VariableV2


def test_it_makes_resource_variables():
    with tf.Graph().as_default():
        inner, outer = VariableV2(1.0, False, name="inner"), tf.Variable(2.0)
        assert inner.op.type == "VarHandleOp" and outer.op.type == "VariableV2"
        assert tf.trainable_variables() == [outer] and tf.global_variables() == [inner, outer]
        assert all(isinstance(v, kind) for v in (inner, outer) for kind in (VariableV2, tf.Variable))
        assert issubclass(type(inner), VariableV2)
