"""Strings: joined, cut, matched, hashed."""
