"""The networks of tf.contrib.slim.nets, as graphs: thin, or cut off where they are long."""

import tensorflow as tf
from tensorflow.contrib.slim.python.slim.nets import alexnet, inception, overfeat, resnet_utils, resnet_v1, resnet_v2, vgg

slim = tf.contrib.slim


def resnet(version, name):
    def network(images):
        block = getattr(version, name + "_block")
        blocks = [block("block1", 2, 2, 2), block("block2", 4, 1, 1)]
        with slim.arg_scope(resnet_utils.resnet_arg_scope()):
            return getattr(version, name)(images, blocks, 5, is_training=False, output_stride=4, scope="net")

    return network


def with_scope(network, scope):
    def scoped(images):
        with slim.arg_scope(scope()):
            return network(images, 5)

    return scoped


def inception_v2(images):
    with slim.arg_scope(inception.inception_v2_arg_scope()), slim.arg_scope([slim.batch_norm], is_training=False):
        return inception.inception_v2_base(images, "Mixed_4a", depth_multiplier=0.1)


for network, size, runs in (
    (with_scope(alexnet.alexnet_v2, alexnet.alexnet_v2_arg_scope), 224, False),
    (with_scope(overfeat.overfeat, overfeat.overfeat_arg_scope), 231, False),
    (with_scope(vgg.vgg_a, vgg.vgg_arg_scope), 224, False),
    (lambda images: inception.inception_v1_base(images, "Mixed_4b"), 224, False),
    (inception_v2, 64, True),
    (lambda images: inception.inception_v3_base(images, depth_multiplier=0.1), 149, False),
    (resnet(resnet_v1, "resnet_v1"), 33, True),
    (resnet(resnet_v2, "resnet_v2"), 33, True),
):
    with tf.Graph().as_default():
        images = tf.reshape(tf.linspace(-1.0, 1.0, size * size * 3), [1, size, size, 3])
        net, end_points = network(images)
        print(net.op.name, net.shape, len(end_points), len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)))
        for name in sorted(end_points)[-3:]:
            print(" ", name, end_points[name].shape)
        if runs:
            with tf.Session() as sess:
                sess.run(tf.global_variables_initializer())
                print(" ", " ".join("%.4f" % v for v in sess.run(net).ravel()[:5]))
