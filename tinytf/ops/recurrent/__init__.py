"""Recurrent networks: a cell along the time axis, in a loop or unrolled."""
