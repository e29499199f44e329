"""The store of shared variables: what `tf.get_variable` looks names up in, one a graph."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from tinytf import dtypes, switches
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, colocate_with, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.graph.tensor import Tensor
from tinytf.ops.state import partitioned_variables, variables
from tinytf.shapes import as_shape


class PartitionInfo:
    """Where a slice lies in its partitioned variable; handed to initializers as `partition_info`."""

    def __init__(self, full_shape, var_offset):
        for name, value in (("full_shape", full_shape), ("var_offset", var_offset)):
            if not isinstance(value, Sequence) or isinstance(value, str):
                raise TypeError(
                    "`%s` must be a sequence (like tuple or list) instead of %s" % (name, type(value).__name__)
                )
        if len(var_offset) != len(full_shape):
            raise ValueError(
                "Expected equal length, but `var_offset` is of length %d while full_shape is of length %d."
                % (len(var_offset), len(full_shape))
            )
        for offset, size in zip(var_offset, full_shape):
            if offset < 0 or offset >= size:
                raise ValueError(
                    "Expected 0 <= offset < shape but found offset=%s, shape=%s for var_offset=%s, full_shape=%s"
                    % (offset, size, var_offset, full_shape)
                )
        self.full_shape, self.var_offset = full_shape, var_offset

    def single_offset(self, shape) -> int:
        """The offset along the sliced axis; 0 where nothing is sliced."""
        axis = self.single_slice_dim(shape)
        return 0 if axis is None else self.var_offset[axis]

    def single_slice_dim(self, shape):
        """The one axis along which `shape` is a slice, or None; ValueError where there are several."""
        if not isinstance(shape, (tuple, list)):
            raise TypeError("`shape` must be a sequence (like tuple or list) instead of " + type(shape).__name__)
        if len(shape) != len(self.full_shape):
            raise ValueError(
                "Expected equal length, but received shape=%s of length %d while self.full_shape=%s is of length %d."
                % (shape, len(shape), self.full_shape, len(self.full_shape))
            )
        for i, size in enumerate(shape):
            if self.var_offset[i] + size > self.full_shape[i]:
                raise ValueError(
                    "With self.var_offset=%s, a partition of shape=%s would exceed self.full_shape=%s in dimension %d."
                    % (self.var_offset, shape, self.full_shape, i)
                )
        axes = [i for i, size in enumerate(shape) if size != self.full_shape[i]]
        if len(axes) > 1:
            raise ValueError(
                "Cannot use single_slice_dim() with shape=%s and self.full_shape=%s since slice dim could be either "
                "dimension %d or %d." % (shape, self.full_shape, axes[0], axes[1])
            )
        return axes[0] if axes else None


def _accepts(function, name) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _needs_no_arguments(function) -> bool:
    parameters = inspect.signature(function).parameters.values()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return all(p.default is not p.empty for p in positional)


class VariableStore:
    """The variables and partitioned variables by full name."""

    def __init__(self):
        self._vars: dict = {}
        self._partitioned_vars: dict = {}

    def get_variable(
        self,
        name,
        shape=None,
        dtype=dtypes.float32,
        initializer=None,
        regularizer=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        custom_getter=None,
        constraint=None,
        synchronization=variables.VariableSynchronization.AUTO,
        aggregation=variables.VariableAggregation.NONE,
    ):
        """The variable of that name, found or made; see `tf.get_variable`."""
        if custom_getter is not None and not callable(custom_getter):
            raise ValueError("Passed a custom_getter which is not callable: %s" % custom_getter)
        dtype = getattr(dtype, "base_dtype", dtype)
        synchronization, aggregation, trainable = variables.check_modes(synchronization, aggregation, trainable, name)
        given = dict(
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            regularizer=regularizer,
            reuse=reuse,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            partitioner=partitioner,
            validate_shape=validate_shape,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        if custom_getter is None:
            return self._true_getter(name, constraint=constraint, **given)
        if _accepts(custom_getter, "constraint"):
            given["constraint"] = constraint
        return custom_getter(getter=self._true_getter, name=name, **given)

    def _true_getter(
        self,
        name,
        shape=None,
        dtype=dtypes.float32,
        initializer=None,
        regularizer=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        constraint=None,
        synchronization=variables.VariableSynchronization.AUTO,
        aggregation=variables.VariableAggregation.NONE,
    ):
        given = dict(
            name=name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            regularizer=regularizer,
            reuse=reuse,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            validate_shape=validate_shape,
            use_resource=use_resource,
            constraint=constraint,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        is_scalar = isinstance(shape, Sequence) and not shape
        if partitioner is not None and not is_scalar:
            if not callable(partitioner):
                raise ValueError("Partitioner must be callable, but received: %s" % partitioner)
            with name_scope(None):
                return self._get_partitioned_variable(partitioner=partitioner, **given)
        if reuse is True and partitioner is None and name in self._partitioned_vars:
            return self._get_partitioned_variable(partitioner=None, **given)
        if "%s/part_0" % name in self._vars:
            raise ValueError(
                "No partitioner was provided, but a partitioned version of the variable was found: %s/part_0. "
                "Perhaps a variable of the same name was already created with partitioning?" % name
            )
        return self._get_single_variable(**given)

    # Partitioned --------------------------------------------------------------------------------

    def _get_partitioned_variable(
        self, name, partitioner, shape=None, dtype=dtypes.float32, initializer=None, reuse=None, **rest
    ):
        if name in self._vars:
            raise ValueError(
                "A partitioner was provided, but an unpartitioned version of the variable was found: %s.  Perhaps a "
                "variable of the same name was already created without partitioning?" % name
            )
        dtype = dtypes.as_dtype(dtype)
        shape = as_shape(shape)
        if isinstance(initializer, Tensor):
            shape = shape.merge_with(initializer.get_shape())
        partitions = None
        if not reuse or partitioner:
            partitions = partitioned_variables.call_partitioner(partitioner, shape, dtype)
        if name in self._partitioned_vars:
            return self._found_partitioned(name, shape, dtype, reuse, partitions)
        if reuse is True:
            raise ValueError(
                "PartitionedVariable %s does not exist, or was not created with tf.get_variable(). Did you mean to set "
                "reuse=False or reuse=tf.AUTO_REUSE in VarScope?" % name
            )
        axis, count = partitioned_variables.sliced_axis(partitions)
        self._check_shards(name, count)
        parts = []
        full_shape = shape.as_list()
        for i, (offset, part_shape) in enumerate(partitioned_variables.iter_slices(full_shape, count, axis)):
            part_name = "%s/part_%d" % (name, i)
            with name_scope(part_name + "/PartitionedInitializer"):
                init, init_shape, dtype = self._part_initializer(
                    name, initializer, full_shape, offset, part_shape, dtype
                )
            with name_scope(None):
                part = self._get_single_variable(
                    name=part_name,
                    shape=init_shape,
                    dtype=dtype,
                    initializer=init,
                    partition_info=PartitionInfo(full_shape=full_shape, var_offset=offset),
                    reuse=reuse,
                    **rest,
                )
            part._set_save_slice_info(variables.Variable.SaveSliceInfo(name, full_shape, offset, part_shape))
            parts.append(part)
        result = partitioned_variables.PartitionedVariable(
            name=name, shape=shape, dtype=dtype, variable_list=parts, partitions=partitions
        )
        self._partitioned_vars[name] = result
        return result

    def _found_partitioned(self, name, shape, dtype, reuse, partitions):
        if reuse is False:
            raise ValueError(
                "Partitioned variable with name %s already exists. Did you mean to set reuse=True or "
                "reuse=tf.AUTO_REUSE in VarScope?" % name
            )
        found = self._partitioned_vars[name]
        for what, wanted, has, fits in (
            ("shape", shape, found.get_shape(), shape.is_compatible_with(found.get_shape())),
            ("dtype", dtype.name, found.dtype.name, dtype.is_compatible_with(found.dtype)),
            (
                "partitions",
                partitions,
                found._get_partitions(),
                partitions is None or partitions == found._get_partitions(),
            ),
        ):
            if not fits:
                raise ValueError(
                    "Trying to reuse partitioned variable %s, but specified %s %s and found %s %s."
                    % (name, what, wanted, what, has)
                )
        return found

    def _check_shards(self, name, count):
        if "%s/part_0" % name not in self._vars:
            return
        start = (
            "Partitioner returned a different partitioning than what was already found.  Partitioner returned %d "
            "shards, and shard %s/part_0 was found, but " % (count, name)
        )
        if "%s/part_%d" % (name, count - 1) not in self._vars:
            raise ValueError(start + "%s/part_%d was not." % (name, count - 1))
        if "%s/part_%d" % (name, count) in self._vars:
            raise ValueError(start + "so was the extra shard %s/part_%d." % (name, count))

    def _part_initializer(self, name, initializer, full_shape, offset, part_shape, dtype):
        from tinytf.ops.array import array_ops

        if initializer is None:
            return default_initializer(name, dtype), part_shape, dtype
        if callable(initializer):
            return initializer, part_shape, dtype
        if isinstance(initializer, Tensor):
            init = array_ops.slice(initializer, offset, part_shape)
            return init, None, init.dtype.base_dtype
        init = convert_to_tensor(initializer, dtype=dtype)
        return array_ops.slice(init, offset, part_shape), None, dtype

    # Single -------------------------------------------------------------------------------------

    def _get_single_variable(
        self,
        name,
        shape=None,
        dtype=dtypes.float32,
        initializer=None,
        regularizer=None,
        partition_info=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        validate_shape=True,
        use_resource=None,
        constraint=None,
        synchronization=variables.VariableSynchronization.AUTO,
        aggregation=variables.VariableAggregation.NONE,
    ):
        from_value = initializer is not None and not callable(initializer)
        if shape is not None and from_value:
            raise ValueError("If initializer is a constant, do not specify shape.")
        dtype = dtypes.as_dtype(dtype)
        shape = as_shape(shape)
        if name in self._vars:
            return self._found(name, shape, dtype, reuse)
        if reuse is True:
            raise ValueError(
                "Variable %s does not exist, or was not created with tf.get_variable(). Did you mean to set "
                "reuse=tf.AUTO_REUSE in VarScope?" % name
            )
        if initializer is None:
            initializer = default_initializer(name, dtype)
        variable_dtype = None
        if from_value:
            initial = initializer
        else:
            if inspect.isclass(initializer):
                initializer = initializer()
            if shape.is_fully_defined():
                variable_dtype = dtype.base_dtype

                def initial():
                    return initializer(shape.as_list(), dtype=dtype, partition_info=partition_info)

            elif _needs_no_arguments(initializer):
                initial = initializer
            else:
                raise ValueError(
                    "The initializer passed is not valid. It should be a callable with no arguments and the shape "
                    "should not be provided or an instance of `tf.keras.initializers.*' and `shape` should be fully "
                    "defined."
                )
        variable = variables.Variable(
            initial_value=initial,
            name=name,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            dtype=variable_dtype,
            validate_shape=validate_shape,
            constraint=constraint,
            use_resource=switches.resource_variables_enabled() if use_resource is None else use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        self._vars[name] = variable
        if regularizer:
            with colocate_with(variable.op), name_scope(name + "/Regularizer/"), variables.init_scope():
                loss = regularizer(variable)
            if loss is not None:
                add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
        return variable

    def _found(self, name, shape, dtype, reuse):
        found = self._vars[name]
        if reuse is False:
            where = found.op.where_made
            raise ValueError(
                "Variable %s already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in "
                "VarScope?%s" % (name, " Originally defined at:\n\n" + where if where else "")
            )
        if not shape.is_compatible_with(found.get_shape()):
            raise ValueError(
                "Trying to share variable %s, but specified shape %s and found shape %s."
                % (name, shape, found.get_shape())
            )
        if not dtype.is_compatible_with(found.dtype):
            raise ValueError(
                "Trying to share variable %s, but specified dtype %s and found dtype %s."
                % (name, dtype.name, found.dtype.name)
            )
        return found


def default_initializer(name, dtype):
    """Glorot uniform for floats, zeros for integers, bools and strings; ValueError for the rest."""
    from tinytf.ops.state import init_ops

    if dtype.is_floating:
        return init_ops.GlorotUniform()
    if dtype.is_integer or dtype.is_unsigned or dtype.is_bool or dtype == dtypes.string:
        return init_ops.Zeros()
    raise ValueError("An initializer for variable %s of %s is required" % (name, dtype.base_dtype))
