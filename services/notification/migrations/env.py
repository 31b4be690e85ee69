"""Alembic runs this for each migration of the notification service, which knows the tables of all its areas."""

from notification.app import APP
from servicekit.data.migrations import run_env

run_env(APP.metadata)
