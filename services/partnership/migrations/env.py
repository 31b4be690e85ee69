"""Alembic runs this for each migration of partnership: the application knows the tables of all areas."""

from partnership.app import APP
from servicekit.data.migrations import run_env

run_env(APP.metadata)
