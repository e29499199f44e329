"""Compares two outcomes of one case: values, static shapes, dtypes, errors, and GraphDefs node by node."""

from __future__ import annotations

import collections
import hashlib
import re

import numpy as np

from tinytf import protos


def differences(expected, got, function, with_graph=True):
    """[(kind, text)]: what differs, most telling first; kinds: error, value, shape, dtype, graph."""
    found = []
    if "error" in expected or "error" in got:
        found += _error_differences(expected, got, getattr(function, "message_has", None))
        if "error" not in expected:
            return found
    else:
        for kind in ("dtypes", "shapes", "none"):
            if expected[kind] != got[kind]:
                found.append((kind[:-1], "expected %s, got %s" % (expected[kind], got[kind])))
        found += _value_differences(expected["values"], got["values"], getattr(function, "ulps", 4))
    if with_graph and getattr(function, "same_graph", True):
        if isinstance(expected["graph"], str):
            found += _digest_differences(expected["graph"], got["graph"])
        else:
            found += graph_differences(expected["graph"], got["graph"])
    return found


def _error_differences(expected, got, words):
    if "error" not in expected:
        return [("error", "no error expected, got (%s) %s" % (got["phase"], got["trace"]))]
    wanted = "(%s) %s: %s" % (expected["phase"], expected["error"], expected["message"][:300])
    if "error" not in got:
        return [("error", "expected %s, got none" % wanted)]
    if (expected["phase"], expected["error"]) != (got["phase"], got["error"]):
        return [("error", "expected %s, got (%s) %s" % (wanted, got["phase"], got["trace"]))]
    if words and words not in got["message"]:
        return [("error", "expected %r in the message, got: %s" % (words, got["message"][:300]))]
    return []


def ulps_apart(expected, got):
    """The largest difference in units in the last place, a unit being at least that of the array's typical size."""
    with np.errstate(all="ignore"):
        if expected.dtype.kind == "c":
            parts = lambda a: np.stack([a.real, a.imag])  # noqa: E731
            expected, got = parts(expected), parts(got)
        eps = float(np.finfo(expected.dtype).eps)
        tiny = float(np.finfo(expected.dtype).tiny)
        expected, got = expected.astype(np.float64), got.astype(np.float64)
        finite = np.isfinite(expected)
        if not np.array_equal(np.where(finite, 0.0, expected), np.where(np.isfinite(got), 0.0, got), equal_nan=True):
            return np.inf
        if not finite.any():
            return 0.0
        a, b = expected[finite], got[finite]
        typical = float(np.sqrt(np.mean(np.square(a))))
        return float(np.max(np.abs(a - b) / (eps * np.maximum(np.maximum(np.abs(a), typical), tiny / eps))))


def _value_differences(expected, got, ulps):
    if len(expected) != len(got):
        return [("value", "expected %d values, got %d" % (len(expected), len(got)))]
    found = []
    for i, (a, b) in enumerate(zip(expected, got)):
        if type(a).__module__ != "numpy" and not isinstance(a, np.generic):
            if type(a).__name__ != type(b).__name__ or (
                a != b if not hasattr(a, "_fields") else tuple(map(repr, a)) != tuple(map(repr, b))
            ):
                found.append(("value", "value %d: expected %r, got %r" % (i, a, b)))
            continue
        a, b = np.asarray(a), np.asarray(b)
        if a.dtype != b.dtype or a.shape != b.shape:
            found.append(("value", "value %d: expected %s%s, got %s%s" % (i, a.dtype, a.shape, b.dtype, b.shape)))
        elif a.dtype.kind in "fc":
            apart = ulps_apart(a, b) if a.size else 0.0
            if not apart <= ulps:
                found.append(("value", "value %d: %.3g ulps apart\nexpected %s\ngot      %s" % (i, apart, a, b)))
        elif not np.array_equal(a, b):
            found.append(("value", "value %d:\nexpected %s\ngot      %s" % (i, a, b)))
    return found


def _digest_differences(expected, got):
    return [] if graph_digest(got) == expected else [("graph", "differs from the stored digest; see run.py")]


def plain_attr(value, library) -> bytes:
    """An attribute's bytes; a traced function as its name without the numbers in it, which depend on what the process did before, and its body."""
    if value.s.startswith(b"PartitionedCall-"):  # the name of a call's gradient: numbered, too
        return b"PartitionedCall-"
    functions = [value.func] if value.HasField("func") else value.list.func
    traced = [f for f in functions if _NUMBERED.search(f.name)]
    if not traced:
        return value.SerializeToString(deterministic=True)
    return repr([(_NUMBERED.sub("_", f.name), _plain_body(library.get(f.name), library)) for f in traced]).encode()


def _compared(node) -> list:
    """The attributes that are compared: a `config_proto` tells of the machine, and its bytes vary from run to run."""
    return sorted(k for k in node.attr if k != "config_proto" or not node.attr[k].s)


_NUMBERED = re.compile(r"_[0-9]+(?=_|$)|(?<=^_make_dataset_).*")  # a one-shot iterator's ends with a hash of a body that holds such names


def _plain_body(function, library):
    if function is None:
        return None
    nodes = [(n.name, n.op, list(n.input), [(k, plain_attr(n.attr[k], library)) for k in _compared(n)]) for n in function.node_def]
    signature = [[(a.name, a.type) for a in args] for args in (function.signature.input_arg, function.signature.output_arg)]
    return signature, nodes, sorted(function.ret.items()), sorted(function.control_ret.items())


def _library(graph_def) -> dict:
    return {f.signature.name: f for f in graph_def.library.function}


def graph_digest(serialized):
    """A digest of a GraphDef's nodes: names, ops, inputs, devices, attributes, in order."""
    digest = hashlib.sha256()
    graph_def = protos.GraphDef.FromString(serialized)
    library = _library(graph_def)
    for node in graph_def.node:
        attrs = [(k, plain_attr(node.attr[k], library)) for k in _compared(node)]
        digest.update(repr((node.name, node.op, list(node.input), node.device, attrs)).encode())
    return digest.hexdigest()[:32]


def graph_differences(expected, got):
    """Where two serialised GraphDefs differ: names, ops, inputs, devices, attributes, order."""
    a, b = protos.GraphDef.FromString(expected), protos.GraphDef.FromString(got)
    names_a, names_b = [n.name for n in a.node], [n.name for n in b.node]
    if names_a != names_b:
        for i in range(max(len(names_a), len(names_b))):
            x, y = (n[i] if i < len(n) else "(nothing)" for n in (names_a, names_b))
            if x != y:
                return [
                    ("graph", "node %d: expected %r, got %r\nexpected %s\ngot      %s" % (i, x, y, names_a, names_b))
                ]
    found, libraries = [], (_library(a), _library(b))
    for x, y in zip(a.node, b.node):
        for field in ("op", "device"):
            if getattr(x, field) != getattr(y, field):
                found.append((field, getattr(x, field), getattr(y, field), x.name))
        if list(x.input) != list(y.input):
            found.append(("inputs", list(x.input), list(y.input), x.name))
        for key in sorted({*_compared(x), *_compared(y)}):
            if key not in x.attr or key not in y.attr:
                found.append(("attr", key if key in x.attr else None, key if key in y.attr else None, x.name))
            elif plain_attr(x.attr[key], libraries[0]) != plain_attr(y.attr[key], libraries[1]):
                found.append(("attr " + key, str(x.attr[key])[:300], str(y.attr[key])[:300], x.name))
    return [("graph", "%s of %r: expected %s, got %s" % (what, name, p, q)) for what, p, q, name in found]


def report(cases, expected, outcomes, options):
    """Prints what differs and a summary; 0 when all is as in TensorFlow."""
    counts = collections.Counter()
    lines = []
    for name, function in cases:
        found = differences(expected[name], outcomes[name], function, not options.no_graph)
        known = getattr(function, "why_different", None)
        state = "same" if not found else "known" if known else "DIFFERENT"
        counts[state] += 1
        lines.append("%s\t%s\t%s\n" % (name, state, known or ",".join(sorted({kind for kind, _ in found}))))
        if found and not known:
            for kind, text in found if options.verbose else found[:1]:
                if not options.verbose:
                    text = text if len(text) < 700 else text[:250] + " … " + text[-400:]
                print("%s  %s: %s" % (name, kind, text))
    if options.table:
        with open(options.table, "w") as out:
            out.writelines(lines)
    print("%d cases: %s" % (len(cases), ", ".join("%d %s" % (n, state) for state, n in sorted(counts.items()))))
    return 1 if counts["DIFFERENT"] else 0
