"""Normalization of each example: LayerNormalization."""

from __future__ import annotations

from tinytf.keras.base_layer import Layer
from tinytf.ops.array import array_ops
from tinytf.ops.nn import normalization


class LayerNormalization(Layer):
    """Each example with mean 0 and variance 1 over `axis`, scaled and shifted. Follows tf.keras.layers.LayerNormalization of TF 1.15."""

    _settings = (
        "axis epsilon center scale beta_initializer "
        "gamma_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint"
    )

    def __init__(
        self, axis=-1, epsilon=0.001, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones", beta_regularizer=None,
        gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        super().__init__(name=name, trainable=trainable, **kwargs)
        self.axis, self.epsilon, self.center, self.scale = axis, epsilon, center, scale
        self.beta_initializer, self.gamma_initializer = beta_initializer, gamma_initializer
        self.beta_regularizer, self.gamma_regularizer = beta_regularizer, gamma_regularizer
        self.beta_constraint, self.gamma_constraint = beta_constraint, gamma_constraint
        self.supports_masking = True

    def build(self, input_shape):
        """Makes gamma and beta over the normalized dimensions."""
        rank = input_shape.ndims
        axes = [self.axis] if isinstance(self.axis, int) else list(self.axis)
        self.axis = axes = [a + rank if a < 0 else a for a in axes]
        shape = [input_shape.as_list()[a] for a in axes]
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma", shape=shape, initializer=self.gamma_initializer, regularizer=self.gamma_regularizer, constraint=self.gamma_constraint
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta", shape=shape, initializer=self.beta_initializer, regularizer=self.beta_regularizer, constraint=self.beta_constraint
            )
        self.built = True

    def call(self, inputs):
        """Normalizes."""
        dims = inputs.shape.as_list()
        mean, variance = normalization.moments(inputs, self.axis, keepdims=True)
        wide = [dims[i] if i in self.axis else 1 for i in range(len(dims))]

        def spread(v):
            if v is not None and len(dims) != len(self.axis) and self.axis != [len(dims) - 1]:
                return array_ops.reshape(v, wide)
            return v

        outputs = normalization.batch_normalization(
            inputs, mean, variance, offset=spread(self.beta), scale=spread(self.gamma), variance_epsilon=self.epsilon
        )
        outputs.set_shape(inputs.shape)
        return outputs
