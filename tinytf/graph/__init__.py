"""What a program is: Graph, Operation, Tensor, scopes, collections, and the way into and out of a GraphDef."""
