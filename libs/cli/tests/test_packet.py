"""`cadre packet verify`: on any machine, without any service."""

import pytest
from typer.testing import CliRunner

from cadre_cli.main import app
from servicekit.files import packets
from servicekit.files.packets import Figure, Packer


@pytest.fixture
def packet(tmp_path):
    path = tmp_path / "packet.zip"
    with path.open("w+b") as target:
        packer = Packer(target)
        packer.table("people.csv", ("person", "ready"), [("ana", "yes"), ("ben", "no")])
        figures = [Figure("staff_ready", 1, "people.csv", {"ready": "yes"})]
        about = {"title": "CSSP 26-04", "agency": "lake", "at": "2026-11-30 09:00:00-08:00"}
        packer.seal(about, texts=[], references=[], figures=figures)
    return path


def verify(*arguments):
    result = CliRunner().invoke(app, ["packet", "verify", *map(str, arguments)])
    return result.exit_code, " ".join(result.output.split())


def test_a_sound_packet_is_said_to_be_with_its_figures(packet):
    code, said = verify(packet)

    assert code == 0
    assert "CSSP 26-04, lake, made 2026-11-30 09:00:00-08:00" in said
    assert "1 staff ready" in said
    assert "packet.zip is as it was made." in said


def test_a_bent_byte_is_named_with_its_file_and_the_command_fails(packet):
    content = bytearray(packet.read_bytes())
    content[content.index(b"ben,no")] ^= 1
    packet.write_bytes(bytes(content))

    code, said = verify(packet)

    assert code == 1
    assert "people.csv: is not what it was" in said
    assert "packet.zip is not as it was made." in said


def test_another_sound_packet_than_the_one_on_the_page_is_told_from_it(packet):
    whole = packets.check(packet).sha256

    assert verify(packet, "--sha256", whole.upper())[0] == 0
    code, said = verify(packet, "--sha256", "0" * 64)
    assert code == 1
    assert f"the whole is another file: its SHA-256 is {whole}" in said


def test_what_is_not_there_is_no_packet(tmp_path):
    assert verify(tmp_path / "none.zip")[0] == 2
