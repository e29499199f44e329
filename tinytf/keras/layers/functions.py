"""Lambda: a layer that is a function of one's own."""

from __future__ import annotations

from tinytf import nest
from tinytf.keras import names
from tinytf.keras.base_layer import Layer
from tinytf.layers.function_config import function_from_config, function_to_config
from tinytf.shapes import TensorShape

__all__ = ["Lambda"]


class Lambda(Layer):
    """Any function of the inputs. Follows tf.keras.layers.Lambda of TF 1.15."""

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        self.function, self.arguments, self.mask = function, arguments or {}, mask
        self._output_shape = output_shape
        if mask is not None:
            self.supports_masking = True

    def compute_output_shape(self, input_shape):
        """What `output_shape` says (a shape without the batch, or a function of the input's shape); else what the function gives."""
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return _shapes(self._output_shape(input_shape))
        first = nest.flatten(input_shape)[0] if isinstance(input_shape, list) else TensorShape(input_shape).as_list()[0]
        return TensorShape([first, *self._output_shape])

    def call(self, inputs, mask=None, training=None):
        """The function of the inputs."""
        arguments = dict(self.arguments)
        for name, value in (("mask", mask), ("training", training)):
            if self._expects_by_name(name):
                arguments[name] = value
        return self.function(inputs, **arguments)

    def _expects_by_name(self, name) -> bool:
        return name in names.fn_args(self.function)  # no learning phase is made where nobody asks for it

    def compute_mask(self, inputs, mask=None):
        """What the `mask` argument says."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict:
        """Its arguments: functions as bytecode, or by name where they are no Python functions."""
        config = dict(super().get_config())
        config["function"], config["function_type"], config["module"] = function_to_config(self.function)
        shape = function_to_config(self._output_shape) if callable(self._output_shape) else (self._output_shape, "raw", None)
        config["output_shape"], config["output_shape_type"], config["output_shape_module"] = shape
        if self.mask is not None:
            config["mask"], config["mask_type"], config["mask_module"] = function_to_config(self.mask) if callable(self.mask) else (self.mask, "raw", None)
        config["arguments"] = dict(self.arguments)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A layer from what get_config gave."""
        config = dict(config)
        config["function"] = _loaded(config, "function", "function_type", "module", custom_objects)
        config["output_shape"] = _loaded(config, "output_shape", "output_shape_type", "output_shape_module", custom_objects)
        if "mask" in config:
            config["mask"] = _loaded(config, "mask", "mask_type", "mask_module", custom_objects)
        return cls(**config)


def _loaded(config, what, kind, module, custom_objects):
    value, kind, module = config.pop(what, None), config.pop(kind, "raw"), config.pop(module, None)
    return value if kind == "raw" else function_from_config((value, kind, module), custom_objects, "function in Lambda layer")


def _shapes(shapes):
    if isinstance(shapes, list) and shapes and isinstance(shapes[0], (list, tuple, TensorShape)):
        return [TensorShape(s) for s in shapes]
    return TensorShape(shapes)
