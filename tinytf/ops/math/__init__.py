"""Numbers: elementwise functions, products, reductions, comparisons, checks."""
