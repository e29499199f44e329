"""tf.io: files, records, and the ops that parse them (which are those of `tf` itself)."""

from __future__ import annotations

from tinytf.graph.graph_io import write_graph  # noqa: F401
from tinytf.io import gfile  # noqa: F401
from tinytf.python_io import (  # noqa: F401
    TFRecordCompressionType,
    TFRecordOptions,
    TFRecordWriter,
    tf_record_iterator,
)

_OF_TF = frozenset(
    """FixedLenFeature FixedLenSequenceFeature PaddingFIFOQueue PriorityQueue QueueBase RandomShuffleQueue SparseFeature
    VarLenFeature decode_base64 decode_compressed decode_csv decode_json_example decode_raw deserialize_many_sparse
    encode_base64 matching_files parse_example parse_single_example parse_single_sequence_example
    parse_tensor read_file serialize_many_sparse serialize_sparse serialize_tensor
    write_file""".split()
)
_OF_IMAGE = frozenset(
    """decode_and_crop_jpeg decode_bmp decode_gif decode_image decode_jpeg decode_png encode_jpeg extract_jpeg_shape
    is_jpeg""".split()
)


def __getattr__(name):
    import tinytf as tf

    if name in _OF_TF:
        return getattr(tf, name)
    if name in _OF_IMAGE:
        return getattr(tf.image, name)
    if name == "match_filenames_once":
        return tf.train.match_filenames_once
    if name in ("decode_proto", "encode_proto"):
        from tinytf.ops.files import proto_ops

        return getattr(proto_ops, name)
    if name == "parse_sequence_example":
        from tinytf.ops.files.parsing_sequences import parse_sequence_example

        return parse_sequence_example
    from tinytf.missing import missing_symbol

    raise missing_symbol("tf.io", name, __dir__())


def __dir__():
    return sorted(set(globals()) | _OF_TF | _OF_IMAGE | {"decode_proto", "encode_proto", "match_filenames_once", "parse_sequence_example"})
