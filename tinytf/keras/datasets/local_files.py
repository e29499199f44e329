"""Where Keras keeps the files of data sets; tinytf downloads nothing."""

from __future__ import annotations

import os


def found(path: str, instead: str = "") -> str:
    """`path`, or that file in ~/.keras/datasets.  FileNotFoundError where there is none."""
    below = os.path.basename(path) if os.path.isabs(path) else path
    places = [path, os.path.join(os.path.expanduser("~"), ".keras", "datasets", below)]
    for place in places:
        if os.path.exists(place):
            return place
    raise FileNotFoundError(f"There is no {' and no '.join(places)}, and tinytf downloads nothing. Put Keras's file there{instead}")
