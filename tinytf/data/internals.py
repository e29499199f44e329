"""Names inside tensorflow.python.data that its tests use.  They follow the modules of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.data import structure
from tinytf.data.dataset import Dataset
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor_spec import TensorSpec
from tinytf.ops.random.random_seed import get_seed  # noqa: F401


def _VariantDataset(dataset_variant, structure):  # noqa: N802  (a class in TensorFlow)
    """The dataset of a variant tensor, whose elements have the given specs."""
    return Dataset(dataset_variant, structure)


def obtain_all_variant_tensor_ops(dataset) -> list:
    """The ops whose variants a dataset is made of, its own first."""
    found: list = []
    waiting = [dataset._variant_tensor.op]
    while waiting:
        op = waiting.pop(0)
        if op in found or not any(t.dtype == dtypes.variant for t in op.outputs):
            continue
        found.append(op)
        waiting += [t.op for t in op.inputs if t.dtype == dtypes.variant]
    return found


def get_flat_tensor_specs(element_spec) -> list:
    """The TensorSpecs of what carries an element."""
    from tinytf.data.wires import wire

    return [wire(spec) for spec in structure.flatten(element_spec)]


def get_flat_tensor_shapes(element_spec) -> list:
    """The shapes of what carries an element."""
    return [spec.shape for spec in get_flat_tensor_specs(element_spec)]


def get_flat_tensor_types(element_spec) -> list:
    """The dtypes of what carries an element."""
    return [spec.dtype for spec in get_flat_tensor_specs(element_spec)]


class MatchingFilesDataset(Dataset):
    """The names of the files that patterns match."""

    def __init__(self, patterns):
        patterns = convert_to_tensor(patterns, dtype=dtypes.string, name="patterns")
        super().__init__(make("MatchingFilesDataset", patterns), TensorSpec((), dtypes.string))


class PrivateThreadPool:
    """A pool of threads for datasets.  Follows threadpool.PrivateThreadPool of TF 1.15."""

    def __init__(self, num_threads, display_name=None, max_intra_op_parallelism=1):
        self._resource = make(
            "ThreadPoolHandle", num_threads=num_threads, max_intra_op_parallelism=max_intra_op_parallelism, display_name=display_name or ""
        )


def override_threadpool(dataset, thread_pool) -> Dataset:
    """The dataset, to be computed by the threads of a pool (here by the thread that asks)."""
    return dataset._new("ThreadPoolDataset", dataset._variant_tensor, thread_pool._resource)


def copy_to_device(target_device, source_device="/cpu:0"):
    """A transformation that changes nothing: there is one device."""
    return lambda dataset: dataset
