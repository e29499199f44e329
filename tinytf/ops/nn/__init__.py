"""Neural networks: convolutions, pools, normalization, activations, losses, embeddings."""
