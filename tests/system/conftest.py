"""The whole product as its users run it: every process, real servers, real events."""

import contextlib
import dataclasses
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from cadre_cli import demo_content, loading, reference, roster, story, synthetic
from cadre_cli.demo import open_access
from cadre_cli.supervisor import Supervisor

STAFF = 500


@contextlib.contextmanager
def populated(folder, staff=STAFF):
    """Give all processes under one supervisor in *folder*, with synthetic *staff* at 47 agencies and a course."""
    supervisor = Supervisor(folder / "cadre", 0, demo=True, fsync=False)
    try:
        supervisor.start()
        supervisor.wait_ready(90)
        access = open_access(supervisor)
        known, content = reference.load(), demo_content.load()
        file = folder / "synthetic.csv"
        file.write_text(roster.text_of(synthetic.generate(people=staff, reference=known)), encoding="utf-8")
        loading.load_reference(access, known)
        loading.load_roster(access, file)
        course_version = loading.load_course(access, content)
        yield SimpleNamespace(
            supervisor=supervisor,
            access=access,
            content=content,
            course_version=course_version,
            cast=story.find_cast(access),
        )
        access.close()
    finally:
        supervisor.stop()


@contextlib.contextmanager
def roomy_folder():
    """Give a folder for servers' data, in memory where there is some."""
    folder = Path(tempfile.mkdtemp(prefix="cadre-system-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cadre():
    """All processes under one supervisor, with some 500 synthetic staff at 47 agencies."""
    with roomy_folder() as folder, populated(folder) as running:
        yield running


@pytest.fixture(scope="module")
def own_folder():
    """A folder of the test's own, gone after it."""
    with roomy_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def populate():
    """What makes a Cadre of the test's own, to be lost: a context manager, given a folder and how many staff."""
    return populated


@pytest.fixture
def letter(cadre, request):
    """The content of a letter that no other test issues."""
    subject = f"{cadre.content.letter.subject} ({request.node.name})"
    return dataclasses.replace(cadre.content, letter=dataclasses.replace(cadre.content.letter, subject=subject))
