"""Training steps of tinytf beside TensorFlow 1.15, in one run: ratios of medians, best of alternating rounds.

    python compat/bench/training_bench.py --oracle venvs/tf1/bin/python [--seconds 2] [--rounds 3] [--wider] [case …]

Each round runs every case once under each, in processes of their own; a case's ratio is the median of its
rounds' ratios.  Prints a Markdown table.  Below 1 is faster than TensorFlow.  Also: the ratio of the processor times (which other
work on the machine disturbs less), each process's peak of memory, and the time of `import`.  `--wider`: the cases of wider_models.py.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

from models import CASES, WIDER  # noqa: E402


def run(command: list, environment: dict) -> dict:
    """{case: (seconds, processor seconds, peak of memory in MiB)} as models.py prints them."""
    output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode()
    return {case: tuple(map(float, numbers)) for case, *numbers in map(str.split, output.splitlines()) if len(numbers) == 3}


def import_seconds(python: str, module: str, environment: dict) -> float:
    """The processor time of a process that only imports a module."""
    start = os.times()
    subprocess.run([python, "-c", f"import {module}"], env=environment, stderr=subprocess.DEVNULL, check=True)
    end = os.times()
    return end.children_user + end.children_system - start.children_user - start.children_system


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", default=os.environ.get("TINYTF_ORACLE"), required="TINYTF_ORACLE" not in os.environ)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--wider", action="store_true")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args(arguments)
    options.cases = options.cases or list(WIDER if options.wider else CASES)
    ours = {**os.environ, "PYTHONPATH": ROOT}
    theirs = {**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, "TF_CPP_MIN_LOG_LEVEL": "3"}
    models = os.path.join(HERE, "models.py")
    times: dict = {case: [] for case in options.cases}
    for _ in range(options.rounds):
        for case in options.cases:
            tensorflow = run([options.oracle, models, str(options.seconds), case], theirs)[case]
            tinytf = run([sys.executable, "-m", "tinytf", models, str(options.seconds), case], ours)[case]
            times[case].append((tensorflow, tinytf))
            time.sleep(0.1)
    print("| case | TensorFlow 1.15.5, ms | tinytf, ms | ratio | of processor time | aim | peak of memory, MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for case, pairs in times.items():
        a, b = (statistics.median(p[i][0] for p in pairs) * 1e3 for i in (0, 1))
        ratio, processor = (statistics.median(y[i] / x[i] for x, y in pairs) for i in (0, 1))
        peaks = [max(p[i][2] for p in pairs) for i in (0, 1)]
        aim = f"≤ {CASES[case]}" if CASES.get(case) else ""
        print(f"| {case} | {a:.3g} | {b:.3g} | {ratio:.2f} | {processor:.2f} | {aim} | {peaks[1]:.0f} for {peaks[0]:.0f} |")
    imports = [
        (import_seconds(options.oracle, "tensorflow", theirs), import_seconds(sys.executable, "tinytf", ours),
         import_seconds(sys.executable, "numpy, google.protobuf", ours))
        for _ in range(options.rounds)
    ]  # fmt: skip
    a, b, c = (statistics.median(i[k] for i in imports) * 1e3 for k in range(3))
    print(f"| import (processor time) | {a:.0f} | {b:.0f} | {b / a:.2f} | | ≤ 0.1 | |")
    print(f"\n`import numpy, google.protobuf` alone takes {c:.0f} ms: `import tinytf` takes {b / c:.2f} of it.")


if __name__ == "__main__":
    main(sys.argv[1:])
