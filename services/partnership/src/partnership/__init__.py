"""The partnership service."""
