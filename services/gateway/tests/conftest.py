import dataclasses
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from gateway.app import MIGRATIONS, create_app
from gateway.identity.tables import metadata
from gateway.web.every_page import Everything
from servicekit.app import ServiceApp
from servicekit.data.db import Database
from servicekit.settings import Settings
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.tree import back_ends

# The gateway answers no RPCs; this is what it shares with the services: a schema and its migrations.
APP = ServiceApp("gateway", metadata, MIGRATIONS, lambda *_: [])
# Nobody listens there: what is tested here must work while every other service is down.
PEERS = dict.fromkeys(back_ends(), "127.0.0.1:1")


def pytest_configure(config):
    """Make the styles of the templates that stand there now."""
    if not hasattr(config, "workerinput"):
        subprocess.run([sys.executable, Path(__file__).parents[1] / "assets.py"], check=True)


@pytest.fixture(scope="session")
def schema():
    return APP


@pytest.fixture
def peers():
    """Where the other services would be."""
    return PEERS


@pytest.fixture
def database(new_database):
    database = Database(new_database(APP), pool_size=4)
    yield database
    database.dispose()


@dataclasses.dataclass
class Site:
    """The application behind a real server, and a browser that follows no redirect by itself."""

    browser: httpx.Client
    pages: FastAPI
    registry: CollectorRegistry
    database: Database


@pytest.fixture
def site(database, keys_dir):
    """The application outside a demonstration."""
    settings = Settings(service="gateway", database_url=database.url, keys_dir=keys_dir, peers=PEERS, connections=4)
    registry, pages = CollectorRegistry(), create_app(settings)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Everything(pages, registry=registry), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    with httpx.Client(
        verify=NO_AUTHORITIES, base_url="http://{}:{}".format(*listener.getsockname()), timeout=30
    ) as browser:
        yield Site(browser, pages, registry, database)
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def rows(database):
    """Look at the database from outside."""
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
        yield lambda sql, *params: connection.execute(sql, params).fetchall()
