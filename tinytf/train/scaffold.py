"""`tf.train.Scaffold`: the ops that every training needs, found in the graph or made."""

from __future__ import annotations

from tinytf import logging
from tinytf.graph.default_graph import add_to_collection, get_collection, get_default_graph
from tinytf.graph.graph import GraphKeys
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.state import resources, variables
from tinytf.train import saver as saver_module


class Scaffold:
    """What is needed to start, restore and save a model; whatever is None is found or made by `finalize`.

    Args:
      init_op: initialises the global variables.
      init_feed_dict: fed to init_op.
      init_fn: called as init_fn(scaffold, session) after init_op.
      ready_op: gives the names of what is uninitialised.
      ready_for_local_init_op: the same for what local_init_op needs.
      local_init_op: initialises local variables and tables.
      summary_op: gives the merged summaries.
      saver: a Saver.
      copy_from_scaffold: where to take what is None from.

    Follows `tf.train.Scaffold` of TF 1.15.
    """

    def __init__(
        self, init_op=None, init_feed_dict=None, init_fn=None, ready_op=None, ready_for_local_init_op=None, local_init_op=None,
        summary_op=None, saver=None, copy_from_scaffold=None,
    ):  # fmt: skip
        if copy_from_scaffold is not None:
            if not isinstance(copy_from_scaffold, Scaffold):
                raise TypeError("copy_from_scaffold is not a Scaffold instance.")
            other = copy_from_scaffold
            init_op = other.init_op if init_op is None else init_op
            init_feed_dict = other.init_feed_dict if init_feed_dict is None else init_feed_dict
            init_fn = other._user_init_fn if init_fn is None else init_fn
            ready_op = other.ready_op if ready_op is None else ready_op
            if ready_for_local_init_op is None:
                ready_for_local_init_op = other.ready_for_local_init_op
            local_init_op = other.local_init_op if local_init_op is None else local_init_op
            summary_op = other.summary_op if summary_op is None else summary_op
            saver = other.saver if saver is None else saver
        self._user_init_fn = init_fn
        self._init_fn = (lambda sess: init_fn(self, sess)) if init_fn else None
        self._init_op, self._init_feed_dict = init_op, init_feed_dict
        self._ready_op, self._ready_for_local_init_op = ready_op, ready_for_local_init_op
        self._local_init_op, self._summary_op, self._saver = local_init_op, summary_op, saver

    def finalize(self) -> Scaffold:
        """Makes what is missing and finalizes the graph."""
        get = Scaffold.get_or_default
        if self._init_op is None:
            self._init_op = get("init_op", GraphKeys.INIT_OP, _default_init_op)
        if self._ready_op is None:
            self._ready_op = get("ready_op", GraphKeys.READY_OP, _default_ready_op)
        if self._ready_for_local_init_op is None:
            self._ready_for_local_init_op = get(
                "ready_for_local_init_op", GraphKeys.READY_FOR_LOCAL_INIT_OP, _default_ready_for_local_init_op
            )
        if self._local_init_op is None:
            self._local_init_op = get("local_init_op", GraphKeys.LOCAL_INIT_OP, Scaffold.default_local_init_op)
        if self._summary_op is None:
            self._summary_op = get("summary_op", GraphKeys.SUMMARY_OP, _merge_all)
        if self._saver is None:
            self._saver = saver_module._get_saver_or_default()
        self._saver.build()
        get_default_graph().finalize()
        logging.info("Graph was finalized.")
        return self

    @property
    def init_fn(self):
        """Called with the session after init_op."""
        return self._init_fn

    @property
    def init_op(self):
        """Initialises the global variables."""
        return self._init_op

    @property
    def ready_op(self):
        """Gives the names of what is uninitialised."""
        return self._ready_op

    @property
    def ready_for_local_init_op(self):
        """Gives the names of what local_init_op still needs."""
        return self._ready_for_local_init_op

    @property
    def local_init_op(self):
        """Initialises local variables and tables."""
        return self._local_init_op

    @property
    def summary_op(self):
        """Gives the merged summaries."""
        return self._summary_op

    @property
    def saver(self):
        """The Saver."""
        return self._saver

    @property
    def init_feed_dict(self):
        """Fed to init_op."""
        return self._init_feed_dict

    @staticmethod
    def get_or_default(arg_name, collection_key, default_constructor):
        """The one item of a collection, or what `default_constructor()` makes (and adds to it)."""
        elements = get_collection(collection_key)
        if elements:
            if len(elements) > 1:
                raise RuntimeError(
                    f'More than one item in the collection "{collection_key}". Please indicate which one to use by passing it to the '
                    f"tf.Scaffold constructor as:  tf.Scaffold({arg_name}=item to use)"
                )
            return elements[0]
        op = default_constructor()
        if op is not None:
            add_to_collection(collection_key, op)
        return op

    @staticmethod
    def default_local_init_op():
        """A group of the initializers of local variables, tables and local resources."""
        return control_flow_ops.group(
            variables.local_variables_initializer(),
            resources.initialize_tables(),
            resources.initialize_resources(resources.local_resources()),
        )


def _default_init_op():
    return control_flow_ops.group(
        variables.global_variables_initializer(), resources.initialize_resources(resources.shared_resources())
    )


def _default_ready_op():
    from tinytf.ops.array import array_ops

    return array_ops.concat(
        [variables.report_uninitialized_variables(), resources.report_uninitialized_resources()], 0
    )


def _default_ready_for_local_init_op():
    from tinytf.ops.array import array_ops

    return array_ops.concat(
        [
            variables.report_uninitialized_variables(variables.global_variables()),
            resources.report_uninitialized_resources(resources.shared_resources()),
        ],
        0,
    )


def _merge_all():
    from tinytf import summary

    return summary.merge_all()
