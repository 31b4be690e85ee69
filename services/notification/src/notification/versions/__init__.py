"""Versions of a letter: what each said, and what changed from one to another."""
