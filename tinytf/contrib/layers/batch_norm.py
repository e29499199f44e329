"""tf.contrib.layers.batch_norm: batch normalization with collections, forced updates, weights and debiased means."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.contrib.framework.arg_scope import add_arg_scope
from tinytf.contrib.framework.variables import model_variable
from tinytf.contrib.layers import utils
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import add_to_collection, control_dependencies
from tinytf.graph.graph import GraphKeys
from tinytf.layers import normalization as layers_normalization
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.nn import normalization
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable_scope, variable_scope

_INITIALIZERS = {"beta": init_ops.zeros_initializer, "gamma": init_ops.ones_initializer,
                 "moving_mean": init_ops.zeros_initializer, "moving_variance": init_ops.ones_initializer}  # fmt: skip


@add_arg_scope
def batch_norm(
    inputs, decay=0.999, center=True, scale=False, epsilon=0.001, activation_fn=None, param_initializers=None, param_regularizers=None,
    updates_collections=GraphKeys.UPDATE_OPS, is_training=True, reuse=None, variables_collections=None, outputs_collections=None,
    trainable=True, batch_weights=None, fused=None, data_format="NHWC", zero_debias_moving_mean=False, scope=None, renorm=False,
    renorm_clipping=None, renorm_decay=0.99, adjustment=None,
):  # fmt: skip
    """Batch normalization. Follows tf.contrib.layers.batch_norm of TF 1.15.

    The updates of the averages go to `updates_collections`; None runs them with the output.
    """
    fused = True if fused is None else fused
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    special = zero_debias_moving_mean or rank == 2 or updates_collections is not GraphKeys.UPDATE_OPS
    initializers = {k: (param_initializers or {}).get(k) or make() for k, make in _INITIALIZERS.items()}
    regularizers = param_regularizers or {}
    common = (initializers, regularizers, variables_collections, trainable)
    if fused and batch_weights is None and not renorm and rank in (2, 4) and adjustment is None and special:
        if data_format not in ("NCHW", "NHWC"):
            raise ValueError("data_format has to be either NCHW or NHWC.")
        with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse) as sc:
            outputs = _fused(
                inputs, decay, center, scale, epsilon, common, updates_collections, is_training, data_format, zero_debias_moving_mean
            )  # noqa: E501
            outputs = outputs if activation_fn is None else activation_fn(outputs)
            return utils.collect_named_outputs(outputs_collections, sc.name, outputs)
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse, custom_getter=utils.variable_getter()) as sc:
        if batch_weights is None and updates_collections is GraphKeys.UPDATE_OPS and not zero_debias_moving_mean:
            layer = layers_normalization.BatchNormalization(
                axis=1 if data_format == "NCHW" else -1, momentum=decay, epsilon=epsilon, center=center, scale=scale,
                beta_initializer=initializers["beta"], gamma_initializer=initializers["gamma"],
                moving_mean_initializer=initializers["moving_mean"], moving_variance_initializer=initializers["moving_variance"],
                beta_regularizer=regularizers.get("beta"), gamma_regularizer=regularizers.get("gamma"), trainable=trainable, renorm=renorm,
                renorm_clipping=renorm_clipping, renorm_momentum=renorm_decay, adjustment=adjustment, name=sc.name, _scope=sc, _reuse=reuse,
                fused=fused,
            )  # fmt: skip
            outputs = layer.apply(inputs, training=is_training)
            for kind in ("moving_mean", "moving_variance", "beta", "gamma"):
                if getattr(layer, kind) is not None:
                    utils.add_variable_to_collections(getattr(layer, kind), variables_collections, kind)
        else:
            if renorm:
                raise ValueError("renorm is not supported with batch_weights, updates_collections or zero_debias_moving_mean")
            outputs = _unfused(
                inputs,
                decay,
                center,
                scale,
                epsilon,
                common,
                updates_collections,
                is_training,
                batch_weights,
                data_format,
                zero_debias_moving_mean,  # noqa: E501
            )
        outputs = outputs if activation_fn is None else activation_fn(outputs)
        return utils.collect_named_outputs(outputs_collections, sc.name, outputs)


def _parameter(name, shape, dtype, common, trainable=None, regularize=True):
    initializers, regularizers, collections, default_trainable = common
    return model_variable(
        name, shape=shape, dtype=dtype, initializer=initializers[name], regularizer=regularizers.get(name) if regularize else None,
        collections=utils.get_variable_collections(collections, name), trainable=default_trainable if trainable is None else trainable,
    )  # fmt: skip


def _averages(shape, dtype, common):
    with variable_scope(get_variable_scope()) as local:
        local.set_partitioner(None)
        return [_parameter(k, shape, dtype, common, trainable=False, regularize=False) for k in ("moving_mean", "moving_variance")]


def _updates(averages, mean, variance, decay, zero_debias):
    from tinytf.train.moving_averages import assign_moving_average

    first = assign_moving_average(averages[0], mean, decay, zero_debias=zero_debias)
    return first, assign_moving_average(averages[1], variance, decay, zero_debias=False)


def _collect_updates(updates_collections, is_training, averages, mean, variance, decay, zero_debias):
    updates = utils.smart_cond(
        is_training, lambda: _updates(averages, mean, variance, decay, zero_debias), lambda: (averages[0], averages[1])
    )
    for update in updates:
        for name in [updates_collections] if isinstance(updates_collections, str) else updates_collections:
            add_to_collection(name, update)


def _fused(inputs, decay, center, scale, epsilon, common, updates_collections, is_training, data_format, zero_debias):
    given = inputs
    if inputs.shape.ndims == 2:
        channels = inputs.dims[-1]
        if channels is None:
            raise ValueError("`C` dimension must be known but is None")
        inputs = array_ops.reshape(inputs, [-1, channels, 1, 1] if data_format == "NCHW" else [-1, 1, 1, channels])
    shape = inputs.shape[-1:] if data_format == "NHWC" else inputs.shape[1:2]
    if not shape.is_fully_defined():
        raise ValueError(f"Inputs {inputs.name} has undefined `C` dimension {shape}.")
    dtype = dtypes.float32
    beta = _parameter("beta", shape, dtype, common) if center else constant(0.0, dtype=dtype, shape=shape)
    gamma = _parameter("gamma", shape, dtype, common) if scale else constant(1.0, dtype=dtype, shape=shape)
    averages = _averages(shape, dtype, common)

    def with_batch():
        return normalization.fused_batch_norm(inputs, gamma, beta, epsilon=epsilon, data_format=data_format)

    def with_averages():
        return normalization.fused_batch_norm(
            inputs, gamma, beta, mean=averages[0], variance=averages[1], epsilon=epsilon, is_training=False, data_format=data_format
        )

    outputs, mean, variance = utils.smart_cond(is_training, with_batch, with_averages)
    known = utils.constant_value(is_training)
    if known is None or known:
        if updates_collections is None:
            normalized = outputs

            def forced():
                with control_dependencies(list(_updates(averages, mean, variance, decay, zero_debias))):
                    return array_ops.identity(normalized)

            outputs = utils.smart_cond(is_training, forced, lambda: normalized)
        else:
            _collect_updates(updates_collections, is_training, averages, mean, variance, decay, zero_debias)
    outputs.set_shape(inputs.shape)
    return array_ops.reshape(outputs, array_ops.shape(given)) if given.shape.ndims == 2 else outputs


def _unfused(inputs, decay, center, scale, epsilon, common, updates_collections, is_training, weights, data_format, zero_debias):
    rank, first = inputs.shape.ndims, data_format == "NCHW"
    if rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    dtype = inputs.dtype.base_dtype
    if weights is not None:
        weights = convert_to_tensor(weights)
        inputs.shape[0:1].assert_is_compatible_with(weights.shape)
        weights = array_ops.reshape(weights, [-1] + [1] * (rank - 1))
    axes = [0] + list(range(2, rank)) if first else list(range(rank - 1))
    shape = inputs.shape[1:2] if first else inputs.shape[-1:]
    if not shape.is_fully_defined():
        raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {shape}.")
    beta = _parameter("beta", shape, dtype, common, regularize=False) if center else None
    gamma = _parameter("gamma", shape, dtype, common, regularize=False) if scale else None
    averages = _averages(shape, dtype, common)
    known = utils.constant_value(is_training)
    if known is not None and not known:
        mean, variance = averages
    else:
        mean, variance = _statistics(inputs, axes, weights, first)
        batch = (mean, variance)
        if updates_collections is None:

            def forced():
                with control_dependencies(list(_updates(averages, *batch, decay, zero_debias))):
                    return array_ops.identity(batch[0]), array_ops.identity(batch[1])

            mean, variance = utils.smart_cond(is_training, forced, lambda: tuple(averages))
        else:
            _collect_updates(updates_collections, is_training, averages, mean, variance, decay, zero_debias)
            mean, variance = utils.smart_cond(is_training, lambda: batch, lambda: tuple(averages))
    if first:
        spread = [1, inputs.dims[1]] + [1] * (rank - 2)
        mean, variance = array_ops.reshape(mean, spread), array_ops.reshape(variance, spread)
        beta = beta if beta is None else array_ops.reshape(beta, spread)
        gamma = gamma if gamma is None else array_ops.reshape(gamma, spread)
    outputs = normalization.batch_normalization(inputs, mean, variance, beta, gamma, epsilon)
    outputs.set_shape(inputs.shape)
    return outputs


def _statistics(inputs, axes, weights, first):
    if weights is None:
        mean, variance = normalization.moments(inputs, axes, keep_dims=first)
    else:
        mean, variance = normalization.weighted_moments(inputs, axes, weights, keepdims=first)
    if first:
        mean, variance = array_ops.reshape(mean, [-1]), array_ops.reshape(variance, [-1])
    return mean, variance
