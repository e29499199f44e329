"""Everything a developer runs, from a fresh clone, with Python 3.9 or newer and pip.

    python3 dev.py tutorial     sets up, and runs the tutorial: save a model, restore it, load its graph
    python3 dev.py test         sets up, and runs the tests (further arguments go to pytest)
    python3 dev.py lint         ruff on everything, mypy on the public face
    python3 dev.py package      builds wheel and sdist, installs the wheel elsewhere, and runs the tutorial with it
    python3 dev.py compat       sets up real TensorFlow 1.15.5 (Python 3.7) and 2.x, and holds tinytf against them
    python3 dev.py matrix       the tests on every Python of the machine, with the oldest and newest numpy and protobuf

Each makes the virtual environments it needs under .venvs/ (or the folder that TINYTF_VENVS names) and reuses them.
"""

from __future__ import annotations

import concurrent.futures
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENVS = os.environ.get("TINYTF_VENVS") or os.path.join(ROOT, ".venvs")
TUTORIAL = ("1_save.py", "2_restore.py", "3_import_meta_graph.py")

TF1 = ["tensorflow==1.15.5", "protobuf==3.20.3", "numpy==1.18.5", "h5py==2.10.0"]  # what TensorFlow 1.15 still works with
TF2 = ["tensorflow-cpu>=2.15"]
OLDEST_NUMPY = {"3.9": "1.22.0", "3.10": "1.22.0", "3.11": "1.23.2", "3.12": "1.26.0", "3.13": "2.1.0", "3.14": "2.3.2"}
OLDEST_PROTOBUF = "3.20.3"


def run(*command, **options):
    """Runs a command, shown; ends dev.py if it fails."""
    print("$", " ".join(command), flush=True)
    code = subprocess.run(command, **options).returncode
    if code:
        raise SystemExit(code)


def venv(name, requirements, python=sys.executable):
    """The Python of the virtual environment `name`, made if it is not there with just these requirements."""
    folder = os.path.join(VENVS, name)
    inside = os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")
    stamp = os.path.join(folder, "requirements.txt")
    wanted = "\n".join([python] + requirements)
    if os.path.exists(stamp):
        with open(stamp) as stream:
            if stream.read() == wanted:
                return inside
    if os.path.exists(inside) and not os.path.exists(stamp) and VENVS != os.path.join(ROOT, ".venvs"):
        return inside  # somebody else's environment: used as it is
    start = time.time()
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run([python, "-m", "venv", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode == 0:
        install = [inside, "-m", "pip", "install"]
    else:  # Debian's Python without its venv package: this Python's pip fills an environment that has none
        run(python, "-m", "venv", "--clear", "--without-pip", folder)
        site = subprocess.check_output([inside, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True)
        install = [python, "-m", "pip", "install", "--target", site.strip()]
    run(*install, "-qq", "--disable-pip-version-check", *requirements)
    with open(stamp, "w") as stream:
        stream.write(wanted)
    print("%s is ready, %.0f s" % (name, time.time() - start), flush=True)
    return inside


def environment():
    """The tests and checks use the package of this folder, not an installed one; its bytecode is kept outside of the tree."""
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return dict(inherited, PYTHONPATH=ROOT, PYTHONPYCACHEPREFIX=os.path.join(VENVS, "bytecode"))


def tests_python():
    return venv("test", ["numpy", "protobuf", "pytest", "hypothesis"])


def tutorial():
    python = venv("tutorial", [ROOT])
    run_tutorial(python)


def run_tutorial(python):
    """The three scripts in a fresh folder; then what they left there."""
    with tempfile.TemporaryDirectory() as folder:
        for script in TUTORIAL:
            shutil.copy(os.path.join(ROOT, "docs", "tutorial", script), folder)
        for script in TUTORIAL:
            run(python, "-m", "tinytf", script, cwd=folder)
        for name in sorted(os.listdir(os.path.join(folder, "save"))):
            print("save/%-20s %6d bytes" % (name, os.path.getsize(os.path.join(folder, "save", name))))


def test(*arguments):
    run(tests_python(), "-m", "pytest", *arguments, cwd=ROOT, env=environment())


def lint():
    python = venv("lint", ["ruff", "mypy", "numpy", "protobuf", "types-protobuf"])
    run(python, "-m", "ruff", "check", ".", cwd=ROOT)
    run(python, "-m", "mypy", cwd=ROOT)


def package():
    python = venv("build", ["build"])
    with tempfile.TemporaryDirectory() as folder:
        built = subprocess.run([python, "-m", "build", "--outdir", folder, ROOT], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if built.returncode:
            raise SystemExit(built.stdout[-5000:])
        wheel, sdist = (glob.glob(os.path.join(folder, pattern))[0] for pattern in ("*.whl", "*.tar.gz"))
        for archive in (wheel, sdist):
            elsewhere = os.path.join(folder, "venv-" + os.path.basename(archive).rsplit(".", 1)[1])
            run(sys.executable, "-m", "venv", elsewhere)
            inside = os.path.join(elsewhere, "bin", "python")
            run(inside, "-m", "pip", "install", "-qq", "--disable-pip-version-check", archive)
            run_tutorial(inside)


def compat():
    old, new = find_python("3.7"), find_python("3.11") or find_python("3.12") or sys.executable
    if old is None:
        raise SystemExit("TensorFlow 1.15 needs Python 3.7, and there is none on the PATH or under ~/.pyenv")
    tf1, tf2 = venv("tf1", TF1, old), venv("tf2", TF2, new)
    python = tests_python()
    checks = [
        [python, "compat/api_coverage.py", "--check"],
        [python, "compat/check_signatures.py"],
        [tf1, "compat/check_protos.py"],
        [tf2, "compat/check_beside.py"],
        [python, "compat/check_tutorial.py", "--tf1", tf1, "--tf2", tf2],
        [python, "compat/check_scripts.py", "--oracle", tf1],
        [python, "compat/differential/run.py", "--oracle", tf1],
    ]
    failed = []
    for command in checks:
        start = time.time()
        print("$", " ".join(command), flush=True)
        plain = {k: v for k, v in environment().items() if k != "PYTHONPATH" or command[0] == python}
        if subprocess.run(command, cwd=ROOT, env=plain).returncode:
            failed.append(command[1])
        print("(%.0f s)" % (time.time() - start), flush=True)
    if failed:
        raise SystemExit("differs from TensorFlow: " + ", ".join(failed))


def find_python(version):
    """A Python of this version that runs: from the PATH, else from pyenv."""
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    candidates = sorted(glob.glob(os.path.join(pyenv, "versions", version + ".*", "bin", "python")))[-1:]
    on_path = shutil.which("python" + version)
    for candidate in ([on_path] if on_path else []) + candidates:
        probe = subprocess.run([candidate, "-c", "import venv, ensurepip"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if probe.returncode == 0:
            return candidate
    return None


def matrix():
    """Every Python from 3.9 on that the machine has, with the oldest numpy and protobuf for it and the newest."""
    jobs = []
    for version, numpy in OLDEST_NUMPY.items():
        python = find_python(version)
        if python:
            oldest = ["numpy==" + numpy, "protobuf==" + OLDEST_PROTOBUF]
            jobs.append(("%s-oldest" % version, python, oldest))
            jobs.append(("%s-newest" % version, python, ["numpy", "protobuf"]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda job: matrix_job(*job), jobs))
    for name, passed, text in results:
        print("--- Python %s: %s\n%s" % (name, "passed" if passed else "FAILED", text))
    if not all(passed for _, passed, _ in results):
        raise SystemExit(1)


def matrix_job(name, python, requirements):
    inside = venv("matrix-" + name, requirements + ["pytest", "hypothesis"], python)
    versions = "import numpy, google.protobuf as p; print('numpy', numpy.__version__, 'protobuf', p.__version__)"
    shown = subprocess.run([inside, "-c", versions], stdout=subprocess.PIPE, text=True).stdout
    options = dict(cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    done = subprocess.run([inside, "-m", "pytest", "-p", "no:cacheprovider", "-m", "not slow"], **options)
    lines = done.stdout.splitlines()
    return name, done.returncode == 0, shown + "\n".join(lines[-1:] if done.returncode == 0 else lines[-60:])


COMMANDS = {f.__name__: f for f in (tutorial, test, lint, package, compat, matrix)}

if __name__ == "__main__":
    if sys.version_info < (3, 9):
        raise SystemExit("tinytf needs Python 3.9 or newer; this is %d.%d" % sys.version_info[:2])
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        raise SystemExit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
