"""What `tf.layers.Layer` has from Keras and no use for: it keeps no record of its calls, so it has no inputs and outputs to tell.

Follows TF 1.15, where only a layer that is called on Keras tensors is connected.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.tensor_spec import TensorSpec


class Unconnected:
    """The members that speak of calls; the words of the errors are TensorFlow's."""

    @property
    def dynamic(self) -> bool:
        """Whether it must run eagerly: False."""
        return False

    @property
    def inbound_nodes(self) -> list:
        """The calls that were recorded: none."""
        return []

    @property
    def outbound_nodes(self) -> list:
        """The calls of other layers on this one's outputs that were recorded: none."""
        return []

    @property
    def metrics(self) -> list:
        """The metrics that `add_metric` added: none."""
        return []

    def add_metric(self, value, aggregation=None, name=None):
        """NotImplementedError: use `tf.metrics`, or layers of `tf.keras`."""
        raise NotImplementedError("tf.layers.Layer.add_metric: use tf.metrics, or a layer of tf.keras")

    @property
    def submodules(self) -> tuple:
        """The layers and modules among its attributes, at any depth."""
        from tinytf.graph.module import Module

        found: dict = {}
        for name in sorted(vars(self)):
            for value in nest.flatten(vars(self)[name]):
                if isinstance(value, (Unconnected, Module)) and value is not self:
                    found[id(value)] = value
                    found.update({id(inner): inner for inner in value.submodules})
        return tuple(found.values())

    def compute_mask(self, inputs, mask=None):
        """The mask of its outputs: none.  TypeError where it is given one."""
        if not self.supports_masking and any(m is not None for m in nest.flatten(mask)):
            raise TypeError(f"Layer {self.name} does not support masking, but was passed an input_mask: {mask}")
        return mask

    def compute_output_signature(self, input_signature):
        """The TensorSpecs of its outputs, from those of its inputs."""
        shapes = nest.map_structure(lambda spec: spec.shape, input_signature)
        dtype = dtypes.as_dtype(self.dtype or nest.flatten(input_signature)[0].dtype)
        return nest.map_structure(lambda shape: TensorSpec(shape, dtype), self.compute_output_shape(shapes))

    def _unconnected(self, what: str):
        raise AttributeError(f"Layer {self.name} is not connected, no {what} to return.")

    @property
    def input(self):
        """AttributeError: there is none to tell."""
        self._unconnected("input")

    @property
    def input_mask(self):
        """AttributeError: there is none to tell."""
        self._unconnected("input")

    @property
    def output(self):
        """AttributeError: there is none to tell."""
        raise AttributeError(f"Layer {self.name} has no inbound nodes.")

    @property
    def output_mask(self):
        """AttributeError: there is none to tell."""
        raise AttributeError(f"Layer {self.name} has no inbound nodes.")

    @property
    def input_shape(self):
        """AttributeError: there is none to tell."""
        raise AttributeError("The layer has never been called and thus has no defined input shape.")

    @property
    def output_shape(self):
        """AttributeError: there is none to tell."""
        raise AttributeError("The layer has never been called and thus has no defined output shape.")

    def get_input_at(self, node_index):
        """RuntimeError: there is none to tell."""
        raise RuntimeError("The layer has never been called and thus has no defined input.")

    def get_output_at(self, node_index):
        """RuntimeError: there is none to tell."""
        raise RuntimeError("The layer has never been called and thus has no defined output.")

    def get_input_shape_at(self, node_index):
        """RuntimeError: there is none to tell."""
        raise RuntimeError("The layer has never been called and thus has no defined input shape.")

    def get_output_shape_at(self, node_index):
        """RuntimeError: there is none to tell."""
        raise RuntimeError("The layer has never been called and thus has no defined output shape.")

    def get_input_mask_at(self, node_index):
        """RuntimeError: there is none to tell."""
        self.get_input_at(node_index)

    def get_output_mask_at(self, node_index):
        """RuntimeError: there is none to tell."""
        self.get_output_at(node_index)
