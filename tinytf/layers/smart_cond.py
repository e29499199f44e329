"""`smart_cond`: `tf.cond`, unless the predicate is known when the graph is built."""

from __future__ import annotations

from tinytf.graph.constant_value import constant_value
from tinytf.graph.tensor import Tensor
from tinytf.ops.control_flow.cond import build_case, cond
from tinytf.ops.state import variables


def known_value(predicate):
    """True, False, or None where only a session can tell."""
    if isinstance(predicate, variables.Variable):
        return None
    if isinstance(predicate, Tensor):
        value = constant_value(predicate)
        return None if value is None else bool(value)
    if isinstance(predicate, bool) or predicate in (0, 1):
        return bool(predicate)
    raise TypeError(f"`pred` must be a Tensor, or a Python bool, or 1 or 0. Found instead: {type(predicate)}")


def smart_cond(pred, true_fn=None, false_fn=None, name=None):
    """The result of the branch that `pred` chooses; a tf.cond where it is not known yet. Follows tf.contrib.framework.smart_cond."""
    if not callable(true_fn):
        raise TypeError("`true_fn` must be callable.")
    if not callable(false_fn):
        raise TypeError("`false_fn` must be callable.")
    known = known_value(pred)
    if known is None:
        return cond(pred, true_fn=true_fn, false_fn=false_fn, name=name)
    return true_fn() if known else false_fn()


def smart_case(pred_fn_pairs, default=None, exclusive=False, name="smart_case"):
    """tf.case, unless predicates are known when the graph is built.  Follows tensorflow.python.framework.smart_cond."""
    return build_case(smart_cond, pred_fn_pairs, default, exclusive, name, allow_python_preds=True)
