"""Files as authors have them, made byte by byte: what is in them is what the tests are about."""

import io
import struct
import warnings
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from notification.attachments.contents.kinds import read

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


NUMBER = "412-68-0937"


# ---- what is found in them ----


def places(content):
    """Where numbers of people were found in a file."""
    return [finding.where for finding in read(content).findings]


def carried(content):
    """What a file carries, and where."""
    return [(one.what, one.where) for one in read(content).carried]


# ---- pictures ----


def png(width=2, height=2, **notes):
    """A white picture; *notes* are chunks of its kind, with their text."""
    rows = zlib.compress(b"".join(b"\0" + b"\xff" * width for _ in range(min(height, 9))))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", rows)]
    chunks[1:1] = [(kind.encode(), text) for kind, text in notes.items()]
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [*chunks, (b"IEND", b"")]
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def jpeg(note=b"", width=2, height=2):
    """What stands around the picture in a JPEG, and a few bytes of it."""
    segments = [(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), (0xFE, note), (0xC0, struct.pack(">BHHB", 8, height, width, 1))]
    segments.append((0xDA, b"\1\1\0\0\x3f\0"))
    written = b"".join(b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data for kind, data in segments)
    return b"\xff\xd8" + written + b"\x12\xff\x00\x34\xff\xd9"


PNG, JPEG = png(), jpeg()


# ---- PDF ----


def pdf(*pages, title=""):
    """A PDF with a page for each text; a page of None has lines and no text, as a scan has."""
    document = pikepdf.new()
    for text in pages:
        page = document.add_blank_page(page_size=(612, 792))
        if text != "":
            page.obj.Resources = Dictionary(Font=Dictionary(F=font()))
            page.obj.Contents = document.make_stream(b"0 0 m 9 9 l S" if text is None else shown(text))
    if title:
        document.docinfo["/Title"] = title
    return saved(document)


def saved(document, **how):
    out = io.BytesIO()
    with warnings.catch_warnings():
        # A field that no form lists is what some tests are about.
        warnings.simplefilter("ignore", pikepdf.PageCopyWarning)
        document.save(out, **how)
    return out.getvalue()


def changed(content, change):
    """The PDF after *change* of the document and its first page."""
    with pikepdf.open(io.BytesIO(content)) as document:
        change(document, document.pages[0].obj)
        return saved(document)


def updated(content, find, now):
    """The PDF with another object behind its end in place of the one that *find* gives, as programs save quickly."""
    with pikepdf.open(io.BytesIO(content)) as document:
        number, root, size = find(document).objgen[0], document.Root.objgen[0], len(document.objects) + 1
    before = int(content.rpartition(b"startxref")[2].split()[0])
    body = b"%d 0 obj\n%b\nendobj\n" % (number, now)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(content))
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size, root, before)
    return content + body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(content) + len(body))


def encrypted(content, user="secret", strength=6):
    aes = strength > 3
    with pikepdf.open(io.BytesIO(content)) as document:
        how = pikepdf.Encryption(owner="owner", user=user, R=strength, aes=aes, metadata=aes)
        return saved(document, encryption=how)


def font():
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)


def drawn(document, text):
    """A drawing that says *text*, as a field has for its value."""
    form = document.make_stream(shown(text))
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 200, 20])
    form.Resources = Dictionary(Font=Dictionary(F=font()))
    return form


def note(document, page, subtype="/Text", **entries):
    """An annotation on a page."""
    added = document.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name(subtype), Rect=Array([50, 50, 90, 90]), **entries)
    )
    page.Annots = Array([*page.get("/Annots", ()), added])
    return added


def action(kind, **entries):
    return Dictionary(S=Name(f"/{kind}"), **entries)


def file_inside(document, text=b"name,ssn"):
    stream = document.make_stream(text)
    stream.Type = Name.EmbeddedFile
    return Dictionary(Type=Name.Filespec, F=String("cases.csv"), EF=Dictionary(F=stream))


def scanned(document, page, share=1.0):
    """Put a picture over so much of the page, before what it says."""
    picture = document.make_stream(b"\xff")
    picture.Type, picture.Subtype = Name.XObject, Name.Image
    picture.Width = picture.Height = 1
    picture.ColorSpace, picture.BitsPerComponent = Name.DeviceGray, 8
    page.Resources.XObject = Dictionary(P=picture)
    before = f"q 612 0 0 {792 * share} 0 0 cm /P Do Q ".encode()
    page.Contents = document.make_stream(before + page.Contents.read_bytes())


def shown(text):
    lines = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in text.splitlines()]
    return b"BT /F 12 Tf 72 720 Td 14 TL " + b" ".join(f"({line}) Tj T*".encode() for line in lines) + b" ET"


# ---- Word, Excel ----


def archive(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()


def links(*said, outside=()):
    """Relationships of a part: pairs of a kind and what it points at, here or *outside*."""
    lines = [
        f'<Relationship Id="r{n}" Type="{RELATIONSHIPS}/{kind}" Target="{target}"{mode}/>'
        for n, (kind, target, mode) in enumerate(
            [*((*one, "") for one in said), *((*one, ' TargetMode="External"') for one in outside)], 1
        )
    ]
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{namespace}">{"".join(lines)}</Relationships>'


def docx(*paragraphs, body="", **parts):
    """A Word document; each paragraph is a list of runs, as Word cuts them. *parts*: further ones, or others."""
    body += "".join(f"<w:p>{''.join(f'<w:r><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>" for runs in paragraphs)
    document = f"<w:document {_W}><w:body>{body}</w:body></w:document>"
    return archive({**_frame("word/document.xml", _WORD), "word/document.xml": document} | parts)


def xlsx(*rows, name="List", sheet="", more="", strings=(), **parts):
    """An Excel document of one sheet: text stands in the shared strings, numbers in their cells.

    *sheet* and *more* stand behind the rows, and behind the list of sheets.
    """
    shared, lines = list(strings), []
    for number, row in enumerate(rows, 1):
        cells = ""
        for column, value in zip("ABCDEFGH", row, strict=False):
            if isinstance(value, str):
                shared.append(value)
                cells += f'<c r="{column}{number}" t="s"><v>{len(shared) - 1}</v></c>'
            elif value is not None:
                cells += f'<c r="{column}{number}" s="1"><v>{value}</v></c>'
        lines.append(f'<row r="{number}">{cells}</row>')
    content = {
        **_frame("xl/workbook.xml", _EXCEL),
        "xl/workbook.xml": (
            f'<workbook {_S} xmlns:r="{RELATIONSHIPS}"><sheets>'
            f'<sheet name="{name}" sheetId="1" r:id="r1"/></sheets>{more}</workbook>'
        ),
        "xl/_rels/workbook.xml.rels": links(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/sharedStrings.xml": f"<sst {_S}>{''.join(f'<si><t>{text}</t></si>' for text in shared)}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {_S}><sheetData>{''.join(lines)}</sheetData>{sheet}</worksheet>",
    }
    return archive(content | parts)


def _frame(main, kind):
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{types}"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/{main}" ContentType="{kind}"/></Types>'
        ),
        "_rels/.rels": links(("officeDocument", main)),
    }
