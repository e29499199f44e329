"""Coverage-guided fuzzing of the readers, for those who have atheris:  python fuzz_checkpoint_atheris.py FOLDER

FOLDER holds the corpus; begin with the files of tests/golden/checkpoints.
"""

import os
import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["tinytf.checkpoint"]):
    from tinytf import checkpoint, errors

FOLDER = tempfile.mkdtemp()


def read(data):
    half = len(data) // 2
    for name, content in (("v1", data), ("v2.index", data[:half]), ("v2.data-00000-of-00001", data[half:])):
        with open(os.path.join(FOLDER, name), "wb") as f:
            f.write(content)
    for name in ("v1", "v2"):
        for verify in (True, False):
            try:
                dict(checkpoint.load(os.path.join(FOLDER, name), verify=verify).items())
            except errors.OpError:
                pass


atheris.Setup(sys.argv, read)
atheris.Fuzz()
