"""tf.contrib.slim.nets: shapes, strides and end points; node for node they are held against TensorFlow in the golden scripts."""

import pytest

import tinytf as tf
from tinytf.contrib.slim.nets.inception_tables import parse

nets = tf.contrib.slim.nets


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def images(size):
    return tf.placeholder(tf.float32, [None, size, size, 3])


@pytest.mark.parametrize("stride, size", [(None, 2), (32, 2), (16, 4), (8, 8)])
def test_a_resnet_has_the_stride_that_is_asked_for(stride, size):
    blocks = [nets.resnet_v1.resnet_v1_block("block%d" % i, 1, 1, s) for i, s in enumerate((2, 2, 2, 1))]
    net, end_points = nets.resnet_v1.resnet_v1(images(64), blocks, 3, global_pool=False, output_stride=stride, scope="r")
    assert net.shape.as_list() == [None, size, size, 3]
    assert "predictions" in end_points and "r/block0/unit_1/bottleneck_v1" in end_points


def test_strides_that_cannot_be():
    with pytest.raises(ValueError, match="needs to be a multiple of 4"):
        nets.resnet_v2.resnet_v2_50(images(64), output_stride=3)
    with pytest.raises(ValueError, match="The target output_stride cannot be reached"):
        nets.resnet_utils.stack_blocks_dense(images(8), [], output_stride=2)


def test_an_end_point_that_there_is_not():
    with pytest.raises(ValueError, match="Unknown final endpoint Mixed_9z"):
        nets.inception.inception_v3_base(images(75), "Mixed_9z", depth_multiplier=0.01, min_depth=1)


def test_how_a_table_is_read():
    pool, module = parse("Pool_3x3 /2\nMixed\n  A_1x1 4\n  B_1x1 2 ~0.1 > C_1x3 3 & D_3x1 3\n")
    assert pool.layer == "Pool_3x3 /2"
    assert module.branches == [[["A_1x1 4"]], [["B_1x1 2 ~0.1"], ["C_1x3 3", "D_3x1 3"]]]
