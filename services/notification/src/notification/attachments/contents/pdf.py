"""What is in a PDF: the text of its pages by PDFium, everything beside it by qpdf's objects (`pdf_objects`)."""

import io
import re
from collections.abc import Iterator
from contextlib import suppress

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from notification.attachments.contents.pdf_objects import Objects
from notification.attachments.contents.said import Said
from notification.attachments.rules.files import (
    PDF,
    READABLE,
    Burden,
    Content,
    FileDamaged,
    FileEncrypted,
    check_pages,
)
from notification.attachments.rules.scan import Passage, scan

# A scanned page may have a word or a stamp of text: with fewer signs than this, a picture over half of it is the page.
_FEW_SIGNS, _MOST_COVERED = 60, 0.5
_NESTED = 15
_LARGEST = 14400
_END = b"%%EOF"


def read(content: bytes) -> Content:
    """Return what is in a PDF.

    Raises:
        FileDamaged: it is none, or nobody can read it.
        FileEncrypted: it does not open without a password. One that only restricts changes does.
        FileTooLarge: it has too many pages.
    """
    try:
        document = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        raise FileEncrypted("encrypted", "must not be protected by a password") from None
    except pikepdf.PdfError as error:
        raise FileDamaged(type(error).__name__, READABLE["pdf"]) from error
    with document:
        pages = len(document.pages)
        if not pages:
            raise FileDamaged("no pages", READABLE["pdf"])
        check_pages(pages)
        objects = Objects(document)
        drawn = _drawn(objects)
    try:
        shown = list(_pages(content))
    except pypdfium2.PdfiumError as error:
        raise FileDamaged(type(error).__name__, READABLE["pdf"]) from error
    if len(shown) != pages:
        raise FileDamaged("pages differ", READABLE["pdf"])
    passages = [
        *_passages(shown, objects.texts, drawn),
        *_earlier(content, objects.texts),
        Passage("what stands between the parts", _between(content)),
    ]
    if content[content.rfind(_END) + len(_END) :].strip(b"\0\t\n\r\x0c ") and _END in content:
        objects.carries(Burden.APPENDIX, "the PDF")
    # A page that is nothing but a stamp, whose drawing says nothing.
    stamped = {where for where, _ in objects.appearances if not any(line.strip() for line in drawn.get(where, ()))}
    silent = {n for n, (text, _) in enumerate(shown, 1) if not text.strip() and f"page {n}" in stamped}
    unread = [n for n, (_, readable) in enumerate(shown, 1) if not readable or n in silent]
    said = Said()
    for text, _ in shown:
        said.add(text)
    return Content(PDF, pages, tuple(scan(passages)), _numbers(unread), tuple(objects.carried), said.words())


def _passages(
    shown: list[tuple[str, bool]], written: dict[str, list[str]], drawn: dict[str, list[str]]
) -> Iterator[Passage]:
    """Give what is written, page by page, then beside the pages. What is there twice is there once."""
    pages = {f"page {n}": [text] for n, (text, _) in enumerate(shown, 1)}
    for where in dict.fromkeys([*pages, *written]):
        said = dict.fromkeys(written.get(where, ()))
        # What a field holds stands in its value and is drawn as well.
        said |= dict.fromkeys(line for line in drawn.get(where, ()) if line.strip() not in said)
        yield Passage(where, "\n".join([*pages.get(where, ()), *said]))


def _pages(content: bytes) -> Iterator[tuple[str, bool]]:
    """Give the text of each page, and whether that is what a person sees of it."""
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            text = _text(page)
            signs = len("".join(text.split()))
            yield text, signs >= _FEW_SIGNS or (not _is_picture(page) if signs else _is_blank(page))
            page.close()


def _text(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    try:
        # What the type face does not tell comes as a zero sign, a hyphen at the end of a line as a sign of its own.
        written: str = text.get_text_range()
        return written.replace("\r\n", "\n").replace("\0", "").replace("\ufffe", "-")
    finally:
        text.close()


def _is_blank(page: pypdfium2.PdfPage) -> bool:
    return not pdfium.FPDFPage_CountObjects(page)


def _is_picture(page: pypdfium2.PdfPage) -> bool:
    """Whether pictures cover most of the page. One in a drawing within the page counts as if it did."""
    width, height = page.get_size()
    covered = 0.0
    for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=_NESTED):
        if picture.level:
            return True
        left, bottom, right, top = picture.get_bounds()
        covered += max(0.0, min(right, width) - max(left, 0.0)) * max(0.0, min(top, height) - max(bottom, 0.0))
    return bool(covered >= _MOST_COVERED * width * height)


def _drawn(objects: Objects) -> dict[str, list[str]]:
    """Return the lines of what is drawn for fields and notes, in every state, shown or not, by place."""
    lines: dict[str, list[str]] = {}
    if not objects.appearances:
        return lines
    out = io.BytesIO()
    # Each as a page of its own.
    with pikepdf.new() as sheets:
        for _, form in objects.appearances:
            sheet = sheets.add_blank_page(page_size=(_LARGEST, _LARGEST))
            sheet.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=sheets.copy_foreign(form)))
            sheet.obj.Contents = sheets.make_stream(b"/X Do")
        sheets.save(out)
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        for (where, _), page in zip(objects.appearances, document, strict=True):
            lines.setdefault(where, []).extend(_text(page).splitlines())
            page.close()
    return lines


def _earlier(content: bytes, written: dict[str, list[str]]) -> Iterator[Passage]:
    """Give what earlier versions say: a program that saves a change behind the end leaves in the file what it took out.

    It says nothing about pages and words that stayed as they are.
    """
    ends = [found.end() for found in re.finditer(re.escape(_END), content)][:-1]
    if not ends:
        return
    with pikepdf.open(io.BytesIO(content)) as last:
        drawn = {_raw(page) for page in last.pages}
    known = {text for said in written.values() for text in said}
    for end in reversed(ends):
        # No version need end there: a file may begin with what is shown first, and a text may say the same.
        with suppress(pikepdf.PdfError, pypdfium2.PdfiumError):
            yield from _version(content[:end], drawn, known)


def _version(content: bytes, drawn: set[bytes], known: set[str]) -> list[Passage]:
    with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as document:
        changed = [n for n, page in enumerate(document.pages) if _raw(page) not in drawn]
        before = Objects(document).texts
    said = [(where, "\n".join(text for text in texts if text not in known)) for where, texts in before.items()]
    with pypdfium2.PdfDocument(content) as document:
        said += [(f"page {n + 1}", _text(document[n])) for n in changed]
    return [Passage(f"{where} of an earlier version", text) for where, text in said]


def _raw(page: pikepdf.Page) -> bytes:
    """Return what is drawn on a page, packed as it is."""
    contents = page.obj.get("/Contents")
    streams = contents if isinstance(contents, pikepdf.Array) else [contents]
    return b"\n".join(stream.read_raw_bytes() for stream in streams if isinstance(stream, pikepdf.Stream))


def _between(content: bytes) -> str:
    """Return what stands outside of all objects: before the beginning, in remarks, behind the end."""
    return "\n".join(piece.partition(b" obj")[0].decode("latin-1") for piece in content.split(b"endobj"))


def _numbers(pages: list[int]) -> str:
    if not pages:
        return ""
    return f"page {pages[0]}" if len(pages) == 1 else f"pages {', '.join(map(str, pages))}"
