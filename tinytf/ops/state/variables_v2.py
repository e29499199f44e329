"""`tensorflow.python.ops.variables.Variable`: what TensorFlow's own modules and tests make are resource variables, also in 1.15."""

from __future__ import annotations

from tinytf.ops.state.variables import Variable, VariableAggregation, VariableSynchronization, _create, _VariableMeta


class _ResourceVariableMeta(_VariableMeta):
    def __call__(
        cls, initial_value=None, trainable=None, validate_shape=True, caching_device=None, name=None, variable_def=None, dtype=None,
        import_scope=None, constraint=None, synchronization=VariableSynchronization.AUTO, aggregation=VariableAggregation.NONE, shape=None,
    ):  # fmt: skip
        return _create(
            initial_value, trainable, None, validate_shape, caching_device, name, variable_def, dtype, None, import_scope, constraint, True,
            synchronization, aggregation, shape,
        )  # fmt: skip

    def __instancecheck__(cls, value):
        return isinstance(value, Variable)

    def __subclasscheck__(cls, other):
        return issubclass(other, Variable)


class VariableV2(Variable, metaclass=_ResourceVariableMeta):
    """Calling it makes a resource variable, without `collections` and `use_resource` among its arguments.

    Every variable is an instance of it.  Follows `tensorflow.python.ops.variables.Variable` of TF 1.15.
    """
