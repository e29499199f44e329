"""Writes tinytf/ops/strings/unicode_scripts.py: the ICU script number of every code point, asked of TensorFlow 1.15.

    /path/to/python-with-tensorflow-1.15 compat/unicode_scripts.py
"""

import os

import numpy as np
import tensorflow as tf

PATH = os.path.join(os.path.dirname(__file__), "..", "tinytf", "ops", "strings", "unicode_scripts.py")
HEAD = '''"""The script of each code point, numbered as ICU does: written by compat/unicode_scripts.py, do not edit.

`RUNS` has "start:script" in hexadecimal for each run of code points of one script, up to the start of the next.
"""

from __future__ import annotations

RUNS = """
'''


def main():
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        scripts = session.run(tf.strings.unicode_script(tf.range(0x110000)))
    starts = np.flatnonzero(np.diff(scripts, prepend=-2))
    words = ["%x:%x" % (start, scripts[start]) for start in starts]
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > 118:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    with open(PATH, "w") as file:
        file.write(HEAD + "\n".join(lines) + '\n"""\n')


if __name__ == "__main__":
    main()
