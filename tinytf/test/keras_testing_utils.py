"""tensorflow.python.keras.testing_utils: what TensorFlow's own tests of Keras are written with."""

from __future__ import annotations

import contextlib
import functools
import inspect

import numpy as np

from tinytf import keras
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.keras import base_layer
from tinytf.shapes import TensorShape
from tinytf.test.keras_models import (  # noqa: F401
    get_model_from_layers,
    get_model_type,
    get_multi_io_model,
    get_small_functional_mlp,
    get_small_mlp,
    get_small_sequential_mlp,
    get_small_subclass_mlp,
    get_small_subclass_mlp_with_custom_build,
    model_type_scope,
)

_run_eagerly: list = [None]  # of the scopes that are open, the innermost last
_run_tf_function: list = [None]


def get_test_data(train_samples, test_samples, input_shape, num_classes, random_seed=None):
    """(x, y) to train with and (x, y) to test with: noise around one random point a class."""
    if random_seed is not None:
        np.random.seed(random_seed)
    samples = train_samples + test_samples
    centres = 2 * num_classes * np.random.random((num_classes,) + input_shape)
    y = np.random.randint(0, num_classes, size=(samples,))
    x = np.zeros((samples,) + input_shape, dtype=np.float32)
    for i in range(samples):
        x[i] = centres[y[i]] + np.random.normal(loc=0, scale=1.0, size=input_shape)
    return (x[:train_samples], y[:train_samples]), (x[train_samples:], y[train_samples:])


def layer_test(
    layer_cls, kwargs=None, input_shape=None, input_dtype=None, input_data=None, expected_output=None, expected_output_dtype=None,
    expected_output_shape=None, validate_training=True, adapt_data=None,
):  # fmt: skip
    """Takes a layer of one input and one output through models, configs, weights and a step of training; what it gives.

    AssertionError where a shape, a dtype or a value is not what it should be.
    """
    if adapt_data is not None:
        raise NotImplementedError("layer_test(adapt_data=…): tinytf has no preprocessing layers")
    input_data, input_shape, input_dtype = _inputs(input_data, input_shape, input_dtype)
    kwargs = dict(kwargs or {})
    layer = layer_cls(**kwargs)
    weights = layer.get_weights()
    layer.set_weights(weights)
    if "weights" in inspect.getfullargspec(layer_cls.__init__).args:
        layer = layer_cls(**dict(kwargs, weights=weights))

    x = keras.layers.Input(shape=input_shape[1:], dtype=input_dtype)
    y = layer(x)
    told = "When testing layer %s, for input %s, found %%s but expected to find %%s.\nFull kwargs: %s" % (layer_cls.__name__, x, kwargs)
    if keras.backend.dtype(y) != (expected_output_dtype or input_dtype):
        raise AssertionError(told % ("output dtype=%s" % keras.backend.dtype(y), expected_output_dtype or input_dtype))
    if expected_output_shape is not None:
        _check_shape(TensorShape(expected_output_shape).as_list(), y.shape.as_list(), told)

    model = keras.models.Model(x, y)
    computed = TensorShape(layer.compute_output_shape(TensorShape(input_shape))).as_list()
    signature = layer.compute_output_signature(TensorSpec(shape=input_shape, dtype=input_dtype))
    output = model.predict(input_data)
    _check_shape(computed, output.shape, told)
    _check_shape(signature.shape.as_list(), output.shape, told)
    if signature.dtype != output.dtype:
        raise AssertionError(told % ("output_dtype=%s" % output.dtype, signature.dtype))
    _check_values(output, expected_output)
    _check_recovered(keras.models.Model, model, input_data, output)

    if validate_training:  # a model of its own, so that the graphs of predict and of training are two
        model = keras.models.Model(x, layer(x))
        model.compile("rmsprop", "mse", weighted_metrics=["acc"])
        model.train_on_batch(input_data, output)

    config = layer.get_config()
    config["batch_input_shape"] = input_shape
    model = keras.models.Sequential()
    model.add(type(layer).from_config(config))
    output = model.predict(input_data)
    _check_shape(computed, output.shape, told.replace("layer %s" % layer_cls.__name__, "layer %s **after deserialization**" % layer_cls.__name__, 1))
    _check_values(output, expected_output)
    _check_recovered(keras.models.Sequential, model, input_data, output)
    return output


def _inputs(data, shape, dtype):
    """The data, made up where they are not given; their shape with None where that may vary; their dtype."""
    if data is not None:
        return data, data.shape if shape is None else shape, data.dtype if dtype is None else dtype
    if shape is None:
        raise ValueError("input_shape is None")
    dtype = dtype or "float32"
    data = 10 * np.random.random([np.random.randint(1, 4) if size is None else size for size in shape])
    if dtype.startswith("float"):
        data -= 0.5
    return data.astype(dtype), shape, dtype


def _check_shape(expected, actual, told) -> None:
    fits = len(expected) == len(actual) and all(e is None or e == a for e, a in zip(expected, actual))
    if not fits:
        raise AssertionError(told % ("output_shape=%s" % (tuple(actual),), tuple(expected)))


def _check_values(output, expected) -> None:
    if expected is not None:
        np.testing.assert_allclose(output, expected, rtol=1e-3, atol=1e-6)


def _check_recovered(cls, model, data, output) -> None:
    recovered = cls.from_config(model.get_config())
    if model.weights:
        recovered.set_weights(model.get_weights())
        np.testing.assert_allclose(recovered.predict(data), output, rtol=1e-3, atol=1e-6)


@contextlib.contextmanager
def _scope(values, value):
    values.append(value)
    try:
        yield
    finally:
        values.pop()


def run_eagerly_scope(value):
    """In this `with` block, `should_run_eagerly()` gives `value`."""
    return _scope(_run_eagerly, value)


def should_run_eagerly() -> bool:
    """What the innermost `run_eagerly_scope` says.  ValueError outside of one."""
    if _run_eagerly[-1] is None:
        raise ValueError("Cannot call `should_run_eagerly()` outside of a `run_eagerly_scope()` or `run_all_keras_modes` decorator.")
    return _run_eagerly[-1]


def experimental_run_tf_function_scope(value):
    """In this `with` block, `should_run_tf_function()` gives `value`."""
    return _scope(_run_tf_function, value)


def should_run_tf_function() -> bool:
    """What the innermost `experimental_run_tf_function_scope` says.  ValueError outside of one."""
    if _run_tf_function[-1] is None:
        raise ValueError(
            "Cannot call `should_run_tf_function()` outside of a `experimental_run_tf_function_scope()` or `run_all_keras_modes` decorator."
        )
    return _run_tf_function[-1]


def get_v2_optimizer(name, **kwargs):
    """The optimizer of tf.keras.optimizers called `name`.  ValueError where there is none."""
    known = {c.__name__.lower(): c for c in vars(keras.optimizers).values() if isinstance(c, type) and issubclass(c, keras.optimizers.Optimizer)}
    names = ["adadelta", "adagrad", "adam", "adamax", "nadam", "rmsprop", "sgd"]
    if name not in names:
        raise ValueError("Could not find requested v2 optimizer: {}\nValid choices: {}".format(name, names))
    return known[name](**kwargs)


def get_expected_metric_variable_names(var_names, name_suffix=""):
    """The names of a metric's variables in a graph, where a suffix tells them apart."""
    return [name + name_suffix + ":0" for name in var_names]


def enable_v2_dtype_behavior(fn):
    """A decorator: the function runs while layers cast their inputs to their own dtype."""
    return _with_dtype_behavior(fn, True)


def disable_v2_dtype_behavior(fn):
    """A decorator: the function runs while layers take their dtype from their inputs."""
    return _with_dtype_behavior(fn, False)


def _with_dtype_behavior(fn, enabled):
    @functools.wraps(fn)
    def run(*args, **kwargs):
        before = base_layer.V2_DTYPE_BEHAVIOR
        base_layer.V2_DTYPE_BEHAVIOR = enabled
        try:
            return fn(*args, **kwargs)
        finally:
            base_layer.V2_DTYPE_BEHAVIOR = before

    return run
