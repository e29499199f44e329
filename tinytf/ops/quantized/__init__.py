"""Numbers of few bits that stand for floats."""
