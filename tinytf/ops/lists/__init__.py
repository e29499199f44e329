"""Lists of tensors that loops carry: TensorArrays, tensor lists, stacks."""
