"""Alembic's entry for the kit's own tests."""

from servicekit.data.migrations import run_env
from servicekit.data.tables import service_metadata

run_env(service_metadata())
