"""Control flow as TF 1 lowers it: conditionals, loops, calls of Python."""
