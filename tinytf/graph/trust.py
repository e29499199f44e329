"""What a graph that came from a file may do: compute, and nothing else.

A `.meta` file, a frozen graph or a SavedModel is a program by somebody else.  Its operations are
marked (`Operation._imported`) when they are imported, and an op that reads or writes files, opens a
socket or runs Python refuses to work while it carries the mark.

The exception is what makes a checkpoint usable at all: Save and Restore nodes of an imported graph
work on the path that the user's own call feeds (`saver.restore(sess, path)` feeds `save/Const:0`),
and on nothing else: not on the default in the graph, not on a path that the graph makes up.  The
parts that a sharded save writes (`PATH_temp_<hex>/part-00000-of-00002`) and the shards of a V1 file
(`PATH-00000-of-00002`) count as that path.

`trust_graph(graph)` lifts the marks, for a file that one has read and believes.
"""

from __future__ import annotations

import contextlib
import re
import threading

from tinytf import errors

# Ops that touch files, sockets or Python by their nature.  Their kernels are refused as a whole in
# an imported graph; Save and Restore ops check their path instead.
FORBIDDEN = frozenset(
    """
    Abort BigQueryReader CSVDataset CacheDataset CacheDatasetV2 CreateSummaryDbWriter CreateSummaryFileWriter
    DatasetToTFRecord DebugGradientIdentity DebugIdentity DebugNanCount DebugNumericSummary DecodeProtoV2 DumpTensor
    EagerPyFunc EncodeProto ExperimentalCSVDataset ExperimentalDatasetToTFRecord ExperimentalLMDBDataset
    ExperimentalMatchingFilesDataset FixedLengthRecordDataset FixedLengthRecordDatasetV2 FixedLengthRecordReader
    FixedLengthRecordReaderV2 FixedUnigramCandidateSampler GenerateBigQueryReaderPartitions GenerateVocabRemapping
    IdentityReader InitializeTableFromTextFile InitializeTableFromTextFileV2 LMDBDataset LMDBReader
    LoadAndRemapMatrix MatchingFiles MatchingFilesDataset PyFunc PyFuncStateless ReadFile RecordInput SdcaFprint
    ExperimentalSqlDataset SqlDataset TFRecordDataset TFRecordReader TFRecordReaderV2 TextLineDataset TextLineReader TextLineReaderV2
    WholeFileReader WholeFileReaderV2 WriteFile GeneratorDataset RpcCall Rpc TryRpc
    """.split()
)

# May read a file in an imported graph if the user feeds its path (the assets of a SavedModel).
_READS_FED_PATH = frozenset(["InitializeTableFromTextFile", "InitializeTableFromTextFileV2"])

# Ops that work on the path that a run feeds, and those whose function may hold such an op.
_TAKE_PATHS = _READS_FED_PATH | frozenset(
    """SaveV2 Save SaveSlices RestoreV2 Restore RestoreSlice MergeV2Checkpoints
    PartitionedCall StatefulPartitionedCall RemoteCall If StatelessIf Case While StatelessWhile""".split()
)

_SHARD_SUFFIX = re.compile(r"(_temp_[0-9a-f]{32}/part)?(-(\d{5}|\?{5})-of-\d{5})?\Z")


class _Fed(threading.local):
    def __init__(self):
        self.paths: tuple = ()


_fed = _Fed()


@contextlib.contextmanager
def fed_paths(paths):
    """While inside, imported Save and Restore nodes may work on these paths (bytes or str)."""
    before = _fed.paths
    _fed.paths = before + tuple(_text(p) for p in paths)
    try:
        yield
    finally:
        _fed.paths = before


def takes_paths(ops) -> bool:
    """Whether imported ops that work on a fed path are among `ops`: the strings that a run feeds are then its paths."""
    return any(op is not None and op._imported and op.type in _TAKE_PATHS for op in ops)


def paths_in_feeds(values) -> list:
    """Those among the fed values that may be paths: single strings."""
    found = []
    for value in values:
        if isinstance(value, (str, bytes)):
            found.append(value)
        elif getattr(value, "shape", None) == () and getattr(value, "dtype", None) is not None and value.dtype.kind in "OSU":
            item = value.item()
            if isinstance(item, (str, bytes)):
                found.append(item)
    return found


def _text(path) -> str:
    return path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else str(path)


def is_fed(path) -> bool:
    """Whether the running call fed this path, or the path that this is a shard of."""
    path = _text(path)
    for fed in _fed.paths:
        if fed and path.startswith(fed) and _SHARD_SUFFIX.match(path[len(fed) :]):
            return True
    return False


def check_path(op, path) -> None:
    """Refuses a path to a Save or Restore node of an imported graph unless the user's call fed it.

    PermissionDeniedError names the node, the path and what to do.
    """
    if getattr(op, "_imported", False) and not is_fed(path):
        raise errors.PermissionDeniedError(
            op.node_def,
            op,
            f"'{op.name}' ({op.type}) comes from an imported graph and asks for the path '{_text(path)}', which your call did not "
            "feed. Nodes of a graph that was read from a file touch only the path given to saver.save / saver.restore. If you "
            "believe this graph, call tinytf.graph.trust.trust_graph(graph) after the import.",
        )


def check_op(op, path=None) -> None:
    """Refuses to run an imported op that would touch files, sockets or Python (see `FORBIDDEN`).

    `path` is what a table initializer reads: allowed where the user fed it.
    """
    if not getattr(op, "_imported", False) or op.type not in FORBIDDEN:
        return
    if op.type == "FixedUnigramCandidateSampler" and not op.attrs.get("vocab_file"):
        return  # its numbers are in the graph
    if op.type in ("DecodeProtoV2", "EncodeProto") and op.attrs["descriptor_source"].startswith((b"local://", b"bytes://")):
        return  # no file
    if op.type in _READS_FED_PATH and (path is None or is_fed(path)):
        return
    raise errors.PermissionDeniedError(
        op.node_def,
        op,
        f"'{op.name}' ({op.type}) comes from an imported graph and would touch files, the network or Python. A graph that was "
        "read from a file may only compute. If you believe this graph, call tinytf.graph.trust.trust_graph(graph) after the import.",
    )


def trust_graph(graph) -> None:
    """Treats every op of the graph as one that the user's own code made."""
    for op in graph.get_operations():
        op._imported = False
    graph._imported_functions = set()
