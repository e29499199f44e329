"""The C library is asked to keep the memory that a step frees, for the next step.

By default glibc hands a freed large array back to the system, and the next array of that size is new pages
that the system has to clear: thousands of page faults in each step of a convolutional network, a sixth of its time.
The peak of the memory in use does not change; up to `_KEEP` bytes that were used once stay with the process.
"""

from __future__ import annotations

import ctypes
import os
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
_KEEP = 256 << 20
_LARGEST = 32 << 20  # what glibc accepts; larger arrays come from the system, and go back to it

_done = False


def keep_freed_memory() -> None:
    """Tunes malloc, once; not where the user has (MALLOC_…, GLIBC_TUNABLES), nor where there is no glibc."""
    global _done
    if _done:
        return
    _done = True
    if not sys.platform.startswith("linux") or any(k.startswith("MALLOC_") or k == "GLIBC_TUNABLES" for k in os.environ):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    if mallopt(_M_MMAP_THRESHOLD, _LARGEST):
        mallopt(_M_TRIM_THRESHOLD, _KEEP)
