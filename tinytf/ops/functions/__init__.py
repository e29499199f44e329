"""Functions of the graph's library: how they are traced and called, and control flow made of them."""
