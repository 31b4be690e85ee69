"""Materials: what they are and lack in words, the table of what teaches what, steps of a guide, the trainer package."""

import hashlib
import json
import zipfile

import pytest

from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from gateway.app import environment
from gateway.materials import forms, listing, packing
from gateway.web.forms import Form
from gateway.works import giving
from servicekit.files import packets

MODE = work_pb.ModeChoice
AT = "courses/income/materials/"


def named(enum):
    return {name for name in enum.DESCRIPTOR.values_by_name if not name.endswith("_UNSPECIFIED")}


def test_everything_that_the_contract_can_say_of_a_material_has_words():
    assert named(pb.Material.Kind) == set(giving.KINDS)
    assert named(pb.Material.Rights) == set(giving.RIGHTS)
    assert named(pb.Material.Lack) == set(giving.LACKS)


def test_a_list_says_what_is_there_by_kind_and_how_many_lack_something():
    slides = pb.Material(kind=pb.Material.SLIDES, title="Slides", lacks=[pb.Material.DESCRIPTION, pb.Material.CREDIT])
    guide = pb.Material(kind=pb.Material.FACILITATOR_GUIDE, title="Guide", trainers_only=True)
    aid = pb.Material(kind=pb.Material.JOB_AID, title="Card", modes=[MODE.CLASSROOM, MODE.ON_THE_JOB])

    given = giving.Given("courses/income", [slides, aid, guide])

    assert [title for title, _ in given.groups] == ["Guide for trainers", "Slides", "Job aid"]
    assert giving.counted(given) == "3 materials, 1 of them lacks something"
    assert giving.lacks(slides) == ["A word that those who do not see it get all of it", "A credit to whose it is"]
    assert giving.modes(aid) == "In a classroom and on the job"
    # What is there for trainers alone is shown to them, and so is the package.
    assert (given.for_trainers, giving.Given("", [slides]).for_trainers) == (True, False)
    assert giving.counted(giving.Given("")) == "None yet"


def test_the_table_has_a_cell_for_each_objective_in_each_way_and_says_which_are_empty():
    cell = pb.CoverageCell
    found = pb.Coverage(
        modes=[MODE.CLASSROOM, MODE.SELF_PACED],
        rows=[
            pb.CoverageRow(
                behavior="finds the parent",
                cells=[cell(mode=MODE.CLASSROOM, materials=[AT + "1", AT + "2"]), cell(mode=MODE.SELF_PACED)],
            ),
            pb.CoverageRow(
                behavior="explains it",
                cells=[cell(mode=MODE.CLASSROOM), cell(mode=MODE.SELF_PACED, sections=["How to say it"])],
            ),
        ],
        gap_count=2,
    )
    given = giving.Given("courses/income", [pb.Material(name=AT + "1", title="Slides")])

    rows = listing.matrix(found, given, "/works/26-03/materials")

    assert [row.objective for row in rows] == ["The worker finds the parent", "The worker explains it"]
    # One that the visitor does not see is not named to them.
    assert rows[0].cells[0].materials == [("Slides", "/works/26-03/materials/1")]
    assert [[one.empty for one in row.cells] for row in rows] == [[False, True], [True, False]]
    assert listing.matrix(found, given, "")[0].cells[0].materials == [("Slides", "/courses/income/materials/1")]
    assert giving.covered(found) == "2 of 4 cells are empty"
    found.gap_count = 0
    assert giving.covered(found) == "None of 4 cells is empty"
    assert giving.covered(pb.Coverage()) == ""


def test_steps_are_added_and_taken_out_while_what_is_typed_stays():
    part = pb.GuideModule(
        title="Opening", steps=[pb.GuideStep(says="Welcome", does="Hand out"), pb.GuideStep(says="Two")]
    )
    form = Form.of(forms.module_opened(part, "e1"))
    form.values["says-4"] = ["Typed after a gap"]

    forms.without_step(form, 1)
    assert [one.says for one in forms.steps_of(form)] == ["Two", "Typed after a gap"]

    forms.more_steps(form)
    # Six empty ones after those that are filled.
    assert forms.rows(form) == 8
    assert [one.says for one in forms.steps_of(form)] == ["Two", "Typed after a gap"]

    form.values["goals"] = ["Say why\n\n  Say how "]
    said = pb.GuideModule()
    forms.read_module(form, said)
    assert (list(said.goals), [one.says for one in said.steps]) == (
        ["Say why", "Say how"],
        ["Two", "Typed after a gap"],
    )
    assert form.errors == {}


def test_a_material_keeps_what_the_form_does_not_show_and_names_what_is_missing():
    one = pb.Material(name=AT + "1", kind=pb.Material.SLIDES, title="Slides", rights=pb.Material.OUR_OWN, etag="e1")
    one.source.sha256 = "ab" * 32
    form = Form.of(
        forms.opened(one) | {"material_title": "", "modes": ["VIRTUAL"], "media": "cd" * 32, "filename": "a.pdf"}
    )

    said = pb.Material()
    said.CopyFrom(one)
    forms.read(form, said)

    assert form.errors == {"material_title": "Fill this in."}
    assert (said.name, said.source.sha256, list(said.modes)) == (one.name, one.source.sha256, [MODE.VIRTUAL])
    assert (said.file.sha256, said.filename) == ("cd" * 32, "a.pdf")


def test_whoever_votes_or_reviews_reads_what_each_material_is_with_its_pages_and_the_begin_of_its_checksum():
    slides = pb.Material(name=AT + "1", kind=pb.Material.SLIDES, title="Slides <1>", pages=12, filename="slides.pdf")
    slides.file.sha256, slides.file.media_type, slides.file.size_bytes = "ab" * 32, "application/pdf", 1_400_000
    macros = environment().get_template("works/given.html").module

    said = macros.listed(giving.Given("courses/income", [slides]), giving, digests=True)

    assert '<a href="/courses/income/materials/1">Slides &lt;1&gt;</a><small>Slides</small>' in said
    assert "PDF, 12 pages, 1.4 MB · checksum" in said
    assert "abababababab…" in said
    assert f'href="/courses/income/media/{"ab" * 32}" download="slides.pdf"' in said


def package_of(files):
    return pb.TrainerPackage(
        course_version="courses/income/versions/2",
        files=[
            pb.PackageFile(path=path, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))
            for path, content in files.items()
        ],
    )


def test_every_digest_in_a_package_holds_and_it_is_verified_as_any_packet_of_ours(tmp_path):
    files = {"guide.md": "Säge dies\n".encode(), "slides/slides.pdf": bytes(range(256)) * 9000, "empty.txt": b""}
    package = package_of(files)

    def read(file):
        content = files[file.path]
        return [content[at : at + 1000] for at in range(0, len(content), 1000)]

    pieces = list(
        packing.packed(package, packing.about(package, packing.course_pb.CourseVersion(title="Income")), read)
    )

    # It goes on as it is read: nobody waits until all of it is there.
    assert len(pieces) > len(files["slides/slides.pdf"]) // 1000
    path = tmp_path / "package.zip"
    path.write_bytes(b"".join(pieces))
    checked = packets.check(path)
    assert (checked.problems, checked.about["title"]) == ([], "Income")
    assert checked.about["sizes"] == {name: len(content) for name, content in files.items()}
    with zipfile.ZipFile(path) as packed:
        said = json.loads(packed.read("manifest.json"))["files"]
        assert set(files) < set(said)
        assert {name: hashlib.sha256(packed.read(name)).hexdigest() for name in said} == said
    # The same for ever.
    assert b"".join(packing.packed(package, dict(checked.about), read)) == path.read_bytes()


def test_a_file_that_is_another_one_than_the_package_says_ends_it():
    package = package_of({"guide.md": b"as it was decided"})

    with pytest.raises(packing.Damaged, match=r"guide\.md"):
        list(packing.packed(package, {}, lambda _: [b"as it is now"]))
