"""Every process can do all that it does with the secrets that it is given in production, and with no others."""

import importlib
import shutil

import pytest
from starlette.testclient import TestClient

import gateway.app
import gateway.identity.tables
from cadre_cli import processes as table
from cadre_cli import secret_files, site
from cadre_cli.processes import Answer
from servicekit.app import ServiceApp
from servicekit.settings import Settings
from servicekit.testing.waiting import wait_until

GATEWAY = ServiceApp("gateway", gateway.identity.tables.metadata, gateway.app.MIGRATIONS, lambda *_: [])
RUNNING = [(process, role) for process in table.PROCESSES for role in site.roles(process)]


@pytest.fixture
def given(tmp_path):
    """Give a folder with the files that a process finds in a role."""

    def make(process, role):
        secret_files.write(tmp_path / "made", secret_files.Hosts())
        folder = tmp_path / "given"
        folder.mkdir()
        for file, name in site.secrets(process, role).items():
            shutil.copy(tmp_path / "made" / file, folder / name)
        return folder

    return make


@pytest.mark.parametrize(("process", "role"), RUNNING, ids=[f"{process.name}-{role}" for process, role in RUNNING])
def test_a_process_starts_and_does_its_work_with_its_own_secrets(process, role, given, launch, new_database):
    folder = given(process, role)
    if process.answer is Answer.HTTP:
        peers = dict.fromkeys(table.BACK_ENDS, "127.0.0.1:1")
        told = {"service": process.name, "database_url": new_database(GATEWAY), "peers": peers}
        with TestClient(gateway.app.create_app(Settings(**told, keys_dir=folder))) as pages:
            assert pages.get("/readyz").status_code == 200
        return
    app = importlib.import_module(f"{process.name}.app").APP
    running = launch(app, role=role, keys_dir=folder)
    if role == "work":
        jobs = {job.name for job in [*app.jobs, *app.make_jobs(running.runtime.settings)]} | {"audits", "purge"}
        with running.connect() as connection:

            def ended():
                rows = connection.execute("SELECT name, last_error FROM background_job WHERE last_end IS NOT NULL")
                errors = dict(rows.fetchall())
                return errors if jobs <= set(errors) else None

            assert set(wait_until(ended, "every job has run").values()) == {""}


def test_who_has_a_key_is_whose_tokens_are_known():
    holders = {process.name for process in table.PROCESSES if process.key_in}
    assert holders == {table.ISSUER, *table.PRINCIPALS} - {"cli"}
