"""tf.image.sample_distorted_bounding_box draws TensorFlow's boxes."""

import tinytf as tf


def test_each_run_draws_the_next_box_of_tensorflow():
    with tf.Graph().as_default(), tf.Session() as sess:
        boxes = tf.constant([[[0.05, 0.05, 0.9, 0.7], [0.35, 0.47, 0.5, 0.56]]])
        begin, size, _ = tf.image.sample_distorted_bounding_box([24, 30, 3], bounding_boxes=boxes, min_object_covered=0.1, seed=1)
        drawn = [tuple(part.tolist() for part in sess.run((begin, size))) for _ in range(3)]
    assert drawn == [([2, 3, 0], [21, 26, -1]), ([5, 6, 0], [12, 11, -1]), ([11, 2, 0], [12, 15, -1])]
