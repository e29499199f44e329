"""tf.contrib.testing: what tests look at summaries with."""

from __future__ import annotations

import glob
import os

import numpy as np

from tinytf import protos
from tinytf.summary import writer as writer_module
from tinytf.summary.event_file import summary_iterator


def to_summary_proto(summary_str):
    """The Summary message in a serialized string."""
    return protos.Summary.FromString(summary_str)


def assert_summary(expected_tags, expected_simple_values, summary_proto) -> None:
    """Raises unless a Summary has exactly these tags, and these values (to two decimals)."""
    for value in summary_proto.value:
        if value.tag in expected_simple_values:
            np.testing.assert_almost_equal(value.simple_value, expected_simple_values[value.tag], decimal=2, err_msg=value.tag)
    found = {value.tag for value in summary_proto.value}
    if found != set(expected_tags):
        raise ValueError("Expected tags %s, got %s." % (set(expected_tags), found))


def latest_event_file(base_dir):
    """The path of the last event file in a folder, or None."""
    return max(glob.glob(os.path.join(base_dir, "events.*")), default=None)


def latest_events(base_dir):
    """The events of the last event file in a folder."""
    path = latest_event_file(base_dir)
    return summary_iterator(path) if path else []


def latest_summaries(base_dir) -> list:
    """Those of them that hold a summary."""
    return [event for event in latest_events(base_dir) if event.HasField("summary")]


def simple_values_from_events(events, tags) -> dict:
    """{tag: its value at the last step}; ValueError where a summary of these tags is no scalar."""
    last: dict = {}
    for event in events:
        for value in event.summary.value if event.HasField("summary") else ():
            if value.tag not in tags:
                continue
            if not value.HasField("simple_value"):
                raise ValueError("Summary for %s is not a simple_value." % value.tag)
            if value.tag not in last or event.step > last[value.tag][0]:
                last[value.tag] = event.step, value.simple_value
    return {tag: value for tag, (_, value) in last.items()}


class FakeSummaryWriter:
    """Stands for the FileWriter between install() and uninstall(), and keeps what is added instead of writing it."""

    _replaced = None

    @classmethod
    def install(cls) -> None:
        """Takes the FileWriter's place."""
        if cls._replaced:
            raise ValueError("FakeSummaryWriter already installed.")
        cls._replaced, writer_module.FileWriter = writer_module.FileWriter, cls

    @classmethod
    def uninstall(cls) -> None:
        """Gives it back."""
        if not cls._replaced:
            raise ValueError("FakeSummaryWriter not installed.")
        writer_module.FileWriter, cls._replaced = cls._replaced, None

    def __init__(self, logdir, graph=None):
        self._logdir, self._graph = logdir, graph
        self._summaries, self._added_run_metadata = {}, {}
        self._added_graphs, self._added_meta_graphs, self._added_session_logs = [], [], []

    @property
    def summaries(self) -> dict:
        """{step: Summary messages}"""
        return self._summaries

    def assert_summaries(
        self, test_case, expected_logdir=None, expected_graph=None, expected_summaries=None, expected_added_graphs=None,
        expected_added_meta_graphs=None, expected_session_logs=None,
    ):  # fmt: skip
        """Fails the test unless all this was added; what is None is not looked at."""
        from tinytf.test import test_util

        if expected_logdir is not None:
            test_case.assertEqual(expected_logdir, self._logdir)
        if expected_graph is not None:
            test_case.assertIs(expected_graph, self._graph)
        for step, expected in (expected_summaries or {}).items():
            test_case.assertIn(step, self._summaries)
            values = (value for summary in self._summaries[step] for value in summary.value)
            test_case.assertEqual(expected, {v.tag: v.simple_value for v in values if v.tag != "global_step/sec"})
        if expected_added_graphs is not None:
            test_case.assertEqual(expected_added_graphs, self._added_graphs)
        if expected_added_meta_graphs is not None:
            test_case.assertEqual(len(expected_added_meta_graphs), len(self._added_meta_graphs))
            for expected, actual in zip(expected_added_meta_graphs, self._added_meta_graphs):
                test_util.assert_meta_graph_protos_equal(test_case, expected, actual)
        if expected_session_logs is not None:
            test_case.assertEqual(expected_session_logs, self._added_session_logs)

    def add_summary(self, summ, current_global_step) -> None:
        """Keeps a Summary message, or a serialized one."""
        self._summaries.setdefault(current_global_step, []).append(to_summary_proto(summ) if isinstance(summ, bytes) else summ)

    def add_graph(self, graph, global_step=None, graph_def=None) -> None:
        """Keeps a graph."""
        if global_step is not None and global_step < 0:
            raise ValueError("Invalid global_step %s." % global_step)
        if graph_def is not None:
            raise ValueError("Unexpected graph_def %s." % graph_def)
        self._added_graphs.append(graph)

    def add_meta_graph(self, meta_graph_def, global_step=None) -> None:
        """Keeps a MetaGraphDef."""
        if global_step is not None and global_step < 0:
            raise ValueError("Invalid global_step %s." % global_step)
        self._added_meta_graphs.append(meta_graph_def)

    def add_session_log(self, session_log, global_step=None) -> None:
        """Keeps a SessionLog."""
        self._added_session_logs.append(session_log)

    def add_run_metadata(self, run_metadata, tag, global_step=None) -> None:
        """Keeps a RunMetadata under its tag."""
        if global_step is not None and global_step < 0:
            raise ValueError("Invalid global_step %s." % global_step)
        self._added_run_metadata[tag] = run_metadata

    def flush(self) -> None:
        """Nothing to do."""

    def reopen(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""
