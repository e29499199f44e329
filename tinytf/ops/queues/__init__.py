"""Queues, barriers and accumulators: state that threads wait at."""
