"""The register of ops: one entry holds all that is known of an op type.

    op("Relu(features: T) -> (activations: T); T: {…}", shape=same_as_input, kernel=…, gradient=…)

- `shape(op)` gives the dims of each output from the operation's inputs and attributes.
- `kernel(op)` gives the function that computes it on NumPy arrays; made once per session and op,
  so what it closes over is the op's state.  An op's kernel may also be a `np.ufunc`.
  A function with `takes_out = True` is elementwise and may be given `out=`, one of its inputs' arrays.
- `stateful_kernel(op, resources)` is the same for ops that share state by name (variables, queues).
- `gradient(op, *grads)` adds the nodes that compute the gradient to the inputs.

The families of ops register themselves when they are imported; a type that is not known yet is
looked for by importing the families that have not been (a graph from a file may name any op).
"""

from __future__ import annotations

import importlib
import importlib.util
import re

from tinytf.graph import op_def as op_defs


class _NotDifferentiable:
    def __repr__(self):
        return "NOT_DIFFERENTIABLE"


NOT_DIFFERENTIABLE = _NotDifferentiable()


class OpEntry:
    """What is known of one op type."""

    __slots__ = ("name", "signature", "shape", "kernel", "stateful_kernel", "gradient", "view", "_op_def")

    def __init__(self, name, signature, shape, kernel, stateful_kernel, gradient, view):
        self.name, self.signature, self.shape = name, signature, shape
        self.kernel, self.stateful_kernel, self.gradient, self.view = kernel, stateful_kernel, gradient, view
        self._op_def = None

    @property
    def op_def(self) -> op_defs.OpDef:
        """The signature, parsed when it is first needed."""
        if self._op_def is None:
            self._op_def = op_defs.parse(self.signature)
        return self._op_def


_entries: dict = {}
_families: list = []  # modules that register ops, imported when an unknown type is met


def op(signature: str, *, shape=None, kernel=None, stateful_kernel=None, gradient=None, view: bool = False) -> OpEntry:
    """Registers an op type; see the module's docstring."""
    name = signature[: signature.index("(")].strip()
    if name in _entries:
        raise ValueError(f"Op {name} is registered twice")
    entry = OpEntry(name, signature, shape, kernel, stateful_kernel, gradient, view)
    _entries[name] = entry
    return entry


def add_families(modules) -> None:
    """Names modules that register ops; they are imported only when an op type is not found without them."""
    _families.extend(modules)


def lookup(name: str) -> OpEntry | None:
    """The entry of an op type, or None where tinytf has no such op."""
    found = _entries.get(name)
    if found is None:
        importlib.import_module("tinytf.ops")
        if name not in _entries and _families:
            family = _index().get(name)
            if family is not None:
                importlib.import_module(family)
        if name not in _entries:
            import_families()
        found = _entries.get(name)
    return found


_places: dict = {}


def _index() -> dict:
    """{op type: family} by a glance at the families' texts, as importing them all for one op would take a while.

    What it misses (a signature put together from parts, a package in an archive) is found by importing them all.
    """
    if not _places:
        _places[""] = None
        for family in _families:
            spec = importlib.util.find_spec(family)
            try:
                with open(spec.origin, "rb") as source:
                    for op_type in _SIGNATURE.findall(source.read()):
                        _places.setdefault(op_type.decode(), family)
            except (OSError, AttributeError, TypeError):
                continue
    return _places


_SIGNATURE = re.compile(rb"""\(\s*f?["']([A-Z]\w*)\(""")


def import_families() -> None:
    """Imports all families, so that every op of tinytf is registered."""
    while _families:
        importlib.import_module(_families.pop())


def all_entries() -> dict:
    """Every entry by name."""
    importlib.import_module("tinytf.ops")
    import_families()
    return _entries


def check_version(op_def, producer: int, error) -> None:
    """`error(message)` is raised where the op was removed before the GraphDef version `producer`.  Follows TF's CheckOpDeprecation."""
    version, explanation = op_def.deprecation
    if producer >= version:
        raise error(f"Op {op_def.name} is not available in GraphDef version {producer}. It has been removed in version {version}. {explanation}.")



def set_gradient(name: str, gradient) -> None:
    """Gives a gradient to an op type that has none (`tf.RegisterGradient` of an op's own type)."""
    entry = lookup(name)
    if entry is not None:
        if entry.gradient is not None:
            raise KeyError(f"Registering two gradient with name {name!r}!")
        entry.gradient = gradient
