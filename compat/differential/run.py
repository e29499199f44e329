"""The differential tester: the same small program in real TensorFlow 1.15 and in tinytf, compared.

    python compat/differential/run.py                      all cases
    python compat/differential/run.py arithmetic segment   the files cases/arithmetic.py, cases/segment.py
    python compat/differential/run.py arithmetic:add*      only the cases of that file that match
    options: --oracle PYTHON  a Python that has TensorFlow 1.15 (default: the variable TINYTF_ORACLE)
             --verbose        every difference in full;   --no-graph   compare values, not GraphDefs
             --list           name the cases;             --table F    write the outcomes as tab separated lines
             --uncovered      instead: the op types that tinytf runs and no case holds
             --golden FOLDER  keep TensorFlow's answers there, one file a case file: what the tests compare with

Writing cases.  A file in cases/ is plain Python that runs on Python 3.7 too and never imports
TensorFlow itself.  Each function named `case_...` is one case; it takes `tf`, builds a graph in the
(fresh) default graph and returns what to fetch:

    def case_add_scalar(tf):
        return tf.constant([1., 2.]) + 1.          # a tensor, an operation, or a nested list/dict of them
    def case_fed(tf):
        x = tf.placeholder(tf.float32, [None, 3])
        return x * 2., {x: np.ones([2, 3])}        # (fetches, feed_dict)
    def case_several_runs(tf):
        v = tf.Variable(1.)
        def run(sess):                             # a callable gets a Session; what it returns is compared
            sess.run(tf.global_variables_initializer())
            return sess.run([v.assign_add(1.), v])
        return run

Tables: a generator `cases()` yields (name, function) pairs; `table.py` has helpers that check
values, static shapes and gradients of one op for many dtypes and shapes.  Attributes of the function
set its tolerance: `ulps = 4` (units in the last place, scaled by the magnitude of the array),
`same_graph = True`, `why_different = "…"` (a known difference: reported as such, not as a failure).

An exception is a result too: its phase (build or run), class and the words of `message_has`
are compared.  The TensorFlow side runs once, in one process, and its answers are kept in a cache
beside the system's temporary files until a case file changes.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import importlib
import os
import pickle
import subprocess
import sys
import tempfile
import traceback
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def collect(patterns):
    """[(case name, function)] of the files that `patterns` ("file" or "file:glob") name, or of all files."""
    files = sorted(f[:-3] for f in os.listdir(os.path.join(HERE, "cases")) if f.endswith(".py") and f[0] != "_")
    wanted = {}
    for pattern in patterns or files:
        name, _, glob = pattern.partition(":")
        if name not in files:
            raise SystemExit("no file cases/%s.py; there are: %s" % (name, " ".join(files)))
        wanted.setdefault(name, []).append(glob or "*")
    found = []
    for name, globs in wanted.items():
        module = importlib.import_module("cases." + name)
        pairs = [(k[5:], v) for k, v in vars(module).items() if k.startswith("case_")]
        pairs += list(module.cases()) if hasattr(module, "cases") else []
        seen = set()
        for case, function in pairs:
            assert case not in seen, "two cases named %s:%s" % (name, case)
            seen.add(case)
            if any(fnmatch.fnmatch(case, g) for g in globs):
                found.append((name + ":" + case, function))
    return found


def flatten(fetches):
    """The leaves of nested lists, tuples and dicts (by sorted key)."""
    if isinstance(fetches, dict):
        return [leaf for key in sorted(fetches) for leaf in flatten(fetches[key])]
    if isinstance(fetches, (list, tuple)):
        return [leaf for item in fetches for leaf in flatten(item)]
    return [fetches]


def run_case(tf, function):
    """What happened: {"graph", "values", "shapes", "dtypes"} or {"graph", "phase", "error", "message"}."""
    outcome = {"graph": b""}
    phase = "build"
    graph = tf.Graph()
    try:
        with graph.as_default():
            result = function(tf)
            feed = {}
            if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], dict):
                result, feed = result
            fetches = [] if callable(result) else [f for f in flatten(result) if f is not None]
            tensors = [f for f in fetches if hasattr(f, "get_shape")]
            outcome["shapes"] = [None if t.get_shape().ndims is None else t.get_shape().as_list() for t in tensors]
            outcome["dtypes"] = [t.dtype.name for t in tensors]
            outcome["none"] = [] if callable(result) else [f is None for f in flatten(result)]
            outcome["graph"] = graph.as_graph_def().SerializeToString()
            phase = "run"
            with tf.Session(graph=graph) as session:
                values = result(session) if callable(result) else session.run(fetches, feed)
            outcome["values"] = [v for v in flatten(values) if v is not None]
    except Exception as error:  # noqa: BLE001  (whatever a case raises is its outcome)
        if not outcome["graph"]:
            try:
                outcome["graph"] = graph.as_graph_def().SerializeToString()
            except Exception:  # noqa: BLE001
                pass
        outcome.update(phase=phase, error=type(error).__name__, message=str(error))
        outcome["trace"] = traceback.format_exc()
    return outcome


def run_all(tf, cases):
    """{case name: outcome}."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: run_case(tf, function) for name, function in cases}


def dump_with_tensorflow(patterns, path):
    """The oracle's side, run by a Python that has TensorFlow."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    warnings.simplefilter("ignore")
    import tensorflow as tf

    tf = getattr(tf.compat, "v1", tf) if tf.__version__.startswith("2") else tf
    tf.logging.set_verbosity(tf.logging.ERROR)
    with open(path, "wb") as out:
        pickle.dump(run_all(tf, collect(patterns)), out, protocol=4)


def oracle_outcomes(oracle, patterns):
    """The oracle's outcomes, from the cache where no source has changed since."""
    digest = hashlib.sha256(repr((oracle, sorted(patterns))).encode())
    for folder in (HERE, os.path.join(HERE, "cases")):
        for name in sorted(os.listdir(folder)):
            wanted = folder == HERE or not patterns or name[:-3] in [p.partition(":")[0] for p in patterns]
            if name.endswith(".py") and (wanted or name[0] == "_"):
                with open(os.path.join(folder, name), "rb") as source:
                    digest.update(source.read())
    cache = os.path.join(tempfile.gettempdir(), "tinytf-differential")
    os.makedirs(cache, exist_ok=True)
    path = os.path.join(cache, digest.hexdigest()[:24] + ".pkl")
    if not os.path.exists(path):
        command = [oracle, os.path.abspath(__file__), "--dump", path + ".new"] + list(patterns)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(command, env=environment, stderr=subprocess.PIPE)
        if done.returncode:
            raise SystemExit("the oracle failed:\n" + done.stderr.decode("utf8", "replace")[-3000:])
        os.replace(path + ".new", path)
    with open(path, "rb") as stored:
        return pickle.load(stored)


def uncovered(tf, cases):
    """The op types with a kernel that are in no case's graph, sorted."""
    from tinytf.graph import op_entry

    held = set()
    for outcome in run_all(tf, cases).values():
        graph = tf.GraphDef.FromString(outcome["graph"])
        held.update(node.op for node in graph.node)
        held.update(node.op for function in graph.library.function for node in function.node_def)
    entries = op_entry.all_entries()
    return sorted(name for name, entry in entries.items() if (entry.kernel or entry.stateful_kernel) and name not in held)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*")
    parser.add_argument("--oracle", default=os.environ.get("TINYTF_ORACLE", "python3.7"))
    parser.add_argument("--dump", help=argparse.SUPPRESS)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--no-graph", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--uncovered", action="store_true")
    parser.add_argument("--table")
    parser.add_argument("--golden")
    options = parser.parse_args(arguments)
    if options.dump:
        return dump_with_tensorflow(options.patterns, options.dump)
    cases = collect(options.patterns)
    if options.list:
        print("\n".join(name for name, _ in cases))
        return 0
    sys.path.insert(0, os.path.dirname(os.path.dirname(HERE)))
    if options.uncovered:
        import tinytf

        print("\n".join(uncovered(tinytf, cases)))
        return 0
    expected = oracle_outcomes(options.oracle, options.patterns)
    import golden

    import compare
    import tinytf

    if options.golden:
        os.makedirs(options.golden, exist_ok=True)
        for file in sorted({name.partition(":")[0] for name in expected}):
            of_file = {n: o for n, o in expected.items() if n.partition(":")[0] == file}
            golden.write(os.path.join(options.golden, file + ".json.gz"), of_file)
        return 0
    outcomes = run_all(tinytf, cases)
    return compare.report(cases, expected, outcomes, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
