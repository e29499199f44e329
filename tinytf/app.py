"""tf.app: running a program that has a `main` and flags."""

from __future__ import annotations

import os
import sys

from tinytf import flags  # noqa: F401


def run(main=None, argv=None):
    """Parses the flags, calls `main(arguments)` with what is left, and exits with what it returns.

    `main` is the `main` of the script unless given. Flags that nobody defined are left for `main`. `--help` lists
    the flags. Follows tf.app.run of TF 1.15.
    """
    argv = sys.argv if argv is None else list(argv)
    main = main or sys.modules["__main__"].main
    if any(argument.lstrip("-") in ("help", "helpfull", "helpshort") and argument[:1] == "-" for argument in argv[1:]):
        _print_help(argv[0])
        sys.exit(1)
    sys.exit(main(flags.FLAGS(argv, known_only=True)))


def _print_help(program):
    doc = sys.modules["__main__"].__doc__ or "\nUSAGE: %s [flags]\n" % os.path.basename(program)
    print("\n%s\nflags:\n%s" % (doc.rstrip(), flags.FLAGS.get_help()))
