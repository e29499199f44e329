"""`tf.saved_model.main_op`: the op that a loader runs after restoring."""

from __future__ import annotations

from tinytf.graph.default_graph import control_dependencies
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.state import variables


def main_op():
    """A group of the initializers of global variables, local variables and tables.  Follows TF 1.15."""
    from tinytf.ops.state import lookup_ops

    init = variables.global_variables_initializer()
    init_local = variables.local_variables_initializer()
    return control_flow_ops.group(init, init_local, lookup_ops.tables_initializer())


def main_op_with_restore(restore_op_name):
    """`main_op`, and then the restore op."""
    with control_dependencies([main_op()]):
        return control_flow_ops.group(restore_op_name)
