"""The files of real letters under ``data/notices``."""

import shutil
from pathlib import Path

import pytest

from cadre_cli import past_letters
from cadre_cli.datafiles import DataFileError


def test_the_product_ships_real_letters_each_with_its_source() -> None:
    letters = past_letters.read(past_letters.files())

    assert len(letters) == 48
    assert all(letter.source for letter in letters)
    assert len({(letter.series, letter.number) for letter in letters}) == len(letters)
    [gender] = [letter for letter in letters if (letter.series, letter.number) == ("CSSP", "19-06")]
    assert (gender.issuer, gender.date, gender.effective) == ("DCSS", "2019-07-31", "")


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("CSSP,23-02", "cssp,23-02", "series"),
        ("CSSP,23-02", "CSSP,2023-02", "number"),
        ("CSSI,22-06", "CSSI,21-04", "number"),
        ("Foster care arrears", "", "subject"),
    ],
)
def test_a_bad_letter_is_refused_with_its_row_and_column(tmp_path: Path, old: str, new: str, column: str) -> None:
    [path] = [file for file in past_letters.files() if file.name == "california.csv"]
    copy = Path(shutil.copy(path, tmp_path))
    text = copy.read_text(encoding="utf-8")
    assert old in text
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(DataFileError) as refused:
        past_letters.read([copy])

    assert (refused.value.file.name, refused.value.column) == ("california.csv", column)
    assert refused.value.row is not None
