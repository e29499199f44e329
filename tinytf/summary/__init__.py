"""tf.summary: what TensorBoard shows."""

from __future__ import annotations

from tinytf.ops.files.summary_ops import audio, histogram, image, merge, merge_all, scalar, tensor_summary, text  # noqa: F401
from tinytf.protos import Event, SessionLog, Summary, SummaryDescription, TaggedRunMetadata  # noqa: F401
from tinytf.summary.event_file import summary_iterator  # noqa: F401
from tinytf.summary.writer import FileWriter, FileWriterCache  # noqa: F401


def get_summary_description(node_def):
    """The SummaryDescription in the NodeDef of a TensorSummary op. ValueError for another op. Follows TF 1.15."""
    if node_def.op != "TensorSummary":
        raise ValueError("Can't get_summary_description on %s" % node_def.op)
    from google.protobuf import json_format

    return json_format.Parse(node_def.attr["description"].s.decode(), SummaryDescription())


def __getattr__(name):
    if name in ("all_v2_summary_ops", "initialize"):  # they need layers and sessions, which other summaries do not
        from tinytf.summary import summary_ops_v2

        return getattr(summary_ops_v2, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), "all_v2_summary_ops", "initialize"])
