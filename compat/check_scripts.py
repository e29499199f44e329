"""All of tests/golden/scripts and docs/examples under real TensorFlow 1.15 and under tinytf, side by side, files included.

    python compat/check_scripts.py --oracle venvs/tf1/bin/python [name …]

The tests compare with what was recorded; this runs TensorFlow again and compares the bytes of the checkpoints, too.
"""

from __future__ import annotations

import argparse
import glob
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "scripts"))

import side_by_side  # noqa: E402

SEED = 42
# Scripts whose files hold trained values: sums of floats in another order may differ in the last bit.
EXAMPLES = os.path.join(side_by_side.ROOT, "docs", "examples")
LAST_BITS_MAY_DIFFER = {"softmax", "mlp_adam", "monitored", "contrib_training", "canned_learn"}


def check(script, oracle):
    """[(kind, text)] for one script."""
    name = os.path.basename(script)[:-3]
    with tempfile.TemporaryDirectory() as folder:
        outcomes, works = [], []
        for which, python in (("tensorflow", oracle), ("tinytf", sys.executable)):
            side = os.path.join(folder, which)
            outcomes += side_by_side.run_side(python, which, [script], side, SEED)
            works.append(os.path.join(side, "work"))
        found = side_by_side.differences(*outcomes)
        for kind, text in side_by_side.file_differences(*works):
            if not (name in LAST_BITS_MAY_DIFFER and kind.startswith(("bytes of", "events in"))):
                found.append((kind, text))
    return found


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", default=os.environ.get("TINYTF_ORACLE"), help="a Python with TensorFlow 1.15")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args(arguments)
    scripts = sorted(glob.glob(os.path.join(side_by_side.ROOT, "tests", "golden", "scripts", "*.py")))
    scripts += [s for s in sorted(glob.glob(os.path.join(EXAMPLES, "*.py"))) if not s.endswith("digits.py")]  # the data of the others
    scripts = [s for s in scripts if not options.names or os.path.basename(s)[:-3] in options.names]
    different = 0
    for script in scripts:
        found = check(script, options.oracle)
        different += bool(found)
        for kind, text in found[:5]:
            print("%s: %s: %s" % (os.path.basename(script), kind, text))
    print("%d scripts side by side, %d with differences" % (len(scripts), different))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
