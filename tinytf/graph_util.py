"""`tf.graph_util`: GraphDefs cut to size and frozen."""

from tinytf.graph.freezing import convert_variables_to_constants  # noqa: F401
from tinytf.graph.importer import import_graph_def  # noqa: F401
from tinytf.graph.pruning import (  # noqa: F401
    extract_sub_graph,
    must_run_on_cpu,
    remove_training_nodes,
    tensor_shape_from_node_def_name,
)
