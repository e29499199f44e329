"""Runs one script and notes what it did: under real TensorFlow 1 or 2, or under tinytf. (For side_by_side.py.)

    PYTHON observe.py {tinytf,tensorflow} SEED OUT script.py args…

Leaves in the folder OUT: outcome.json (exit code, class and message of an uncaught exception), and for each graph
that the script made, in order: graph-N.pb (GraphDef) and meta-N.pb (MetaGraphDef). SEED, if not "-", becomes the
seed of every graph, so that both sides draw the same numbers. Runs on Python 3.7 too.
"""

from __future__ import annotations

import json
import os
import sys
import types


def tensorflow_of(which):
    """The module that `import tensorflow` is to mean."""
    if which == "tinytf":
        import tinytf
        from tinytf.as_tensorflow.companions import old_names

        tinytf.install()
        old_names.put_back()  # as `python -m tinytf` does
        return tinytf
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    if tensorflow.__version__.startswith("1."):
        return tensorflow
    import tensorflow.compat.v1 as v1

    v1.disable_v2_behavior()
    sys.modules["tensorflow"] = v1
    return v1


def remember_graphs(tf, seed):
    """The list of all graphs, filled as they are made; each gets the seed."""
    graphs = []
    plain_init = tf.Graph.__init__

    def init(self, *args, **kwargs):
        plain_init(self, *args, **kwargs)
        self.seed = seed
        graphs.append(self)

    tf.Graph.__init__ = init
    return graphs


def run_script(argv):
    """The exit code and the exception, if one ended it."""
    path = os.path.abspath(argv[0])
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    sys.argv = argv
    sys.path[0] = os.path.dirname(path)
    try:
        with open(path, "rb") as source:
            exec(compile(source.read(), path, "exec", dont_inherit=True), module.__dict__)
    except SystemExit as stop:
        code = stop.code
        return 0 if code is None else code if isinstance(code, int) else 1, None
    except Exception as error:  # whatever ends the script is its outcome
        import traceback

        traceback.print_exc()
        return 1, error
    return 0, None


def main(which, seed, out, *argv):
    tf = tensorflow_of(which)
    graphs = remember_graphs(tf, None if seed == "-" else int(seed))
    tf.reset_default_graph()  # under TensorFlow 2, importing has made one already
    exit_code, error = run_script(list(argv))
    sys.stdout.flush()
    outcome = {"exit": exit_code}
    if error is not None:
        outcome.update(error=type(error).__name__, message=str(error))
    os.makedirs(out, exist_ok=True)
    # graphs of functions, which are classes of their own, are seen in the libraries of the others
    graphs = [graph for graph in graphs if type(graph) is tf.Graph and graph.get_operations()]
    for i, graph in enumerate(graphs):
        with open(os.path.join(out, "graph-%d.pb" % i), "wb") as stream:
            stream.write(graph.as_graph_def().SerializeToString())
        with open(os.path.join(out, "meta-%d.pb" % i), "wb") as stream:
            stream.write(tf.train.export_meta_graph(graph=graph).SerializeToString())
    with open(os.path.join(out, "outcome.json"), "w") as stream:
        json.dump(outcome, stream)


if __name__ == "__main__":
    main(*sys.argv[1:])
