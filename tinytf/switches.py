"""The switches by which a program of TensorFlow 1.15 or 2 asks for the behaviour of 1.x: here there is no other.

Those that ask for TensorFlow 2 raise NotImplementedError, but for resource variables and control flow of functions, which 1.15 has.
"""

from __future__ import annotations

_resource_variables = False


def enable_resource_variables() -> None:
    """`tf.get_variable` and `tf.Variable` make resource variables unless told otherwise. Follows TF 1.15."""
    global _resource_variables
    _resource_variables = True


def disable_resource_variables() -> None:
    """Variables are ref variables again, which is the default."""
    global _resource_variables
    _resource_variables = False


def resource_variables_enabled() -> bool:
    """Whether variables are resource variables where nothing else is said."""
    return _resource_variables


def disable_v2_behavior() -> None:
    """What scripts for TensorFlow 2 say to get 1.x: nothing to do here."""
    disable_resource_variables()
    disable_control_flow_v2()


def disable_eager_execution() -> None:
    """There is no eager mode to switch off."""


def disable_v2_tensorshape() -> None:
    """Shapes hold Dimension objects, as they do in 1.x: nothing to do."""


def enable_control_flow_v2() -> None:
    """`tf.cond` and `tf.while_loop` add `If` and `While` ops that call functions, everywhere. Follows TF 1.15."""
    from tinytf.ops.control_flow import control_flow_util

    control_flow_util.ENABLE_CONTROL_FLOW_V2 = True


def disable_control_flow_v2() -> None:
    """`tf.cond` and `tf.while_loop` are lowered to Switch, Merge and so on, but for the bodies of functions; the default."""
    from tinytf.ops.control_flow import control_flow_util

    control_flow_util.ENABLE_CONTROL_FLOW_V2 = False


def disable_tensor_equality() -> None:
    """Tensors compare by identity, as in 1.x: nothing to do."""


def control_flow_v2_enabled() -> bool:
    """Whether loops and conditionals made here are `While` and `If` ops."""
    from tinytf.graph.default_graph import get_default_graph
    from tinytf.ops.control_flow import control_flow_util

    return control_flow_util.enable_control_flow_v2(get_default_graph())


def output_all_intermediates(state) -> None:
    """Whether functional control flow hands out what its gradient may need as soon as it is made; None is the default, no."""
    from tinytf.ops.functions import control_flow_util_v2

    control_flow_util_v2._EXPERIMENTAL_OUTPUT_ALL_INTERMEDIATES_OVERRIDE = state


def executing_eagerly() -> bool:
    """False: every op goes into a graph."""
    return False


def _of_tensorflow_2(name):
    def switch(*args, **kwargs):
        raise NotImplementedError(
            "tf.%s: tinytf is TensorFlow 1.x graphs and sessions only. Build a graph and run it in a tf.Session." % name
        )

    switch.__name__ = name
    switch.__doc__ = "TensorFlow 2 behaviour, which tinytf does not have: raises NotImplementedError."
    return switch


def enable_eager_execution(config=None, device_policy=None, execution_mode=None) -> None:
    """Eager mode, which tinytf does not have: NotImplementedError; TypeError and ValueError for wrong arguments, as in TF 1.15."""
    from tinytf import protos
    from tinytf.graph import eager_context

    if config is not None and not isinstance(config, protos.ConfigProto):
        raise TypeError("config must be a tf.ConfigProto, but got %s" % type(config))
    if device_policy not in (None, *eager_context.DEVICE_POLICIES):
        raise ValueError("device_policy must be one of None, tf.contrib.eager.DEVICE_PLACEMENT_*")
    if execution_mode not in (None, eager_context.SYNC, eager_context.ASYNC):
        raise ValueError("execution_mode must be one of None, tf.contrib.eager.SYNC, tf.contrib.eager.ASYNC")
    _of_tensorflow_2("enable_eager_execution")()


enable_v2_behavior = _of_tensorflow_2("enable_v2_behavior")
enable_v2_tensorshape = _of_tensorflow_2("enable_v2_tensorshape")
enable_tensor_equality = _of_tensorflow_2("enable_tensor_equality")
