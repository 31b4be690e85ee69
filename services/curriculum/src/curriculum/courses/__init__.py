"""Courses: the catalogue, drafts, versions that never change, and the files that they name."""
