"""Checkpoints: tinytf beside TensorFlow 1.15.5, np.savez and safetensors, in one run on memory-backed files.

    python compat/bench/checkpoint_bench.py --tf1 PYTHON_WITH_TF_1.15 [--folder /dev/shm] [--mib 512]

Each system runs in a process of its own, in turns, several rounds; the best time of each counts (the machine
may be shared).  Prints a table in Markdown: throughput, ratio to TensorFlow (above 1 is faster), extra memory.

What is timed: for TensorFlow the run of the Saver's save op or restore op (the session and its variables are
there); for tinytf what these ops do (bundle_writer / slice_writer / read_tensors).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROUNDS = 4


def best(act, rounds=ROUNDS):
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times)


def peak():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def large(mib):
    import numpy as np

    rows = mib // 16
    return {"large%d" % i: np.full((rows << 10, 256), i, np.float32) for i in range(16)}


def small():
    import numpy as np

    return {"layer%d/w%04d" % (i // 10, i): np.full((10, 10), i, np.float32) for i in range(3000)}


def run_tinytf(folder, mib):
    from tinytf import checkpoint

    result = {}
    for name, tensors in (("large", large(mib)), ("small", small())):
        names, arrays = list(tensors), list(tensors.values())
        specs, types = [""] * len(names), ["float32"] * len(names)
        for version, write in ((2, checkpoint.bundle_writer), (1, checkpoint.slice_writer)):
            path = os.path.join(folder, "tinytf_%s_v%d" % (name, version))
            write(path + "_warm", names[:2], specs[:2], arrays[:2])
            before = peak()
            result["%s v%d save" % (name, version)] = best(lambda: write(path, names, specs, arrays))
            if version == 2:
                result["%s v%d save, extra MiB" % (name, version)] = peak() - before
            result["%s v%d restore" % (name, version)] = best(lambda: checkpoint.read_tensors(path, names, specs, types))
            if name == "large":
                checkpoint.save(path + "_one", dict(tensors, tiny=arrays[0][:1, :4]), version)
                result["open and read one v%d" % version] = best(lambda: checkpoint.load_variable(path + "_one", "tiny"), 30)
                result["open, view all v%d" % version] = best(lambda: list(checkpoint.load(path, verify=False).values()), 10)
                os.remove(path + ("_one.data-00000-of-00001" if version == 2 else "_one"))
    return result


def run_tf1(folder, mib):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    tf.compat.v1.logging.set_verbosity("ERROR")
    result = {}
    for name, tensors in (("large", large(mib)), ("small", small())):
        for version in (2, 1):
            with tf.Graph().as_default(), tf.compat.v1.Session() as session:
                feeds = {}
                inits = []
                for key, value in tensors.items():
                    feed = tf.compat.v1.placeholder(tf.float32, value.shape)
                    feeds[feed] = value
                    inits.append(tf.compat.v1.get_variable(key, value.shape, use_resource=False).assign(feed).op)
                session.run(tf.group(*inits), feeds)
                saver = tf.compat.v1.train.Saver(write_version=version)
                path = os.path.join(folder, "tf1_%s_v%d" % (name, version))
                definition = saver.as_saver_def()
                feed = {definition.filename_tensor_name: path}
                save = lambda: session.run(definition.save_tensor_name, feed)  # noqa: E731
                restore = lambda: session.run(definition.restore_op_name, feed)  # noqa: E731
                save(), restore()
                before = peak()
                result["%s v%d save" % (name, version)] = best(save)
                if version == 2:
                    result["%s v%d save, extra MiB" % (name, version)] = peak() - before
                result["%s v%d restore" % (name, version)] = best(restore)
                if name == "large":
                    one = os.path.join(folder, "tf1_one_v%d" % version)
                    tiny = tf.zeros([1, 4])
                    names = list(tensors) + ["tiny"]
                    values = [v for v in tf.compat.v1.global_variables()] + [tiny]
                    if version == 2:
                        op = tf.raw_ops.SaveV2(prefix=one, tensor_names=names, shape_and_slices=[""] * len(names), tensors=values)
                    else:
                        op = tf.raw_ops.Save(filename=one, tensor_names=names, data=values)
                    session.run(op)
                    result["open and read one v%d" % version] = best(
                        lambda: tf.compat.v1.train.NewCheckpointReader(one).get_tensor("tiny"), 30
                    )
                    for suffix in ("", ".index", ".data-00000-of-00001"):
                        if os.path.exists(one + suffix):
                            os.remove(one + suffix)
    return result


def run_others(folder, mib):
    import numpy as np

    result = {}
    tensors = large(mib)
    path = os.path.join(folder, "savez.npz")
    result["np.savez save"] = best(lambda: np.savez(path, **tensors), 2)
    result["np.savez restore"] = best(lambda: dict(np.load(path).items()), 2)
    os.remove(path)
    try:
        from safetensors.numpy import load_file, save_file
    except ImportError:
        return result
    path = os.path.join(folder, "m.safetensors")
    result["safetensors save"] = best(lambda: save_file(tensors, path), 2)
    result["safetensors restore"] = best(lambda: load_file(path), 2)
    return result


def crc_speed():
    import numpy as np

    from tinytf.checkpoint.crc32c import crc32c

    lines = []
    for size, text in ((1 << 10, "1 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB"), (64 << 20, "64 MiB")):
        data = np.random.default_rng(0).integers(0, 256, size, np.uint8).tobytes()
        repeats = max(1, (8 << 20) // size)
        crc32c(data)
        seconds = best(lambda: [crc32c(data) for _ in range(repeats)], 7) / repeats
        lines.append("| CRC32C of %s | %.0f MB/s |" % (text, size / seconds / 1e6))
    return lines


def in_process(python, what, folder, mib):
    out = subprocess.run(
        [python, os.path.abspath(__file__), "--only", what, "--folder", folder, "--mib", str(mib)],
        stdout=subprocess.PIPE,
        check=True,
        universal_newlines=True,
        env=dict(os.environ, PYTHONPATH=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")),
    ).stdout
    for name in os.listdir(folder):
        os.remove(os.path.join(folder, name))
    return json.loads(out.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tf1", help="a Python that has TensorFlow 1.15")
    parser.add_argument("--others", default=sys.executable, help="a Python that has safetensors")
    parser.add_argument("--folder", default="/dev/shm")
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(json.dumps(globals()["run_" + args.only](args.folder, args.mib)))
        return
    folder = tempfile.mkdtemp(dir=args.folder)
    try:
        results = {"tinytf": {}, "tf1": {}, "others": {}}
        for _ in range(args.turns):
            for what, python in (("tinytf", sys.executable), ("tf1", args.tf1), ("others", args.others)):
                if python:
                    for key, value in in_process(python, what, folder, args.mib).items():
                        results[what][key] = min(value, results[what].get(key, value))
    finally:
        shutil.rmtree(folder)
    report(results, args.mib)


def report(results, mib):
    ours, theirs = results["tinytf"], results["tf1"]
    print("| | tinytf | TensorFlow 1.15.5 | ratio |")
    print("| --- | --- | --- | --- |")
    for key, value in ours.items():
        other = theirs.get(key)
        if "MiB" in key:
            print("| %s | %.1f | %s | |" % (key, value, "" if other is None else "%.1f" % other))
            continue

        def show(seconds, key=key):
            if seconds is None:
                return ""
            if key.startswith("large"):
                return "%.2f GB/s" % (mib * 2**20 / seconds / 1e9)
            return "%.2f ms" % (seconds * 1e3)

        ratio = "%.2f" % (other / value) if other else ""
        print("| %s | %s | %s | %s |" % (key, show(value), show(other), ratio))
    for key, value in results["others"].items():
        print("| %s | %.2f GB/s | | |" % (key, mib * 2**20 / value / 1e9))
    print("\n".join(crc_speed()))


if __name__ == "__main__":
    main()
