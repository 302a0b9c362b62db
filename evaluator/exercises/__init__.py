"""Exercises: questions about the network of a spec, what answers to them earn, and why."""
