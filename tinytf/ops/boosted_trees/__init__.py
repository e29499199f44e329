"""Boosted trees: the ops that summarize features, grow an ensemble of decision trees and ask it for predictions."""
