"""What an input function returned, as (features, labels, hooks)."""

from __future__ import annotations

from tinytf.train.session_run_hook import SessionRunHook


def parse_input_fn_result(result) -> tuple:
    """(features, labels or None, hooks) of a Dataset, a pair or features alone; ValueError for other tuples."""
    from tinytf.data import Dataset, make_initializable_iterator

    hooks = []
    if isinstance(result, Dataset):
        iterator = make_initializable_iterator(result)
        hooks.append(_InitializeIterator(iterator))
        result = iterator.get_next()
    if isinstance(result, (list, tuple)):
        if len(result) != 2:
            raise ValueError("input_fn should return (features, labels) as a len 2 tuple.")
        return result[0], result[1], hooks
    return result, None, hooks


class _InitializeIterator(SessionRunHook):
    def __init__(self, iterator):
        self._iterator = iterator

    def begin(self):
        """Takes the op while the graph is open."""
        self._initializer = self._iterator.initializer

    def after_create_session(self, session, coord):
        """Runs it."""
        session.run(self._initializer)
