"""`map_flat_values`: a function of flat values as a function of ragged tensors."""

from __future__ import annotations

from tinytf.graph.default_graph import control_dependencies
from tinytf.ragged import util
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, is_ragged


def map_flat_values(op, *args, **kwargs):
    """`op` of the arguments with the flat values in the place of ragged tensors; the result has their rows.

    The ragged tensors, also those inside lists, tuples and dicts, must have the same row splits.  Follows
    `tf.ragged.map_flat_values` of TF 1.15.
    """
    nested_splits_lists: list = []

    def flat(value):
        if is_ragged(value):
            value = convert_to_tensor_or_ragged_tensor(value)
            nested_splits_lists.append(value.nested_row_splits)
            return value.flat_values
        if isinstance(value, (list, tuple)):
            return type(value)(flat(v) for v in value) if type(value) in (list, tuple) else tuple(flat(v) for v in value)
        if isinstance(value, dict):
            return {key: flat(v) for key, v in value.items()}
        return value

    flat_args, flat_kwargs = flat(args), flat(kwargs)
    if not nested_splits_lists:
        return op(*args, **kwargs)
    if len({splits[0].dtype for splits in nested_splits_lists}) > 1:
        raise ValueError(
            "Input RaggedTensors have mismatched row_splits dtypes; use RaggedTensor.with_row_splits_dtype() to convert them "
            "to compatible dtypes."
        )
    with control_dependencies(util.assert_splits_match(nested_splits_lists)):
        return RaggedTensor.from_nested_row_splits(op(*flat_args, **flat_kwargs), nested_splits_lists[0], validate=False)
