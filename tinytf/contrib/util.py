"""tf.contrib.util: tensors as messages, and what a GraphDef uses."""

from __future__ import annotations

from tinytf.graph.op_list import ops_used_by_graph_def, stripped_op_list_for_graph  # noqa: F401
from tinytf.graph.tensor_proto import make_ndarray, make_tensor_proto  # noqa: F401
from tinytf.graph.tensor_util import constant_value  # noqa: F401
