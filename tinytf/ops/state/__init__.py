"""What lasts from one step to the next: variables, their scopes and initializers, the optimizers' updates, lookup tables."""
