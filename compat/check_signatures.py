"""Holds the signatures of tinytf's public names against those of TensorFlow 1.15, as api_signatures.txt has them.

    python compat/check_signatures.py            prints what differs and exits 1 where a difference is new
    python compat/check_signatures.py --known    writes signatures_known.txt anew: the differences that are known

TensorFlow's arguments must be there under their names, in their order and with their defaults; further ones may follow, as those
of before 1.0 do.  A class must have the members that TensorFlow's has.
"""

from __future__ import annotations

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]
KNOWN = os.path.join(HERE, "signatures_known.txt")


def read(lines) -> dict:
    """{name: signature}"""
    found = {}
    for line in lines:
        name, _, text = line.rstrip("\n").partition(" ")
        if name:
            found[name] = text
    return found


def fits(theirs: str, ours: str) -> bool:
    """Whether calls that TensorFlow takes are taken here, in the same meaning."""
    if theirs == ours or "(?)" in (theirs, ours) or theirs.startswith("(*args, **kwargs)"):
        return True
    if not (theirs.startswith("(") and ours.startswith("(")):
        return theirs == "attribute" or ours == "attribute"
    a, b = (_arguments(text) for text in (theirs, ours))
    if len(b) < len([x for x in a if not x.startswith("**")]):
        return any(x.startswith("*") for x in b)
    return all(x == y or x.startswith("*") or y.startswith("*") or _named(x) == _named(y) and _object(x, y) for x, y in zip(a, b))


def _named(argument: str) -> str:
    return re.split("=", argument)[0]


def _object(theirs: str, ours: str) -> bool:
    """Defaults that are objects of the process, and arguments that need not be given here."""
    default = theirs.partition("=")[2]
    return not default or default.startswith("<") or not default[0].isalnum() and default[0] not in "'\"[(-" or ours.endswith("=<object>")


def _arguments(text: str) -> list:
    parts, depth, start = [], 0, 1
    for i, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 1:
            parts.append(text[start:i].strip())
            start = i + 1
    parts.append(text[start:-1].strip())
    return [p for p in parts if p]


def differences() -> list:
    """Lines: a name, what TensorFlow has and what is here."""
    import api_signatures

    import tinytf

    with open(os.path.join(HERE, "api_signatures.txt")) as file:
        theirs = read(file)
    ours = read(api_signatures.every(tinytf, os.path.join(HERE, "api_symbols.txt")))
    found = []
    for name, text in theirs.items():
        if name not in ours:
            if name.endswith(".__init__") and text == "(self)":
                continue  # as object has it
            if name.rpartition(".")[0] in ours:  # absent names are api_coverage.py's; here it is members of what is present
                found.append(f"{name} {text} | absent")
        elif not fits(text, ours[name]):
            found.append(f"{name} {text} | {ours[name]}")
    return found


def main() -> int:
    """0 where nothing differs that is not known."""
    found = differences()
    if "--known" in sys.argv:
        with open(KNOWN, "w") as file:
            file.write("".join(line + "\n" for line in found))
        return 0
    with open(KNOWN) as file:
        known = {line.rstrip("\n") for line in file}
    new = [line for line in found if line not in known]
    print(f"{len(found)} signatures differ, {len(new)} of them new")
    print("\n".join(new))
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
