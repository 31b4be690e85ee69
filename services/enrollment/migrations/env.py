"""Alembic's entry: enrollment's own metadata."""

from enrollment.tables import metadata
from servicekit.migrations import run_env

run_env(metadata)
