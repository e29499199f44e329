"""tf.profiler: how many parameters and floating-point operations a graph has, and where a traced run's time goes.

tf.profiler.profile(options=tf.profiler.ProfileOptionBuilder.trainable_variables_parameter()).total_parameters

tfprof_logger    what is known of the nodes: types, operations (an OpLogProto, which programs may add to)
option_builder   the dict that says what to show
stats            a node and its figures
views            the nodes as a tree of scopes, of the graph's edges, or by op type
report           the tree as text
model_analyzer   profile() and Profiler, which bring it together
"""

from __future__ import annotations

from tinytf.profiler.model_analyzer import Profiler, advise, profile  # noqa: F401
from tinytf.profiler.option_builder import ProfileOptionBuilder  # noqa: F401
from tinytf.profiler.tfprof_logger import write_op_log  # noqa: F401
from tinytf.protos import AdviceProto, GraphNodeProto, MultiGraphNodeProto, OpLogProto  # noqa: F401
