"""A packet says of itself what must hold: whatever is bent in it is found, and said."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.files import packets
from servicekit.files.packets import Figure, Packer, Reference, Text

TEXTS = {"versions/1/text.json": b'{"subject":"One"}', "versions/2/text.json": '{"subject":"Zw\u00f6lf"}'.encode()}
SEALS = [hashlib.sha256(content).hexdigest() for content in TEXTS.values()]
SAID = [("ana", "CONFIRM", 1), ("ana", "CONFIRM", 2), ("ben", "CONFIRM", 2), ("=cora", "READ", 2)]


def pack(path):
    with path.open("w+b") as target:
        packer = Packer(target)
        packer.add("README.txt", [b"Read me."])
        for name, content in TEXTS.items():
            packer.add(name, [content[:5], content[5:]])
        packer.table(
            "versions.csv",
            ("version", "sha256", "file"),
            [(n, SEALS[n - 1], f"versions/{n}/text.json") for n in (1, 2)],
        )
        packer.table("said.csv", ("person", "kind", "version", "sha256"), [(*one, SEALS[one[2] - 1]) for one in SAID])
        packer.seal(
            {"title": "A letter"},
            texts=[Text("versions.csv")],
            references=[Reference("said.csv", ("version", "sha256"), "versions.csv")],
            figures=[
                Figure("said", 4, "said.csv"),
                Figure("confirmed", 3, "said.csv", {"kind": "CONFIRM"}),
                Figure("confirmed_second", 2, "said.csv", {"kind": "CONFIRM", "version": "2"}, ("person",)),
            ],
        )
    return path


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return pack(tmp_path_factory.mktemp("packets") / "sound.zip")


def entries(path):
    with zipfile.ZipFile(path) as packet:
        return {name: packet.read(name) for name in packet.namelist()}


def written(path, files):
    """A ZIP of *files*, written as a packet is, whatever they say."""
    with path.open("w+b") as target:
        packer = Packer(target)
        for name, content in files.items():
            packer.add(name, [content])
        packer._zip.close()
    return path


def resealed(path, files, **said):
    """The same with a manifest and sums that fit, as whoever bends one with care would write them."""
    files = {name: content for name, content in files.items() if name != packets.SUMS}
    manifest = json.loads(files[packets.MANIFEST]) | said
    manifest["files"] = {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != packets.MANIFEST
    }
    files[packets.MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    files[packets.SUMS] = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items())).encode()
    return written(path, files)


def test_a_sound_packet_is_sound_and_says_its_figures(sound):
    checked = packets.check(sound)

    assert checked.problems == []
    assert checked.figures == {"said": 4, "confirmed": 3, "confirmed_second": 2}
    assert checked.about == {"title": "A letter"}
    assert checked.sha256 == hashlib.sha256(sound.read_bytes()).hexdigest()


def test_the_same_files_make_the_same_packet(sound, tmp_path):
    assert pack(tmp_path / "again.zip").read_bytes() == sound.read_bytes()


def test_a_table_is_marked_for_spreadsheet_programs(sound):
    text = entries(sound)["said.csv"].decode("utf-8-sig")

    assert [row["person"] for row in csv.DictReader(io.StringIO(text))] == ["ana", "ana", "ben", "'=cora"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_byte_is_bent_is_found(sound, tmp_path_factory, data):
    content = bytearray(sound.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    bent = sound.with_name("bent.zip")
    bent.write_bytes(bytes(content))

    assert packets.check(bent).problems


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_file_that_is_missing_added_or_changed_is_named(sound, data):
    files = entries(sound)
    name = data.draw(st.sampled_from(sorted(files)))
    how = data.draw(st.sampled_from(["missing", "added", "changed"]))
    if how == "missing":
        del files[name]
    elif how == "added":
        name = "more.txt"
        files[name] = b"More."
    else:
        files[name] += b"\n"

    problems = packets.check(written(sound.with_name("other.zip"), files)).problems

    assert any(name in one for one in problems)


@pytest.mark.parametrize(
    ("file", "before", "after", "named"),
    [
        ("summary.csv", b"confirmed,3", b"confirmed,4", "summary.csv"),
        ("said.csv", b"READ", b"CONFIRM", "confirmed"),
        ("versions/1/text.json", b"One", b"Two", "versions/1/text.json"),
        ("said.csv", b"ben,CONFIRM,2", b"ben,CONFIRM,1", "said.csv"),
    ],
)
def test_what_is_bent_with_care_does_not_hold_together(sound, tmp_path, file, before, after, named):
    """Its sums fit, and its tables do not say what its manifest says of them."""
    files = entries(sound)
    assert before in files[file]
    files[file] = files[file].replace(before, after)

    problems = packets.check(resealed(tmp_path / "bent.zip", files)).problems

    assert any(named in one for one in problems)


def test_a_figure_that_is_said_otherwise_is_counted_again(sound, tmp_path):
    files = entries(sound)
    figures = json.loads(files[packets.MANIFEST])["figures"]
    figures[1]["value"] = 5
    files["summary.csv"] = files["summary.csv"].replace(b"confirmed,3", b"confirmed,5")

    (problem,) = packets.check(resealed(tmp_path / "bent.zip", files, figures=figures)).problems

    assert "confirmed is 5" in problem
    assert "gives 3" in problem


def test_what_is_packed_anew_says_so(sound, tmp_path):
    with zipfile.ZipFile(tmp_path / "deflated.zip", "w", zipfile.ZIP_DEFLATED) as packet:
        for name, content in entries(sound).items():
            packet.writestr(name, content)

    assert packets.check(tmp_path / "deflated.zip").problems == ["the packet was packed anew: its files are compressed"]


@pytest.mark.parametrize("content", [b"", b"no ZIP at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_packet_is_none(tmp_path, content):
    path: Path = tmp_path / "other"
    path.write_bytes(content)

    assert packets.check(path).problems
