"""Alembic runs this for each migration of the curriculum: the application knows its tables."""

from curriculum.app import APP
from servicekit.data.migrations import run_env

run_env(APP.metadata)
