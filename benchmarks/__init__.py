"""Benchmarks: each figure is a ratio of two commands, run in turn."""
