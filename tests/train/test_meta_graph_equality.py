"""A MetaGraphDef that tinytf exports is TensorFlow's: nodes and their order, collections, saver, ops (golden files)."""

import os
import re

import pytest
import saver_cases

import tinytf as tf
from tinytf import protos

_GOLDEN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden", "meta_graphs")
_CONTEXTS = {"cond_context": protos.CondContextDef, "while_context": protos.WhileContextDef}


def _comparable(meta_graph_def):
    """Without version strings, the random name of a sharded save, and the order of maps inside of serialized contexts."""
    meta_graph_def.meta_info_def.tensorflow_version = meta_graph_def.meta_info_def.tensorflow_git_version = ""
    for node in meta_graph_def.graph_def.node:
        if node.op == "Const":
            strings = node.attr["value"].tensor.string_val
            strings[:] = [re.sub(rb"_temp_[0-9a-f]{32}", b"_temp_X", s) for s in strings]
    contexts = {}
    for key, kind in _CONTEXTS.items():
        if key in meta_graph_def.collection_def:
            contexts[key] = [kind.FromString(v) for v in meta_graph_def.collection_def[key].bytes_list.value]
            del meta_graph_def.collection_def[key]
    return meta_graph_def, contexts


@pytest.mark.parametrize("case", saver_cases.CASES, ids=lambda c: c.__name__)
def test_export_equals_tensorflow(case):
    for suffix, exported in saver_cases.exports(tf, case).items():
        with open(os.path.join(_GOLDEN, case.__name__ + suffix + ".meta"), "rb") as f:
            golden = protos.MetaGraphDef.FromString(f.read())
        ours, our_contexts = _comparable(exported)
        theirs, their_contexts = _comparable(golden)
        assert [n.name for n in ours.graph_def.node] == [n.name for n in theirs.graph_def.node]
        for a, b in zip(ours.graph_def.node, theirs.graph_def.node):
            assert a == b
        assert ours.saver_def == theirs.saver_def
        assert ours.meta_info_def.stripped_op_list == theirs.meta_info_def.stripped_op_list
        assert sorted(ours.collection_def) == sorted(theirs.collection_def)
        assert our_contexts == their_contexts
        assert ours == theirs
