"""Spec files rewritten: only the characters that are meant change, and files are whole at any time."""
