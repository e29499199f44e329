"""The same scripts under real TensorFlow and under tinytf, each in a fresh folder: what differs?

    python compat/scripts/side_by_side.py --oracle venvs/tf1/bin/python [--seed 42] script.py [next.py …]

The scripts run one after the other in one folder, so the second may restore what the first saved. Compared:
exit code and exception class; stdout (numbers within --tolerance); every graph node for node; the
MetaGraphDef (collections, saver_def, stripped_op_list); the files that are left, byte for byte, but for
event files and `.meta`, whose versions differ: those are compared as messages.

Functions here serve the tests of compat/ too: run_side, differences.
"""

from __future__ import annotations

import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [ROOT, os.path.join(ROOT, "compat", "differential")]

import compare  # noqa: E402
from tinytf import protos  # noqa: E402


def run_side(python, which, scripts, folder, seed=None, arguments=(), timeout=600):
    """Runs the scripts in order in `folder`/work; returns one outcome a script (dict, with "stdout", "graphs", "metas")."""
    work = os.path.join(folder, "work")
    os.makedirs(work, exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")}
    environment.update(TF_CPP_MIN_LOG_LEVEL="3", PYTHONIOENCODING="utf-8")
    if which == "tinytf":
        environment["PYTHONPATH"] = ROOT
    outcomes = []
    for i, script in enumerate(scripts):
        out = os.path.join(folder, "out-%d" % i)
        command = [python, os.path.join(HERE, "observe.py"), which, "-" if seed is None else str(seed), out]
        done = subprocess.run(
            command + [os.path.abspath(script)] + list(arguments),
            cwd=work,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=timeout,
        )
        stderr = done.stderr.decode("utf-8", "replace")
        try:
            with open(os.path.join(out, "outcome.json")) as stream:
                outcome = json.load(stream)
        except OSError:
            raise SystemExit("%s under %s was not observed to its end:\n%s" % (script, which, stderr[-4000:])) from None
        outcome.update(stdout=done.stdout.decode("utf-8", "replace"), stderr=stderr)
        outcome["graphs"], outcome["metas"] = (
            [_read(path) for path in sorted(glob.glob(os.path.join(out, kind + "-*.pb")))] for kind in ("graph", "meta")
        )
        outcomes.append(outcome)
    return outcomes


def differences(expected, got, tolerance=1e-4):
    """[(kind, text)] between two outcomes of one script."""
    found = []
    if (expected["exit"], expected.get("error")) != (got["exit"], got.get("error")):
        found.append(("exit", "expected %s, got %s\n%s" % (_end(expected), _end(got), got["stderr"][-1500:])))
    found += stdout_differences(expected["stdout"], got["stdout"], tolerance)
    if len(expected["graphs"]) != len(got["graphs"]):
        found.append(("graph", "expected %d graphs, got %d" % (len(expected["graphs"]), len(got["graphs"]))))
    for a, b in zip(expected["graphs"], got["graphs"]):
        found += compare.graph_differences(*map(_without_random_names, (a, b)))
    for a, b in zip(expected["metas"], got["metas"]):
        found += meta_graph_differences(a, b)
    return found


def _end(outcome):
    return "exit %s %s %s" % (outcome["exit"], outcome.get("error", ""), outcome.get("message", "")[:300])


def stdout_differences(expected, got, tolerance):
    """The words must be equal, the numbers close. Space and line ends do not count: NumPy breaks lines by its digits' width."""
    words_a, words_b = (_words(text) for text in (expected, got))
    for i, (a, b) in enumerate(zip(words_a, words_b)):
        if a != b and not _close(a, b, tolerance):
            around = " ".join(words_a[max(0, i - 12) : i + 12]), " ".join(words_b[max(0, i - 12) : i + 12])
            return [("stdout", "expected %r, got %r in\nexpected %s\ngot      %s" % (a, b, *around))]
    if len(words_a) != len(words_b):
        return [("stdout", "expected %d words, got %d: %r" % (len(words_a), len(words_b), got[-300:]))]
    return []


def _words(text):
    text = re.sub(r"\bnp\.(?:(True|False)_|\w+\(([^()]*)\))", r"\1\2", text)  # NumPy 2 shows scalars as np.float32(1.0)
    return re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|\w+|[^\w\s]", text)


def _close(a, b, tolerance):
    try:
        x, y = float(a), float(b)
    except ValueError:
        return False
    return x == y or x != x and y != y or abs(x - y) <= tolerance * max(1e-3, abs(x), abs(y))


def meta_graph_differences(expected, got):
    """Two serialised MetaGraphDefs; the graphs inside node for node, the version strings not at all."""
    a, b = protos.MetaGraphDef.FromString(expected), protos.MetaGraphDef.FromString(got)
    found = compare.graph_differences(*(_without_random_names(meta.graph_def.SerializeToString()) for meta in (a, b)))
    for meta in (a, b):
        meta.ClearField("graph_def")
        meta.meta_info_def.ClearField("tensorflow_version")
        meta.meta_info_def.ClearField("tensorflow_git_version")
    for key in sorted(set(a.collection_def) | set(b.collection_def)):
        x, y = (_comparable(key, meta.collection_def[key]) for meta in (a, b))
        if x != y:
            found.append(("collection " + key, "expected %s, got %s" % (x, y)))
    ops_a, ops_b = ({op.name: op for op in meta.meta_info_def.stripped_op_list.op} for meta in (a, b))
    if list(ops_a) != list(ops_b):
        found.append(("stripped_op_list", "expected %s, got %s" % (list(ops_a), list(ops_b))))
    for name in sorted(set(ops_a) & set(ops_b)):
        if ops_a[name] != ops_b[name]:
            found.append(("stripped_op_list", "%s: expected %s, got %s" % (name, ops_a[name], ops_b[name])))
    for meta in (a, b):
        meta.ClearField("collection_def")
        meta.meta_info_def.ClearField("stripped_op_list")
    if a != b:
        found.append(("meta", "expected %s, got %s" % (a, b)))
    return found


def _without_random_names(graph):
    """The temporary folder of a sharded Saver, a table and the function of a one-shot iterator have names of chance."""
    graph = re.sub(rb"_temp_[0-9a-f]{32}/part", b"_temp_" + b"0" * 32 + b"/part", graph)
    graph = re.sub(rb"hash_table_[0-9a-f-]{36}", b"hash_table_" + b"0" * 36, graph)
    graph_def = protos.GraphDef.FromString(graph)
    for node in graph_def.node:
        if node.op == "OneShotIterator":
            node.attr["dataset_factory"].func.name = "_make_dataset"
    return graph_def.SerializeToString()


def _comparable(key, collection):
    """A collection; contexts of control flow parsed, because TensorFlow lists their values in no certain order."""
    cls = {"cond_context": protos.CondContextDef, "while_context": protos.WhileContextDef}.get(key)
    if cls is None:
        return collection
    contexts = [cls.FromString(content) for content in collection.bytes_list.value]
    for context in contexts:
        _sort_values(context)
    return contexts


def _sort_values(context):
    context.values_def.values.sort()
    for nested in context.nested_contexts:
        _sort_values(getattr(nested, nested.WhichOneof("ctxt")))


def file_differences(expected_folder, got_folder):
    """What the two folders hold: the same files, with the same bytes (`.meta` and event files: the same messages)."""
    a, b = files_in(expected_folder), files_in(got_folder)
    found = []
    if sorted(a) != sorted(b):
        return [("files", "expected %s, got %s" % (sorted(a), sorted(b)))]
    for name in sorted(a):
        x, y = _read(a[name]), _read(b[name])
        if name.endswith(".meta"):
            found += [("%s in %s" % (kind, name), text) for kind, text in meta_graph_differences(x, y)]
        elif name.endswith("saved_model.pb"):
            graphs = [protos.SavedModel.FromString(content).meta_graphs for content in (x, y)]
            if len(graphs[0]) != len(graphs[1]):
                found.append((name, "expected %d MetaGraphDefs, got %d" % tuple(map(len, graphs))))
            for meta_a, meta_b in zip(*graphs):
                pair = meta_a.SerializeToString(), meta_b.SerializeToString()
                found += [("%s in %s" % (kind, name), text) for kind, text in meta_graph_differences(*pair)]
        elif name.endswith(".pb"):  # a GraphDef; the order of attributes in it is no one's
            found += [("%s in %s" % (kind, name), text) for kind, text in compare.graph_differences(x, y)]
        elif "events.out.tfevents" in name:
            found += [("events in " + name, text) for text in event_differences(x, y)]
        elif x != y and name != "checkpoint" and not name.endswith("/checkpoint"):
            first = next((i for i, (p, q) in enumerate(zip(x, y)) if p != q), min(len(x), len(y)))
            found.append(("bytes of " + name, "%d and %d bytes, the first difference at %d" % (len(x), len(y), first)))
        elif x.replace(expected_folder.encode(), b"") != y.replace(got_folder.encode(), b""):
            found.append(("text of " + name, "expected %r, got %r" % (x, y)))
    return found


def event_differences(expected, got):
    """Two event files, record by record, without wall times and graphs (which are compared elsewhere)."""
    a, b = (list(_events(content)) for content in (expected, got))
    if len(a) != len(b):
        return ["expected %d events, got %d" % (len(a), len(b))]
    return ["event %d: expected %s, got %s" % (i, str(x)[:500], str(y)[:500]) for i, (x, y) in enumerate(zip(a, b)) if x != y]


def _events(content):
    offset = 0
    while offset < len(content):
        length = int.from_bytes(content[offset : offset + 8], "little")
        event = protos.Event.FromString(content[offset + 12 : offset + 12 + length])
        event.ClearField("wall_time")
        if event.WhichOneof("what") in ("graph_def", "meta_graph_def"):
            event.ClearField(event.WhichOneof("what"))
        for value in event.summary.value:
            if value.HasField("image"):  # the same pixels make different PNG files; tests/summary compares pixels
                value.image.ClearField("encoded_image_string")
        yield event
        offset += length + 16


def files_in(folder):
    """{name: path} of all files below; event files under a name without time and host."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            # events.out.tfevents.<time>.<host><suffix>: only the order of such files is comparable
            plain = re.sub(r"tfevents\.\d+\.[^/]*", "tfevents", os.path.relpath(path, folder))
            while plain in found:
                plain += "+"
            found[plain] = path
    return found


def _read(path):
    with open(path, "rb") as stream:
        return stream.read()


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", default=os.environ.get("TINYTF_ORACLE"), help="a Python with TensorFlow")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("scripts", nargs="+")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        sides = []
        for which, python in (("tensorflow", options.oracle), ("tinytf", sys.executable)):
            side = os.path.join(folder, which)
            sides.append(run_side(python, which, options.scripts, side, options.seed))
        found = []
        for script, expected, got in zip(options.scripts, *sides):
            of_script = differences(expected, got, options.tolerance)
            found += [(os.path.basename(script) + ": " + kind, text) for kind, text in of_script]
        if options.seed is not None:
            found += file_differences(*(os.path.join(folder, which, "work") for which in ("tensorflow", "tinytf")))
    for kind, text in found:
        print("%s: %s" % (kind, text))
    print("%d scripts, %d differences" % (len(options.scripts), len(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
