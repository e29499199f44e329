"""python -m tinytf script.py args…: runs a TensorFlow 1 script unchanged; `import tensorflow` in it means tinytf.

The script sees what it would see had Python run it: `__main__`, `sys.argv`, `sys.path[0]`, `__file__`; and so does
whoever reads its traceback. `python -m tinytf -m package.module` runs a module. Anything else is a command
of tinytf.tools (`python -m tinytf inspect model.ckpt`).
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import types
from importlib.machinery import SourceFileLoader

USAGE = """usage: python -m tinytf script.py [arguments]      run a TensorFlow 1 script on tinytf
       python -m tinytf -m module [arguments]        the same for a module
       python -m tinytf COMMAND --help               commands for checkpoints: %s"""


def main(argv=None) -> int:
    """The command line: `argv` without the program's name. Returns the exit code."""
    argv = sys.argv[1:] if argv is None else list(argv)
    if argv[:1] == ["-m"] and len(argv) > 1:
        return _guarded(_run_module, argv[1:])
    commands = _commands()
    if argv and argv[0] in commands and not os.path.exists(argv[0]):
        return importlib.import_module("tinytf.tools").main(argv)
    if not argv or argv[0].startswith("-"):
        asked = argv[:1] in (["-h"], ["--help"])
        print(USAGE % (" ".join(commands) or "none"), file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    if not os.path.isfile(argv[0]):
        print("%s: can't open file %r: no such script" % (sys.executable, os.path.abspath(argv[0])), file=sys.stderr)
        return 2
    return _guarded(_run_script, argv)


def _commands():
    return list(getattr(importlib.import_module("tinytf.tools"), "COMMANDS", ()))


def _run_script(argv):
    path = os.path.abspath(argv[0])
    with open(path, "rb") as stream:
        code = compile(stream.read(), path, "exec", dont_inherit=True)
    module = types.ModuleType("__main__")
    module.__dict__.update(
        __file__=path, __cached__=None, __builtins__=__builtins__, __loader__=SourceFileLoader("__main__", path)
    )
    sys.modules["__main__"] = module
    sys.argv = list(argv)
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    exec(code, module.__dict__)


def _run_module(argv):
    import runpy

    sys.argv = list(argv)
    sys.path[0] = os.getcwd()
    runpy.run_module(argv[0], run_name="__main__", alter_sys=True)


def _guarded(run, argv):
    """Runs the user's program; an uncaught exception is reported as Python reports it, without our frames."""
    from tinytf.as_tensorflow import install
    from tinytf.as_tensorflow.companions import old_names

    install()
    old_names.put_back()
    try:
        run(argv)
    except SystemExit:
        raise
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and _is_machinery(trace.tb_frame.f_code.co_filename):
            trace = trace.tb_next
        error.__traceback__ = trace
        sys.excepthook(type(error), error, trace)
        if isinstance(error, KeyboardInterrupt):
            _die_of_interrupt()
        return 1
    return 0


def _is_machinery(filename):
    return filename == __file__ or "runpy" in filename


def _die_of_interrupt():
    """The shell sees that Ctrl-C ended the program, as it does with Python itself."""
    sys.stdout.flush()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
