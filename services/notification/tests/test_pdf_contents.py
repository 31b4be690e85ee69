"""Whatever a PDF carries is found, wherever it stands: what a person sees of it, and what nobody does."""

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from notification.attachments.contents.kinds import read
from notification.attachments.rules.files import Burden, FileEncrypted

from .filemaking import (
    NUMBER,
    action,
    carried,
    changed,
    drawn,
    encrypted,
    file_inside,
    note,
    pdf,
    places,
    saved,
    scanned,
    shown,
    updated,
)

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
)
LETTER = pdf("CSSP 26-04: a complaint no longer presumes full-time work at the minimum wage.", "Page 2 of 2")


# ---- numbers in a PDF ----


def filled(document, page):
    field = Dictionary(FT=Name.Tx, T=String("number"), V=String(NUMBER), Kids=Array())
    part = note(document, page, "/Widget", Parent=document.make_indirect(field))
    field = part.Parent
    field.Kids = Array([part])
    document.Root.AcroForm = Dictionary(Fields=Array([field]))


def filled_without_page(document, _):
    field = document.make_indirect(Dictionary(FT=Name.Tx, T=String("number"), V=String(NUMBER)))
    document.Root.AcroForm = Dictionary(Fields=Array([field]))


def filled_as_stream(document, page):
    note(document, page, "/Widget", FT=Name.Tx, V=document.make_stream(NUMBER.encode()))


def bookmarked(document, _):
    item = document.make_indirect(Dictionary(Title=String(f"Payer {NUMBER}")))
    document.Root.Outlines = document.make_indirect(Dictionary(Type=Name.Outlines, First=item, Last=item, Count=1))


def described(document, _):
    stream = document.make_stream(
        f"{XMP}<dc:subject>{NUMBER}</dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>".encode()
    )
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    document.Root.Metadata = stream


def kept_but_unused(document, page):
    note(document, page, Contents=String(NUMBER))
    page.Annots = Array()
    document.Root.Spare = Dictionary(Told=Array([String(NUMBER)]))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda document, page: note(document, page, Contents=String(f"Payer {NUMBER}")), "page 1"),
        (lambda document, page: note(document, page, Contents=String(f"Payer \u2011 {NUMBER}")), "page 1"),
        (lambda document, page: note(document, page, RC=String(f"<body>{NUMBER}</body>")), "page 1"),
        (lambda document, page: note(document, page, AP=Dictionary(N=drawn(document, NUMBER))), "page 1"),
        (
            lambda document, page: note(
                document, page, "/Widget", AP=Dictionary(D=Dictionary(Off=drawn(document, NUMBER)))
            ),
            "page 1",
        ),
        (
            lambda document, page: note(document, page, "/Link", A=action("URI", URI=String(f"https://a/{NUMBER}"))),
            "page 1",
        ),
        (filled, "page 1"),
        (filled_without_page, "the form"),
        (filled_as_stream, "page 1"),
        (bookmarked, "the bookmarks"),
        (described, "the properties"),
        (lambda document, _: document.docinfo.__setitem__("/Subject", NUMBER), "the properties"),
        (lambda document, _: document.docinfo.__setitem__("/Own", NUMBER), "the properties"),
        (kept_but_unused, "elsewhere in the PDF"),
    ],
)
def test_a_number_is_found_wherever_it_stands_in_a_pdf(change, where):
    assert places(changed(LETTER, change)) == [where]


def test_a_value_and_its_drawing_are_one_number():
    def both(document, page):
        note(document, page, "/Widget", FT=Name.Tx, V=String(NUMBER), AP=Dictionary(N=drawn(document, NUMBER)))

    assert places(changed(LETTER, both)) == ["page 1"]


def test_what_stands_outside_of_the_objects_of_a_pdf_is_scanned():
    behind = LETTER + f"\n% {NUMBER}\n".encode()

    assert places(f"% {NUMBER}\n".encode() + LETTER) == ["what stands between the parts"]
    assert places(behind) == ["what stands between the parts"]
    assert carried(behind) == [(Burden.APPENDIX, "the PDF")]
    assert carried(LETTER + b"\r\n\0\0") == []


def test_what_was_taken_out_of_a_page_and_stands_in_an_earlier_version_is_found():
    page = pdf("A page that stays as it is", f"Payer {NUMBER}")
    cleaned = shown("Payer")
    stream = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(cleaned), cleaned)

    content = updated(page, lambda document: document.pages[1].obj.Contents, stream)

    assert places(content) == ["page 2 of an earlier version"]
    assert carried(content) == []


def test_what_an_earlier_version_says_as_well_is_found_once():
    page = changed(pdf("Fine"), lambda document, page: note(document, page, Contents=String(NUMBER)))

    content = updated(page, lambda document: document.pages[0].obj.Contents, b"<< /Length 0 >>\nstream\n\nendstream")

    assert places(content) == ["page 1"]


def test_a_pdf_that_is_laid_out_for_the_web_has_no_earlier_version():
    with pikepdf.open(io.BytesIO(pdf("First", NUMBER))) as document:
        content = saved(document, linearize=True)

    assert content.count(b"%%EOF") == 2
    assert (places(content), carried(content)) == (["page 2"], [])


@pytest.mark.parametrize("strength", [2, 3, 4, 6])
def test_a_pdf_that_opens_without_a_password_is_scanned_and_another_is_refused(strength):
    assert places(encrypted(pdf("Fine", NUMBER), user="", strength=strength)) == ["page 2"]
    with pytest.raises(FileEncrypted):
        read(encrypted(LETTER, strength=strength))


# ---- what a PDF must not carry ----


def run():
    return action("JavaScript", JS=String("app.alert(1)"))


def opens():
    return action("Launch", F=String("cmd.exe"))


def with_entry(key, make):
    return lambda document, _: document.Root.__setitem__(key, make(document))


@pytest.mark.parametrize(
    ("change", "what", "where"),
    [
        (with_entry("/OpenAction", lambda _: run()), Burden.SCRIPT, None),
        (with_entry("/OpenAction", lambda _: action("URI", URI=String("https://a.example"))), Burden.LOADED, None),
        (with_entry("/AA", lambda _: Dictionary(WC=run())), Burden.SCRIPT, None),
        (lambda _, page: page.__setitem__("/AA", Dictionary(C=run())), Burden.SCRIPT, "page 1"),
        (
            lambda _, page: page.__setitem__("/AA", Dictionary(O=action("URI", URI=String("https://a.example")))),
            Burden.LOADED,
            "page 1",
        ),
        (lambda document, page: note(document, page, "/Link", A=opens()), Burden.ACTION, "page 1"),
        (
            lambda document, page: note(
                document, page, "/Link", A=action("GoTo", Next=Array([action("Named"), opens()]))
            ),
            Burden.ACTION,
            "page 1",
        ),
        (lambda document, page: note(document, page, "/Widget", A=action("SubmitForm")), Burden.ACTION, "page 1"),
        (lambda document, page: note(document, page, "/Widget", A=action("ImportData")), Burden.ACTION, "page 1"),
        (lambda document, page: note(document, page, "/Link", A=action("GoToR")), Burden.ACTION, "page 1"),
        (
            lambda document, page: note(document, page, "/Link", A=action("URI", URI=String("javascript:x()"))),
            Burden.ACTION,
            "page 1",
        ),
        (
            lambda document, page: note(document, page, "/Link", A=action("URI", URI=String(r"\\server\share"))),
            Burden.ACTION,
            "page 1",
        ),
        (
            lambda document, page: note(document, page, "/Link", A=action("URI", URI=String("//server/share/a"))),
            Burden.ACTION,
            "page 1",
        ),
        (with_entry("/URI", lambda _: Dictionary(Base=String("file://server/share/"))), Burden.ACTION, None),
        (
            lambda document, page: note(document, page, "/Link", A=action("Thread", F=String("a.pdf"), D=0)),
            Burden.ACTION,
            "page 1",
        ),
        (lambda document, page: note(document, page, "/Widget", AA=Dictionary(F=run())), Burden.SCRIPT, "page 1"),
        (
            lambda document, page: note(
                document, page, "/Widget", Parent=document.make_indirect(Dictionary(AA=Dictionary(K=run())))
            ),
            Burden.SCRIPT,
            "page 1",
        ),
        (
            with_entry("/Names", lambda _: Dictionary(JavaScript=Dictionary(Names=Array([String("a"), run()])))),
            Burden.SCRIPT,
            None,
        ),
        (
            with_entry(
                "/Names",
                lambda document: Dictionary(
                    EmbeddedFiles=Dictionary(Names=Array([String("a"), file_inside(document)]))
                ),
            ),
            Burden.FILE,
            None,
        ),
        (
            lambda document, page: note(document, page, "/FileAttachment", FS=file_inside(document)),
            Burden.FILE,
            "page 1",
        ),
        (with_entry("/AF", lambda document: Array([file_inside(document)])), Burden.FILE, None),
        (lambda document, page: page.__setitem__("/AF", Array([file_inside(document)])), Burden.FILE, "page 1"),
        (with_entry("/Collection", lambda _: Dictionary()), Burden.FILE, None),
        (
            with_entry("/AcroForm", lambda document: Dictionary(XFA=document.make_stream(b"<xdp/>"), Fields=Array())),
            Burden.FORM,
            None,
        ),
        (lambda document, page: note(document, page, "/RichMedia"), Burden.MEDIA, "page 1"),
        (lambda document, page: note(document, page, "/3D"), Burden.MEDIA, "page 1"),
        (lambda document, page: note(document, page, "/Movie"), Burden.MEDIA, "page 1"),
        (lambda document, page: note(document, page, "/Sound"), Burden.MEDIA, "page 1"),
        (lambda document, page: note(document, page, "/Screen", A=action("Rendition")), Burden.MEDIA, "page 1"),
    ],
)
def test_what_a_pdf_must_not_carry_is_found_wherever_it_is_tied(change, what, where):
    found = carried(changed(LETTER, change))

    assert what in [burden for burden, _ in found]
    assert where is None or (what, where) in found


def test_a_script_in_the_bookmarks_is_found():
    def change(document, _):
        item = document.make_indirect(Dictionary(Title=String("Chapter"), A=run()))
        document.Root.Outlines = document.make_indirect(Dictionary(First=item, Last=item))

    assert carried(changed(LETTER, change)) == [(Burden.SCRIPT, "the bookmarks")]


def test_links_a_signature_and_an_own_table_of_contents_are_no_burden():
    def change(document, page):
        note(document, page, "/Link", A=action("URI", URI=String("https://childsup.example.org/a?b=c")))
        note(document, page, "/Link", A=action("URI", URI=String("mailto:policy@example.org")))
        note(document, page, "/Link", Dest=Array([document.pages[1].obj, Name.Fit]))
        note(
            document,
            page,
            "/Widget",
            FT=Name.Sig,
            V=Dictionary(Type=Name.Sig, Contents=String(NUMBER), ByteRange=Array([0, 1])),
        )
        document.Root.OpenAction = Array([page, Name.Fit])

    found = read(changed(LETTER, change))

    assert (found.carried, found.findings, found.unreadable) == ((), (), "")


def test_names_that_are_no_text_are_read_over():
    def change(document, page):
        note(document, page, "/Other", AP=Dictionary(N=Dictionary(Other=drawn(document, NUMBER))), S=Name.Other)

    content = changed(LETTER, change).replace(b"/Other", b"/\xcb\xce\xcc\xe5\xff")

    assert (places(content), carried(content)) == (["page 1"], [])


# ---- pages that are pictures ----


def test_a_page_that_is_nothing_but_a_stamp_is_not_readable():
    def stamp(says):
        return lambda document, page: note(document, page, "/Stamp", AP=Dictionary(N=drawn(document, says)))

    assert read(changed(pdf("", "Text"), stamp(""))).unreadable == "page 1"
    assert read(changed(pdf("", "Text"), stamp("Approved"))).unreadable == ""


@pytest.mark.parametrize(
    ("text", "share", "unreadable"),
    [
        ("Received", 1.0, "page 1"),
        ("Received", 0.6, "page 1"),
        ("Received", 0.2, ""),
        ("A page with a picture behind it, and a whole sentence that was written on top of it.", 1.0, ""),
    ],
)
def test_a_page_with_a_picture_over_it_and_next_to_no_text_is_not_readable(text, share, unreadable):
    content = changed(pdf(text), lambda document, page: scanned(document, page, share))

    assert read(content).unreadable == unreadable


def test_a_large_document_is_saved_and_read_with_its_objects_packed():
    def pack(document, page):
        note(document, page, Contents=String(NUMBER))

    assert places(saved_packed(changed(LETTER, pack))) == ["page 1"]


def saved_packed(content):
    with pikepdf.open(io.BytesIO(content)) as document:
        return saved(document, object_stream_mode=pikepdf.ObjectStreamMode.generate)
