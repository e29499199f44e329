"""python -m tinytf script.py: the script cannot tell it from Python, nor can who reads its output."""

import os
import signal
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(tmp_path, script, *arguments, name="script.py", command=("-m", "tinytf")):
    (tmp_path / name).write_text(script, encoding="utf-8")
    environment = dict(os.environ, PYTHONPATH=ROOT)
    return subprocess.run(
        [sys.executable, *command, name, *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def run_both(tmp_path, script, *arguments):
    """The same script (without TensorFlow in it) under Python itself and under python -m tinytf."""
    return run(tmp_path, script, *arguments, command=()), run(tmp_path, script, *arguments)


@pytest.mark.parametrize(
    "script",
    [
        "import sys; print(sys.argv, sys.path[0], __name__, __file__)",
        "import __main__; x = 3; print(__main__.x, __main__.__dict__ is globals(), __builtins__)",
        "import neighbour",
        "from __future__ import annotations\ndef f(a: undefined): pass\nprint(f.__annotations__)",
        "# coding: latin-1\nprint(len('é'))",
        "import sys; sys.exit(3)",
        "import sys; sys.exit('a message')",
        "def f():\n    raise ValueError('boom')\ntry:\n    f()\nexcept ValueError:\n    {}['x']",
        "x = 1 +\n",
        "import atexit; atexit.register(print, 'at exit'); 1 / 0",
        "import sys\nsys.excepthook = lambda *a: print('my hook', a[0].__name__)\n1 / 0",
        "if __name__ == '__main__':\n    import pickle\n    class A: pass\n    print(type(pickle.loads(pickle.dumps(A()))) is A)",
        "import inspect\ndef f(): pass\nprint(inspect.getsource(f))",
    ],
)
def test_as_under_python_itself(tmp_path, script):
    (tmp_path / "neighbour.py").write_text("print('imported', __name__)")
    plain, ours = run_both(tmp_path, script, "a", "--b=1")
    assert (ours.returncode, ours.stdout) == (plain.returncode, plain.stdout)
    assert ours.stderr == plain.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_interrupt_ends_it_as_it_ends_python(tmp_path):
    script = (
        "import os, signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs begin without one
        "os.kill(os.getpid(), signal.SIGINT)\nimport time; time.sleep(5)"
    )
    plain, ours = run_both(tmp_path, script)
    assert ours.returncode == plain.returncode == -signal.SIGINT
    assert ours.stderr.splitlines()[-1] == plain.stderr.splitlines()[-1] == "KeyboardInterrupt"


@pytest.mark.parametrize(
    "line",
    [
        "import tensorflow as tf",
        "import tensorflow.compat.v1 as tf; tf.disable_v2_behavior()",
        "import tensorflow as tf; tf = tf.compat.v1; tf.disable_eager_execution()",
        "from tensorflow import Graph, float32; import tensorflow as tf",
    ],
)
def test_tensorflow_means_tinytf(tmp_path, line):
    done = run(tmp_path, line + "\nimport tinytf\nprint(tf.Graph is tinytf.Graph, tf.__version__, tf.float32)")
    assert done.stdout == "True 1.15.5 <dtype: 'float32'>\n", done.stderr


def test_a_missing_symbol_is_named_with_what_to_use(tmp_path):
    done = run(tmp_path, "import tensorflow as tf\ntf.vectorized_map()")
    assert done.returncode == 1
    assert "tinytf has no tf.vectorized_map. Use tf.map_fn" in done.stderr
    assert 'script.py", line 2' in done.stderr


def test_a_module_runs_with_m(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "package" / "train.py").write_text("import sys, tensorflow\nprint(__name__, __package__, sys.argv[1:])")
    done = run(tmp_path, "", "-m", name="unused.py", command=("-m", "tinytf", "-m", "package.train", "x"))
    assert done.stdout.startswith("__main__ package ['x', "), done.stderr


@pytest.mark.parametrize("arguments, code", [(["--help"], 0), ([], 2), (["no_such_script.py"], 2)])
def test_usage(tmp_path, arguments, code):
    command = [sys.executable, "-m", "tinytf", *arguments]
    done = subprocess.run(command, env=dict(os.environ, PYTHONPATH=ROOT), capture_output=True, text=True)
    assert done.returncode == code
    assert "python -m tinytf script.py" in done.stdout + done.stderr or "no_such_script.py" in done.stderr
