"""tf.profiler.profile and tf.profiler.Profiler: figures of a graph, printed and returned. Follows TF 1.15."""

from __future__ import annotations

import sys

from tinytf import errors
from tinytf.graph.default_graph import get_default_graph
from tinytf.profiler import report, views
from tinytf.profiler.option_builder import ProfileOptionBuilder
from tinytf.profiler.stats import nodes_of
from tinytf.profiler.tfprof_logger import merge_default_with_oplog

_DEFAULTS = dict(
    ProfileOptionBuilder().build(), max_depth=10, account_type_regexes=[], start_name_regexes=[], show_name_regexes=[], select=[]
)
_HEAD = "Parsing Inputs...\n"
_VIEWS = {"scope": views.scopes, "graph": views.edges}


def profile(graph=None, run_meta=None, op_log=None, cmd="scope", options=None):
    """Prints the figures that the options select, of the nodes that they show, and returns them.

    Args:
      graph: a Graph, the default one where None.
      run_meta: the RunMetadata of a traced run, for time and memory.
      op_log: an OpLogProto with types and operations of the program's own.
      cmd: 'scope' (a tree of name scopes), 'graph' (of inputs), or 'op' (sums by op type).
      options: a dict, which tf.profiler.ProfileOptionBuilder makes; the parameters of trainable variables where None.

    Returns: a GraphNodeProto; a MultiGraphNodeProto for 'op'.
    """
    _check_view(cmd)
    sys.stdout.write(_HEAD)
    return _profile(graph or get_default_graph(), [run_meta] if run_meta else [], op_log, cmd, options)


def _check_view(view) -> None:
    if view == "code":
        raise NotImplementedError(
            "tf.profiler.profile(cmd='code'): use cmd='scope', with a tf.name_scope around each part of the program"
        )
    if view not in (*_VIEWS, "op"):
        raise errors.InvalidArgumentError(None, None, "unknown cmd: %s\n" % view)


def _profile(graph, run_metas, op_log, view, options):
    _check_view(view)
    options = {**_DEFAULTS, **(options or ProfileOptionBuilder.trainable_variables_parameter())}
    kind = options["output"].partition(":")[0]
    if kind not in ("stdout", "file", "none"):
        raise NotImplementedError(
            "tf.profiler: a %s. Use tensorflow.python.client.timeline.Timeline(run_metadata.step_stats)" % kind
        )
    log = merge_default_with_oplog(graph, op_log, run_metas[0] if run_metas else None, add_trace=False)
    nodes = nodes_of(graph, log, run_metas)
    root = views.op_types(nodes, options) if view == "op" else views.shown_tree(_VIEWS[view](nodes), options)
    _write(report.text(root, view, options), options)
    return report.as_multi_graph_node(root) if view == "op" else report.as_graph_node(root)


def _write(text: str, options) -> None:
    kind, _, details = options["output"].partition(":")
    if kind == "stdout":
        sys.stdout.write(report.with_options(text, options))
        sys.stdout.flush()
    elif kind == "file":
        with open(dict(item.split("=", 1) for item in details.split(","))["outfile"], "w", encoding="utf-8") as stream:
            stream.write("\n" + text)


def advise(graph=None, run_meta=None, options=None):
    """What could be better: tinytf measures one CPU and gives no advice."""
    raise NotImplementedError(
        "tf.profiler.advise: look at tf.profiler.profile(run_meta=…, cmd='op', options=….time_and_memory())"
    )


class Profiler:
    """Figures over several steps of a training. Follows TF 1.15's `tf.profiler.Profiler`."""

    def __init__(self, graph=None, op_log=None):
        sys.stdout.write(_HEAD)
        self._graph, self._op_log = graph or get_default_graph(), op_log
        self._steps: dict = {}  # step -> [RunMetadata]

    def add_step(self, step, run_meta) -> None:
        """Adds a traced run to those of `step`."""
        self._steps.setdefault(step, []).append(run_meta)

    def _profile(self, view, options):
        step = options.get("step", -1)
        if step != -1 and step not in self._steps:
            raise ValueError("No run of step %s was added" % step)
        run_metas = self._steps[step] if step != -1 else [run for runs in self._steps.values() for run in runs]
        return _profile(self._graph, run_metas, self._op_log, view, options)

    def profile_name_scope(self, options):
        """Figures by name scope: a GraphNodeProto."""
        return self._profile("scope", options)

    def profile_graph(self, options):
        """Figures along the inputs: a GraphNodeProto."""
        return self._profile("graph", options)

    def profile_operations(self, options):
        """Figures by op type: a MultiGraphNodeProto."""
        return self._profile("op", options)

    def profile_python(self, options):
        """Figures by lines of Python are not here."""
        return self._profile("code", options)

    def advise(self, options=None):
        """See `tf.profiler.advise`."""
        return advise(self._graph, None, options)
