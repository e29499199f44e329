"""tf.contrib.slim.nets: networks of the ImageNet years, with their arg_scopes.  Follows TF 1.15."""

from __future__ import annotations

from tinytf.contrib.slim.nets import (  # noqa: F401
    alexnet,
    inception,
    inception_v1,
    inception_v2,
    inception_v3,
    overfeat,
    resnet_utils,
    resnet_v1,
    resnet_v2,
    vgg,
)
