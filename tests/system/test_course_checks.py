"""Questions for oneself inside a section of a course."""

import html
import re
from contextlib import closing

import pytest

from cadre_demo import story
from servicekit.testing.waiting import wait_until

from .visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]


def said(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def test_a_question_for_oneself_is_answered_on_the_page_and_kept_nowhere(cadre, letter):
    issued = story.issue_letter(cadre.access, cadre.cast, letter, cadre.course_version)
    reader = Visitor(cadre, "large-coordinator")
    with closing(reader.client):
        path = f"/training/{issued.notice.name.removeprefix('notices/')}/course/2"
        wait_until(lambda: "Is it enough?" in reader.client.get(path).text, "the training does not arrive")
        fields = reader.proof(path) | {"check": "1"}
        wrong = said(reader.client.post(f"{path}/check", data=fields | {"answer-1": "1"}))
        assert "Not yet. The second letter went to an address that was known to be bad" in wrong
        right = said(reader.client.post(f"{path}/check", data=fields | {"answer-1": "2"}))
        assert "✓ That is right." in right
        assert "0 of 4 done" in right
        assert "That is right" not in reader.text(path)
