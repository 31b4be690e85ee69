"""What stands in a section beside its text: pictures, films, files to take along, questions for oneself."""

from dataclasses import dataclass, fields
from typing import Literal

from curriculum.courses.rules import captions
from servicekit import text
from servicekit.refusals import InvalidField

MOST = 50
_LONGEST_LINE = 1_000
_LONGEST_TEXT = 200_000
_MOST_OPTIONS = 6
_MIB = 1024 * 1024
MOST_BYTES = 500 * _MIB
_MOST_PICTURE_BYTES = 10 * _MIB


@dataclass(frozen=True)
class Media:
    """A file in the store: its digest, and what the store knows of it."""

    sha256: str
    media_type: str = ""
    size_bytes: int = 0
    milliseconds: int = 0
    width: int = 0
    height: int = 0

    @property
    def shown(self) -> str:
        """How a browser shows it: `image`, `video`, `audio`; anything else is only taken along."""
        return self.media_type.partition("/")[0]


@dataclass(frozen=True)
class Picture:
    """A picture, with what it says for those who do not see it."""

    number: int
    media: Media
    alternative: str
    caption: str
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class Recording:
    """A film or a recording, with WebVTT captions and a transcript."""

    number: int
    media: Media
    title: str
    captions: str
    transcript: str
    kind: Literal["recording"] = "recording"


@dataclass(frozen=True)
class Download:
    """A file to take along."""

    number: int
    media: Media
    title: str
    filename: str
    kind: Literal["download"] = "download"


@dataclass(frozen=True)
class Option:
    """An answer that can be chosen."""

    text: str
    right: bool


@dataclass(frozen=True)
class Check:
    """A question for oneself: not scored, and no answer is ever kept."""

    number: int
    question: str
    options: tuple[Option, ...]
    explanation: str
    kind: Literal["check"] = "check"


Piece = Picture | Recording | Download | Check


def check(pieces: tuple[Piece, ...], *, field: str) -> None:
    """Refuse what not even a draft may hold."""
    if len(pieces) > MOST:
        raise InvalidField(field, len(pieces), f"must be at most {MOST}")
    numbers = [piece.number for piece in pieces]
    if min(numbers, default=1) < 1 or len(set(numbers)) < len(numbers):
        raise InvalidField(field, numbers, "must have numbers from 1, each once")
    for piece in pieces:
        where = f"{field}[{piece.number}]"
        for part in fields(piece):
            value = getattr(piece, part.name)
            if isinstance(value, str):
                _check_text(value, field=f"{where}.{part.name}", long=part.name in ("captions", "transcript"))
        if isinstance(piece, Recording) and piece.captions:
            captions.read(piece.captions, field=f"{where}.captions")
        if isinstance(piece, Check):
            if len(piece.options) > _MOST_OPTIONS:
                raise InvalidField(f"{where}.options", len(piece.options), f"must be at most {_MOST_OPTIONS}")
            for option in piece.options:
                _check_text(option.text, field=f"{where}.options")


def check_media(piece: Piece, media: Media, *, field: str) -> None:
    """Refuse a piece of a kind that *media*, as the store knows it, cannot be."""
    if isinstance(piece, Picture) and media.shown != "image":
        raise InvalidField(field, media.media_type, "must be a picture (PNG or JPEG)")
    if isinstance(piece, Picture) and media.size_bytes > _MOST_PICTURE_BYTES:
        raise InvalidField(field, media.size_bytes, "must have at most 10 MB")
    if isinstance(piece, Recording) and media.shown not in ("video", "audio"):
        raise InvalidField(field, media.media_type, "must be a film or a recording (MP4, M4A, MP3 or WAV)")


def missing(piece: Piece) -> list[str]:
    """Return what a piece lacks to be published, in words."""
    match piece:
        case Picture():
            lacks = [("alternative text", text.line(piece.alternative))]
            called = "picture"
        case Recording():
            lacks = [("a title", text.line(piece.title)), ("a transcript", text.line(piece.transcript))]
            called = "film" if piece.media.shown == "video" else "recording"
            covered = captions.covered_milliseconds(piece.captions, piece.media.milliseconds)
            if not piece.captions:
                lacks.append(("captions", ""))
            elif not captions.cover(piece.captions, piece.media.milliseconds):
                percent = 100 * covered // max(1, piece.media.milliseconds)
                lacks.append((f"captions for 95 % of its length (they cover {percent} %)", ""))
        case Download():
            lacks = [("a title", text.line(piece.title))]
            called = "file"
        case Check():
            given = [option for option in piece.options if text.line(option.text)]
            lacks = [
                ("a question", text.line(piece.question)),
                ("two answers", "given" if len(given) > 1 else ""),
                ("a right answer", "given" if any(option.right for option in given) else ""),
                ("an explanation", text.line(piece.explanation)),
            ]
            called = "check yourself"
    return [f"{called} {piece.number}: {what}" for what, given in lacks if not given]


def _check_text(value: str, *, field: str, long: bool = False) -> None:
    longest = _LONGEST_TEXT if long else _LONGEST_LINE
    if len(value) > longest:
        raise InvalidField(field, value, f"must have at most {longest} letters")
    if "\0" in value:
        raise InvalidField(field, value, "must not hold the character NUL")
