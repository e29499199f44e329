"""TensorFlow's outcomes as files, so that the tests compare with them where no TensorFlow is.

`run.py --golden FOLDER` writes one gzipped JSON a case file.  Values are kept exactly; of a graph
its digest (`run.py` beside a real TensorFlow shows what differs).
"""

from __future__ import annotations

import base64
import gzip
import json

import numpy as np

from compare import graph_digest


def _pack_value(value):
    if isinstance(value, (bytes, str)):
        return {"text": value.decode("latin1") if isinstance(value, bytes) else value, "bytes": isinstance(value, bytes)}
    a = np.asarray(value)
    if a.dtype == object:
        if not all(isinstance(x, bytes) for x in a.reshape(-1)):
            return None
        return {"strings": [x.decode("latin1") for x in a.reshape(-1)], "shape": a.shape}
    if a.dtype.fields is not None or a.dtype.kind not in "biufc":
        return None  # not a plain array: such a case is compared beside TensorFlow only
    data = base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()
    return {"dtype": a.dtype.str, "shape": a.shape, "data": data}


def _unpack_value(packed):
    if "text" in packed:
        return packed["text"].encode("latin1") if packed["bytes"] else packed["text"]
    if "strings" in packed:
        flat = np.empty(len(packed["strings"]), object)
        flat[:] = [x.encode("latin1") for x in packed["strings"]]
        return flat.reshape(packed["shape"])
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def pack(outcome):
    """An outcome as plain data, or None where it holds what cannot be kept."""
    packed = {k: outcome[k] for k in ("phase", "error", "shapes", "dtypes", "none") if k in outcome}
    # The first line: what follows names places on the machine that TensorFlow ran on.
    packed["message"] = outcome.get("message", "").split("\n")[0][:300]
    packed["digest"] = graph_digest(outcome["graph"])
    if "values" in outcome:
        packed["values"] = [_pack_value(v) for v in outcome["values"]]
        if None in packed["values"]:
            return None
    return packed


def unpack(packed):
    """The outcome again; its graph is a digest."""
    outcome = dict(packed, graph=packed["digest"])
    if "values" in packed:
        outcome["values"] = [_unpack_value(v) for v in packed["values"]]
    return outcome


def write(path, outcomes):
    """Writes {case: outcome}; the file is the same whenever the outcomes are."""
    packed = {name: pack(o) for name, o in sorted(outcomes.items())}
    text = json.dumps({k: v for k, v in packed.items() if v is not None}, sort_keys=True)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(text.encode())


def read(path):
    """{case: outcome} of a file that `write` wrote."""
    with gzip.open(path) as stored:
        return {name: unpack(p) for name, p in json.loads(stored.read().decode()).items()}
