"""Alembic's entry for the kit's own tests."""

from servicekit.migrations import run_env
from servicekit.tables import service_metadata

run_env(service_metadata())
