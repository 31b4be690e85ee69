"""Alembic runs this for each migration of the directory."""

from directory.tables import metadata
from servicekit.migrations import run_env

run_env(metadata)
