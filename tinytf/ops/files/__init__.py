"""What ops read from files and write to them: checkpoints, records, examples, summaries."""
