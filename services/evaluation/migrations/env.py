"""Alembic's entry: evaluation's own metadata."""

from evaluation.tables import metadata
from servicekit.migrations import run_env

run_env(metadata)
