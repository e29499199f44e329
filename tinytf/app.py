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
    exit_with_help(argv)
    sys.exit(main(flags.FLAGS(argv, known_only=True)))


def exit_with_help(argv) -> None:
    """Where the command line asks for help, prints what the program is and its flags, and exits."""
    if any(argument.lstrip("-") in ("help", "helpfull", "helpshort") and argument[:1] == "-" for argument in argv[1:]):
        doc = sys.modules["__main__"].__doc__ or "\nUSAGE: %s [flags]\n" % os.path.basename(argv[0])
        print("\n%s\nflags:\n%s" % (doc.rstrip(), flags.FLAGS.get_help()))
        sys.exit(1)
