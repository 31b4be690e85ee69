"""Which tests a change asks for."""

import subprocess

import pytest

from cadre_tools.check import ALWAYS, asked_for, changed_files, packages
from servicekit.tree import services

SERVICES = tuple(services())


def asked(*changed):
    return set(asked_for(changed, packages())) - set(ALWAYS)


@pytest.mark.parametrize("service", SERVICES)
def test_a_change_of_a_service_asks_for_its_own_tests_alone(service):
    assert asked(f"services/{service}/src/{service}/app.py", "docs/demands.md") == {f"services/{service}/tests"}


@pytest.mark.parametrize("path", ["libs/servicekit/src/servicekit/app.py", "proto/cadre/directory/v1/events.proto"])
def test_a_change_of_what_all_stand_on_asks_for_the_tests_of_all(path):
    assert {f"services/{service}/tests" for service in SERVICES} | {"libs/cli/tests", "libs/tools/tests"} <= asked(path)


def test_what_depends_on_it_by_way_of_another_is_asked_for_too():
    needs = {"libs/a": set(), "libs/b": {"libs/a"}, "services/c": {"libs/b"}, "services/d": set()}

    assert set(asked_for(["libs/a/src/a.py"], needs)) - set(ALWAYS) == {
        "libs/a/tests",
        "libs/b/tests",
        "services/c/tests",
    }


def test_contracts_and_architecture_are_looked_at_whatever_changed_and_the_whole_product_is_not_started():
    assert asked_for([], packages()) == sorted(ALWAYS)
    assert asked("README.md", "tests/browser/test_tour.py", "tests/system/test_whole.py") == set()
    assert asked("tests/watching/test_rules.py") == {"tests/watching"}


def test_changed_is_what_differs_from_main_committed_or_not(tmp_path):
    def git(*words):
        who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    def write(name, text):
        (tmp_path / name).write_text(text)

    git("init", "-b", "main")
    for name in ("same", "committed", "edited"):
        write(name, "before")
    git("add", ".")
    git("commit", "-m", "before")
    git("switch", "-c", "branch")
    write("committed", "after")
    git("commit", "-a", "-m", "after")
    write("edited", "after")
    write("new", "after")

    assert changed_files(tmp_path) == ["committed", "edited", "new"]
