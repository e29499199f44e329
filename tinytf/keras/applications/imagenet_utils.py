"""Images as the networks want them, and the classes of their outputs.  Follows keras.applications.imagenet_utils of TF 1.15."""

from __future__ import annotations

import json
import os

import numpy as np

from tinytf.keras import backend_settings

_MEANS = {"caffe": (103.939, 116.779, 123.68), "torch": (0.485, 0.456, 0.406)}  # blue, green, red; red, green, blue


def preprocess_input(x, data_format=None, mode="caffe"):
    """Images of 0 … 255 as a network was trained: "caffe" (blue first, less the means), "tf" (-1 … 1), "torch" (normalized)."""
    data_format = data_format or backend_settings.image_data_format()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError("Unknown data_format " + str(data_format))
    is_array = isinstance(x, np.ndarray)
    if is_array and not np.issubdtype(x.dtype, np.floating):
        x = x.astype(backend_settings.floatx())
    if mode == "tf":
        return x / 127.5 - 1.0
    axis = -1 if data_format == "channels_last" else -3
    shape = (3,) if axis == -1 else (3, 1, 1)
    means = np.reshape(np.array(_MEANS[mode], backend_settings.floatx()), shape)
    if mode == "torch":
        return (x / 255.0 - means) / np.reshape(np.array((0.229, 0.224, 0.225), backend_settings.floatx()), shape)
    reversed_channels = x[..., ::-1] if axis == -1 else x[..., ::-1, :, :]
    return reversed_channels - means


def decode_predictions(preds, top=5) -> list:
    """For each row of 1000 probabilities the `top` best as (number in WordNet, name, probability).

    The names are read from ~/.keras/models/imagenet_class_index.json, which Keras downloads and tinytf does not.
    """
    if len(preds.shape) != 2 or preds.shape[1] != 1000:
        raise ValueError(
            "`decode_predictions` expects a batch of predictions (i.e. a 2D array of shape (samples, 1000)). Found array with shape: "
            + str(preds.shape)
        )
    path = os.path.join(os.path.expanduser("~"), ".keras", "models", "imagenet_class_index.json")
    if not os.path.exists(path):
        raise NotImplementedError("decode_predictions needs the names of the classes in %s: put the file there, tinytf downloads nothing" % path)
    with open(path, encoding="utf-8") as file:
        names = json.load(file)
    return [[(*names[str(i)], row[i]) for i in row.argsort()[-top:][::-1]] for row in preds]
