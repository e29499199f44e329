"""Which arguments of fit, evaluate and predict go together.  The errors are those of keras.engine.training_utils of TF 1.15."""

from __future__ import annotations

from tinytf.keras.data import has_tensors, is_stream


def _is_dataset(x) -> bool:
    return hasattr(x, "make_one_shot_iterator")


def check_arguments(x, y, sample_weight, batch_size, validation_split, others) -> None:
    """ValueError where something is given beside a data set or a generator that gives it itself."""
    unknown = [key for key in others if key not in ("max_queue_size", "workers", "use_multiprocessing", "nb_epoch")]
    if unknown:
        raise TypeError("Unrecognized keyword arguments: " + str({key: others[key] for key in unknown}))
    if not is_stream(x):
        return
    if batch_size is not None:
        raise ValueError("The `batch_size` argument must not be specified for the given input type. Received input: %s, batch_size: %s" % (x, batch_size))  # noqa: E501
    if hasattr(x, "get_next"):
        raise ValueError(
            "For performance reasons Keras `fit`, `evaluate` and`predict` accept tf.data `Datasets` as input but not iterators that have "
            "been manually generated from Datasets by users. Please directly pass in the original `Dataset` object instead of passing in "
            "`iter(dataset)`."
        )
    if _is_dataset(x):
        _check_beside_dataset(x, y, sample_weight, validation_split)
    else:
        _check_beside_generator(y, sample_weight, validation_split)


def _check_beside_dataset(x, y, sample_weight, validation_split) -> None:
    if y is not None:
        raise ValueError(
            "You passed a dataset or dataset iterator (%s) as input `x` to your model. In that case, you should not specify a target (`y`) "
            "argument, since the dataset or dataset iterator generates both input data and target data. Received: %s" % (x, y)
        )
    if sample_weight is not None:
        raise ValueError(
            "`sample_weight` argument is not supported when input `x` is a dataset or a dataset iterator. Instead, youcan provide "
            "sample_weight as the third element  of yourdataset, i.e. (inputs, targets, sample_weight). Received: x=%s, sample_weight=%s"
            % (x, sample_weight)
        )
    if validation_split:
        raise ValueError(
            "`validation_split` argument is not supported when input `x` is a dataset or a dataset iterator. Received: x=%s, "
            "validation_split=%f" % (x, validation_split)
        )


def _check_beside_generator(y, sample_weight, validation_split) -> None:
    if y is not None:
        raise ValueError(
            "`y` argument is not supported when data isa generator or Sequence instance. Instead pass targets as the second element of the "
            "generator."
        )
    if sample_weight is not None:
        raise ValueError(
            "`sample_weight` argument is not supported when data isa generator or Sequence instance. Instead pass sample weights as the "
            "third element of the generator."
        )
    if validation_split:
        raise ValueError("If your data is in the form of a Python generator, you cannot use `validation_split`.")


def check_steps(x, steps, name) -> None:
    """ValueError where only `steps` could say when an epoch ends."""
    if steps is not None:
        return
    if x is None or has_tensors(x):
        raise ValueError("When using data tensors as input to a model, you should specify the `%s` argument." % name)
    if is_stream(x) and not _is_dataset(x) and not hasattr(x, "__len__"):
        raise ValueError("Please specify the number of steps via the `%s` argument." % name if name != "validation_steps" else
                         "Please specify the `validation_steps` argument.")  # fmt: skip


def unpack_validation_data(data) -> tuple:
    """(x, y, weights) of what validation_data was given.  ValueError where a tuple has another length."""
    if not isinstance(data, (list, tuple)):
        return data, None, None
    if len(data) not in (1, 2, 3):
        raise ValueError(
            "When passing a `validation_data` argument, it must contain either 2 items (x_val, y_val), or 3 items (x_val, y_val, "
            "val_sample_weights), or alternatively it could be a dataset or a dataset or a dataset iterator. However we received "
            "`validation_data=%s`" % (data,)
        )
    return tuple((list(data) + [None] * 2)[:3])

