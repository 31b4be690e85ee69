"""What is read on paper: tagged PDFs (PDF/UA-1), set by Typst.

What is said goes in as data, never as markup: whatever people wrote, it is text. The same is set to the same bytes.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import typst

_STANDARD: Final = "ua-1"
_NO_SIGN = "could not be displayed with font"


def pdf(template: Path, said: Mapping[str, object], at: datetime) -> bytes:
    """Set *said*, which the *template* reads from `sys.inputs.said`, as of a moment.

    Where our fonts lack a sign that somebody wrote, there is a box in its place, and the paper is tagged all the same:
    it does not say then that it keeps the standard, which asks for every sign.
    """
    try:
        return _set(template, said, at, [_STANDARD])
    except typst.TypstError as error:
        if _NO_SIGN not in str(error):
            raise
        return _set(template, said, at, [])


def _set(template: Path, said: Mapping[str, object], at: datetime, standards: "list[typst.PDFStandard]") -> bytes:
    made = typst.compile(
        template.read_bytes(),
        format="pdf",
        pdf_standards=standards,
        ignore_system_fonts=True,
        sys_inputs={"said": json.dumps(said)},
        timestamp=at.replace(microsecond=0),
    )
    return bytes(made)
