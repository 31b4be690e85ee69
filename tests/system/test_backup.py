"""The drill: a backup under load, everything lost, everything back, and the events go on."""

import hashlib
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from cadre_cli.backup import manifest
from cadre_cli.supervisor import Supervisor
from cadre_demo import balance, story
from cadre_demo.command import open_access
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.release, pytest.mark.timeout(400)]

LEARNERS = 60
BEFORE, DURING = 20, 50


def cadre_command(*arguments):
    command = [Path(sys.executable).parent / "cadre", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)


def assert_picture(access, version):
    """The picture of the demonstration's course is what it was."""
    course = access.ask(access.courses.GetCourseVersion, course_pb.GetCourseVersionRequest(name=version))
    (media,) = (piece.picture.media for piece in course.sections[3].pieces)
    asked = media_pb.GetMediaRequest(name=f"{version}/media/{media.sha256}", limit=4 << 20)
    assert hashlib.sha256(access.ask(access.media.GetMedia, asked).content).hexdigest() == media.sha256


def test_what_is_lost_comes_back_from_a_backup_taken_under_load_and_goes_on(own_folder, populate):
    backup = own_folder / "backup"
    with populate(own_folder) as cadre:
        access, letter = cadre.access, cadre.content
        issued = story.issue_letter(access, cadre.cast, letter, cadre.course_version)
        story.confirm_for_agencies(access, cadre.cast, issued.notice, lambda *_: None)
        people = story.choose_learners(access, cadre.cast, issued.notice, LEARNERS).to_go
        assert len(people) >= LEARNERS
        story.train(access, issued.notice, people[:BEFORE], letter, lambda *_: None)
        begun = threading.Event()
        load = threading.Thread(
            target=story.train, args=(access, issued.notice, people[BEFORE:DURING], letter, lambda *_: begun.set())
        )
        load.start()
        assert begun.wait(60)
        done = cadre_command("backup", backup, "--data-dir", cadre.supervisor.data_dir)
        load.join()
        assert done.returncode == 0, done.stdout + done.stderr
        before = balance.settle(access, issued.notice)
        assert before.completed == DURING
    shutil.rmtree(own_folder / "cadre")
    saved = manifest.read(backup)
    assert saved.still_seconds < 1

    restored = own_folder / "restored"
    done = cadre_command("restore", backup, "--data-dir", restored)
    assert done.returncode == 0, done.stdout + done.stderr
    supervisor = Supervisor(restored, 0, demo=True, fsync=False)
    try:
        supervisor.start()
        supervisor.wait_ready(90)
        access = open_access(supervisor)
        wait_until(lambda: not access.wrong(), access.wrong)
        books = balance.settle(access, issued.notice)
        assert (books.lost, books.duplicates, books.drift) == (0, 0, 0)
        assert books.recipients == before.recipients
        assert books.assigned == before.assigned
        # Completed at the moment of the backup: all from before it, and none that it does not hold.
        assert BEFORE <= books.completed == saved.databases["enrollment"].rows["completion"] <= DURING
        readiness = story.wait_until_trained(access, cadre.cast, issued.notice, books.completed)
        assert readiness.state.trained == books.completed

        story.train(access, issued.notice, people, letter, lambda *_: None)
        readiness = story.wait_until_trained(access, cadre.cast, issued.notice, len(people))
        books = balance.settle(access, issued.notice)
        assert (books.lost, books.duplicates, books.drift) == (0, 0, 0)
        assert books.completed == readiness.state.trained == len(people)
        assert access.wrong() == {}
        assert_picture(access, cadre.course_version)
        access.close()
    finally:
        supervisor.stop()
