"""Alembic's entry: evaluation's own metadata."""

from evaluation.tables import metadata
from servicekit.data.migrations import run_env

run_env(metadata)
