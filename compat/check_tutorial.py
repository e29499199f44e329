"""The tutorial's three scripts, held against real TensorFlow 1.15 and 2.

    python compat/check_tutorial.py --tf1 venvs/tf1/bin/python --tf2 venvs/tf2/bin/python

For V1 and V2 each: (1) all three scripts under TensorFlow 1.15 and tinytf with the same seed: the same output, graphs,
MetaGraphDefs, and files byte for byte; (2) scripts 2 and 3 of each TensorFlow on tinytf's files, and of tinytf on each
TensorFlow's: the values of script 1 again.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "scripts"))

import side_by_side  # noqa: E402

TUTORIAL = os.path.join(side_by_side.ROOT, "docs", "tutorial")
NAMES = ("1_save.py", "2_restore.py", "3_import_meta_graph.py")
SEED = 42


def scripts_of(version, folder):
    """The three scripts, or the first with `Saver()` in place of V1's, copied into `folder`."""
    paths = []
    for name in NAMES:
        with open(os.path.join(TUTORIAL, name), encoding="utf-8") as stream:
            text = stream.read()
        if version == "V2":
            text = text.replace("write_version=tf.train.SaverDef.V1", "")
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "w", encoding="utf-8") as stream:
            stream.write(text)
    return paths


def check(version, pythons, folder):
    """[(kind, text)]: what is not as it should be."""
    scripts = scripts_of(version, folder)
    sides, found = {}, []
    for name, (which, python) in pythons.items():
        side = sides[name] = os.path.join(folder, name)
        os.makedirs(os.path.join(side, "work", "save"))  # TensorFlow 1.15 does not make it for V1
        outcomes = side_by_side.run_side(python, which, scripts, side, SEED)
        if name == "tf1":
            expected = outcomes
        elif name == "tinytf":
            for script, a, b in zip(NAMES, expected, outcomes):
                found += [("%s %s: %s" % (version, script, kind), text) for kind, text in side_by_side.differences(a, b)]
        if any(outcome["exit"] for outcome in outcomes):
            found.append(("%s under %s" % (version, name), str([outcome["stderr"][-2000:] for outcome in outcomes])))
        sides[name] = side, values(outcomes[0])
        assert len(sides[name][1]) == 2, outcomes[0]["stdout"]  # v1 and v2
    works = [os.path.join(sides[name][0], "work") for name in ("tf1", "tinytf")]
    found += [("%s: %s" % (version, kind), text) for kind, text in side_by_side.file_differences(*works)]
    for reader, (which, python) in pythons.items():
        for writer in pythons:
            if (reader == "tinytf") == (writer == "tinytf"):
                continue
            exchange = os.path.join(folder, "%s reads %s" % (reader, writer))
            shutil.copytree(os.path.join(sides[writer][0], "work"), os.path.join(exchange, "work"))
            second, third = side_by_side.run_side(python, which, scripts[1:], exchange, None)
            saved = sides[writer][1]
            for script, outcome, wanted in (("2_restore.py", second, saved), ("3_import_meta_graph.py", third, saved[:1])):
                if outcome["exit"] or values(outcome) != wanted:
                    found.append(
                        (
                            "%s: %s of %s on the files of %s" % (version, script, reader, writer),
                            "saved %s, printed %s\n%s" % (wanted, outcome["stdout"], outcome["stderr"][-2000:]),
                        )
                    )
    return found


def values(outcome):
    """The printed arrays: one text a variable, without the label before it and without spaces."""
    texts = "".join(line for line in outcome["stdout"].splitlines()).replace("v1:", "").replace("v2:", "|").split("|")
    return ["".join(text.split("]]")[0].split()) for text in texts if "[[" in text]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tf1", required=True)
    parser.add_argument("--tf2", required=True)
    options = parser.parse_args(arguments)
    pythons = {"tf1": ("tensorflow", options.tf1), "tf2": ("tensorflow", options.tf2), "tinytf": ("tinytf", sys.executable)}
    found = []
    for version in ("V1", "V2"):
        with tempfile.TemporaryDirectory() as folder:
            found += check(version, pythons, folder)
    for kind, text in found:
        print("%s: %s" % (kind, text))
    print("the tutorial in V1 and V2 against TensorFlow 1.15 and 2: %d differences" % len(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
