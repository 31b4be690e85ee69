"""What may be attached to a letter, and what must be looked at by a person first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from notification.rules.scan import Finding, Passage, scan
from servicekit.refusals import InvalidField, Kind, Refusal

MOST_BYTES = 10 * 1024 * 1024
MOST_PAGES = 200
MOST_FILES = 20
MOST_BYTES_TOGETHER = 40 * 1024 * 1024
_LONGEST_TITLE = 300
_LONGEST_FILENAME = 200
_LONGEST_REASON = 500
_MOST_TOLD = 10

PDF = "application/pdf"


class FileKind(StrEnum):
    """What a file is to its letter."""

    LETTER = "LETTER"
    ATTACHMENT = "ATTACHMENT"


class _FileRefused(Refusal):
    """A file that cannot be attached: names field, value and rule."""

    kind = Kind.INVALID

    def __init__(self, value: object, rule: str) -> None:
        super().__init__(f"The file {rule}.", field="content", value=value, rule=rule)


class FileEmpty(_FileRefused):
    """The file has no content."""


class FileTooLarge(_FileRefused):
    """The file has too many bytes or pages, or all files of the letter together have."""


class FileTypeNotAllowed(_FileRefused):
    """The content is of no kind that is taken, or carries what must not be passed on."""


class FileDamaged(_FileRefused):
    """The content begins like a file of its kind and cannot be read as one."""


class FileEncrypted(_FileRefused):
    """The file is protected by a password, so nobody can tell what is in it."""


class TooManyFiles(_FileRefused):
    """The letter has as many files as it may have."""


class FileAttachedAlready(_FileRefused):
    """The letter has this very file, or it has its signed letter, already."""

    kind = Kind.EXISTS


class TextUnreadable(Refusal):
    """There is no text to scan: a person must look, and say that she did."""

    def __init__(self, where: str) -> None:
        super().__init__(
            "The file has no text that could be checked.",
            field="checked_reason",
            value="",
            rule="must say who looked at the file and what she found",
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


@dataclass(frozen=True)
class Content:
    """What a file was found to be. *unreadable* says which parts have no text, '' if all have."""

    media_type: str
    pages: int
    passages: tuple[Passage, ...]
    unreadable: str = ""


@dataclass(frozen=True)
class Label:
    """What the author says of a file."""

    kind: FileKind
    title: str
    filename: str


def label(kind: str, title: str, filename: str) -> Label:
    """Return the label of a file; refuse a name or title that cannot be one. Without a title the name is it."""
    if kind not in list(FileKind):
        raise InvalidField("kind", kind, "must be LETTER or ATTACHMENT")
    name = filename.replace("\\", "/").rpartition("/")[2].strip()
    if not name or len(name) > _LONGEST_FILENAME or not name.isprintable():
        raise InvalidField("filename", filename[:100], f"must be a name of at most {_LONGEST_FILENAME} characters")
    said = title.strip() or name
    if len(said) > _LONGEST_TITLE or not said.isprintable():
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


def check_room(files: int, size: int) -> None:
    """Refuse one more file beyond the *files*, or more bytes than *size* together, that a letter may have."""
    if files >= MOST_FILES:
        raise TooManyFiles(files, f"must be one of at most {MOST_FILES}")
    if size > MOST_BYTES_TOGETHER:
        most = MOST_BYTES_TOGETHER // 1024 // 1024
        raise FileTooLarge(size, f"must leave the files of the letter at {most} MB together")


def check_kind(said: Label, content: Content) -> None:
    """Refuse a signed letter that is no PDF."""
    if said.kind is FileKind.LETTER and content.media_type != PDF:
        raise FileTypeNotAllowed(content.media_type, "must be a PDF: it is the signed letter")


def scan_note(said: Label, content: Content, checked_reason: str) -> str:
    """Return why a warning was overruled, '' where there was none to overrule.

    Raises:
        PersonalNumbersFound: name, title or text hold numbers of people, and nobody says that she looked.
        TextUnreadable: there is no text to look at, and nobody says that she looked.
    """
    reason = checked_reason.strip()
    if len(reason) > _LONGEST_REASON:
        raise InvalidField("checked_reason", len(reason), f"must have at most {_LONGEST_REASON} characters")
    if scan([Passage("the reason", reason)]):
        raise InvalidField("checked_reason", "", "must not repeat the number")
    named = (
        Passage("the name", said.filename),
        Passage("the title", said.title if said.title != said.filename else ""),
    )
    findings = scan((*named, *content.passages))
    if not findings and not content.unreadable:
        return ""
    if reason:
        return reason
    if findings:
        raise PersonalNumbersFound(findings)
    raise TextUnreadable(content.unreadable)
