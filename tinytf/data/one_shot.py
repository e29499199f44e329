"""What a one-shot iterator starts from: a function without arguments that makes its dataset."""

from __future__ import annotations

from tinytf.data.dataset import Dataset
from tinytf.graph import function as functions
from tinytf.ops.random_seed import get_seed


def factory_of(dataset: Dataset, graph) -> str:
    """A function without arguments that makes `dataset`: the ops it is made of, copied."""
    body = functions.FuncGraph(f"_make_dataset_{len(graph._functions)}", graph)
    copies: dict = {}

    def copy(tensor):
        op = tensor.op
        if op not in copies:
            if op.type in ("Placeholder", "VariableV2", "VarHandleOp", "HashTableV2", "MutableHashTableV2"):
                raise ValueError(
                    "Failed to create a one-shot iterator for a dataset. `Dataset.make_one_shot_iterator()` does not support datasets that "
                    "capture stateful objects, such as a `Variable` or `LookupTable`. In these cases, use `Dataset.make_initializable_iterator()`. "
                    f"(Original error: Cannot capture a {'placeholder' if op.type == 'Placeholder' else 'stateful node'} (name:{op.name}, type:{op.type}) by value.)"
                )
            copies[op] = body.create_op(op.type, [copy(t) for t in op._inputs], [t.dtype for t in op.outputs], name=op.name + "/", attrs=dict(op.attrs))
        return copies[op].outputs[tensor.value_index]

    get_seed(None)  # TensorFlow asks here too
    with body.as_default():
        inner = Dataset(copy(dataset._variant_tensor), dataset._specs, dataset._has_captured_ref, inputs=[dataset])
        body.outputs = [inner._optimized()._variant_tensor]
    functions.add_function(graph, body)
    return body.name
