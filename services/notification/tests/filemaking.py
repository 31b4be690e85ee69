"""Files as authors have them, made byte by byte: what is in them is what the tests are about."""

import io
import zipfile

import pypdf
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)


def pdf(*pages, title=""):
    """A PDF with a page for each text; a page of None has lines and no text, as a scan has."""
    writer = pypdf.PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(612, 792)
        if text == "":
            continue
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F"): font})}
        )
        stream = DecodedStreamObject()
        stream.set_data(b"0 0 m 9 9 l S" if text is None else _shown(text))
        page[NameObject("/Contents")] = writer._add_object(stream)
    if title:
        writer.add_metadata({"/Title": title})
    return written(writer)


def written(writer):
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def encrypted(content, password="secret"):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt(password, algorithm="RC4-128")
    return written(writer)


def changed(content, change):
    """The PDF after *change* of its writer."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    change(writer)
    return written(writer)


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()


def docx(*paragraphs, **parts):
    """A Word document; each paragraph is a list of runs, as Word cuts them."""
    body = "".join(f"<w:p>{''.join(f'<w:r><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>" for runs in paragraphs)
    return archive(
        **{"[Content_Types].xml": "<Types/>", "word/document.xml": f"<w:document>{body}</w:document>"}, **parts
    )


def xlsx(*cells):
    strings = "".join(f"<si><t>{cell}</t></si>" for cell in cells)
    return archive(
        **{"xl/workbook.xml": "<workbook/>", "xl/sharedStrings.xml": f"<sst>{strings}</sst>"},
    )


def _shown(text):
    lines = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in text.splitlines()]
    return b"BT /F 12 Tf 72 720 Td 14 TL " + b" ".join(f"({line}) Tj T*".encode() for line in lines) + b" ET"
