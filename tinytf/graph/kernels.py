"""`tensorflow.python.framework.kernels`: which op types run here.

A kernel of tinytf serves all types that its op allows, where TensorFlow registers one for each.
"""

from __future__ import annotations

from tinytf import protos
from tinytf.graph import op_entry


def get_registered_kernels_for_op(name: str):
    """A KernelList of the kernels of an op type: one where it runs, none where it does not."""
    entry = op_entry.lookup(name)
    found = protos.KernelList()
    if entry is not None and (entry.kernel is not None or entry.stateful_kernel is not None):
        found.kernel.add(op=name, device_type="CPU")
    return found


def get_all_registered_kernels():
    """A KernelList of all kernels."""
    found = protos.KernelList()
    for name in sorted(op_entry.all_entries()):
        found.kernel.extend(get_registered_kernels_for_op(name).kernel)
    return found
