"""What a course is given with: part of what is decided on, kept by each version, seen by those whom it is for."""

from datetime import timedelta

import psycopg
import pytest

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from curriculum.app import _store
from curriculum.courses import uploads
from curriculum.materials.rules import materials as rules
from curriculum.materials.standing import named_files
from servicekit.rpc.client import Refused

from .committee import Committee
from .conftest import new_id
from .giving import CLASSROOM, EDITABLE, KIND, LICENSED, PLAIN, SELF_PACED, SOUND, Giving, media
from .test_media import CAPTIONS
from .working import gate_of, needs, objective, refused, task


@pytest.fixture
def giving(office):
    return Giving(office)


def test_materials_are_part_of_what_is_decided_on_and_a_draft_without_any_has_the_digest_of_before(giving):
    before, etag = giving.digest(), giving.course.etag
    slides = giving.slides()
    with_slides = giving.digest()
    assert with_slides != before
    assert giving.office.draft(giving.name).etag != etag
    pages = giving.change(slides, pages=2)
    assert giving.digest() not in {before, with_slides}
    giving.take_out(pages)
    assert giving.digest() == before
    ruled = giving.rule("Opens a case")
    assert giving.digest() != before
    giving.rule(credential="", etag=ruled.etag)
    assert giving.digest() == before
    assert giving.drift() == 0


def test_a_changed_byte_of_a_material_ends_a_vote_and_what_was_decided_on_is_missing_at_the_gate(office):
    work = office.to_develop()
    giving = Giving(office, office.draft(work.course))
    (row,) = giving.coverage().rows
    said = {"kind": KIND.HANDOUT, "described": True, "modes": [SELF_PACED], "objectives": [row.objective]}
    sheet = giving.bring(file=giving.file(EDITABLE), **said)
    ballot = office.content.open(giving.course, digest=giving.digest())
    changed = giving.file(EDITABLE + b".")
    sheet.file.CopyFrom(changed)
    sheet = giving.change(sheet)
    assert office.content.get(ballot).state == ballot_pb.Ballot.VOID
    office.pass_(work, office.decide(work))
    giving.take_out(sheet)
    assert "CONTENT_AS_DECIDED" in needs(gate_of(office.get(work), work_pb.DELIVER))
    refused("GATE_NOT_PASSED", office.publish, work.course)
    assert office.audits() == {"works.misplaced": 0, "work_gates.unfounded": 0}


def test_a_version_keeps_its_materials_and_its_trainer_rule_and_the_same_package_for_ever(giving):
    office = giving.office
    guide, slides = giving.guide(), giving.slides()
    rule = giving.rule("Finds the order", "Says who decides")
    version = office.publish(giving.name)
    package = giving.package(version)
    paths = {one.path: one for one in package.files}
    assert list(paths) == [
        *("contents.md", "guide.md", "practice-teach.md", "credential.md"),
        *("materials/002-The-slides.png", "sources/002-slides.txt"),
    ]
    assert "1. Say: Who decides?\n\n   Do: Wait for an answer." in paths["guide.md"].text
    assert "1. [ ] Finds the order\n2. [ ] Says who decides" in paths["practice-teach.md"].text
    assert paths["sources/002-slides.txt"].media == f"{version.name}/media/{slides.source.sha256}"
    assert paths["sources/002-slides.txt"].size_bytes == len(EDITABLE)

    giving.change(slides, title="Other slides", pages=9)
    giving.take_out(guide)
    giving.rule("Nothing", etag=rule.etag)
    again = office.publish(giving.name)

    assert giving.package(version) == package
    kept = giving.listed(place=version.name)
    assert [one.title for one in kept.materials] == ["Guide", "Slides"]
    assert list(kept.rule.practice) == ["Finds the order", "Says who decides"]
    assert giving.get(kept.materials[0].name).modules[0].steps[0].says == "Who decides?"
    assert [one.title for one in giving.listed(place=again.name).materials] == ["Other slides"]
    assert giving.drift() == 0
    with office.running.connect() as connection:
        for table in ("given_version", "material_version"):
            with pytest.raises(psycopg.IntegrityError, match="never changes"):
                connection.execute(f"DELETE FROM {table}")
        connection.execute("ALTER TABLE material_version DISABLE TRIGGER USER")
        bent = """UPDATE material_version SET said = said || '{"pages": 8}' WHERE version = 1"""
        connection.execute(bent)
    assert giving.drift() == 2


def test_what_is_for_trainers_is_seen_by_them_and_not_by_those_who_take_the_course(giving):
    guide = giving.guide(file=giving.file(SOUND), captions=CAPTIONS, transcript="Silence.")
    slides = giving.slides()
    for stub in (giving.learner, giving.trainer):
        refused("NOT_FOUND", giving.listed, stub)
        refused("NOT_FOUND", giving.get, slides.name, stub)
        refused("NOT_FOUND", giving.coverage, stub)
        refused("NOT_FOUND", giving.bytes_, stub, slides.file)
    giving.rule("Finds it")
    version = giving.office.publish(giving.name)

    seen = giving.listed(giving.learner, version.name)
    assert [(one.title, one.source_filename, one.HasField("source")) for one in seen.materials] == [
        ("Slides", "", False)
    ]
    assert not seen.rule.practice
    assert giving.bytes_(giving.learner, slides.file, version.name) == PLAIN
    hidden = f"{version.name}/materials/{guide.name.rpartition('/')[2]}"
    refused("NOT_FOUND", giving.get, hidden, giving.learner)
    refused("NOT_FOUND", giving.package, version, giving.learner)
    refused("NOT_FOUND", giving.coverage, giving.learner, version.name)
    for file in (guide.file, slides.source):
        refused("NOT_FOUND", giving.bytes_, giving.learner, file, version.name)
        assert giving.bytes_(giving.trainer, file, version.name)
    assert giving.get(hidden, giving.trainer).transcript == "Silence."
    assert len(giving.package(version, giving.trainer).materials) == 2


def test_who_votes_on_a_draft_or_reviews_it_sees_what_it_is_given_with_as_long_as_they_are_asked(office):
    # Members of bodies that decide on works see all; this one does not.
    giving, other = Giving(office), Committee(office.content.curriculum, office.content.clock)
    slides = giving.slides()
    member = office.running.stubs(
        caller=other.person("lake"), rights={"catalogue.read": ["self"], "bodies.read": ["self"]}
    )
    refused("NOT_FOUND", giving.listed, member)
    ballot = other.open(giving.course, digest=giving.digest())
    assert [one.title for one in giving.listed(member).materials] == ["Slides"]
    assert giving.bytes_(member, slides.source) == EDITABLE
    assert giving.coverage(member).gap_count == 0
    giving.change(slides, pages=4)
    assert other.get(ballot).state == ballot_pb.Ballot.VOID
    refused("NOT_FOUND", giving.listed, member)
    assert giving.listed(giving.as_("lake")).materials


def test_a_member_from_outside_sees_what_they_vote_on_and_no_version_that_others_take(office):
    giving, board = Giving(office), Committee(office.content.curriculum, office.content.clock)
    giving.slides()
    version = office.publish(giving.name)
    outside = board.as_("kern")
    refused("NOT_FOUND", giving.listed, outside, version.name)
    giving.bring(kind=KIND.HANDOUT, title="Sheet", file=giving.file(PLAIN), described=True)
    board.open(giving.course, digest=giving.digest())
    assert [one.title for one in giving.listed(outside).materials] == ["Slides", "Sheet"]


def test_a_review_reads_what_a_guide_for_trainers_says(giving):
    board = giving.office.content
    giving.guide()
    round_ = board.start(giving.course, digest=giving.digest())
    said = [(one.section, one.text) for one in board.read(round_).blocks][-5:]
    assert said == [
        ("Guide", "Guide"),
        *(("The order", text) for text in ("The order", "They find it", "Who decides?", "Wait for an answer.")),
    ]


def test_the_matrix_of_objectives_and_ways_is_what_a_count_by_hand_gives_and_gate_three_asks_for_it(office):
    course = office.course()
    work = office.begin(course)
    office.pass_(work, office.decide(work, office.steering))
    said = [objective(sections=["Part 1"]), objective(behavior="prints it"), objective(behavior="signs it")]
    trace = office.trace(course.name, said, [task()])
    first, second, third = (one.id for one in trace.objectives)
    current = office.get(work)
    current.modes.add(mode=CLASSROOM, reason="They ask")
    current.modes.add(mode=SELF_PACED, reason="They are far")
    current.evaluation_level, current.sunset_date = 2, "2035-06-30"
    office.as_().UpdateWork(work_pb.UpdateWorkRequest(work=current, request_id=new_id()))
    office.pass_(work, office.decide(work))
    giving = Giving(office, course)
    assert line(office, work, "MODES_COVERED") == ("MISSING", 5)
    assert line(office, work, "CREDITS_COMPLETE")[0] == "NOT_TRACKED"
    slides = giving.slides(objectives=[first, second])
    sheet = giving.bring(kind=KIND.HANDOUT, title="Sheet", modes=[SELF_PACED], objectives=[second], rights=LICENSED)

    found = giving.coverage()

    assert list(found.modes) == [CLASSROOM, SELF_PACED]
    cells = [[(list(one.materials), list(one.sections)) for one in row.cells] for row in found.rows]
    assert cells == [
        [([slides.name], []), ([], ["Part 1"])],
        [([slides.name], []), ([sheet.name], [])],
        [([], []), ([], [])],
    ]
    assert found.gap_count == 2
    assert line(office, work, "MODES_COVERED") == ("MISSING", 2)
    assert line(office, work, "CREDITS_COMPLETE") == ("MISSING", 1)
    assert line(office, work, "COURSE_COMPLETE") == ("MISSING", 1)
    assert "MODES_COVERED" in refused("GATE_LINES_MISSING", office.pass_, work)["lines"]
    office.try_out(work)
    assert "material Sheet: a file" in refused("SUBJECT_OPEN", office.decide, work)["lines"]
    giving.change(
        sheet, objectives=[second, third], modes=[CLASSROOM, SELF_PACED], credit="© The county", kind=KIND.SCENARIO
    )
    assert (giving.coverage().gap_count, line(office, work, "MODES_COVERED")[0]) == (0, "MET")
    assert line(office, work, "CREDITS_COMPLETE")[0] == "MET"


def test_d138_a_film_without_captions_that_reach_its_end_keeps_a_course_from_being_issued(giving):
    said = {"kind": KIND.AUDIO, "title": "Talk", "file": giving.file(SOUND)}
    talk = giving.bring(**said, captions="WEBVTT\n\n00:00.000 --> 00:02.000\nOne.\n")
    assert [pb.Material.Lack.Name(one) for one in talk.lacks] == ["CAPTIONS", "TRANSCRIPT"]
    sheet = giving.bring(kind=KIND.HANDOUT, title="Sheet", file=giving.file(PLAIN), rights=LICENSED)
    missing = refused("COURSE_INCOMPLETE", giving.office.publish, giving.name)["missing"]
    assert missing == (
        "material Talk: captions for 95 % of its length; material Talk: a transcript; "
        "material Sheet: that it is described for who does not see it; "
        "material Sheet: the credit that its rights ask for"
    )
    giving.change(talk, captions=CAPTIONS, transcript="One. Two.")
    giving.change(sheet, described=True, credit="© The county")
    assert giving.office.publish(giving.name).version == 1


def test_another_material_is_a_small_change_and_who_brought_it_in_does_not_confirm_it(office):
    giving = Giving(office, office.out())
    work = office.begin(giving.course)
    assert work.work_class == decision_pb.EDITORIAL
    giving.bring(who="manager", kind=KIND.HANDOUT, file=giving.file(PLAIN), described=True)
    current = office.get(work)
    assert current.work_class == decision_pb.MINOR
    assert [one.cause for one in current.class_reasons] == [work_pb.ClassReason.MATERIALS_CHANGED]
    office.confirm(work, office.content.as_("lake"))
    office.confirm(work, office.content.as_("kern"))
    assert refused("NOT_TO_CONFIRM", office.confirm, work, office.as_("manager"))["rule"] == "WROTE_IT"


def test_what_a_material_may_not_hold_is_refused_with_field_and_rule(giving):
    strange = "0" * 64
    heard = giving.file(SOUND)
    for field, said in (
        ("material.kind", {"kind": 0}),
        ("material.title", {"title": " "}),
        ("material.rights", {"rights": 0}),
        ("material.language", {"language": "English"}),
        ("material.modes", {"modes": [CLASSROOM, CLASSROOM]}),
        ("material.minutes", {"minutes": -1}),
        ("material.captions", {"captions": "No", "file": heard}),
        ("material.captions", {"captions": CAPTIONS}),
        ("material.objectives", {"objectives": [new_id()]}),
        ("material.modules", {"modules": [pb.GuideModule(title="One")]}),
        ("material.modules[0].title", {"kind": KIND.FACILITATOR_GUIDE, "modules": [pb.GuideModule()]}),
        ("material.file", {"kind": KIND.VIDEO, "file": heard}),
    ):
        with pytest.raises(Refused) as caught:
            giving.bring(**said)
        assert (caught.value.reason, list(caught.value.fields)) == ("INVALID_FIELD", [field]), said
        assert caught.value.metadata["rule"].startswith("must")
    assert refused("MEDIA_MISSING", giving.bring, source=media(strange))["sha256"] == strange
    refused("INVALID_FIELD", giving.rule, "")
    slides = giving.slides()
    giving.change(slides, pages=1)
    refused("STALE", giving.change, slides, pages=2)
    refused("STALE", giving.take_out, slides)
    refused("STALE", giving.rule, "One", etag="7")
    refused("NOT_FOUND", Giving(giving.office).change, slides, name=f"{Giving(giving.office).name}/{slides.name[-46:]}")


def test_materials_are_listed_by_kind_and_title_page_by_page(giving):
    for title, kind in (("Two", KIND.SLIDES), ("one", KIND.SLIDES), ("Zoo", KIND.PARTICIPANT_GUIDE)):
        giving.bring(title=title, kind=kind)
    asked, paged = pb.ListMaterialsRequest(parent=giving.name, page_size=2), []
    for _ in range(2):
        page = giving.office.as_().ListMaterials(asked)
        paged.append([one.title for one in page.materials])
        asked.page_token = page.next_page_token
    assert (paged, asked.page_token) == ([["Zoo", "one"], ["Two"]], "")


def test_a_course_has_no_more_materials_and_letters_than_are_read_in_one_go(giving):
    slides = giving.slides()
    more = """
    INSERT INTO material SELECT gen_random_uuid(), course_id, said, said_sha256, lacks, revision, changed_at
    FROM material CROSS JOIN generate_series(2, %s)
    """
    with giving.office.running.connect() as connection:
        connection.execute("ALTER TABLE material DISABLE TRIGGER USER")
        connection.execute(more, [rules.MOST])
    assert refused("INVALID_FIELD", giving.bring)["rule"] == "must have at most 200 materials"
    long = """UPDATE material SET said = said || jsonb_build_object('credit', repeat('long ', %s))"""
    with giving.office.running.connect() as connection:
        connection.execute(long, [rules.MOST_LETTERS // rules.MOST // 5])
    assert "within 3000000 letters" in refused("INVALID_FIELD", giving.change, slides, pages=3)["rule"]


def test_a_course_that_was_given_a_material_here_keeps_its_entry_when_the_catalogue_is_brought_in(office):
    importer = office.running.stubs(caller="services/cli", rights=["reference.import"])
    name = f"courses/elsewhere-{new_id()}"

    def bring_in(title):
        course = course_pb.Course(name=name, title=title, source_url="https://example.org/course")
        request = course_pb.ImportCatalogueRequest(courses=[course], request_id=new_id())
        return importer.ImportCatalogue(request).courses_changed

    assert (bring_in("One"), bring_in("Two")) == (1, 1)
    Giving(office, office.draft(name)).bring()
    assert (bring_in("Three"), office.draft(name).title) == (0, "Two")


def test_a_request_that_comes_twice_brings_in_one_material(giving):
    again = new_id()
    assert giving.bring(request_id=again) == giving.bring(request_id=again)
    assert len(giving.listed().materials) == 1


def test_files_of_materials_are_not_swept_as_long_as_a_draft_or_a_version_names_them(giving):
    slides = giving.slides()
    unnamed = giving.file(b"DEMONSTRATION. Nobody names it.")
    giving.office.publish(giving.name)
    giving.take_out(slides)
    runtime = giving.office.running.runtime
    store = _store(runtime.settings)
    uploads.collect(runtime.database, store, runtime.clock() + timedelta(days=8), named_files)
    assert set(store.names()) == {slides.file.sha256, slides.source.sha256}
    assert unnamed.sha256 not in store.names()


def line(office, work, need):
    """How a line of the third gate stands, and how many it counts."""
    lines = {work_pb.GateLine.Need.Name(one.need): one for one in gate_of(office.get(work), work_pb.DEVELOP).lines}
    return work_pb.GateLine.State.Name(lines[need].state), lines[need].missing_count
