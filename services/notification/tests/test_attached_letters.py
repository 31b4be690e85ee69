"""Letters with files: they are part of its text and hash, and seen by those who see the letter."""

import hashlib
import json

import psycopg
import pytest

from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.attachments.rules.files import MOST_BYTES

from .attaching import LETTER, attach, fetch, issued_with, kept, refusal, remove, submit


@pytest.fixture
def audience(cadre):
    return cadre.new_audience(cadre.at(cadre.new_id(), "lake"))


@pytest.fixture
def draft(cadre, audience):
    return cadre.draft(audience)


def test_writing_on_the_text_leaves_the_files(cadre, draft, audience):
    attached = attach(cadre, draft, LETTER)
    text = cadre.written(audience, number="", name=draft.name, etag=attached.etag)

    written = cadre.analyst.UpdateNotice(notice_pb.UpdateNoticeRequest(notice=text, request_id=cadre.new_id()))

    assert list(written.attachments) == list(attached.attachments)


def test_files_are_part_of_the_text_that_is_hashed(cadre, audience):
    plain = cadre.issued(audience)
    draft = attach(cadre, cadre.draft(audience), LETTER, kind=notice_pb.Attachment.LETTER)
    issued = cadre.publish(submit(cadre, draft))

    said = {}
    for name in (plain.name, issued.name):
        ((canonical, digest),) = cadre.rows(
            "SELECT canonical, text_sha256 FROM notice_version WHERE notice_id = %(id)s::uuid",
            id=name.removeprefix("notices/"),
        )
        assert digest == hashlib.sha256(canonical.encode()).hexdigest()
        said[name] = json.loads(canonical)["files"]
    (file,) = said[issued.name]
    assert said[plain.name] == []
    assert (file["sha256"], file["filename"]) == (hashlib.sha256(LETTER).hexdigest(), "file.pdf")
    assert list(issued.attachments) == list(draft.attachments)


def test_files_change_only_while_the_letter_is_a_draft(cadre, audience):
    notice = issued_with(cadre, audience)

    for call in (lambda: attach(cadre, notice, b"More"), lambda: remove(cadre, notice, notice.attachments[0])):
        refused = refusal(call)
        assert (refused.reason, refused.metadata["state"]) == ("WRONG_STATE", "PUBLISHED")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE attachment SET title = 'Another'",
        "DELETE FROM attachment",
        (
            "INSERT INTO attachment SELECT gen_random_uuid(), notice_id, 9, kind, title, filename, media_type,"
            " size_bytes, 'x', pages, '' FROM attachment"
        ),
        "UPDATE file SET content = 'other'",
        "DELETE FROM file",
    ],
)
def test_no_statement_changes_the_files_of_a_letter_that_is_out(cadre, audience, statement):
    issued_with(cadre, audience)

    with pytest.raises(psycopg.errors.IntegrityError):
        cadre.rows(statement)


def test_files_of_a_draft_are_seen_by_the_state_alone_and_those_of_a_letter_by_everybody(cadre, draft, audience):
    (hidden,) = attach(cadre, draft, b"A secret plan").attachments
    ana = cadre.learner(cadre.new_id())

    refused = refusal(fetch, ana, hidden)

    assert (refused.code, refused.reason, refused.metadata) == ("NOT_FOUND", "NOT_FOUND", {"resource": hidden.name})
    assert refusal(fetch, cadre.coordinator("lake"), hidden).reason == "PERMISSION_MISSING"
    (seen,) = issued_with(cadre, audience).attachments
    assert fetch(ana, seen).content == LETTER
    # Nor is the one found under the name of the other.
    name = f"{seen.name.partition('/attachments/')[0]}/attachments/{hidden.name.rpartition('/')[2]}"
    assert refusal(ana.GetAttachment, attachment_pb.GetAttachmentRequest(name=name)).reason == "NOT_FOUND"


def test_a_content_is_kept_once_and_goes_with_the_last_draft_that_has_it(cadre, audience):
    first, second = (attach(cadre, cadre.draft(audience), LETTER) for _ in range(2))
    assert kept(cadre) == 1

    gone = remove(cadre, first, first.attachments[0])

    assert list(gone.attachments) == []
    assert kept(cadre) == 1
    remove(cadre, second, second.attachments[0])
    assert kept(cadre) == 0
    assert refusal(remove, cadre, gone, first.attachments[0]).reason == "NOT_FOUND"


def test_the_same_upload_sent_twice_attaches_once(cadre, draft):
    fields = {
        "kind": notice_pb.Attachment.ATTACHMENT,
        "filename": "a.txt",
        "content": b"Text",
        "request_id": cadre.new_id(),
    }
    request = attachment_pb.AddAttachmentRequest(notice=draft.name, etag=draft.etag, **fields)

    assert cadre.analyst.AddAttachment(request) == cadre.analyst.AddAttachment(request)
    assert cadre.rows("SELECT count(*) FROM attachment") == [(1,)]


def test_whoever_attaches_a_file_cannot_approve_the_letter(cadre, draft):
    attached = attach(cadre, draft, LETTER)
    by_colleague = cadre.colleague.AddAttachment(
        attachment_pb.AddAttachmentRequest(
            notice=draft.name,
            kind=notice_pb.Attachment.ATTACHMENT,
            filename="b.txt",
            content=b"More",
            etag=attached.etag,
            request_id=cadre.new_id(),
        )
    )

    refused = refusal(cadre.publish, submit(cadre, by_colleague), by=cadre.colleague)

    assert refused.reason == "SELF_APPROVAL"


def test_a_file_of_the_largest_size_comes_back_whole(cadre, draft):
    content = (b"A line of text that says nothing of anybody.\n" * 250_000)[:MOST_BYTES]

    (file,) = attach(cadre, draft, content, filename="large.txt").attachments

    assert fetch(cadre.analyst, file).content == content
