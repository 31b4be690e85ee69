"""Whatever a document or a picture carries is found, whatever its part is called."""

import zlib

import pytest

from notification.attachments.contents.kinds import read
from notification.attachments.rules.files import Burden, FileDamaged, FileTooLarge, FileTypeNotAllowed

from .filemaking import JPEG, NUMBER, PNG, archive, carried, docx, jpeg, links, places, png, xlsx

# ---- documents ----

BEGIN = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def told(field):
    return f"<w:r><w:instrText>{field}</w:instrText></w:r>"


TYPES = '<Override PartName="/{}" ContentType="{}"/></Types>'


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"word/_rels/settings.xml.rels": links(outside=[("attachedTemplate", "https://a/b")])}, Burden.LOADED),
        (
            {"word/_rels/settings.xml.rels": links(outside=[("attachedTemplate", r"\\server\b.dotm")])},
            Burden.LOADED,
        ),
        ({"word/_rels/document.xml.rels": links(outside=[("image", "https://a/b.png")])}, Burden.LOADED),
        ({"word/_rels/document.xml.rels": links(outside=[("hyperlink", "file://server/a")])}, Burden.ACTION),
        ({"word/_rels/document.xml.rels": links(outside=[("hyperlink", "//server/share/a")])}, Burden.ACTION),
        ({"word/_rels/document.xml.rels": links(outside=[("oleObject", "file:///c:/a.xls")])}, Burden.OBJECT),
        ({"word/_rels/document.xml.rels": links(("aFChunk", "part.html")), "word/part.html": "<p>x</p>"}, Burden.FILE),
        ({"word/_rels/document.xml.rels": links(("control", "activeX/a.xml"))}, Burden.OBJECT),
        ({"word/activeX/activeX1.xml": "<ocx/>"}, Burden.OBJECT),
        ({"word/vbaProject.bin": "x"}, Burden.MACRO),
        ({"word/other.bin": "x", "word/_rels/document.xml.rels": links(("vbaProject", "other.bin"))}, Burden.MACRO),
        ({"word/embeddings/a.xlsx": "x"}, Burden.FILE),
        ({"word/media/a.exe": "x"}, Burden.FILE),
        ({"customXml/a.html": "x"}, Burden.FILE),
    ],
)
def test_what_a_document_must_not_carry_is_found(parts, what):
    assert what in [burden for burden, _ in carried(docx(["A sentence"], **parts))]


@pytest.mark.parametrize(
    "field",
    [
        '<w:p><w:fldSimple w:instr=" DDEAUTO c:\\\\windows\\\\cmd.exe /k"/></w:p>',
        "<w:p><w:r><w:instrText> INCLUDE</w:instrText></w:r><w:r><w:instrText>TEXT x</w:instrText></w:r></w:p>",
        f"<w:p>{BEGIN}{told('NUMPAGES')}{END}{BEGIN}{told('LINK Excel.Sheet a.xls')}{END}</w:p>",
        f"<w:p>{BEGIN}{told('IF 2 &lt; 3 ')}{BEGIN}{told('INCLUDEPICTURE https://a.example/b')}{END}{END}</w:p>",
    ],
)
def test_a_field_that_fetches_something_is_found(field):
    assert carried(docx(["A sentence"], body=field)) == [(Burden.LOADED, "word/document.xml")]


def test_links_and_page_numbers_of_a_document_are_no_burden():
    body = '<w:p><w:r><w:instrText> PAGE \\* MERGEFORMAT</w:instrText></w:r><w:fldSimple w:instr="HYPERLINK x"/></w:p>'
    parts = {"word/_rels/document.xml.rels": links(outside=[("hyperlink", "https://a.example/?b")])}

    assert carried(docx(["A sentence"], body=body, **parts)) == []


def test_a_template_of_the_authors_own_computer_is_no_burden():
    for target in (r"file:///C:\Users\ana\Letterhead.dotx", "Normal.dotm"):
        parts = {"word/_rels/settings.xml.rels": links(outside=[("attachedTemplate", target)])}
        assert carried(docx(["A sentence"], **parts)) == []


def test_a_kind_that_no_part_is_of_is_no_burden():
    types = '<Types><Default Extension="bin" ContentType="application/vnd.openxmlformats-officedocument.oleObject"/>'
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types += f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'

    assert carried(docx(["A sentence"], **{"[Content_Types].xml": types})) == []
    assert (Burden.OBJECT, "a.bin") in carried(docx(["A sentence"], **{"[Content_Types].xml": types, "a.bin": "x"}))


def test_an_old_drawing_that_is_no_xml_is_read_as_it_is():
    assert places(docx(["Fine"], **{"word/a.vml": f"<xml><br>{NUMBER}</xml>"})) == ["word/a.vml"]


def row_with(formula):
    return f'<sheetData><row r="4"><c r="B4"><f>{formula}</f><v>1</v></c></row></sheetData>'


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ('_xlfn.WEBSERVICE("https://a.example/?"&amp;B2)', Burden.LOADED),
        ('IF(B2=1,_xlfn.image ("https://a.example/b.png"),"")', Burden.LOADED),
        ('RTD("server",,"topic")', Burden.LOADED),
        ("msexcel|'\\..\\a.exe'!'b'", Burden.LOADED),
        ('HYPERLINK("file://server/a.exe","Read on")', Burden.ACTION),
    ],
)
def test_a_formula_that_fetches_or_starts_something_is_found(formula, what):
    assert carried(xlsx(["A"], sheet=row_with(formula))) == [(what, "sheet List")]


def test_a_formula_that_only_counts_shows_or_leads_is_no_burden():
    formulas = ("SUM(A1:A3)", '"a|b"&amp;IF(A1=1,"IMAGE(x)","")', 'HYPERLINK("#Cases!A1")', 'HYPERLINK("https://a.b")')

    assert [carried(xlsx(["A"], sheet=row_with(one))) for one in formulas] == [[]] * len(formulas)


def test_a_name_of_a_workbook_that_fetches_something_is_found():
    names = '<definedNames><definedName name="n">_xlfn.WEBSERVICE("https://a.example")</definedName></definedNames>'

    assert carried(xlsx(["A"], more=names)) == [(Burden.LOADED, "xl/workbook.xml")]


def test_a_workbook_with_data_from_elsewhere_is_found():
    assert (Burden.LOADED, "xl/workbook.xml") in carried(
        xlsx(["A"], **{"xl/_rels/workbook.xml.rels": links(("externalLink", "externalLinks/externalLink1.xml"))})
    )


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (docx(["Payer 412-", "68-", "0937"]), "line 1 of word/document.xml"),
        (docx(["Fine"], **{"word/header9.xml": f"<h>{NUMBER}</h>"}), "line 1 of word/header9.xml"),
        (docx(["Fine"], **{"word/comments.xml": f"<c><p><t>{NUMBER}</t></p></c>"}), "line 1 of word/comments.xml"),
        (docx(["Fine"], **{"docProps/custom.xml": f"<P><a>{NUMBER}</a></P>"}), "line 1 of docProps/custom.xml"),
        (docx(["Fine"], **{"customXml/item1.xml": f"<a><b/>{NUMBER}</a>"}), "line 1 of customXml/item1.xml"),
        (
            docx(["Fine"], body=f'<w:p><w:docPr descr="Payer {NUMBER}"/></w:p>'),
            "the attributes of word/document.xml",
        ),
        (docx(["Fine"], **{"word/media/a.png": png(tEXt=f"a\0{NUMBER}".encode())}), "word/media/a.png"),
        (
            docx(
                ["Fine"], **{"word/x.xml": f"<?xml version='1.0' encoding='UTF-16'?><a>{NUMBER}</a>".encode("utf-16")}
            ),
            "line 1 of word/x.xml",
        ),
        (
            docx(
                body="<w:tbl><w:tr><w:tc><w:p><w:r><w:t>SSN</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r>"
                "<w:t>412680937</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
            ),
            "line 2 of word/document.xml",
        ),
        (xlsx(["Name", "SSN"], ["Ana", 412680937]), "row 2 of sheet List"),
        (xlsx(["Name", "SSN"], ["Ana", "4.12680937E8"], ["Ana", "412680937"]), "row 3 of sheet List"),
        (xlsx(["Name", "SSN"], ["Ana", 12680937.0]), "row 2 of sheet List"),
        (xlsx(["Name", "Case number"], ["Ana"], ["Ben", 410038275]), "row 3 of sheet List"),
        (xlsx(["Social Security", 412680937]), "row 1 of sheet List"),
        (xlsx(["CIN:", None, "91234567A"]), "row 1 of sheet List"),
        (
            xlsx(["Fine"], sheet=f'<hint><x prompt="Like {NUMBER}"/></hint><f>{NUMBER}</f>'),
            "the formulas of sheet List",
        ),
        (
            xlsx(["Fine"], **{"xl/comments1.xml": f"<c><comment><text><r><t>{NUMBER}</t></r></text></comment></c>"}),
            "line 1 of xl/comments1.xml",
        ),
        (xlsx(["Fine"], strings=[NUMBER]), "line 1 of xl/sharedStrings.xml"),
        (
            xlsx(
                ["Fine"],
                [412680937],
                **{
                    "xl/styles.xml": '<s><numFmts><numFmt numFmtId="170" formatCode="000\\-00\\-0000"/></numFmts>'
                    '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></s>'
                },
            ),
            "row 2 of sheet List",
        ),
    ],
)
def test_a_number_is_found_wherever_it_stands_in_a_document(content, where):
    assert where in places(content)


def test_what_stands_beside_the_parts_of_an_archive_is_found():
    assert carried(docx(["A sentence"]) + b"more") == [(Burden.APPENDIX, "the document")]
    assert carried(docx(["A sentence"])) == []


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (archive({"a.txt": "text"}), FileTypeNotAllowed),
        (docx(["x"], **{"word/document.xml": "<a><b></a>"}), FileDamaged),
        (docx(["x"], **{"WORD/document.xml": "<a/>"}), FileDamaged),
        (docx(["x"], **{"a.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), FileDamaged),
        (docx(["x"], **{"a.xml": "<a>" * 300 + "</a>" * 300}), FileDamaged),
    ],
)
def test_an_archive_that_is_no_document_is_refused(content, error):
    with pytest.raises(error):
        read(content)


def test_a_document_of_pictures_with_a_word_of_text_is_not_readable():
    assert read(docx(["Page"], **{"word/media/a.png": PNG})).unreadable == "the document"
    assert (
        read(
            docx(
                ["A sentence of some length that says what is on the picture, so that it is read."],
                **{"word/media/a.png": PNG},
            )
        ).unreadable
        == ""
    )


# ---- pictures ----


@pytest.mark.parametrize(
    "content",
    [
        png(tEXt=f"Comment\0{NUMBER}".encode()),
        png(zTXt=b"Comment\0\0" + zlib.compress(NUMBER.encode())),
        png(iTXt=b"Comment\0\1\0\0\0" + zlib.compress(NUMBER.encode())),
        jpeg(NUMBER.encode()),
        jpeg(NUMBER.encode("utf-16-le")),
    ],
)
def test_a_number_in_the_properties_of_a_picture_is_found(content):
    assert places(content) == ["the properties of the picture"]


def test_a_picture_is_a_picture_and_nothing_else():
    assert carried(PNG + b"<script>") == carried(JPEG + b"PK\x03\x04") == [(Burden.APPENDIX, "the picture")]
    assert carried(JPEG + JPEG) == []
    with pytest.raises(FileTooLarge):
        read(png(60_000, 60_000))
    for broken in (PNG[:-12], JPEG[:-2], b"\x89PNG\r\n\x1a\n" + bytes(64)):
        with pytest.raises(FileDamaged):
            read(broken)
