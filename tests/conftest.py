"""The whole product for tests: one Cadre is made and filled, and each that tests want is a copy of it.

To start everything on empty databases and load it costs three times what a copy costs, and one that runs costs by
running. So the tests of a folder share one (`cadre`), one after the other at one worker, and it is stopped after the
last of them; only files that break or arrange it start their own. Tests of the whole come first: they are the longest,
and the short ones then fill what is left of the workers' time.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from xdist.scheduler import LoadFileScheduling

from cadre_cli import loading, reference
from cadre_cli.supervisor import Supervisor
from cadre_demo import content, course, roster, story, synthetic
from cadre_demo.command import open_access

from .by_clock import product
from .reader import visiting

STAFF = 500
# Folders whose files share a running Cadre, and the files there that start their own.
SHARING = ("tests/system", "tests/browser")
APART = ("test_backup.py", "test_demo.py", "test_fuzz.py", "test_trace.py", "test_two_replicas.py")
# Files of long tests that share nothing: each test goes to whichever worker is free.
SPREAD = ("test_any_day.py",)
_FILLED = "CADRE_TESTS_FILLED"
_ROOMY = "/dev/shm" if Path("/dev/shm").is_dir() else None
# What runs until the last test of a folder.
_shared = contextlib.ExitStack()


def pytest_configure(config):
    """Name the folder of what all workers copy; they inherit the name."""
    if not hasattr(config, "workerinput"):
        os.environ[_FILLED] = tempfile.mkdtemp(prefix="cadre-filled-", dir=_ROOMY)


def pytest_unconfigure(config):
    """Stop what a broken off run left, and remove that folder after the last worker."""
    _shared.close()
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(_FILLED), ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put the longest first, folder by folder.

    What shares a running Cadre finds there what the tests before it left, so these stand in one order every time: those
    that are marked `first`, then file by file as they are written. Everything else keeps its random order.
    """

    def place(item):
        if not (any(item.iter_markers("system")) or any(item.iter_markers("browser"))):
            return (True,)
        path, line, _ = item.location
        return (False, str(item.path.parent), not any(item.iter_markers("first")), path, line or 0, item.nodeid)

    items.sort(key=place)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """Stop what the tests of a folder shared."""
    if nextitem is None or nextitem.path.parent != item.path.parent:
        _shared.close()


class _OneWorkerEach(LoadFileScheduling):
    """Gives what shares a Cadre to one worker, and everything else to any, file by file or, if long, test by test."""

    def _split_scope(self, nodeid):
        path = super()._split_scope(nodeid)
        folder, _, name = path.rpartition("/")
        if name in SPREAD:
            return nodeid
        return folder if folder in SHARING and name not in APART else path


def pytest_xdist_make_scheduler(config, log):
    """Take that scheduler."""
    return _OneWorkerEach(config, log)


@contextlib.contextmanager
def _running(data, staff):
    """Everything under one supervisor, with its reference data, *staff* synthetic people and the course."""
    supervisor = Supervisor(data, 0, demo=True, fsync=False)
    try:
        supervisor.start()
        supervisor.wait_ready(120)
        access, told = open_access(supervisor), content.load()
        if staff:
            known, file = reference.load(), data / "synthetic.csv"
            file.write_text(roster.text_of(synthetic.generate(people=staff, reference=known)), encoding="utf-8")
            loading.load_reference(access, known)
            loading.load_roster(access, file.read_bytes())
        yield SimpleNamespace(
            supervisor=supervisor,
            access=access,
            content=told,
            course_version=course.load(access, told),
            cast=story.find_cast(access),
        )
        access.close()
    finally:
        supervisor.stop()


def _filled():
    """The data of a Cadre that was filled and stopped; whoever needs it first makes it."""
    folder = Path(os.environ[_FILLED])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "cadre").exists():
            with _running(folder / "new", STAFF):
                pass
            # Its ports, and what it wrote of itself.
            (folder / "new" / "state.json").unlink()
            shutil.rmtree(folder / "new" / "log")
            (folder / "new").rename(folder / "cadre")
    return folder / "cadre"


@contextlib.contextmanager
def _populated(folder, staff=STAFF):
    if staff == STAFF:
        shutil.copytree(_filled(), folder / "cadre")
    with _running(folder / "cadre", 0 if staff == STAFF else staff) as cadre:
        yield cadre


@contextlib.contextmanager
def _roomy_folder():
    """Give a folder for servers' data, in memory where there is some."""
    folder = Path(tempfile.mkdtemp(prefix="cadre-system-", dir=_ROOMY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def populate():
    """What makes a Cadre of the test's own, to be lost: a context manager, given a folder and how many staff."""
    return _populated


@pytest.fixture(scope="session")
def roomy_folder():
    """What makes a folder for servers' data: a context manager."""
    return _roomy_folder


@pytest.fixture(scope="session")
def shared_cadre():
    """What starts the Cadre that the tests of a folder share: with some 500 synthetic staff at 47 agencies."""
    return lambda: _shared.enter_context(_populated(_shared.enter_context(_roomy_folder())))


@pytest.fixture
def by_clock(launch, new_database, tmp_path):
    """What starts all services and the pages in this process by a clock: a context manager, given when and how many."""
    return partial(product, launch, new_database, tmp_path)


@pytest.fixture
def visitors(product):
    """Every persona of the product that a test started, each at a browser, by their part."""
    with visiting(product) as found:
        yield found


@pytest.fixture(scope="module")
def own_folder(roomy_folder):
    """A folder of the test's own, gone after it."""
    with roomy_folder() as folder:
        yield folder
