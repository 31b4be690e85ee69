"""Letters are found by what stands in their files, by those who see the letter, and not before."""

from datetime import UTC, datetime

import pytest

from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.notices import searching

from .filemaking import docx, pdf, xlsx

FILES = {
    "letter.pdf": pdf("See 42 USC 654.7(b).", "Form DV-105 of the obligor"),
    "guide.docx": docx("Arrears of D\u2019Angelo, CSS Letter 15-09"),
    "figures.xlsx": xlsx([["Region", "Remittance"], ["North", "7"]]),
    "note.txt": "A quarterly wr\u00edt is netted\u2014later".encode(),
}
ASKED = (
    *("654.7", "DV-105", "obligors", "D'Angelo", "css 15-09", "15-09", "remittance north", "writ", "netted"),
    "guide.docx",
)


@pytest.fixture
def ana(cadre):
    return cadre.new_id()


@pytest.fixture
def with_files(cadre, ana):
    """A draft with a file of each kind."""
    notice = cadre.draft(cadre.new_audience(cadre.at(ana, "lake")), staff_release_days=2)
    for name, content in FILES.items():
        fields = {"kind": notice_pb.Attachment.ATTACHMENT, "filename": name, "content": content, "etag": notice.etag}
        request = attachment_pb.AddAttachmentRequest(notice=notice.name, request_id=cadre.new_id(), **fields)
        notice = cadre.analyst.AddAttachment(request, timeout=60)
    return notice


def issue(cadre, draft):
    asked = notice_pb.SubmitNoticeRequest(name=draft.name, etag=draft.etag, request_id=cadre.new_id())
    return cadre.publish(cadre.analyst.SubmitNotice(asked))


def found(stub, query):
    return [notice.name for notice in stub.SearchNotices(notice_pb.SearchNoticesRequest(query=query)).notices]


def test_a_letter_is_found_by_the_words_of_its_files_once_it_is_seen(cadre, ana, with_files):
    assert [found(cadre.analyst, query) for query in ASKED] == [[]] * len(ASKED)

    letter = issue(cadre, with_files)

    assert {query: found(cadre.analyst, query) for query in ASKED} == {query: [letter.name] for query in ASKED}
    assert found(cadre.analyst, "654.8") == []
    # Staff see it in two days.
    assert [found(cadre.learner(ana), query) for query in ASKED] == [[]] * len(ASKED)


def test_a_file_that_was_taken_off_is_not_found(cadre, with_files):
    last = with_files.attachments[-1]
    request = attachment_pb.RemoveAttachmentRequest(name=last.name, etag=with_files.etag, request_id=cadre.new_id())

    letter = issue(cadre, cadre.analyst.RemoveAttachment(request))

    assert found(cadre.analyst, "netted") == []
    assert found(cadre.analyst, "obligor") == [letter.name]


def test_files_that_an_earlier_release_took_are_found_after_the_job(cadre, with_files):
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM file_words")
        # Not even taken today.
        connection.execute("INSERT INTO file (sha256, content) VALUES ('x', '%PDF-')")
    letter = issue(cadre, with_files)
    assert found(cadre.analyst, "obligor") == []

    searching.keep_anew(cadre.running.runtime.database, datetime.now(UTC))

    assert {query: found(cadre.analyst, query) for query in ASKED} == {query: [letter.name] for query in ASKED}
    with cadre.running.connect() as connection:
        assert connection.execute("SELECT words FROM file_words WHERE sha256 = 'x'").fetchall() == [("",)]
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM file_words WHERE sha256 = 'x'")
        connection.execute("DELETE FROM file WHERE sha256 = 'x'")
