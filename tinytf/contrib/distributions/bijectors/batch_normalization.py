"""Batch normalization as a bijector."""

from __future__ import annotations

from tinytf.distributions.bijector import Bijector
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn.activations import relu


class BatchNormalization(Bijector):
    """The inverse normalizes a batch. Follows tf.contrib.distributions.bijectors.BatchNormalization of TF 1.15."""

    def __init__(self, batchnorm_layer=None, training=True, validate_args=False, name="batch_normalization"):
        from tinytf.layers.normalization import BatchNormalization as Layer

        self.batchnorm = batchnorm_layer or Layer(gamma_constraint=lambda x: relu(x) + 1e-6)
        if not isinstance(self.batchnorm, Layer):
            raise ValueError("batchnorm_layer must be an instance of BatchNormalization layer.")
        if self.batchnorm.renorm:
            raise ValueError("BatchNorm Bijector does not support renormalization.")
        if self.batchnorm.virtual_batch_size:
            raise ValueError("BatchNorm Bijector does not support virtual batch sizes.")
        self._training = training
        axes = 1 if isinstance(self.batchnorm.axis, int) else len(self.batchnorm.axis)
        super().__init__(forward_min_event_ndims=axes, validate_args=validate_args, name=name)

    def _forward(self, x):
        if not self.batchnorm.built:
            self.batchnorm.build(x.shape)
        layer, shaped = self.batchnorm, self._broadcaster(x)
        mean, variance = shaped(layer.moving_mean), shaped(layer.moving_variance)
        offset = shaped(layer.beta) if layer.center else None
        scale = shaped(layer.gamma) if layer.scale else None
        with name_scope(None, "undo_batchnorm", [x, mean, variance, scale, offset]):
            rescale = math_ops.sqrt(variance + layer.epsilon)
            if scale is not None:
                rescale /= scale
            return x * rescale + (mean if offset is None else mean - offset * rescale)

    def _broadcaster(self, x):
        """A function that gives a parameter the shape in which it meets x."""
        if not x.shape.is_fully_defined():
            raise ValueError("Input must have shape known at graph construction.")
        sizes, axes = x.shape.as_list(), self.batchnorm.axis
        others = [axis for axis in range(len(sizes)) if axis not in axes]
        shape = [1] * len(sizes)
        shape[axes[0]] = sizes[axes[0]]

        def shaped(parameter):
            if len(parameter.shape) != len(sizes) and others != list(range(len(sizes) - 1)):
                return array_ops.reshape(parameter, shape)
            return parameter

        return shaped

    def _inverse(self, y):
        return self.batchnorm.apply(y, training=self._training)

    def _forward_log_det_jacobian(self, x):
        return -self._inverse_log_det_jacobian(x, use_saved_statistics=True)

    def _inverse_log_det_jacobian(self, y, use_saved_statistics=False):
        from tinytf.ops.nn.normalization import moments

        if not y.shape.is_fully_defined():
            raise ValueError("Input must have shape known at graph construction.")
        if not self.batchnorm.built:
            self.batchnorm.build(y.shape)
        if use_saved_statistics or not self._training:
            variance = self.batchnorm.moving_variance
        else:
            others = [axis for axis in range(len(y.shape)) if axis not in self.batchnorm.axis]
            _, variance = moments(y, axes=others, keepdims=True)
        log_variance = math_ops.log(variance + self.batchnorm.epsilon)
        log_gammas = math_ops.reduce_sum(math_ops.log(self.batchnorm.gamma))
        return log_gammas - 0.5 * math_ops.reduce_sum(log_variance)
