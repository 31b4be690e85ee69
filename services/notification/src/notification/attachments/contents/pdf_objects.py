"""Everything in a PDF beside the text of its pages: each object that is there, whether a page shows it or not.

A PDF is objects that point at each other. What must not be there is looked for in all of them, since a reader finds
actions and files by many ways (ISO 32000-2, 12.6 actions, 7.11.4 embedded files, 12.5.6 annotations).
"""

import re
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from notification.attachments.rules.files import Burden, Carried

_ELSEWHERE, _PROPERTIES, _BOOKMARKS, _FORM = "elsewhere in the PDF", "the properties", "the bookmarks", "the form"
_KEYS = {
    "/JS": Burden.SCRIPT,
    "/JavaScript": Burden.SCRIPT,
    "/EF": Burden.FILE,
    "/EmbeddedFiles": Burden.FILE,
    "/Collection": Burden.FILE,
    "/XFA": Burden.FORM,
    "/RichMediaContent": Burden.MEDIA,
    "/3DD": Burden.MEDIA,
}
_ACTIONS = {
    Name("/JavaScript"): Burden.SCRIPT,
    Name("/Launch"): Burden.ACTION,
    Name("/SubmitForm"): Burden.ACTION,
    Name("/ImportData"): Burden.ACTION,
    Name("/GoToR"): Burden.ACTION,
    Name("/GoToE"): Burden.ACTION,
    Name("/Rendition"): Burden.MEDIA,
    Name("/Movie"): Burden.MEDIA,
    Name("/Sound"): Burden.MEDIA,
    Name("/RichMediaExecute"): Burden.MEDIA,
    Name("/GoTo3DView"): Burden.MEDIA,
}
_SUBTYPES = {
    Name("/FileAttachment"): Burden.FILE,
    Name("/RichMedia"): Burden.MEDIA,
    Name("/3D"): Burden.MEDIA,
    Name("/Movie"): Burden.MEDIA,
    Name("/Sound"): Burden.MEDIA,
    Name("/Screen"): Burden.MEDIA,
    Name("/PS"): Burden.SCRIPT,
}
# A link that a person follows, and sees where to.
_PLAIN_LINK = re.compile(r"(?i)(?!\s*//)\s*(?:(?:https?|mailto|tel):|[^:\\]*$|[#?])")
# What an annotation leads away to: another page, its own page, the other fields.
_AWAY = {"/P", "/Dest", "/D", "/Kids", "/Parent", "/SE", "/StructParent", "/IRT"}
# Text that may be kept as a stream, and strings that are no text.
_TEXT_STREAMS = {"/V", "/DV", "/RV", "/RC", "/Contents"}
_BINARY = {"/ID", "/Cert", "/O", "/U", "/OE", "/UE", "/Perms", "/Panose", "/Lookup", "/CheckSum"}
_TAG = re.compile(r"<[^<>]*>")


class Objects:
    """What all objects of a document hold.

    Attributes:
        carried: what runs, is loaded, or is a file of its own.
        texts: what is written, by place.
        appearances: what is drawn for fields and notes, each with its place.
    """

    def __init__(self, document: Pdf) -> None:
        self.carried: dict[Carried, None] = {}
        self.texts: dict[str, list[str]] = {}
        self.appearances: list[tuple[str, Object]] = []
        self._places: dict[tuple[int, int], str] = {}
        self._give_places(document)
        self._visit(document.trailer, _ELSEWHERE)
        for one in document.objects:
            # Numbers and nothing at all are objects, too.
            if isinstance(one, Object):
                self._visit(one, self._places.get(one.objgen, _ELSEWHERE))

    def _give_places(self, document: Pdf) -> None:
        for n, page in enumerate(document.pages, 1):
            where = f"page {n}"
            self._places.setdefault(page.obj.objgen, where)
            for note in _items(page.obj.get("/Annots")):
                self._place(note, where)
                if isinstance(note, Dictionary):
                    self._above(note, where)
                    self.appearances += ((where, form) for form in _appearances(note))
        root = document.Root
        for key, where in (("/Outlines", _BOOKMARKS), ("/AcroForm", _FORM), ("/Metadata", _PROPERTIES)):
            self._place(root.get(key), where, away=_AWAY - {"/Kids"})
        self._place(document.trailer.get("/Info"), _PROPERTIES)

    def _place(self, start: Any, where: str, *, away: set[str] = _AWAY) -> None:  # noqa: ANN401 - any object
        """Say where everything is that belongs to *start*, unless it has a place already."""
        waiting = [start]
        while waiting:
            one = waiting.pop()
            if not isinstance(one, (Dictionary, Stream, Array)):
                continue
            if one.is_indirect:
                if one.objgen in self._places:
                    continue
                self._places[one.objgen] = where
            waiting.extend(one if isinstance(one, Array) else (v for key, v in one.items() if key not in away))

    def _above(self, field: Any, where: str) -> None:  # noqa: ANN401 - as above
        """Say where the fields are that this one is a part of."""
        while isinstance(field := field.get("/Parent"), Dictionary) and field.objgen not in self._places:
            self._place(field, where)

    def _visit(self, start: Object, where: str) -> None:
        """Look at an object, with all that stands within it; what it points at is an object of its own."""
        waiting: list[Any] = [start]
        while waiting:
            one = waiting.pop()
            if isinstance(one, Array):
                waiting.extend(item for item in one if _is_within(item))
                self._write(where, (str(item) for item in one if isinstance(item, String)))
            elif isinstance(one, (Dictionary, Stream)):
                self._look(one, where)
                waiting.extend(value for _, value in one.items() if _is_within(value))

    def _look(self, one: Any, where: str) -> None:  # noqa: ANN401 - a dictionary or a stream's
        entries = dict(one.items())
        for what in (*_burdens(entries), *_run_by_themselves(entries)):
            self.carries(what, where)
        if isinstance(one, Stream):
            if entries.get("/Type") == Name.EmbeddedFile:
                self.carries(Burden.FILE, where)
            if "/F" in entries:
                self.carries(Burden.LOADED, where)
            if entries.get("/Type") == Name.Metadata or entries.get("/Subtype") == Name.XML:
                self._write(_PROPERTIES if where == _ELSEWHERE else where, [_text_of(one)])
        self._write(where, _texts(entries))

    def carries(self, what: Burden, where: str) -> None:
        """Note what the document carries."""
        self.carried[Carried(what, where)] = None

    def _write(self, where: str, texts: Any) -> None:  # noqa: ANN401 - strings, one after another
        said = [text for text in texts if text.strip()]
        if said:
            self.texts.setdefault(where, []).extend(said)


def _burdens(entries: dict[str, Any]) -> Iterator[Burden]:
    """Give what a dictionary is or holds that must not be there."""
    yield from (burden for key, burden in _KEYS.items() if key in entries)
    for key, kinds in (("/S", _ACTIONS), ("/Subtype", _SUBTYPES)):
        kind = entries.get(key)
        # By its name as it is: in old files not every name is a text.
        if isinstance(kind, Name) and kind in kinds:
            yield kinds[kind]
    # A thread of articles may be one of another file.
    if entries.get("/S") == Name.Thread and "/F" in entries:
        yield Burden.ACTION
    # Where a link leads, and what all links are seen from.
    for link in (entries.get("/URI"), entries.get("/Base")):
        if isinstance(link, String) and not _PLAIN_LINK.match(str(link)):
            yield Burden.ACTION


def _run_by_themselves(entries: dict[str, Any]) -> Iterator[Burden]:
    """Give what is loaded without anybody following a link: when a file, a page or a field is opened."""
    for action in (entries.get("/OpenAction"), *_values(entries.get("/AA"))):
        if any(step.get("/S") == Name.URI for step in _steps(action)):
            yield Burden.LOADED


def _texts(entries: dict[str, Any]) -> Iterator[str]:
    """Give the strings of a dictionary that are text, and what its fields hold as streams."""
    # A signature is no text, and what a page contains is drawn.
    contents = "/ByteRange" not in entries and entries.get("/Type") != Name.Page
    for key, value in entries.items():
        if key in _BINARY or (key == "/Contents" and not contents):
            continue
        if isinstance(value, String):
            yield str(value)
        elif isinstance(value, Stream) and key in _TEXT_STREAMS:
            yield _text_of(value)


def _is_within(value: Any) -> bool:  # noqa: ANN401 - any object
    return isinstance(value, (Dictionary, Array, Stream)) and not value.is_indirect


def _text_of(stream: Object) -> str:
    data = stream.read_bytes()
    text = data.decode("utf-16" if data[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8", "replace")
    return _TAG.sub("\n", text) if stream.get("/Type") == Name.Metadata else text


def _items(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any object
    if isinstance(value, Array):
        yield from value


def _values(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any object
    if isinstance(value, Dictionary):
        yield from (item for _, item in value.items())


def _steps(action: Any) -> Iterator[Any]:  # noqa: ANN401 - any object
    """Give an action and all that follow it."""
    waiting, seen = [action], set()
    while waiting:
        step = waiting.pop()
        if isinstance(step, Array):
            waiting.extend(step)
        elif isinstance(step, Dictionary) and (not step.is_indirect or step.objgen not in seen):
            seen.add(step.objgen)
            yield step
            waiting.append(step.get("/Next"))


def _appearances(note: Any) -> Iterator[Object]:  # noqa: ANN401 - an annotation
    """Give what is drawn for a note: at rest, under the pointer, pressed; in each of its states."""
    for drawn in _values(note.get("/AP")):
        for form in (drawn, *_values(drawn)):
            if isinstance(form, Stream):
                yield form
