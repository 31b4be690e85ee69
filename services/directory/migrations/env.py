"""Alembic runs this for each migration of the directory."""

from directory.app import APP
from servicekit.data.migrations import run_env

run_env(APP.metadata)
