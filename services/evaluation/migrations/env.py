"""Alembic runs this for each migration of evaluation: the application knows the tables of all areas."""

from evaluation.app import APP
from servicekit.data.migrations import run_env

run_env(APP.metadata)
