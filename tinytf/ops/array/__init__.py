"""Tensors as arrays: made, joined, cut, gathered, reordered."""
