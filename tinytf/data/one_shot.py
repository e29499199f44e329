"""What a one-shot iterator starts from: a function without arguments that makes its dataset."""

from __future__ import annotations

from tinytf.data.dataset import Dataset
from tinytf.ops.functions.defun import Defun
from tinytf.ops.random.random_seed import get_seed, set_random_seed


def factory_of(dataset: Dataset, graph) -> str:
    """The name of a function of the graph's library that makes `dataset`: the ops it is made of, copied.

    Raises ValueError for a dataset that uses variables, tables or placeholders: those cannot be copied.
    """
    graph_seed, op_seed = get_seed(None)

    @Defun(capture_by_value=True, whitelisted_stateful_ops=_ops_of_datasets(dataset))
    def _make_dataset():
        """Factory function for a dataset."""
        if graph_seed is not None:
            set_random_seed((graph_seed + 87654321 * op_seed) % (2**63 - 1))
        return dataset._optimized()._variant_tensor

    try:
        _make_dataset.add_to_graph(graph)
    except ValueError as error:
        if "Cannot capture a" in str(error):
            raise ValueError(
                "Failed to create a one-shot iterator for a dataset. `Dataset.make_one_shot_iterator()` does not support datasets that "
                "capture stateful objects, such as a `Variable` or `LookupTable`. In these cases, use "
                f"`Dataset.make_initializable_iterator()`. (Original error: {error})"
            ) from error
        raise
    return _make_dataset.name


def _ops_of_datasets(dataset) -> set:
    """The ops that make a dataset and those it is made of: they may be copied though some are stateful."""
    found, waiting = set(), [dataset._variant_tensor.op]
    while waiting:
        op = waiting.pop()
        if op not in found:
            found.add(op)
            waiting.extend(t.op for t in op.inputs if t.dtype == dataset._variant_tensor.dtype)
    return found
