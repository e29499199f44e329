"""`CompositeTensor`: the base of values that stand for several tensors (SparseTensor, IndexedSlices, a program's own)."""

from __future__ import annotations

from tinytf import nest


class CompositeTensor:
    """A value made of tensors, described by its `_type_spec`.  Follows tensorflow.python.framework.composite_tensor."""

    @property
    def _type_spec(self):
        """The TypeSpec of this value."""
        raise NotImplementedError(f"{type(self).__name__}._type_spec")

    def _shape_invariant_to_type_spec(self, shape):
        """The TypeSpec that a shape invariant of tf.while_loop means for this value."""
        raise NotImplementedError(f"{type(self).__name__}._shape_invariant_to_type_spec")

    def _nest_parts(self) -> tuple:
        return (self._type_spec._to_components(self),)

    def _nest_like(self, parts):
        return self._type_spec._from_components(parts[0])

    def _consumers(self) -> list:
        """The operations that take one of the components."""
        consumers = nest.flatten([c.consumers() for c in nest.flatten(self, expand_composites=True) if getattr(c, "graph", None) is not None])
        return list(dict.fromkeys(consumers))


def replace_composites_with_components(structure):
    """The structure, with a list of its components for each CompositeTensor in it."""
    if isinstance(structure, CompositeTensor):
        return replace_composites_with_components(nest.flatten(structure, expand_composites=True))
    if not nest.is_nested(structure):
        return structure
    return nest.map_structure(replace_composites_with_components, structure, expand_composites=False)
