"""Matrices: products aside, all that LAPACK does, and diagonals."""
