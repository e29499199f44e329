"""What scripts reach as tensorflow.python.util.…: small helpers of no public name."""
