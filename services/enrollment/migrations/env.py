"""Alembic runs this for each migration of enrollment: the application knows the tables of all areas."""

from enrollment.app import APP
from servicekit.data.migrations import run_env

run_env(APP.metadata)
