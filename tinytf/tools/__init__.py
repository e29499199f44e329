"""The command line: programs that look into, change and convert models."""
