"""The curriculum service."""
