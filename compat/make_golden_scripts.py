"""Has real TensorFlow 1.15 run tests/golden/scripts/*.py, and keeps what it did.

    python compat/make_golden_scripts.py --oracle venvs/tf1/bin/python [name …]

Beside each NAME.py: NAME.json (exit, stdout, files), and NAME.N.meta.gz, the MetaGraphDef with static shapes of
each graph it made. All run with the graph seed 42. tests/test_golden_scripts.py holds tinytf against them without TensorFlow.
"""

from __future__ import annotations

import argparse
import glob
import gzip
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "scripts"))

import side_by_side  # noqa: E402

FOLDER = os.path.join(side_by_side.ROOT, "tests", "golden", "scripts")
SEED = 42


def make(script, oracle):
    name = os.path.splitext(script)[0]
    for old in glob.glob(name + ".*"):
        if not old.endswith(".py"):
            os.remove(old)
    with tempfile.TemporaryDirectory() as folder:
        (outcome,) = side_by_side.run_side(oracle, "tensorflow", [script], folder, SEED)
        work = os.path.join(folder, "work")
        files = sorted(side_by_side.files_in(work))
    if outcome["exit"]:
        raise SystemExit("%s failed:\n%s" % (script, outcome["stderr"][-3000:]))
    for i, content in enumerate(outcome["metas"]):
        with open("%s.%d.meta.gz" % (name, i), "wb") as stream:
            stream.write(gzip.compress(content, 9, mtime=0))
    with open(name + ".json", "w", encoding="utf-8") as stream:
        lines = outcome["stdout"].splitlines()
        json.dump({"exit": outcome["exit"], "stdout": lines, "files": files}, stream, indent=1, ensure_ascii=False)
        stream.write("\n")
    print(os.path.basename(name), len(outcome["graphs"]), "graphs", len(outcome["stdout"].splitlines()), "lines")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", default=os.environ.get("TINYTF_ORACLE"), help="a Python with TensorFlow 1.15")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args(arguments)
    scripts = sorted(glob.glob(os.path.join(FOLDER, "*.py")))
    for script in scripts:
        if not options.names or os.path.basename(script)[:-3] in options.names:
            make(script, options.oracle)


if __name__ == "__main__":
    main(sys.argv[1:])
