"""What can be computed: one family of ops a file, each op with its signature, shape rule, kernel and gradient.

Importing any family makes the Python operators of tensors work.  The other families are imported
when an op type, a conversion or a function of theirs is first asked for.
"""

from __future__ import annotations

import pkgutil

from tinytf.graph import op_entry

op_entry.add_families(f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__))

from tinytf.ops import concat_split, constant, operators, slicing  # noqa: E402, F401  (conversions, `a + b`, `x[i]`)
