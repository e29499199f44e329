"""keras.engine.training_utils: what models do with the data they are given.  Follows functions of the module of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf.keras import backend, losses
from tinytf.keras.compiling import loss_object as get_loss_function  # noqa: F401
from tinytf.keras.compiling import metric_function
from tinytf.keras.data import check_lengths, has_tensors
from tinytf.keras.generic_utils import make_batches, slice_arrays  # noqa: F401
from tinytf.keras.training_arguments import check_steps, unpack_validation_data  # noqa: F401

has_symbolic_tensors = has_tensors


def list_to_tuple(maybe_list):
    """A list as a tuple, anything else as it is."""
    return tuple(maybe_list) if isinstance(maybe_list, list) else maybe_list


def standardize_single_array(x, expected_shape=None):
    """A vector as a column, unless `expected_shape` has rank 1; None stays."""
    if x is None:
        return None
    if len(np.shape(x)) == 1 and (expected_shape is None or len(expected_shape) != 1):
        return np.expand_dims(x, 1)
    return x


def standardize_input_data(data, names, shapes=None, check_batch_axis=True, exception_prefix=""):
    """The arrays of `names` in their order.  ValueError where one is missing, or a shape differs."""
    if not names:
        if data is not None and np.size(data) and not isinstance(data, dict):
            raise ValueError("Error when checking model " + exception_prefix + ": expected no data, but got:", data)
        return []
    if data is None:
        return [None for _ in names]
    if isinstance(data, dict):
        missing = [name for name in names if name not in data]
        if missing:
            raise ValueError('No data provided for "%s". Need data for each key in: %s' % (missing[0], names))
        data = [data[name] for name in names]
    elif isinstance(data, (list, tuple)):
        data = [np.asarray(d) for d in data] if len(names) > 1 or not np.isscalar(data[0]) else [np.asarray(data)]
    else:
        data = [data]
    if len(data) != len(names):
        raise ValueError(
            "Error when checking model " + exception_prefix + ": the list of Numpy arrays that you are passing to your model is not the size "
            "the model expected. Expected to see " + str(len(names)) + " array(s), but instead got the following list of " + str(len(data))
            + " arrays: " + str(data)[:200] + "..."
        )  # fmt: skip
    data = [standardize_single_array(x, None if shapes is None else shapes[i]) for i, x in enumerate(data)]
    for name, array, shape in zip(names, data, shapes or ()):
        if shape is not None and array is not None:
            _check_shape(name, np.shape(array), shape, check_batch_axis, exception_prefix)
    return data


def _check_shape(name, have, shape, check_batch_axis, prefix) -> None:
    if len(have) != len(shape):
        raise ValueError(
            "Error when checking %s: expected %s to have %d dimensions, but got array with shape %s" % (prefix, name, len(shape), have)
        )
    first = 0 if check_batch_axis else 1
    for size, wanted in list(zip(have, shape))[first:]:
        if size != wanted and size is not None and wanted is not None:
            raise ValueError(
                "Error when checking %s: expected %s to have shape %s but got array with shape %s" % (prefix, name, tuple(shape[1:]), tuple(have[1:]))
            )


def standardize_sample_or_class_weights(x_weight, output_names, weight_type) -> list:
    """The weights of each output; None for one without."""
    if x_weight is None or (isinstance(x_weight, (list, tuple)) and not len(x_weight)):
        return [None for _ in output_names]
    if len(output_names) == 1:
        if isinstance(x_weight, (list, tuple)) and len(x_weight) == 1:
            return list(x_weight)
        return [x_weight[output_names[0]]] if isinstance(x_weight, dict) and output_names[0] in x_weight else [x_weight]
    if isinstance(x_weight, (list, tuple)):
        if len(x_weight) != len(output_names):
            raise ValueError(
                "Provided `%s` was a list of %d elements, but the model has %d outputs. You should provide one `%s`array per model output."
                % (weight_type, len(x_weight), len(output_names), weight_type)
            )
        return list(x_weight)
    if isinstance(x_weight, dict):
        return [x_weight.get(name) for name in output_names]
    raise TypeError(
        "The model has multiple outputs, so `%s` should be either a list or a dict. Provided `%s` type not understood: %s"
        % (weight_type, weight_type, x_weight)
    )


def standardize_class_weights(class_weight, output_names) -> list:
    """The class weights of each output."""
    return standardize_sample_or_class_weights(class_weight, output_names, "class_weight")


def standardize_sample_weights(sample_weight, output_names) -> list:
    """The sample weights of each output."""
    return standardize_sample_or_class_weights(sample_weight, output_names, "sample_weight")


def check_array_lengths(inputs, targets, weights=None) -> None:
    """ValueError where arrays have different numbers of samples."""
    given = [[a for a in arrays or () if a is not None] for arrays in (inputs, targets, weights)]
    check_lengths(given[0], given[1])
    if given[1] and given[2] and {len(a) for a in given[1]} != {len(a) for a in given[2]}:
        raise ValueError(
            "Sample_weight arrays should have the same number of samples as target arrays. Got %d input samples and %d target samples."
            % (len(given[1][0]), len(given[2][0]))
        )


def standardize_weights(y, sample_weight=None, class_weight=None, sample_weight_mode=None):
    """One weight a sample, of sample weights, of the weights of its class, or 1 … of both, their product."""
    if sample_weight is not None:
        sample_weight = np.asarray(sample_weight)
        if len(sample_weight) > len(y):
            raise ValueError("Found a sample_weight with shape %s.Expected sample_weight with rank less than or equal to %d" % (sample_weight.shape, y.ndim))
    if not isinstance(class_weight, dict):
        return sample_weight
    if y.ndim > 2:
        raise ValueError("`class_weight` not supported for 3+ dimensional targets.")
    classes = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else np.reshape(y, y.shape[0])
    missing = set(classes.tolist()) - set(class_weight)
    if missing:
        raise ValueError("`class_weight` must contain all classes in the data. The classes %s exist in the data but not in `class_weight`." % missing)
    weights = np.asarray([class_weight[c] for c in classes.tolist()])
    return weights if sample_weight is None else weights * sample_weight


def get_metric_name(metric, weighted=False):
    """The name under which a metric is reported."""
    if isinstance(metric, str) and metric in ("accuracy", "acc", "crossentropy", "ce"):
        return metric
    from tinytf.keras import metrics

    found = metrics.get(metric)
    return getattr(found, "name", None) or found.__name__


def get_metric_function(metric, output_shape=None, loss_fn=None):
    """The function of a metric; of 'accuracy' the one for this loss and output."""
    if metric not in ("accuracy", "acc", "crossentropy", "ce"):
        from tinytf.keras import metrics

        return metrics.get(metric)

    class _Prediction:
        dims = tuple(output_shape)

    loss = None if loss_fn is None else loss_fn if hasattr(loss_fn, "fn") else losses.LossFunctionWrapper(losses.get(loss_fn))
    return metric_function(metric, _Prediction, loss)


def generic_output_names(outputs_list) -> list:
    """'output_1', 'output_2' …"""
    return ["output_%d" % (i + 1) for i in range(len(outputs_list))]


def check_num_samples(ins, batch_size=None, steps=None, steps_name="steps"):
    """The number of samples; None where `steps` say how many batches there are."""
    if steps is not None and batch_size is not None:
        raise ValueError("If " + steps_name + " is set, the `batch_size` must be None.")
    if steps is not None:
        return None
    if hasattr(ins[0], "shape"):
        return int(ins[0].shape[0])
    return None


def batch_shuffle(index_array, batch_size):
    """Numbers shuffled batch by batch; the rest that fills none stays last."""
    whole = len(index_array) // batch_size * batch_size
    blocks = index_array[:whole].reshape((-1, batch_size))
    np.random.shuffle(blocks)
    return np.append(blocks.flatten(), index_array[whole:])


def cast_if_floating_dtype(x):
    """Tensors of floats as floatx()."""
    from tinytf import nest
    from tinytf.ops.math import math_ops

    return nest.map_structure(lambda v: math_ops.cast(v, backend.floatx()) if hasattr(v, "op") and v.dtype.is_floating else v, x)
