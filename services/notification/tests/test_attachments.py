"""Files of a letter: looked into, and scanned, before they are kept."""

import hashlib

import pytest
from pikepdf import String

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.attachments.rules.files import MOST_BYTES

from .attaching import LETTER, attach, fetch, kept, refusal
from .filemaking import JPEG, PNG, action, archive, changed, docx, encrypted, file_inside, note, pdf, xlsx

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOOKED = "Ana looked at it: a blank form"
SCRIPTED = changed(LETTER, lambda _, page: page.__setitem__("/AA", action("JavaScript", JS=String("app.alert(1)"))))
CARRIER = changed(LETTER, lambda document, page: note(document, page, "/FileAttachment", FS=file_inside(document)))
ANEW = ": save it without, or print it as a new PDF"
OPEN = "must not be protected by a password"


@pytest.fixture
def audience(cadre):
    return cadre.new_audience(cadre.at(cadre.new_id(), "lake"))


@pytest.fixture
def draft(cadre, audience):
    return cadre.draft(audience)


def test_a_signed_letter_is_kept_with_what_was_found_in_it(cadre, draft):
    signed = {"kind": notice_pb.Attachment.LETTER, "title": "The signed letter", "filename": "CSSP 26-04.pdf"}
    notice = attach(cadre, draft, LETTER, **signed)

    (letter,) = notice.attachments
    assert (letter.kind, letter.title, letter.filename) == tuple(signed.values())
    assert (letter.media_type, letter.size_bytes, letter.pages) == ("application/pdf", len(LETTER), 2)
    assert (letter.sha256, letter.scan_note) == (hashlib.sha256(LETTER).hexdigest(), "")
    assert notice.etag != draft.etag
    answer = fetch(cadre.analyst, letter)
    assert (answer.attachment, answer.content) == (letter, LETTER)
    read = cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=draft.name))
    assert list(read.attachments) == [letter]


@pytest.mark.parametrize(
    ("content", "filename", "media_type"),
    [
        (pdf("Text"), "letter.pdf", "application/pdf"),
        (b"\n% a mail program was here\n" + pdf("Text"), "Letter.PDF", "application/pdf"),
        (encrypted(LETTER, ""), "restricted.pdf", "application/pdf"),
        ("Año nuevo: 5 % más".encode(), "notes.txt", "text/plain"),
        (b"\xef\xbb\xbfA sentence.\r\nAnother.", "notes.TXT", "text/plain"),
        (b"Agency,Letters\nLake,3\n", "table.csv", "text/plain"),
        (docx(["A sentence"]), "notes.docx", DOCX),
        (xlsx(["A cell"]), "table.xlsx", XLSX),
    ],
)
def test_what_a_file_is_stands_in_its_content(cadre, draft, content, filename, media_type):
    notice = attach(cadre, draft, content, filename=filename)

    assert [(file.media_type, file.filename) for file in notice.attachments] == [(media_type, filename)]


@pytest.mark.parametrize(
    ("content", "filename", "ending"),
    [
        (PNG, "a.html", ".png"),
        (JPEG, "a.png", ".jpg or .jpeg"),
        (LETTER, "letter", ".pdf"),
        (LETTER, "letter.pdf.exe", ".pdf"),
        (LETTER, "letter\u202efdp.exe", ".pdf"),
        (b"<script>alert(1)</script>", "notes.html", ".txt or .csv"),
        (docx(["A sentence"]), "notes.docm", ".docx"),
        (xlsx(["A cell"]), "table.xls", ".xlsx"),
    ],
)
def test_the_name_of_a_file_says_what_its_content_is(cadre, draft, content, filename, ending):
    refused = refusal(attach, cadre, draft, content, filename=filename, checked_reason=LOOKED)

    assert (refused.reason, list(refused.fields)) == ("FILE_TYPE_NOT_ALLOWED", ["content"])
    assert refused.metadata["rule"] == f"must have a name that ends in {ending}"


@pytest.mark.parametrize(
    ("content", "reason", "value", "rule"),
    [
        (b"", "FILE_EMPTY", "0", "must have content"),
        (b"x" * (MOST_BYTES + 1), "FILE_TOO_LARGE", str(MOST_BYTES + 1), "must have at most 10 MB"),
        (pdf(*["Page"] * 201), "FILE_TOO_LARGE", "201", "must have at most 200 pages"),
        (encrypted(LETTER), "FILE_ENCRYPTED", "encrypted", OPEN),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8) + "EncryptedPackage".encode("utf-16-le"),
            "FILE_ENCRYPTED",
            "encrypted",
            OPEN,
        ),
        (b"%PDF-1.7\nnothing", "FILE_DAMAGED", None, "must be a PDF that can be read"),
        (LETTER[: len(LETTER) // 3], "FILE_DAMAGED", None, "must be a PDF that can be read"),
        (docx(["A sentence"])[:-30], "FILE_DAMAGED", None, "must be a document that can be read"),
        (b"MZ\x90\x00\x03", "FILE_TYPE_NOT_ALLOWED", "unknown", None),
        (b"GIF89a" + bytes(16), "FILE_TYPE_NOT_ALLOWED", "unknown", None),
        ("A sentence".encode("utf-16"), "FILE_TYPE_NOT_ALLOWED", "unknown", None),
        (archive({"a.txt": "text"}), "FILE_TYPE_NOT_ALLOWED", "application/zip", None),
        (
            docx(["x"], **{"word/vbaProject.bin": "macro"}),
            "FILE_TYPE_NOT_ALLOWED",
            DOCX,
            f"must not carry macros (word/vbaProject.bin); a file inside it (word/vbaProject.bin){ANEW}",
        ),
        (SCRIPTED, "FILE_TYPE_NOT_ALLOWED", "application/pdf", f"must not carry a script (page 1){ANEW}"),
        (CARRIER, "FILE_TYPE_NOT_ALLOWED", "application/pdf", f"must not carry a file inside it (page 1){ANEW}"),
    ],
)
def test_what_cannot_be_attached_is_refused_with_value_and_rule(cadre, draft, content, reason, value, rule):
    refused = refusal(attach, cadre, draft, content, checked_reason=LOOKED)

    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", reason)
    assert list(refused.fields) == ["content"]
    assert refused.metadata["value"] == value or value is None
    assert refused.metadata["rule"] == rule or rule is None
    assert kept(cadre) == 0


@pytest.mark.parametrize(
    ("content", "where", "count"),
    [
        (pdf("Fine", "SSN 412-68-0937"), "page 2: social security number ending in 37", "1"),
        (pdf("Fine", title="Payer 412-68-0937"), "the properties: social security number ending in 37", "1"),
        (b"Line\nPAR ID 0410038275", "line 2: case or participant number ending in 75", "1"),
        (
            docx(["Fine"], ["Payer 412-", "68-", "0937 and 530-11-2298"]),
            (
                "line 2 of word/document.xml: social security number ending in 37; "
                "line 2 of word/document.xml: social security number ending in 98"
            ),
            "2",
        ),
        (xlsx(["Name", "SSN"], ["Ana", 412680937]), "row 2 of sheet List: social security number ending in 37", "1"),
    ],
)
def test_numbers_of_people_are_refused_before_anything_is_kept(cadre, draft, content, where, count):
    refused = refusal(attach, cadre, draft, content)

    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "PERSONAL_NUMBERS_FOUND")
    assert list(refused.fields) == ["checked_reason"]
    assert (refused.metadata["where"], refused.metadata["count"]) == (where, count)
    assert kept(cadre) == 0
    assert cadre.rows("SELECT count(*) FROM audit WHERE row_to_json(audit)::text ~ '412-?68-?0937'") == [(0,)]


def test_of_many_numbers_only_the_first_places_are_told(cadre, draft):
    lines = "\n".join(f"412-68-{n:04}" for n in range(1000, 1025))

    refused = refusal(attach, cadre, draft, lines.encode())

    assert refused.metadata["count"] == "25"
    assert refused.metadata["where"].count("ending in") == 10
    assert refused.metadata["where"].endswith("; and 15 more")


def test_the_name_and_the_title_of_a_file_are_scanned_too(cadre, draft):
    for changes in ({"filename": "412-68-0937.pdf"}, {"title": "Case no. 0410038275"}):
        refused = refusal(attach, cadre, draft, LETTER, **changes)
        assert (refused.reason, refused.metadata["count"]) == ("PERSONAL_NUMBERS_FOUND", "1")


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (pdf(None), "page 1"),
        (pdf("Text", None, "Text", None), "pages 2, 4"),
        (PNG, "the picture"),
        (JPEG, "the picture"),
        (docx([""]), "the document"),
    ],
)
def test_a_file_without_text_is_kept_once_a_person_has_looked_at_it(cadre, draft, content, where):
    refused = refusal(attach, cadre, draft, content)

    assert (refused.reason, refused.metadata["where"]) == ("TEXT_UNREADABLE", where)
    assert list(refused.fields) == ["checked_reason"]
    assert kept(cadre) == 0
    (file,) = attach(cadre, draft, content, checked_reason=f" {LOOKED} ").attachments
    assert file.scan_note == LOOKED


def test_a_warning_is_overruled_with_a_reason_that_is_kept_and_does_not_repeat_the_number(cadre, draft):
    content = pdf("Form number 412-68-0937")
    for reason in ("It is form 412-68-0937", "x" * 501):
        refused = refusal(attach, cadre, draft, content, checked_reason=reason)
        assert (refused.reason, list(refused.fields)) == ("INVALID_FIELD", ["checked_reason"])

    (file,) = attach(cadre, draft, content, checked_reason="The number of a form").attachments

    assert file.scan_note == "The number of a form"
    assert cadre.rows("SELECT reason FROM audit WHERE method = 'AttachmentService/AddAttachment'") == [
        ("The number of a form",)
    ]


def test_a_reason_where_nothing_had_to_be_overruled_is_not_kept(cadre, draft):
    (file,) = attach(cadre, draft, LETTER, checked_reason="Looked anyway").attachments

    assert file.scan_note == ""


def test_a_blank_page_has_nothing_to_look_at(cadre, draft):
    (file,) = attach(cadre, draft, pdf("Text", "")).attachments

    assert (file.pages, file.scan_note) == (2, "")


def test_a_letter_has_one_signed_letter_and_it_is_a_pdf(cadre, draft):
    refused = refusal(attach, cadre, draft, b"Dear directors", kind=notice_pb.Attachment.LETTER)
    assert (refused.reason, refused.metadata["value"]) == ("FILE_TYPE_NOT_ALLOWED", "text/plain")
    notice = attach(cadre, draft, LETTER, kind=notice_pb.Attachment.LETTER)

    refused = refusal(attach, cadre, notice, pdf("Another"), kind=notice_pb.Attachment.LETTER)

    assert (refused.code, refused.reason) == ("ALREADY_EXISTS", "FILE_ATTACHED_ALREADY")
    refused = refusal(attach, cadre, notice, LETTER)
    assert (refused.reason, refused.metadata["rule"]) == ("FILE_ATTACHED_ALREADY", "must not be attached already")


def test_a_letter_has_so_many_files_and_no_more(cadre, draft):
    notice = draft
    for n in range(20):
        notice = attach(cadre, notice, f"File {n}".encode(), filename=f"{n}.txt")

    refused = refusal(attach, cadre, notice, b"One more")

    assert (refused.reason, refused.metadata["value"]) == ("TOO_MANY_FILES", "20")
    assert [file.filename for file in notice.attachments] == [f"{n}.txt" for n in range(20)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": 0}, "kind"),
        ({"kind": 7}, "kind"),
        ({"filename": ""}, "filename"),
        ({"filename": "a/"}, "filename"),
        ({"filename": "\u200b\u202e"}, "filename"),
        ({"filename": "a\0.pdf"}, "filename"),
        ({"title": "a\0b"}, "title"),
        ({"checked_reason": "a\0b"}, "checked_reason"),
        ({"filename": "x" * 201}, "filename"),
        ({"title": "x" * 301}, "title"),
        ({"etag": ""}, "etag"),
    ],
)
def test_what_is_said_of_a_file_is_checked(cadre, draft, changes, field):
    refused = refusal(attach, cadre, draft, LETTER, **changes)

    assert (refused.reason, list(refused.fields)) == ("INVALID_FIELD", [field])


def test_of_the_name_of_a_file_the_path_is_dropped_and_what_nobody_sees(cadre, draft):
    (file,) = attach(
        cadre, draft, LETTER, filename="C:\\Users\\ana\\my\u00a0\u202eletter\n.pdf", title=" The\tletter "
    ).attachments

    assert (file.filename, file.title) == ("my letter .pdf", "The letter")
