"""Writes docs/compatibility.md: which names and op types of TensorFlow 1.15 tinytf has.

    python compat/api_coverage.py            writes the table
    python compat/api_coverage.py --check    exits 1 where the table is not what it would write

The names come from api_symbols.txt, which TensorFlow itself printed; nothing here is a list kept by hand.
An op "works" where tinytf has a kernel for it (or runs it as control flow), is "in graphs" where it only knows the
signature; it has a "gradient" where one is registered or TensorFlow's says that none flows.
"""

from __future__ import annotations

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, ROOT)
TABLE = os.path.join(ROOT, "docs", "compatibility.md")

CONTROL_FLOW = {"Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond", "NoOp", "ControlTrigger"}
CONTROL_FLOW |= {"Ref" + name for name in CONTROL_FLOW}


def has(path: str) -> bool:
    """Whether tinytf has the public name."""
    import tinytf

    value = tinytf
    for name in path.split(".")[1:]:
        try:
            value = getattr(value, name)
        except (AttributeError, NotImplementedError):
            return False
    return True


def table() -> str:
    """The document."""
    from tinytf.graph import op_entry

    with open(os.path.join(HERE, "api_symbols.txt")) as file:
        lines = file.read().split("\n")
    symbols = [line for line in lines if line.startswith("tf.")]
    ops = [line[3:] for line in lines if line.startswith("op ")]
    present = {s for s in symbols if has(s)}
    entries = op_entry.all_entries()
    runs = {o for o in ops if o in entries and (entries[o].kernel or entries[o].stateful_kernel or o in CONTROL_FLOW)}
    spaces: dict = {}
    for s in symbols:
        spaces.setdefault(s.rpartition(".")[0], []).append(s)
    out = [
        "# Compatibility with TensorFlow 1.15.5",
        "",
        "Made by `python compat/api_coverage.py` from the names that TensorFlow itself lists.",
        "",
        f"Public names: **{len(present)} of {len(symbols)}** are here. Op types: **{len(runs)} of {len(ops)}** run; the others import, print and",
        "export, and running one raises NotImplementedError with its name. `tf.contrib`, `tf.keras`, `tf.estimator` and `tf.feature_column` are",
        "not counted above; what is there of them stands at the end.",
        "",
        "| namespace | here | absent |",
        "| --- | --- | --- |",
    ]
    for space, names in sorted(spaces.items()):
        absent = [n.rpartition(".")[2] for n in names if n not in present]
        shown = ", ".join(f"`{n}`" for n in absent) or "—"
        out.append(f"| `{space}` | {len(names) - len(absent)} of {len(names)} | {shown} |")
    out += ["", "## Op types that run", "", ", ".join(f"`{o}`" for o in sorted(runs)), ""]
    out += ["## Op types that do not run", "", ", ".join(f"`{o}`" for o in ops if o not in runs), ""]
    out += ["## Differences that are meant", "", *DIFFERENCES, ""]
    return "\n".join(out)


DIFFERENCES = [
    "- Names that TensorFlow dropped before 1.15 are here: `tf.mul`, `tf.sub`, `tf.neg`, `tf.pack`, `tf.unpack`, `tf.initialize_all_variables`,",
    "  `tf.concat(dim, values)`, `tf.train.SummaryWriter`, `tf.merge_all_summaries` … so that scripts of 2015 and 2016 run.",
    "- Saving in V1 creates a missing folder, as V2 does; TensorFlow 1.15 stops there.",
    "- `checkpoint` is written after `.meta`, and every file is flushed to the disk before it gets its name.",
    "- V1 files in several parts, and slices in them, are read; TensorFlow 1.15's reader refuses some.",
    "- An imported graph may only compute: its file, network and Python ops refuse to run (`tinytf.graph.trust`).",
    "- Error messages say more. Classes and key words are TensorFlow's.",
    "- Forests of `tf.contrib.tensor_forest` draw the candidates for their splits on one thread, so a seed gives one forest; TensorFlow's",
    "  differ from run to run. What a given forest says is the same.",
    "- AutoGraph converts a function only where it asks a tensor for a Python value (`if tensor:`): it is traced as it is, and then anew.",
    "- Strategies of `tf.distribute` have one replica, and their variables are plain resource variables.",
    "- Devices are kept in the graph and ignored when it runs: everything runs on the CPU.",
]


if __name__ == "__main__":
    text = table()
    if "--check" in sys.argv:
        with open(TABLE) as current:
            if current.read() != text:
                print("docs/compatibility.md is not up to date: run python compat/api_coverage.py")
                sys.exit(1)
    else:
        with open(TABLE, "w") as out_file:
            out_file.write(text)
        print(text.split("\n")[4])
