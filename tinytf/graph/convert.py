"""`convert_to_tensor`: how Python values, arrays, variables and the like become tensors.

Each kind of value registers a conversion; the constant room does it for numbers, lists and arrays,
variables for themselves.  Follows `tf.convert_to_tensor` and `tf.register_tensor_conversion_function`.
"""

from __future__ import annotations

import importlib

from tinytf import dtypes
from tinytf.graph.tensor import Tensor

_conversions: list = []  # (priority, order, type or tuple of types, function), sorted
_for_type: dict = {}


def register_conversion(base_type, conversion_func, priority: int = 100) -> None:
    """Makes `conversion_func(value, dtype=None, name=None, as_ref=False)` convert instances of `base_type`.

    Of several, the lowest priority number wins; it may return NotImplemented to pass.
    """
    if not callable(conversion_func):
        raise TypeError("conversion_func must be callable.")
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(t, type) for t in types):
        raise TypeError("base_type must be a type or a tuple of types.")
    _conversions.append((priority, len(_conversions), types, conversion_func))
    _conversions.sort(key=lambda c: c[:2])
    _for_type.clear()


def _functions_for(kind: type) -> list:
    found = _for_type.get(kind)
    if found is None:
        # Python values become constants: that room registers itself when it is first needed.
        importlib.import_module("tinytf.ops")
        found = [function for _, _, types, function in _conversions if issubclass(kind, types)]
        _for_type[kind] = found
    return found


def convert_to_tensor(
    value, dtype=None, name=None, preferred_dtype=None, dtype_hint=None, as_ref: bool = False, accepted_result_types=(Tensor,)
) -> Tensor:  # fmt: skip
    """`value` as a tensor.

    Args:
      value: a tensor, a Python number, string or nested list, a NumPy array, a variable …
      dtype: the dtype it must have; a tensor of another dtype raises ValueError.
      name: the node's name, where one is made.
      preferred_dtype: tried first where `dtype` is None.
      as_ref: gives the reference of a variable rather than its value.
      accepted_result_types: what the type's own conversion may give.

    Raises TypeError where the value has no conversion, ValueError where its content has none.
    """
    if preferred_dtype is None:
        preferred_dtype = dtype_hint
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
    if isinstance(value, Tensor):
        if dtype is not None and not dtype.is_compatible_with(value.dtype):
            raise ValueError(f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype {value.dtype.name}: {value!r}")
        return value
    for function in _functions_for(type(value)):
        result = None
        if dtype is None and preferred_dtype is not None:
            try:
                result = function(value, dtype=dtypes.as_dtype(preferred_dtype), name=name, as_ref=as_ref)
            except (TypeError, ValueError):
                result = None  # the preference cannot be met: convert freely
        if result is None:
            result = function(value, dtype=dtype, name=name, as_ref=as_ref)
        if result is NotImplemented:
            continue
        if not isinstance(result, accepted_result_types):
            raise RuntimeError(f"{name + ': ' if name else ''}Conversion function {function!r} for type {type(value)} returned non-Tensor: {result!r}")
        if dtype is not None and not dtype.is_compatible_with(result.dtype):
            raise RuntimeError(
                f"{name + ': ' if name else ''}Conversion function {function!r} for type {type(value)} returned incompatible dtype: "
                f"requested = {dtype.name}, actual = {result.dtype.name}"
            )
        return result
    raise TypeError(f"Cannot convert {value!r} with type {type(value)} to Tensor: no conversion function registered.")


def convert_n_to_tensor(values, dtype=None, name=None, preferred_dtype=None, as_ref: bool = False) -> list:
    """A list of tensors; node `i` is called `name_i`."""
    return [
        convert_to_tensor(v, dtype, None if name is None else f"{name}_{i}", preferred_dtype, as_ref=as_ref) for i, v in enumerate(values)
    ]


def convert_to_tensor_or_indexed_slices(value, dtype=None, name=None, as_ref: bool = False):
    """`value` as a tensor, or as it is where it is an IndexedSlices or a SparseTensor."""
    if isinstance(value, Tensor):
        return convert_to_tensor(value, dtype, name)
    if hasattr(value, "dense_shape") and hasattr(value, "values") and hasattr(value, "indices") and hasattr(value, "dtype"):
        if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
            raise ValueError(f"Tensor conversion requested dtype {dtypes.as_dtype(dtype).name} for Tensor with dtype {value.dtype.name}: {value!r}")
        return value
    return convert_to_tensor(value, dtype, name, as_ref=as_ref)


def convert_n_to_tensor_or_indexed_slices(values, dtype=None, name=None, as_ref: bool = False) -> list:
    """A list of tensors, IndexedSlices or None."""
    return [
        None if v is None else convert_to_tensor_or_indexed_slices(v, dtype, None if name is None else f"{name}_{i}", as_ref)
        for i, v in enumerate(values)
    ]
