"""Alembic runs this: the kit does the rest."""

from gateway.identity.tables import metadata
from servicekit.data.migrations import run_env

run_env(metadata)
