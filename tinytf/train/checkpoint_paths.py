"""Words for the paths that people pass to `Saver.restore` by mistake."""

from __future__ import annotations

import difflib
import os
import re

_SUFFIX = re.compile(r"(\.index|\.meta|\.data-\d{5}-of-\d{5})\Z")


def strip_file_suffix(path: str):
    """The prefix, where `path` names one of the three files of a V2 checkpoint; else None."""
    match = _SUFFIX.search(path)
    return path[: match.start()] if match else None


def explain_suffix(path: str) -> str:
    """What to write instead of a path that names one file of a checkpoint."""
    return (
        f"'{path}' is one of the files of a checkpoint; a checkpoint is named by what its files share. "
        f"Write: saver.restore(sess, {strip_file_suffix(path)!r})"
    )


def explain_nothing_there(path: str) -> str:
    """What may have been meant by a path at which there is no checkpoint; '' where nothing can be said."""
    prefix = strip_file_suffix(path)
    if prefix is not None and _exists(prefix):
        return explain_suffix(path)
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        return f"There is no folder '{os.path.dirname(path)}' (the current one is '{os.getcwd()}')."
    held = checkpoints_in(folder)
    if not held:
        return f"There is no checkpoint in '{folder}' at all."
    near = difflib.get_close_matches(os.path.basename(path), held, 3, 0.5) or held[:5]
    return f"Checkpoints in '{folder}': {', '.join(near)}{', …' if len(held) > len(near) else ''}."


def _exists(prefix: str) -> bool:
    return os.path.exists(prefix + ".index") or os.path.exists(prefix)


def checkpoints_in(folder: str) -> list:
    """The prefixes (without the folder) of the V2 checkpoints in a folder, newest last."""
    try:
        names = [n for n in os.listdir(folder) if n.endswith(".index")]
        names.sort(key=lambda n: os.path.getmtime(os.path.join(folder, n)))
    except OSError:
        return []
    return [n[: -len(".index")] for n in names]
