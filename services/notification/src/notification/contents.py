"""What is in a file: its type by its content, and its text. Nothing is kept here, and no file name is believed."""

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PageObject, PdfReader

from notification.rules.files import (
    PDF,
    Content,
    FileDamaged,
    FileEncrypted,
    FileTypeNotAllowed,
    check_pages,
    check_size,
)
from notification.rules.scan import Passage

_TAKEN = "must be a PDF, plain text (UTF-8), a Word or Excel document without macros, a PNG or a JPEG"
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
# Of a zip archive: the part that says what it is.
_DOCUMENTS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TEXT_PARTS = re.compile(
    r"(?:word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)|xl/(?:sharedStrings|worksheets/[^/]+|comments\d*)|docProps/(?:core|app|custom))\.xml"
)
# A protected Word or Excel document is an old-style compound file around the encrypted one.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_UNPACKED = 100 * 1024 * 1024
_ENDS = re.compile(r"</(?:w:p|w:tc|c|si|row|dc:\w+|cp:\w+|vt:\w+)>|<w:(?:br|tab)[^>]*/>")
_TAG = re.compile(r"<[^>]*>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def examine(content: bytes) -> Content:
    """Return what a file is and what text it has.

    Raises:
        FileEmpty, FileTooLarge, FileTypeNotAllowed, FileDamaged, FileEncrypted: it cannot be attached.
    """
    check_size(len(content))
    # Readers take a PDF that begins a little later, after what some mail program put before it.
    if b"%PDF-" in content[:1024]:
        return _pdf(content)
    for start, media_type in _PICTURES.items():
        if content.startswith(start):
            return Content(media_type, 0, (), "the picture")
    if content.startswith(b"PK\x03\x04"):
        return _document(content)
    if content.startswith(_COMPOUND):
        return _compound(content)
    return _text(content)


def _text(content: bytes) -> Content:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileTypeNotAllowed("unknown", _TAKEN) from None
    if _CONTROL.search(text):
        raise FileTypeNotAllowed("unknown", _TAKEN)
    return Content("text/plain", 0, (Passage("", text, by_line=True),))


def _compound(content: bytes) -> Content:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileEncrypted("encrypted", "must not be protected by a password")
    raise FileTypeNotAllowed("application/x-ole-storage", _TAKEN)


# ---- PDF ----


def _pdf(content: bytes) -> Content:
    try:
        reader = PdfReader(io.BytesIO(content))
        protected = reader.is_encrypted
        pages = 0 if protected else len(reader.pages)
    except Exception as error:  # a damaged file breaks the parser in any way
        raise FileDamaged(type(error).__name__, "must be a PDF that can be read") from error
    if protected:
        raise FileEncrypted("encrypted", "must not be protected by a password")
    if not pages:
        raise FileDamaged("no pages", "must be a PDF that can be read")
    check_pages(pages)
    try:
        _check_passive(reader)
        texts = [(_page_text(page), _is_blank(page)) for page in reader.pages]
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except FileTypeNotAllowed:
        raise
    except Exception as error:  # as above
        raise FileDamaged(type(error).__name__, "must be a PDF that can be read") from error
    unreadable = [n for n, (text, blank) in enumerate(texts, 1) if not text.strip() and not blank]
    passages = tuple(Passage(f"page {n}", text) for n, (text, _) in enumerate(texts, 1))
    return Content(PDF, pages, (*passages, Passage("the properties", title)), _pages(unreadable))


def _check_passive(reader: PdfReader) -> None:
    """Refuse a PDF that does something when it is opened, or carries other files: neither would be scanned."""
    root: Any = reader.trailer["/Root"].get_object()
    names = root["/Names"].get_object() if "/Names" in root else {}
    action = root["/OpenAction"].get_object() if "/OpenAction" in root else None
    runs = isinstance(action, dict) and action.get("/S") in ("/JavaScript", "/Launch")
    if runs or "/JavaScript" in names or "/EmbeddedFiles" in names or "/AA" in root:
        raise FileTypeNotAllowed(PDF, "must be a PDF without scripts and without files inside it")


def _page_text(page: PageObject) -> str:
    """Return what stands on a page, and what is filled into its form fields or noted at its margin."""
    notes = [str(value) for note in _annotations(page) for value in (note.get("/V"), note.get("/Contents")) if value]
    return "\n".join([page.extract_text(), *notes])


def _annotations(page: PageObject) -> Iterator[Any]:
    for reference in page.get("/Annots") or ():
        yield reference.get_object()


def _is_blank(page: PageObject) -> bool:
    contents = page.get_contents()
    return contents is None or not contents.get_data().strip()


def _pages(numbers: list[int]) -> str:
    if not numbers:
        return ""
    return f"page {numbers[0]}" if len(numbers) == 1 else f"pages {', '.join(map(str, numbers))}"


# ---- Word, Excel ----


def _document(content: bytes) -> Content:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _archive(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FileDamaged(type(error).__name__, "must be a document that can be read") from error


def _archive(archive: zipfile.ZipFile) -> Content:
    parts = {part.filename: part for part in archive.infolist()}
    media_type = next((kind for name, kind in _DOCUMENTS.items() if name in parts), "")
    if not media_type or any("vbaproject" in name.lower() or "/embeddings/" in name.lower() for name in parts):
        raise FileTypeNotAllowed(media_type or "application/zip", _TAKEN)
    if sum(part.file_size for part in parts.values()) > _MOST_UNPACKED:
        raise FileDamaged("unpacks too large", "must be a document that can be read")
    passages = tuple(
        Passage(name, _plain(archive.read(part).decode("utf-8")), by_line=True)
        for name, part in parts.items()
        if _TEXT_PARTS.fullmatch(name)
    )
    readable = any(passage.text.strip() for passage in passages if passage.where.startswith(("word/", "xl/")))
    return Content(media_type, 0, passages, "" if readable else "the document")


def _plain(xml: str) -> str:
    """Return the text of an XML part: a number may be cut into several runs, so only ends of paragraphs break it."""
    return html.unescape(_TAG.sub("", _ENDS.sub("\n", xml)))
