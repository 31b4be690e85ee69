"""What may be attached to a letter, and what must be looked at by a person first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from notification.attachments.rules.scan import Finding, Passage, scan
from servicekit.refusals import InvalidField, Kind, Refusal
from servicekit.text import line, require_storable

MOST_BYTES = 10 * 1024 * 1024
MOST_PAGES = 200
_MOST_PIXELS = 100_000_000
MOST_FILES = 20
MOST_BYTES_TOGETHER = 40 * 1024 * 1024
_LONGEST_TITLE = 300
_LONGEST_FILENAME = 200
_LONGEST_REASON = 500
_MOST_TOLD = 10

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT, PNG, JPEG = "text/plain", "image/png", "image/jpeg"
TAKEN = "must be a PDF, plain text (UTF-8), a Word or Excel document without macros, a PNG or a JPEG"
READABLE = {
    "pdf": "must be a PDF that can be read",
    "office": "must be a document that can be read",
    "pictures": "must be a picture that can be read",
    "plain": "must be a text that can be read",
}
# A program opens a file by the end of its name, so the name must say what the file is.
_ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    WORD: (".docx",),
    EXCEL: (".xlsx",),
    TEXT: (".txt", ".csv"),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
}


class FileKind(StrEnum):
    """What a file is to its letter."""

    LETTER = "LETTER"
    ATTACHMENT = "ATTACHMENT"


class FileRefused(Refusal):
    """A file that cannot be attached: names field, value and rule."""

    kind = Kind.INVALID

    def __init__(self, value: object, rule: str) -> None:
        super().__init__(f"The file {rule}.", field="content", value=value, rule=rule)
        self.value, self.rule = str(value), rule


class FileEmpty(FileRefused):
    """The file has no content."""


class FileTooLarge(FileRefused):
    """The file has too many bytes or pages, or all files of the letter together have."""


class FileTypeNotAllowed(FileRefused):
    """The content is of no kind that is taken, or carries what must not be passed on."""


class FileDamaged(FileRefused):
    """The content begins like a file of its kind and cannot be read as one."""


class FileEncrypted(FileRefused):
    """The file is protected by a password, so nobody can tell what is in it."""


class FileTooComplex(FileRefused):
    """The file cannot be read within the time and the memory that one may take: nobody can tell what is in it."""


# What reading a file may refuse it with.
REFUSALS: dict[str, type[FileRefused]] = {
    "FILE_TOO_LARGE": FileTooLarge,
    "FILE_TYPE_NOT_ALLOWED": FileTypeNotAllowed,
    "FILE_DAMAGED": FileDamaged,
    "FILE_ENCRYPTED": FileEncrypted,
    "FILE_TOO_COMPLEX": FileTooComplex,
}


class FileReadersBusy(Refusal):
    """As many files as may be are being read: the same request may be sent again in a moment."""

    kind = Kind.BUSY


class TooManyFiles(FileRefused):
    """The letter has as many files as it may have."""


class FileAttachedAlready(FileRefused):
    """The letter has this very file, or it has its signed letter, already."""

    kind = Kind.EXISTS


class TextUnreadable(Refusal):
    """There is no text to scan: a person must look, and say that they did."""

    def __init__(self, where: str) -> None:
        super().__init__(
            "The file has no text that could be checked.",
            field="checked_reason",
            value="",
            rule="must say who looked at the file and what they found",
            where=where,
        )


class PersonalNumbersFound(Refusal):
    """The text holds what looks like numbers of people: says where, how many, and never a whole one."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        told = "; ".join(str(finding) for finding in findings[:_MOST_TOLD])
        super().__init__(
            "The file seems to hold personal numbers.",
            field="checked_reason",
            value="",
            rule="must say why these are no numbers of people, if they are none",
            count=len(findings),
            where=told if len(findings) <= _MOST_TOLD else f"{told}; and {len(findings) - _MOST_TOLD} more",
        )


class Burden(StrEnum):
    """What a file must not carry: nobody sees it in the text, and some of it runs when the file is opened."""

    SCRIPT = "a script"
    MACRO = "macros"
    FILE = "a file inside it"
    OBJECT = "an object of another program"
    ACTION = "an action that starts a program, opens another file or sends what is filled in"
    LOADED = "something that is loaded from elsewhere when it is opened"
    FORM = "a form of its own kind (XFA)"
    MEDIA = "sound, film or a model"
    APPENDIX = "something after its end"


@dataclass(frozen=True)
class Carried:
    """Something that a file carries, and *where*, such as `page 2`."""

    what: Burden
    where: str


@dataclass(frozen=True)
class Content:
    """What a file was found to be: what is in it, not yet what follows from that.

    *findings*: the numbers of people in its text. *unreadable*: which parts have no text, '' if all have. *carried*:
    what runs, is loaded or is a file of its own. *words*: what it is found by.
    """

    media_type: str
    pages: int = 0
    findings: tuple[Finding, ...] = ()
    unreadable: str = ""
    carried: tuple[Carried, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Label:
    """What the author says of a file."""

    kind: FileKind
    title: str
    filename: str


def label(kind: str, title: str, filename: str) -> Label:
    """Return the label of a file, cleaned; refuse what cannot be a name or title. The default title is the name."""
    if kind not in list(FileKind):
        raise InvalidField("kind", kind, "must be LETTER or ATTACHMENT")
    for field, given in (("filename", filename), ("title", title)):
        require_storable(field, given)
    # Signs that turn the reading direction would show another ending than there is: a clean line has none.
    name = line(filename.replace("\\", "/").rpartition("/")[2])
    if not name or len(name) > _LONGEST_FILENAME:
        raise InvalidField("filename", name[:100], f"must be a name of at most {_LONGEST_FILENAME} characters")
    said = line(title) or name
    if len(said) > _LONGEST_TITLE:
        raise InvalidField("title", said[:100], f"must be one line of at most {_LONGEST_TITLE} characters")
    return Label(FileKind(kind), said, name)


def check_size(size: int) -> None:
    """Refuse a file without content, or with too much."""
    if size == 0:
        raise FileEmpty(0, "must have content")
    if size > MOST_BYTES:
        raise FileTooLarge(size, f"must have at most {MOST_BYTES // 1024 // 1024} MB")


def check_pages(pages: int) -> None:
    """Refuse a PDF that nobody reads, and that would take too long to scan."""
    if pages > MOST_PAGES:
        raise FileTooLarge(pages, f"must have at most {MOST_PAGES} pages")


def check_pixels(pixels: int) -> None:
    """Refuse a picture that fills a reader's memory when it is shown."""
    if pixels > _MOST_PIXELS:
        raise FileTooLarge(pixels, f"must have at most {_MOST_PIXELS // 1_000_000} million pixels")


def check_room(files: int, size: int) -> None:
    """Refuse one more file beyond the *files*, or more bytes than *size* together, that a letter may have."""
    if files >= MOST_FILES:
        raise TooManyFiles(files, f"must be one of at most {MOST_FILES}")
    if size > MOST_BYTES_TOGETHER:
        most = MOST_BYTES_TOGETHER // 1024 // 1024
        raise FileTooLarge(size, f"must leave the files of the letter at {most} MB together")


def check_kind(said: Label, content: Content) -> None:
    """Refuse a signed letter that is no PDF, and a file whose name says that it is something else."""
    if said.kind is FileKind.LETTER and content.media_type != PDF:
        raise FileTypeNotAllowed(content.media_type, "must be a PDF: it is the signed letter")
    endings = _ENDINGS[content.media_type]
    if not said.filename.lower().endswith(endings):
        raise FileTypeNotAllowed(content.media_type, f"must have a name that ends in {' or '.join(endings)}")


def check_passive(content: Content) -> None:
    """Refuse a file that does something when it is opened, or carries what nobody would look at."""
    if content.carried:
        burdens = dict.fromkeys(f"{carried.what} ({carried.where})" for carried in content.carried)
        told = "; ".join(list(burdens)[:_MOST_TOLD])
        raise FileTypeNotAllowed(
            content.media_type, f"must not carry {told}: save it without, or print it as a new PDF"
        )


def scan_note(said: Label, content: Content, checked_reason: str) -> str:
    """Return why a warning was overruled, '' where there was none to overrule.

    Raises:
        PersonalNumbersFound: name, title or text hold numbers of people, and nobody says that they looked.
        TextUnreadable: there is no text to look at, and nobody says that they looked.
    """
    require_storable("checked_reason", checked_reason)
    reason = line(checked_reason)
    if len(reason) > _LONGEST_REASON:
        raise InvalidField("checked_reason", len(reason), f"must have at most {_LONGEST_REASON} characters")
    if scan([Passage("the reason", reason)]):
        raise InvalidField("checked_reason", "", "must not repeat the number")
    named = (
        Passage("the name", said.filename),
        Passage("the title", said.title if said.title != said.filename else ""),
    )
    findings = [*scan(named), *content.findings]
    if not findings and not content.unreadable:
        return ""
    if reason:
        return reason
    if findings:
        raise PersonalNumbersFound(findings)
    raise TextUnreadable(content.unreadable)
