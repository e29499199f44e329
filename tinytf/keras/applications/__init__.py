"""tf.keras.applications: well-known architectures, without weights or with those of a file.  Follows the module of TF 1.15."""

from tinytf.keras.applications import (  # noqa: F401
    densenet,
    imagenet_utils,
    inception_v3,
    mobilenet,
    mobilenet_v2,
    resnet,
    vgg16,
    vgg19,
    xception,
)
from tinytf.keras.applications import resnet as resnet50  # noqa: F401  (its name, when there was but one)
from tinytf.keras.applications.densenet import DenseNet121, DenseNet169, DenseNet201  # noqa: F401
from tinytf.keras.applications.inception_v3 import InceptionV3  # noqa: F401
from tinytf.keras.applications.mobilenet import MobileNet  # noqa: F401
from tinytf.keras.applications.mobilenet_v2 import MobileNetV2  # noqa: F401
from tinytf.keras.applications.resnet import ResNet50, ResNet101, ResNet152  # noqa: F401
from tinytf.keras.applications.vgg16 import VGG16  # noqa: F401
from tinytf.keras.applications.vgg19 import VGG19  # noqa: F401
from tinytf.keras.applications.xception import Xception  # noqa: F401
