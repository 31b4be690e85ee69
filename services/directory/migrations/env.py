"""Alembic runs this for each migration of the directory."""

from directory.tables_calendars import metadata
from servicekit.data.migrations import run_env

run_env(metadata)
