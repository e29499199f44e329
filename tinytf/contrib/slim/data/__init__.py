"""TF-Slim's input: data sets of TFRecord files, and the queues that read them."""
