"""What can be computed: one family of ops a file, each op with its signature, shape rule, kernel and gradient.

Importing any family makes the Python operators of tensors work.  The other families are imported
when an op type, a conversion or a function of theirs is first asked for.
"""

from __future__ import annotations

import os
import pkgutil

from tinytf.graph import op_entry


def _modules(path, package):
    for module in pkgutil.iter_modules(path):
        name = f"{package}.{module.name}"
        yield name
        if module.ispkg:
            yield from _modules([os.path.join(folder, module.name) for folder in path], name)


op_entry.add_families(_modules(__path__, __name__))

from tinytf.ops import operators  # noqa: E402, F401  (`a + b`)
from tinytf.ops.array import concat_split, constant, slicing  # noqa: E402, F401  (conversions, `x[i]`)
