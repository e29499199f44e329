"""Writes tinytf/graph/input_ranks.py: which ranks the inputs of ops may have, asked of TensorFlow 1.15.

    python compat/input_ranks.py --oracle venvs/tf1/bin/python

Each op type of TensorFlow's registry is made with inputs of unknown shape, then with one of them of each rank from
0 to 6; what its shape function says is the answer. Left out are op types whose attributes cannot be guessed, those
that end the process, lists of tensors, and ranks that depend on an attribute or on another input.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tinytf", "graph", "input_ranks.py")
RANKS = range(7)
HEAD = '''"""Which ranks the inputs of ops may have: written by compat/input_ranks.py, do not edit.

A line is an op type and, for each of its inputs, a rank, `n+` (at least), `n-` (at most) or `*` (any, or it depends).
"""

from __future__ import annotations

TABLE = """
'''


def guess(attr, tf):
    """A value for an attribute without a default; None where there is no good guess."""
    allowed = list(attr.allowed_values.list.type)
    single = {
        "type": tf.as_dtype(allowed[0]) if allowed else tf.float32,
        "int": max(attr.minimum, 1),
        "bool": False,
        "float": 1.0,
        "shape": tf.TensorShape(None),
        "string": attr.allowed_values.list.s[0] if attr.allowed_values.list.s else b"",
    }
    if attr.type in single:
        return single[attr.type]
    if attr.type.startswith("list(") and attr.type[5:-1] in single:
        return [single[attr.type[5:-1]] if attr.type != "list(int)" else 1] * max(attr.minimum, 1)
    return None


def ask(path):
    """Run by TensorFlow's Python: a line of JSON an op type, in a file that says where to go on after the process has ended."""
    import tensorflow as tf
    from tensorflow.python.framework import op_def_registry

    done = {json.loads(line)[0] for line in open(path)} if os.path.exists(path) else set()
    out = open(path, "a")
    for name, op_def in sorted(op_def_registry.get_registered_ops().items()):
        raw = getattr(tf.raw_ops, name, None)
        guessed = {a.name: guess(a, tf) for a in op_def.attr if not a.HasField("default_value")}
        by_rank = any(b"NCHW_VECT_C" in a.allowed_values.list.s for a in op_def.attr)
        if name in done or raw is None or None in guessed.values() or by_rank or any(a.is_ref for a in op_def.input_arg):
            continue
        out.write(json.dumps([name, []]) + "\n")  # what counts if making it ends the process
        out.flush()
        numbers = [n for n, v in guessed.items() if type(v) is int]
        variants = [guessed] + [dict(guessed, **{n: guessed[n] + 1}) for n in numbers]
        answers = [said for said in (answers_for(tf, raw, op_def, attrs) for attrs in variants) if said]
        out.write(json.dumps([name, answers]) + "\n")
        out.flush()


def answers_for(tf, raw, op_def, attrs):
    """For each input what TensorFlow says to each rank, None for lists; nothing where the op cannot be made at all."""
    defaults = {a.name: a.default_value for a in op_def.attr if a.HasField("default_value")}
    shown = {k: v for k, v in attrs.items() if not any(k in (a.type_attr, a.number_attr, a.type_list_attr) for a in op_def.input_arg)}

    def type_of(arg):
        given = attrs.get(arg.type_attr)
        return tf.as_dtype(arg.type or defaults[arg.type_attr].type) if given is None else given

    def said_to(which, rank):
        inputs = {}
        for i, arg in enumerate(op_def.input_arg):
            shape = [None] * rank if i == which else None
            if arg.type_list_attr:
                inputs[arg.name] = [tf.placeholder(t, shape) for t in attrs[arg.type_list_attr]]
            elif arg.number_attr:
                inputs[arg.name] = [tf.placeholder(type_of(arg), shape) for _ in range(attrs[arg.number_attr])]
            else:
                inputs[arg.name] = tf.placeholder(type_of(arg), shape)
        raw(**dict(inputs, **shown))

    def answer(which, rank):
        with tf.Graph().as_default():
            try:
                said_to(which, rank)
            except Exception as error:
                return str(error)
        return ""

    if answer(None, 0):
        return []
    return [None if a.number_attr or a.type_list_attr else [answer(i, r) for r in RANKS] for i, a in enumerate(op_def.input_arg)]


def rule(said):
    """The rule that the answers for one input follow, in the table's words."""
    fits = [rank for rank in RANKS if said and not said[rank]]
    if not fits or len(fits) == len(RANKS):
        return "*"
    for text, allowed, words in (
        ("%d" % fits[0], [fits[0]], "ust be rank %d but is rank" % fits[0]),
        ("%d+" % fits[0], list(range(fits[0], len(RANKS))), "must be at least rank %d but is rank" % fits[0]),
        ("%d-" % fits[-1], list(range(fits[-1] + 1)), "must be at most rank %d but is rank" % fits[-1]),
    ):
        if fits == allowed and all(words in said[rank] for rank in RANKS if rank not in fits):
            return text
    return "*"


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", default=os.environ.get("TINYTF_ORACLE"), help="a Python with TensorFlow 1.15")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        answers = os.path.join(folder, "answers")
        while subprocess.run([options.oracle, "-W", "ignore", __file__, "--ask", answers], stderr=subprocess.DEVNULL).returncode:
            pass  # the op type that ended the process stands in the file, and is passed over
        table = {}
        for line in open(answers):
            name, variants = json.loads(line)
            rules = [[rule(said) for said in inputs] for inputs in variants]
            table[name] = [same[0] if len(set(same)) == 1 else "*" for same in zip(*rules)]
    lines = ["%s %s" % (name, " ".join(rules)) for name, rules in sorted(table.items()) if set(rules) - {"*"}]
    with open(PATH, "w") as file:
        file.write(HEAD + "\n".join(lines) + '\n"""\n')
    print("%d op types" % len(lines))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ask"]:
        ask(sys.argv[2])
    else:
        main(sys.argv[1:])
