"""TensorFlow 2's spellings of the functions of control flow: the same graphs, other arguments.

TF 1.15 keeps them in control_flow_ops (`while_loop_v2` …), where its own code and tests call them.
"""

from __future__ import annotations

from tinytf.ops.control_flow import cond, control_flow_ops, while_loop


def cond_for_tf_v2(pred, true_fn=None, false_fn=None, name=None):
    """`cond` of TF 2."""
    return cond.cond(pred, true_fn=true_fn, false_fn=false_fn, strict=True, name=name)


def case_v2(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """`case` of TF 2."""
    return cond.case(pred_fn_pairs, default, exclusive, strict, name)


def tuple_v2(tensors, control_inputs=None, name=None) -> list:
    """`tuple` of TF 2."""
    return control_flow_ops.tuple(tensors, name, control_inputs)


def while_loop_v2(cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False,
                  maximum_iterations=None, name=None):  # fmt: skip
    """`while_loop` of TF 2: what it gives back has the structure of `loop_vars`, one variable or none at all too."""
    return while_loop.while_loop(
        cond, body, loop_vars, shape_invariants, parallel_iterations, back_prop, swap_memory, name, maximum_iterations, return_same_structure=True
    )
