"""What a TensorArray's handle stands for while a step runs: a list of arrays, each written once, and read once unless said otherwise."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.ops.array.shape_ops import show


class ArrayList:
    """The elements of one TensorArray in one step."""

    __slots__ = (
        "name",
        "np_dtype",
        "dims",
        "dynamic",
        "clear_after_read",
        "same_shapes",
        "is_grad",
        "values",
        "shapes",
        "was_cleared",
        "closed",
        "grads",
    )

    def __init__(self, name, np_dtype, dims, size, dynamic=False, clear_after_read=True, same_shapes=False, is_grad=False):
        self.name, self.np_dtype, self.dims = name, np_dtype, dims
        self.dynamic, self.clear_after_read, self.same_shapes, self.is_grad = dynamic, clear_after_read, same_shapes, is_grad
        self.values = [None] * size
        self.shapes = [None] * size  # of values that were written once, or of the forward array's
        self.was_cleared = set()
        self.closed = False
        self.grads = {}  # source (name of the call of tf.gradients) -> the array of the gradients

    value = property(lambda self: np.array([b"_tensor_arrays", self.name.encode()], object))  # a reference to one, fetched

    def fail(self, op, message):
        raise errors.InvalidArgumentError(op.node_def, op, "TensorArray %s: %s" % (self.name, message))

    def check_open(self, op):
        if self.closed:
            self.fail(op, "TensorArray %s has already been closed." % self.name)

    def write(self, op, index, value):
        if index < 0 or index >= len(self.values):
            if index < 0 or not self.dynamic:
                self.fail(op, "Tried to write to index %d but array is not resizeable and size is: %d" % (index, len(self.values)))
            more = index + 1 - len(self.values)
            self.values.extend([None] * more)
            self.shapes.extend([None] * more)
        shape = value.shape
        if not _compatible(shape, self.dims):
            self.fail(
                op,
                "Could not write to TensorArray index %d because the value shape is %s which is incompatible with the "
                "TensorArray's inferred element shape: %s (consider setting infer_shape=False)."
                % (index, show(shape), "<unknown>" if self.dims is None else show(self.dims)),
            )
        if self.same_shapes:
            self.dims = shape
        if index in self.was_cleared:
            self.fail(op, "Could not write to TensorArray index %d because it has already been read." % index)
        old = self.values[index]
        if old is not None:
            if not self.is_grad:
                self.fail(op, "Could not write to TensorArray index %d because it has already been written to." % index)
            if old.shape != shape:
                self.fail(
                    op,
                    "Could not aggregate to TensorArray index %d because the existing shape is %s but the new input "
                    "shape is %s." % (index, list(old.shape), list(shape)),
                )
            value = old + value  # several gradients of one element: their sum
        self.values[index] = value
        self.shapes[index] = shape

    def read(self, op, index):
        if index < 0 or index >= len(self.values):
            self.fail(op, "Tried to read from index %d but array size is: %d" % (index, len(self.values)))
        value = self.values[index]
        if value is None:
            value = self._zeros(op, index)
        elif self.clear_after_read:
            self.values[index] = None
            self.was_cleared.add(index)
        return value

    def _zeros(self, op, index):
        if index in self.was_cleared:
            self.fail(
                op,
                "Could not read index %d twice because it was cleared after a previous read (perhaps try setting "
                "clear_after_read = false?)." % index,
            )
        shape = self.shapes[index]
        if shape is None:
            shape = self.dims
        if shape is None or None in shape:
            self.fail(
                op,
                "Could not read from TensorArray index %d.  Furthermore, the element shape is not fully defined: %s.  "
                "It is possible you are working with a resizeable TensorArray and stop_gradients is not allowing the "
                "gradients to be written.  If you set the full element_shape property on the forward TensorArray, the "
                "proper all-zeros tensor will be returned instead of incurring this error."
                % (index, "<unknown>" if shape is None else show(shape)),
            )
        if np.dtype(self.np_dtype) == object:
            self.fail(op, "TensorSetZero type not supported: string")
        return np.zeros(shape, self.np_dtype)

    def grad(self, op, source, prefix=()):
        """The array for the gradients of the elements; the same for all calls from one call of tf.gradients."""
        found = self.grads.get(source)
        if found is None:
            if self.dynamic and not self.values:
                self.fail(op, "Unable to create a gradients TensorArray for an empty dynamic one.")
            dims = None if self.dims is None else (*prefix, *self.dims)
            found = self.grads[source] = ArrayList(
                self.name + "@" + source,
                self.np_dtype,
                dims,
                len(self.values),
                is_grad=True,
                clear_after_read=True,
                same_shapes=self.same_shapes,
            )
            found.shapes = [None if s is None else (*prefix, *s) for s in self.shapes]
        return found


def _compatible(shape, dims):
    if dims is None or shape == dims:
        return True
    return len(shape) == len(dims) and all(d is None or d == s for s, d in zip(shape, dims))
