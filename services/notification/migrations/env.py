"""Alembic runs this for each migration of the notification service."""

from notification.tables import metadata
from servicekit.data.migrations import run_env

run_env(metadata)
