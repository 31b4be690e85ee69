"""Sittings: a person takes a version of a test, and sees how they did."""
