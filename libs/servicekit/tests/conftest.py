from pathlib import Path

import pytest

from servicekit.app import ServiceApp
from servicekit.data.tables import service_metadata

KIT = ServiceApp(
    name="kit",
    metadata=service_metadata(),
    migrations=Path(__file__).parent / "migrations",
    servicers=lambda *_: [],
)


@pytest.fixture(scope="session")
def kit_app():
    """A service that consists of the kit's tables and one table `thing`."""
    return KIT


@pytest.fixture
def kit_database(new_database):
    """URL of a database with the kit's tables and one table `thing` to write to."""
    return new_database(KIT)
