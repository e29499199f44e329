"""`DeviceScope`: one level of `with tf.device(…)`: the device function, and where in the program it stands."""

from __future__ import annotations

from tinytf.graph import device
from tinytf.graph.traceable_stack import TraceableObject


class DeviceScope(TraceableObject):
    """What a `with tf.device(device_name_or_function)` asks for.

    `function`: from an operation to the name of its device; None where the scope lifts outer ones.
    """

    def __init__(self, device_name_or_function):
        super().__init__(device_name_or_function)
        asked = device_name_or_function
        self.function = asked if asked is None or callable(asked) else device.merge_device(asked)
        self.set_filename_and_line_from_caller(offset=3)  # past the scope's generator and contextlib

    def described(self) -> TraceableObject:
        """The place of the scope, with what it asked for as a text."""
        asked = self.obj
        text = str(asked)
        if callable(asked):
            code = getattr(getattr(asked, "__func__", asked), "__code__", None)
            where = (code.co_filename, code.co_firstlineno) if code else ("unknown", -1)
            text = "%s<%s, %d>" % (getattr(asked, "__name__", type(asked).__name__), *where)
        return TraceableObject(text, self.filename, self.lineno)
