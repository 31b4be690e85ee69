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
_NOT_OF_IT = "PDF/UA-1 error"


def pdf(template: Path, said: Mapping[str, object], at: datetime) -> bytes:
    """Set *said*, which the *template* reads from `sys.inputs.said`, as of a moment.

    What somebody wrote may hold what the standard does not take, such as a sign that our fonts lack: there is a box in
    its place then, and the paper is tagged all the same, but does not say that it keeps the standard.
    """
    try:
        return _set(template, said, at, [_STANDARD])
    except typst.TypstError as error:
        if _NOT_OF_IT not in str(error):
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
