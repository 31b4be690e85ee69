"""Alembic's entry: enrollment's own metadata."""

from enrollment.tables import metadata
from servicekit.data.migrations import run_env

run_env(metadata)
