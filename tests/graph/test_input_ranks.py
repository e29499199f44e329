"""An input of a rank that its op does not take is an error while the graph is built, in TensorFlow's words."""

import pytest

import tinytf as tf
from tinytf.graph import op_entry
from tinytf.graph.input_ranks import TABLE


def of_rank(n, dtype=tf.float32):
    return tf.placeholder(dtype, [None] * n)


CASES = [
    (lambda: tf.argmax(of_rank(2), of_rank(1, tf.int32)), "Shape must be rank 0 but is rank 1 for 'ArgMax' (op: 'ArgMax') with input shapes: [?,?], [?]."),
    (lambda: tf.image.adjust_contrast(of_rank(3), of_rank(1)), "Shape must be rank 0 but is rank 1 for"),
    (lambda: tf.raw_ops.DrawBoundingBoxesV2(images=of_rank(2), boxes=of_rank(3), colors=of_rank(2)), "Shape must be at least rank 3 but is rank 2 for"),
    (lambda: tf.data.experimental.CsvDataset(of_rank(2, tf.string), [0]), "Shape must be at most rank 1 but is rank 2 for"),
    (lambda: tf.edit_distance(*[tf.SparseTensor(of_rank(2, tf.int64), of_rank(1), of_rank(1, tf.int64)) for _ in "12"]), None),
    (lambda: tf.raw_ops.ConcatV2(values=[of_rank(1), of_rank(1)], axis=of_rank(1, tf.int32)), "Shape must be rank 0 but is rank 1 for"),
]


@pytest.mark.parametrize("make, words", CASES)
def test_ranks_are_checked_while_the_graph_is_built(make, words):
    tf.reset_default_graph()
    if words is None:
        make()
        return
    with pytest.raises(ValueError) as caught:
        make()
    assert words in str(caught.value)


def test_the_table_has_a_rule_for_each_argument():
    for line in TABLE.strip().split("\n"):
        op_type, *rules = line.split()
        entry = op_entry.lookup(op_type)
        if entry is not None:
            assert len(rules) == len(entry.op_def.inputs), op_type
