"""The exceptions of tf.errors: one class per canonical status code.

Every failure of a graph, a session or a file is an `OpError`; scripts tell them apart by
class (`except tf.errors.NotFoundError`) or by `error_code`.  Follows `tf.errors` of TF 1.15.
"""

from __future__ import annotations

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class OpError(Exception):
    """An operation failed.

    Args:
      node_def: the NodeDef of the operation, or None where no node is to blame.
      op: the `Operation` that failed, or None.
      message: what was read, what was expected, what to do.
      error_code: one of the module's codes.
    """

    def __init__(self, node_def, op, message, error_code):
        super().__init__(message)
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code

    @property
    def message(self) -> str:
        """What went wrong."""
        return self._message

    @property
    def op(self):
        """The `Operation` that failed, if one is known."""
        return self._op

    @property
    def error_code(self) -> int:
        """The canonical status code, e.g. `tf.errors.NOT_FOUND`."""
        return self._error_code

    @property
    def node_def(self):
        """The NodeDef of the operation that failed, if one is known."""
        return self._node_def

    def __reduce__(self):
        # Graphs do not pickle: an error that crosses a process keeps its words and its code.
        if type(self) in (OpError, UnknownError):
            return type(self), (None, None, self._message, self._error_code)
        return type(self), (None, None, self._message)

    def __str__(self) -> str:
        if self._op is None:
            return self._message
        where = getattr(self._op, "where_made", None)
        lines = [self._message]
        if f"{self._op.name}" not in self._message:
            lines[0] += f"\n\t [[node {self._op.name} ({self._op.type})]]"
        if where:
            lines.append(f"Operation '{self._op.name}' ({self._op.type}) was made at:\n{where}")
        return "\n".join(lines)


def _status(name: str, code: int, doc: str):
    """One exception class for one status code."""

    def __init__(self, node_def, op, message, error_code=code):
        OpError.__init__(self, node_def, op, message, error_code)

    return type(name, (OpError,), {"__init__": __init__, "__doc__": doc, "__module__": __name__})


CancelledError = _status("CancelledError", CANCELLED, "The step was cancelled, e.g. its queue was closed.")
UnknownError = _status("UnknownError", UNKNOWN, "The cause is not known.")
InvalidArgumentError = _status("InvalidArgumentError", INVALID_ARGUMENT, "An operation got a value that it cannot take.")
DeadlineExceededError = _status("DeadlineExceededError", DEADLINE_EXCEEDED, "The time allowed ran out.")
NotFoundError = _status("NotFoundError", NOT_FOUND, "A file, a tensor or a key does not exist.")
AlreadyExistsError = _status("AlreadyExistsError", ALREADY_EXISTS, "What should be made exists already.")
PermissionDeniedError = _status("PermissionDeniedError", PERMISSION_DENIED, "The caller may not do this.")
UnauthenticatedError = _status("UnauthenticatedError", UNAUTHENTICATED, "The caller is not known.")
ResourceExhaustedError = _status("ResourceExhaustedError", RESOURCE_EXHAUSTED, "Memory, disk or a quota is used up.")
FailedPreconditionError = _status(
    "FailedPreconditionError", FAILED_PRECONDITION, "The system is not in the state needed, e.g. a variable has no value."
)
AbortedError = _status("AbortedError", ABORTED, "The operation was given up, e.g. for a concurrent one.")
OutOfRangeError = _status("OutOfRangeError", OUT_OF_RANGE, "The end of the input was passed.")
UnimplementedError = _status("UnimplementedError", UNIMPLEMENTED, "The operation is not implemented.")
InternalError = _status("InternalError", INTERNAL, "An invariant of the system is broken.")
UnavailableError = _status("UnavailableError", UNAVAILABLE, "The runtime cannot be reached.")
DataLossError = _status("DataLossError", DATA_LOSS, "Data is corrupt or was lost and cannot be read.")


class InaccessibleTensorError(ValueError):
    """A tensor of a function's body is used outside of it."""


class OperatorNotAllowedInGraphError(TypeError):
    """A Python construct that needs a value was used on a tensor of a graph, e.g. `if tensor:`."""


_CLASS_OF_CODE = {
    CANCELLED: CancelledError,
    UNKNOWN: UnknownError,
    INVALID_ARGUMENT: InvalidArgumentError,
    DEADLINE_EXCEEDED: DeadlineExceededError,
    NOT_FOUND: NotFoundError,
    ALREADY_EXISTS: AlreadyExistsError,
    PERMISSION_DENIED: PermissionDeniedError,
    UNAUTHENTICATED: UnauthenticatedError,
    RESOURCE_EXHAUSTED: ResourceExhaustedError,
    FAILED_PRECONDITION: FailedPreconditionError,
    ABORTED: AbortedError,
    OUT_OF_RANGE: OutOfRangeError,
    UNIMPLEMENTED: UnimplementedError,
    INTERNAL: InternalError,
    UNAVAILABLE: UnavailableError,
    DATA_LOSS: DataLossError,
}
_CODE_OF_CLASS = {cls: code for code, cls in _CLASS_OF_CODE.items()}


def exception_type_from_error_code(error_code: int):
    """The exception class of a status code."""
    return _CLASS_OF_CODE[error_code]


def error_code_from_exception_type(cls) -> int:
    """The status code of an exception class."""
    return _CODE_OF_CLASS[cls]
