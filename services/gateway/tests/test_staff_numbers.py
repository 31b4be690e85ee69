"""What is pasted or sent as staff numbers: nothing of it is lost."""

import pytest

from cadre.directory.v1 import person_service_pb2 as pb
from gateway.web import staff_numbers
from gateway.web.staff_numbers import NotAListError, of_file, pasted


def test_numbers_are_parted_by_whatever_stands_between_them():
    found = pasted("4410217 4402291, 4415006\r\n4403117; 4411878\t44O9934|\u00a04499999")

    assert found.numbers == ["4410217", "4402291", "4415006", "4403117", "4411878", "44O9934", "4499999"]
    assert (found.repeated, found.words) == (0, [])


def test_a_number_that_is_there_twice_counts_once_however_it_is_written():
    found = pasted("AB\u201112\nab-12\n'AB-12'")

    assert (found.numbers, found.repeated) == (["AB-12"], 2)


def test_names_beside_numbers_are_no_numbers_and_are_not_lost():
    found = pasted("4410217 Lucía Abarca\nKwame\n4402291")

    assert found.numbers == ["4410217", "Kwame", "4402291"], "what stands alone may be a number"
    assert found.words == ["Lucía", "Abarca"]


@pytest.mark.parametrize(
    "content",
    [
        b"Name,Staff Number\r\nMills,4410217\r\nCole,0042\r\n",
        b"\xef\xbb\xbfstaff_number;name\n4410217;Mills\n0042;Cole\n",
        "Employee ID\tName\n4410217\tPeña\n0042\tCole".encode("cp1252"),
        "staff no,name\n4410217,Mills\n0042,Cole\n".encode("utf-16"),
        b"4410217\n0042\n",
    ],
)
def test_a_file_gives_its_column_of_numbers(content):
    assert pasted(of_file(content)).numbers == ["4410217", "0042"]


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\x00\x01\x02"])
def test_a_file_that_is_no_list_says_what_to_do(content):
    with pytest.raises(NotAListError, match="CSV"):
        of_file(content)


def test_an_empty_file_has_no_numbers():
    assert pasted(of_file(b"")) == staff_numbers.Pasted([], 0, [])


def test_whoever_is_meant_by_a_mistyped_number_is_counted_apart_from_what_was_read():
    named = pb.NumberedPerson(person="people/1", staff_number="4410217", index=0)
    alike = [pb.NumberedPerson(person=f"people/{n}", staff_number=f"440{n}", index=1, alike=True) for n in (2, 3)]
    given, answer = pasted("4410217 44O2 77"), pb.FindStaffNumbersResponse(found=[named, *alike])

    found = staff_numbers.sorted_out(given, given.numbers, answer, ["4402", "no one's"])

    assert (len(found.given.numbers), [one.person for one in found.people]) == (3, ["people/1"])
    assert [one.person for one in found.meant] == ["people/2"]
    assert ([one.number for one in found.alike], found.unknown) == (["44O2"], ["77"])
