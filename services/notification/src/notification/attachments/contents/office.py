"""What is in a Word or Excel document: every part of the archive, whatever it is called.

The format is ECMA-376: an archive of parts, and relationships that say what a part is to another.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from notification.attachments.contents import sheets
from notification.attachments.contents.markup import Start, Written, each
from notification.attachments.contents.pictures import written
from notification.attachments.contents.said import Said
from notification.attachments.rules.files import (
    EXCEL,
    READABLE,
    TAKEN,
    WORD,
    Burden,
    Carried,
    Content,
    FileDamaged,
    FileTooComplex,
    FileTypeNotAllowed,
)
from notification.attachments.rules.headings import Row
from notification.attachments.rules.scan import Passage, Table, scan

_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": WORD,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": EXCEL,
}
_MOST_UNPACKED = 100 * 1024 * 1024
_MOST_PARTS = 5000
_OLD_DRAWING = ".vml"
_MARKUP = (".xml", ".rels", ".vml", ".svg")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".wdp", ".odttf", ".fntdata")
# The ends of the addresses of some kinds of relationships; each is something that the text does not show.
_BURDENS = {
    "vbaproject": Burden.MACRO,
    "wordvbadata": Burden.MACRO,
    "xlmacrosheet": Burden.MACRO,
    "xlintlmacrosheet": Burden.MACRO,
    "oleobject": Burden.OBJECT,
    "control": Burden.OBJECT,
    "activexcontrolbinary": Burden.OBJECT,
    "package": Burden.FILE,
    "afchunk": Burden.FILE,
    "subdocument": Burden.FILE,
    "powerpivotdata": Burden.FILE,
    "attachedtemplate": Burden.LOADED,
    "externallink": Burden.LOADED,
    "externallinkpath": Burden.LOADED,
    "connections": Burden.LOADED,
    "querytable": Burden.LOADED,
    "webextension": Burden.LOADED,
    "webextensiontaskpanes": Burden.LOADED,
    "video": Burden.MEDIA,
    "audio": Burden.MEDIA,
    "media": Burden.MEDIA,
}
_KINDS = {
    "macroenabled": Burden.MACRO,
    "vbaproject": Burden.MACRO,
    "activex": Burden.OBJECT,
    "oleobject": Burden.OBJECT,
}
_NAMES = {"vbaproject": Burden.MACRO, "/activex/": Burden.OBJECT, "/embeddings/": Burden.FILE}
# A link that a person follows, and sees where to.
_PLAIN_LINK = re.compile(r"(?i)(?!\s*//)\s*(?:(?:https?|mailto|tel):|[^:\\]*$|[#?])")
_TEMPLATE, _OWN_DISK = "attachedtemplate", re.compile(r"(?i)(?:file:///)?[a-z]:[^/\\]*[/\\]|[^:/\\]+$")
# Fields that fetch something, or start a program.
_FETCHING = re.compile(r"(?im)^[^\w\n]*(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)\b")
# Formulas that do, once what they only say is taken out; only what Windows programs exchange has a bar (DDE).
_SAID = re.compile(r'"[^"]*"')
_FETCHING_FORMULA = re.compile(r"(?i)\b(?:WEBSERVICE|IMAGE|RTD)\s*\(|\|")
_LINK_FORMULA = re.compile(r'(?i)\bHYPERLINK\s*\(\s*"([^"]*)"')
# Bytes for each part that a writer may add to its header: a checksum behind it, times, alignment.
_SLACK = 512
# A page of pictures has a word or two.
_FEW_SIGNS = 60


@dataclass
class _Package:
    """An archive, and what was found in it so far."""

    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo]
    carried: dict[Carried, None] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    # What each part points at: by id, the kind and the part's name.
    links: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    pictures: int = 0
    signs: int = 0
    said: Said = field(default_factory=Said)

    def carries(self, what: Burden, where: str) -> None:
        """Note what the document carries."""
        self.carried[Carried(what, where)] = None

    def carries_by(self, burdens: Mapping[str, Burden], said: str, where: str) -> None:
        """Note what the words in *said* tell of."""
        for word, burden in burdens.items():
            if word in said:
                self.carries(burden, where)


def read(content: bytes) -> Content:
    """Return what is in a document.

    Raises:
        FileTypeNotAllowed: the archive is no Word or Excel document.
        FileDamaged, FileTooComplex: it cannot be read, or is larger unpacked than anybody needs.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(_opened(archive, content))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError) as error:
        raise FileDamaged(type(error).__name__, READABLE["office"]) from error


def _opened(archive: zipfile.ZipFile, content: bytes) -> _Package:
    listed = [one for one in archive.infolist() if not one.is_dir()]
    parts = {one.filename.lstrip("/"): one for one in listed}
    unpacked = sum(one.file_size for one in listed)
    if len(listed) > _MOST_PARTS or unpacked > _MOST_UNPACKED:
        raise FileTooComplex(unpacked, f"must have at most {_MOST_UNPACKED // 1024 // 1024} MB unpacked")
    if len({name.lower() for name in parts}) < len(listed):
        raise FileDamaged("two parts of one name", READABLE["office"])
    package = _Package(archive, parts)
    # Between the parts and the list of them, and behind it, nothing has a place.
    packed = sum(one.compress_size + 30 + len(one.orig_filename.encode()) for one in listed)
    if archive.comment or archive.start_dir - packed > _SLACK * (len(listed) + 1) or _behind(archive, content):
        package.carries(Burden.APPENDIX, "the document")
    return package


def _behind(archive: zipfile.ZipFile, content: bytes) -> bool:
    """Whether something stands behind the end of the archive."""
    end = content.rfind(b"PK\x05\x06")
    return len(content) - end - 22 - len(archive.comment) > 0


def _read(package: _Package) -> Content:
    _learn(package)
    links = package.links.get("", {})
    main = next((part for kind, part in links.values() if kind == "officedocument"), "")
    media_type = _MAIN.get(package.kinds.get(main, ""), "")
    if not media_type and not package.carried:
        raise FileTypeNotAllowed("application/zip", TAKEN)
    findings = tuple(scan(_texts(package, main)))
    unread = package.signs == 0 or (package.pictures > 0 and package.signs < _FEW_SIGNS)
    return Content(
        media_type or "application/zip",
        0,
        findings,
        "the document" if unread else "",
        tuple(package.carried),
        package.said.words(),
    )


def _learn(package: _Package) -> None:
    """Read what each part is, and what the parts are to each other."""
    defaults: dict[str, str] = {}

    def kind(name: str, attributes: dict[str, str]) -> None:
        value = attributes.get("ContentType", "").lower()
        if name == "Default":
            defaults[attributes.get("Extension", "").lower()] = value
        elif name == "Override":
            package.kinds[attributes.get("PartName", "").lstrip("/")] = value

    if "[Content_Types].xml" in package.parts:
        _each(package, "[Content_Types].xml", kind)
    for name in package.parts:
        package.kinds.setdefault(name, defaults.get(name.rpartition(".")[2].lower(), ""))
        package.carries_by(_KINDS, package.kinds[name], name)
        package.carries_by(_NAMES, f"/{name.lower()}", name)
        if name.endswith(".rels"):
            _learn_links(package, name)


def _learn_links(package: _Package, name: str) -> None:
    folder, _, file = name.removesuffix(".rels").rpartition("_rels/")
    links = package.links.setdefault(folder + file, {})

    def link(element: str, attributes: dict[str, str]) -> None:
        if element != "Relationship":
            return
        kind, target = attributes.get("Type", "").rpartition("/")[2].lower(), attributes.get("Target", "")
        outside = attributes.get("TargetMode", "").lower() == "external"
        # Many letters name the template of the computer that they were written on; no other has it.
        if kind == _TEMPLATE and _OWN_DISK.match(target):
            return
        if kind in _BURDENS:
            package.carries(_BURDENS[kind], folder + file or "the document")
        elif outside and not (kind == "hyperlink" and _PLAIN_LINK.match(target)):
            package.carries(Burden.ACTION if kind == "hyperlink" else Burden.LOADED, folder + file or "the document")
        if not outside:
            path = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(folder + file), target))
            links[attributes.get("Id", "")] = kind, path

    _each(package, name, link)


def _each(package: _Package, name: str, start: Start) -> None:
    with package.archive.open(package.parts[name]) as file:
        each(file, start)


def _texts(package: _Package, main: str) -> Iterator[Passage | Table]:
    """Give everything that is written in the document, part by part."""
    book = sheets.Book(package.archive, package.parts, main, package.links.get(main, {}))
    for name, part in package.parts.items():
        low = name.lower()
        if title := book.sheets.get(name):
            yield Table(title, _counted(package, book.rows(name)))
            _calculates(package, book.formulas, title)
            yield Passage(f"the formulas of {title}", book.formulas)
        elif low.endswith(_MARKUP):
            said = _written(package.archive, part)
            if said is None:
                yield Passage(name, written(package.archive.read(part)))
                continue
            package.signs += len("".join(said.text.split())) if low.startswith(("word/", "xl/")) else 0
            if low.startswith("word/"):
                package.said.add(said.text)
            if _FETCHING.search(said.fields):
                package.carries(Burden.LOADED, name)
            if name == main and book.sheets:
                # Beside the list of sheets it has what names stand for.
                _calculates(package, said.text, name)
            yield Passage(name, said.text, by_line=True)
            yield Passage(f"the attributes of {name}", said.attributes)
        elif low.endswith(_PICTURES) or "printersettings" in low:
            package.pictures += low.endswith(_PICTURES)
            yield Passage(name, written(package.archive.read(part)))
        else:
            package.carries(Burden.FILE, name)


def _calculates(package: _Package, formulas: str, where: str) -> None:
    """Note what formulas fetch, start or lead to."""
    if _FETCHING_FORMULA.search(_SAID.sub('""', formulas)):
        package.carries(Burden.LOADED, where)
    if not all(_PLAIN_LINK.match(target) for target in _LINK_FORMULA.findall(formulas)):
        package.carries(Burden.ACTION, where)


def _written(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Written | None:
    """Return what is written in a part; None of an old drawing that its program did not write as XML."""
    try:
        with archive.open(part) as file:
            return Written(file)
    except FileDamaged:
        if part.filename.lower().endswith(_OLD_DRAWING):
            return None
        raise


def _counted(package: _Package, rows: Iterator[Row]) -> Iterator[Row]:
    for number, cells in rows:
        package.signs += sum(len(text) for _, text in cells)
        package.said.add("\t".join(text for _, text in cells))
        yield number, cells
