"""Whom to write to, and where: what the service that writes to people asks."""
