"""tf.keras.backend: the session of Keras, the learning phase, settings, and functions of tensors under Keras's names."""

from __future__ import annotations

import contextlib
import weakref

import numpy as np

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import get_default_graph, name_scope, reset_default_graph
from tinytf.graph.default_session import get_default_session
from tinytf.keras.backend_functions import (  # noqa: F401
    arange,
    batch_dot,
    batch_normalization,
    bias_add,
    cast_to_floatx,
    conv1d,
    conv2d,
    conv2d_transpose,
    conv3d,
    conv3d_transpose,
    ctc_batch_cost,
    ctc_decode,
    ctc_label_dense_to_sparse,
    cumprod,
    cumsum,
    depthwise_conv2d,
    elu,
    foldl,
    foldr,
    hard_sigmoid,
    in_top_k,
    is_keras_tensor,
    is_sparse,
    local_conv,
    local_conv1d,
    local_conv2d,
    map_fn,
    moving_average_update,
    normalize_batch_in_training,
    pool2d,
    pool3d,
    print_tensor,
    random_binomial,
    random_normal_variable,
    random_uniform_variable,
    repeat,
    repeat_elements,
    resize_images,
    resize_volumes,
    reverse,
    rnn,
    separable_conv2d,
    softplus,
    softsign,
    spatial_2d_padding,
    spatial_3d_padding,
    temporal_padding,
    to_dense,
    truncated_normal,
)
from tinytf.keras.backend_settings import (  # noqa: F401
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from tinytf.layers.base import _name_counts, unique_layer_name
from tinytf.ops.array import array_ops
from tinytf.ops.array import placeholder as placeholder_ops
from tinytf.ops.math import math_ops
from tinytf.ops.math.clip import clip_by_value
from tinytf.ops.nn import cross_entropy
from tinytf.ops.nn import softmax as softmax_ops
from tinytf.ops.random import random_ops
from tinytf.ops.state import variables
from tinytf.ops.state.resource_variables import ResourceVariable
from tinytf.shapes import as_shape


def backend() -> str:
    """'tensorflow'."""
    return "tensorflow"


# The session ------------------------------------------------------------------------------------

_session = None
_initialized: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # session -> ids of variables it was seen to hold


def get_graph():
    """The graph that Keras builds: the default one."""
    return get_default_graph()


def manual_variable_initialization(value) -> None:
    """With true, get_session() leaves variables without a value as they are.  Follows TF 1.15."""
    global _manual
    _manual = value


_manual = False


def get_session(op_input_list=()):
    """The default session, or one of Keras's own; variables of its graph that have no value yet get their initial one."""
    global _session
    from tinytf.run.session import Session

    session = get_default_session()
    if session is None:
        if _session is None or _session.graph is not get_default_graph():
            _session = Session()
        session = _session
    if not _manual:
        with session.graph.as_default():
            _initialize(session)
    return session


def set_session(session) -> None:
    """Sets the session of Keras."""
    global _session
    _session = session


def _initialize(session) -> None:
    seen = _initialized.setdefault(session, set())
    new = [v for v in session.graph.__dict__.get("_keras_variables", []) if id(v) not in seen]
    if not new:
        return
    has_value = session.run([variables.is_variable_initialized(v) for v in new])
    without = [v for v, known in zip(new, has_value) if not known]
    if without:
        session.run(variables.variables_initializer(without))
    seen.update(id(v) for v in new)


def track_variable(variable) -> None:
    """Makes get_session() see to the initial value of a variable."""
    get_default_graph().__dict__.setdefault("_keras_variables", []).append(variable)


def clear_session() -> None:
    """A fresh default graph and no session. Follows tf.keras.backend.clear_session of TF 1.15."""
    global _session
    reset_default_graph()
    _session = None
    learning_phase()


# The learning phase -----------------------------------------------------------------------------


def learning_phase():
    """A boolean tensor that is fed True in training and is False otherwise, or what set_learning_phase gave."""
    graph = get_default_graph()
    phase = graph.__dict__.get("_keras_learning_phase")
    if phase is None:
        with name_scope(""):
            phase = placeholder_ops.placeholder_with_default(False, shape=(), name="keras_learning_phase")
        graph.__dict__["_keras_learning_phase"] = phase
    return phase


def set_learning_phase(value) -> None:
    """Fixes the learning phase to 0 (test) or 1 (train)."""
    if value not in (0, 1):
        raise ValueError("Expected learning phase to be 0 or 1.")
    get_default_graph().__dict__["_keras_learning_phase"] = int(value)


@contextlib.contextmanager
def learning_phase_scope(value):
    """Fixes the learning phase within the block."""
    graph = get_default_graph()
    before = graph.__dict__.get("_keras_learning_phase")
    set_learning_phase(value)
    try:
        yield
    finally:
        graph.__dict__["_keras_learning_phase"] = before


def in_train_phase(x, alt, training=None):
    """x in training, alt otherwise."""
    from tinytf.layers.smart_cond import smart_cond

    training = learning_phase() if training is None else training
    as_function = [v if callable(v) else (lambda v=v: v) for v in (x, alt)]
    if training in (0, 1) if not hasattr(training, "op") else False:
        return as_function[0]() if training else as_function[1]()
    return smart_cond(training, *as_function)


def in_test_phase(x, alt, training=None):
    """x in test, alt in training."""
    return in_train_phase(alt, x, training=training)


# Variables and names ----------------------------------------------------------------------------


def get_uid(prefix="") -> int:
    """1, 2, 3 … for each prefix in each graph."""
    return int(unique_layer_name(prefix).rsplit("_", 1)[1])


def reset_uids() -> None:
    """Names of layers and numbers of get_uid begin anew."""
    _name_counts.pop(get_default_graph(), None)


def unique_object_name(name, name_uid_map=None, avoid_names=None, namespace="", zero_based=True) -> str:
    """'dense', 'dense_1' … in this graph."""
    return unique_layer_name(name, zero_based=zero_based)


def is_placeholder(x) -> bool:
    """Whether a tensor's value must be fed."""
    return getattr(x, "op", None) is not None and x.op.type == "Placeholder"


def symbolic_learning_phase():
    """The placeholder of the learning phase."""
    return learning_phase()


def variable(value, dtype=None, name=None, constraint=None):
    """A resource variable with this value."""
    made = ResourceVariable(value, dtype=dtypes.as_dtype(dtype or floatx()), name=name, constraint=constraint)
    track_variable(made)
    return made


def zeros(shape, dtype=None, name=None):
    """A variable of zeros."""
    return variable(np.zeros(shape), dtype, name)


def ones(shape, dtype=None, name=None):
    """A variable of ones."""
    return variable(np.ones(shape), dtype, name)


def eye(size, dtype=None, name=None):
    """A variable that begins as the identity matrix."""
    return variable(np.eye(size), dtype=dtype or floatx(), name=name)


def constant(value, dtype=None, shape=None, name=None):
    """A constant, of floatx() unless a dtype is given."""
    from tinytf.ops.array.constant import constant as constant_op

    return constant_op(value, dtype=dtype or floatx(), shape=shape, name=name)


def placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None):
    """A placeholder; `ndim` without a shape leaves every dimension open."""
    if sparse:
        raise NotImplementedError("tf.keras.backend.placeholder(sparse=True): use tf.sparse_placeholder")
    if shape is None and ndim:
        shape = (None,) * ndim
    return placeholder_ops.placeholder(dtypes.as_dtype(dtype or floatx()), shape=shape, name=name)


def get_value(x):
    """The value of a variable or tensor."""
    return x.eval(session=get_session())


def batch_get_value(tensors) -> list:
    """The values of variables."""
    return get_session().run(list(tensors)) if tensors else []


def set_value(x, value) -> None:
    """Gives a variable a value."""
    batch_set_value([(x, value)])


def batch_set_value(tuples) -> None:
    """Gives variables their values: [(variable, value)]. Each gets a placeholder and an assignment in the graph, once."""
    assignments, feeds = [], {}
    for x, value in tuples:
        value = np.asarray(value, dtype=x.dtype.base_dtype.as_numpy_dtype)
        if getattr(x, "_keras_assignment", None) is None:
            given = placeholder_ops.placeholder(x.dtype.base_dtype, shape=[None] * value.ndim)
            x._keras_assignment = given, x.assign(given)
        given, assignment = x._keras_assignment
        assignments.append(assignment)
        feeds[given] = value
    if assignments:
        get_session().run(assignments, feeds)


def eval(x):  # noqa: A001  (Keras's name)
    """The value of a tensor."""
    return get_value(x)


def function(inputs, outputs, updates=None, name=None):
    """A function from NumPy arrays to NumPy arrays that runs the graph, and `updates` beside. Follows tf.keras.backend.function."""
    single = not isinstance(outputs, (list, tuple))
    fetches = [outputs] if single else list(outputs)
    extra = [u if not isinstance(u, tuple) else u[0].assign(u[1]) for u in updates or ()]

    def run(arrays):
        arrays = arrays if isinstance(arrays, (list, tuple)) else [arrays]
        results = get_session().run([fetches, extra], dict(zip(inputs, arrays)))[0]
        return results[0] if single else results

    return run


def int_shape(x):
    """The static shape as a tuple of ints and None; None where the rank is unknown."""
    shape = as_shape(x.shape)
    return None if shape.ndims is None else tuple(shape.as_list())


def ndim(x):
    """The static rank."""
    return as_shape(x.shape).ndims


def dtype(x) -> str:
    """The name of the dtype."""
    return x.dtype.base_dtype.name


def count_params(x) -> int:
    """How many numbers a variable holds."""
    return int(np.prod(int_shape(x)))


def update(x, new_x):
    """x = new_x."""
    return x.assign(new_x)


def update_add(x, increment):
    """x += increment."""
    return x.assign_add(increment)


def update_sub(x, decrement):
    """x -= decrement."""
    return x.assign_sub(decrement)


def gradients(loss, variables):  # noqa: F811
    """The gradients of loss to variables."""
    from tinytf.ops.autodiff.gradients import gradients as gradients_of

    return gradients_of(loss, variables)


# Functions of tensors ---------------------------------------------------------------------------


def _reducer(function, doc):
    def reducer(x, axis=None, keepdims=False):
        return function(x, axis, keepdims)

    reducer.__doc__ = doc
    return reducer


def _mean(x, axis, keepdims):
    if x.dtype.base_dtype == dtypes.bool:
        x = math_ops.cast(x, floatx())
    return math_ops.reduce_mean(x, axis, keepdims=keepdims)


def _moment(x, axis, keepdims):
    mean = math_ops.reduce_mean(x, axis, keepdims=True)
    return math_ops.reduce_mean(math_ops.square(x - mean), axis, keepdims=keepdims)


sum = _reducer(lambda x, axis, keep: math_ops.reduce_sum(x, axis, keepdims=keep), "The sum over axes.")  # noqa: A001
prod = _reducer(lambda x, axis, keep: math_ops.reduce_prod(x, axis, keepdims=keep), "The product over axes.")
max = _reducer(lambda x, axis, keep: math_ops.reduce_max(x, axis, keepdims=keep), "The maximum over axes.")  # noqa: A001
min = _reducer(lambda x, axis, keep: math_ops.reduce_min(x, axis, keepdims=keep), "The minimum over axes.")  # noqa: A001
mean = _reducer(_mean, "The mean over axes.")
var = _reducer(_moment, "The variance over axes.")
std = _reducer(lambda x, axis, keep: math_ops.sqrt(_moment(x, axis, keep)), "The standard deviation over axes.")
any = _reducer(lambda x, axis, keep: math_ops.reduce_any(math_ops.cast(x, "bool"), axis, keepdims=keep), "Whether any is true.")  # noqa: A001
all = _reducer(lambda x, axis, keep: math_ops.reduce_all(math_ops.cast(x, "bool"), axis, keepdims=keep), "Whether all are true.")  # noqa: A001

abs, sign, exp, log, sin, cos, round = (  # noqa: A001
    math_ops.abs, math_ops.sign, math_ops.exp, math_ops.log, math_ops.sin, math_ops.cos, math_ops.round,
)  # fmt: skip
square, pow, maximum, minimum = math_ops.square, math_ops.pow, math_ops.maximum, math_ops.minimum  # noqa: A001
equal, not_equal, greater, greater_equal = math_ops.equal, math_ops.not_equal, math_ops.greater, math_ops.greater_equal
less, less_equal, tanh, sigmoid = math_ops.less, math_ops.less_equal, math_ops.tanh, math_ops.sigmoid
shape, reshape, tile, stack, stop_gradient = array_ops.shape, array_ops.reshape, array_ops.tile, array_ops.stack, array_ops.stop_gradient
transpose, gather, zeros_like, ones_like = array_ops.transpose, array_ops.gather, array_ops.zeros_like, array_ops.ones_like


def sqrt(x):
    """The square root of x, of 0 below 0."""
    return math_ops.sqrt(clip_by_value(x, constant(0.0, x.dtype.base_dtype), constant(np.inf, x.dtype.base_dtype)))


def cast(x, dtype):
    """x in another dtype."""
    return math_ops.cast(x, dtype)


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) over axes."""
    return math_ops.reduce_logsumexp(x, axis, keepdims)


def argmax(x, axis=-1):
    """Where the largest is."""
    return math_ops.argmax(x, axis)


def argmin(x, axis=-1):
    """Where the smallest is."""
    return math_ops.argmin(x, axis)


def dot(x, y):
    """The product of tensors: over the last axis of x and the last but one of y."""
    if (ndim(x) or 0) > 2 or (ndim(y) or 0) > 2:
        return math_ops.tensordot(x, y, [[ndim(x) - 1], [ndim(y) - 2 if ndim(y) > 1 else 0]])
    return math_ops.matmul(x, y)


def concatenate(tensors, axis=-1):
    """Tensors joined along an axis."""
    if axis < 0:
        axis %= ndim(tensors[0]) or 1
    return array_ops.concat(tensors, axis)


def flatten(x):
    """x as a vector."""
    return array_ops.reshape(x, [-1])


def batch_flatten(x):
    """x as a matrix [batch, the rest]."""
    return array_ops.reshape(x, array_ops.stack([-1, math_ops.reduce_prod(array_ops.shape(x)[1:])]))


def expand_dims(x, axis=-1):
    """x with a dimension of size 1 more."""
    return array_ops.expand_dims(x, axis)


def squeeze(x, axis):
    """x without the dimension `axis` of size 1."""
    return array_ops.squeeze(x, [axis])


def permute_dimensions(x, pattern):
    """x with its dimensions in another order."""
    return array_ops.transpose(x, perm=pattern)


def clip(x, min_value, max_value):
    """x within bounds; None is no upper bound."""
    if max_value is None:
        max_value = np.inf
    elif max_value < min_value:
        max_value = min_value
    low, high = (convert_to_tensor(v, dtype=x.dtype.base_dtype) for v in (min_value, max_value))
    return clip_by_value(x, low, high)


def one_hot(indices, num_classes):
    """Rows of zeros with a one."""
    return array_ops.one_hot(indices, depth=num_classes, axis=-1)


def softmax(x, axis=-1):
    """The softmax along an axis."""
    return softmax_ops.softmax(x, axis=axis)


def relu(x, alpha=0.0, max_value=None, threshold=0):
    """max(x, 0)."""
    from tinytf.keras import activations

    return activations.relu(x, alpha, max_value, threshold)


def l2_normalize(x, axis=None):
    """x over its norm."""
    from tinytf.ops.nn.normalization import l2_normalize as normalized

    return normalized(x, axis=axis)


def dropout(x, level, noise_shape=None, seed=None):
    """Sets a share of x to 0."""
    from tinytf.ops.nn.dropout import dropout_v2

    return dropout_v2(x, rate=level, noise_shape=noise_shape, seed=np.random.randint(10e6) if seed is None else seed)


def switch(condition, then_expression, else_expression):
    """One of two tensors (or results of functions), by a condition."""
    from tinytf.ops.control_flow.cond import cond

    as_function = [v if callable(v) else (lambda v=v: v) for v in (then_expression, else_expression)]
    if ndim(condition) == 0:
        return cond(math_ops.cast(condition, "bool"), *as_function)
    return array_ops.where_v2(condition, as_function[0](), as_function[1]())


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal random numbers."""
    return random_ops.random_normal(shape, mean, stddev, dtype or floatx(), np.random.randint(10e6) if seed is None else seed)


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Uniform random numbers."""
    return random_ops.random_uniform(shape, minval, maxval, dtype or floatx(), np.random.randint(10e6) if seed is None else seed)


# Cross entropies --------------------------------------------------------------------------------


def _logits_of(output, op_type):
    """The logits behind a tensor that `op_type` made of them, or None."""
    output = convert_to_tensor(output)
    return output.op.inputs[0] if output.op.type == op_type else None


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The cross entropy of distributions. Follows tf.keras.backend.categorical_crossentropy of TF 1.15."""
    if not from_logits:
        logits = _logits_of(output, "Softmax")
        if logits is None:
            output = output / math_ops.reduce_sum(output, axis, True)
            small = constant(epsilon(), output.dtype.base_dtype)
            output = clip_by_value(output, small, 1.0 - small)
            return -math_ops.reduce_sum(target * math_ops.log(output), axis)
        output = logits
    return softmax_ops.softmax_cross_entropy_with_logits_v2(labels=target, logits=output, axis=axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The cross entropy of class numbers. Follows tf.keras.backend.sparse_categorical_crossentropy of TF 1.15."""
    if not from_logits:
        logits = _logits_of(output, "Softmax")
        if logits is None:
            small = constant(epsilon(), output.dtype.base_dtype)
            output = math_ops.log(clip_by_value(output, small, 1 - small))
        else:
            output = logits
    if axis not in (-1, output.shape.ndims - 1):
        raise NotImplementedError("tf.keras.backend.sparse_categorical_crossentropy: transpose the classes into the last axis")
    target = math_ops.cast(target, "int64")
    output_shape = array_ops.shape(output)
    rank = output.shape.ndims
    flat = rank is not None and target.shape.ndims is not None and target.shape.ndims != rank - 1
    if flat:
        target = flatten(target)
        output = array_ops.reshape(output, [-1, output_shape[-1]])
    result = softmax_ops.sparse_softmax_cross_entropy_with_logits(labels=target, logits=output)
    return array_ops.reshape(result, output_shape[:-1]) if flat and rank >= 3 else result


def binary_crossentropy(target, output, from_logits=False):
    """The cross entropy of independent probabilities. Follows tf.keras.backend.binary_crossentropy of TF 1.15."""
    if not from_logits:
        logits = _logits_of(output, "Sigmoid")
        if logits is None:
            small = constant(epsilon(), output.dtype.base_dtype)
            output = clip_by_value(output, small, 1.0 - small)
            loss = target * math_ops.log(output + epsilon())
            loss += (1 - target) * math_ops.log(1 - output + epsilon())
            return -loss
        output = logits
    return cross_entropy.sigmoid_cross_entropy_with_logits(labels=target, logits=output)

