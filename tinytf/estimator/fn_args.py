"""The names of a function's arguments, by which model functions and input functions say what they want."""

from __future__ import annotations

import functools
import inspect

from tinytf.graph.tensor import Tensor


def fn_args(fn) -> tuple:
    """Names of the arguments that a call of `fn` may still give, without `self` of bound methods and callables."""
    if isinstance(fn, functools.partial):
        left = fn_args(fn.func)[len(fn.args) :]
        return tuple(name for name in left if name not in (fn.keywords or {}))
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(name for name, p in inspect.signature(fn).parameters.items() if p.kind in kinds)


def given(fn, **values) -> dict:
    """Those of `values` that `fn` has an argument for."""
    names = fn_args(fn)
    return {name: value for name, value in values.items() if name in names}


def call_logit_fn(logit_fn, features, mode, params, config):
    """The logits, a tensor or a dict of tensors, of a function of the features and of what else it has arguments for.

    Follows `estimator.model_fn.call_logit_fn` of TF 1.15.  ValueError where it returns something else.
    """
    logits = logit_fn(features=features, **given(logit_fn, mode=mode, params=params, config=config))
    by_name = isinstance(logits, dict) and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in logits.items())
    if not by_name and not isinstance(logits, Tensor):
        raise ValueError(f"logit_fn should return a Tensor or a dictionary mapping strings to Tensors.  logit_fn returned: {logits}")
    return logits
