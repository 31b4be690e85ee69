"""Alembic's entry: the curriculum's own metadata."""

from curriculum.tables import metadata
from servicekit.data.migrations import run_env

run_env(metadata)
