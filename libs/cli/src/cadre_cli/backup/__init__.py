"""Backups of a whole installation at one moment, and what brings one back. Why so: docs/adr/0014."""
