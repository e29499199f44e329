"""tf.layers: batch normalization."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import colocate_with, control_dependencies, name_scope
from tinytf.layers.base import InputSpec, Layer
from tinytf.layers.smart_cond import known_value, smart_cond
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import math_ops
from tinytf.ops.nn import activations, normalization
from tinytf.ops.state import state_ops
from tinytf.ops.state.variables import VariableAggregation, VariableSynchronization
from tinytf.shapes import TensorShape

_DEFAULT = object()


def _given_or(initializer, name):
    if initializer is not _DEFAULT:
        return initializer
    from tinytf.ops.state import init_ops

    return getattr(init_ops, name)()


class BatchNormalizationBody:
    """Normalizes over all dimensions but `axis`: in training with the batch's statistics, whose moving averages are used otherwise."""

    _settings = (
        "axis momentum epsilon center scale beta_initializer "
        "gamma_initializer moving_mean_initializer moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint"
    )

    def __init__(
        self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True, beta_initializer=_DEFAULT, gamma_initializer=_DEFAULT,
        moving_mean_initializer=_DEFAULT, moving_variance_initializer=_DEFAULT, beta_regularizer=None, gamma_regularizer=None,
        beta_constraint=None, gamma_constraint=None, renorm=False, renorm_clipping=None, renorm_momentum=0.99, fused=None, trainable=True,
        virtual_batch_size=None, adjustment=None, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, **kwargs)
        if not isinstance(axis, (int, list)):
            raise TypeError(f"axis must be int or list, type given: {type(axis)}")
        self.axis = axis[:] if isinstance(axis, list) else axis
        self.momentum, self.epsilon, self.center, self.scale = momentum, epsilon, center, scale
        self.beta_initializer = _given_or(beta_initializer, "zeros_initializer")
        self.gamma_initializer = _given_or(gamma_initializer, "ones_initializer")
        self.moving_mean_initializer = _given_or(moving_mean_initializer, "zeros_initializer")
        self.moving_variance_initializer = _given_or(moving_variance_initializer, "ones_initializer")
        self.beta_regularizer, self.gamma_regularizer = beta_regularizer, gamma_regularizer
        self.beta_constraint, self.gamma_constraint = beta_constraint, gamma_constraint
        self.renorm, self.renorm_momentum = renorm, renorm_momentum
        self.virtual_batch_size, self.adjustment = virtual_batch_size, adjustment
        self.fused = True if fused is None else fused
        self.supports_masking = True
        self._trainable = trainable
        self.renorm_clipping = renorm_clipping or {}
        if renorm and set(self.renorm_clipping) - {"rmax", "rmin", "dmax"}:
            raise ValueError(f"renorm_clipping {renorm_clipping} contains keys not in ['rmax', 'rmin', 'dmax']")

    @property
    def _param_dtype(self):
        half = self.dtype in ("float16", "bfloat16", dtypes.float16, dtypes.bfloat16)
        return dtypes.float32 if half else self.dtype or dtypes.float32

    def _may_be_fused(self) -> bool:
        axis = [self.axis] if isinstance(self.axis, int) else self.axis
        return not self.renorm and len(axis) == 1 and axis[0] in (-3, -1, 1, 3) and self.virtual_batch_size is None and self.adjustment is None  # noqa: E501

    def build(self, input_shape):
        """Makes gamma, beta, moving_mean, moving_variance."""
        shape = TensorShape(input_shape)
        if not shape.ndims:
            raise ValueError("Input has undefined rank:", shape)
        rank = shape.ndims
        axes = [self.axis] if isinstance(self.axis, int) else list(self.axis)
        self.axis = axes = [a + rank if a < 0 else a for a in axes]
        for a in axes:
            if a < 0 or a >= rank:
                raise ValueError(f"Invalid axis: {a}")
        if len(axes) != len(set(axes)):
            raise ValueError(f"Duplicate axis: {axes}")
        if self.virtual_batch_size is not None:
            if self.virtual_batch_size <= 0:
                raise ValueError("virtual_batch_size must be a positive integer that divides the true batch size of the input Tensor")
            if 0 in axes:
                raise ValueError("When using virtual_batch_size, the batch dimension must be 0 and thus axis cannot include 0")
            if self.adjustment is not None:
                raise ValueError("When using virtual_batch_size, adjustment cannot be specified")
        if self.fused:
            self.fused = rank == 4 and self._may_be_fused()
        if self.fused:
            self._data_format = "NCHW" if axes == [1] else "NHWC"
        sizes = {a: shape._dims[a] for a in axes}
        if None in sizes.values():
            raise ValueError("Input has undefined `axis` dimension. Input shape: ", shape)
        self.input_spec = InputSpec(ndim=rank, axes=sizes)
        if len(sizes) == 1 and self.virtual_batch_size is None:
            params = (sizes[axes[0]],)
        else:
            params = [sizes.get(i, 1) for i in range(rank)]
            if self.virtual_batch_size is not None:
                params.insert(1, 1)
                self.axis = [a + 1 for a in axes]  # for the dimension that was added
        self._add_parameters(params)
        self.built = True

    def _add_parameters(self, shape) -> None:
        self.gamma = self._parameter("gamma", shape) if self.scale else None
        if not self.scale and self.fused:
            self._gamma_const = constant(1.0, dtype=self._param_dtype, shape=shape)
        self.beta = self._parameter("beta", shape) if self.center else None
        if not self.center and self.fused:
            self._beta_const = constant(0.0, dtype=self._param_dtype, shape=shape)
        scope = getattr(self, "_scope", None)
        partitioner = scope.partitioner if scope else None
        if partitioner:
            scope.set_partitioner(None)  # statistics are never partitioned
        try:
            self.moving_mean = self._statistic("moving_mean", shape, self.moving_mean_initializer)
            self.moving_variance = self._statistic("moving_variance", shape, self.moving_variance_initializer)
            if self.renorm:
                self._add_renorm(shape)
        finally:
            if partitioner:
                scope.set_partitioner(partitioner)

    def _add_renorm(self, shape) -> None:
        def stddev(*args, **kwargs):
            return math_ops.sqrt(self.moving_variance_initializer(*args, **kwargs))

        with colocate_with(self.moving_variance):
            self.moving_stddev = self._statistic("moving_stddev", shape, stddev)
        with colocate_with(self.moving_mean):
            self.renorm_mean = self._statistic("renorm_mean", shape, self.moving_mean_initializer)
        with colocate_with(self.moving_stddev):
            self.renorm_stddev = self._statistic("renorm_stddev", shape, stddev)

    def _parameter(self, name, shape):
        return self.add_weight(
            name=name, shape=shape, dtype=self._param_dtype, initializer=getattr(self, name + "_initializer"),
            regularizer=getattr(self, name + "_regularizer"), constraint=getattr(self, name + "_constraint"), trainable=True,
            experimental_autocast=False,
        )  # fmt: skip

    def _statistic(self, name, shape, initializer):
        return self.add_weight(
            name=name, shape=shape, dtype=self._param_dtype, initializer=initializer, synchronization=VariableSynchronization.ON_READ,
            trainable=False, aggregation=VariableAggregation.MEAN, experimental_autocast=False,
        )  # fmt: skip

    # Moving averages --------------------------------------------------------------------------

    def _move_average(self, variable, value, momentum):
        with name_scope("AssignMovingAvg") as scope, colocate_with(variable):
            decay = convert_to_tensor(1.0 - momentum, name="decay")
            if decay.dtype != variable.dtype.base_dtype:
                decay = math_ops.cast(decay, variable.dtype.base_dtype)
            delta = (variable - math_ops.cast(value, variable.dtype)) * decay
            return state_ops.assign_sub(variable, delta, name=scope)

    def _set(self, variable, value):
        with name_scope("AssignNewValue") as scope, colocate_with(variable):
            return state_ops.assign(variable, value, name=scope)

    # The computation ----------------------------------------------------------------------------

    def call(self, inputs, training=False):
        """Normalizes; `training` is a bool or a bool tensor."""
        if self.virtual_batch_size is None:
            return self._fused(inputs, training) if self.fused else self._unfused(inputs, training)
        shape = [-1] + inputs.shape.as_list()[1:]
        inputs = array_ops.reshape(inputs, [self.virtual_batch_size, -1] + shape[1:])
        return array_ops.reshape(self._unfused(inputs, training), shape)

    def _fused(self, inputs, training):
        beta = self.beta if self.center else self._beta_const
        gamma = self.gamma if self.scale else self._gamma_const

        def with_batch():
            return normalization.fused_batch_norm(inputs, gamma, beta, epsilon=self.epsilon, data_format=self._data_format)

        def with_averages():
            return normalization.fused_batch_norm(
                inputs, gamma, beta, mean=self.moving_mean, variance=self.moving_variance, epsilon=self.epsilon, is_training=False,
                data_format=self._data_format,
            )  # fmt: skip

        output, mean, variance = smart_cond(training, with_batch, with_averages)
        known = known_value(training)
        if known is None:
            momentum = smart_cond(training, lambda: self.momentum, lambda: 1.0)
        else:
            momentum = convert_to_tensor(self.momentum)
        if known is not False:
            self.add_update(lambda: self._move_average(self.moving_mean, mean, momentum))
            self.add_update(lambda: self._move_average(self.moving_variance, variance, momentum))
        return output

    def _unfused(self, inputs, training):
        rank = len(inputs.shape)
        reduced = [i for i in range(rank) if i not in self.axis]
        if self.virtual_batch_size is not None:
            del reduced[1]
        spread = [1] * rank
        spread[self.axis[0]] = inputs.shape._dims[self.axis[0]]

        def broadcast(v):
            if v is not None and len(v.shape) != rank and reduced != list(range(rank - 1)):
                return array_ops.reshape(v, spread)
            return v

        scale, offset = broadcast(self.gamma), broadcast(self.beta)
        if known_value(training) is False:
            mean, variance = self.moving_mean, self.moving_variance
        else:
            if self.adjustment:
                scale, offset = _composed(*self._adjusted(inputs, training), scale, offset)
            mean, variance, scale, offset = self._statistics(inputs, training, reduced, scale, offset, broadcast)
        mean = math_ops.cast(mean, inputs.dtype)
        variance = math_ops.cast(variance, inputs.dtype)
        if offset is not None:
            offset = math_ops.cast(offset, inputs.dtype)
        if scale is not None:
            scale = math_ops.cast(scale, inputs.dtype)
        outputs = normalization.batch_normalization(inputs, broadcast(mean), broadcast(variance), offset, scale, self.epsilon)
        outputs.set_shape(inputs.shape)
        return outputs

    def _adjusted(self, inputs, training):
        scale, bias = self.adjustment(array_ops.shape(inputs))
        scale = smart_cond(training, lambda: scale, lambda: array_ops.ones_like(scale))
        bias = smart_cond(training, lambda: bias, lambda: array_ops.zeros_like(bias))
        return scale, bias

    def _statistics(self, inputs, training, reduced, scale, offset, broadcast):
        """Mean and variance of the batch (or the averages, where `training` turns out false), and the updates of the averages."""
        keep = self.virtual_batch_size is not None or len(self.axis) > 1
        mean, variance = normalization.moments(math_ops.cast(inputs, self._param_dtype), reduced, keep_dims=keep)
        batch_mean, batch_variance = mean, variance
        mean = smart_cond(training, lambda: batch_mean, lambda: convert_to_tensor(self.moving_mean))
        variance = smart_cond(training, lambda: batch_variance, lambda: convert_to_tensor(self.moving_variance))
        new_mean, new_variance = mean, variance
        if self.virtual_batch_size is not None:
            new_mean = math_ops.reduce_mean(mean, axis=1, keepdims=True)
            new_variance = math_ops.reduce_mean(variance, axis=1, keepdims=True)
        if self.renorm:
            r, d, new_mean, new_variance = self._renormed(new_mean, new_variance, training)
            r = broadcast(array_ops.stop_gradient(r, name="renorm_r"))
            d = broadcast(array_ops.stop_gradient(d, name="renorm_d"))
            scale, offset = _composed(r, d, scale, offset)

        def average(variable, value):
            return self._move_average(variable, value, self.momentum)

        def renormed_variance():
            stddev = average(self.moving_stddev, math_ops.sqrt(new_variance + self.epsilon))
            return self._set(self.moving_variance, activations.relu(stddev * stddev - self.epsilon))

        def plain_variance():
            return average(self.moving_variance, new_variance)

        self.add_update(lambda: smart_cond(training, lambda: average(self.moving_mean, new_mean), lambda: self.moving_mean))
        update = renormed_variance if self.renorm else plain_variance
        self.add_update(lambda: smart_cond(training, update, lambda: self.moving_variance))
        return mean, variance, scale, offset

    def _renormed(self, mean, variance, training):
        """Batch renormalization: the corrections r and d that make the batch's statistics the moving ones."""
        stddev = math_ops.sqrt(variance + self.epsilon)
        renorm_stddev = math_ops.maximum(self.renorm_stddev, math_ops.sqrt(self.epsilon))
        r = stddev / renorm_stddev
        d = (mean - self.renorm_mean) / renorm_stddev
        with control_dependencies([r, d]):
            mean = array_ops.identity(mean)
            stddev = array_ops.identity(stddev)
        rmin, rmax, dmax = (self.renorm_clipping.get(k) for k in ("rmin", "rmax", "dmax"))
        if rmin is not None:
            r = math_ops.maximum(r, rmin)
        if rmax is not None:
            r = math_ops.minimum(r, rmax)
        if dmax is not None:
            d = math_ops.maximum(d, -dmax)
            d = math_ops.minimum(d, dmax)
        clipped_r, clipped_d = r, d
        r = smart_cond(training, lambda: clipped_r, lambda: array_ops.ones_like(clipped_r))
        d = smart_cond(training, lambda: clipped_d, lambda: array_ops.zeros_like(clipped_d))

        def update(variable, value):
            value = array_ops.identity(value)
            return smart_cond(
                training, lambda: self._move_average(variable, value, self.renorm_momentum), lambda: array_ops.identity(variable)
            )

        with control_dependencies([update(self.renorm_mean, mean), update(self.renorm_stddev, stddev)]):
            return r, d, array_ops.identity(mean), array_ops.identity(variance)

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape


def _composed(scale, offset, then_scale, then_offset):
    """First (scale, offset), then the others, as one pair."""
    if then_scale is not None:
        scale *= then_scale
        offset *= then_scale
    if then_offset is not None:
        offset += then_offset
    return scale, offset


class BatchNormalization(BatchNormalizationBody, Layer):
    """Batch normalization. Follows tf.layers.BatchNormalization of TF 1.15."""


def batch_normalization(
    inputs, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True, beta_initializer=_DEFAULT, gamma_initializer=_DEFAULT,
    moving_mean_initializer=_DEFAULT, moving_variance_initializer=_DEFAULT, beta_regularizer=None, gamma_regularizer=None,
    beta_constraint=None, gamma_constraint=None, training=False, trainable=True, name=None, reuse=None, renorm=False, renorm_clipping=None,
    renorm_momentum=0.99, fused=None, virtual_batch_size=None, adjustment=None,
):  # fmt: skip
    """Normalizes each channel; in training the updates of the averages go to the collection UPDATE_OPS.

    Follows tf.layers.batch_normalization of TF 1.15.
    """
    layer = BatchNormalization(
        axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer,
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint, renorm, renorm_clipping, renorm_momentum, fused, trainable,
        virtual_batch_size, adjustment, name, _reuse=reuse, _scope=name,
    )  # fmt: skip
    return layer.apply(inputs, training=training)


BatchNorm, batch_norm = BatchNormalization, batch_normalization
