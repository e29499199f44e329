"""Examples, CSV lines and raw bytes to tensors; Python functions and checks inside a graph."""

from __future__ import annotations

import numpy as np


def _example(tf, **features):
    kinds = {float: ("float_list", tf.train.FloatList), int: ("int64_list", tf.train.Int64List), bytes: ("bytes_list", tf.train.BytesList)}
    made = {}
    for key, values in features.items():
        field, cls = kinds[type(values[0])]
        made[key] = tf.train.Feature(**{field: cls(value=values)})
    return tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString()


def _batch(tf):
    first = _example(tf, x=[1.0, 2.0], y=[5], z=[b"q", b"r"], s=[1, 2, 3], i=[4, 1], j=[7, 8])
    return np.array([first, _example(tf, x=[3.0, 4.0], s=[9], z=[b"only"])], object)


def _parts(found):
    made = []
    for key in sorted(found):
        t = found[key]
        made += [t.indices, t.values, t.dense_shape] if hasattr(t, "indices") else [t]
    return made


def _features(tf):
    return {
        "x": tf.FixedLenFeature([2], tf.float32),
        "y": tf.FixedLenFeature([], tf.int64, default_value=-1),
        "z": tf.VarLenFeature(tf.string),
        "s": tf.FixedLenSequenceFeature([], tf.int64, allow_missing=True),
    }


def case_parse_example(tf):
    s = tf.placeholder(tf.string, [None])
    padded = {"m": tf.FixedLenFeature([2], tf.string, ["a", "b"]), "z": tf.FixedLenSequenceFeature([], tf.string, True, "pad")}
    return _parts(tf.parse_example(s, _features(tf))) + _parts(tf.parse_example(s, padded, name="named")), {s: _batch(tf)}


def case_parse_single_example(tf):
    s = tf.placeholder(tf.string, [])
    rows = tf.parse_single_example(s, {"x": tf.FixedLenFeature([1, 2], tf.float32)})
    return _parts(tf.parse_single_example(s, _features(tf))) + _parts(rows), {s: _batch(tf)[0]}


def case_parse_sparse_feature(tf):
    s = tf.placeholder(tf.string, [None])
    return _parts(tf.parse_example(s, {"k": tf.SparseFeature("i", "j", tf.int64, 10)})), {s: _batch(tf)[:1]}


def case_parse_sequence(tf):
    train = tf.train
    numbers = train.FeatureList(feature=[train.Feature(int64_list=train.Int64List(value=[i, i + 1])) for i in range(3)])
    ragged = train.FeatureList(feature=[train.Feature(float_list=train.FloatList(value=[1.0] * i)) for i in range(3)])
    message = train.SequenceExample(
        context=train.Features(feature={"n": train.Feature(int64_list=train.Int64List(value=[3]))}),
        feature_lists=train.FeatureLists(feature_list={"t": numbers, "v": ragged}),
    )
    s = tf.placeholder(tf.string, [])
    context = {"n": tf.FixedLenFeature([], tf.int64), "w": tf.VarLenFeature(tf.string), "o": tf.FixedLenFeature([2], tf.float32, [1.0, 2.0])}
    lists = {"t": tf.FixedLenSequenceFeature([2], tf.int64), "v": tf.VarLenFeature(tf.float32), "m": tf.FixedLenSequenceFeature([], tf.int64, allow_missing=True)}
    found = tf.parse_single_sequence_example(s, context, lists)
    return _parts(found[0]) + _parts(found[1]), {s: message.SerializeToString()}


def _sequence(tf, context, **lists):
    kinds = {float: ("float_list", tf.train.FloatList), int: ("int64_list", tf.train.Int64List), bytes: ("bytes_list", tf.train.BytesList)}

    def feature(values):
        field, cls = kinds[type(values[0])] if values else ("int64_list", tf.train.Int64List)
        return tf.train.Feature(**{field: cls(value=values)})

    made = {key: tf.train.FeatureList(feature=[feature(v) for v in steps]) for key, steps in lists.items()}
    fixed = tf.train.Features(feature={"c": feature(context)})
    return tf.train.SequenceExample(context=fixed, feature_lists=tf.train.FeatureLists(feature_list=made)).SerializeToString()


def case_parse_sequences(tf):
    first = _sequence(tf, [1, 2], d=[[1.0, 2.0], [3.0, 4.0]], s=[[1], [2, 3], []], w=[[b"x"]])
    batch = np.array([first, _sequence(tf, [3, 4], d=[[5.0, 6.0]], s=[], w=[[b"p"], [b"q", b"r"]])], object)
    s = tf.placeholder(tf.string, [None])
    lists = {"d": tf.io.FixedLenSequenceFeature([2], tf.float32), "s": tf.io.VarLenFeature(tf.int64), "w": tf.io.VarLenFeature(tf.string)}
    lists["none"] = tf.io.FixedLenSequenceFeature([], tf.string, allow_missing=True)
    fixed, found, lengths = tf.io.parse_sequence_example(s, {"c": tf.io.FixedLenFeature([2], tf.int64)}, lists)
    return _parts(fixed) + _parts(found) + _parts(lengths), {s: batch}


def case_parse_named_example(tf):
    s = tf.placeholder(tf.string, [])
    return _parts(tf.io.parse_single_example(s, _features(tf), example_names="mine")), {s: _batch(tf)[0]}


def case_json(tf):
    text = '{"features": {"feature": {"x": {"floatList": {"value": [1.5, 2]}}, "z": {"bytesList": {"value": ["eHk="]}}}}}'
    found = tf.io.parse_example(tf.io.decode_json_example([text, "{}"]), {"x": tf.VarLenFeature(tf.float32), "z": tf.VarLenFeature(tf.string)})
    return _parts(found)


# message M { repeated int32 i = 1; optional string s = 2 [default = "d"]; repeated double f = 3; repeated sint64 z = 4; }
_MESSAGE = b"bytes://\x0a@\x0a\x07m.proto\x12\x01p\x222\x0a\x01M\x12\x09\x0a\x01i\x18\x01 \x03(\x05\x12\x0c\x0a"
_MESSAGE += b"\x01s\x18\x02 \x01(\x09:\x01d\x12\x09\x0a\x01f\x18\x03 \x03(\x01\x12\x09\x0a\x01z\x18\x04 \x03(\x12"


def case_protos(tf):
    sizes = [[2, 1, 1, 1], [0, 0, 2, 0]]
    values = [np.int32([[1, -2], [0, 0]]), [["x"], [""]], np.float64([[0.5, 0], [1, 2]]), np.int64([[-3], [0]])]
    encoded = tf.io.encode_proto(sizes, values, ["i", "s", "f", "z"], "p.M", _MESSAGE)
    decoded = tf.io.decode_proto(encoded, "p.M", ["i", "s", "f", "z"], [tf.int32, tf.string, tf.float64, tf.int64], _MESSAGE)
    return [encoded, decoded.sizes, *decoded.values]


def case_raw(tf):
    s = tf.placeholder(tf.string, [None])
    made = [tf.decode_raw(s, tf.uint8), tf.decode_raw("abcd", tf.int32), tf.decode_raw("abcd", tf.int16, little_endian=False)]
    return made + [tf.parse_tensor(tf.serialize_tensor([1.0, 2.0]), tf.float32), tf.serialize_tensor(tf.constant([[1, 2]]))], {s: np.array([b"ab", b"cd"], object)}


def case_csv(tf):
    made = [tf.decode_csv(["1,2.5,a", '3,,"b""c,"'], [[0], [1.5], ["z"]]), tf.decode_csv("a;b;;", [[""]] * 4, field_delim=";", name="cc")]
    return made + [tf.decode_csv("1,NA,3", [[0], [9]], na_value="NA", select_cols=[1, 2])]


def case_py_func(tf):
    x = tf.placeholder(tf.float32, [2])
    return [tf.py_func(lambda a: a * 2, [x], tf.float32), tf.py_func(lambda a, b: (a + b, "s"), [x, 1.0], [tf.float32, tf.string], stateful=False, name="pf")], {x: [1.0, 2.0]}


case_py_func.same_graph = False  # the tokens count the functions of the process


def case_print_and_checks(tf):
    x = tf.placeholder(tf.float32, [2])
    shown = tf.Print(x, [x, "a"], "msg", first_n=1, summarize=1)
    made = [shown, tf.check_numerics(x, "oops"), tf.verify_tensor_all_finite(x, "bad"), tf.print("x", x, {"a": x})]
    return made + tf.gradients(shown * 2, x) + tf.gradients(tf.check_numerics(x, "m"), x), {x: [1.0, 2.0]}


def case_add_check_numerics(tf):
    tf.constant([1.0, 0.0]) / 0.0
    return tf.add_check_numerics_ops()


WRONG = {
    "missing_feature": lambda tf: tf.parse_example(_batch(tf), {"q": tf.FixedLenFeature([], tf.int64)})["q"],
    "other_type": lambda tf: tf.parse_example(_batch(tf), {"x": tf.FixedLenFeature([], tf.int64)})["x"],
    "other_size": lambda tf: tf.parse_example(_batch(tf), {"x": tf.FixedLenFeature([3], tf.float32)})["x"],
    "no_example": lambda tf: tf.parse_example(["abc"], {"x": tf.FixedLenFeature([3], tf.float32)})["x"],
    "no_features": lambda tf: tf.parse_example(["abc"], {}),
    "raw_size": lambda tf: tf.decode_raw(["abc"], tf.float32),
    "csv_number": lambda tf: tf.decode_csv("1,x", [[1], [1]]),
    "csv_columns": lambda tf: tf.decode_csv("1", [[1], [1]]),
    "csv_required": lambda tf: tf.decode_csv(",1", [tf.constant([], tf.int32), [1]]),
    "csv_quote": lambda tf: tf.decode_csv('a"b', [["x"]]),
    "py_func_type": lambda tf: tf.py_func(lambda: 1, [], tf.int32),
    "py_func_count": lambda tf: tf.py_func(lambda: (1.0, 2.0), [], [tf.float64]),
    "py_func_raises": lambda tf: tf.py_func(lambda: 1 / 0, [], tf.float32),
    "py_func_value_error": lambda tf: tf.py_func(lambda: int("x"), [], tf.int64),
    "not_finite": lambda tf: tf.check_numerics([1.0, float("inf")], "oops"),
}


def cases():
    for name, build in WRONG.items():
        build.same_graph = False
        yield "wrong_" + name, build
