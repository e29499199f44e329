"""Tensors that stay in the session from one step to the next: `tf.get_session_handle` and its kin of TF 1.15.

A handle is a text that names a value which the session keeps.  Fetching one gives a TensorHandle, which may be fed where the
value is wanted.
"""

from __future__ import annotations

import itertools

import numpy as np

from tinytf import dtypes as types
from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.default_graph import colocate_with, device
from tinytf.graph.device import DeviceSpec
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar, unknown
from tinytf.graph.tensor import Tensor

_DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"


class _Kept(dict):
    """The values that a session keeps, by handle."""

    numbers = itertools.count()


def _kept(resources) -> _Kept:
    return resources.setdefault(("", "session tensors"), _Kept())


def _keep_kernel(op, resources):
    kept = _kept(resources)

    def keep(value):
        handle = "%s;%d;%s" % (op.name, next(_Kept.numbers), _DEVICE)
        kept[handle] = np.array(value)
        return np.array(handle.encode(), dtype=object)

    return keep


def _text(handle) -> str:
    value = handle.item() if hasattr(handle, "item") else handle
    return value.decode() if isinstance(value, bytes) else value


def _get_kernel(op, resources):
    kept = _kept(resources)

    def get(handle):
        value = kept.get(_text(handle))
        if value is None:
            raise errors.InvalidArgumentError(op.node_def, op, "The tensor with handle '%s' is not in the session store." % _text(handle))
        return value

    return get


def _delete_kernel(op, resources):
    kept = _kept(resources)

    def delete(handle):
        if kept.pop(_text(handle), None) is None:
            raise errors.InvalidArgumentError(op.node_def, op, "Failed to delete a tensor with handle '%s' in the session store." % _text(handle))

    return delete


op("GetSessionHandle(value: T) -> (handle: string); T: type; is_stateful",
   shape=scalar, stateful_kernel=_keep_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("GetSessionTensor(handle: string) -> (value: dtype); dtype: type; is_stateful",
   shape=unknown, stateful_kernel=_get_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("DeleteSessionTensor(handle: string) -> (); is_stateful",
   shape=no_outputs, stateful_kernel=_delete_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


class TensorHandle:
    """A value that a session keeps.  The value goes when nobody holds the handle any more, unless its text was asked for."""

    def __init__(self, handle, dtype, session):
        self._handle = _text(handle)
        self._dtype, self._session = dtype, session
        self._auto_gc_enabled = True

    def __del__(self):
        if self._auto_gc_enabled:
            self._values().pop(self._handle, None)

    def __str__(self):
        return self._handle

    def _values(self) -> dict:
        return self._session._resources.get(("", "session tensors"), {})

    @property
    def handle(self) -> str:
        """The text of the handle."""
        return self._handle

    def eval(self):
        """The value."""
        if not self._auto_gc_enabled:
            raise TypeError("Persistent tensor %s may have already been deleted." % self.handle)
        return self.value_to_feed().copy()

    def delete(self) -> None:
        """Lets the session forget the value."""
        if not self._auto_gc_enabled:
            raise TypeError("Persistent tensor %s may have already been deleted." % self.handle)
        self._auto_gc_enabled = False
        self._values().pop(self._handle, None)

    def get_raw_handle(self) -> str:
        """The text of the handle; the value stays until it is deleted by it."""
        self._auto_gc_enabled = False
        return self._handle

    def value_to_feed(self):
        """The array that is fed where this handle is."""
        value = self._values().get(self._handle)
        if value is None:
            raise errors.InvalidArgumentError(None, None, "The tensor with handle '%s' is not in the session store." % self._handle)
        return value

    @staticmethod
    def _get_device_name(handle):
        """The device that a handle's text names."""
        return DeviceSpec.from_string(_text(handle).split(";")[-1]).to_string()


def get_session_handle(data, name=None):
    """A string scalar: the handle of the value, which the session keeps from now on.  Follows `tf.get_session_handle`."""
    if not isinstance(data, Tensor):
        raise TypeError("`data` must be of type Tensor.")
    with colocate_with(data):
        return make("GetSessionHandle", data, name=name)


def get_session_tensor(handle, dtype, name=None):
    """(placeholder of a handle, the tensor that it names).  Follows `tf.get_session_tensor`."""
    with device(TensorHandle._get_device_name(handle)):
        holder = _placeholder()
        return holder, make("GetSessionTensor", holder, dtype=dtype, name=name)


def delete_session_tensor(handle, name=None):
    """(placeholder of a handle, the operation that lets the session forget the value).  Follows `tf.delete_session_tensor`."""
    with device(TensorHandle._get_device_name(handle)):
        holder = _placeholder()
        return holder, make("DeleteSessionTensor", holder, name=name)


def _placeholder():
    from tinytf.ops.array.placeholder import placeholder

    return placeholder(types.string)


def encode_resource_handle(resource_handle):
    """A ResourceHandleProto as the array that is fed for it: not here, handles of resources do not leave the session."""
    raise NotImplementedError("session_ops.encode_resource_handle: resource handles do not leave the session")
