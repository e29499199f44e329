"""`absl.app`: as tf.app, but that `main` gets no flags that nobody defined."""

from __future__ import annotations

import sys

from tinytf import flags
from tinytf.app import exit_with_help


class Error(Exception):
    """What is wrong with a program's call."""


class UsageError(Error):
    """The command line is wrong: `run` prints the help and exits with `exitcode`."""

    def __init__(self, message, exitcode=1):
        super().__init__(message)
        self.exitcode = exitcode


def run(main, argv=None, flags_parser=None):
    """Parses the flags, calls `main(arguments)` with what is left, and exits with what it returns.

    Follows absl.app.run. A flag that nobody defined, or a UsageError, ends the program with a message.
    """
    argv = sys.argv if argv is None else list(argv)
    exit_with_help(argv)
    try:
        rest = flags_parser(argv) if flags_parser else flags.FLAGS(argv)
    except flags.Error as error:
        sys.stderr.write("FATAL Flags parsing error: %s\nPass --helpshort or --helpfull to see help on flags.\n" % error)
        sys.exit(1)
    try:
        sys.exit(main(rest))
    except UsageError as error:
        sys.stderr.write("%s\n" % error)
        sys.exit(error.exitcode)
